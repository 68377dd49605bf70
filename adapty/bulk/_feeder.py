"""Reads an input row by row in an event loop, and sees that the lanes get on meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from adapty._engine.cancellation import Stop
    from adapty._engine.dispatcher import Lanes
    from adapty.bulk._inputs.rows import Row

__all__ = ["TURN_SECONDS", "read_through"]

TURN_SECONDS = 0.004
"""So long rows are read before the lanes get their turn."""

_SLOW_SECONDS = 0.05
"""An input that takes so long for a row keeps the whole event loop waiting, and gives back as much time as it took."""


async def read_through(
    rows: Iterator[Row] | AsyncIterator[Row], offer: Callable[[int, Row], bool], lanes: Lanes[Any] | None, stop: Stop
) -> int:
    """Offer row after row, and close the rows, whatever ends it.

    Args:
        rows: The rows.
        offer: Takes a row, with its number from 0, and tells whether there is room for another one.
        lanes: Who makes room, if anybody does.
        stop: Is told while a row is being read that cannot be waited for.

    Returns:
        How many rows there were.
    """
    if isinstance(rows, AsyncIterator):
        return await _read_async(rows, offer, lanes)
    return await _read(rows, offer, lanes, stop)


async def _read(rows: Iterator[Row], offer: Callable[[int, Row], bool], lanes: Lanes[Any] | None, stop: Stop) -> int:
    now = asyncio.get_running_loop().time
    count, turn = 0, now()
    stop.is_reading = True
    try:
        for row in rows:
            stop.is_reading = False
            has_room = offer(count, row)
            count += 1
            if not has_room or now() - turn > TURN_SECONDS:
                await _let_go_on(lanes, now() - turn, has_room=has_room)
                turn = now()
            stop.is_reading = True
    finally:
        stop.is_reading = False
        if isinstance(rows, Generator):
            rows.close()
    return count


async def _read_async(rows: AsyncIterator[Row], offer: Callable[[int, Row], bool], lanes: Lanes[Any] | None) -> int:
    now = asyncio.get_running_loop().time
    count, turn = 0, now()
    try:
        async for row in rows:
            has_room = offer(count, row)
            count += 1
            if not has_room or now() - turn > TURN_SECONDS:
                await _let_go_on(lanes, 0, has_room=has_room)
                turn = now()
    finally:
        if isinstance(rows, AsyncGenerator):
            await rows.aclose()
    return count


async def _let_go_on(lanes: Lanes[Any] | None, seconds: float, *, has_room: bool) -> None:
    """Let the lanes have their turn, after so many seconds without one."""
    if lanes is not None and not has_room:
        await lanes.room()
    elif lanes is not None and seconds > _SLOW_SECONDS:
        await lanes.catch_up(seconds)
    else:
        await asyncio.sleep(0)
