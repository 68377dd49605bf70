"""An input whose rows are in order of time."""

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


def sorted_source(source: Source) -> SortedFile | SortedRecords:
    """Return an input with the rows sorted by `event_datetime`; see `sorted_rows`."""
    return SortedRecords(source) if source.path is None else SortedFile(source)


@frozen
class SortedRecords:
    """The sorted rows of an iterable, whose length is unknown."""

    source: Source

    def share(self) -> None:
        """Return None: the fraction is unknown."""

    def rows(self) -> Generator[Row, None, None] | AsyncGenerator[Row, None]:
        """Return the rows in order."""
        return sorted_rows(self.source.rows())


@define
class SortedFile:
    """The sorted rows of a file.

    Attributes:
        source: The file.
        read: How many rows were read.
        returned: How many of them were returned, in order.
        is_complete: Whether all were returned.
    """

    source: Source
    read: int = 0
    returned: int = 0
    is_complete: bool = False

    def share(self) -> float:
        """Return the fraction that was returned, from 0 to 1; all rows are read before the first one is returned."""
        if self.is_complete:
            return 1.0
        return self.returned / self.read if self.returned else 0.0

    async def rows(self) -> AsyncGenerator[Row, None]:
        """Return the rows in order."""
        self.read = self.returned = 0
        async with aclosing(self._unsorted()) as unsorted, aclosing(sorted_rows(unsorted)) as rows:
            async for row in rows:
                self.returned += 1
                yield row
        self.is_complete = True

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
