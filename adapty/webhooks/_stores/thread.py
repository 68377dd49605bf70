"""The store of a worker in a thread of its own: an event loop must not wait for disks."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import frozen

from adapty.errors import AdaptyError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from adapty.webhooks._stores.protocol import DeadLettered, EventUpdate, OutboxStore

    T = TypeVar("T")

__all__ = ["DeadLetterLimits", "StoreThread"]


@frozen
class DeadLetterLimits:
    """When an event becomes a dead letter: when it reaches both limits. See `WorkerOptions`."""

    max_attempts: int = 24
    max_age: timedelta = timedelta(hours=24)


class StoreThread:
    """The store of a worker, in a thread of its own: an event loop must not wait for disks.

    Queued updates stay queued until they are written: if `flush` fails, the next one tries again.

    Args:
        open_store: Opens the store; called in the thread.
        limits: When an event becomes a dead letter.
    """

    def __init__(self, open_store: Callable[[], OutboxStore], limits: DeadLetterLimits) -> None:
        self._open_store = open_store
        self._limits = limits
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="adapty-outbox")
        self._store: OutboxStore | None = None
        self._updates: list[EventUpdate] = []

    async def run(self, work: Callable[[OutboxStore], T]) -> T:
        """Call a function with the store in the thread."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, lambda: work(self._open()))

    def _open(self) -> OutboxStore:
        if self._store is None:
            self._store = self._open_store()
        return self._store

    def has_lock(self) -> bool:
        """Return whether no other worker can have the lock now."""
        return self._store is not None and self._store.has_lock()

    def queue_update(self, update: EventUpdate) -> None:
        """Add an update for the next `flush`."""
        self._updates.append(update)

    async def flush(self) -> tuple[list[EventUpdate], list[DeadLettered]]:
        """Write the queued updates; return them, and the events that became dead letters by the limits."""
        updates = list(self._updates)
        if not updates:
            return [], []
        dead = await self.run(lambda store: self._write(store, updates))
        del self._updates[: len(updates)]
        return updates, dead

    def _write(self, store: OutboxStore, updates: list[EventUpdate]) -> list[DeadLettered]:
        limits = self._limits
        return store.update(updates, max_failures=limits.max_attempts, max_age=limits.max_age.total_seconds())

    def close(self) -> None:
        """Write the queued updates if possible, and close the store."""
        self._executor.shutdown()
        if self._store is not None:
            with suppress(AdaptyError):  # events whose updates are lost are sent again
                if self._updates:
                    self._write(self._store, self._updates)
            self._store.close()
