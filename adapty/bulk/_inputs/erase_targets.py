"""The users to erase, row by row, from a file or from a program."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Collection, Iterable, Iterator, Mapping, Sequence, Sized
from functools import partial
from io import TextIOBase
from os import PathLike
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self, cast

from attrs import evolve, frozen

from adapty._core.ids import MAIL_LOOKUP_KINDS
from adapty._core.validation import format_name, type_name
from adapty.bulk._inputs.csv import DELIMITER
from adapty.bulk._inputs.files import parse_path
from adapty.bulk._inputs.ids import KindName, id_row, read_ids
from adapty.bulk._inputs.row_reader import read_all, rows_from_items
from adapty.bulk._inputs.rows import Row
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from adapty._engine.runner import CancelToken

__all__ = ["EraseTargets", "Ids", "display_id", "is_bare_id"]

Ids = str | Path | IO[bytes] | Iterable[str] | AsyncIterable[str]
"""The users to erase: a path, an open binary file such as standard input, or an iterable of IDs."""

_MAX_DISPLAYED = 200


def display_id(row: Row, kind: KindName) -> str:
    """Return the ID of a row as it was read, or the start of the row if it has none; for the report."""
    value = row.data.get(kind)
    if value and isinstance(value, str):
        return value
    text: str = row.source["text"]
    return text if len(text) <= _MAX_DISPLAYED else f"{text[:_MAX_DISPLAYED]}..."


def is_bare_id(row: Row) -> bool:
    """Return whether the ID of a row comes without its kind."""
    return bool(row.source["is_bare_id"])


@frozen
class EraseTargets:
    """The users to erase.

    Attributes:
        name: The name of the list in messages.
        kind: The kind of ID that names the users.
        named: The kinds of ID that at least one row has; a bare ID can be each of `MAIL_LOOKUP_KINDS`.
        source: The file that they come from, or None.
        total: The number of rows, or None if it is unknown.
        rows: Read the rows from the start; `data` has the IDs by kind.
        single_pass: Whether the rows can be read only once.
        delimiter: The character between the cells of CSV.
    """

    name: str
    kind: KindName
    named: Collection[KindName]
    source: Path | IO[bytes] | None
    total: int | None
    rows: Callable[[], Iterator[Row]]
    single_pass: bool = False
    delimiter: str = DELIMITER

    @classmethod
    def create(cls, given: Ids, kinds: Sequence[KindName], delimiter: str = DELIMITER) -> Self:
        """Check the input. A file is read to its end, because its rows determine the kind of ID.

        Args:
            given: A path, an open file, or an iterable of ids.
            kinds: The kinds of ID to read; those of an iterable are of the first one.
            delimiter: The character between the cells of CSV.

        Raises:
            AdaptyUsageError: It is none of these, or the file cannot be read.
        """
        if isinstance(given, str | PathLike):
            return cls._of_file(parse_path("ids", given), kinds, delimiter)
        if isinstance(given, TextIOBase):
            raise AdaptyUsageError.for_field(
                "ids", 'is a file that is open as text; expected one opened with "rb", or a path'
            )
        if hasattr(given, "read"):
            return cls._of_file(cast("IO[bytes]", given), kinds, delimiter)
        if isinstance(given, bytes | bytearray | Mapping) or not isinstance(given, Iterable | AsyncIterable):
            raise AdaptyUsageError.for_field("ids", f"is {type_name(given)}; expected a file or an iterable of ids")
        total = len(given) if isinstance(given, Sized) else None
        single_pass = isinstance(given, Iterator | AsyncIterable)
        return cls(
            "ids", kinds[0], MAIL_LOOKUP_KINDS, None, total, partial(_rows_from_ids, given, kinds[0]), single_pass
        )

    async def materialize(self, token: CancelToken) -> Self:
        """Read all ids of an iterable, so that they can be read again.

        Raises:
            KeyboardInterrupt: The token requested the end.
        """
        ids = [row.data[self.kind] for row in await read_all(self.rows, token)]
        return evolve(self, rows=partial(_rows_from_ids, ids, self.kind), total=len(ids), single_pass=False)

    def location(self, row: Row) -> str:
        """Return the location of a row."""
        return f"ids[{row.line - 1}]" if self.source is None else f"line {row.line}"

    @property
    def file(self) -> Path | None:
        """The file, where there is one that another run finds as it is: a pipe is none."""
        return self.source if isinstance(self.source, Path) and self.source.is_file() else None

    @classmethod
    def _of_file(cls, source: Path | IO[bytes], kinds: Sequence[KindName], delimiter: str) -> Self:
        file = read_ids(source, kinds, delimiter)
        name = source.name if isinstance(source, Path) else "standard input"
        return cls(name, file.kind, file.named, source, file.count, file.rows, delimiter=delimiter)


def _rows_from_ids(ids: Iterable[Any] | AsyncIterable[Any], kind: KindName) -> Iterator[Row]:
    return rows_from_items(ids, partial(_row, kind), "ids, after id")


def _row(kind: KindName, number: int, given: Any) -> Row:
    return id_row(number, {kind: given}, given if isinstance(given, str) else format_name(given), is_bare_id=True)
