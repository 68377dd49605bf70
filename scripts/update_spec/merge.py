"""The vendor's new contract as a text of ours: its operations, names and constraints, our words and comments.

What both have keeps our descriptions, our order and our way of writing it. What is new comes as the vendor has it, but
for its words: each new element is marked for a description, and `make specs` fails for as long as one is. What the
vendor dropped goes.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from scripts.spec_for_generation import METHODS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MARK", "merged"]

MARK = "TODO: describe in our own words"
"""Stands where a new element needs a description."""

_WORDS = frozenset({"description", "summary"})
"""Keys whose texts are ours, wherever a text stands under them."""

_DATA = frozenset({"example", "default", "enum", "const", "value", "mapping", "required", "security"})
"""Keys under which everything is data, and taken over as it is; named examples have words of ours beside it."""

_DESCRIBED = frozenset({"properties", "schemas", "parameters", "responses", "headers", "requestBodies"})
"""Keys under which each new object is an element that needs a description."""

_IDENTITIES = (("name", "in"), ("$ref",), ("url",))
"""What tells the objects of a list apart, the first of these that they have."""


def merged(ours: str, new: Mapping[str, Any]) -> str:
    """Give our text of a contract with what the new version of it says.

    Args:
        ours: The YAML text that we have.
        new: The new version, decoded.
    """
    yaml = _yaml()
    document = yaml.load(ours)
    _take_over(document, new, parent="")
    written = io.StringIO()
    yaml.dump(document, written)
    return written.getvalue()


def _yaml() -> YAML:
    """Give a YAML that writes what it read as it was, down to quotes and comments."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096  # nothing is folded anew
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.add_representer(
        type(None), lambda representer, _: representer.represent_scalar("tag:yaml.org,2002:null", "null")
    )
    return yaml


def _take_over(ours: CommentedMap, new: Mapping[str, Any], parent: str) -> None:
    """Change a mapping of ours in place."""
    for name in [name for name in ours if name not in new and not _is_word(name, ours[name], parent)]:
        del ours[name]
    for place, (name, value) in enumerate(new.items()):
        if name not in ours:
            made = _made(value, name, parent)
            if not (_is_word(name, value, parent) and parent != ""):
                ours.insert(min(place, len(ours)), name, made)
        elif not _is_word(name, value, parent):
            ours[name] = _updated(ours[name], value, name, parent)


def _updated(ours: Any, new: Any, name: str, parent: str) -> Any:
    """Give what stands in the place of a value of ours, which is itself where nothing changed."""
    if name in _DATA and parent not in _DESCRIBED:
        return ours if _plain(ours) == _plain(new) else _changed_data(ours, new)
    if isinstance(ours, CommentedMap) and isinstance(new, dict):
        _take_over(ours, new, name)
        return ours
    if isinstance(ours, CommentedSeq) and isinstance(new, list):
        return _updated_list(ours, new, name)
    return ours if _plain(ours) == _plain(new) else _made(new, name, parent)


def _updated_list(ours: CommentedSeq, new: list[Any], name: str) -> CommentedSeq:
    """Change a list of ours in place: objects are matched by what tells them apart, values by themselves."""
    known = {_identity(item, place): item for place, item in enumerate(ours)}
    items = []
    for place, item in enumerate(new):
        found = known.get(_identity(item, place))
        items.append(_made(item, "", name) if found is None else _updated(found, item, "", name))
    ours[:] = items
    return ours


def _changed_data(ours: Any, new: Any) -> Any:
    """Give new data, in the list of ours where both are lists, so that its way of writing stays."""
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


def _made(value: Any, name: str, parent: str) -> Any:
    """Give a new element, its words replaced by marks."""
    if _is_word(name, value, parent):
        return MARK
    if name in _DATA and parent not in _DESCRIBED:
        return value
    if isinstance(value, list):
        return [_made(item, "", name) for item in value]
    if not isinstance(value, dict):
        return value
    made = {key: _made(inner, key, name) for key, inner in value.items()}
    is_element = parent in _DESCRIBED or name in METHODS
    if is_element and "$ref" not in made and "description" not in made:
        made = {"description": MARK, **made}
    return made


def _is_word(name: Any, value: Any, parent: str) -> bool:
    """Tell a description from a field that is called description."""
    return name in _WORDS and isinstance(value, str) and parent not in {"properties", *_DATA}


def _plain(value: Any) -> Any:
    """Give data without ruamel's classes, which do not all compare by value."""
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
