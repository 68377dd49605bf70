"""Lanes: what is of one key stays in order and apart, whatever the answers and their times; ends are clean."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty import AdaptyError, RateLimitError, ServerError
from adapty._core.call import Call, Failure, Request
from adapty._core.operations import OPERATIONS
from adapty._core.pace import Pace
from adapty._core.retry import RetryPolicy
from adapty.bulk.lanes import Item, Lanes
from adapty.bulk.rows import Row
from tests.bulk.skipping_loop import SkippingLoop

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from adapty._core.error_mapping import Response

pytestmark = pytest.mark.usefixtures("no_loose_ends")

T = TypeVar("T")

OK = httpx.Response(200, json={})
BUSY = httpx.Response(503)


def item(number: int, key: str) -> Item[int]:
    """Make an item; the path of its request is its number."""
    call: Call[Any] = Call(OPERATIONS["mail"]["saveProfile"], Request("POST", str(number)), lambda answer: answer)
    return Item(number, key, call, Row(number + 1), number)


class World:
    """Lanes, and what was sent and settled over them."""

    def __init__(
        self,
        answer: Callable[[int, int], Awaitable[Response | Failure]],
        *,
        lanes: int = 1,
        pace: Pace | None = None,
        max_retries: int = 8,
    ) -> None:
        """Take what answers the try of a number, counted from 1, of the item of a number."""
        self.answer = answer
        self.tries: Counter[int] = Counter()
        self.sent: list[tuple[float, int]] = []
        self.under_way: Counter[int] = Counter()
        self.settled: list[tuple[int, BaseException | None]] = []
        policy = RetryPolicy(max_retries)
        self.lanes: Lanes[int] = Lanes([self._send] * lanes, pace or Pace(), policy, (), self._settle)

    async def _send(self, request: Request) -> Response | Failure:
        number = int(request.path)
        self.tries[number] += 1
        self.sent.append((asyncio.get_running_loop().time(), number))
        self.under_way[number] += 1
        try:
            return await self.answer(number, self.tries[number])
        finally:
            self.under_way[number] -= 1

    def _settle(self, item: Item[int], error: BaseException | None) -> None:
        self.settled.append((item.record, error))

    async def carry_out(self, keys: str) -> None:
        """Send an item for each letter, all of those with the same one of one key."""
        working = asyncio.create_task(self.lanes.work())
        for number, key in enumerate(keys):
            if not self.lanes.put(item(number, key)):
                await self.lanes.room()
        self.lanes.end()
        await working


async def make_world(answer: Callable[[int, int], Awaitable[Response | Failure]], **options: Any) -> World:
    """Make lanes in the event loop that they are to work in."""
    return World(answer, **options)


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run something in a loop whose waits take no time."""
    with asyncio.Runner(loop_factory=lambda: SkippingLoop(patience=0)) as runner:
        return runner.run(main)


async def at_once(*_: int) -> Response:
    """Answer at once that all is well."""
    return OK


@given(
    keys=st.text("abcdef", max_size=60),
    lanes=st.integers(1, 8),
    latencies=st.lists(st.floats(0, 2), min_size=60, max_size=60),
    faults=st.lists(st.integers(0, 3), min_size=60, max_size=60),
)
def test_what_is_of_one_key_is_in_order_and_apart(
    keys: str, lanes: int, latencies: list[float], faults: list[int]
) -> None:
    """Whatever the lanes, the times of the answers and the failed tries: one at a time, the next when it is settled."""
    together: list[str] = []

    async def main() -> World:
        async def answer(number: int, tries: int) -> Response:
            if sum(world.under_way[other] for other, key in enumerate(keys) if key == keys[number]) > 1:
                together.append(keys[number])
            await asyncio.sleep(latencies[number])
            return BUSY if tries <= faults[number] else OK

        world = World(answer, lanes=lanes)
        await world.carry_out(keys)
        return world

    world = run(main())
    assert together == []
    assert world.tries == {number: 1 + faults[number] for number in range(len(keys))}
    assert world.lanes.retried == sum(faults[: len(keys)])
    assert {number for number, error in world.settled if error is None} == {*range(len(keys))}
    for key in {*keys}:
        own = [number for _, number in world.sent if keys[number] == key]
        assert own == sorted(own)


def test_one_key_waits_and_the_others_go_on() -> None:
    """An item that waits for its next try holds up its own key, and nothing else of its lane."""

    async def answer(number: int, tries: int) -> Response:
        return BUSY if number == 0 and tries < 4 else OK

    async def main() -> World:
        world = World(answer)
        await world.carry_out("ababcb")
        return world

    world = run(main())
    assert [number for _, number in world.sent] == [0, 1, 3, 4, 5, 0, 0, 0, 2]


def test_an_api_that_fails_on_everything_is_not_sent_everything() -> None:
    """As long as no try succeeds, only what has failed is tried again; when one does, all goes on."""

    async def answer(number: int, _: int) -> Response:
        await asyncio.sleep(0.01)
        is_down = asyncio.get_running_loop().time() < world.sent[0][0] + 30
        return BUSY if is_down else OK

    async def main() -> None:
        await world.carry_out("".join(map(chr, range(200, 700))))

    with asyncio.Runner(loop_factory=lambda: SkippingLoop(patience=0)) as runner:
        world = runner.run(make_world(answer, lanes=4, max_retries=100))
        runner.run(main())

    began = world.sent[0][0]
    assert len({number for moment, number in world.sent if moment < began + 30}) <= 8 + 4 + 4
    assert len(world.settled) == 500


def test_the_shared_rule_says_how_often_and_when() -> None:
    """A failed try is repeated as often as the policy says, no sooner than the answer asks for."""

    async def answer(*_: int) -> Response:
        return httpx.Response(503, headers={"Retry-After": "7"})

    async def main() -> World:
        world = World(answer, max_retries=2)
        await world.carry_out("a")
        return world

    world = run(main())
    (settled,) = world.settled
    assert isinstance(settled[1], ServerError)
    moments = [moment for moment, _ in world.sent]
    assert [later - moments[0] for later in moments] == pytest.approx([0, 7, 14], abs=0.1)


def test_a_refusal_for_the_rate_holds_all_lanes() -> None:
    """One 429 at the beginning, and no lane sends before the time that it asks for has passed."""

    async def answer(number: int, tries: int) -> Response:
        await asyncio.sleep(0.01)
        return httpx.Response(429, headers={"Retry-After": "5"}) if number == 0 and tries == 1 else OK

    async def main() -> World:
        world = World(answer, lanes=4)
        await world.carry_out("abcdefghijklmnopqrstuvwxyz" * 4)
        return world

    world = run(main())
    began = world.sent[0][0]
    later = [moment - began for moment, _ in world.sent if moment - began > 0.02]
    assert len(later) > 90
    assert min(later) >= 5


def test_a_long_retry_after_is_told_at_once() -> None:
    """What asks to be left alone for an hour is not asked again."""

    async def answer(*_: int) -> Response:
        return httpx.Response(429, headers={"Retry-After": "3600"})

    async def main() -> World:
        world = World(answer)
        await world.carry_out("a")
        return world

    world = run(main())
    assert [type(error) for _, error in world.settled] == [RateLimitError]
    assert len(world.sent) == 1


@pytest.mark.parametrize("rate", [5.0, 200.0])
def test_the_rate_is_kept_over_all_lanes(rate: float) -> None:
    """With a rate, repeated tries among them, requests go out at that rate."""

    async def answer(_: int, tries: int) -> Response:
        await asyncio.sleep(0.03)
        return BUSY if tries == 1 else OK

    async def main() -> World:
        world = World(answer, lanes=16, pace=Pace(rate))
        await world.carry_out("".join(map(chr, range(200, 1200))))
        return world

    world = run(main())
    moments = [moment for moment, _ in world.sent]
    assert len(moments) == 2000
    assert 1999 / (moments[-1] - moments[0]) == pytest.approx(rate, rel=0.05)


def test_the_feeder_waits_for_room() -> None:
    """No more than some items are taken, and when there is room again, it is a good deal."""
    taken = 0

    async def answer(*_: int) -> Response:
        await asyncio.sleep(1)
        return OK

    async def main() -> list[tuple[int, int]]:
        nonlocal taken
        world = World(answer, lanes=4)
        waits = []
        working = asyncio.create_task(world.lanes.work())
        for number in range(3000):
            if not world.lanes.put(item(number, str(number))):
                before = len(world.settled)
                await world.lanes.room()
                waits.append((number + 1 - before, len(world.settled) - before))
        world.lanes.end()
        await working
        assert len(world.settled) == 3000
        return waits

    waits = run(main())
    assert len(waits) >= 3
    assert all(held == 1088 and freed == 544 for held, freed in waits)


@pytest.mark.parametrize("where", ["body", "row"])
def test_the_feeder_waits_for_room_for_bytes(where: str) -> None:
    """Of big records fewer are taken: 16 MiB in all, wherever they hold them; one that is bigger still is sent."""

    async def answer(*_: int) -> Response:
        await asyncio.sleep(1)
        return OK

    def big(number: int, size: int) -> Item[int]:
        body, cell = (b"x" * size, "") if where == "body" else (None, "x" * size)
        request = Request("POST", str(number), body=body)
        call: Call[Any] = Call(OPERATIONS["mail"]["saveProfile"], request, lambda answer: answer)
        row = Row(number + 1, source={"a": cell, "b": None, "c": {"d": 1}})
        return Item(number, str(number), call, row, number)

    async def main() -> list[tuple[int, int]]:
        world = World(answer, lanes=4)
        waits = []
        working = asyncio.create_task(world.lanes.work())
        for number in range(101):
            if not world.lanes.put(big(number, 2**20 if number < 100 else 2**25)):
                before = len(world.settled)
                await world.lanes.room()
                waits.append((number + 1 - before, len(world.settled) - before))
        world.lanes.end()
        await working
        assert len(world.settled) == 101
        return waits

    *waits, _ = run(main())
    assert len(waits) >= 8
    assert all(held == 16 and freed == 8 for held, freed in waits)


def test_catching_up_ends_when_all_is_settled_or_the_time_is_over() -> None:
    """Who has kept the loop waiting lets the lanes have their time, and no more than they need."""

    async def answer(number: int, _: int) -> Response:
        await asyncio.sleep(0.5 if number == 0 else 100)
        return OK

    async def main() -> list[float]:
        world = World(answer, lanes=1)
        working = asyncio.create_task(world.lanes.work())
        now = asyncio.get_running_loop().time
        moments = [now()]
        await world.lanes.catch_up(2)
        moments.append(now())
        for number in range(2):
            world.lanes.put(item(number, "a"))
            await world.lanes.catch_up(2)
            moments.append(now())
        world.lanes.stop()
        await world.lanes.catch_up(2)
        moments.append(now())
        await working
        return [later - earlier for earlier, later in pairwise(moments)]

    assert run(main()) == pytest.approx([0, 0.5, 2, 0], abs=0.02)


def test_a_stop_waits_for_what_is_sent_and_sends_nothing_more() -> None:
    """What is under way is settled; what waits, for its turn or its next try, is not; the feeder is let go."""

    async def answer(number: int, tries: int) -> Response:
        await asyncio.sleep(1)
        return BUSY if number == 1 and tries == 1 else OK

    async def main() -> tuple[World, float]:
        world = World(answer, lanes=1)
        working = asyncio.create_task(world.lanes.work())
        for number in range(2000):
            world.lanes.put(item(number, str(number)))
        feeder = asyncio.create_task(world.lanes.room())
        await asyncio.sleep(2.5)
        began = asyncio.get_running_loop().time()
        world.lanes.stop()
        await feeder
        await world.lanes.room()
        await working
        return world, asyncio.get_running_loop().time() - began

    world, seconds = run(main())
    assert [number for number, _ in world.settled] == [0, 2]
    assert seconds == pytest.approx(0.5, abs=0.02)


def test_a_stop_before_the_pace_allows_a_request_is_heeded_at_once() -> None:
    """A lane that waits for its moment sends nothing more."""

    async def main() -> tuple[World, float]:
        world = World(at_once, lanes=4, pace=Pace(0.01))
        working = asyncio.create_task(world.carry_out("abcdefgh"))
        await asyncio.sleep(1)
        began = asyncio.get_running_loop().time()
        world.lanes.stop()
        await working
        return world, asyncio.get_running_loop().time() - began

    world, seconds = run(main())
    assert (len(world.sent), len(world.settled)) == (1, 1)
    assert seconds < 0.1


def test_a_failed_try_is_not_repeated_after_a_stop() -> None:
    """An answer that would be waited for and tried again, leaves its item undone."""

    async def answer(*_: int) -> Response:
        await asyncio.sleep(1)
        return BUSY

    async def main() -> World:
        world = World(answer)
        working = asyncio.create_task(world.carry_out("ab"))
        await asyncio.sleep(0.5)
        world.lanes.stop()
        await working
        return world

    world = run(main())
    assert (len(world.sent), world.settled) == (1, [])


@pytest.mark.parametrize("raised", [ZeroDivisionError, asyncio.CancelledError])
def test_what_a_transport_raises_beside_its_own_is_settled_too(raised: type[BaseException]) -> None:
    """An exception that nobody expects is told with its item, and the other items are sent."""

    async def answer(number: int, _: int) -> Response:
        if number == 1:
            raise raised
        return OK

    async def main() -> World:
        world = World(answer, lanes=3)
        await world.carry_out("abcbb")
        return world

    world = run(main())
    assert {number: type(error) for number, error in world.settled if error} == {1: raised}
    assert len(world.settled) == 5


def test_cancelling_gives_up_what_is_under_way() -> None:
    """The requests are cancelled, nothing is settled, and no task or timer stays behind."""

    async def answer(number: int, _: int) -> Response:
        await asyncio.sleep(0 if number == 0 else 1000)
        return BUSY

    async def main() -> World:
        world = World(answer, lanes=4)
        working = asyncio.create_task(world.carry_out("abcdefghijkl"))
        await asyncio.sleep(0.1)
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
        await asyncio.sleep(1000)
        return world

    world = run(main())
    assert world.settled == []
    assert not any(world.under_way.values())
    assert world.lanes.retried <= 1


def test_errors_are_of_the_core() -> None:
    """An answer that no try makes better becomes the error that a single call would raise."""

    async def answer(*_: int) -> Response:
        return httpx.Response(404)

    async def main() -> World:
        world = World(answer)
        await world.carry_out("a")
        return world

    ((_, error),) = run(main()).settled
    assert isinstance(error, AdaptyError)
    assert "404" in str(error)
