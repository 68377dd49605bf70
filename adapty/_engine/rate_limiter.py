"""How fast requests may follow one another: a rate that the caller sets, and one that the API makes known by refusing.

Pure decisions; times are seconds of any clock that only goes forward.
"""

from __future__ import annotations

import math
from collections import deque

__all__ = ["Pace"]

_BURST_SECONDS = 0.05
"""So much of a limit that the API made known may be made up for after a delay: little, for it is about to refuse."""

_OWED_SECONDS = 2.0
"""So much of the caller's rate is made up for after a delay, bit by bit: a busy machine would fall short of it else."""

_AT_ONCE_SECONDS = 0.1
"""So much of that may go out at once."""

_CATCHING_UP = 1.04
"""And so many times the rate in any second, at most."""

_WINDOW_SECONDS = 1.0

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
    then on the limit grows, up to `rate_limit`, or until it limits nothing. Unless such refusals are rare, nobody sends
    at all for as long as the API asks, and the limit grows slowly at first.

    The caller's rate holds from the first request on: never have more gone out than it allows for the time since. What
    a delay kept from going out, as far as it is that of the last two seconds, follows with time: of any one second no
    more than 4 percent above the rate, or one request where that is more.

    Attributes:
        rate_limit: Requests per second that the caller allows; None for no such limit.
        limit: The limit that holds now, in requests per second; None for none.

    Example:
        >>> pace = Pace(rate_limit=2)
        >>> [round(pace.take(now=moment), 2) for moment in (10.0, 10.0, 10.3, 10.5)]
        [0.0, 0.5, 0.2, 0.0]
    """

    def __init__(self, rate_limit: float | None = None) -> None:
        """Begin with the rate that the caller sets, if any."""
        self.rate_limit = rate_limit
        self.limit = rate_limit
        self._due: float | None = None
        self._free = 0.0
        self._window = 0 if rate_limit is None else max(int(_CATCHING_UP * rate_limit), math.ceil(rate_limit) + 1)
        self._leaves = 0
        self._sent: deque[float] = deque()
        self._held_until = 0.0
        self._changed = 0.0
        self._slowed = 0.0
        self._careful_since = 0.0
        self._answers = 0
        self._refused_share = 0.0
        self._slices: deque[tuple[float, int]] = deque()
        self._began: float | None = None

    def take(self, now: float) -> float:
        """Take leave to send one request now, and give 0; or take nothing, and give the seconds until it may be."""
        if self.limit is not None:
            self._recover(now)
        if now < self._held_until:
            return self._held_until - now
        if self.limit is None:
            return 0.0
        owed_seconds = _OWED_SECONDS if self.limit == self.rate_limit else _BURST_SECONDS
        due = max(now if self._due is None else self._due, self._held_until, now - owed_seconds)
        free = max(self._free, now - _AT_ONCE_SECONDS)
        moment = max(due, free, self._end_of_a_full_second(now))
        if moment > now:
            return moment - now
        self._due = due + 1 / self.limit
        self._free = free + 1 / (_CATCHING_UP * self.limit)
        self._leaves += 1
        return 0.0

    def sent(self, now: float) -> None:
        """Note that a request goes out for which leave was taken: on a busy machine that may be some time later."""
        if self._window and self._leaves:
            self._leaves -= 1
            self._sent.append(now)

    def _end_of_a_full_second(self, now: float) -> float:
        """Tell when there is room again in a second of which all that may be sent is sent, or about to be."""
        sent = self._sent
        while sent and sent[0] + _WINDOW_SECONDS <= now:
            sent.popleft()
        if not self._window or len(sent) + self._leaves < self._window:
            return now
        return (sent[0] if sent else now) + _WINDOW_SECONDS

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
        if self.limit is None or self.limit == self.rate_limit or seconds < _CHANGE_SECONDS:
            return
        self._changed = now
        calm = now - max(self._careful_since, self._held_until) if self._careful_since else math.inf
        faster = min(1 + _FASTER * _EVER_FASTER ** min(calm, 100), _FASTEST)
        grown = self.limit * faster ** min(seconds, 100)
        if self.rate_limit is not None:
            self.limit = min(grown, self.rate_limit)
        else:
            self.limit = grown if grown < _FREE_ABOVE * max(self.rate(now), 1) else None
