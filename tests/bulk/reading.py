"""What the tests of reading share."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapty.bulk.rows import Row
    from adapty.bulk.sources import Source

__all__ = ["rows_of"]


def rows_of(source: Source) -> Generator[Row, None, None]:
    """Give the rows of a source that is not async."""
    rows = source.rows()
    assert isinstance(rows, Generator)
    return rows
