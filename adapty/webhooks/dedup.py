"""Deduplication: the protocol of a store of handled events, and a store in memory."""

from __future__ import annotations

import time
from collections import OrderedDict
from datetime import timedelta
from threading import Lock
from typing import Any, Literal, Protocol

from attrs import frozen

from adapty._core.validation import type_name
from adapty.errors import AdaptyConfigError

__all__ = ["CLAIM_TTL", "RETENTION", "ClaimStatus", "DedupStore", "MemoryDedupStore", "positive_seconds"]

ClaimStatus = Literal["new", "in_progress", "completed"]
"""The status of an event before it is acquired."""

RETENTION = timedelta(days=7)
"""How long a completed event is remembered. Adapty posts an event again for up to 24 hours."""

CLAIM_TTL = timedelta(seconds=45)
"""How long a claim lasts if its owner never completes or releases it: longer than the 10 seconds that Adapty waits for
a response, and shorter than the minute after which it posts the event again."""

_MAX_EVENTS = 100_000


class DedupStore(Protocol):
    """Remembers which events are completed, and which are in progress.

    A receiver acquires an event before it calls the handler, and completes it afterwards. So of two simultaneous
    deliveries one is handled, and an event whose handler did not end is handled again: at least once. A claim whose
    owner is gone must expire.

    If a method raises, Adapty posts the event again.
    """

    def acquire(self, event_id: str, owner: str) -> ClaimStatus:
        """Acquire an event for this owner if it is new, and return the status that it had.

        Args:
            event_id: The event's own ID.
            owner: A unique name of this delivery.
        """

    def complete(self, event_id: str, owner: str) -> None:
        """Mark an event as completed, whichever owner has it now."""

    def release(self, event_id: str, owner: str) -> None:
        """Forget an event that was not handled, unless another owner has it now."""


@frozen
class _Entry:
    since: float
    owner: str | None


class MemoryDedupStore:
    """Remembers events in this process: for a single process, or for tests.

    Args:
        retention: How long a completed event is remembered. Default: 7 days.
        claim_ttl: How long a claim lasts if it is never completed or released. Default: 45 seconds.
        max_events: How many events are remembered; the oldest are forgotten first. Default: 100,000.

    Raises:
        AdaptyConfigError: An argument is not positive, or has the wrong type; `field_name` names it.

    Example:
        >>> dedup = MemoryDedupStore()
        >>> dedup.acquire("3f0c7a0e", "a"), dedup.acquire("3f0c7a0e", "b")
        ('new', 'in_progress')
        >>> dedup.complete("3f0c7a0e", "a")
        >>> dedup.acquire("3f0c7a0e", "b")
        'completed'
    """

    def __init__(
        self,
        *,
        retention: timedelta = RETENTION,
        claim_ttl: timedelta = CLAIM_TTL,
        max_events: int = _MAX_EVENTS,
    ) -> None:
        self._retention = positive_seconds("retention", retention)
        self._claim_ttl = positive_seconds("claim_ttl", claim_ttl)
        if type(max_events) is not int or max_events < 1:
            raise AdaptyConfigError.for_field("max_events", "must be an int of 1 or more")
        self._max_events = max_events
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._lock = Lock()

    def acquire(self, event_id: str, owner: str) -> ClaimStatus:
        """Acquire an event for this owner if it is new, and return the status that it had; see `DedupStore`."""
        with self._lock:
            entry = self._entries.get(event_id)
            if entry and time.monotonic() - entry.since < (self._claim_ttl if entry.owner else self._retention):
                return "in_progress" if entry.owner else "completed"
            self._set(event_id, owner)
            return "new"

    def complete(self, event_id: str, owner: str) -> None:  # noqa: ARG002 - the protocol's
        """Mark an event as completed; see `DedupStore`."""
        with self._lock:
            self._set(event_id, None)

    def release(self, event_id: str, owner: str) -> None:
        """Forget an event that was not handled; see `DedupStore`."""
        with self._lock:
            entry = self._entries.get(event_id)
            if entry and entry.owner == owner:
                del self._entries[event_id]

    def _set(self, event_id: str, owner: str | None) -> None:
        self._entries[event_id] = _Entry(time.monotonic(), owner)
        self._entries.move_to_end(event_id)
        while len(self._entries) > self._max_events:
            self._entries.popitem(last=False)


def positive_seconds(name: str, duration: Any) -> float:
    """Return the seconds of a positive timedelta.

    Raises:
        AdaptyConfigError: It is not one; `field_name` is `name`.
    """
    if not isinstance(duration, timedelta):
        raise AdaptyConfigError.for_field(name, f"is {type_name(duration)}; expected a timedelta")
    if duration <= timedelta(0):
        raise AdaptyConfigError.for_field(name, "must be more than 0 seconds")
    return duration.total_seconds()
