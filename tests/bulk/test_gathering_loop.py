"""The event loop of blocking runs: answers that other threads hand over are taken together, and no timer is late."""

from __future__ import annotations

import asyncio
import selectors
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from adapty.bulk.gathering_loop import gathering_loop

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def paused(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """Give a list of what happens, one after the other, when the loop leaves other threads alone for a moment."""
    happening: list[Callable[[], object]] = []
    monkeypatch.setattr(time, "sleep", lambda _: happening.pop(0)() if happening else None)
    return happening


def waits(monkeypatch: pytest.MonkeyPatch) -> list[float | None]:
    """Note how long the loop waits at most, each time when it waits."""
    noted: list[float | None] = []
    select = selectors.DefaultSelector.select

    def noting(self: selectors.DefaultSelector, timeout: float | None = None) -> Any:
        noted.append(timeout)
        return select(self, timeout)

    monkeypatch.setattr(selectors.DefaultSelector, "select", noting)
    return noted


def test_what_other_threads_hand_over_meanwhile_is_taken_in_one_go(
    monkeypatch: pytest.MonkeyPatch, paused: list[Callable[[], object]]
) -> None:
    """Three answers that come one after the other cost one turn of the loop."""
    noted = waits(monkeypatch)
    turns: list[int] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        answers: list[asyncio.Future[None]] = [loop.create_future() for _ in range(3)]

        async def lane(answer: asyncio.Future[None]) -> None:
            await answer
            turns.append(len(noted))

        def hand_over() -> None:
            for answer in answers:
                loop.call_soon_threadsafe(answer.set_result, None)

        paused.append(hand_over)
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
    monkeypatch.setattr(time, "sleep", moments.append)

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
