"""Merge the vendor's new contract into our text: their operations, names and constraints, our descriptions.

Existing elements keep our descriptions, examples, tags, order and notation. New elements are copied without the
vendor's texts: each gets a mark in place of its description, and `make specs` fails until all marks are replaced.
Elements that the vendor removed are removed.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from scripts.spec_for_generation import METHODS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MARK", "merge_contract"]

MARK = "TODO: describe in our own words"
"""The description of a new element."""

_TEXTS = frozenset({"description", "summary"})
"""Keys of texts, which are ours."""

_OURS = frozenset({"example", "examples", "tags"})
"""Keys that are not merged. The tags name the modules of the generated code, which the facade imports."""

_DATA = frozenset({"default", "enum", "const", "value", "mapping", "required", "security"})
"""Keys of data, which is copied unchanged."""

_DESCRIBED = frozenset({"properties", "schemas", "parameters", "responses", "headers", "requestBodies"})
"""Keys whose objects need a description each."""

_NAMED = _DESCRIBED | _DATA
"""Keys whose objects have names in place of keywords."""

_ELEMENT = "element"
"""Stands for the name of a field or of a shared part, which can look like a keyword: a field `value`."""

_IDENTITIES = (("name", "in"), ("$ref",), ("url",))
"""Keys that identify the objects of a list; the first ones that exist count."""


def merge_contract(ours: str, new: Mapping[str, Any]) -> str:
    """Return our text of a contract, merged with the new version.

    Args:
        ours: Our YAML text.
        new: The new version, parsed.
    """
    yaml = _yaml()
    document = yaml.load(ours)
    _merge_mapping(document, new, parent="")
    text = io.StringIO()
    yaml.dump(document, text)
    return text.getvalue()


def _yaml() -> YAML:
    """Return a YAML parser that keeps quotes and comments."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096  # lines are not wrapped
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.add_representer(
        type(None), lambda representer, _: representer.represent_scalar("tag:yaml.org,2002:null", "null")
    )
    return yaml


def _merge_mapping(ours: CommentedMap, new: Mapping[str, Any], parent: str) -> None:
    """Merge a mapping in place."""
    for name in [name for name in ours if name not in new and not _is_ours(name, ours[name], parent)]:
        del ours[name]
    for place, (name, value) in enumerate(new.items()):
        if _is_key(name, _OURS, parent):
            continue
        if name not in ours:
            element = _create(value, name, parent)
            if not (_is_text(name, value, parent) and parent != ""):
                ours.insert(min(place, len(ours)), name, element)
        elif not _is_text(name, value, parent):
            ours[name] = _merge_value(ours[name], value, name, parent)


def _merge_value(ours: Any, new: Any, name: str, parent: str) -> Any:
    """Return the merged value; it is ours if nothing changed."""
    if name in _DATA and parent not in _DESCRIBED:
        return ours if _plain(ours) == _plain(new) else _merge_data(ours, new)
    if isinstance(ours, CommentedMap) and isinstance(new, dict):
        _merge_mapping(ours, new, _keyword(name, parent))
        return ours
    if isinstance(ours, CommentedSeq) and isinstance(new, list):
        return _merge_list(ours, new, name)
    return ours if _plain(ours) == _plain(new) else _create(new, name, parent)


def _merge_list(ours: CommentedSeq, new: list[Any], name: str) -> CommentedSeq:
    """Merge a list in place: objects are matched by identity, other items by value."""
    existing = {_identity(item, place): item for place, item in enumerate(ours)}
    items = []
    for place, item in enumerate(new):
        match = existing.get(_identity(item, place))
        items.append(_create(item, "", name) if match is None else _merge_value(match, item, "", name))
    ours[:] = items
    return ours


def _merge_data(ours: Any, new: Any) -> Any:
    """Return new data; a list of ours is changed in place, so that its notation stays."""
    if isinstance(ours, CommentedSeq) and isinstance(new, list):
        ours[:] = new
        return ours
    return new


def _identity(item: Any, place: int) -> Any:
    if not isinstance(item, dict):
        return repr(_plain(item))
    for names in _IDENTITIES:
        if all(name in item for name in names):
            return tuple(str(item[name]) for name in names)
    return place


def _create(value: Any, name: str, parent: str) -> Any:
    """Return a new element with marks for texts."""
    if _is_text(name, value, parent):
        return MARK
    if name in _DATA and parent not in _DESCRIBED:
        return value
    if isinstance(value, list):
        return [_create(item, "", name) for item in value]
    if not isinstance(value, dict):
        return value
    keyword = _keyword(name, parent)
    element = {key: _create(inner, key, keyword) for key, inner in value.items() if not _is_key(key, _OURS, keyword)}
    is_element = parent in _DESCRIBED or name in METHODS
    if is_element and "$ref" not in element and "description" not in element:
        element = {"description": MARK, **element}
    return element


def _keyword(name: str, parent: str) -> str:
    """Return the keyword that an object is the value of, which is not the name of a field or of a shared part."""
    return _ELEMENT if name and parent in _DESCRIBED else name


def _is_text(name: Any, value: Any, parent: str) -> bool:
    """Return whether this is a text, and not a field with such a name."""
    return isinstance(value, str) and _is_key(name, _TEXTS, parent)


def _is_ours(name: Any, value: Any, parent: str) -> bool:
    """Return whether the vendor does not decide on this part."""
    return _is_text(name, value, parent) or _is_key(name, _OURS, parent)


def _is_key(name: Any, keys: frozenset[str], parent: str) -> bool:
    """Return whether a name is one of these keywords, and not the name of a field or of a shared part."""
    return name in keys and parent not in _NAMED


def _plain(value: Any) -> Any:
    """Return data without ruamel's classes, not all of which compare by value."""
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
