"""The outbox in an SQLite file."""

from __future__ import annotations

import json
import logging
import time
from types import MappingProxyType
from typing import TYPE_CHECKING

from adapty._sqlite import Database, transaction
from adapty.errors import AdaptyUsageError
from adapty.webhooks._stores.protocol import Backlog, DeadLettered, DueEvent, EventUpdate, State, StoredEvent
from adapty.webhooks._stores.rows import COLUMNS, parse_row
from adapty.webhooks._stores.sqlite_lock import WorkerLock
from adapty.webhooks._stores.sqlite_schema import (
    DEAD,
    OUTBOX,
    PENDING,
    is_first_pending_correct,
    rebuild_first_pending,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Mapping
    from os import PathLike
    from pathlib import Path

__all__ = ["SQLiteOutboxStore"]

logger = logging.getLogger("adapty.webhooks")

_PURGE_BATCH = 1000

_CONDITIONS: Mapping[State, str] = MappingProxyType(
    {"pending": PENDING, "dead": DEAD, "delivered": "state = 'delivered'"}
)
_INSERT = """
INSERT OR IGNORE INTO events (event_id, profile, event, state, created_at, updated_at) VALUES (?, ?, ?, 'pending', ?, ?)
"""
_DELETE_EXPIRED = "DELETE FROM events WHERE state = 'delivered' AND event_id = ? AND updated_at < ?"
_LIST = f"SELECT {COLUMNS} FROM events WHERE {{}} AND seq > ? ORDER BY seq LIMIT ?"  # noqa: S608 - constants
_COUNT = "SELECT count(*) FROM events WHERE {}"
_REPLAY = "UPDATE events SET state = 'pending', attempts = 0, failures = 0, reason = NULL, updated_at = ? WHERE "
_DELETE = "DELETE FROM events WHERE "
_NOT_DELIVERED = "state IS NOT 'delivered' AND event_id = ?"

_MEASURE = f"""
SELECT
    (SELECT count(*) FROM events WHERE {PENDING}), (SELECT count(*) FROM events WHERE {DEAD}),
    (SELECT created_at FROM events WHERE {PENDING} ORDER BY seq LIMIT 1)
"""  # noqa: S608 - constants
_FIRST_PENDING = "SELECT seq, profile FROM first_pending ORDER BY seq LIMIT ?"
# No row if another event of the profile must be sent before it.
_READ_DUE = f"""
SELECT CAST(failures AS INTEGER), {COLUMNS} FROM events WHERE {PENDING} AND seq IN (SELECT value FROM json_each(?))
AND seq = (SELECT min(seq) FROM events AS others WHERE others.{PENDING} AND others.profile IS events.profile)
ORDER BY seq
"""  # noqa: S608 - constants
_PROFILE = COLUMNS.split(", ").index("profile")
# Goes from profile to profile by an index, so that the time does not depend on the number of events of one profile.
_HIDDEN = f"""
WITH RECURSIVE profiles (profile) AS (
    SELECT min(profile) FROM events WHERE {PENDING}
    UNION ALL
    SELECT (SELECT min(profile) FROM events WHERE {PENDING} AND profile > profiles.profile)
    FROM profiles WHERE profile IS NOT NULL
)
SELECT 1 FROM profiles WHERE profile IS NOT NULL AND profile NOT IN (SELECT value FROM json_each(?)) LIMIT 1
"""  # noqa: S608 - constants
_UPDATE: Mapping[State, str] = MappingProxyType(
    {
        "delivered": """
            UPDATE events SET state = 'delivered', profile = '', event = '', reason = NULL, updated_at = :now
            WHERE seq = :seq AND event_id = :event_id AND state IN ('pending', 'dead')
        """,
        "dead": """
            UPDATE events SET state = 'dead', attempts = attempts + :attempts, reason = :reason, updated_at = :now
            WHERE seq = :seq AND event_id = :event_id AND state = 'pending'
        """,
        # An update that only counts a failure has no reason of its own.
        "pending": """
            UPDATE events
            SET attempts = attempts + :attempts, failures = failures + :failures, reason = ifnull(:reason, reason)
            WHERE seq = :seq AND event_id = :event_id AND state = 'pending'
        """,
    }
)
_EXPIRE = f"""
UPDATE events SET
    state = 'dead', updated_at = :now,
    reason = 'failed ' || failures || ' times, while other events succeeded: ' || reason
WHERE seq = :seq AND {PENDING} AND failures >= :max_failures AND updated_at <= :before
"""  # noqa: S608 - constants
_GET = "SELECT seq, event_id, reason FROM events WHERE seq = ?"
_MARK_DAMAGED = f"UPDATE events SET state = 'dead', reason = ?, updated_at = ? WHERE seq = ? AND {PENDING}"  # noqa: S608 - constants
_CHANGED = f"""
SELECT value FROM json_each(?)
WHERE NOT EXISTS (SELECT 1 FROM events WHERE seq = value AND {PENDING} AND attempts > 0)
"""  # noqa: S608 - constants
_PURGE = """
DELETE FROM events WHERE seq IN (SELECT seq FROM events WHERE state = 'delivered' AND updated_at < ? LIMIT ?)
"""


class SQLiteOutboxStore:
    """The `OutboxStore` in an SQLite file; `OutboxStore` describes the methods.

    Args:
        path: The file; created unless it exists.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self._database = Database(path, OUTBOX)
        self._lock = WorkerLock(self._database.path)

    @property
    def path(self) -> Path:
        """The absolute path of the file."""
        return self._database.path

    @property
    def location(self) -> str:
        """The absolute path of the file."""
        return str(self.path)

    def open_for_worker(self) -> SQLiteOutboxStore:
        """Return a store of the same events with a connection of its own."""
        return SQLiteOutboxStore(self.path)

    def put(self, event_id: str, profile: str, event: str, *, retention: float) -> bool:
        """Insert a pending event, unless its ID is known."""
        now = time.time()
        with self._database.writing() as connection:
            # The worker purges too, but only while it has events to deliver.
            connection.execute(_DELETE_EXPIRED, (event_id, now - retention))
            return connection.execute(_INSERT, (event_id, profile, event, now, now)).rowcount > 0

    def list_events(self, state: State, *, after: int, limit: int) -> list[StoredEvent]:
        """Return events in the order of arrival."""
        with self._database.reading() as connection:
            rows = connection.execute(_LIST.format(_CONDITIONS[state]), (after, limit)).fetchall()
        return list(map(parse_row, rows))

    def count(self) -> dict[State, int]:
        """Return the number of events by state."""
        with self._database.reading() as connection:
            return {
                state: connection.execute(_COUNT.format(condition)).fetchone()[0]
                for state, condition in _CONDITIONS.items()
            }

    def measure(self) -> Backlog:
        """Return what waits in the outbox; each value comes from an index."""
        with self._database.reading() as connection:
            pending, dead_letters, oldest = connection.execute(_MEASURE).fetchone()
        age = time.time() - oldest if isinstance(oldest, float | int) else 0.0
        return Backlog(pending, dead_letters, max(age, 0.0))

    def replay(self, event_id: str | None) -> int:
        """Make a dead letter or pending event new, or all dead letters."""
        return self._change(_REPLAY, event_id, time.time())

    def delete(self, event_id: str | None) -> int:
        """Delete a dead letter or pending event, or all dead letters."""
        return self._change(_DELETE, event_id)

    def _change(self, statement: str, event_id: str | None, *values: float) -> int:
        with self._database.writing() as connection:
            if event_id is None:
                return connection.execute(statement + DEAD, values).rowcount
            storable = event_id.encode("utf-8", "replace").decode()  # SQLite rejects lone surrogates
            return connection.execute(statement + _NOT_DELIVERED, (*values, storable)).rowcount

    def read_due(self, waiting: Collection[str], limit: int) -> tuple[list[DueEvent], list[DeadLettered]]:
        """Return events to send, and make damaged ones dead letters; rebuild what finds them if it is damaged.

        Raises:
            AdaptyUsageError: Pending events cannot be found even so.
        """
        dead: list[DeadLettered] = []
        is_rebuilt = False
        while True:
            due, damaged, is_correct = self._read_first(frozenset(waiting), limit)
            if damaged:
                self._mark_damaged(damaged)
                dead += damaged
            elif is_correct:
                return due, dead
            elif is_rebuilt:
                raise AdaptyUsageError(f"{self.path}: is damaged; pending events in it cannot be found")
            else:
                self._rebuild()
                is_rebuilt = True

    def _read_first(self, waiting: frozenset[str], limit: int) -> tuple[list[DueEvent], list[DeadLettered], bool]:
        """Return the events that can be sent, the damaged ones, and whether the table of first events is correct."""
        with self._database.reading() as connection, transaction(connection, "DEFERRED"):
            first = connection.execute(_FIRST_PENDING, (limit + len(waiting),)).fetchall()
            wanted = dict([each for each in first if each[1] not in waiting][:limit])
            rows = connection.execute(_READ_DUE, (json.dumps(list(wanted)),)).fetchall()
            found = {row[1]: row[1 + _PROFILE] for row in rows}
            is_correct = found == wanted and (bool(rows) or not _has_hidden_event(connection, waiting))
        due, damaged = [], []
        for failures, *row in rows:
            event = parse_row(tuple(row))
            if event.damage:
                damaged.append(DeadLettered(event.seq, event.event_id, event.damage))
            else:
                due.append(DueEvent(event.seq, event.event_id, event.profile, event.data, failures))
        return due, damaged, is_correct

    def _mark_damaged(self, damaged: Iterable[DeadLettered]) -> None:
        now = time.time()
        with self._database.writing() as connection:
            connection.executemany(_MARK_DAMAGED, [(event.reason, now, event.seq) for event in damaged])

    def update(self, updates: Iterable[EventUpdate], *, max_failures: int, max_age: float) -> list[DeadLettered]:
        """Apply updates; return the events that became dead letters by both limits."""
        now = time.time()
        limits = {"now": now, "before": now - max_age, "max_failures": max_failures}
        dead: list[DeadLettered] = []
        with self._database.writing() as connection:
            for update in updates:
                values = {
                    "seq": update.seq,
                    "event_id": update.event_id,
                    "attempts": update.attempts,
                    "reason": update.reason,
                    "failures": update.failures,
                    "now": now,
                }
                connection.execute(_UPDATE[update.state], values)
                if update.failures and connection.execute(_EXPIRE, {**limits, "seq": update.seq}).rowcount:
                    dead.append(DeadLettered(*connection.execute(_GET, (update.seq,)).fetchone()))
        return dead

    def find_changed(self, seqs: Collection[int]) -> frozenset[int]:
        """Return which of these pending events were deleted or replayed."""
        with self._database.reading() as connection:
            return frozenset(seq for (seq,) in connection.execute(_CHANGED, (json.dumps(list(seqs)),)))

    def get_version(self) -> object:
        """Return a value that changes when another connection changes the file, or the file is replaced."""
        with self._database.reading() as connection:
            return self._database.open_count, connection.execute("PRAGMA data_version").fetchone()[0]

    def purge(self, retention: float) -> None:
        """Delete the events that were delivered long ago, and check the table of first events."""
        with self._database.reading() as connection:
            is_correct = is_first_pending_correct(connection)
        if not is_correct:
            self._rebuild()
        count = _PURGE_BATCH
        while count == _PURGE_BATCH:
            with self._database.writing() as connection:
                count = connection.execute(_PURGE, (time.time() - retention, _PURGE_BATCH)).rowcount

    def _rebuild(self) -> None:
        logger.warning("outbox %s: rebuilding the table of each profile's next event", self.path)
        with self._database.writing() as connection:
            rebuild_first_pending(connection)

    def try_lock(self) -> bool:
        """Become the only worker of the outbox."""
        return self._lock.try_acquire()

    def keep_lock(self) -> None:
        """Do nothing: the operating system keeps the lock."""

    def has_lock(self) -> bool:
        """Return whether the file is locked."""
        return self._lock.is_valid()

    def close(self) -> None:
        """Close the file, and release the lock. The next use opens it again."""
        self._lock.release()
        self._database.close()


def _has_hidden_event(connection: sqlite3.Connection, waiting: Collection[str]) -> bool:
    """Return whether an event is pending whose profile does not wait."""
    return connection.execute(_HIDDEN, (json.dumps(list(waiting)),)).fetchone() is not None
