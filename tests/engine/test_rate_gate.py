"""The queue for permits: order, time, stalls, closing and cancelled waiters."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

import pytest

from adapty._engine.rate_limiter import RateGate, RateLimiter
from tests.skipping_loop import SkippingLoop

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")


def run(main: Callable[[SkippingLoop], Coroutine[None, None, T]]) -> T:
    """Run a coroutine in an event loop whose delays take no time; it receives the loop."""
    loops: list[SkippingLoop] = []

    def make() -> SkippingLoop:
        loops.append(SkippingLoop(thread_wait=0))
        return loops[0]

    with asyncio.Runner(loop_factory=make) as runner:
        runner.get_loop()
        return runner.run(main(loops[0]))


def test_permits_are_granted_in_order_and_on_time() -> None:
    """First come, first served, at the rate limit."""

    async def main(loop: SkippingLoop) -> list[tuple[int, float]]:
        gate, began, given = RateGate(RateLimiter(10)), loop.time(), []

        async def wait(number: int) -> None:
            assert await gate.acquire()
            given.append((number, loop.time() - began))

        await asyncio.gather(*map(wait, range(5)))
        return given

    given = run(main)
    assert [number for number, _ in given] == [0, 1, 2, 3, 4]
    assert [moment for _, moment in given] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4], abs=0.01)


def test_stall_does_not_cause_a_burst() -> None:
    """After the event loop was blocked for half a second, the delayed permits are spread over the next seconds."""

    async def main(loop: SkippingLoop) -> list[float]:
        gate, moments = RateGate(RateLimiter(100)), []

        async def wait() -> None:
            await gate.acquire()
            moments.append(loop.time())

        waiting = [asyncio.create_task(wait()) for _ in range(400)]
        await asyncio.sleep(1)
        loop.skipped += 0.5
        await asyncio.gather(*waiting)
        return [moment - moments[0] for moment in moments]

    moments = run(main)
    after = [moment - 1.5 for moment in moments if moment >= 1.5]
    assert len(moments) - len(after) == pytest.approx(100, abs=2)
    assert len([moment for moment in after if moment < 0.05]) <= 16
    assert len([moment for moment in after if moment < 1]) <= 104


def test_close_denies_all_permits() -> None:
    """Waiting and later requests get no permit, and no timer is left."""

    async def main(loop: SkippingLoop) -> tuple[list[bool], float]:
        gate = RateGate(RateLimiter(0.01))
        first = await gate.acquire()
        waiting = [asyncio.create_task(gate.acquire()) for _ in range(3)]
        await asyncio.sleep(1)
        began = loop.time()
        gate.close()
        return [first, *await asyncio.gather(*waiting), await gate.acquire()], loop.time() - began

    given, seconds = run(main)
    assert given == [True, False, False, False, False]
    assert seconds < 0.1


def test_cancelled_waiter_is_skipped() -> None:
    """A task that is cancelled while it waits does not block the others."""

    async def main(_: SkippingLoop) -> list[bool]:
        gate = RateGate(RateLimiter(10))
        await gate.acquire()
        waiting = [asyncio.create_task(gate.acquire()) for _ in range(4)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        given = [await waiting[1]]
        waiting[2].cancel()
        await asyncio.sleep(0)
        gate.close()
        return [*given, await waiting[3]]

    assert run(main) == [True, False]
