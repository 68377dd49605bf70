"""The SQLite files of webhooks: tables, and the errors to raise for them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from adapty._sqlite import Schema
from adapty.errors import AdaptyUsageError, WebhookUnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DEAD", "DEDUP", "DERIVED", "OUTBOX", "PENDING"]


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
    # `owner` is null once the event is completed; `since` counts from 1970, in seconds.
    (
        "CREATE TABLE dedup_events (event_id TEXT PRIMARY KEY, owner TEXT, since REAL NOT NULL) WITHOUT ROWID",
        "CREATE INDEX dedup_events_since ON dedup_events (since)",
    ),
    is_durable=False,
)

PENDING = "state = 'pending'"
"""The condition of an event that waits to be sent."""

DEAD = "state IS NOT 'pending' AND state IS NOT 'delivered'"
"""The condition of a dead letter. A row whose state is damaged is one too, so that no row is ever out of sight."""

_TABLES = (
    # `place` is the order of arrival; no place is ever given twice. Times count from 1970, in seconds.
    """
    CREATE TABLE events (
        place INTEGER PRIMARY KEY AUTOINCREMENT,
        event_id TEXT NOT NULL UNIQUE,
        profile TEXT NOT NULL,
        event TEXT NOT NULL,
        state TEXT NOT NULL,
        arrived REAL NOT NULL,
        changed REAL NOT NULL,
        attempts INTEGER NOT NULL,
        reason TEXT
    )
    """,
    # How often Mail took other events after it had failed on one, since that came or was replayed.
    "CREATE TABLE put_offs (place INTEGER PRIMARY KEY, since REAL NOT NULL, times INTEGER NOT NULL)",
    "CREATE INDEX pending_events ON events (place) WHERE state = 'pending'",
    f"CREATE INDEX dead_events ON events (place) WHERE {DEAD}",
    "CREATE INDEX delivered_events ON events (changed) WHERE state = 'delivered'",
)


def _refresh(profile: str) -> str:
    """Return the statements that find the first pending event of a profile again."""
    return f"""
        DELETE FROM first_pending WHERE profile IS {profile};
        INSERT INTO first_pending (place, profile)
            SELECT place, profile FROM events WHERE {PENDING} AND profile IS {profile} ORDER BY place LIMIT 1;
    """  # noqa: S608 - constants


# A worker sends the first pending event of each profile. Finding it among all pending events takes longer the more
# there are of one profile, so it has a table of its own. Triggers keep that table right whoever writes, including
# processes that opened the file with an older version of this library.
DERIVED: Mapping[str, str] = MappingProxyType(
    {
        "first_pending": "CREATE TABLE first_pending (place INTEGER PRIMARY KEY, profile TEXT)",
        "first_pending_profiles": "CREATE INDEX first_pending_profiles ON first_pending (profile)",
        "pending_profiles": "CREATE INDEX pending_profiles ON events (profile, place) WHERE state = 'pending'",
        "event_added": f"""
            CREATE TRIGGER event_added AFTER INSERT ON events
            WHEN new.state IS 'pending'
                AND NOT EXISTS (SELECT 1 FROM first_pending WHERE profile IS new.profile AND place < new.place)
            BEGIN {_refresh("new.profile")} END
        """,  # noqa: S608 - constants
        "event_changed": f"""
            CREATE TRIGGER event_changed AFTER UPDATE OF place, profile, state ON events
            WHEN old.state IS 'pending' OR new.state IS 'pending'
            BEGIN {_refresh("old.profile")} {_refresh("new.profile")} END
        """,
        "event_removed": f"""
            CREATE TRIGGER event_removed AFTER DELETE ON events WHEN old.state IS 'pending'
            BEGIN {_refresh("old.profile")} END
        """,
    }
)
"""The statements that create what is derived from the events, by name: a worker creates again what is missing."""

OUTBOX = _schema("an outbox", 0x41644F62, (*_TABLES, *DERIVED.values()), is_durable=True)  # "AdOb"
