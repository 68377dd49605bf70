"""Reads whom to erase from a file: one id a line, CSV or JSON Lines, gzipped or not."""

from __future__ import annotations

import gzip
import io
import json
import re
import shutil
import weakref
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any, Literal, Self, cast, get_args

from attrs import define, field, frozen

from adapty._core.ids import (
    ID_VALIDATORS,
    LISTED_ID_VALIDATORS,
    LISTED_MAIL_ID_VALIDATORS,
    MAIL_ID_VALIDATORS,
    MAIL_LOOKUP_KINDS,
    UUID_PATTERN,
)
from adapty.bulk.csv_records import CsvRecords, long_cells, named_separator
from adapty.bulk.files import DAMAGED, GZIP, bounded_lines, gzip_problem, refuse_utf_16
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["API_KINDS", "KINDS", "NAMED_API_KINDS", "ApiName", "IdFile", "IdRow", "IdRows", "KindName", "read_ids"]

ApiName = Literal["server-side", "mail"]
"""The two APIs, in the words of the command line."""

KindName = Literal["customer_user_id", "profile_id", "external_profile_id", "email"]
"""What one of them knows a user by."""

KINDS: tuple[KindName, ...] = get_args(KindName)
"""The columns and keys that are known; of two in one file the first one counts."""

API_KINDS: Mapping[ApiName, Mapping[str, Callable[[Any], str]]] = {
    "server-side": LISTED_ID_VALIDATORS,
    "mail": LISTED_MAIL_ID_VALIDATORS,
}
"""Which kinds of id each API knows a user by, and what it takes as one."""

NAMED_API_KINDS: Mapping[ApiName, Mapping[str, Callable[[Any], str]]] = {
    "server-side": ID_VALIDATORS,
    "mail": MAIL_ID_VALIDATORS,
}
"""The same where the caller names both the API and the kind."""

_BARE_COLUMN = "user_id"
"""The column, or key, of bare ids. Adapty's historical import file has it, and `mail import` reads it as
`external_profile_id`."""

_COLUMNS: tuple[str, ...] = (*KINDS, _BARE_COLUMN)

_JSON_START = re.compile(r'[\[{]\s*(["\[{\]}]|$)')
_SEPARATORS = (",", ";", "\t")
_MAX_SHOWN = 200


@frozen
class IdFile:
    """What a file holds.

    Attributes:
        kind: Which kind of id was read.
        named: The kinds of id that some row has; a bare id may be of each of `MAIL_LOOKUP_KINDS`.
        rows: The rows that are not blank, in the order of the file.
    """

    kind: KindName
    named: frozenset[KindName]
    rows: IdRows = field(repr=False)


def read_ids(source: Path | IO[bytes], kinds: Sequence[KindName] = KINDS) -> IdFile:
    """Read a file to its end, without keeping it: its rows are read again when they are asked for.

    A name that ends in .csv, .jsonl or .ndjson says what is in it; of any other the first line decides. CSV has a
    header with a column `customer_user_id`, `profile_id`, `external_profile_id`, `email` or `user_id`; a line of JSON
    Lines is a string, or an object with one of these keys; anything else is one id a line. Blank lines are passed over.
    An id is taken as it stands, white space and all, as an import takes it: what is refused there is refused here.

    `user_id` is a bare id, like an id on a line of its own. It is read where `customer_user_id` is missing, so that a
    historical import file, which has e-mail addresses too, erases the users from both APIs.

    Args:
        source: The file, or a stream such as standard input. What can be read only once is copied to a temporary
            file, which has no name and goes with the process.
        kinds: Which kinds of id to take: the first one that the file names, or the first one where it names none.

    Raises:
        AdaptyUsageError: It cannot be read, is empty, or its header has no column of ids.
    """
    content = _Content.of(source)
    read = _reader(source, content)
    seen = _Seen()
    for row in read.rows(content, kinds):
        seen.add(row, kinds)
    kind = read.kind(content, kinds, seen)
    if not seen.count:
        raise AdaptyUsageError(f"{content.name}: has nothing below its header; expected one id at least")
    return IdFile(kind, frozenset(seen.named), IdRows(seen.count, lambda: read.rows(content, kinds)))


@frozen
class IdRow:
    """A row that is not blank: an id of each kind that it names, or what is wrong with it.

    Attributes:
        line: The number of its last line, from 1.
        text: What stands there.
        ids: The ids by their kinds.
        problem: Why it cannot be read, or None.
        is_bare: Whether the id comes without its kind.
    """

    line: int
    text: str
    ids: Mapping[str, Any] = field(factory=dict)
    problem: str | None = None
    is_bare: bool = False

    @classmethod
    def from_columns(cls, line: int, text: str, cells: Mapping[str, Any], kinds: Sequence[KindName]) -> Self:
        """Return the row of cells by their columns; a bare id is taken for the first kind if it can be one."""
        kind = kinds[0]
        if _BARE_COLUMN not in cells or kind in cells or kind not in MAIL_LOOKUP_KINDS:
            return cls(line, text, cells)
        bare = cells[_BARE_COLUMN]
        problem = f"has no {_BARE_COLUMN}" if bare is None or bare == "" else None
        return cls(line, text, {**cells, kind: bare}, problem, is_bare=True)

    def shown(self, kind: KindName) -> str:
        """Give the id as it was read, or the beginning of a row that none can be read from."""
        value = self.ids.get(kind)
        if value and isinstance(value, str):
            return value
        return self.text if len(self.text) <= _MAX_SHOWN else f"{self.text[:_MAX_SHOWN]}..."


@frozen
class IdRows:
    """The rows of a file, read anew each time that they are gone through; `len` knows how many there were."""

    _count: int
    _read: Callable[[], Iterator[IdRow]]

    def __iter__(self) -> Iterator[IdRow]:
        return self._read()

    def __len__(self) -> int:
        return self._count


@define
class _Seen:
    """What is known of a file when all its rows went by."""

    count: int = 0
    named: set[KindName] = field(factory=set)
    only_uuids: bool = True

    def add(self, row: IdRow, kinds: Sequence[KindName]) -> None:
        self.count += 1
        self.named.update(kind for kind in kinds if row.ids.get(kind) is not None)
        if row.is_bare:
            self.named.update(kind for kind in MAIL_LOOKUP_KINDS if kind in kinds)
        self.only_uuids = self.only_uuids and UUID_PATTERN.fullmatch(row.text.strip()) is not None


@frozen
class _Content:
    """The text of a file, which can be gone through several times."""

    name: str
    open: Callable[[], io.RawIOBase]

    @classmethod
    def of(cls, source: Path | IO[bytes]) -> _Content:
        name = str(source) if isinstance(source, Path) else "standard input"
        try:
            if isinstance(source, Path) and (source.is_file() or not source.exists()):
                return cls(name, lambda: source.open("rb", buffering=0))
            return cls(name, _Copy(source))
        except (OSError, ValueError) as problem:
            raise _unopened(name, problem) from None

    def lines(self) -> Generator[str, None, None]:
        """Return the lines, each with its end; bytes that are not UTF-8 stay as they are."""
        number = 0
        try:
            with ExitStack() as files:
                packed = files.enter_context(io.BufferedReader(self.open()))
                is_gzip = packed.peek(len(GZIP)).startswith(GZIP)
                content = files.enter_context(gzip.GzipFile(fileobj=packed)) if is_gzip else packed
                refuse_utf_16(content, self.name)
                text = io.TextIOWrapper(cast("IO[bytes]", content), "utf-8-sig", "surrogateescape", newline="")
                for line in bounded_lines(files.enter_context(text), self.name, "one id a line"):
                    number += 1
                    yield line
        except DAMAGED as damage:
            raise AdaptyUsageError(f"{self.name}: {gzip_problem(damage, number)}") from None
        except AdaptyUsageError:
            raise
        except (OSError, ValueError) as problem:
            raise _unopened(self.name, problem) from None


class _Copy:
    """A temporary copy of what can be read only once, to be opened again and again."""

    def __init__(self, source: Path | IO[bytes]) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 - closed when nobody needs it
        weakref.finalize(self, self._file.close)
        with ExitStack() as files:
            stream = files.enter_context(source.open("rb")) if isinstance(source, Path) else source
            shutil.copyfileobj(stream, self._file)
        self._file.flush()

    def __call__(self) -> io.RawIOBase:
        return _CopyReader(self)

    def read_at(self, place: int, buffer: WriteableBuffer) -> int:
        self._file.seek(place)
        return self._file.readinto(buffer)


class _CopyReader(io.RawIOBase):
    """Reads a copy from its beginning, whoever else is reading it."""

    def __init__(self, copy: _Copy) -> None:
        self._copy = copy
        self._place = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        read = self._copy.read_at(self._place, buffer)
        self._place += read
        return read


def _unopened(name: str, problem: OSError | ValueError) -> AdaptyUsageError:
    reason = problem.strerror if isinstance(problem, OSError) else "its name is none"
    return AdaptyUsageError(f"{name}: cannot be opened: {reason}")


@frozen
class _Reader:
    """How the files of one format are read.

    Attributes:
        rows: Gives the rows.
        kind: Says which kind of id they hold, when they were gone through.
    """

    rows: Callable[[_Content, Sequence[KindName]], Iterator[IdRow]]
    kind: Callable[[_Content, Sequence[KindName], _Seen], KindName]


def _reader(source: Path | IO[bytes], content: _Content) -> _Reader:
    """Tell how to read a file: by its name, or by its first line that is not blank."""
    with closing(content.lines()) as lines:
        line = next((line for line in lines if line.strip()), None)
    if line is None:
        raise AdaptyUsageError(f"{content.name}: is empty; expected one id at least")
    first = line.strip()
    name = source.name.lower().removesuffix(".gz") if isinstance(source, Path) else ""
    if (ending := Path(name).suffix) in _READERS:
        return _READERS[ending]
    if first.strip('"') in _COLUMNS or named_separator(line):
        return _CSV
    if _JSON_START.match(first) or isinstance(_decoded(first)[0], str):
        return _JSON_LINES
    # A table without a column of ids is refused for its header; sent line by line, nobody would be found.
    return _CSV if any(separator in first for separator in _SEPARATORS) else _PLAIN


def _numbered(lines: Iterable[str], start: int = 1) -> Iterator[tuple[int, str]]:
    """Return the lines that are not blank, without their ends, with their numbers from `start`."""
    for number, line in enumerate(lines, start):
        if line.strip():
            yield number, line.rstrip("\r\n")


def _plain_rows(content: _Content, kinds: Sequence[KindName]) -> Iterator[IdRow]:
    with closing(content.lines()) as lines:
        for number, text in _numbered(lines):
            yield IdRow(number, text, {kinds[0]: text}, is_bare=True)


def _plain_kind(content: _Content, kinds: Sequence[KindName], seen: _Seen) -> KindName:
    # Taken for the other kind, none of them would be found, and nobody would be erased.
    if "profile_id" in kinds[1:] and seen.only_uuids:
        expected = (
            "expected --by profile_id or --by customer_user_id, or the line user_id at the start where they are your "
            "own ids, which Mail may have as external_profile_id"
        )
        raise AdaptyUsageError(f"{content.name}: holds UUIDs only, which may be ids of either kind; {expected}")
    return kinds[0]


def _json_rows(content: _Content, kinds: Sequence[KindName]) -> Iterator[IdRow]:
    with closing(content.lines()) as lines:
        for number, text in _numbered(lines):
            yield _json_row(number, text, kinds)


def _json_kind(_: _Content, kinds: Sequence[KindName], seen: _Seen) -> KindName:
    return next((kind for kind in kinds if kind in seen.named), kinds[0])


def _json_row(line: int, text: str, kinds: Sequence[KindName]) -> IdRow:
    held, problem = _decoded(text)
    if isinstance(held, str):
        return IdRow(line, text, {kinds[0]: held}, is_bare=True)
    if isinstance(held, dict):
        return IdRow.from_columns(line, text, held, kinds)
    return IdRow(line, text, problem=problem or "is neither a JSON object nor a string")


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
    if any(names.count(column) > 1 for column in _COLUMNS):
        raise ValueError
    return dict(pairs)


def _csv_rows(content: _Content, kinds: Sequence[KindName]) -> Iterator[IdRow]:
    with closing(content.lines()) as lines, long_cells():
        records = CsvRecords(lines)
        header = _header(content.name, records)
        _column(content.name, header, kinds)
        for cells in records:
            if cells is None:
                yield from _untrusted(records)
            elif any(map(str.strip, cells)):
                yield _csv_row(records.line, records.text, header, cells, kinds)


def _csv_kind(content: _Content, kinds: Sequence[KindName], _: _Seen) -> KindName:
    with closing(content.lines()) as lines, long_cells():
        return _column(content.name, _header(content.name, CsvRecords(lines)), kinds)


def _header(name: str, records: CsvRecords) -> list[str]:
    for cells in records:
        if cells is None:
            raise AdaptyUsageError(f"{name}: its header is not CSV: {records.fault}")
        if any(map(str.strip, cells)):
            return [cell.strip() for cell in cells]
    return []


def _column(name: str, header: list[str], kinds: Sequence[KindName]) -> KindName:
    """Choose the column. What the header holds is not told: it may be a row of a file that has no header."""
    first = kinds[0]
    is_bare = _BARE_COLUMN in header and first not in header and first in MAIL_LOOKUP_KINDS
    kind = first if is_bare else next((kind for kind in kinds if kind in header), None)
    if kind is None:
        expected = "expected a header that names it, or one id a line"
        if first in MAIL_LOOKUP_KINDS:
            expected += f"; a column {_BARE_COLUMN} is your own ids"
        raise AdaptyUsageError(f"{name}: has no column {' or '.join(kinds)}; {expected}")
    column = _BARE_COLUMN if is_bare else kind
    if header.count(column) > 1:
        raise AdaptyUsageError(f"{name}: has two columns {column}; expected one")
    return kind


def _csv_row(line: int, text: str, header: list[str], cells: list[str], kinds: Sequence[KindName]) -> IdRow:
    if len(cells) != len(header):
        return IdRow(line, text.strip(), problem=f"has {len(cells)} cells where the header has {len(header)}")
    return IdRow.from_columns(line, text.strip(), dict(zip(header, cells, strict=True)), kinds)


def _untrusted(records: CsvRecords) -> Iterator[IdRow]:
    """Refuse all lines from a broken one on: what stands in a cell there must not be taken for somebody to erase."""
    problem, at_fault = f"is not CSV: {records.fault}", records.line
    yield IdRow(at_fault, records.text.strip(), problem=problem)
    for number, text in _numbered(records.rest(), at_fault + 1):
        yield IdRow(number, text, problem=f"follows line {at_fault}, which {problem}")


_PLAIN = _Reader(_plain_rows, _plain_kind)
_JSON_LINES = _Reader(_json_rows, _json_kind)
_CSV = _Reader(_csv_rows, _csv_kind)
_READERS = {".csv": _CSV, ".jsonl": _JSON_LINES, ".ndjson": _JSON_LINES}
