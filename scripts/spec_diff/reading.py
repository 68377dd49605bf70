"""From the text of a contract to the data in it: JSON, or YAML read the way JSON means it.

YAML by its version 1.2, in which `no` and `12:30` and a date are text, and 200 as a key is "200". Read event by event:
that needs no recursion, so that a file that is nested or aliased without end costs neither the stack nor the memory.
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any, NoReturn

import attrs
import yaml

from scripts.spec_diff.errors import CannotCompareError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["parsed"]

DEEPEST = 100
"""How deep a contract may be nested."""

MOST = 2_000_000
"""How many values a contract may hold, those of an alias counted wherever it stands."""

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_CONSTANTS: Mapping[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBERS: tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...] = (
    (re.compile(r"[-+]?[0-9]+"), int),
    (re.compile(r"0o[0-7]{1,20}"), lambda text: int(text, 0)),
    (re.compile(r"0x[0-9a-fA-F]{1,16}"), lambda text: int(text, 0)),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), float),
    (re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"), lambda text: float(text.replace(".", ""))),
)
_TAG = "tag:yaml.org,2002:"


def parsed(content: bytes, name: str) -> Any:
    """Give the data of a JSON or YAML text; `name` is for the refusal of what is neither."""
    try:
        text = content.decode("utf-8-sig")
        value = _json(text) if text.lstrip()[:1] in {"{", "["} else _yaml(text)
        _refuse_too_deep(value)
    except UnicodeDecodeError:
        problem = "not UTF-8"
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        problem = f"neither YAML nor JSON: {error.problem}{line}"
    except yaml.YAMLError as error:
        problem = f"neither YAML nor JSON: {error}"
    except ValueError as error:
        problem = str(error)
    except RecursionError:
        problem = f"nested more than {DEEPEST} deep"
    else:
        return value
    raise CannotCompareError(f"{name}: {problem}")


def _json(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object, parse_float=_float, parse_constant=_no_json_number)
    except json.JSONDecodeError:
        # What starts with a bracket may still be YAML.
        return _yaml(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} stands twice in one object")
        found[key] = value
    return found


def _float(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _no_json_number(text)


def _no_json_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number in JSON")


def _refuse_too_deep(value: Any) -> None:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise RecursionError
        level = [
            inner
            for outer in level
            if isinstance(outer, (dict, list))
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, (dict, list))
        ]


def _yaml(text: str) -> Any:
    building = _Building()
    for event in yaml.parse(text, Loader=_Loader):
        building.take(event)
    return building.root


@attrs.define
class _Open:
    """A list or mapping whose end has not come yet."""

    container: Any
    anchor: str | None
    size: int = 1
    key: str | None = None
    merges: bool = False
    merged: list[dict[str, Any]] = attrs.field(factory=list)


@attrs.define
class _Building:
    """The data that the events so far make."""

    root: Any = None
    documents: int = 0
    open: list[_Open] = attrs.field(factory=list)
    anchors: dict[str, tuple[Any, int]] = attrs.field(factory=dict)

    def take(self, event: yaml.Event) -> None:
        """Go on by one event."""
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise ValueError("there is more than one document in it")
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._start(event)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._end()

    def _awaits_key(self) -> bool:
        top = self.open[-1] if self.open else None
        return top is not None and isinstance(top.container, dict) and top.key is None and not top.merges

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        value = _scalar(event)
        if event.anchor:
            self.anchors[event.anchor] = (value, 1)
        if self._awaits_key():
            # 200 as a key is the text "200", as in JSON.
            self._key(event.value, merges=event.value == "<<" and event.implicit[0])
        else:
            self._add(value, 1)

    def _alias(self, event: yaml.AliasEvent) -> None:
        if any(part.anchor == event.anchor for part in self.open):
            raise ValueError(f"the alias {event.anchor!r} stands in what it stands for")
        if event.anchor not in self.anchors:
            raise ValueError(f"the alias {event.anchor!r} stands for nothing")
        value, size = self.anchors[event.anchor]
        if not self._awaits_key():
            self._add(value, size)
        elif isinstance(value, str):
            self._key(value, merges=False)
        else:
            raise ValueError("a key is no text")

    def _start(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        container: Any = {} if is_mapping else []
        if event.tag not in {None, "!", f"{_TAG}{'map' if is_mapping else 'seq'}"}:
            raise ValueError(f"the tag {event.tag} is not known to JSON")
        if self._awaits_key():
            raise ValueError("a key is no text")
        if len(self.open) == DEEPEST:
            raise RecursionError
        self.open.append(_Open(container, event.anchor))

    def _end(self) -> None:
        done = self.open.pop()
        for mapping in done.merged:
            for key, value in mapping.items():
                done.container.setdefault(key, value)
        if done.anchor:
            self.anchors[done.anchor] = (done.container, done.size)
        self._add(done.container, done.size)

    def _key(self, key: str, *, merges: bool) -> None:
        top = self.open[-1]
        if merges:
            top.merges = True
        elif key in top.container:
            raise ValueError(f"the key {key!r} stands twice in one mapping")
        else:
            top.key = key

    def _add(self, value: Any, size: int) -> None:
        if not self.open:
            self.root = value
            return
        top = self.open[-1]
        top.size += size
        if top.size > MOST:
            raise ValueError(f"it comes to more than {MOST} values")
        if top.merges:
            mappings = value if isinstance(value, list) else [value]
            if not all(isinstance(mapping, dict) for mapping in mappings):
                raise ValueError("what << merges is no mapping")
            top.merged += mappings
            top.merges = False
        elif isinstance(top.container, dict):
            top.container[top.key] = value
            top.key = None
        else:
            top.container.append(value)


def _scalar(event: yaml.ScalarEvent) -> Any:
    if event.tag not in {None, "!", *(_TAG + kind for kind in ("str", "int", "float", "bool", "null"))}:
        raise ValueError(f"the tag {event.tag} is not known to JSON")
    is_text = event.tag in {"!", _TAG + "str"} or (event.tag is None and not event.implicit[0])
    return event.value if is_text else _plain(event.value)


def _plain(text: str) -> Any:
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    for pattern, read in _NUMBERS:
        if pattern.fullmatch(text):
            value = read(text)
            return value if isinstance(value, int) or math.isfinite(value) else _no_json_number(text)
    return text
