"""The first pending event of each profile: found quickly however long the backlog is."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty.webhooks._stores.protocol import EventUpdate
from adapty.webhooks._stores.sqlite_outbox import SQLiteOutboxStore
from adapty.webhooks.outbox import Outbox
from tests.core.support import repeatable
from tests.webhooks.outbox_events import event, events

INSERT = """
INSERT OR IGNORE INTO events (event_id, profile, event, state, created_at, updated_at)
VALUES (?, ?, ?, 'pending', 1781101200, 1781101200)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a file that does not exist."""
    return tmp_path / "outbox.sqlite"


def insert(connection: sqlite3.Connection, numbers: range, profiles: int) -> None:
    """Insert pending events without the outbox."""
    for each in [event(number, profile=f"user_{number % profiles}") for number in numbers]:
        connection.execute(INSERT, (each.event_id, each.external_profile_id, json.dumps(each.to_dict())))
    connection.commit()


def first_pending(path: Path) -> tuple[dict[Any, int], dict[Any, int]]:
    """Return the first pending event of each profile: as the table has it, and as the events say."""
    with closing(sqlite3.connect(path)) as connection:
        kept = connection.execute("SELECT profile, seq FROM first_pending").fetchall()
        found = connection.execute(
            "SELECT profile, min(seq) FROM events WHERE state = 'pending' GROUP BY profile"
        ).fetchall()
    assert len(dict(kept)) == len(kept)
    return dict(kept), dict(found)


def work_to_find_nothing(path: Path, rows: int) -> int:
    """Return how much SQLite works to find that nothing can be sent while the only profile waits."""
    store = SQLiteOutboxStore(path)
    with Outbox(path) as outbox, closing(store):
        with outbox._store._database.writing() as connection:
            insert(connection, range(rows), 1)
            connection.execute("BEGIN IMMEDIATE")
        steps = 0

        def count_steps() -> int:
            nonlocal steps
            steps += 1
            return 0

        with store._database.reading() as connection:
            connection.set_progress_handler(count_steps, 20)
        assert store.read_due({"user_0"}, 10) == ([], [])
        assert store.find_changed([1]) == {1}
        return steps


def test_long_backlog_of_a_profile_is_no_slower(tmp_path: Path) -> None:
    """The work does not grow with the number of rows."""
    few = work_to_find_nothing(tmp_path / "few.sqlite", 10)
    many = work_to_find_nothing(tmp_path / "many.sqlite", 3000)
    assert many <= 2 * few + 10


CHANGES = ("put", "delivered", "dead", "pending", "replay", "replay_all", "delete", "delete_all", "move")


@given(changes=st.lists(st.tuples(st.sampled_from(CHANGES), st.integers(0, 11)), max_size=60))
@repeatable(20)
def test_first_pending_table_is_always_correct(changes: list[tuple[Any, int]]) -> None:
    """After any changes in any order."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "outbox.sqlite"
        store = SQLiteOutboxStore(path)
        with Outbox(path) as outbox, closing(store):
            for each in events(6, 3):
                outbox.put(each)
            for change, number in changes:
                apply(outbox, store, change, number)
            kept, found = first_pending(path)
            assert kept == found


def apply(outbox: Outbox, store: SQLiteOutboxStore, change: Any, number: int) -> None:
    """Make one change to the outbox."""
    event_id = f"evt_{number:04}"
    if change == "put":
        outbox.put(event(number, profile=f"user_{number % 3}"))
    elif change in {"replay", "delete"}:
        getattr(outbox, change)(event_id)
    elif change in {"replay_all", "delete_all"}:
        getattr(outbox, change)()
    elif change == "move":  # by hand
        with outbox._store._database.writing() as connection:
            connection.execute("UPDATE events SET profile = 'user_0' WHERE seq = ?", (number,))
    else:
        store.update([EventUpdate(number, event_id, change, reason="no")], max_failures=24, max_age=0)
