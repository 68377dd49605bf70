"""The timer for turns: it follows the wall clock, which a test may freeze, move ahead or set back."""

from __future__ import annotations

import asyncio
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from adapty.sandbox.server_side import moments
from adapty.sandbox.webhooks.news import Turn

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["TurnTimer"]

_MICROSECONDS = 1_000_000

_MIN_DELAY_SECONDS = 0.02
"""The wall clock may stand still just before a turn; checking it again must not use up a processor."""

_MAX_DELAY_SECONDS = 0.25
"""The wall clock may jump over a turn; this is how long it takes at most to notice."""


class TurnTimer:
    """Calls back once for each turn, when the wall clock has reached it; belongs to one event loop.

    Args:
        on_turn: The callback.
    """

    def __init__(self, on_turn: Callable[[Turn], object]) -> None:
        self._on_turn = on_turn
        self._turns: set[Turn] = set()
        self._order: list[tuple[int, str]] = []
        self._handle: asyncio.TimerHandle | None = None

    def add(self, turn: Turn) -> None:
        """Wait for a turn too; adding it again does nothing."""
        if turn not in self._turns:
            self._turns.add(turn)
            heappush(self._order, (turn.at, turn.profile_id))
            self._schedule(min_delay=0.0)

    def clear(self) -> None:
        """Wait for nothing."""
        self._turns.clear()
        self._order.clear()
        self._schedule(min_delay=0.0)

    def _check(self) -> None:
        loop, now = asyncio.get_running_loop(), moments.now()
        while self._order and self._order[0][0] <= now:
            at, profile_id = heappop(self._order)
            turn = Turn(profile_id=profile_id, at=at)
            self._turns.discard(turn)
            loop.call_soon(self._on_turn, turn)
        self._schedule(min_delay=_MIN_DELAY_SECONDS)

    def _schedule(self, *, min_delay: float) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        if self._order:
            remaining = (self._order[0][0] - moments.now()) / _MICROSECONDS
            delay = min(max(remaining, min_delay), _MAX_DELAY_SECONDS)
            self._handle = asyncio.get_running_loop().call_later(delay, self._check)
