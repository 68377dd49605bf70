"""An input's rows in order of time; a file's are sorted without keeping the event loop waiting."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, closing
from typing import TYPE_CHECKING, cast

from attrs import define, frozen

from adapty.bulk._feeder import TURN_SECONDS
from adapty.bulk._inputs.sorting import sorted_rows
from adapty.bulk._inputs.sources import Source

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    from adapty.bulk._inputs.rows import Row

__all__ = ["sorted_source"]


def sorted_source(source: Source) -> OrderedFile | OrderedRecords:
    """Give an input of which the rows are sorted by `event_datetime` first; see `sorted_rows`."""
    return OrderedRecords(source) if source.path is None else OrderedFile(source)


@frozen
class OrderedRecords:
    """What a program gives, record by record; how much there is, nobody knows."""

    source: Source

    def share(self) -> None:
        """Say that nobody knows how much was given."""

    def rows(self) -> Generator[Row, None, None] | AsyncGenerator[Row, None]:
        """Give the rows in order."""
        return sorted_rows(self.source.rows())


@define
class OrderedFile:
    """A file.

    Attributes:
        source: The file.
        read: How many rows were read.
        given: How many of them were given, in order.
        is_through: Whether all were given.
    """

    source: Source
    read: int = 0
    given: int = 0
    is_through: bool = False

    def share(self) -> float:
        """Say how much was given, from 0 to 1: all is read before the first row is."""
        if self.is_through:
            return 1.0
        return self.given / self.read if self.given else 0.0

    async def rows(self) -> AsyncGenerator[Row, None]:
        """Give the rows in order."""
        self.read = self.given = 0
        async with aclosing(self._unsorted()) as unsorted, aclosing(sorted_rows(unsorted)) as rows:
            async for row in rows:
                self.given += 1
                yield row
        self.is_through = True

    async def _unsorted(self) -> AsyncGenerator[Row, None]:
        now = asyncio.get_running_loop().time
        turn = now()
        with closing(cast("Generator[Row, None, None]", self.source.rows())) as rows:
            for row in rows:
                self.read += 1
                yield row
                if now() - turn > TURN_SECONDS:
                    await asyncio.sleep(0)
                    turn = now()
