"""What is in the file of an outbox."""

from __future__ import annotations

from adapty.webhooks.sqlite_file import Layout

__all__ = ["OUTBOX"]

OUTBOX = Layout(
    noun="outbox",
    application_id=0x41644F62,  # "AdOb"
    version=1,
    # `place` is the order of arrival; no place is ever given twice. Times count from 1970, in seconds.
    tables=(
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
        "CREATE INDEX pending_events ON events (place, profile) WHERE state = 'pending'",
        "CREATE INDEX dead_events ON events (place) WHERE state = 'dead'",
        "CREATE INDEX delivered_events ON events (changed) WHERE state = 'delivered'",
    ),
    is_durable=True,
)
