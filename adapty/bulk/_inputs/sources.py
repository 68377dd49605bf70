"""The inputs of records: files, and iterables of mappings or records."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from io import IOBase
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import define, field

from adapty._core.validation import type_name
from adapty.bulk._inputs.columns import Columns, SiblingInput
from adapty.bulk._inputs.csv import DELIMITER, CsvReader
from adapty.bulk._inputs.csv_rows import csv_rows, validate_csv, validate_header
from adapty.bulk._inputs.files import Format, InputFile, file_format
from adapty.bulk._inputs.fingerprint import FileState
from adapty.bulk._inputs.jsonl import json_rows, row_from_object
from adapty.bulk._inputs.row_reader import rows_from_items
from adapty.bulk._inputs.times import Times
from adapty.errors import AdaptyUsageError
from adapty.models import MailProfile, TransactionEvent

if TYPE_CHECKING:
    from adapty.bulk._inputs.rows import Row

__all__ = ["Records", "Source", "open_source", "sibling_input"]

Model = MailProfile | TransactionEvent

Records = str | PathLike[str] | Iterable[Mapping[str, Any] | Model] | AsyncIterable[Mapping[str, Any] | Model]
"""The inputs of records: the path of a file, or an iterable of mappings or records."""


class Source(ABC):
    """An input of records.

    Attributes:
        name: Its name in messages: the file's name, or the argument's.
        format: The format of its rows: CSV or JSON Lines.
        path: The file, or None.
        size: The size of the file in bytes, or None.
        state: The status of the file when it was opened, or None.
        delimiter: The character between the cells of CSV.
    """

    name: str
    format: Format
    path: Path | None
    size: int | None
    state: FileState | None
    delimiter: str = DELIMITER

    @abstractmethod
    def rows(self) -> Iterator[Row]:
        """Read the rows, those of a file from its beginning each time. Called and iterated in a thread.

        Raises:
            AdaptyUsageError: The file cannot be read to its end, or has changed since it was opened.
        """

    def validate(self) -> None:  # noqa: B027 - only CSV can be invalid as a whole
        """Read a CSV file to its end, and raise if a quote in it is in the wrong place; the rest is checked row by row.

        Raises:
            AdaptyUsageError: The file is not CSV, or cannot be read.
        """

    @abstractmethod
    def position(self) -> int:
        """Return how many bytes of the file were read since the last call of `rows`; 0 for an iterable.

        Of a gzipped file these are compressed bytes. The buffer, about 64 KiB, counts as read.
        """

    def read_fraction(self) -> float | None:
        """Return the fraction of the file that was read, from 0 to 1; None if it is unknown.

        The buffer does not count: a small file would be read from the first row on.
        """
        return None

    def not_imported(self) -> Mapping[str, int]:
        """Return the columns that Adapty Mail has no field for, with the number of values read so far.

        They are columns of Adapty's historical import file.
        """
        return {}


def open_source(
    name: str,
    given: Records,
    record: type[Model],
    mapping: Mapping[str, str] | None = None,
    *,
    ignore: Collection[str] = (),
    others: Sequence[SiblingInput] = (),
    required: Collection[str] = (),
    delimiter: str = DELIMITER,
    times: Times | None = None,
) -> Source:
    """Check an input as far as possible before the first record: names and headers.

    Args:
        name: The argument's name, for messages.
        given: A path, or an iterable or async iterable of mappings or records.
        record: The class of the records.
        mapping: Fields, nested ones dotted (`custom.plan`, `device_info.os`), to the columns or keys that hold them.
        ignore: Columns, or keys, to ignore.
        others: The other inputs of the import, which can have the mapped columns instead.
        required: The fields that need a column in a CSV file.
        delimiter: The character between the cells of CSV.
        times: How to read times.

    Raises:
        AdaptyUsageError: It has another type; the file cannot be opened, has another format, or an invalid header; the
            mapping has an unknown field or column.

    Example:
        >>> source = open_source("profiles", [{"uid": "user_1"}], MailProfile, {"external_profile_id": "uid"})
        >>> [row.data for row in source.rows()]
        [{'external_profile_id': 'user_1'}]
    """
    columns = Columns.create(record, mapping, ignore=ignore, others=others, required=required)
    times = times or Times()
    if isinstance(given, str | PathLike):
        return _opened_file(name, given, columns, delimiter, times)
    if not _is_iterable(given):
        expected = f"expected a path, or an iterable of dicts or of {record.__name__}s"
        raise AdaptyUsageError.for_field(name, f"is {type_name(given)}; {expected}")
    if isinstance(given, IOBase):
        raise AdaptyUsageError.for_field(name, "is an open file; expected its path")
    return _IterableSource(name, given, record, columns, times)


def sibling_input(name: str, given: Records, record: type[Model], delimiter: str = DELIMITER) -> SiblingInput:
    """Return the columns of an input. If it is invalid, `open_source` raises the error.

    Args:
        name: The argument's name, for messages.
        given: A path, or an iterable of records.
        record: The class of the records.
        delimiter: The character between the cells of CSV.
    """
    try:
        path = Path(given) if isinstance(given, str | PathLike) else None
        if path is None or file_format(path) != "csv":
            return SiblingInput(name if path is None else str(path), record, None)
        with InputFile(path) as file:
            return SiblingInput(str(path), record, tuple(CsvReader(file, delimiter).header))
    except (AdaptyUsageError, TypeError):
        return SiblingInput(name, record, None)


def _opened_file(name: str, given: str | PathLike[str], columns: Columns, delimiter: str, times: Times) -> Source:
    try:
        path = Path(given)
    except TypeError:  # a PathLike of bytes
        raise AdaptyUsageError.for_field(name, f"is {type_name(given)}; expected a path that is text") from None
    format_ = file_format(path)
    with InputFile(path) as file:
        if format_ == "csv":
            validate_header(file, columns, delimiter)
        return _FileSource(path, format_, file.size, columns, delimiter, FileState.from_path(path), times)


def _is_iterable(given: object) -> bool:
    return isinstance(given, Iterable | AsyncIterable) and not isinstance(given, bytes | bytearray | Mapping)


@define
class _FileSource(Source):
    """A file of rows."""

    path: Path
    format: Format
    size: int
    columns: Columns
    delimiter: str
    state: FileState
    times: Times
    name: str = field(init=False)
    _reading: InputFile | None = None
    _is_complete: bool = False
    _not_imported: dict[str, int] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.name = self.path.name

    def rows(self) -> Generator[Row, None, None]:
        self._reading, self._is_complete = None, False
        self._not_imported = {}
        with InputFile(self.path) as file:
            self.state.check()
            self._reading = file
            if self.format == "csv":
                rows = csv_rows(file, self.columns, self.delimiter, not_imported=self._not_imported)
            else:
                rows = json_rows(file, self.columns)
            yield from map(self.times.apply, rows)
            self.state.check()
            self._is_complete = True

    def validate(self) -> None:
        if self.format == "csv":
            with InputFile(self.path) as file:
                validate_csv(file, self.delimiter)

    def read_fraction(self) -> float:
        if self._is_complete or not self.size:
            return 1.0
        return max(0, self.position() - self._reading.max_readahead) / self.size if self._reading is not None else 0.0

    def position(self) -> int:
        return min(self._reading.position, self.size) if self._reading is not None else 0

    def not_imported(self) -> Mapping[str, int]:
        return self._not_imported


@define
class _IterableSource(Source):
    """An iterable of mappings or records."""

    name: str
    given: Iterable[Any] | AsyncIterable[Any]
    record: type[Model]
    columns: Columns
    times: Times
    format: Format = "jsonl"
    path: None = None
    size: None = None
    state: None = None

    def rows(self) -> Iterator[Row]:
        return rows_from_items(self.given, self._create_row, f"{self.name}, after record")

    def _create_row(self, number: int, item: Any) -> Row:
        return self.times.apply(row_from_object(number, item, self.record, self.columns))

    def position(self) -> int:
        return 0
