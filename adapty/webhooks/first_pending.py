"""Check and rebuild what an outbox derives from its events to find the first pending event of each profile."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from adapty.webhooks._stores.sqlite_schema import DERIVED, PENDING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection

__all__ = ["has_hidden_event", "is_first_pending_right", "rebuild_first_pending"]

_WANTED = f"SELECT min(place) AS place, profile FROM events WHERE {PENDING} GROUP BY profile"  # noqa: S608 - constants
# `place` is unique in first_pending, so equal numbers of rows and no row missing mean that both are the same.
_IS_RIGHT = f"""
SELECT (SELECT count(*) FROM first_pending) = count(*) AND count(found.place) = count(*)
FROM ({_WANTED}) AS wanted
LEFT JOIN first_pending AS found ON found.place = wanted.place AND found.profile IS wanted.profile
"""  # noqa: S608 - constants
_FILL = f"INSERT INTO first_pending (place, profile) {_WANTED}"
# Goes from profile to profile by an index, so that it takes no longer the more events there are of one.
_HIDDEN = f"""
WITH RECURSIVE profiles (profile) AS (
    SELECT min(profile) FROM events WHERE {PENDING}
    UNION ALL
    SELECT (SELECT min(profile) FROM events WHERE {PENDING} AND profile > profiles.profile)
    FROM profiles WHERE profile IS NOT NULL
)
SELECT 1 FROM profiles WHERE profile IS NOT NULL AND profile NOT IN (SELECT value FROM json_each(?)) LIMIT 1
"""  # noqa: S608 - constants
_NAMES = "SELECT name FROM sqlite_master WHERE name IN (SELECT value FROM json_each(?))"


def is_first_pending_right(connection: sqlite3.Connection) -> bool:
    """Return whether the table fits the events, and all triggers and indexes are there."""
    found = {name for (name,) in connection.execute(_NAMES, (json.dumps(list(DERIVED)),))}
    return found == DERIVED.keys() and bool(connection.execute(_IS_RIGHT).fetchone()[0])


def rebuild_first_pending(connection: sqlite3.Connection) -> None:
    """Create what is missing, and fill the table from the events, in a transaction of the caller."""
    found = {name for (name,) in connection.execute(_NAMES, (json.dumps(list(DERIVED)),))}
    for name, statement in DERIVED.items():
        if name not in found:
            connection.execute(statement)
    connection.execute("DELETE FROM first_pending")
    connection.execute(_FILL)


def has_hidden_event(connection: sqlite3.Connection, waiting: Collection[str]) -> bool:
    """Return whether an event is pending whose profile is not one of those that wait."""
    return connection.execute(_HIDDEN, (json.dumps(list(waiting)),)).fetchone() is not None
