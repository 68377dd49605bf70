"""Which events were handled already, in an SQLite file."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Self

from adapty._core.redaction import SafeRepr
from adapty.webhooks.seen import CLAIM_TTL, RETENTION, ClaimStatus, seconds_of
from adapty.webhooks.sqlite_file import SQLiteFile
from adapty.webhooks.sqlite_layout import Layout

if TYPE_CHECKING:
    from datetime import timedelta
    from os import PathLike
    from types import TracebackType

__all__ = ["SQLiteDedupStore"]

_SEEN_EVENTS = Layout(
    noun="store of seen events",
    application_id=0x41645365,  # "AdSe"
    # `owner` is null once the event is handled; `since` counts from 1970, in seconds.
    versions=(
        (
            "CREATE TABLE seen_events (event_id TEXT PRIMARY KEY, owner TEXT, since REAL NOT NULL) WITHOUT ROWID",
            "CREATE INDEX seen_events_since ON seen_events (since)",
        ),
    ),
    is_durable=False,
)

_FORGOTTEN_AT_ONCE = 100

_HELD = "SELECT owner, CAST(since AS REAL) FROM seen_events WHERE event_id = ?"  # a number even in a damaged row
_KEEP = "INSERT OR REPLACE INTO seen_events VALUES (?, ?, ?)"
_RELEASE = "DELETE FROM seen_events WHERE event_id = ? AND owner = ?"
_FORGET = f"""
DELETE FROM seen_events WHERE event_id IN (
    SELECT event_id FROM seen_events WHERE since < ? ORDER BY since LIMIT {_FORGOTTEN_AT_ONCE}
)
"""  # noqa: S608 - a number of our own


class SQLiteDedupStore(SafeRepr):
    """Remembers events in an SQLite file, for the threads of any number of processes on this machine.

    The file has to be on a disk of this machine: SQLite's log of changes does not work over a network. A crash of the
    machine may forget what was marked last, so that it is handled again.

    Args:
        path: The file, made where there is none; its folder must be there.
        retention: How long a handled event is remembered; Adapty posts an event again for up to 24 hours.
        claim_ttl: How long a claim holds, in case whoever has it is gone; longer than it takes to handle an event.

    Raises:
        AdaptyConfigError: An argument is no such time; `field_name` says which.
        AdaptyUsageError: The file cannot be made or read, is no such store, is damaged, or is of a newer version of
            this library.
        WebhookUnavailableError: Others write to it for too long, or the disk is full.

    Example:
        >>> with SQLiteDedupStore("dedup.sqlite") as dedup:
        ...     dedup.acquire("3f0c7a0e", "a")
        ...     dedup.complete("3f0c7a0e", "a")
        ...     dedup.acquire("3f0c7a0e", "b")
        'new'
        'completed'
    """

    def __init__(
        self,
        path: str | PathLike[str],
        *,
        retention: timedelta = RETENTION,
        claim_ttl: timedelta = CLAIM_TTL,
    ) -> None:
        self._retention = seconds_of("retention", retention)
        self._claim_ttl = seconds_of("claim_ttl", claim_ttl)
        self._file = SQLiteFile(path, _SEEN_EVENTS)

    def acquire(self, event_id: str, owner: str) -> ClaimStatus:
        """Claim an event for this owner, and say how it stood; see `DedupStore`.

        Raises:
            WebhookUnavailableError: Others are writing for too long, or the disk is full or broken.
            AdaptyUsageError: The file is damaged.
        """
        with self._file.writing() as connection:
            now = time.time()  # here, so that who waited for their turn is not earlier than who had it
            held = connection.execute(_HELD, (event_id,)).fetchone()
            if held:
                held_by, since = held
                if self._holds(held_by, since, now):
                    return "in_progress" if held_by else "completed"
            connection.execute(_FORGET, (now - max(self._retention, self._claim_ttl),))
            connection.execute(_KEEP, (event_id, owner, now))
            return "new"

    def complete(self, event_id: str, owner: str) -> None:  # noqa: ARG002 - the protocol's
        """Mark an event as handled; see `DedupStore`.

        Raises:
            WebhookUnavailableError: Others are writing for too long, or the disk is full or broken.
            AdaptyUsageError: The file is damaged.
        """
        with self._file.writing() as connection:
            connection.execute(_KEEP, (event_id, None, time.time()))

    def release(self, event_id: str, owner: str) -> None:
        """Give an event back that was not handled; see `DedupStore`.

        Raises:
            WebhookUnavailableError: Others are writing for too long, or the disk is full or broken.
            AdaptyUsageError: The file is damaged.
        """
        with self._file.writing() as connection:
            connection.execute(_RELEASE, (event_id, owner))

    def _holds(self, owner: str | None, since: float, now: float) -> bool:
        """Tell whether an event still stands as it was kept; a clock that was set back does not keep it claimed."""
        return abs(now - since) < self._claim_ttl if owner else now - since < self._retention

    def close(self) -> None:
        """Close the file. What comes later opens it again."""
        self._file.close()

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
        return f"SQLiteDedupStore({str(self._file.path)!r})"
