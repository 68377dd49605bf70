"""The rate limit of the Export Analytics API: 2 requests per second and key."""

from __future__ import annotations

from collections import deque
from threading import Lock
from typing import TYPE_CHECKING

from adapty._clock import monotonic
from adapty.sandbox._responses import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["MAX_REQUESTS", "RequestLimit"]

MAX_REQUESTS = 2
"""The maximum number of requests in any second."""

_SECONDS = 1.0


class RequestLimit:
    """A sliding window: no interval of one second has more than `MAX_REQUESTS` accepted requests.

    Rejected requests do not count. The sandbox has one key, so there is one window.

    Args:
        clock: Returns the time in seconds. Default: a clock that tools which freeze time do not stop.

    Example:
        >>> times = iter([0.0, 0.9, 1.0])
        >>> limit = RequestLimit(lambda: next(times))
        >>> for _ in range(3):
        ...     limit.admit()
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._accepted: deque[float] = deque(maxlen=MAX_REQUESTS)
        self._lock = Lock()

    def admit(self) -> None:
        """Count a request.

        Raises:
            ApiError: There were too many in the last second: 429. Adapty documents neither its body nor `Retry-After`.
        """
        with self._lock:
            now = self._clock()
            if len(self._accepted) == MAX_REQUESTS and now - self._accepted[0] < _SECONDS:
                raise ApiError.single(429, f"More than {MAX_REQUESTS} requests per second", "rate_limited")
            self._accepted.append(now)

    def reset(self) -> None:
        """Forget all requests."""
        with self._lock:
            self._accepted.clear()
