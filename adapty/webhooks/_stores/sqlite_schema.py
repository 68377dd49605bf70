"""The SQLite files of webhooks: tables, and the errors to raise for them."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING

from adapty._sqlite import Schema
from adapty.errors import AdaptyUsageError, WebhookUnavailableError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

__all__ = ["DEAD", "DEDUP", "OUTBOX", "PENDING", "is_first_pending_correct", "rebuild_first_pending"]


def _schema(label: str, application_id: int, create: tuple[str, ...], *, is_durable: bool) -> Schema:
    return Schema(
        application_id=application_id,
        create=create,
        busy=(WebhookUnavailableError, "is locked by another thread or process; try again later"),
        damaged=(AdaptyUsageError, "is damaged; move it away to start with a new file"),
        foreign=(AdaptyUsageError, f"is not {label}; move it away, or choose another path"),
        other_version=(AdaptyUsageError, "was written by a newer version of adapty; use that version"),
        failed=WebhookUnavailableError,
        is_durable=is_durable,
    )


DEDUP = _schema(
    "a dedup store",
    0x41645365,  # "AdSe"
    # `owner` is null once the event is completed. `since` is a Unix time in seconds.
    (
        "CREATE TABLE dedup_events (event_id TEXT PRIMARY KEY, owner TEXT, since REAL NOT NULL) WITHOUT ROWID",
        "CREATE INDEX dedup_events_since ON dedup_events (since)",
    ),
    is_durable=False,
)

PENDING = "state = 'pending'"
"""The condition of an event to be delivered."""

DEAD = "state IS NOT 'pending' AND state IS NOT 'delivered'"
"""The condition of a dead letter. A row with a damaged state is one too, so that every row can be listed."""

_TABLES = (
    # `seq` is the order of arrival and is never reused. Times are Unix times in seconds. `updated_at` of a pending
    # event is the time when it was put or replayed. `failures` counts since then, without failures during outages.
    """
    CREATE TABLE events (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        event_id TEXT NOT NULL UNIQUE,
        profile TEXT NOT NULL,
        event TEXT NOT NULL,
        state TEXT NOT NULL,
        created_at REAL NOT NULL,
        updated_at REAL NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        failures INTEGER NOT NULL DEFAULT 0,
        reason TEXT
    )
    """,
    f"CREATE INDEX pending_events ON events (seq) WHERE {PENDING}",
    f"CREATE INDEX dead_events ON events (seq) WHERE {DEAD}",
    "CREATE INDEX delivered_events ON events (updated_at) WHERE state = 'delivered'",
)


def _refresh(profile: str) -> str:
    """Return the statements that find the first pending event of a profile again."""
    return f"""
        DELETE FROM first_pending WHERE profile IS {profile};
        INSERT INTO first_pending (seq, profile)
            SELECT seq, profile FROM events WHERE {PENDING} AND profile IS {profile} ORDER BY seq LIMIT 1;
    """  # noqa: S608 - constants


# A worker sends the first pending event of each profile. Finding it among all pending events takes longer the more
# events one profile has, so it has a table of its own, which triggers keep up to date.
_DERIVED: Mapping[str, str] = MappingProxyType(
    {
        "first_pending": "CREATE TABLE first_pending (seq INTEGER PRIMARY KEY, profile TEXT)",
        "first_pending_profiles": "CREATE INDEX first_pending_profiles ON first_pending (profile)",
        "pending_profiles": f"CREATE INDEX pending_profiles ON events (profile, seq) WHERE {PENDING}",
        "event_inserted": f"""
            CREATE TRIGGER event_inserted AFTER INSERT ON events
            WHEN new.state IS 'pending'
                AND NOT EXISTS (SELECT 1 FROM first_pending WHERE profile IS new.profile AND seq < new.seq)
            BEGIN {_refresh("new.profile")} END
        """,  # noqa: S608 - constants
        "event_updated": f"""
            CREATE TRIGGER event_updated AFTER UPDATE OF seq, profile, state ON events
            WHEN old.state IS 'pending' OR new.state IS 'pending'
            BEGIN {_refresh("old.profile")} {_refresh("new.profile")} END
        """,
        "event_deleted": f"""
            CREATE TRIGGER event_deleted AFTER DELETE ON events WHEN old.state IS 'pending'
            BEGIN {_refresh("old.profile")} END
        """,
    }
)
"""The statements that create what is derived from the events, by name."""

OUTBOX = _schema("an outbox", 0x41644F62, (*_TABLES, *_DERIVED.values()), is_durable=True)  # "AdOb"

_FIRST_PENDING = f"SELECT min(seq) AS seq, profile FROM events WHERE {PENDING} GROUP BY profile"  # noqa: S608 - constants
# `seq` is unique in first_pending, so equal numbers of rows and no missing row mean that both are the same.
_IS_CORRECT = f"""
SELECT (SELECT count(*) FROM first_pending) = count(*) AND count(found.seq) = count(*)
FROM ({_FIRST_PENDING}) AS expected
LEFT JOIN first_pending AS found ON found.seq = expected.seq AND found.profile IS expected.profile
"""  # noqa: S608 - constants
_FILL = f"INSERT INTO first_pending (seq, profile) {_FIRST_PENDING}"
_NAMES = "SELECT name FROM sqlite_master WHERE name IN (SELECT value FROM json_each(?))"


def is_first_pending_correct(connection: sqlite3.Connection) -> bool:
    """Return whether the table matches the events, and all triggers and indexes exist."""
    return _existing_names(connection) == _DERIVED.keys() and bool(connection.execute(_IS_CORRECT).fetchone()[0])


def rebuild_first_pending(connection: sqlite3.Connection) -> None:
    """Create what is missing, and fill the table from the events, in the caller's transaction."""
    existing = _existing_names(connection)
    for name, statement in _DERIVED.items():
        if name not in existing:
            connection.execute(statement)
    connection.execute("DELETE FROM first_pending")
    connection.execute(_FILL)


def _existing_names(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute(_NAMES, (json.dumps(list(_DERIVED)),))}
