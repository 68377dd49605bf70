"""When the next request may be sent under a vendor's rate limit. Only decides; the times are of any monotonic clock."""

from __future__ import annotations

from collections import deque
from heapq import heappop, heappush

__all__ = ["SlotSchedule"]

_MARGIN = 0.04
"""By how much slots are further apart than the limit needs, as a share: requests do not arrive when they are sent."""

_TOLERANCE = 0.02
"""The part of the margin, in seconds, that a window keeps when a request is sent late."""

_WINDOW = 1.0


class SlotSchedule:
    """Moments at which requests may be sent, evenly spread.

    A request reserves a slot, waits for it, and starts. A request that wakes up late moves the following ones, so that
    no second ever has more requests than the limit.

    Example:
        >>> schedule = SlotSchedule(rate=2)
        >>> [round(schedule.reserve(now=10.0), 2) for _ in range(3)]
        [10.0, 10.52, 11.04]
    """

    def __init__(self, rate: int) -> None:
        """Create a schedule for a rate in requests per second."""
        self._interval = _WINDOW * (1 + _MARGIN) / rate
        self._next = 0.0
        self._released: list[float] = []
        self._started: deque[float] = deque(maxlen=rate)

    def reserve(self, now: float) -> float:
        """Reserve the next free slot and return its moment."""
        while self._released and self._released[0] < now:
            heappop(self._released)
        if self._released:
            return heappop(self._released)
        slot = max(now, self._next)
        self._next = slot + self._interval
        return slot

    def start(self, now: float) -> float:
        """Start a request whose slot has come, and return 0; or return the seconds that it must still wait."""
        full = len(self._started) == self._started.maxlen
        if full and (wait := self._started[0] + _WINDOW + _TOLERANCE - now) > 0:
            return wait
        self._started.append(now)
        self._next = max(self._next, now + self._interval)
        return 0.0

    def release(self, slot: float) -> None:
        """Return a slot that will not be used, so that another request can have it."""
        heappush(self._released, slot)

    def is_idle(self, now: float) -> bool:
        """Return whether the schedule no longer restricts anything."""
        return self._next <= now and all(started + _WINDOW + _TOLERANCE <= now for started in self._started)
