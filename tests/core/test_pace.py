"""The pace of a bulk job: the caller's rate is kept, and the API's refusals slow everyone down, for a time."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty._core.pace import Pace

Api = Callable[[float], float | None]
"""Gives None where it takes a request, or the seconds of its Retry-After."""


def sent_by_lanes(
    pace: Pace, api: Api, *, lanes: int, latency: float, seconds: float
) -> tuple[list[float], list[float]]:
    """Simulate lanes that send as soon as the pace lets them; give when requests were taken, and when refused."""
    taken: list[float] = []
    refused: list[float] = []
    clock = [(0.0, lane, "reserve") for lane in range(lanes)]
    answers: dict[int, float | None] = {}
    while clock and clock[0][0] < seconds:
        now, lane, step = heapq.heappop(clock)
        if step == "reserve":
            wait = pace.reserve(now)
            heapq.heappush(clock, (now + wait, lane, "look" if wait else "send"))
        elif step == "look":
            heapq.heappush(clock, (now, lane, "reserve" if pace.is_held(now) else "send"))
        elif step == "send":
            answers[lane] = api(now)
            (taken if answers[lane] is None else refused).append(now)
            heapq.heappush(clock, (now + latency, lane, "answer"))
        else:
            asked = answers[lane]
            if asked is None:
                pace.answered(now)
            else:
                pace.refused(now, asked)
            heapq.heappush(clock, (now + (asked or 0), lane, "reserve"))
    return taken, refused


def _next(answers: Iterator[float | None], _: float) -> float | None:
    """Give one answer after the other, then take all."""
    return next(answers, None)


def takes_all(_: float) -> None:
    """Refuse nothing."""


class AtMost:
    """Takes so many requests each second, and refuses the others."""

    def __init__(self, per_second: int, retry_after: float = 1.0) -> None:
        self.per_second = per_second
        self.retry_after = retry_after
        self.second = -1
        self.count = 0

    def __call__(self, now: float) -> float | None:
        """Answer a request of a moment."""
        if int(now) != self.second:
            self.second, self.count = int(now), 0
        self.count += 1
        return None if self.count <= self.per_second else self.retry_after


@given(
    rate=st.floats(0.2, 2000),
    lanes=st.integers(1, 64),
    latency=st.floats(0.0005, 2),
)
def test_the_rate_of_the_caller_is_never_exceeded(rate: float, lanes: int, latency: float) -> None:
    """Over any stretch of time no more requests go out than the rate allows, but for a twentieth of a second's."""
    seconds = min(20.0, 3000 / rate + 5)
    taken, _ = sent_by_lanes(Pace(rate), takes_all, lanes=lanes, latency=latency, seconds=seconds)

    for first in range(0, len(taken), max(1, len(taken) // 20)):
        for last in range(first, len(taken), max(1, len(taken) // 20)):
            allowed = rate * (taken[last] - taken[first] + 0.05) + 1
            assert last - first + 1 <= allowed + 1e-6


@pytest.mark.parametrize("rate", [1, 7.5, 100, 1000])
def test_the_rate_of_the_caller_is_reached(rate: float) -> None:
    """Where the lanes could send more, the rate is kept within five percent over a minute."""
    taken, _ = sent_by_lanes(Pace(rate), takes_all, lanes=32, latency=0.01, seconds=60)

    assert len(taken) == pytest.approx(60 * rate, rel=0.05, abs=1)


def test_without_a_rate_nobody_waits() -> None:
    """As long as the API refuses nothing, there is no limit."""
    pace = Pace()
    taken, _ = sent_by_lanes(pace, takes_all, lanes=4, latency=0.01, seconds=2)

    assert len(taken) == pytest.approx(800, abs=8)
    assert pace.limit is None
    assert pace.rate(2.0) == pytest.approx(400, rel=0.15)


def test_a_refusal_holds_everyone() -> None:
    """When the API says 429 for the first time, nobody sends for as long as it asks."""
    refusals = iter([None, None, 2.0])
    taken, refused = sent_by_lanes(Pace(), lambda _: next(refusals, None), lanes=8, latency=0.01, seconds=10)

    after = [moment for moment in taken if moment > refused[0] + 0.01]
    assert after[0] >= refused[0] + 0.01 + 2.0


def test_a_rare_refusal_slows_down_and_holds_nobody() -> None:
    """One 429 among hundreds of answers is about one request: the others go on, a little more slowly."""
    refusals = iter([*[None] * 2000, 5.0])
    pace = Pace()
    taken, refused = sent_by_lanes(pace, lambda _: next(refusals, None), lanes=8, latency=0.01, seconds=3.5)

    soon = [moment for moment in taken if refused[0] + 0.05 < moment < refused[0] + 0.55]
    assert 0.8 * 0.5 * 800 < len(soon) < 0.98 * 0.5 * 800
    assert pace.limit is not None


def test_the_pace_recovers() -> None:
    """Some time after the last refusal there is no limit any more, or the caller's again."""
    for max_rate in (None, 300.0):
        answers = iter([*[None] * 300, *[1.0] * 30])
        pace = Pace(max_rate)
        taken, _ = sent_by_lanes(pace, partial(_next, answers), lanes=8, latency=0.01, seconds=100)

        assert pace.limit == max_rate
        assert len([moment for moment in taken if moment > 90]) == pytest.approx(
            10 * min(max_rate or 800, 800), rel=0.05
        )


@pytest.mark.parametrize("per_second", [5, 100])
def test_an_unknown_limit_is_found(per_second: int) -> None:
    """An API that takes so many a second gets at least two thirds of them, and refuses few."""
    taken, refused = sent_by_lanes(Pace(), AtMost(per_second), lanes=16, latency=0.02, seconds=120)

    assert len(taken) > 0.66 * 120 * per_second
    assert len(refused) < 0.18 * len(taken)


@pytest.mark.parametrize("share", [0.01, 0.05])
@pytest.mark.parametrize("retry_after", [0.0, 1.0])
def test_refusals_here_and_there_cost_little(share: float, retry_after: float) -> None:
    """An API that refuses one in twenty, however fast they come, is no API that wants to be left alone."""
    chance = random.Random(1)  # noqa: S311 - no secret
    taken, refused = sent_by_lanes(
        Pace(), lambda _: retry_after if chance.random() < share else None, lanes=16, latency=0.02, seconds=60
    )

    together = len(taken) + len(refused)
    lost = sum(min(retry_after, 1.0) / 0.02 for _ in refused)  # what the lanes that were refused wait by themselves
    assert together + lost > 0.7 * 60 * 16 / 0.02


def test_a_refusal_at_the_very_beginning_costs_seconds() -> None:
    """Where nothing is known of what the API takes, the pace is that of the lanes again within half a minute."""
    refusals = iter([1.0] * 16)
    taken, _ = sent_by_lanes(Pace(), lambda _: next(refusals, None), lanes=16, latency=0.01, seconds=40)

    assert len([moment for moment in taken if moment < 11]) > 100
    assert len([moment for moment in taken if moment > 30]) == pytest.approx(16000, rel=0.1)


def test_refusals_of_one_moment_slow_down_once() -> None:
    """Sixteen lanes that are refused together do not halve the pace sixteen times."""
    pace = Pace(100.0)
    for number in range(200):
        pace.answered(number / 100)
    for _ in range(16):
        pace.refused(2.0, 1.0)

    assert pace.limit == pytest.approx(95, rel=0.06)


@given(
    events=st.lists(
        st.tuples(st.sampled_from(["reserve", "answered", "refused"]), st.floats(0, 3), st.floats(0, 100)), max_size=60
    ),
    max_rate=st.none() | st.floats(0.1, 1000),
)
def test_whatever_happens_the_pace_stays_sane(events: list[tuple[str, float, float]], max_rate: float | None) -> None:
    """The limit is never above the caller's, never nothing, and waits are never negative."""
    pace = Pace(max_rate)
    now = 0.0
    for what, later, seconds in events:
        now += later
        if what == "reserve":
            assert pace.reserve(now) >= 0
        elif what == "answered":
            pace.answered(now)
        else:
            pace.refused(now, seconds)
        assert pace.limit is None or 0 < pace.limit <= (max_rate or float("inf"))
        assert pace.rate(now) >= 0


def test_reserved_moments_are_an_interval_apart() -> None:
    """Who asks at the same moment is told moments that follow one another."""
    pace = Pace(10.0)
    waits = [pace.reserve(5.0) for _ in range(5)]

    assert [later - earlier for earlier, later in pairwise(waits[1:])] == pytest.approx([0.1] * 3)
