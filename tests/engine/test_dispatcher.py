"""The dispatcher: order per key, retries, rate limit, backpressure, stop and cancellation."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import TYPE_CHECKING, Any, TypeVar

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty import AdaptyError, RateLimitError, ServerError
from adapty._core.call import Call, Failure, Request
from adapty._core.observers import Observers
from adapty._core.operations import OPERATIONS
from adapty._core.retry import RetryPolicy
from adapty._engine.dispatcher import Dispatcher, Job
from adapty._engine.rate_limiter import RateLimiter
from adapty.observer import AttemptFinished, CallFinished, CallStarted
from tests.observers import Recorder, unfinished
from tests.skipping_loop import SkippingLoop

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from adapty._core.error_mapping import Response
    from adapty.observer import Observer

pytestmark = pytest.mark.usefixtures("no_loose_ends")

T = TypeVar("T")

OK = httpx.Response(200, json={})
BUSY = httpx.Response(503)


def job(number: int, key: str) -> Job[int]:
    """Create a job; the path of its request is its number."""
    call: Call[Any] = Call(OPERATIONS["mail"]["saveProfile"], Request("POST", str(number)), lambda answer: answer)
    return Job(key, call, number)


class World:
    """A dispatcher, and what was sent and done."""

    def __init__(
        self,
        answer: Callable[[int, int], Awaitable[Response | Failure]],
        *,
        workers: int = 1,
        limiter: RateLimiter | None = None,
        max_retries: int = 8,
        observer: Observer | None = None,
    ) -> None:
        """Create a dispatcher; `answer` receives the number of a job and of its attempt, from 1."""
        self.answer = answer
        self.tries: Counter[int] = Counter()
        self.sent: list[tuple[float, int]] = []
        self.under_way: Counter[int] = Counter()
        self.done: list[tuple[int, BaseException | None]] = []
        policy = RetryPolicy(max_retries)
        self.dispatcher: Dispatcher[int] = Dispatcher(
            [self._send] * workers,
            limiter or RateLimiter(),
            policy,
            self._on_done,
            observers=Observers.from_argument(observer),
        )

    async def _send(self, request: Request) -> Response | Failure:
        number = int(request.path)
        self.tries[number] += 1
        self.sent.append((asyncio.get_running_loop().time(), number))
        self.under_way[number] += 1
        try:
            return await self.answer(number, self.tries[number])
        finally:
            self.under_way[number] -= 1

    def _on_done(self, job: Job[int], error: BaseException | None) -> None:
        self.done.append((job.payload, error))

    async def carry_out(self, keys: str) -> None:
        """Send a job for each letter; the letter is its key."""
        self.dispatcher.start()
        for number, key in enumerate(keys):
            if not self.dispatcher.submit(job(number, key)):
                await self.dispatcher.wait_for_capacity()
        await self.dispatcher.drain()


async def make_world(answer: Callable[[int, int], Awaitable[Response | Failure]], **options: Any) -> World:
    """Create a dispatcher in the running event loop."""
    return World(answer, **options)


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in an event loop whose delays take no time."""
    with asyncio.Runner(loop_factory=lambda: SkippingLoop(thread_wait=0)) as runner:
        return runner.run(main)


async def at_once(*_: int) -> Response:
    """Return a success immediately."""
    return OK


@given(keys=st.text("abcdef", max_size=60), workers=st.integers(1, 8), seed=st.integers(0, 2**32))
def test_jobs_of_one_key_are_sent_in_order_and_one_at_a_time(keys: str, workers: int, seed: int) -> None:
    """Whatever the concurrency, the latencies and the failed attempts are."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    latencies = [chance.uniform(0, 2) for _ in keys]
    faults = [chance.randrange(4) for _ in keys]
    together: list[str] = []

    async def main() -> World:
        async def answer(number: int, tries: int) -> Response:
            if sum(world.under_way[other] for other, key in enumerate(keys) if key == keys[number]) > 1:
                together.append(keys[number])
            await asyncio.sleep(latencies[number])
            return BUSY if tries <= faults[number] else OK

        world = World(answer, workers=workers)
        await world.carry_out(keys)
        return world

    world = run(main())
    assert together == []
    assert world.tries == {number: 1 + faults[number] for number in range(len(keys))}
    assert world.dispatcher.retries == sum(faults[: len(keys)])
    assert {number for number, error in world.done if error is None} == {*range(len(keys))}
    for key in {*keys}:
        own = [number for _, number in world.sent if keys[number] == key]
        assert own == sorted(own)


def test_retry_blocks_only_its_own_key() -> None:
    """Jobs of other keys of the same worker are sent meanwhile."""

    async def answer(number: int, tries: int) -> Response:
        return BUSY if number == 0 and tries < 4 else OK

    async def main() -> World:
        world = World(answer)
        await world.carry_out("ababcb")
        return world

    world = run(main())
    assert [number for _, number in world.sent] == [0, 1, 3, 4, 5, 0, 0, 0, 2]


def test_no_new_jobs_while_all_attempts_fail() -> None:
    """During an outage only failed jobs are retried; after the first success all jobs are sent."""

    async def answer(number: int, _: int) -> Response:
        await asyncio.sleep(0.01)
        is_down = asyncio.get_running_loop().time() < world.sent[0][0] + 30
        return BUSY if is_down else OK

    async def main() -> None:
        await world.carry_out("".join(map(chr, range(200, 700))))

    with asyncio.Runner(loop_factory=lambda: SkippingLoop(thread_wait=0)) as runner:
        world = runner.run(make_world(answer, workers=4, max_retries=100))
        runner.run(main())

    began = world.sent[0][0]
    assert len({number for moment, number in world.sent if moment < began + 30}) <= 8 + 4 + 4
    assert len(world.done) == 500


def test_retry_policy_applies() -> None:
    """A job is retried up to `max_retries` times, not before its Retry-After."""

    async def answer(*_: int) -> Response:
        return httpx.Response(503, headers={"Retry-After": "7"})

    async def main() -> World:
        world = World(answer, max_retries=2)
        await world.carry_out("a")
        return world

    world = run(main())
    (settled,) = world.done
    assert isinstance(settled[1], ServerError)
    moments = [moment for moment, _ in world.sent]
    assert [later - moments[0] for later in moments] == pytest.approx([0, 7, 14], abs=0.1)


def test_429_blocks_all_workers() -> None:
    """After a first 429 no worker sends before the Retry-After."""

    async def answer(number: int, tries: int) -> Response:
        await asyncio.sleep(0.01)
        return httpx.Response(429, headers={"Retry-After": "5"}) if number == 0 and tries == 1 else OK

    async def main() -> World:
        world = World(answer, workers=4)
        await world.carry_out("abcdefghijklmnopqrstuvwxyz" * 4)
        return world

    world = run(main())
    began = world.sent[0][0]
    later = [moment - began for moment, _ in world.sent if moment - began > 0.02]
    assert len(later) > 90
    assert min(later) >= 5


def test_long_retry_after_is_an_error() -> None:
    """A Retry-After of an hour is not waited for."""

    async def answer(*_: int) -> Response:
        return httpx.Response(429, headers={"Retry-After": "3600"})

    async def main() -> World:
        world = World(answer)
        await world.carry_out("a")
        return world

    world = run(main())
    assert [type(error) for _, error in world.done] == [RateLimitError]
    assert len(world.sent) == 1


@pytest.mark.parametrize("rate", [5.0, 200.0])
def test_rate_limit_applies_to_all_workers(rate: float) -> None:
    """All requests count, retries included."""

    async def answer(_: int, tries: int) -> Response:
        await asyncio.sleep(0.03)
        return BUSY if tries == 1 else OK

    async def main() -> World:
        world = World(answer, workers=16, limiter=RateLimiter(rate))
        await world.carry_out("".join(map(chr, range(200, 1200))))
        return world

    world = run(main())
    moments = [moment for moment, _ in world.sent]
    assert len(moments) == 2000
    assert 1999 / (moments[-1] - moments[0]) == pytest.approx(rate, rel=0.05)


def test_capacity_is_limited() -> None:
    """`wait_for_capacity` returns when half of the capacity is free."""
    taken = 0

    async def answer(*_: int) -> Response:
        await asyncio.sleep(1)
        return OK

    async def main() -> list[tuple[int, int]]:
        nonlocal taken
        world = World(answer, workers=4)
        waits = []
        world.dispatcher.start()
        for number in range(3000):
            if not world.dispatcher.submit(job(number, str(number))):
                before = len(world.done)
                await world.dispatcher.wait_for_capacity()
                waits.append((number + 1 - before, len(world.done) - before))
        await world.dispatcher.drain()
        assert len(world.done) == 3000
        return waits

    waits = run(main())
    assert len(waits) >= 3
    assert all(held == 1088 and freed == 544 for held, freed in waits)


@pytest.mark.parametrize("where", ["body", "payload"])
def test_capacity_is_limited_in_bytes(where: str) -> None:
    """At most 16 MiB are pending, in bodies or payloads; a larger job is sent all the same."""

    async def answer(*_: int) -> Response:
        await asyncio.sleep(1)
        return OK

    def big(number: int, size: int) -> Job[int]:
        body, own = (b"x" * size, 0) if where == "body" else (None, size)
        request = Request("POST", str(number), body=body)
        call: Call[Any] = Call(OPERATIONS["mail"]["saveProfile"], request, lambda answer: answer)
        return Job(str(number), call, number, own)

    async def main() -> list[tuple[int, int]]:
        world = World(answer, workers=4)
        waits = []
        world.dispatcher.start()
        for number in range(101):
            if not world.dispatcher.submit(big(number, 2**20 if number < 100 else 2**25)):
                before = len(world.done)
                await world.dispatcher.wait_for_capacity()
                waits.append((number + 1 - before, len(world.done) - before))
        await world.dispatcher.drain()
        assert len(world.done) == 101
        return waits

    *waits, _ = run(main())
    assert len(waits) >= 8
    assert all(held == 16 and freed == 8 for held, freed in waits)


def test_stop_completes_requests_in_flight() -> None:
    """Jobs in flight are done; jobs that wait, for a worker or a retry, are not; `wait_for_capacity` returns."""

    async def answer(number: int, tries: int) -> Response:
        await asyncio.sleep(1)
        return BUSY if number == 1 and tries == 1 else OK

    async def main() -> tuple[World, float]:
        world = World(answer, workers=1)
        world.dispatcher.start()
        for number in range(2000):
            world.dispatcher.submit(job(number, str(number)))
        feeder = asyncio.create_task(world.dispatcher.wait_for_capacity())
        await asyncio.sleep(2.5)
        began = asyncio.get_running_loop().time()
        world.dispatcher.stop()
        await feeder
        await world.dispatcher.wait_for_capacity()
        await world.dispatcher.drain()
        return world, asyncio.get_running_loop().time() - began

    world, seconds = run(main())
    assert [number for number, _ in world.done] == [0, 2]
    assert seconds == pytest.approx(0.5, abs=0.02)


def test_stop_during_rate_limit_is_immediate() -> None:
    """A worker that waits for a permit sends nothing more."""

    async def main() -> tuple[World, float]:
        world = World(at_once, workers=4, limiter=RateLimiter(0.01))
        working = asyncio.create_task(world.carry_out("abcdefgh"))
        await asyncio.sleep(1)
        began = asyncio.get_running_loop().time()
        world.dispatcher.stop()
        await working
        return world, asyncio.get_running_loop().time() - began

    world, seconds = run(main())
    assert (len(world.sent), len(world.done)) == (1, 1)
    assert seconds < 0.1


def test_stop_prevents_retries() -> None:
    """A job whose attempt fails after the stop is not done."""

    async def answer(*_: int) -> Response:
        await asyncio.sleep(1)
        return BUSY

    async def main() -> World:
        world = World(answer)
        working = asyncio.create_task(world.carry_out("ab"))
        await asyncio.sleep(0.5)
        world.dispatcher.stop()
        await working
        return world

    world = run(main())
    assert (len(world.sent), world.done) == (1, [])


@pytest.mark.parametrize("raised", [ZeroDivisionError, asyncio.CancelledError])
def test_unexpected_exception_of_a_transport_is_an_error_of_its_job(raised: type[BaseException]) -> None:
    """The other jobs are sent."""

    async def answer(number: int, _: int) -> Response:
        if number == 1:
            raise raised
        return OK

    async def main() -> World:
        world = World(answer, workers=3)
        await world.carry_out("abcbb")
        return world

    world = run(main())
    assert {number: type(error) for number, error in world.done if error} == {1: raised}
    assert len(world.done) == 5


def test_cancel_ends_requests_in_flight() -> None:
    """No job is done, and no task or timer is left."""

    async def answer(number: int, _: int) -> Response:
        await asyncio.sleep(0 if number == 0 else 1000)
        return BUSY

    async def main() -> World:
        world = World(answer, workers=4)
        working = asyncio.create_task(world.carry_out("abcdefghijkl"))
        await asyncio.sleep(0.1)
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
        await world.dispatcher.cancel()
        await asyncio.sleep(1000)
        return world

    world = run(main())
    assert world.done == []
    assert not any(world.under_way.values())
    assert world.dispatcher.retries <= 1


def test_errors_are_those_of_single_calls() -> None:
    """A response that is not retried becomes the error that a single call would raise."""

    async def answer(*_: int) -> Response:
        return httpx.Response(404)

    async def main() -> World:
        world = World(answer)
        await world.carry_out("a")
        return world

    ((_, error),) = run(main()).done
    assert isinstance(error, AdaptyError)
    assert "404" in str(error)


@pytest.mark.parametrize("ends_by", ["stop", "cancel"])
def test_every_started_call_is_reported_to_its_end(ends_by: str) -> None:
    """Calls that are done, in flight, waiting for a retry or for the rate limit at the end have one end each."""
    recorder = Recorder()

    async def answer(number: int, attempt: int) -> Response:
        if number == 1:
            return BUSY
        if number == 2:
            await asyncio.sleep(30)
        return OK

    async def main() -> World:
        limiter = RateLimiter(4)
        world = await make_world(answer, workers=8, limiter=limiter, max_retries=99, observer=recorder)
        world.dispatcher.start()
        for number in range(30):
            world.dispatcher.submit(job(number, str(number)))
        await asyncio.sleep(4)
        if ends_by == "stop":
            world.dispatcher.stop()
            await world.dispatcher.drain()
        await world.dispatcher.cancel()
        return world

    world = run(main())
    assert unfinished(recorder) == []
    ends = Counter(event.error_type for event in recorder.of(CallFinished))
    assert ends.keys() == {None, "CancelledError"}
    assert ends[None] == len(world.done)
    attempts = recorder.of(AttemptFinished)
    assert len(attempts) == sum(world.tries.values()) == sum(event.attempts for event in recorder.of(CallFinished))
    cancelled = [event.error_type for event in attempts if event.status_code is None]
    assert cancelled == (["CancelledError"] if ends_by == "cancel" else [])
    assert {event.source for event in recorder.of(CallStarted)} == {"bulk"}
