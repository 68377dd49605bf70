"""Who sends next: lanes wait in a queue for leave to send, and one timer looks after all of them."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapty._engine.rate_limiter import Pace

__all__ = ["Turns"]


class Turns:
    """Gives leave to send, one request at a time, as fast as a pace allows.

    Leave is given when the moment has come, and not for a moment ahead: after a delay, those that it was ahead for
    would all send at once.
    """

    def __init__(self, pace: Pace) -> None:
        """Begin with nobody waiting, in the event loop that runs."""
        self._pace = pace
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[asyncio.Future[bool]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._is_stopped = False

    async def turn(self) -> bool:
        """Wait for leave to send a request; False says that nothing is sent any more."""
        if self._is_stopped:
            return False
        if not self._waiting:
            now = self._loop.time()
            wait = self._pace.take(now)
            if not wait:
                self._pace.sent(now)
                return True
            self._timer = self._loop.call_later(wait, self._give)
        turn: asyncio.Future[bool] = self._loop.create_future()
        self._waiting.append(turn)
        if not await turn:
            return False
        self._pace.sent(self._loop.time())
        return True

    def stop(self) -> None:
        """Send all away who wait, and who comes later."""
        self._is_stopped = True
        if self._timer is not None:
            self._timer.cancel()
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(False)

    def _give(self) -> None:
        """Give leave to as many as may send now, in the order in which they came, and look again when the next may."""
        now = self._loop.time()
        while self._waiting:
            if not self._waiting[0].done():  # who waited may have been cancelled
                wait = self._pace.take(now)
                if wait:
                    self._timer = self._loop.call_later(wait, self._give)
                    return
                self._waiting[0].set_result(True)
            self._waiting.popleft()
