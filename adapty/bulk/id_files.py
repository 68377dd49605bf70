"""Reads whom to erase from a file: one id a line, CSV or JSON Lines, gzipped or not."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Literal, get_args

from attrs import field, frozen

from adapty._core.identity import ID_KINDS, MAIL_ID_KINDS, UUID_TEXT
from adapty._core.validate import checked
from adapty.errors import AdaptyUsageError
from adapty.models import Deletion

__all__ = ["API_KINDS", "KINDS", "ApiName", "IdFile", "KindName", "read_ids"]

ApiName = Literal["server-side", "mail"]
"""The two APIs, in the words of the command line."""

KindName = Literal["customer_user_id", "profile_id", "external_profile_id", "email"]
"""What one of them knows a user by."""

KINDS: tuple[KindName, ...] = get_args(KindName)
"""The columns and keys that are known; of two in one file the first one counts."""

API_KINDS: Mapping[ApiName, Mapping[str, Callable[[Any], str]]] = {"server-side": ID_KINDS, "mail": MAIL_ID_KINDS}
"""Which kinds of id each API knows a user by, and what it takes as one."""

_GZIP = b"\x1f\x8b"
_JSON_START = re.compile(r'[\[{]\s*(["\[{\]}]|$)')
_SEPARATORS = (",", ";", "\t")
_MAX_CELL = 2**31 - 1
_MAX_SHOWN = 200


@frozen
class IdFile:
    """What a file holds.

    Attributes:
        kind: Which kind of id was read.
        rows: The rows that are not blank, in the order of the file.
    """

    kind: KindName
    rows: tuple[_Row, ...] = field(repr=False)

    def sorted_for(self, api: ApiName) -> tuple[list[str], list[Deletion]]:
        """Give the ids that the API takes, repeats among them, and the rows that it cannot be sent; errors name lines.

        The APIs differ in this: an id that no header can carry is none for the server-side API.
        """
        ids: list[str] = []
        refused: list[Deletion] = []
        for row in self.rows:
            try:
                ids.append(row.sendable(self.kind, API_KINDS[api][self.kind]))
            except AdaptyUsageError as problem:
                error = AdaptyUsageError.of(f"line {row.line}", str(problem))
                refused.append(Deletion.failed(row.shown(self.kind), error))
        return ids, refused


def read_ids(source: Path | IO[bytes], kinds: Sequence[KindName] = KINDS) -> IdFile:
    """Read a file to its end.

    A name that ends in .csv, .jsonl or .ndjson says what is in it; of any other the first line decides. CSV has a
    header with a column `customer_user_id`, `profile_id`, `external_profile_id` or `email`; a line of JSON Lines is a
    string, or an object with one of these keys; anything else is one id a line. Blank lines are passed over.

    Args:
        source: The file, or a stream such as standard input.
        kinds: Which kinds of id to take: the first one that the file names, or the first one where it names none.

    Raises:
        AdaptyUsageError: It cannot be read, is empty, or its header has no column of ids.
    """
    name = str(source) if isinstance(source, Path) else "standard input"
    lines = _lines(_content(source, name))
    if not lines:
        raise AdaptyUsageError(f"{name}: is empty; expected one id at least")
    kind, rows = _reader(source, lines)(name, lines, kinds)
    if not rows:
        raise AdaptyUsageError(f"{name}: has nothing below its header; expected one id at least")
    return IdFile(kind, tuple(rows))


@frozen
class _Row:
    """A row that is not blank: an id of each kind that it names, or what is wrong with it."""

    line: int
    text: str
    ids: Mapping[str, Any] = field(factory=dict)
    problem: str | None = None

    def sendable(self, kind: KindName, check: Callable[[Any], str]) -> str:
        """Give the id as it is sent."""
        if self.problem:
            raise AdaptyUsageError(self.problem)
        value = self.ids.get(kind)
        if value is None or value == "":
            raise AdaptyUsageError(f"has no {kind}")
        return checked(kind, check, value)

    def shown(self, kind: KindName) -> str:
        """Give the id as it was read, or the beginning of a row that none can be read from."""
        value = self.ids.get(kind)
        if value and isinstance(value, str):
            return value
        return self.text if len(self.text) <= _MAX_SHOWN else f"{self.text[:_MAX_SHOWN]}..."


_Rows = tuple[KindName, list[_Row]]
_Reader = Callable[[str, list[str], Sequence[KindName]], _Rows]


def _content(source: Path | IO[bytes], name: str) -> bytes:
    try:
        content = source.read_bytes() if isinstance(source, Path) else source.read()
        return gzip.decompress(content) if content.startswith(_GZIP) else content
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise AdaptyUsageError(f"{name}: cannot be unpacked; its gzip data is damaged or cut short") from None
    except (OSError, ValueError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "its name is none"
        raise AdaptyUsageError(f"{name}: cannot be opened: {reason}") from None


def _lines(content: bytes) -> list[str]:
    """Give the lines, each with its end; bytes that are no UTF-8 stay as they are. Of blank lines alone, none."""
    lines = list(io.StringIO(content.decode("utf-8-sig", "surrogateescape"), newline=""))
    return lines if any(map(str.strip, lines)) else []


def _reader(source: Path | IO[bytes], lines: Sequence[str]) -> _Reader:
    """Tell how to read a file: by its name, or by its first line that is not blank."""
    name = source.name.lower().removesuffix(".gz") if isinstance(source, Path) else ""
    by_name: dict[str, _Reader] = {".csv": _read_csv, ".jsonl": _read_json_lines, ".ndjson": _read_json_lines}
    if (ending := Path(name).suffix) in by_name:
        return by_name[ending]
    first = next(line.strip() for line in lines if line.strip())
    if first.strip('"') in KINDS:
        return _read_csv
    if _JSON_START.match(first) or isinstance(_decoded(first)[0], str):
        return _read_json_lines
    # A table without a column of ids is refused for its header; sent line by line, all would be called gone.
    return _read_csv if any(separator in first for separator in _SEPARATORS) else _read_plain


def _read_plain(name: str, lines: list[str], kinds: Sequence[KindName]) -> _Rows:
    # Taken for the other kind, all of them would come out as already gone, and nobody would be erased.
    if "profile_id" in kinds[1:] and all(UUID_TEXT.fullmatch(text) for _, text in _numbered(lines)):
        expected = "expected --by profile_id or --by customer_user_id"
        raise AdaptyUsageError(f"{name}: holds UUIDs only, which may be ids of either kind; {expected}")
    return kinds[0], [_Row(number, text, {kinds[0]: text}) for number, text in _numbered(lines)]


def _numbered(lines: list[str], start: int = 0) -> list[tuple[int, str]]:
    """Give the lines from `start` on that are not blank, stripped, with their numbers in the file."""
    texts = [(number, line.strip()) for number, line in enumerate(lines[start:], start=start + 1)]
    return [(number, text) for number, text in texts if text]


def _read_json_lines(_: str, lines: list[str], kinds: Sequence[KindName]) -> _Rows:
    rows = [_json_row(number, text) for number, text in _numbered(lines)]
    named = [kind for kind in kinds if any(row.ids.get(kind) is not None for row in rows)]
    return [*named, *kinds][0], rows


def _json_row(line: int, text: str) -> _Row:
    held, problem = _decoded(text)
    if isinstance(held, str):
        return _Row(line, text, dict.fromkeys(KINDS, held))
    if isinstance(held, dict):
        return _Row(line, text, held)
    return _Row(line, text, problem=problem or "is neither a JSON object nor a string")


def _decoded(text: str) -> tuple[Any, str | None]:
    """Give what the JSON says, and why it is none where it is none."""
    try:
        return json.loads(text, object_pairs_hook=_object), None
    except (ValueError, RecursionError) as problem:
        reason = problem.msg if isinstance(problem, json.JSONDecodeError) else "it holds what JSON cannot"
        return None, f"is not JSON: {reason}"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object; one that names two people is none."""
    names = [name for name, _ in pairs]
    if any(names.count(kind) > 1 for kind in KINDS):
        raise ValueError
    return dict(pairs)


def _read_csv(name: str, lines: list[str], kinds: Sequence[KindName]) -> _Rows:
    rows: list[_Row] = []
    with _cells_of_any_size():
        reader = csv.reader(iter(lines), strict=True)
        header = _header(name, reader)
        kind = _column(name, header, kinds)
        start = reader.line_num
        try:
            for cells in reader:
                if len(cells) > 1 or any(map(str.strip, cells)):
                    rows.append(_csv_row(reader.line_num, "".join(lines[start : reader.line_num]), header, cells))
                start = reader.line_num
        except csv.Error as fault:
            rows += _rest(lines, start, f"is not CSV: {fault}")
    return kind, rows


@contextmanager
def _cells_of_any_size() -> Iterator[None]:
    """Lift the limit, which is the whole process's, and put it back."""
    before = csv.field_size_limit(_MAX_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _header(name: str, reader: Iterator[list[str]]) -> list[str]:
    try:
        return next(([cell.strip() for cell in cells] for cells in reader if any(map(str.strip, cells))), [])
    except csv.Error as fault:
        raise AdaptyUsageError(f"{name}: its header is not CSV: {fault}") from None


def _column(name: str, header: list[str], kinds: Sequence[KindName]) -> KindName:
    """Choose the column. What the header holds is not told: it may be a row of a file that has no header."""
    found = next((kind for kind in kinds if kind in header), None)
    if found is None:
        expected = "expected a header that names it, or one id a line"
        raise AdaptyUsageError(f"{name}: has no column {' or '.join(kinds)}; {expected}")
    if header.count(found) > 1:
        raise AdaptyUsageError(f"{name}: has two columns {found}; expected one")
    return found


def _csv_row(line: int, text: str, header: list[str], cells: list[str]) -> _Row:
    if len(cells) != len(header):
        return _Row(line, text.strip(), problem=f"has {len(cells)} cells where the header has {len(header)}")
    return _Row(line, text.strip(), {column: cell.strip() for column, cell in zip(header, cells, strict=True)})


def _rest(lines: list[str], start: int, problem: str) -> list[_Row]:
    """Refuse all lines from a broken row on: nobody can tell which of them are rows and which stand in a cell."""
    rest = _numbered(lines, start)
    at_fault = rest[0][0]
    follows = f"follows line {at_fault}, which {problem}"
    return [_Row(number, text, problem=problem if number == at_fault else follows) for number, text in rest]
