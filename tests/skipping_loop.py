"""An event loop whose clock skips waits, so that tests of waits are fast."""

from __future__ import annotations

import asyncio
import selectors
import threading
from typing import TYPE_CHECKING

from adapty.bulk._inputs.row_reader import RowReader

if TYPE_CHECKING:
    from selectors import SelectorKey

__all__ = ["SkippingLoop"]


class SkippingLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next timer when nothing else is ready.

    With a `thread_wait` of 0, the clock starts at zero and moves only by jumps, so a test does not depend on the speed
    or the clock of the machine.

    Attributes:
        skipped: The sum of the jumps in seconds.
        thread_wait: The time to wait for other threads before a jump, in seconds.
    """

    def __init__(self, thread_wait: float = 0.002) -> None:
        """Start at the current time, or at zero without a limit."""
        self.skipped = 0.0
        self.thread_wait = thread_wait
        super().__init__(_Skipping(self))

    def time(self) -> float:
        """Return the loop's own time."""
        return (super().time() if self.thread_wait else 0.0) + self.skipped


class _Skipping(selectors.DefaultSelector):
    """Waits a moment for threads, then moves the clock to the next timer."""

    def __init__(self, loop: SkippingLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        if not timeout:
            return super().select(timeout)
        while _is_reading():
            if ready := super().select(min(timeout, 0.001)):
                return ready
        thread_wait = self._loop.thread_wait
        ready = super().select(min(timeout, thread_wait))
        if not ready:
            self._loop.skipped += max(0.0, timeout - thread_wait)
        return ready


def _is_reading() -> bool:
    """Return whether another thread is reading an input; the clock stops meanwhile."""
    return any(isinstance(thread, RowReader) and not thread.is_idle for thread in threading.enumerate())
