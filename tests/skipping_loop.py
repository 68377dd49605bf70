"""An event loop whose clock skips waits, so that tests of delays take no time."""

from __future__ import annotations

import asyncio
import selectors
import threading
from typing import TYPE_CHECKING

from adapty.bulk._row_reader import RowReader

if TYPE_CHECKING:
    from selectors import SelectorKey

__all__ = ["SkippingLoop"]


class SkippingLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock moves to the next timer when there is nothing else to do.

    With `wait_seconds=0` nothing else moves the clock, which starts at zero: nothing depends on the speed of the machine.

    Attributes:
        skipped: Seconds that the clock is ahead.
        wait_seconds: Seconds to wait for other threads first.
    """

    def __init__(self, wait_seconds: float = 0.002) -> None:
        """Create a loop that starts at the current time, or at zero without `wait_seconds`."""
        self.skipped = 0.0
        self.wait_seconds = wait_seconds
        super().__init__(_Skipping(self))

    def time(self) -> float:
        """Return the time of the loop."""
        return (super().time() if self.wait_seconds else 0.0) + self.skipped


class _Skipping(selectors.DefaultSelector):
    """A selector that waits briefly for other threads, then skips the rest of the time."""

    def __init__(self, loop: SkippingLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        if not timeout:
            return super().select(timeout)
        while _is_reading():
            if ready := super().select(min(timeout, 0.001)):
                return ready
        wait_seconds = self._loop.wait_seconds
        ready = super().select(min(timeout, wait_seconds))
        if not ready:
            self._loop.skipped += max(0.0, timeout - wait_seconds)
        return ready


def _is_reading() -> bool:
    """Return whether an input is being read in another thread: time does not pass meanwhile."""
    return any(isinstance(thread, RowReader) and not thread.is_idle for thread in threading.enumerate())
