"""The outbox: events for Adapty Mail, on disk until Mail has accepted them."""

from __future__ import annotations

import logging
import os
from collections import Counter
from threading import Lock
from typing import TYPE_CHECKING, Any

from adapty._core.lazy import lazy_pattern
from adapty._core.redaction import SafeRepr, repr_masked
from adapty._core.validation import type_name
from adapty._postgres_dsn import is_postgres_url
from adapty.errors import AdaptyUsageError
from adapty.webhooks._base_outbox import (
    RETENTION,
    BaseOutbox,
    DeadLetter,
    OutboxCounts,
    PendingEvent,
    parse_retention,
    serialize_event,
)
from adapty.webhooks._stores.sqlite_outbox import SQLiteOutboxStore
from adapty.webhooks.mail_events import to_mail_event

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta
    from os import PathLike
    from pathlib import Path

    from adapty.models import TransactionEvent
    from adapty.webhooks.events import WebhookEvent

__all__ = ["BaseOutbox", "DeadLetter", "Outbox", "OutboxCounts", "OutboxHandler", "PendingEvent", "outbox_handler"]

logger = logging.getLogger("adapty.webhooks")

_EXPECTED_SKIPS = frozenset({"unsupported", "replaced", "anonymous"})
"""Reasons to skip that are logged at INFO; Mail should have got the other events."""

_SQLITE = "sqlite:///"
_SCHEME = lazy_pattern(r"[A-Za-z][\w+.-]+://")


class Outbox(BaseOutbox):
    """Stores events on disk until Adapty Mail has accepted them. Create one and share it between threads.

    Any number of processes can put events into one file, while one worker sends them. The file must be on a local disk;
    for several hosts there is `PostgresOutbox`, with the same methods.
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
        >>> from adapty import TransactionEvent
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

    _store: SQLiteOutboxStore

    def __init__(self, path: str | PathLike[str], *, retention: timedelta = RETENTION) -> None:
        super().__init__(SQLiteOutboxStore(path), parse_retention(retention))

    @staticmethod
    def from_url(url: str | PathLike[str], *, retention: timedelta = RETENTION, must_exist: bool = False) -> BaseOutbox:
        """Open the outbox at an address: a path, `sqlite:///PATH`, or `postgresql://user@host/database`.

        Args:
            url: The address. `sqlite:////var/outbox.sqlite`, with four slashes, is an absolute path.
            retention: How long the ID of a delivered event is stored. Default: 7 days.
            must_exist: Whether to refuse a missing file. By default, it is created. Tables in PostgreSQL are created by
                `adapty-py webhooks init` and `PostgresOutbox(..., create=True)` only.

        Returns:
            An `Outbox` or a `PostgresOutbox`.

        Raises:
            AdaptyUsageError: The address is invalid, or is of another database; or `must_exist`, and there is no file.
            WebhookUnavailableError: As `Outbox`.

        Example:
            >>> Outbox.from_url("sqlite:///outbox.sqlite")
            Outbox('.../outbox.sqlite')
        """
        text = url if isinstance(url, str) else ""
        if is_postgres_url(text):
            from adapty.webhooks.postgres_outbox import PostgresOutbox  # noqa: PLC0415 - only where it is used

            return PostgresOutbox(text, retention=retention)
        path = text.removeprefix(_SQLITE) if text.startswith(_SQLITE) else url
        if path is url and _SCHEME.match(text):
            expected = "expected a path, sqlite:///PATH or postgresql://user@host/database"
            raise AdaptyUsageError.for_field("url", f"is an address of another kind; {expected}")
        if must_exist and not os.path.exists(path):  # noqa: PTH110 - of any type; `Outbox` refuses invalid ones
            raise AdaptyUsageError.for_field("url", f"no such file (got {path}); expected an existing outbox")
        return Outbox(path, retention=retention)

    @property
    def path(self) -> Path:
        """The absolute path of the file."""
        return self._store.path

    def put(self, event: TransactionEvent, *, connection: Any = None) -> bool:
        """Store an event; it is on disk when this returns.

        It takes a few milliseconds, mostly for the disk, and up to 4 seconds while another process has locked the file.
        In an event loop, use `put_async`; the handler of `outbox_handler` runs in a thread.

        Args:
            event: The event.
            connection: Must be None; `PostgresOutbox.put` can join the transaction of a connection.

        Returns:
            Whether the event is new. If an event with this ID is pending, a dead letter, or was delivered recently,
            nothing changes.

        Raises:
            WebhookUnavailableError: The event is not stored: the file is locked for too long, or the disk is full. Let
                Adapty post it again.
            AdaptyUsageError: `event` is not a `TransactionEvent`, `connection` is not None, or the file is damaged.
        """
        if connection is not None:
            problem = "an outbox in SQLite cannot join a transaction; use a PostgresOutbox in the same database"
            raise AdaptyUsageError.for_field("connection", problem)
        return self._store.put(*serialize_event(event), retention=self.retention.total_seconds())


def outbox_handler(
    outbox: BaseOutbox,
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
    if not isinstance(outbox, BaseOutbox):
        raise AdaptyUsageError.for_field("outbox", f"is {type_name(outbox)}; expected an Outbox or PostgresOutbox")
    if external_profile_id is not None and not callable(external_profile_id):
        expected = "expected a function that takes a WebhookEvent and returns an ID or None"
        raise AdaptyUsageError.for_field("external_profile_id", f"is {type_name(external_profile_id)}; {expected}")
    return OutboxHandler(outbox, external_profile_id)


class OutboxHandler(SafeRepr):
    """The handler that `outbox_handler` returns: call it with each event, from any thread."""

    def __init__(self, outbox: BaseOutbox, external_profile_id: Callable[[WebhookEvent], str | None] | None) -> None:
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
