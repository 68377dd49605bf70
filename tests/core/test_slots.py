"""The schedule of a rate limit: no second has more requests than the limit, however late and cancelled they are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from adapty._core.slots import SlotSchedule
from tests.core.support import repeatable


def most_in_a_second(started: list[float]) -> int:
    """Return the highest number of requests in any second."""
    return max(sum(1 for other in started if first <= other < first + 1.0) for first in started)


def test_slots_are_evenly_spread() -> None:
    """A burst is spread; after a pause the first request waits for nothing."""
    schedule = SlotSchedule(rate=2)

    assert [round(schedule.reserve(5.0) - 5.0, 2) for _ in range(4)] == [0, 0.52, 1.04, 1.56]
    assert schedule.reserve(100.0) == 100.0


def test_released_slots_are_used_again() -> None:
    """A request that is cancelled does not delay the following ones."""
    schedule = SlotSchedule(rate=2)
    slots = [schedule.reserve(0.0) for _ in range(100)]
    for slot in slots[:99]:
        schedule.release(slot)

    assert schedule.reserve(0.6) == slots[2]
    assert schedule.reserve(0.6) == slots[3]
    assert schedule.reserve(60.0) == 60.0


def test_waiting_request_takes_an_earlier_released_slot() -> None:
    """When many waiting requests are cancelled, the remaining ones do not wait for their old slots."""
    schedule = SlotSchedule(rate=2)
    slots = [schedule.reserve(0.0) for _ in range(10)]
    for slot in slots[2:8]:
        schedule.release(slot)

    assert schedule.advance(slots[9], now=0.1) == slots[2]
    assert schedule.advance(slots[8], now=0.1) == slots[3]
    assert schedule.advance(slots[2], now=0.1) == slots[2]
    assert schedule.advance(slots[3], now=slots[5] + 0.1) == slots[3]
    assert schedule.reserve(now=slots[5] + 0.1) == slots[6]


def test_late_requests_move_the_following_ones() -> None:
    """A request that wakes up late counts from then on."""
    schedule = SlotSchedule(rate=2)
    for _ in range(3):
        schedule.reserve(0.0)

    assert schedule.start(0.0) == 0
    assert schedule.start(1.3) == 0
    assert schedule.start(1.31) == 0
    assert round(schedule.start(1.32), 3) == 1.0
    assert schedule.start(2.321) == 0
    assert not schedule.is_idle(2.5)
    assert schedule.is_idle(4.0)


def test_slot_after_a_late_start_is_an_interval_later() -> None:
    """A late request and the next one are not a burst."""
    schedule = SlotSchedule(rate=2)
    schedule.reserve(0.0)

    assert schedule.start(0.4) == 0
    assert round(schedule.reserve(0.45), 3) == 0.92


@given(
    st.lists(
        st.tuples(st.floats(0, 3), st.sampled_from([0.0, 0.0, 0.01, 0.3, 2.0]), st.booleans()), min_size=1, max_size=25
    ),
    st.integers(1, 5),
)
@repeatable(60)
def test_no_second_has_more_than_the_limit(requests: list[tuple[float, float, bool]], rate: int) -> None:
    """Requests come at any time, wake up late by any time, and some are cancelled while they wait."""
    schedule = SlotSchedule(rate)
    now = 0.0
    waiting: list[tuple[float, float]] = []
    for pause, late, is_cancelled in requests:
        now += pause / rate
        slot = schedule.reserve(now)
        if is_cancelled:
            schedule.release(slot)
        else:
            waiting.append((slot + late, slot))
    started: list[float] = []
    while waiting:
        waiting.sort()
        wakes, slot = waiting.pop(0)
        wait = schedule.start(wakes)
        if wait:
            waiting.append((wakes + wait, slot))
        else:
            started.append(wakes)
    assert not started or most_in_a_second(started) <= rate
