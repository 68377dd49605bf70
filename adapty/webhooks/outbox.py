"""The outbox: events for Adapty Mail, on disk until Mail has accepted them."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any, Self

from attrs import field, frozen

from adapty._core.redaction import SafeRepr, repr_masked
from adapty._core.validation import type_name
from adapty.errors import AdaptyUsageError
from adapty.models import TransactionEvent
from adapty.webhooks._stores.sqlite_outbox import SQLiteOutboxStore
from adapty.webhooks.mail_events import to_mail_event

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike
    from pathlib import Path
    from types import TracebackType

    from adapty.webhooks._stores.protocol import OutboxStore, State, StoredEvent
    from adapty.webhooks.events import WebhookEvent

__all__ = ["DeadLetter", "Outbox", "OutboxCounts", "OutboxHandler", "PendingEvent", "outbox_handler"]

logger = logging.getLogger("adapty.webhooks")

RETENTION = timedelta(days=7)
"""How long the ID of a delivered event is stored. Adapty posts an event again for up to 24 hours."""

_PAGE_SIZE = 500

_EXPECTED_SKIPS = frozenset({"unsupported", "replaced", "anonymous"})
"""Reasons to skip that are logged at INFO; Mail should have got the other events."""


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


class Outbox(SafeRepr):
    """Stores events on disk until Adapty Mail has accepted them. Create one and share it between threads.

    Any number of processes can put events into one file, while one worker sends them. The file must be on a local disk.
    Beside it are files with `-wal`, `-shm` and `-worker` after its name.

    The outbox keeps the ID of a delivered event for a while, so it deduplicates events: no `DedupStore` is needed.

    Args:
        path: The file; created unless it exists. Its folder must exist.
        retention: How long the ID of a delivered event is stored. Default: 7 days.

    Raises:
        AdaptyUsageError: The path cannot be used, or the file is not an outbox, is damaged, or was written by a newer
            version of this library.
        WebhookUnavailableError: The file is locked for too long, or the disk is full.

    Example:
        >>> event = TransactionEvent(
        ...     event_type="subscription_started",
        ...     event_id="evt_abc123",
        ...     event_datetime="2026-06-10T14:20:05Z",
        ...     external_profile_id="user_12345",
        ...     store="app_store",
        ...     store_product_id="premium_monthly",
        ...     store_transaction_id="1000000123456789",
        ...     store_original_transaction_id="1000000123456789",
        ...     purchased_at="2026-06-10T14:20:00Z",
        ...     originally_purchased_at="2026-06-10T14:20:00Z",
        ... )
        >>> with Outbox("outbox.sqlite") as outbox:
        ...     outbox.put(event), outbox.put(event)
        ...     outbox.counts()
        (True, False)
        OutboxCounts(pending=1, dead_letters=0, delivered=0)
    """

    def __init__(self, path: str | PathLike[str], *, retention: timedelta = RETENTION) -> None:
        if not isinstance(retention, timedelta) or retention < timedelta(0):
            raise AdaptyUsageError.for_field("retention", "must be a timedelta of 0 or more")
        self.retention = retention
        self._store = SQLiteOutboxStore(path)

    @property
    def path(self) -> Path:
        """The absolute path of the file."""
        return self._store.path

    def put(self, event: TransactionEvent) -> bool:
        """Store an event; it is on disk when this returns.

        It takes a few milliseconds, mostly for the disk, and up to 4 seconds while another process has locked the file.
        In an event loop, call it in a thread; the handler of `outbox_handler` runs in one.

        Returns:
            Whether the event is new. If an event with this ID is pending, a dead letter, or was delivered recently,
            nothing changes.

        Raises:
            WebhookUnavailableError: The event is not stored: the file is locked for too long, or the disk is full. Let
                Adapty post it again.
            AdaptyUsageError: `event` is not a `TransactionEvent`, or the file is damaged.
        """
        if not isinstance(event, TransactionEvent):
            raise AdaptyUsageError.for_field("event", f"is {type_name(event)}; expected a TransactionEvent")
        text = json.dumps(event.to_dict(), separators=(",", ":"))
        retention = self.retention.total_seconds()
        return self._store.put(event.event_id, event.external_profile_id, text, retention=retention)

    def pending(self) -> Iterator[PendingEvent]:
        """Return the events that Mail has not accepted yet, in the order of their arrival.

        Only some of them are in memory at a time. Events that arrive meanwhile are included.

        Raises:
            WebhookUnavailableError: The file cannot be read now.
            AdaptyUsageError: The file is damaged.
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
            WebhookUnavailableError: The file cannot be read now.
            AdaptyUsageError: The file is damaged.
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
            WebhookUnavailableError: The file cannot be written now.
            AdaptyUsageError: The file is damaged.
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
            WebhookUnavailableError: The file cannot be written now.
            AdaptyUsageError: The file is damaged.
        """
        return self._store.delete(_validate_event_id(event_id)) > 0

    def delete_all(self) -> int:
        """Delete all dead letters, and return their number; pending events stay. See `delete`."""
        return self._store.delete(None)

    def close(self) -> None:
        """Close the file. The next use opens it again."""
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
        return f"Outbox({str(self.path)!r})"

    def _list(self, state: State) -> Iterator[StoredEvent]:
        last = 0
        while page := self._store.list_events(state, after=last, limit=_PAGE_SIZE):
            yield from page
            last = page[-1].seq

    def _open_store(self) -> OutboxStore:
        """Return a store of the same events with a connection of its own, for a worker."""
        return SQLiteOutboxStore(self.path)


def outbox_handler(
    outbox: Outbox,
    *,
    external_profile_id: Callable[[WebhookEvent], str | None] | None = None,
) -> OutboxHandler:
    """Return a handler for `asgi_app`, `wsgi_app`, `django_view` or `Receiver.handle` that puts events into an outbox.

    An event is on disk before Adapty gets its response. Skipped events are logged with the reason: at INFO if they are
    not for Mail, such as the refund of an upgrade, at WARNING if Mail should have got them. The outbox ignores an event
    ID that it knows, in the same transaction, so the receiver needs no `dedup=`.

    The events of a profile are sent in the order in which they were received, as Adapty recommends, not by their
    `event_datetime`.

    Args:
        outbox: The outbox. Start a worker to send its events.
        external_profile_id: Returns the profile's ID at Mail, or None if Mail has no such profile. Default: the event's
            `customer_user_id`; anonymous profiles have none.

    Raises:
        AdaptyUsageError: An argument is invalid.

    Example:
        >>> outbox = Outbox("outbox.sqlite")
        >>> handle = outbox_handler(outbox)
        >>> handle.counts
        {}
    """
    if not isinstance(outbox, Outbox):
        raise AdaptyUsageError.for_field("outbox", f"is {type_name(outbox)}; expected an Outbox")
    if external_profile_id is not None and not callable(external_profile_id):
        expected = "expected a function that takes a WebhookEvent and returns an ID or None"
        raise AdaptyUsageError.for_field("external_profile_id", f"is {type_name(external_profile_id)}; {expected}")
    return OutboxHandler(outbox, external_profile_id)


class OutboxHandler(SafeRepr):
    """The handler that `outbox_handler` returns: call it with each event, from any thread."""

    def __init__(self, outbox: Outbox, external_profile_id: Callable[[WebhookEvent], str | None] | None) -> None:
        self._outbox = outbox
        self._external_profile_id = external_profile_id
        self._counts: Counter[str] = Counter()
        self._lock = Lock()

    def __call__(self, event: WebhookEvent) -> None:
        """Put an event into the outbox, or skip it.

        Raises:
            WebhookUnavailableError: The event is not stored; Adapty must post it again.
            AdaptyUsageError: The outbox is damaged, or `external_profile_id` returned neither text nor None.
        """
        conversion = to_mail_event(event, external_profile_id=self._external_profile_id)
        name = repr_masked(event.event_id)
        if conversion.event is None:
            level = logging.INFO if conversion.skip_reason in _EXPECTED_SKIPS else logging.WARNING
            logger.log(level, "webhook: event %s is not stored: %s", name, conversion.reason)
            self._count(f"skipped: {conversion.skip_reason}")
            return
        if conversion.dropped_fields:
            dropped = ", ".join(conversion.dropped_fields)
            logger.warning("webhook: event %s is stored without %s, which Mail would reject", name, dropped)
        self._count("stored" if self._outbox.put(conversion.event) else "duplicate")

    @property
    def counts(self) -> dict[str, int]:
        """Numbers of events in this process: `stored`, `duplicate`, and `skipped: ` with a `skip_reason`."""
        with self._lock:
            return dict(self._counts)

    def _count(self, outcome: str) -> None:
        with self._lock:
            self._counts[outcome] += 1

    def __repr__(self) -> str:
        return f"<outbox_handler for {self._outbox!r}>"


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
