"""When the next request may be sent: the caller's rate limit, and the limit that 429 responses make known.

`TokenBucket`, `AdaptiveLimit` and `RateLimiter` only decide; their times are seconds of any monotonic clock. `RateGate`
waits.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque

__all__ = ["AdaptiveLimit", "RateGate", "RateLimiter", "TokenBucket"]


class TokenBucket:
    """The caller's limit: a fixed number of requests per second.

    From the first request on, never more requests are sent than the rate allows for the elapsed time. Requests that a
    stall delayed are made up for gradually, as far as the stall was in the last two seconds. No second has more than
    1.04 times the rate, or one request more where that is more.
    """

    _MAX_DEBT = 2.0
    """Seconds of the rate that are made up for after a stall."""

    _BURST = 0.1
    """Seconds of the rate that may be sent together while catching up."""

    _OVERSHOOT = 1.04
    """Highest speed while catching up, in multiples of the rate."""

    def __init__(self, rate: float) -> None:
        """Create a bucket for a rate in requests per second."""
        self._rate = rate
        self._capacity = max(int(self._OVERSHOOT * rate), math.ceil(rate) + 1)
        self._next_on_rate: float | None = None
        self._next_catching_up = 0.0
        self._permits = 0
        self._sent: deque[float] = deque()

    def wait(self, now: float) -> float:
        """Return the seconds until a request may be sent, or 0."""
        return max(0.0, self._on_rate(now) - now, self._catching_up(now) - now, self._window_end(now) - now)

    def take(self, now: float) -> None:
        """Take one permit; `wait` returned 0."""
        self._next_on_rate = self._on_rate(now) + 1 / self._rate
        self._next_catching_up = self._catching_up(now) + 1 / (self._OVERSHOOT * self._rate)
        self._permits += 1

    def mark_sent(self, now: float) -> None:
        """Record that a request with a permit is sent, which may be later than the permit on a busy machine."""
        if self._permits:
            self._permits -= 1
            self._sent.append(now)

    def forgive_debt(self, now: float) -> None:
        """Forget requests that were delayed until now."""
        if self._next_on_rate is not None:
            self._next_on_rate = max(self._next_on_rate, now)

    def _on_rate(self, now: float) -> float:
        return now if self._next_on_rate is None else max(self._next_on_rate, now - self._MAX_DEBT)

    def _catching_up(self, now: float) -> float:
        return max(self._next_catching_up, now - self._BURST)

    def _window_end(self, now: float) -> float:
        """Return when the last second has capacity for another request."""
        sent = self._sent
        while sent and sent[0] + 1.0 <= now:
            sent.popleft()
        if len(sent) + self._permits < self._capacity:
            return now
        return (sent[0] if sent else now) + 1.0


class AdaptiveLimit:
    """The limit that 429 responses make known.

    A 429 lowers the limit to 95 % of the recent throughput. Then the limit grows, slowly at first, until it no longer
    restricts anything. If 429 responses are frequent, no request is sent for as long as the API asks.

    Attributes:
        limit: Requests per second, or None while nothing is known or the limit restricts nothing.
    """

    _BACKOFF = 0.95
    _MAX_BACKOFF = 0.5
    """Lowest factor by which one 429 lowers the limit."""

    _MIN_LIMIT = 1.0
    _INITIAL_LIMIT = 10.0
    """The limit after a 429 to the very first requests."""

    _INTERVAL = 1.0
    """Seconds between two changes of the limit."""

    _BURST = 0.05
    """Seconds of the limit that may be sent together after a stall: the API is about to refuse more."""

    _GROWTH = 0.05
    _ACCELERATION = 1.3
    _MAX_GROWTH = 2.0
    """The limit grows by 5 % in the first second, then by more each second, at most to twice as much."""

    _RELEASE_FACTOR = 4.0
    """The limit is dropped when it is this many times the throughput."""

    _FREQUENT = 0.125
    """From this share of the last 200 responses on, 429 means that the API wants fewer requests from everyone."""

    _SHARE_WEIGHT = 1 / 200
    _ESTABLISHED = 50
    """After this many responses the throughput is known well enough to grow carefully."""

    def __init__(self, ceiling: float | None = None) -> None:
        """Create a limiter without a limit; one that reaches the ceiling is dropped."""
        self.limit: float | None = None
        self._ceiling = math.inf if ceiling is None else ceiling
        self._throughput = _Throughput()
        self._next = 0.0
        self._blocked_until = 0.0
        self._changed_at = 0.0
        self._throttled_at: float | None = None
        self._careful_since: float | None = None
        self._responses = 0
        self._throttled_share = 0.0

    def wait(self, now: float) -> float:
        """Return the seconds until a request may be sent, or 0."""
        self._grow(now)
        return max(0.0, self._blocked_until - now, self._next - now if self.limit is not None else 0.0)

    def take(self, now: float) -> None:
        """Take one permit; `wait` returned 0."""
        if self.limit is not None:
            self._next = max(self._next, now - self._BURST) + 1 / self.limit

    def on_success(self, now: float) -> None:
        """Record a response other than 429."""
        self._record(is_throttled=False)
        self._throughput.add(now)

    def on_throttled(self, now: float, retry_after: float) -> None:
        """Record a 429 response and the seconds that it asks to wait.

        Requests that were sent together are throttled together; they lower the limit once.
        """
        throttled_at, blocked_until = self._throttled_at, self._blocked_until
        if throttled_at is not None and now < max(throttled_at + self._INTERVAL, blocked_until):
            if blocked_until > throttled_at:
                self._blocked_until = max(blocked_until, now + retry_after)
            return
        self._record(is_throttled=True)
        if self._throttled_share >= self._FREQUENT:
            self._lower(now)
            self._throttled_at = now
            if self._responses >= self._ESTABLISHED:
                self._careful_since = now
            self._blocked_until = max(blocked_until, now + retry_after)
        elif now >= self._changed_at + self._INTERVAL:
            self._lower(now)

    def throughput(self, now: float) -> float:
        """Return the responses per second, without 429, over the last second."""
        return self._throughput.since(now - 1.0, now)

    def _record(self, *, is_throttled: bool) -> None:
        self._responses += 1
        self._throttled_share += (is_throttled - self._throttled_share) * max(self._SHARE_WEIGHT, 1 / self._responses)

    def _lower(self, now: float) -> None:
        accepted = self._BACKOFF * self._throughput.since(max(self._changed_at, now - _Throughput.SECONDS), now)
        if self.limit is None and self._ceiling == math.inf:
            lowered = accepted or self._INITIAL_LIMIT
        else:
            current = self._ceiling if self.limit is None else self.limit
            lowered = min(current, max(self._MAX_BACKOFF * current, accepted))
        self._next = max(self._next, now)
        self.limit = min(max(self._MIN_LIMIT, lowered), self._ceiling)
        self._changed_at = now

    def _grow(self, now: float) -> None:
        """Let the limit grow with time, except for the time without requests."""
        seconds = now - max(self._changed_at, self._blocked_until)
        if self.limit is None or seconds < self._INTERVAL:
            return
        self._changed_at = now
        calm = math.inf if self._careful_since is None else now - max(self._careful_since, self._blocked_until)
        factor = min(1 + self._GROWTH * self._ACCELERATION ** min(calm, 100), self._MAX_GROWTH)
        self.limit *= factor ** min(seconds, 100)
        release = self._RELEASE_FACTOR * max(self.throughput(now), 1) if self._ceiling == math.inf else self._ceiling
        if self.limit >= release:
            self.limit = None


class _Throughput:
    """Responses per second, counted in slices of a tenth of a second."""

    SECONDS = 5.0
    _SLICE = 0.1
    _MIN_SECONDS = 0.05

    def __init__(self) -> None:
        self._slices: deque[tuple[float, int]] = deque()
        self._started: float | None = None

    def add(self, now: float) -> None:
        """Count a response."""
        if self._slices and now - self._slices[-1][0] < self._SLICE:
            self._slices[-1] = (self._slices[-1][0], self._slices[-1][1] + 1)
            return
        self._slices.append((now, 1))
        if now - self._slices[0][0] > self.SECONDS:
            self._slices.popleft()
        if self._started is None:
            self._started = now

    def since(self, moment: float, now: float) -> float:
        """Return the responses per second since a moment, or since the first one."""
        if self._started is None:
            return 0.0
        seconds = max(now - max(moment, self._started), self._MIN_SECONDS)
        return sum(count for began, count in self._slices if began > moment) / seconds


class RateLimiter:
    """Both limits for all requests of one dispatcher.

    Attributes:
        rate_limit: The caller's limit in requests per second, or None.

    Example:
        >>> limiter = RateLimiter(rate_limit=2)
        >>> [round(limiter.try_acquire(now), 2) for now in (10.0, 10.0, 10.3, 10.5)]
        [0.0, 0.5, 0.2, 0.0]
    """

    def __init__(self, rate_limit: float | None = None) -> None:
        """Create a limiter; without a rate limit only 429 responses slow down the requests."""
        self.rate_limit = rate_limit
        self._bucket = None if rate_limit is None else TokenBucket(rate_limit)
        self._adaptive = AdaptiveLimit(ceiling=rate_limit)

    @property
    def limit(self) -> float | None:
        """The limit in effect, in requests per second, or None."""
        return self.rate_limit if self._adaptive.limit is None else self._adaptive.limit

    def try_acquire(self, now: float) -> float:
        """Take a permit to send one request now and return 0, or return the seconds until there may be one."""
        bucket, adaptive = self._bucket, self._adaptive
        wait = adaptive.wait(now)
        if bucket is None:
            if not wait:
                adaptive.take(now)
            return wait
        if wait:  # time in which the API accepts nothing is no debt of the bucket
            bucket.forgive_debt(now)
        wait = max(wait, bucket.wait(now))
        if not wait:
            adaptive.take(now)
            bucket.take(now)
        return wait

    def mark_sent(self, now: float) -> None:
        """Record that a request with a permit is sent."""
        if self._bucket is not None:
            self._bucket.mark_sent(now)

    def on_success(self, now: float) -> None:
        """Record a response other than 429."""
        self._adaptive.on_success(now)

    def on_throttled(self, now: float, retry_after: float) -> None:
        """Record a 429 response and the seconds that it asks to wait."""
        self._adaptive.on_throttled(now, retry_after)

    def throughput(self, now: float) -> float:
        """Return the responses per second over the last second."""
        return self._adaptive.throughput(now)


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
