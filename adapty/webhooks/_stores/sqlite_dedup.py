"""The dedup store in an SQLite file."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Self

from adapty._core.redaction import SafeRepr
from adapty._sqlite import Database
from adapty.webhooks._stores.sqlite_schema import DEDUP
from adapty.webhooks.dedup import CLAIM_TTL, RETENTION, ClaimStatus, positive_seconds

if TYPE_CHECKING:
    from datetime import timedelta
    from os import PathLike
    from types import TracebackType

__all__ = ["SQLiteDedupStore"]

_DELETE_BATCH = 100

# `since` must be a number even in a damaged row.
_SELECT = "SELECT owner, CAST(since AS REAL) FROM dedup_events WHERE event_id = ?"
_SET = "INSERT OR REPLACE INTO dedup_events VALUES (?, ?, ?)"
_RELEASE = "DELETE FROM dedup_events WHERE event_id = ? AND owner = ?"
_DELETE_EXPIRED = f"""
DELETE FROM dedup_events WHERE event_id IN (
    SELECT event_id FROM dedup_events WHERE since < ? ORDER BY since LIMIT {_DELETE_BATCH}
)
"""  # noqa: S608 - a constant


class SQLiteDedupStore(SafeRepr):
    """Remembers events in an SQLite file, for the threads of any number of processes on this machine.

    The file must be on a local disk: SQLite's write-ahead log does not work over a network. A crash of the machine may
    lose the last completions, so that those events are handled again.

    Args:
        path: The file; created unless it exists. Its folder must exist.
        retention: How long a completed event is remembered. Default: 7 days; Adapty posts an event again for up to 24
            hours.
        claim_ttl: How long a claim lasts if it is never completed or released. Default: 45 seconds. It must be longer
            than it takes to handle an event.

    Raises:
        AdaptyConfigError: A duration is not positive; `field_name` names it.
        AdaptyUsageError: The path cannot be used, or the file is not a dedup store, is damaged, or was written by a
            newer version of this library.
        WebhookUnavailableError: The file is locked for too long, or the disk is full.

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
        self._retention = positive_seconds("retention", retention)
        self._claim_ttl = positive_seconds("claim_ttl", claim_ttl)
        self._database = Database(path, DEDUP)

    def acquire(self, event_id: str, owner: str) -> ClaimStatus:
        """Acquire an event for this owner if it is new, and return the status that it had; see `DedupStore`.

        Raises:
            WebhookUnavailableError: The file is locked for too long, or the disk is full or broken.
            AdaptyUsageError: The file is damaged.
        """
        with self._database.writing() as connection:
            now = time.time()  # after the wait for the lock
            row = connection.execute(_SELECT, (event_id,)).fetchone()
            if row:
                current, since = row
                if self._is_valid(current, since, now):
                    return "in_progress" if current else "completed"
            connection.execute(_DELETE_EXPIRED, (now - max(self._retention, self._claim_ttl),))
            connection.execute(_SET, (event_id, owner, now))
            return "new"

    def complete(self, event_id: str, owner: str) -> None:  # noqa: ARG002 - the protocol's
        """Mark an event as completed; see `DedupStore`.

        Raises:
            WebhookUnavailableError: The file is locked for too long, or the disk is full or broken.
            AdaptyUsageError: The file is damaged.
        """
        with self._database.writing() as connection:
            connection.execute(_SET, (event_id, None, time.time()))

    def release(self, event_id: str, owner: str) -> None:
        """Forget an event that was not handled; see `DedupStore`.

        Raises:
            WebhookUnavailableError: The file is locked for too long, or the disk is full or broken.
            AdaptyUsageError: The file is damaged.
        """
        with self._database.writing() as connection:
            connection.execute(_RELEASE, (event_id, owner))

    def _is_valid(self, owner: str | None, since: float, now: float) -> bool:
        """Return whether a row has not expired. A claim of the future has: the clock was set back."""
        return abs(now - since) < self._claim_ttl if owner else now - since < self._retention

    def close(self) -> None:
        """Close the file. The next use opens it again."""
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
        return f"SQLiteDedupStore({str(self._database.path)!r})"
