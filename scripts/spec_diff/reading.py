"""Read a contract: fetch a file or URL, and parse JSON, or YAML as JSON defines it.

YAML 1.2: `no`, `12:30` and dates are text, and the key 200 is "200". The YAML events are read without recursion, so
that deep nesting and aliases cost neither stack nor memory.
"""

from __future__ import annotations

import json
import math
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import attrs
import httpx
import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["ROOT", "CannotCompareError", "parse", "read_source", "source_name", "strip_credentials", "truncate"]


class CannotCompareError(Exception):
    """A contract that cannot be compared. The message is one line without secrets."""


def truncate(text: str, length: int = 200) -> str:
    """Return a text as one short line."""
    line = re.sub(r"\s+", " ", text)
    return line if len(line) <= length else f"{line[:length]}..."


ROOT = Path(__file__).parents[2]

MAX_BYTES = 20_000_000
"""Bytes of a contract."""

DOWNLOAD_TIMEOUT = 30.0
"""Seconds for a whole download."""

TIMEOUT = httpx.Timeout(10.0)
"""Seconds between two parts of a response."""

_URL = re.compile(r"([A-Za-z][\w+.-]*:/+)([^/?#\s]*)([^?#\s]*)\S*")
_HOST = re.compile(r"([\w.-]*|\[[\da-fA-F:.]*\])(:\d*)?")


def read_source(source: str) -> bytes:
    """Return the bytes of a file or URL."""
    if source.lower().startswith(("http://", "https://")):
        return _download(source)
    if re.match(r"[A-Za-z][\w+.-]*://", source):
        raise CannotCompareError(f"{source_name(source)}: neither a file nor an http(s) URL")
    try:
        with Path(source).open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as problem:
        reason = (isinstance(problem, OSError) and problem.strerror) or "invalid path"
        raise CannotCompareError(f"{source_name(source)}: cannot be read: {reason}") from None
    _check_size(len(content), source)
    return content


def source_name(source: str) -> str:
    """Return the path of a file in the project, the name of any other file, or a URL without credentials."""
    if _URL.match(source):
        return strip_credentials(source)
    path = Path(source).absolute()
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name


def strip_credentials(text: str) -> str:
    """Remove users, passwords and queries from the URLs in a text."""
    return _URL.sub(_strip_url, text)


def _strip_url(url: re.Match[str]) -> str:
    scheme, authority, path = url.groups()
    host = authority.rpartition("@")[2]
    return f"{scheme}{host}{path}" if _HOST.fullmatch(host) else f"{scheme}..."


def _download(url: str) -> bytes:
    until = time.monotonic() + DOWNLOAD_TIMEOUT
    content = bytearray()
    try:
        with httpx.stream("GET", url, follow_redirects=True, timeout=TIMEOUT) as response:
            if not response.is_success:
                raise CannotCompareError(f"{source_name(url)}: the server responded with {response.status_code}")
            for chunk in response.iter_bytes():
                content += chunk
                _check_size(len(content), url)
                if time.monotonic() > until:
                    raise CannotCompareError(f"{source_name(url)}: the server took too long")
    except httpx.TimeoutException:
        raise CannotCompareError(f"{source_name(url)}: the server took too long") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as problem:
        # httpx's message can contain the whole URL.
        raise CannotCompareError(f"{source_name(url)}: cannot be fetched ({type(problem).__name__})") from None
    return bytes(content)


def _check_size(size: int, source: str) -> None:
    if size > MAX_BYTES:
        raise CannotCompareError(f"{source_name(source)}: larger than {MAX_BYTES // 1_000_000} MB")


MAX_DEPTH = 100
"""Levels of nesting."""

MAX_VALUES = 2_000_000
"""Values of a contract; the values of an alias count each time it is used."""

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

_UNQUOTED_TEXT = re.compile(
    r"""^([ -]*(?:description|summary|title): +)([^\s"'|>&*!{\[#][^\n]*: [^\n]*)$""", re.MULTILINE
)
"""A text with a colon that YAML needs quotes for. A version of the vendor's contracts has some without."""


def parse(content: bytes, name: str) -> Any:
    """Parse JSON or YAML.

    Args:
        content: The text.
        name: The name of the contract, for errors.

    Raises:
        CannotCompareError: The text is neither JSON nor YAML.
    """
    try:
        text = content.decode("utf-8-sig")
        value = _json(text) if text.lstrip()[:1] in {"{", "["} else _yaml(text)
        _check_depth(value)
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
        problem = f"nested more than {MAX_DEPTH} deep"
    else:
        return value
    raise CannotCompareError(f"{name}: {problem}")


def _json(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object, parse_float=_float, parse_constant=_reject_number)
    except json.JSONDecodeError:
        # A text that starts with a bracket can still be YAML.
        return _yaml(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"duplicate key {key!r} in an object")
        found[key] = value
    return found


def _float(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _reject_number(text)


def _reject_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a JSON number")


def _check_depth(value: Any) -> None:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise RecursionError
        level = [
            inner
            for outer in level
            if isinstance(outer, (dict, list))
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, (dict, list))
        ]


def _yaml(text: str) -> Any:
    if re.match(r"\s*<[!?a-zA-Z]", text):
        raise ValueError("neither YAML nor JSON: it is a web page")
    try:
        return _build_yaml(text)
    except yaml.MarkedYAMLError:
        quoted = _UNQUOTED_TEXT.sub(lambda line: line[1] + json.dumps(line[2], ensure_ascii=False), text)
        if quoted == text:
            raise
        return _build_yaml(quoted)


def _build_yaml(text: str) -> Any:
    building = _YamlBuilder()
    for event in yaml.parse(text, Loader=_Loader):
        building.take(event)
    return building.root


@attrs.define
class _Container:
    """A list or mapping that is not complete."""

    container: Any
    anchor: str | None
    size: int = 1
    key: str | None = None
    merges: bool = False
    merged: list[dict[str, Any]] = attrs.field(factory=list)


@attrs.define
class _YamlBuilder:
    """Builds data from YAML events."""

    root: Any = None
    documents: int = 0
    open: list[_Container] = attrs.field(factory=list)
    anchors: dict[str, tuple[Any, int]] = attrs.field(factory=dict)

    def take(self, event: yaml.Event) -> None:
        """Process an event."""
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise ValueError("has more than one document")
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._start(event)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._end()

    def _expects_key(self) -> bool:
        top = self.open[-1] if self.open else None
        return top is not None and isinstance(top.container, dict) and top.key is None and not top.merges

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        value = _scalar(event)
        if event.anchor:
            self.anchors[event.anchor] = (value, 1)
        if self._expects_key():
            # The key 200 is the text "200", as in JSON.
            self._key(event.value, merges=event.value == "<<" and event.implicit[0])
        else:
            self._add(value, 1)

    def _alias(self, event: yaml.AliasEvent) -> None:
        if any(part.anchor == event.anchor for part in self.open):
            raise ValueError(f"the alias {event.anchor!r} contains itself")
        if event.anchor not in self.anchors:
            raise ValueError(f"the alias {event.anchor!r} is not defined")
        value, size = self.anchors[event.anchor]
        if not self._expects_key():
            self._add(value, size)
        elif isinstance(value, str):
            self._key(value, merges=False)
        else:
            raise ValueError("a key is not text")

    def _start(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        container: Any = {} if is_mapping else []
        if event.tag not in {None, "!", f"{_TAG}{'map' if is_mapping else 'seq'}"}:
            raise ValueError(f"the tag {event.tag} has no JSON type")
        if self._expects_key():
            raise ValueError("a key is not text")
        if len(self.open) == MAX_DEPTH:
            raise RecursionError
        self.open.append(_Container(container, event.anchor))

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
            raise ValueError(f"duplicate key {key!r} in a mapping")
        else:
            top.key = key

    def _add(self, value: Any, size: int) -> None:
        if not self.open:
            self.root = value
            return
        top = self.open[-1]
        top.size += size
        if top.size > MAX_VALUES:
            raise ValueError(f"has more than {MAX_VALUES} values")
        if top.merges:
            mappings = value if isinstance(value, list) else [value]
            if not all(isinstance(mapping, dict) for mapping in mappings):
                raise ValueError("<< merges a value that is not a mapping")
            top.merged += mappings
            top.merges = False
        elif isinstance(top.container, dict):
            top.container[top.key] = value
            top.key = None
        else:
            top.container.append(value)


def _scalar(event: yaml.ScalarEvent) -> Any:
    if event.tag not in {None, "!", *(_TAG + kind for kind in ("str", "int", "float", "bool", "null"))}:
        raise ValueError(f"the tag {event.tag} has no JSON type")
    is_text = event.tag in {"!", _TAG + "str"} or (event.tag is None and not event.implicit[0])
    return event.value if is_text else _from_json(event.value)


def _from_json(text: str) -> Any:
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    for pattern, read in _NUMBERS:
        if pattern.fullmatch(text):
            value = read(text)
            return value if isinstance(value, int) or math.isfinite(value) else _reject_number(text)
    return text
