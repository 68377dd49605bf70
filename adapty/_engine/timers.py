"""All delays of the engine: turns under the rate limit, and retries. `adapty.testing` replaces the two functions."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapty._engine.rate_limiter import RateLimiter

__all__ = ["RateGate", "block_seconds", "schedule"]


def schedule(seconds: float, callback: Callable[[], object]) -> asyncio.TimerHandle:
    """Call a function after some seconds: retry a request."""
    return asyncio.get_running_loop().call_later(seconds, callback)


def block_seconds(retry_after: float) -> float:
    """Return for how long no request is sent after a 429 with this Retry-After."""
    return retry_after


class RateGate:
    """A queue for permits of a rate limiter, first come, first served.

    A permit is granted when its moment has come and never in advance: after a stall, all permits that were granted in
    advance would be used at the same time.
    """

    def __init__(self, limiter: RateLimiter) -> None:
        """Create an empty queue in the running event loop."""
        self._limiter = limiter
        self._loop = asyncio.get_running_loop()
        self._waiters: deque[asyncio.Future[bool]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._is_closed = False

    async def acquire(self) -> bool:
        """Wait for a permit to send one request. Return False if the gate is closed."""
        if self._is_closed:
            return False
        if not self._waiters:
            now = self._loop.time()
            wait = self._limiter.try_acquire(now)
            if not wait:
                self._limiter.mark_sent(now)
                return True
            self._timer = self._loop.call_later(wait, self._grant)
        waiter: asyncio.Future[bool] = self._loop.create_future()
        self._waiters.append(waiter)
        if not await waiter:
            return False
        self._limiter.mark_sent(self._loop.time())
        return True

    def close(self) -> None:
        """Deny all permits that are waited for, and all later ones."""
        self._is_closed = True
        if self._timer is not None:
            self._timer.cancel()
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(False)

    def _grant(self) -> None:
        now = self._loop.time()
        while self._waiters:
            if not self._waiters[0].done():  # otherwise its task was cancelled
                wait = self._limiter.try_acquire(now)
                if wait:
                    self._timer = self._loop.call_later(wait, self._grant)
                    return
                self._waiters[0].set_result(True)
            self._waiters.popleft()
