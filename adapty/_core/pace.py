"""How fast requests may follow one another: a rate that the caller sets, and one that the API makes known by refusing.

Pure decisions; times are seconds of any clock that only goes forward.
"""

from __future__ import annotations

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
_FASTER = 1.25
_CHANGE_SECONDS = 1.0
_SLOWEST = 1.0

_MEMORY = 0.01
_SEVERAL = 0.05
"""From this share of refused answers on, of the last hundred or so, the API means everyone, not one request."""

_FREE_ABOVE = 4.0
"""Once the limit is so many times what is really sent, it limits nothing, and is dropped."""


class Pace:
    """One pace for all who send: who asks is told how long to wait.

    A request that the API refuses for its rate (429) slows everyone down to a little less than what the API takes. From
    then on the limit grows by a quarter a second, up to `max_rate`, or until it limits nothing. Unless such refusals
    are rare, nobody sends at all for as long as the API asks.

    Attributes:
        max_rate: Requests per second that are never exceeded; None for no such limit.
        limit: The limit that holds now, in requests per second; None for none.

    Example:
        >>> pace = Pace(max_rate=2)
        >>> [pace.reserve(now=10.0) for _ in range(3)]
        [0.0, 0.45, 0.95]
    """

    def __init__(self, max_rate: float | None = None) -> None:
        """Begin with the rate that the caller sets, if any."""
        self.max_rate = max_rate
        self.limit = max_rate
        self._next = 0.0
        self._held_until = 0.0
        self._changed = 0.0
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
        self._answers += 1
        self._refused_share -= self._refused_share * max(_MEMORY, 1 / self._answers)
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
        self._answers += 1
        self._refused_share += (1 - self._refused_share) * max(_MEMORY, 1 / self._answers)
        if now >= max(self._changed + _CHANGE_SECONDS, self._held_until) or not self._changed:
            accepted = _BELOW_ACCEPTED * self._accepted_since(max(self._changed, now - _MEASURED_SECONDS), now)
            if self.limit is None:
                self.limit = max(_SLOWEST, accepted)
            else:
                least = max(_SLOWEST, _AT_MOST_SLOWER * self.limit)
                self.limit = min(self.limit, max(least, accepted))
            self._changed = now
        if self._refused_share >= _SEVERAL and now + seconds > self._held_until:
            self._held_until = now + seconds

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
        grown = self.limit * _FASTER ** min(seconds, 100)
        if self.max_rate is not None:
            self.limit = min(grown, self.max_rate)
        else:
            self.limit = grown if grown < _FREE_ABOVE * max(self.rate(now), 1) else None
