"""How fast requests may follow one another: a rate that the caller sets, and one that the API makes known by refusing.

Pure decisions; times are seconds of any clock that only goes forward.
"""

from __future__ import annotations

import math
from collections import deque

__all__ = ["Pace"]

_BURST_SECONDS = 0.05
"""So much of the allowance may be made up for after a delay: little, so that the rate holds over any second."""

_SHOWN_SECONDS = 1.0
_MEASURED_SECONDS = 5.0
_SLICE_SECONDS = 0.1
_LEAST_MEASURED_SECONDS = 0.05

_BELOW_ACCEPTED = 0.95
_AT_MOST_SLOWER = 0.5
_CHANGE_SECONDS = 1.0
_SLOWEST = 1.0
_FIRST_GUESS = 10.0

_FASTER = 0.05
_EVER_FASTER = 1.3
_FASTEST = 2.0
"""By how much the limit grows in a second: little at first, lest it is too high again at once, and then ever more."""

_KNOWN_AFTER = 50
"""After so many answers, what the API takes is known well enough to go up carefully."""

_MEMORY = 0.005
_SEVERAL = 0.125
"""From this share of refused answers on, of the last two hundred or so, the API means everyone, not one request."""

_FREE_ABOVE = 4.0
"""Once the limit is so many times what is really sent, it limits nothing, and is dropped."""


class Pace:
    """One pace for all who send: who asks is told how long to wait.

    A request that the API refuses for its rate (429) slows everyone down to a little less than what the API takes. From
    then on the limit grows, up to `max_rate`, or until it limits nothing. Unless such refusals are rare, nobody sends
    at all for as long as the API asks, and the limit grows slowly at first.

    Attributes:
        max_rate: Requests per second that are never exceeded; None for no such limit.
        limit: The limit that holds now, in requests per second; None for none.

    Example:
        >>> pace = Pace(max_rate=2)
        >>> [round(pace.reserve(now=10.0), 2) for _ in range(3)]
        [0.0, 0.45, 0.95]
    """

    def __init__(self, max_rate: float | None = None) -> None:
        """Begin with the rate that the caller sets, if any."""
        self.max_rate = max_rate
        self.limit = max_rate
        self._next = 0.0
        self._held_until = 0.0
        self._changed = 0.0
        self._slowed = 0.0
        self._careful_since = 0.0
        self._answers = 0
        self._refused_share = 0.0
        self._slices: deque[tuple[float, int]] = deque()
        self._began: float | None = None

    def reserve(self, now: float) -> float:
        """Take the next free moment, and tell how many seconds it is away; 0 where it is now.

        Who has waited asks `is_held` before sending: everyone may have been told to wait in the meantime.
        """
        if self.limit is not None:
            self._recover(now)
        if self.limit is None:
            return max(0.0, self._held_until - now)
        moment = max(self._next, self._held_until, now - _BURST_SECONDS)
        self._next = moment + 1 / self.limit
        return max(0.0, moment - now)

    def is_held(self, now: float) -> bool:
        """Tell whether nobody may send now."""
        return now < self._held_until

    def answered(self, now: float) -> None:
        """Note an answer that is no refusal for the rate."""
        self._count(refused=0)
        if self._slices and now - self._slices[-1][0] < _SLICE_SECONDS:
            self._slices[-1] = (self._slices[-1][0], self._slices[-1][1] + 1)
            return
        self._slices.append((now, 1))
        if now - self._slices[0][0] > _MEASURED_SECONDS:
            self._slices.popleft()
        if self._began is None:
            self._began = now

    def refused(self, now: float, seconds: float) -> None:
        """Note a refusal for the rate, and how many seconds the API asks to be left alone.

        Of requests that went out together many are refused; they slow down once.
        """
        if self._slowed and now < max(self._slowed + _CHANGE_SECONDS, self._held_until):
            if self._held_until > self._slowed:
                self._held_until = max(self._held_until, now + seconds)
            return
        self._count(refused=1)
        if self._refused_share >= _SEVERAL:
            self._slow_down(now)
            self._slowed = now
            if self._answers >= _KNOWN_AFTER:
                self._careful_since = now
            self._held_until = max(self._held_until, now + seconds)
        elif now >= self._changed + _CHANGE_SECONDS:
            self._slow_down(now)

    def _count(self, *, refused: int) -> None:
        self._answers += 1
        self._refused_share += (refused - self._refused_share) * max(_MEMORY, 1 / self._answers)

    def _slow_down(self, now: float) -> None:
        accepted = _BELOW_ACCEPTED * self._accepted_since(max(self._changed, now - _MEASURED_SECONDS), now)
        if self.limit is None:
            self.limit = max(_SLOWEST, accepted or _FIRST_GUESS)
        else:
            self.limit = min(self.limit, max(_SLOWEST, _AT_MOST_SLOWER * self.limit, accepted))
        self._changed = now

    def rate(self, now: float) -> float:
        """Measure the answers per second over the last second."""
        return self._accepted_since(now - _SHOWN_SECONDS, now)

    def _accepted_since(self, moment: float, now: float) -> float:
        """Measure the answers per second since a moment, or since the first one."""
        if self._began is None:
            return 0.0
        seconds = max(now - max(moment, self._began), _LEAST_MEASURED_SECONDS)
        return sum(count for began, count in self._slices if began > moment) / seconds

    def _recover(self, now: float) -> None:
        """Let the limit grow with time, but for the time when nobody may send."""
        seconds = now - max(self._changed, self._held_until)
        if self.limit is None or self.limit == self.max_rate or seconds < _CHANGE_SECONDS:
            return
        self._changed = now
        calm = now - max(self._careful_since, self._held_until) if self._careful_since else math.inf
        faster = min(1 + _FASTER * _EVER_FASTER ** min(calm, 100), _FASTEST)
        grown = self.limit * faster ** min(seconds, 100)
        if self.max_rate is not None:
            self.limit = min(grown, self.max_rate)
        else:
            self.limit = grown if grown < _FREE_ABOVE * max(self.rate(now), 1) else None
