"""Turns: leave to send comes in order, at the moment of sending, and to nobody any more after a stop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

import pytest

from adapty._engine.rate_limiter import Pace
from adapty._engine.timers import Turns
from tests.skipping_loop import SkippingLoop

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")


def run(main: Callable[[SkippingLoop], Coroutine[None, None, T]]) -> T:
    """Run something in a loop whose waits take no time, and give it the loop."""
    loops: list[SkippingLoop] = []

    def make() -> SkippingLoop:
        loops.append(SkippingLoop(patience=0))
        return loops[0]

    with asyncio.Runner(loop_factory=make) as runner:
        runner.get_loop()
        return runner.run(main(loops[0]))


def test_turns_come_in_order_and_at_their_time() -> None:
    """Who came first is first, and each has to wait for the pace."""

    async def main(loop: SkippingLoop) -> list[tuple[int, float]]:
        turns, began, given = Turns(Pace(10)), loop.time(), []

        async def wait(number: int) -> None:
            assert await turns.turn()
            given.append((number, loop.time() - began))

        await asyncio.gather(*map(wait, range(5)))
        return given

    given = run(main)
    assert [number for number, _ in given] == [0, 1, 2, 3, 4]
    assert [moment for _, moment in given] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4], abs=0.01)


def test_after_a_delay_not_all_who_waited_send_at_once() -> None:
    """When the event loop was kept busy for half a second, the turns of that time are spread over the next ones."""

    async def main(loop: SkippingLoop) -> list[float]:
        turns, moments = Turns(Pace(100)), []

        async def wait() -> None:
            await turns.turn()
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


def test_a_stop_sends_all_away() -> None:
    """Who waits, and who comes later, is told that nothing is sent; no timer stays behind."""

    async def main(loop: SkippingLoop) -> tuple[list[bool], float]:
        turns = Turns(Pace(0.01))
        first = await turns.turn()
        waiting = [asyncio.create_task(turns.turn()) for _ in range(3)]
        await asyncio.sleep(1)
        began = loop.time()
        turns.stop()
        return [first, *await asyncio.gather(*waiting), await turns.turn()], loop.time() - began

    given, seconds = run(main)
    assert given == [True, False, False, False, False]
    assert seconds < 0.1


def test_who_gives_up_does_not_hold_up_the_others() -> None:
    """A task that is cancelled while it waits is passed over, also by a stop."""

    async def main(_: SkippingLoop) -> list[bool]:
        turns = Turns(Pace(10))
        await turns.turn()
        waiting = [asyncio.create_task(turns.turn()) for _ in range(4)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        given = [await waiting[1]]
        waiting[2].cancel()
        await asyncio.sleep(0)
        turns.stop()
        return [*given, await waiting[3]]

    assert run(main) == [True, False]
