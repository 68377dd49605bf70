"""What the outboxes in SQLite and PostgreSQL have in common."""

from __future__ import annotations

import asyncio
import json
from abc import abstractmethod
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from attrs import field, frozen

from adapty._core.redaction import SafeRepr, repr_masked
from adapty._core.validation import type_name
from adapty.errors import AdaptyUsageError
from adapty.models import TransactionEvent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from adapty.webhooks._stores.protocol import OutboxStore, State, StoredEvent

__all__ = [
    "RETENTION",
    "BaseOutbox",
    "DeadLetter",
    "OutboxCounts",
    "PendingEvent",
    "parse_retention",
    "serialize_event",
]

RETENTION = timedelta(days=7)
"""How long the ID of a delivered event is stored. Adapty posts an event again for up to 24 hours."""

_PAGE_SIZE = 500


@frozen(kw_only=True)
class PendingEvent(SafeRepr):
    """An event that Mail has not accepted yet.

    Attributes:
        event_id: The event's ID.
        external_profile_id: The profile.
        arrived_at: When it was put into the outbox, aware, UTC.
        attempts: How many times it was sent.
        reason: Why the last attempt failed, or None.
        data: The event, as from `TransactionEvent.to_dict`.
    """

    event_id: str = field(repr=repr_masked)
    external_profile_id: str = field(repr=repr_masked)
    arrived_at: datetime
    attempts: int = 0
    reason: str | None = None
    data: Mapping[str, Any] = field(factory=dict, repr=False, hash=False)

    @property
    def event_type(self) -> str:
        """Mail's name of the event type."""
        return str(self.data.get("event_type", ""))


@frozen(kw_only=True)
class DeadLetter(PendingEvent):
    """An event that is not sent any more: Mail or a check rejected it, or it failed too often.

    Attributes:
        event_id: The event's ID.
        external_profile_id: The profile.
        arrived_at: When it was put into the outbox, aware, UTC.
        attempts: How many times it was sent.
        reason: Why it is a dead letter.
        data: The event, as from `TransactionEvent.to_dict`.
        failed_at: When it became a dead letter, aware, UTC.
    """

    failed_at: datetime


@frozen(kw_only=True)
class OutboxCounts(SafeRepr):
    """Numbers of events in an outbox.

    Attributes:
        pending: Events that Mail has not accepted yet.
        dead_letters: Dead letters.
        delivered: Events that Mail has accepted, and whose IDs are still stored.
    """

    pending: int
    dead_letters: int
    delivered: int


class BaseOutbox(SafeRepr):
    """Stores events until Adapty Mail has accepted them: an `Outbox` or a `PostgresOutbox`.

    Attributes:
        retention: How long the ID of a delivered event is stored.
    """

    def __init__(self, store: OutboxStore, retention: timedelta) -> None:
        self.retention = retention
        self._store = store

    @property
    def location(self) -> str:
        """Where the events are: a path, or an address without its password."""
        return self._store.location

    @abstractmethod
    def put(self, event: TransactionEvent, *, connection: Any = None) -> bool:
        """Store an event; see `Outbox.put` and `PostgresOutbox.put`."""

    async def put_async(self, event: TransactionEvent, *, connection: Any = None) -> bool:
        """Do what `put` does, in a thread, so that an event loop does not wait."""
        return await asyncio.to_thread(self.put, event, connection=connection)

    def pending(self) -> Iterator[PendingEvent]:
        """Return the events that Mail has not accepted yet, in the order of their arrival.

        Only some of them are in memory at a time. Events that arrive meanwhile are included.

        Raises:
            WebhookUnavailableError: The file or database cannot be read now.
            AdaptyUsageError: The file is damaged, or tables are missing.
        """
        for stored in self._list("pending"):
            yield PendingEvent(**_public_fields(stored))

    def dead_letters(self) -> Iterator[DeadLetter]:
        """Return the dead letters, in the order of their arrival; see `pending`."""
        for stored in self._list("dead"):
            yield DeadLetter(**_public_fields(stored), failed_at=stored.updated_at)

    def counts(self) -> OutboxCounts:
        """Return the numbers of events.

        Raises:
            WebhookUnavailableError: The file or database cannot be read now.
            AdaptyUsageError: The file is damaged, or tables are missing.
        """
        counts = self._store.count()
        return OutboxCounts(pending=counts["pending"], dead_letters=counts["dead"], delivered=counts["delivered"])

    def replay(self, event_id: str) -> bool:
        """Send a dead letter again, at its old place in the order of arrival.

        It is sent before all later events of its profile that are not sent yet. A pending event that waits for a retry
        is sent immediately, and its failures are forgotten.

        Returns:
            Whether there is a dead letter or pending event with this ID.

        Raises:
            WebhookUnavailableError: The file or database cannot be written now.
            AdaptyUsageError: The file is damaged, or tables are missing.
        """
        return self._store.replay(_validate_event_id(event_id)) > 0

    def replay_all(self) -> int:
        """Send all dead letters again, and return their number; see `replay`."""
        return self._store.replay(None)

    def delete(self, event_id: str) -> bool:
        """Delete a dead letter or pending event. The outbox forgets its ID, too.

        An event that is being sent may still reach Mail.

        Returns:
            Whether there was a dead letter or pending event with this ID.

        Raises:
            WebhookUnavailableError: The file or database cannot be written now.
            AdaptyUsageError: The file is damaged, or tables are missing.
        """
        return self._store.delete(_validate_event_id(event_id)) > 0

    def delete_all(self) -> int:
        """Delete all dead letters, and return their number; pending events stay. See `delete`."""
        return self._store.delete(None)

    def close(self) -> None:
        """Close the file or the connections. The next use opens them again."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.location!r})"

    def _list(self, state: State) -> Iterator[StoredEvent]:
        last = 0
        while page := self._store.list_events(state, after=last, limit=_PAGE_SIZE):
            yield from page
            last = page[-1].seq

    def _open_store(self) -> OutboxStore:
        """Return a store of the same events with a connection of its own, for a worker."""
        return self._store.open_for_worker()


def parse_retention(retention: Any) -> timedelta:
    """Return the retention.

    Raises:
        AdaptyUsageError: It is not a timedelta of 0 or more.
    """
    if not isinstance(retention, timedelta) or retention < timedelta(0):
        raise AdaptyUsageError.for_field("retention", "must be a timedelta of 0 or more")
    return retention


def serialize_event(event: Any) -> tuple[str, str, str]:
    """Return the ID, the profile's ID, and the fields as JSON.

    Raises:
        AdaptyUsageError: It is not a `TransactionEvent`.
    """
    if not isinstance(event, TransactionEvent):
        raise AdaptyUsageError.for_field("event", f"is {type_name(event)}; expected a TransactionEvent")
    return event.event_id, event.external_profile_id, json.dumps(event.to_dict(), separators=(",", ":"))


def _validate_event_id(event_id: Any) -> str:
    if not isinstance(event_id, str):
        raise AdaptyUsageError.for_field("event_id", f"must be a str (got {type_name(event_id)})")
    return event_id


def _public_fields(stored: StoredEvent) -> dict[str, Any]:
    return {
        "event_id": stored.event_id,
        "external_profile_id": stored.profile,
        "arrived_at": stored.created_at,
        "attempts": stored.attempts,
        "reason": stored.reason or stored.damage,
        "data": stored.data,
    }
