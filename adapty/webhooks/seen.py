"""Which events were handled already: what a store of them does, and one that keeps them in memory."""

from __future__ import annotations

import time
from collections import OrderedDict
from datetime import timedelta
from threading import Lock
from typing import Any, Literal, Protocol

from attrs import frozen

from adapty._core.validation import type_name
from adapty.errors import AdaptyConfigError

__all__ = ["CLAIM_TTL", "RETENTION", "ClaimStatus", "DedupStore", "MemoryDedupStore", "seconds_of"]

ClaimStatus = Literal["new", "in_progress", "completed"]
"""How an event stands: nobody's until now, being handled by somebody else, or handled."""

RETENTION = timedelta(days=7)
"""How long a handled event is remembered; Adapty posts an event again for up to 24 hours."""

CLAIM_TTL = timedelta(seconds=45)
"""How long a claim holds, in case whoever has it is gone: longer than the 10 seconds that Adapty waits for an answer,
and over when it posts the event again, after about a minute."""

_MAX_EVENTS = 100_000


class DedupStore(Protocol):
    """Remembers which events were handled, and which are being handled.

    An event is claimed before it is handled, and marked as seen only once that has succeeded. So of two deliveries at
    the same time one handles it, and what breaks off between the two is handled again: at least once, not at most once.
    A claim whose holder is gone must come to an end by itself.

    Whatever an implementation raises counts as a failure that passes: Adapty is asked to post the event again.
    """

    def acquire(self, event_id: str, owner: str) -> ClaimStatus:
        """Claim an event for this owner, and say how it stood: only a new one is claimed.

        Args:
            event_id: The event's own id.
            owner: Names whoever handles this delivery.
        """

    def complete(self, event_id: str, owner: str) -> None:
        """Mark an event as handled, whoever claims it by now."""

    def release(self, event_id: str, owner: str) -> None:
        """Give an event back that was not handled, unless somebody else claims it by now."""


@frozen
class _Entry:
    since: float
    owner: str | None


class MemoryDedupStore:
    """Remembers events in this process: for one process, or for tests.

    Args:
        retention: How long a handled event is remembered.
        claim_ttl: How long a claim holds, in case whoever has it is gone.
        max_events: How many events are remembered; the oldest are forgotten first.

    Raises:
        AdaptyConfigError: An argument is no such time or number; `field_name` says which.

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
        self._retention = seconds_of("retention", retention)
        self._claim_ttl = seconds_of("claim_ttl", claim_ttl)
        if type(max_events) is not int or max_events < 1:
            raise AdaptyConfigError.for_field("max_events", "is no number of events; expected an int, 1 or more")
        self._max_events = max_events
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._lock = Lock()

    def acquire(self, event_id: str, owner: str) -> ClaimStatus:
        """Claim an event for this owner, and say how it stood; see `DedupStore`."""
        with self._lock:
            held = self._entries.get(event_id)
            if held and time.monotonic() - held.since < (self._claim_ttl if held.owner else self._retention):
                return "in_progress" if held.owner else "completed"
            self._keep(event_id, owner)
            return "new"

    def complete(self, event_id: str, owner: str) -> None:  # noqa: ARG002 - the protocol's
        """Mark an event as handled; see `DedupStore`."""
        with self._lock:
            self._keep(event_id, None)

    def release(self, event_id: str, owner: str) -> None:
        """Give an event back that was not handled; see `DedupStore`."""
        with self._lock:
            held = self._entries.get(event_id)
            if held and held.owner == owner:
                del self._entries[event_id]

    def _keep(self, event_id: str, owner: str | None) -> None:
        self._entries[event_id] = _Entry(time.monotonic(), owner)
        self._entries.move_to_end(event_id)
        while len(self._entries) > self._max_events:
            self._entries.popitem(last=False)


def seconds_of(name: str, span: Any) -> float:
    """Accept a time that passes, and give its seconds.

    Raises:
        AdaptyConfigError: It is none; `field_name` is `name`.
    """
    if not isinstance(span, timedelta):
        raise AdaptyConfigError.for_field(name, f"is {type_name(span)}; expected a timedelta")
    if span <= timedelta(0):
        raise AdaptyConfigError.for_field(name, "is no time that passes; expected more than 0 seconds")
    return span.total_seconds()
