"""Whom to erase, row by row, from a file or from a program."""

from __future__ import annotations

from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    Callable,
    Collection,
    Generator,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
    Sized,
)
from functools import partial
from io import TextIOBase
from os import PathLike
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self, cast

from attrs import evolve, frozen

from adapty._core.ids import MAIL_LOOKUP_KINDS
from adapty._core.validation import format_name, type_name
from adapty.bulk.id_files import KindName, read_ids
from adapty.bulk.options import file_option
from adapty.bulk.reading import read_through
from adapty.bulk.rows import Row
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from adapty.bulk.stop import Stop

__all__ = ["Ids", "Whom", "id_shown", "is_bare"]

Ids = str | Path | IO[bytes] | Iterable[str] | AsyncIterable[str]
"""Whom to erase: a file, an open one such as standard input, or anything that gives ids."""

_SHOWN = "shown"
_BARE = "bare"


def id_shown(row: Row) -> str:
    """Give the id of a row as it was read, for the report."""
    return str(row.source[_SHOWN])


def is_bare(row: Row) -> bool:
    """Tell whether the id of a row comes without its kind."""
    return bool(row.source[_BARE])


@frozen
class Whom:
    """Whom to erase.

    Attributes:
        name: What the list is called in messages.
        kind: Which kind of id names the users.
        named: The kinds of id that some row has; a bare id may be of each of `MAIL_LOOKUP_KINDS`.
        source: The file that they come from, or None.
        total: How many rows there are, or None where nobody knows.
        rows: Reads the rows from the beginning; `data` has the id by its kind.
        only_once: Whether the rows can be read only once.
    """

    name: str
    kind: KindName
    named: Collection[KindName]
    source: Path | IO[bytes] | None
    total: int | None
    rows: Callable[[], Generator[Row, None, None] | AsyncGenerator[Row, None]]
    only_once: bool = False

    @classmethod
    def of(cls, given: Ids, kinds: Sequence[KindName]) -> Self:
        """Take what was given. A file is read to its end, for its rows say what it holds.

        Args:
            given: A path, an open file, or an iterable of ids.
            kinds: The kinds of id to look for; what a program gives is of the first one.

        Raises:
            AdaptyUsageError: It is none of these, or the file cannot be read.
        """
        if isinstance(given, str | PathLike):
            return cls._of_file(file_option("ids", given), kinds)
        if isinstance(given, TextIOBase):
            raise AdaptyUsageError.for_field(
                "ids", 'is a file that is open as text; expected one opened with "rb", or a path'
            )
        if hasattr(given, "read"):
            return cls._of_file(cast("IO[bytes]", given), kinds)
        if isinstance(given, bytes | bytearray | Mapping) or not isinstance(given, Iterable | AsyncIterable):
            raise AdaptyUsageError.for_field("ids", f"is {type_name(given)}; expected a file or an iterable of ids")
        read: Callable[..., Any] = _given if isinstance(given, Iterable) else _given_async
        total = len(given) if isinstance(given, Sized) else None
        only_once = isinstance(given, Iterator | AsyncIterable)
        return cls("ids", kinds[0], MAIL_LOOKUP_KINDS, None, total, partial(read, given, kinds[0]), only_once)

    async def kept(self, stop: Stop) -> Self:
        """Read all ids that a program gives, so that they can be read again.

        Raises:
            KeyboardInterrupt: Somebody asked for an early end.
        """
        ids: list[Any] = []

        def keep(_: int, row: Row) -> bool:
            if stop.asked:
                raise KeyboardInterrupt
            ids.append(row.data[self.kind])
            return True

        await read_through(self.rows(), keep, None, stop)
        return evolve(self, rows=partial(_given, ids, self.kind), total=len(ids), only_once=False)

    def place(self, row: Row) -> str:
        """Say where a row stands."""
        return f"ids[{row.line - 1}]" if self.source is None else f"line {row.line}"

    @property
    def file(self) -> Path | None:
        """The file, where there is one that another run finds as it is: a pipe is none."""
        return self.source if isinstance(self.source, Path) and self.source.is_file() else None

    @classmethod
    def _of_file(cls, source: Path | IO[bytes], kinds: Sequence[KindName]) -> Self:
        users = read_ids(source, kinds)

        def rows() -> Generator[Row, None, None]:
            for row in users.rows:
                yield Row(row.line, row.ids, {_SHOWN: row.shown(users.kind), _BARE: row.is_bare}, row.problem)

        name = source.name if isinstance(source, Path) else "standard input"
        return cls(name, users.kind, users.named, source, len(users.rows), rows)


def _given(ids: Iterable[Any], kind: KindName) -> Generator[Row, None, None]:
    number = 0
    try:
        for number, given in enumerate(ids, start=1):
            yield _row(number, kind, given)
    except (Exception, KeyboardInterrupt) as stop:
        stop.add_note(_place_of_a_fault(number))
        raise


async def _given_async(ids: AsyncIterable[Any], kind: KindName) -> AsyncGenerator[Row, None]:
    number = 0
    try:
        async for given in ids:
            number += 1
            yield _row(number, kind, given)
    except (Exception, KeyboardInterrupt) as stop:
        stop.add_note(_place_of_a_fault(number))
        raise


def _row(number: int, kind: KindName, given: Any) -> Row:
    return Row(number, {kind: given}, {_SHOWN: given if isinstance(given, str) else format_name(given), _BARE: True})


def _place_of_a_fault(number: int) -> str:
    return f"raised by the iterable of ids, after id {number}"
