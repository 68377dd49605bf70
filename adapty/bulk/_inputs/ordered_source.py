"""An input whose rows are sorted by time first."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from attrs import define

from adapty.bulk._inputs.sorting import sorted_rows
from adapty.bulk._inputs.sources import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapty.bulk._inputs.rows import Row

__all__ = ["SortedSource"]


@define
class SortedSource:
    """The rows of an input in the order of their `event_datetime`.

    Attributes:
        source: The input.
        read: Number of rows that were read.
        sorted: Number of rows that were returned in order.
        is_complete: Whether all were returned.
    """

    source: Source
    read: int = 0
    sorted: int = 0
    is_complete: bool = False

    def read_fraction(self) -> float | None:
        """Return which part of a file was returned, from 0 to 1: all is read before the first row is returned."""
        if self.source.path is None:
            return None
        if self.is_complete:
            return 1.0
        return self.sorted / self.read if self.sorted else 0.0

    def rows(self) -> Iterator[Row]:
        """Return the rows in order. Called and iterated in a thread."""
        self.read = self.sorted = 0
        with closing(sorted_rows(self._count_rows())) as rows:
            for row in rows:
                self.sorted += 1
                yield row
        self.is_complete = True

    def _count_rows(self) -> Iterator[Row]:
        for row in self.source.rows():
            self.read += 1
            yield row
