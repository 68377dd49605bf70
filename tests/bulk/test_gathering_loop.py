"""The event loop of blocking runs: answers that other threads hand over are taken together, and no timer is late."""

from __future__ import annotations

import asyncio
import selectors
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from adapty.bulk.gathering_loop import gathering_loop

if TYPE_CHECKING:
    from collections.abc import Callable


def when_paused(monkeypatch: pytest.MonkeyPatch, happens: Callable[[float], object]) -> None:
    """Have something happen when the loop leaves other threads alone for a moment; their own pauses stay."""
    tested, sleep = threading.get_ident(), time.sleep

    def pause(seconds: float) -> None:
        (happens if threading.get_ident() == tested else sleep)(seconds)

    monkeypatch.setattr(time, "sleep", pause)


def waits(monkeypatch: pytest.MonkeyPatch) -> list[float | None]:
    """Note how long the loop waits at most, each time when it waits; other threads have loops too."""
    noted: list[float | None] = []
    tested, select = threading.get_ident(), selectors.DefaultSelector.select

    def noting(self: selectors.DefaultSelector, timeout: float | None = None) -> Any:
        if threading.get_ident() == tested:
            noted.append(timeout)
        return select(self, timeout)

    monkeypatch.setattr(selectors.DefaultSelector, "select", noting)
    return noted


def test_what_other_threads_hand_over_meanwhile_is_taken_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three answers that come one after the other cost one turn of the loop."""
    noted = waits(monkeypatch)
    turns: list[int] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        answers: list[asyncio.Future[None]] = [loop.create_future() for _ in range(3)]

        async def lane(answer: asyncio.Future[None]) -> None:
            await answer
            turns.append(len(noted))

        def hand_over(_: float) -> None:
            while waiting:
                loop.call_soon_threadsafe(waiting.pop().set_result, None)

        waiting = [*answers]
        when_paused(monkeypatch, hand_over)
        async with asyncio.timeout(10):
            await asyncio.gather(*map(lane, answers))

    with asyncio.Runner(loop_factory=gathering_loop) as runner:
        runner.run(main())

    assert len(turns) == 3
    assert len(set(turns)) == 1


@pytest.mark.parametrize("seconds", [0.0, 0.0001, 0.0005, 0.0006, 0.01])
def test_no_timer_is_late_for_it(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """The moment is a part of what is waited for, and where there is no time for it there is none."""
    noted = waits(monkeypatch)
    moments: list[float] = []
    when_paused(monkeypatch, moments.append)

    with closing(gathering_loop()) as loop:
        vars(loop)["_selector"].select(seconds)

    assert sum(moments) + sum(filter(None, noted)) == pytest.approx(seconds)
    assert bool(moments) == (seconds > 0.0005)


def test_a_loop_of_the_callers_choice_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the event loops are not asyncio's own, as with uvloop's policy, so is this one."""

    class Chosen(asyncio.SelectorEventLoop):
        pass

    monkeypatch.setattr(asyncio, "new_event_loop", Chosen)

    loop = gathering_loop()
    loop.close()

    assert type(loop) is Chosen
