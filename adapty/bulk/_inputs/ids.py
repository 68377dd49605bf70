"""Files of IDs of users to erase: one ID a line, CSV or JSON Lines, gzipped or not."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import IO, Any, Literal, get_args

from attrs import define, field, frozen

from adapty._core.ids import (
    ID_VALIDATORS,
    LISTED_ID_VALIDATORS,
    LISTED_MAIL_ID_VALIDATORS,
    MAIL_ID_VALIDATORS,
    MAIL_LOOKUP_KINDS,
    UUID_PATTERN,
)
from adapty.bulk._inputs.csv import DELIMITER, CsvReader
from adapty.bulk._inputs.files import InputFile, TempCopy
from adapty.bulk._inputs.rows import Row
from adapty.errors import AdaptyUsageError

__all__ = ["API_KINDS", "KINDS", "NAMED_API_KINDS", "ApiName", "IdFile", "KindName", "id_row", "read_ids"]

ApiName = Literal["server-side", "mail"]
"""The two APIs, as the command line names them."""

KindName = Literal["customer_user_id", "profile_id", "external_profile_id", "email"]
"""What an API identifies a user by."""

KINDS: tuple[KindName, ...] = get_args(KindName)
"""The known columns and keys; if a file has two of them, the first one is used."""

API_KINDS: Mapping[ApiName, Mapping[str, Callable[[Any], str]]] = {
    "server-side": LISTED_ID_VALIDATORS,
    "mail": LISTED_MAIL_ID_VALIDATORS,
}
"""The kinds of ID that each API knows, with their validators."""

NAMED_API_KINDS: Mapping[ApiName, Mapping[str, Callable[[Any], str]]] = {
    "server-side": ID_VALIDATORS,
    "mail": MAIL_ID_VALIDATORS,
}
"""The same if the caller names both the API and the kind."""

_BARE_COLUMN = "user_id"
"""The column, or key, of your own user IDs, without their kind. Adapty's historical import file has it, and
`mail import` reads it as `external_profile_id`."""

_COLUMNS: tuple[str, ...] = (*KINDS, _BARE_COLUMN)

_JSON_START = re.compile(r'[\[{]\s*(["\[{\]}]|$)')
_DELIMITERS = (",", ";", "\t")


@frozen
class IdFile:
    """The content of a file of IDs.

    Attributes:
        kind: The kind of ID that is read.
        named: The kinds of ID that at least one row has; a bare ID can be each of `MAIL_LOOKUP_KINDS`.
        count: The number of rows that are not blank.
        rows: Read the rows from the start; `data` has the IDs by kind.
    """

    kind: KindName
    named: frozenset[KindName]
    count: int
    rows: Callable[[], Generator[Row, None, None]] = field(repr=False)


def read_ids(source: Path | IO[bytes], kinds: Sequence[KindName] = KINDS, delimiter: str = DELIMITER) -> IdFile:
    """Read a file to its end without keeping its rows in memory, and return what it contains.

    A name that ends in .csv, .jsonl or .ndjson determines the format; for any other name the first line does. CSV has
    a header with a column `customer_user_id`, `profile_id`, `external_profile_id`, `email` or `user_id`; a line of JSON
    Lines is a string, or an object with one of these keys; any other file has one ID a line. Blank lines are skipped.
    An ID is read as an import reads it, white space included, so that both refuse the same IDs.

    `user_id` is a bare ID, like an ID on a line of its own. It is read if there is no `customer_user_id`, so that a
    historical import file, which has e-mail addresses as well, erases the users from both APIs.

    Args:
        source: The file, or a stream such as standard input. A stream or a pipe is copied to a temporary file, which
            has no name and disappears with the process.
        kinds: The kinds of ID to read: the first one that the file names, or the first one if it names none.
        delimiter: The character between the cells of CSV.

    Raises:
        AdaptyUsageError: The file cannot be read, is empty, is not CSV, or its header has no column of IDs.
    """
    is_path = isinstance(source, Path) and (source.is_file() or not source.exists())
    content = source if isinstance(source, Path) and is_path else TempCopy(source)
    file_format = _detect_format(source, content, delimiter)(content, kinds, delimiter)
    stats = _Stats()
    for row in file_format.rows():
        stats.add(row, kinds)
    kind = file_format.kind(stats)
    if not stats.count:
        raise AdaptyUsageError(f"{content}: has no rows below its header; expected at least one ID")
    return IdFile(kind, frozenset(stats.named), stats.count, file_format.rows)


def id_row(line: int, ids: Mapping[str, Any], text: str, problem: str | None = None, *, is_bare_id: bool) -> Row:
    """Return a row of IDs.

    Args:
        line: Its line, or the number of the ID, from 1.
        ids: The IDs by kind.
        text: The row as text.
        problem: Why it cannot be read, or None.
        is_bare_id: Whether the ID has no kind.
    """
    return Row(line, ids, {"text": text, "is_bare_id": is_bare_id}, problem)


@define
class _Stats:
    """What is known of a file after all rows were read."""

    count: int = 0
    named: set[KindName] = field(factory=set)
    only_uuids: bool = True

    def add(self, row: Row, kinds: Sequence[KindName]) -> None:
        self.count += 1
        self.named.update(kind for kind in kinds if row.data.get(kind) is not None)
        if row.source["is_bare_id"]:
            self.named.update(kind for kind in MAIL_LOOKUP_KINDS if kind in kinds)
        self.only_uuids = self.only_uuids and UUID_PATTERN.fullmatch(row.source["text"].strip()) is not None


@frozen
class _PlainFile:
    """One ID a line."""

    content: Path | TempCopy
    kinds: Sequence[KindName]
    delimiter: str

    def rows(self) -> Generator[Row, None, None]:
        for number, text in _lines(self.content):
            yield id_row(number, {self.kinds[0]: text}, text, is_bare_id=True)

    def kind(self, stats: _Stats) -> KindName:
        # If these are read as the other kind, none of them is found, and no user is erased.
        if "profile_id" in self.kinds[1:] and stats.only_uuids:
            expected = (
                "expected --by profile_id or --by customer_user_id; if they are your own IDs, which Mail can have as "
                "external_profile_id, add user_id as the first line"
            )
            raise AdaptyUsageError(f"{self.content}: has UUIDs only, which can be IDs of either kind; {expected}")
        return self.kinds[0]


@frozen
class _JsonFile:
    """JSON Lines."""

    content: Path | TempCopy
    kinds: Sequence[KindName]
    delimiter: str

    def rows(self) -> Generator[Row, None, None]:
        for number, text in _lines(self.content):
            yield self._row(number, text)

    def kind(self, stats: _Stats) -> KindName:
        return next((kind for kind in self.kinds if kind in stats.named), self.kinds[0])

    def _row(self, line: int, text: str) -> Row:
        decoded, problem = _decode(text)
        if isinstance(decoded, str):
            return id_row(line, {self.kinds[0]: decoded}, text, is_bare_id=True)
        if isinstance(decoded, dict):
            return _row_from_columns(line, text, decoded, self.kinds)
        return id_row(line, {}, text, problem or "is neither a JSON object nor a string", is_bare_id=False)


@frozen
class _CsvFile:
    """CSV with a header."""

    content: Path | TempCopy
    kinds: Sequence[KindName]
    delimiter: str

    def rows(self) -> Generator[Row, None, None]:
        with InputFile(self.content) as file:
            reader = CsvReader(file, self.delimiter)
            header = reader.header
            self._column(header)
            for cells in reader.records():
                if not any(map(str.strip, cells)):
                    continue
                text = reader.text.strip()
                if len(cells) == len(header):
                    yield _row_from_columns(reader.line, text, dict(zip(header, cells, strict=True)), self.kinds)
                else:
                    problem = f"has {len(cells)} cells where the header has {len(header)}"
                    yield id_row(reader.line, {}, text, problem, is_bare_id=False)

    def kind(self, _: _Stats) -> KindName:
        with InputFile(self.content) as file:
            return self._column(CsvReader(file, self.delimiter).header)

    def _column(self, header: list[str]) -> KindName:
        """Choose the column. The header is not in the messages: it can be a row of a file without a header."""
        first = self.kinds[0]
        is_bare_id = _BARE_COLUMN in header and first not in header and first in MAIL_LOOKUP_KINDS
        kind = first if is_bare_id else next((kind for kind in self.kinds if kind in header), None)
        if kind is None:
            bare = f", or {_BARE_COLUMN} for your own user IDs" if first in MAIL_LOOKUP_KINDS else ""
            expected = f"expected a header with such a column{bare}, or a file with one ID a line"
            raise AdaptyUsageError(f"{self.content}: has no column {' or '.join(self.kinds)}; {expected}")
        column = _BARE_COLUMN if is_bare_id else kind
        if header.count(column) > 1:
            raise AdaptyUsageError(f"{self.content}: has two columns {column}; expected one")
        return kind


_BY_SUFFIX: Mapping[str, type[_PlainFile | _JsonFile | _CsvFile]] = {
    ".csv": _CsvFile,
    ".jsonl": _JsonFile,
    ".ndjson": _JsonFile,
}


def _detect_format(
    source: Path | IO[bytes], content: Path | TempCopy, delimiter: str
) -> type[_PlainFile | _JsonFile | _CsvFile]:
    """Return the format of a file: by its name, or by its first line that is not blank."""
    with closing(_lines(content)) as lines:
        _, line = next(lines, (0, ""))
    if not line:
        raise AdaptyUsageError(f"{content}: is empty; expected at least one ID")
    first = line.strip()
    name = source.name.lower().removesuffix(".gz") if isinstance(source, Path) else ""
    if (suffix := Path(name).suffix) in _BY_SUFFIX:
        return _BY_SUFFIX[suffix]
    if first.strip('"') in _COLUMNS:
        return _CsvFile
    if _JSON_START.match(first) or isinstance(_decode(first)[0], str):
        return _JsonFile
    # A table without a column of IDs is refused for its header; sent line by line, no user would be found.
    return _CsvFile if any(each in first for each in (*_DELIMITERS, delimiter)) else _PlainFile


def _lines(content: Path | TempCopy) -> Generator[tuple[int, str], None, None]:
    """Return the lines that are not blank, with their numbers and without their ends."""
    with InputFile(content) as file:
        for number, line in enumerate(file.lines(), 1):
            if line.strip():
                yield number, line.rstrip("\r\n")


def _row_from_columns(line: int, text: str, cells: Mapping[str, Any], kinds: Sequence[KindName]) -> Row:
    """Return the row of cells by column; a bare ID is read as the first kind if it can be of that kind."""
    kind = kinds[0]
    if _BARE_COLUMN not in cells or kind in cells or kind not in MAIL_LOOKUP_KINDS:
        return id_row(line, cells, text, is_bare_id=False)
    bare = cells[_BARE_COLUMN]
    problem = f"has no {_BARE_COLUMN}" if bare is None or bare == "" else None
    return id_row(line, {**cells, kind: bare}, text, problem, is_bare_id=True)


def _decode(text: str) -> tuple[Any, str | None]:
    """Return the value of JSON text, or None and why it is not JSON."""
    try:
        return json.loads(text, object_pairs_hook=_object_from_pairs), None
    except (ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "it has what JSON cannot represent"
        return None, f"is not JSON: {reason}"


def _object_from_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; raise if it names two users."""
    names = [name for name, _ in pairs]
    if any(names.count(column) > 1 for column in _COLUMNS):
        raise ValueError
    return dict(pairs)
