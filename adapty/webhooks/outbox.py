"""The outbox: Mail events that are on the disk until Adapty Mail has them."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from attrs import field, frozen

from adapty._core.redaction import SafeRepr, repr_masked
from adapty._core.validation import type_name
from adapty._sqlite import Database
from adapty.errors import AdaptyUsageError
from adapty.models import TransactionEvent
from adapty.webhooks._stores.sqlite_rows import COLUMNS, StoredEvent
from adapty.webhooks._stores.sqlite_schema import DEAD, OUTBOX, PENDING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike
    from pathlib import Path
    from types import TracebackType

__all__ = ["DeadLetter", "Outbox", "OutboxCounts", "PendingEvent"]

RETENTION = timedelta(days=7)
"""How long a delivered event's id is kept; Adapty posts an event again for up to 24 hours."""

_AT_A_TIME = 500

_PUT = """
INSERT OR IGNORE INTO events (event_id, profile, event, state, arrived, changed, attempts)
VALUES (?, ?, ?, 'pending', ?, ?, 0)
"""
_FORGET_DELIVERED = """
DELETE FROM events WHERE state = 'delivered' AND event_id = ? AND changed < ?
"""
_LIST = f"SELECT {COLUMNS} FROM events WHERE {{condition}} AND place > ? ORDER BY place LIMIT ?"  # noqa: S608 - constants
_COUNT = "SELECT count(*) FROM events WHERE {condition}"
_CONDITIONS = {"pending": PENDING, "dead": DEAD, "delivered": "state = 'delivered'"}
_REPLAY = "UPDATE events SET state = 'pending', attempts = 0, reason = NULL, changed = ? WHERE "
_FORGET = "DELETE FROM events WHERE "
_OF_THIS_ID = "state IS NOT 'delivered' AND event_id = ?"


@frozen(kw_only=True)
class PendingEvent(SafeRepr):
    """An event that Mail does not have yet.

    Attributes:
        event_id: The event's id.
        external_profile_id: The profile that it is of.
        arrived_at: When it was put into the outbox, aware, UTC.
        attempts: How many times it was sent by now.
        reason: Why the last try failed, or None.
        data: The event, as `TransactionEvent.to_dict` gives it.
    """

    event_id: str = field(repr=repr_masked)
    external_profile_id: str = field(repr=repr_masked)
    arrived_at: datetime
    attempts: int = 0
    reason: str | None = None
    data: Mapping[str, Any] = field(factory=dict, repr=False, hash=False)

    @property
    def event_type(self) -> str:
        """What happened, by Mail's name."""
        return str(self.data.get("event_type", ""))


@frozen(kw_only=True)
class DeadLetter(PendingEvent):
    """An event that Mail, or a check made here, refuses for good, or that was given up.

    Attributes:
        event_id: The event's id.
        external_profile_id: The profile that it is of.
        arrived_at: When it was put into the outbox, aware, UTC.
        attempts: How many times it was sent.
        reason: Why it was refused.
        data: The event, as `TransactionEvent.to_dict` gives it.
        refused_at: When it was refused, aware, UTC.
    """

    refused_at: datetime


@frozen(kw_only=True)
class OutboxCounts(SafeRepr):
    """How many events there are in an outbox.

    Attributes:
        pending: Those that Mail does not have yet.
        dead: Those that are refused for good.
        delivered: Those that Mail has, and whose ids are still kept.
    """

    pending: int
    dead: int
    delivered: int


class Outbox(SafeRepr):
    """Keeps Mail events on the disk until Adapty Mail has them: to be made once, and shared by threads.

    Any number of processes may put events into one file while one worker sends them. The file has to be on a disk of
    this machine. Beside it stand others of its name with `-wal`, `-shm` and `-worker` added.

    An event's id is kept for a while after Mail has it, and nothing else of it.

    Args:
        path: The file, made where there is none; its folder must be there.
        retention: How long the id of a delivered event is kept, so that the same event is not sent again.

    Raises:
        AdaptyUsageError: The file cannot be made or read, is no outbox, is damaged, or is of a newer version of this
            library.
        WebhookUnavailableError: Others write to it for too long, or the disk is full.

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
        OutboxCounts(pending=1, dead=0, delivered=0)
    """

    def __init__(self, path: str | PathLike[str], *, retention: timedelta = RETENTION) -> None:
        if not isinstance(retention, timedelta) or retention < timedelta(0):
            raise AdaptyUsageError.for_field("retention", "is no such time; expected a timedelta of 0 or more")
        self.retention = retention
        self._database = Database(path, OUTBOX)

    @property
    def path(self) -> Path:
        """The file, as a whole path."""
        return self._database.path

    def put(self, event: TransactionEvent) -> bool:
        """Put an event in; when this returns, it is on the disk.

        Takes a few milliseconds, most of them the disk's, and up to 4 seconds while another process has the file
        locked. On an event loop, call it in a thread; a handler that `outbox_handler` gives runs in one.

        Returns:
            Whether it is new; False where an event of this id is in the outbox already, was refused, or was delivered
            not long ago. Then nothing is changed.

        Raises:
            WebhookUnavailableError: It is not in the outbox: others write to the file for too long, or the disk is
                full. Let Adapty post it again.
            AdaptyUsageError: It is no `TransactionEvent`, or the file is damaged.
        """
        if not isinstance(event, TransactionEvent):
            raise AdaptyUsageError.for_field("event", f"is {type_name(event)}; expected a TransactionEvent")
        text = json.dumps(event.to_dict(), separators=(",", ":"))
        now = time.time()
        with self._database.writing() as connection:
            # A worker that has nothing to do forgets nothing.
            connection.execute(_FORGET_DELIVERED, (event.event_id, now - self.retention.total_seconds()))
            put = connection.execute(_PUT, (event.event_id, event.external_profile_id, text, now, now))
            return put.rowcount > 0

    def pending(self) -> Iterator[PendingEvent]:
        """Go through the events that Mail does not have yet, in the order of their arrival.

        However many there are, only some are in memory. What comes meanwhile is given too.

        Raises:
            WebhookUnavailableError: The file cannot be read now.
            AdaptyUsageError: The file is damaged.
        """
        for stored in self._each(PENDING):
            yield PendingEvent(**_known(stored))

    def dead_letters(self) -> Iterator[DeadLetter]:
        """Go through the events that are refused for good, in the order of their arrival; see `pending`."""
        for stored in self._each(DEAD):
            yield DeadLetter(**_known(stored), refused_at=stored.changed_at)

    def counts(self) -> OutboxCounts:
        """Count the events.

        Raises:
            WebhookUnavailableError: The file cannot be read now.
            AdaptyUsageError: The file is damaged.
        """
        with self._database.reading() as connection:
            counts = {
                name: connection.execute(_COUNT.format(condition=condition)).fetchone()[0]
                for name, condition in _CONDITIONS.items()
            }
        return OutboxCounts(**counts)

    def replay(self, event_id: str) -> bool:
        """Have a refused event sent again: it goes back to the place at which it arrived.

        So it is sent before all events of its profile that came after it and are not sent yet. One that waits for
        another try is tried at once, with all the time before it is given up.

        Returns:
            Whether there is an event of this id that is refused, or waits.

        Raises:
            WebhookUnavailableError: The file cannot be written now.
            AdaptyUsageError: The file is damaged.
        """
        return self._change(_REPLAY + _OF_THIS_ID, time.time(), event_id) > 0

    def replay_all(self) -> int:
        """Have all refused events sent again, and tell how many there are; see `replay`."""
        return self._change(_REPLAY + DEAD, time.time())

    def delete(self, event_id: str) -> bool:
        """Remove an event for good, one that is refused or one that waits; were it put in again, it would be new.

        One that is being sent at this moment may still get to Mail.

        Returns:
            Whether there was an event of this id that was refused, or waited.

        Raises:
            WebhookUnavailableError: The file cannot be written now.
            AdaptyUsageError: The file is damaged.
        """
        return self._change(_FORGET + _OF_THIS_ID, event_id) > 0

    def delete_all(self) -> int:
        """Remove all refused events for good, and tell how many there were; those that wait stay. See `forget`."""
        return self._change(_FORGET + DEAD)

    def close(self) -> None:
        """Close the file. What comes later opens it again."""
        self._database.close()

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

    def _change(self, statement: str, *values: object) -> int:
        with self._database.writing() as connection:
            return connection.execute(statement, _storable(values)).rowcount

    def _each(self, condition: str) -> Iterator[StoredEvent]:
        last = 0
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(_LIST.format(condition=condition), (last, _AT_A_TIME)).fetchall()
            if not rows:
                return
            yield from map(StoredEvent.from_row, rows)
            last = rows[-1][0]


def _storable(values: tuple[object, ...]) -> tuple[object, ...]:
    """See that SQLite takes the values: an id that it does not take is the id of no event."""
    if any(not isinstance(value, str | float) for value in values):
        raise AdaptyUsageError.for_field("event_id", "is no text; expected the id of an event")
    return tuple(value.encode("utf-8", "replace").decode() if isinstance(value, str) else value for value in values)


def _known(stored: StoredEvent) -> dict[str, Any]:
    return {
        "event_id": stored.event_id,
        "external_profile_id": stored.profile,
        "arrived_at": stored.arrived_at,
        "attempts": stored.attempts,
        "reason": stored.reason or stored.damage,
        "data": stored.data,
    }
