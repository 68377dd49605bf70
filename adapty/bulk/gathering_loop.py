"""The event loop of runs that have one of their own: it takes answers as they have gathered, not each by itself."""

from __future__ import annotations

import asyncio
import selectors
import time
from typing import TYPE_CHECKING

from adapty._clock import new_event_loop, use_monotonic

if TYPE_CHECKING:
    from selectors import SelectorKey

__all__ = ["gathering_loop"]

_GATHER_SECONDS = 0.0005
"""So long answers gather: little beside what an API takes, and a good deal beside what a quick one nearby does."""


def gathering_loop() -> asyncio.AbstractEventLoop:
    """Make the event loop that asyncio would make; where that is its own one over a selector, one that gathers.

    A transport that works in a thread of its own hands answers over one by one, and needs the interpreter's lock for
    each. Left alone for a moment it hands over all that have come: that takes two thirds of the time.

    Example:
        >>> with asyncio.Runner(loop_factory=gathering_loop) as runner:
        ...     runner.run(asyncio.sleep(0, "done"))
        'done'
    """
    usual = new_event_loop()
    if type(usual) is not asyncio.SelectorEventLoop:  # on Windows, or the caller's choice, such as uvloop
        return usual
    usual.close()
    return use_monotonic(asyncio.SelectorEventLoop(_GatheringSelector()))


class _GatheringSelector(selectors.DefaultSelector):
    """Leaves other threads alone for a moment before it waits; no timer is late for that."""

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        if timeout is None or timeout > _GATHER_SECONDS:
            time.sleep(_GATHER_SECONDS)
            timeout = None if timeout is None else timeout - _GATHER_SECONDS
        return super().select(timeout)
