"""An event loop in which waiting takes no time, for what is tested to wait is not waited for by the tests."""

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
    """Has a clock that goes on to the next timer when there is nothing to do until then.

    Without patience that is all that moves the clock, which begins at zero: nothing depends on how quick the machine is
    or how long it has been on.

    Attributes:
        skipped: How many seconds its clock is ahead.
        patience: How many seconds it waits for other threads first.
    """

    def __init__(self, patience: float = 0.002) -> None:
        """Begin with the right time, or at zero."""
        self.skipped = 0.0
        self.patience = patience
        super().__init__(_Skipping(self))

    def time(self) -> float:
        """Give the loop's own time."""
        return (super().time() if self.patience else 0.0) + self.skipped


class _Skipping(selectors.DefaultSelector):
    """Waits a moment for threads, then lets the clock skip the rest."""

    def __init__(self, loop: SkippingLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        if not timeout:
            return super().select(timeout)
        while _is_reading():
            if ready := super().select(min(timeout, 0.001)):
                return ready
        patience = self._loop.patience
        ready = super().select(min(timeout, patience))
        if not ready:
            self._loop.skipped += max(0.0, timeout - patience)
        return ready


def _is_reading() -> bool:
    """Return whether an input is being read in another thread: time does not pass meanwhile."""
    return any(isinstance(thread, RowReader) and not thread.is_idle for thread in threading.enumerate())
