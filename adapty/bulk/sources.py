"""Where records come from: files, and whatever a program gives record by record."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Collection,
    Generator,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from io import IOBase
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import define, field

from adapty._core.validation import type_name
from adapty.bulk.columns import Columns, OtherInput
from adapty.bulk.csv_rows import check_header, column_names, csv_rows
from adapty.bulk.files import Format, InputFile, file_format
from adapty.bulk.fingerprint import FileState
from adapty.bulk.object_rows import given_row, json_rows
from adapty.errors import AdaptyUsageError
from adapty.models import MailProfile, TransactionEvent

if TYPE_CHECKING:
    from adapty.bulk.rows import Row

__all__ = ["Records", "Source", "open_source", "other_input"]

Model = MailProfile | TransactionEvent

Records = str | PathLike[str] | Iterable[Mapping[str, Any] | Model] | AsyncIterable[Mapping[str, Any] | Model]
"""What records can be read from: a file, or mappings or ready records, one after the other."""


class Source(ABC):
    """Records to be read.

    Attributes:
        name: What it is called in messages: the file's name, or the name that it was given.
        format: How its rows are written down: as CSV or as JSON Lines.
        path: The file, or None.
        size: How many bytes the file has on disk, or None.
        state: What the system said of the file when it was opened, or None.
    """

    name: str
    format: Format
    path: Path | None
    size: int | None
    state: FileState | None

    @abstractmethod
    def rows(self) -> Iterator[Row] | AsyncIterator[Row]:
        """Read the rows, a file's from its beginning each time; an async iterator where the program gave one.

        Raises:
            AdaptyUsageError: The file cannot be read to its end, or has changed into a wrong one.
        """

    @abstractmethod
    def position(self) -> int:
        """Say how many bytes of the file on disk were read since `rows` was called last; 0 where there is none.

        Of a gzipped file these are packed bytes. What is buffered, about 64 KiB, counts as read. A call costs next to
        nothing.
        """

    def share(self) -> float | None:
        """Say how much of the file was read at least, from 0 to 1; None where that is unknown.

        What is buffered does not count: of a small file all would count as read from the first row on.
        """
        return None

    def not_imported(self) -> Mapping[str, int]:
        """Return the columns that Adapty Mail has no field for, with the number of values in each.

        They are those of Adapty's historical import file; what was read since `rows` was called last is counted.
        """
        return {}


def open_source(
    name: str,
    given: Records,
    record: type[Model],
    mapping: Mapping[str, str] | None = None,
    *,
    ignore: Collection[str] = (),
    others: Sequence[OtherInput] = (),
) -> Source:
    """Take what records are to be read from, and check what can be checked before the first one: names and headers.

    Args:
        name: The argument's name, for messages.
        given: A path, or an iterable or async iterable of mappings or of ready records.
        record: The class of the records.
        mapping: Fields, nested ones dotted (`custom.plan`, `device_info.os`), to the columns or keys that hold them.
        ignore: Columns, or keys, that stand for nothing.
        others: The other inputs of the import, which may have columns in the place of this one.

    Raises:
        AdaptyUsageError: It is nothing of these; the file cannot be opened, is of another format, or its header is
            wrong; the mapping names what is no field or no column.

    Example:
        >>> source = open_source("profiles", [{"uid": "user_1"}], MailProfile, {"external_profile_id": "uid"})
        >>> [row.data for row in source.rows()]
        [{'external_profile_id': 'user_1'}]
    """
    columns = Columns.of(record, mapping, ignore=ignore, others=others)
    if isinstance(given, str | PathLike):
        return _opened_file(name, given, columns)
    if not _is_iterable(given):
        expected = f"expected a path, or an iterable of dicts or of {record.__name__}s"
        raise AdaptyUsageError.for_field(name, f"is {type_name(given)}; {expected}")
    if isinstance(given, IOBase):
        raise AdaptyUsageError.for_field(name, "is an open file; expected its path")
    return _Given(name, given, record, columns)


def other_input(name: str, given: Records, record: type[Model]) -> OtherInput:
    """Look which columns an input has. What is wrong with it is told when it is opened, and not here.

    Args:
        name: The argument's name, for messages.
        given: A path, or whatever gives records.
        record: The class of the records.
    """
    try:
        path = Path(given) if isinstance(given, str | PathLike) else None
        if path is None or file_format(path) != "csv":
            return OtherInput(name if path is None else str(path), record, None)
        with InputFile(path) as file:
            return OtherInput(str(path), record, column_names(file))
    except (AdaptyUsageError, TypeError):
        return OtherInput(name, record, None)


def _opened_file(name: str, given: str | PathLike[str], columns: Columns) -> Source:
    try:
        path = Path(given)
    except TypeError:  # a PathLike of bytes
        raise AdaptyUsageError.for_field(name, f"is {type_name(given)}; expected a path that is text") from None
    spelled = file_format(path)
    with InputFile(path) as file:
        if spelled == "csv":
            check_header(file, columns)
        return _File(path, spelled, file.size, columns, FileState.of(path))


def _is_iterable(given: object) -> bool:
    return isinstance(given, Iterable | AsyncIterable) and not isinstance(given, bytes | bytearray | Mapping)


@define
class _File(Source):
    """A file of rows."""

    path: Path
    format: Format
    size: int
    columns: Columns
    state: FileState
    name: str = field(init=False)
    _reading: InputFile | None = None
    _is_through: bool = False
    _not_imported: dict[str, int] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.name = self.path.name

    def rows(self) -> Generator[Row, None, None]:
        self._reading, self._is_through = None, False
        self._not_imported = {}
        with InputFile(self.path) as file:
            self.state.check()
            self._reading = file
            if self.format == "csv":
                yield from csv_rows(file, self.columns, self._not_imported)
            else:
                yield from json_rows(file, self.columns)
            self.state.check()
            self._is_through = True

    def share(self) -> float:
        if self._is_through or not self.size:
            return 1.0
        return max(0, self.position() - self._reading.most_ahead) / self.size if self._reading is not None else 0.0

    def position(self) -> int:
        return min(self._reading.position, self.size) if self._reading is not None else 0

    def not_imported(self) -> Mapping[str, int]:
        return self._not_imported


@define
class _Given(Source):
    """What a program gives record by record."""

    name: str
    given: Iterable[Any] | AsyncIterable[Any]
    record: type[Model]
    columns: Columns
    format: Format = "jsonl"
    path: None = None
    size: None = None
    state: None = None

    def rows(self) -> Iterator[Row] | AsyncIterator[Row]:
        return self._rows(self.given) if isinstance(self.given, Iterable) else self._rows_async(self.given)

    def position(self) -> int:
        return 0

    def _rows(self, given: Iterable[Any]) -> Generator[Row, None, None]:
        number = 0
        try:
            for number, item in enumerate(given, start=1):
                yield given_row(number, item, self.record, self.columns)
        except (Exception, KeyboardInterrupt) as stop:
            stop.add_note(self._place(number))
            raise

    async def _rows_async(self, given: AsyncIterable[Any]) -> AsyncGenerator[Row, None]:
        number = 0
        try:
            async for item in given:
                number += 1
                yield given_row(number, item, self.record, self.columns)
        except (Exception, KeyboardInterrupt) as stop:
            stop.add_note(self._place(number))
            raise

    def _place(self, number: int) -> str:
        return f"raised by the iterable of {self.name}, after record {number}"
