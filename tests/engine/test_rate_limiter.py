"""The rate limiter: the caller's limit holds, and 429 responses slow requests down for a time."""

from __future__ import annotations

import heapq
import math
import random
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapty._engine.rate_limiter import RateLimiter

Api = Callable[[float], float | None]
"""Returns None for an accepted request, or the seconds of a Retry-After."""


Stall = tuple[float, float]
"""The start and the duration of a stall, in seconds."""


def simulate(
    limiter: RateLimiter, api: Api, *, workers: int, latency: float, seconds: float, stalls: Iterable[Stall] = ()
) -> tuple[list[float], list[float]]:
    """Simulate workers that send as soon as the limiter allows; return when requests were accepted and throttled."""
    taken: list[float] = []
    refused: list[float] = []
    numbers = count()
    steps = [(0.0, next(numbers), "ask", worker) for worker in range(workers)]
    waiting: deque[int] = deque()
    answers: dict[int, float | None] = {}
    stalled = deque(sorted(stalls))
    busy_until = 0.0
    while steps and steps[0][0] < seconds:
        moment, _, step, worker = heapq.heappop(steps)
        while stalled and stalled[0][0] <= moment:
            busy_until = max(busy_until, sum(stalled.popleft()))
        now = max(moment, busy_until)
        if step == "answer":
            asked = answers[worker]
            if asked is None:
                limiter.on_success(now)
            else:
                limiter.on_throttled(now, asked)
            heapq.heappush(steps, (now + (asked or 0), next(numbers), "ask", worker))
            continue
        if step == "send":
            limiter.mark_sent(now)
            answers[worker] = api(now)
            (taken if answers[worker] is None else refused).append(now)
            heapq.heappush(steps, (now + latency, next(numbers), "answer", worker))
            continue
        if step == "ask":
            waiting.append(worker)
            if len(waiting) > 1:
                continue
        while waiting:
            if wait := limiter.try_acquire(now):
                heapq.heappush(steps, (now + wait, next(numbers), "give", 0))
                break
            heapq.heappush(steps, (now, next(numbers), "send", waiting.popleft()))
    return taken, refused


def most_in_a_second(moments: Sequence[float]) -> int:
    """Return the highest number of requests in any second."""
    most = first = 0
    for last, moment in enumerate(moments):
        while moments[first] <= moment - 1 + 1e-9:
            first += 1
        most = max(most, last - first + 1)
    return most


def allowed_in_a_second(rate: float) -> float:
    """Return how many requests a second may have: 5 % above the rate, or one more request."""
    return max(1.05 * rate, math.ceil(rate) + 1)


def _next(answers: Iterator[float | None], _: float) -> float | None:
    """Return one response after the other, then accept everything."""
    return next(answers, None)


def accept_all(_: float) -> None:
    """Accept everything."""


class AtMost:
    """An API that accepts a number of requests each second and throttles the others."""

    def __init__(self, per_second: int, retry_after: float = 1.0) -> None:
        self.per_second = per_second
        self.retry_after = retry_after
        self.second = -1
        self.count = 0

    def __call__(self, now: float) -> float | None:
        """Response a request of a moment."""
        if int(now) != self.second:
            self.second, self.count = int(now), 0
        self.count += 1
        return None if self.count <= self.per_second else self.retry_after


@settings(max_examples=30)
@given(
    rate=st.floats(0.2, 300),
    workers=st.integers(1, 64),
    latency=st.floats(0.0005, 2),
    stalls=st.lists(st.tuples(st.floats(0, 20), st.floats(0, 3)), max_size=12),
)
def test_rate_limit_is_never_exceeded(rate: float, workers: int, latency: float, stalls: list[Stall]) -> None:
    """At no time were more requests sent than the rate allows; no second has many more, stalls or not."""
    seconds = min(20.0, 3000 / rate + 5)
    taken, _ = simulate(RateLimiter(rate), accept_all, workers=workers, latency=latency, seconds=seconds, stalls=stalls)

    assert all(number <= rate * moment + 1e-6 for number, moment in enumerate(taken))
    assert most_in_a_second(taken) <= allowed_in_a_second(rate)


@settings(max_examples=15)
@given(
    rate=st.floats(1, 40),
    stalls=st.lists(st.tuples(st.floats(0, 0.8), st.floats(0, 0.1)), min_size=60, max_size=60),
    longer=st.lists(st.tuples(st.floats(0, 40), st.floats(0, 0.7)), max_size=2),
)
def test_rate_limit_is_reached_on_a_busy_machine(rate: float, stalls: list[Stall], longer: list[Stall]) -> None:
    """With stalls of up to a tenth of each second the mean over a minute is the rate limit."""
    each_second = [(second + began, lost) for second, (began, lost) in enumerate(stalls)]
    limiter = RateLimiter(rate)
    taken, _ = simulate(limiter, accept_all, workers=64, latency=0.01, seconds=60, stalls=each_second + longer)

    assert 0.95 * 60 * rate - 1 <= len(taken) <= 60 * rate + 1
    assert most_in_a_second(taken) <= allowed_in_a_second(rate)


@pytest.mark.parametrize("rate", [500, 1000])
def test_high_rate_limit_is_reached_on_a_busy_machine(rate: float) -> None:
    """The same for hundreds of requests per second, within 1 %."""
    chance = random.Random(1)  # noqa: S311 - no secret
    stalls = [(second + chance.uniform(0, 0.9), chance.uniform(0, 0.1)) for second in range(60)]
    stalls += [(7.3, 0.4), (31.0, 0.6)]
    taken, _ = simulate(RateLimiter(rate), accept_all, workers=32, latency=0.01, seconds=60, stalls=stalls)

    assert len(taken) == pytest.approx(60 * rate, rel=0.01)
    assert most_in_a_second(taken) <= allowed_in_a_second(rate)


def test_stall_is_made_up_for_gradually() -> None:
    """The requests of a stall of 1.5 s are sent within a minute, at 1.04 times the rate."""
    taken, _ = simulate(RateLimiter(100), accept_all, workers=16, latency=0.01, seconds=60, stalls=[(5.0, 1.5)])

    after = [moment for moment in taken if moment > 6.5]
    assert len(taken) == pytest.approx(6000, abs=5)
    assert most_in_a_second(after) == 104
    assert len([moment for moment in after if moment < 6.6]) <= 15


def test_long_stall_is_made_up_for_in_part() -> None:
    """Of a stall of 30 s, the requests of two seconds are made up for."""
    taken, _ = simulate(RateLimiter(100), accept_all, workers=16, latency=0.01, seconds=130, stalls=[(5.0, 30)])

    assert len(taken) == pytest.approx(100 * (130 - 30 + 2), abs=5)


def test_adaptive_limit_has_no_debt() -> None:
    """After a 429 a stall is not made up for."""
    limiter = RateLimiter(1000)
    for number in range(100):
        limiter.on_success(number / 100)
    limiter.on_throttled(1.0, 0.0)
    limit = limiter.limit
    assert limit is not None
    assert limit < 1000
    leaves = 0
    while not limiter.try_acquire(1.9):  # the limit grows from 2.0 on
        leaves += 1

    assert leaves <= limit * 0.05 + 1


def test_permit_counts_when_it_is_used() -> None:
    """If the machine stalls between a permit and the request, no second has too many requests."""
    limiter = RateLimiter(100.0)
    now = 0.0
    sent: list[float] = []
    while now < 20:
        leaves = 0
        while not limiter.try_acquire(now):
            leaves += 1
        now += 0.03
        for _ in range(leaves):
            limiter.mark_sent(now)
        sent += [now] * leaves

    assert most_in_a_second(sent) <= 104
    assert len(sent) == pytest.approx(100 * now, rel=0.05)


@pytest.mark.parametrize("rate", [1, 7.5, 100, 1000])
def test_rate_limit_is_reached(rate: float) -> None:
    """Workers that could send more reach the rate within 5 % over a minute."""
    taken, _ = simulate(RateLimiter(rate), accept_all, workers=32, latency=0.01, seconds=60)

    assert len(taken) == pytest.approx(60 * rate, rel=0.05, abs=1)


def test_no_limit_without_rate_limit_and_429() -> None:
    """No request waits while the API accepts everything."""
    limiter = RateLimiter()
    taken, _ = simulate(limiter, accept_all, workers=4, latency=0.01, seconds=2)

    assert len(taken) == pytest.approx(800, abs=8)
    assert limiter.limit is None
    assert limiter.throughput(2.0) == pytest.approx(400, rel=0.15)


def test_first_429_blocks_all_requests() -> None:
    """No request is sent before the Retry-After."""
    refusals = iter([None, None, 2.0])
    taken, refused = simulate(RateLimiter(), lambda _: next(refusals, None), workers=8, latency=0.01, seconds=10)

    after = [moment for moment in taken if moment > refused[0] + 0.01]
    assert after[0] >= refused[0] + 0.01 + 2.0


def test_rare_429_slows_down_without_blocking() -> None:
    """One 429 among thousands of successes concerns one request; the others continue a little slower."""
    refusals = iter([*[None] * 2000, 5.0])
    limiter = RateLimiter()
    taken, refused = simulate(limiter, lambda _: next(refusals, None), workers=8, latency=0.01, seconds=3.5)

    soon = [moment for moment in taken if refused[0] + 0.05 < moment < refused[0] + 0.55]
    assert 0.8 * 0.5 * 800 < len(soon) < 0.98 * 0.5 * 800
    assert limiter.limit is not None


def test_limit_recovers_after_429() -> None:
    """Some time after the last 429 the limit is the caller's again, or None."""
    for rate_limit in (None, 300.0):
        answers = iter([*[None] * 300, *[1.0] * 30])
        limiter = RateLimiter(rate_limit)
        taken, _ = simulate(limiter, partial(_next, answers), workers=8, latency=0.01, seconds=100)

        assert limiter.limit == rate_limit
        assert len([moment for moment in taken if moment > 90]) == pytest.approx(
            10 * min(rate_limit or 800, 800), rel=0.05
        )


@pytest.mark.parametrize("per_second", [5, 100])
def test_limit_of_the_api_is_found(per_second: int) -> None:
    """The throughput is at least two thirds of the API's limit, with few 429 responses."""
    taken, refused = simulate(RateLimiter(), AtMost(per_second), workers=16, latency=0.02, seconds=120)

    assert len(taken) > 0.66 * 120 * per_second
    assert len(refused) < 0.18 * len(taken)


@pytest.mark.parametrize("share", [0.01, 0.05])
@pytest.mark.parametrize("retry_after", [0.0, 1.0])
def test_random_429_costs_little(share: float, retry_after: float) -> None:
    """One 429 in twenty responses, at any rate, hardly reduces the throughput."""
    chance = random.Random(1)  # noqa: S311 - no secret
    taken, refused = simulate(
        RateLimiter(), lambda _: retry_after if chance.random() < share else None, workers=16, latency=0.02, seconds=60
    )

    together = len(taken) + len(refused)
    lost = sum(min(retry_after, 1.0) / 0.02 for _ in refused)  # what the workers that were refused wait by themselves
    assert together + lost > 0.7 * 60 * 16 / 0.02


def test_429_to_the_first_requests_costs_seconds() -> None:
    """Without earlier responses, the throughput recovers within half a minute."""
    refusals = iter([1.0] * 16)
    taken, _ = simulate(RateLimiter(), lambda _: next(refusals, None), workers=16, latency=0.01, seconds=40)

    assert len([moment for moment in taken if moment < 11]) > 100
    assert len([moment for moment in taken if moment > 30]) == pytest.approx(16000, rel=0.1)


def test_simultaneous_429_lower_the_limit_once() -> None:
    """Sixteen simultaneous 429 responses count as one."""
    limiter = RateLimiter(100.0)
    for number in range(200):
        limiter.on_success(number / 100)
    for _ in range(16):
        limiter.on_throttled(2.0, 1.0)

    assert limiter.limit == pytest.approx(95, rel=0.06)


@given(
    events=st.lists(
        st.tuples(st.sampled_from(["take", "answered", "refused"]), st.floats(0, 3), st.floats(0, 100)), max_size=60
    ),
    rate_limit=st.none() | st.floats(0.1, 1000),
)
def test_limit_stays_in_its_range(events: list[tuple[str, float, float]], rate_limit: float | None) -> None:
    """Whatever happens: the limit is above 0 and at most the caller's, and delays are not negative."""
    limiter = RateLimiter(rate_limit)
    now = 0.0
    for what, later, seconds in events:
        now += later
        if what == "take":
            assert limiter.try_acquire(now) >= 0
        elif what == "answered":
            limiter.on_success(now)
        else:
            limiter.on_throttled(now, seconds)
        assert limiter.limit is None or 0 < limiter.limit <= (rate_limit or float("inf"))
        assert limiter.throughput(now) >= 0


def test_denied_permit_costs_nothing() -> None:
    """Repeated attempts do not postpone the next permit."""
    limiter = RateLimiter(10.0)
    assert limiter.try_acquire(5.0) == 0

    assert [limiter.try_acquire(5.0 + later) for later in (0, 0.02, 0.04, 0.1)] == pytest.approx([0.1, 0.08, 0.06, 0])


def test_no_debt_before_the_first_request() -> None:
    """Time before the first request is not made up for."""
    limiter = RateLimiter(10.0)

    assert (limiter.try_acquire(1000.0), limiter.try_acquire(1000.0)) == pytest.approx((0, 0.1))
