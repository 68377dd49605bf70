"""EraseTargets to erase, row by row, from a file or from a program."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Collection, Iterable, Iterator, Mapping, Sequence, Sized
from functools import partial
from io import TextIOBase
from os import PathLike
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self, cast

from attrs import evolve, frozen

from adapty._core.identity import BARE_ID_KINDS
from adapty._core.validate import kind_of, printable
from adapty.bulk._inputs.ids import KindName, read_ids
from adapty.bulk._inputs.rows import Row
from adapty.bulk._row_reader import read_all, rows_from_items
from adapty.bulk.options import path_option
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from adapty._engine.runner import CancelToken

__all__ = ["EraseTargets", "Ids", "display_id", "is_bare_id"]

Ids = str | Path | IO[bytes] | Iterable[str] | AsyncIterable[str]
"""EraseTargets to erase: a file, an open one such as standard input, or anything that gives ids."""

_SHOWN = "shown"
_BARE = "bare"


def display_id(row: Row) -> str:
    """Give the id of a row as it was read, for the report."""
    return str(row.source[_SHOWN])


def is_bare_id(row: Row) -> bool:
    """Tell whether the id of a row comes without its kind."""
    return bool(row.source[_BARE])


@frozen
class EraseTargets:
    """EraseTargets to erase.

    Attributes:
        name: What the list is called in messages.
        kind: Which kind of id names the users.
        named: The kinds of id that some row has; a bare id may be of each of `BARE_ID_KINDS`.
        source: The file that they come from, or None.
        total: How many rows there are, or None where nobody knows.
        rows: Reads the rows from the beginning; `data` has the id by its kind.
        single_pass: Whether the rows can be read only once.
    """

    name: str
    kind: KindName
    named: Collection[KindName]
    source: Path | IO[bytes] | None
    total: int | None
    rows: Callable[[], Iterator[Row]]
    single_pass: bool = False

    @classmethod
    def create(cls, given: Ids, kinds: Sequence[KindName]) -> Self:
        """Take what was given. A file is read to its end, for its rows say what it holds.

        Args:
            given: A path, an open file, or an iterable of ids.
            kinds: The kinds of id to look for; what a program gives is of the first one.

        Raises:
            AdaptyUsageError: It is none of these, or the file cannot be read.
        """
        if isinstance(given, str | PathLike):
            return cls._of_file(path_option("ids", given), kinds)
        if isinstance(given, TextIOBase):
            raise AdaptyUsageError.for_field(
                "ids", 'is a file that is open as text; expected one opened with "rb", or a path'
            )
        if hasattr(given, "read"):
            return cls._of_file(cast("IO[bytes]", given), kinds)
        if isinstance(given, bytes | bytearray | Mapping) or not isinstance(given, Iterable | AsyncIterable):
            raise AdaptyUsageError.for_field("ids", f"is {kind_of(given)}; expected a file or an iterable of ids")
        total = len(given) if isinstance(given, Sized) else None
        single_pass = isinstance(given, Iterator | AsyncIterable)
        return cls("ids", kinds[0], BARE_ID_KINDS, None, total, partial(_rows_from_ids, given, kinds[0]), single_pass)

    async def materialize(self, token: CancelToken) -> Self:
        """Read all ids of an iterable, so that they can be read again.

        Raises:
            KeyboardInterrupt: The token requested the end.
        """
        ids = [row.data[self.kind] for row in await read_all(self.rows, token)]
        return evolve(self, rows=partial(_rows_from_ids, ids, self.kind), total=len(ids), single_pass=False)

    def location(self, row: Row) -> str:
        """Say where a row stands."""
        return f"ids[{row.line - 1}]" if self.source is None else f"line {row.line}"

    @property
    def file(self) -> Path | None:
        """The file, where there is one that another run finds as it is: a pipe is none."""
        return self.source if isinstance(self.source, Path) and self.source.is_file() else None

    @classmethod
    def _of_file(cls, source: Path | IO[bytes], kinds: Sequence[KindName]) -> Self:
        users = read_ids(source, kinds)

        def rows() -> Iterator[Row]:
            for row in users.rows:
                yield Row(row.line, row.ids, {_SHOWN: row.shown(users.kind), _BARE: row.is_bare_id}, row.problem)

        name = source.name if isinstance(source, Path) else "standard input"
        return cls(name, users.kind, users.named, source, len(users.rows), rows)


def _rows_from_ids(ids: Iterable[Any] | AsyncIterable[Any], kind: KindName) -> Iterator[Row]:
    return rows_from_items(ids, partial(_row, kind), "ids, after id")


def _row(kind: KindName, number: int, given: Any) -> Row:
    return Row(number, {kind: given}, {_SHOWN: given if isinstance(given, str) else printable(given), _BARE: True})
