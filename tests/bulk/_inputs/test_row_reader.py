"""The thread that reads an input ahead of the event loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from adapty.bulk._inputs.row_reader import RowReader
from adapty.bulk._inputs.rows import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("no_loose_ends")


def create_rows(count: int) -> Iterator[Row]:
    """Yield numbered rows."""
    for number in range(count):
        yield Row(number + 1, data={"number": number})


async def wait_for_count(reader: RowReader, count: int) -> None:
    """Wait until a reader has read this many rows and waits for capacity."""
    async with asyncio.timeout(30):
        while reader.count < count or not reader.is_idle:  # noqa: ASYNC110 - another thread counts
            await asyncio.sleep(0.001)


def test_reader_refills_buffer_after_each_batch() -> None:
    """The thread reads on as soon as there is capacity, not only when the buffer is empty."""

    async def read() -> list[int]:
        reader = RowReader(lambda: create_rows(1000))
        reader.start()
        counts = []
        try:
            for expected in (200, 300, 400):
                await wait_for_count(reader, expected)
                counts.append(reader.count)
                await reader.read_batch()
        finally:
            await reader.close()
        return counts

    assert asyncio.run(read()) == [200, 300, 400]
