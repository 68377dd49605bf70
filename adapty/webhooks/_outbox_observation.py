"""Measures an outbox every few seconds, for observers."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from adapty.errors import AdaptyError
from adapty.observer import OutboxMeasured

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from adapty._core.observers import Observers
    from adapty.webhooks._stores.thread import StoreThread

__all__ = ["observe_outbox"]

_MEASURE_SECONDS = 5.0


@asynccontextmanager
async def observe_outbox(
    observers: Observers | None, store: StoreThread, count: Callable[[], tuple[int, int] | None]
) -> AsyncIterator[None]:
    """Report the state of an outbox while the block runs, also while its worker waits for Mail, and at the end.

    Args:
        observers: The observers; None measures nothing.
        store: The worker's store.
        count: Returns how many events were delivered, and how many became dead letters, since the start. Returns None
            while another worker reports the outbox.
    """
    if observers is None:
        yield
        return
    reported = (0, 0)

    async def measure() -> None:
        nonlocal reported
        counts = count()
        if counts is None:
            return
        with suppress(AdaptyError):  # measured again later
            backlog = await store.run(lambda opened: opened.measure())
            delivered, dead_lettered = counts
            event = OutboxMeasured(
                delivered=delivered - reported[0],
                dead_lettered=dead_lettered - reported[1],
                pending=backlog.pending,
                dead_letters=backlog.dead_letters,
                oldest_age=backlog.oldest_age,
            )
            reported = delivered, dead_lettered
            observers.notify("on_outbox_measured", event)

    async def measure_repeatedly() -> None:
        while True:
            await measure()
            await asyncio.sleep(_MEASURE_SECONDS)

    measuring = asyncio.create_task(measure_repeatedly())
    try:
        yield
    finally:
        measuring.cancel()
        await asyncio.gather(measuring, return_exceptions=True)
        if not isinstance(sys.exception(), asyncio.CancelledError):
            await measure()
