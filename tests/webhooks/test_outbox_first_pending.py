"""Which event of each profile is next: found at once however long the backlog, and in files of older versions too."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty.webhooks.outbox import Outbox, OutboxCounts
from adapty.webhooks.outbox_books import Books, Note
from adapty.webhooks.worker import drain
from tests.core.support import repeatable
from tests.webhooks.outbox_events import event, events
from tests.webhooks.test_worker import assert_all_in_order

if TYPE_CHECKING:
    from adapty import Adapty
    from adapty.sandbox import Sandbox

VERSION_1 = """
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
);
CREATE TABLE put_offs (place INTEGER PRIMARY KEY, since REAL NOT NULL, times INTEGER NOT NULL);
CREATE INDEX pending_events ON events (place, profile) WHERE state = 'pending';
CREATE INDEX dead_events ON events (place) WHERE state = 'dead';
CREATE INDEX delivered_events ON events (changed) WHERE state = 'delivered';
PRAGMA user_version = 1;
PRAGMA application_id = 1097092962;
PRAGMA journal_mode = WAL;
"""
"""What the first release makes of an empty file."""

PUT_BY_VERSION_1 = """
INSERT OR IGNORE INTO events (event_id, profile, event, state, arrived, changed, attempts)
VALUES (?, ?, ?, ?, 1781101200, 1781101200, 0)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a file that does not exist."""
    return tmp_path / "outbox.sqlite"


def put_by_version_1(connection: sqlite3.Connection, numbers: range, profiles: int, state: str = "pending") -> None:
    """Put events in as the first release does."""
    for each in [event(number, profile=f"user_{number % profiles}") for number in numbers]:
        row = (each.event_id, each.external_profile_id, json.dumps(each.to_dict()), state)
        connection.execute(PUT_BY_VERSION_1, row)
    connection.commit()


def first_pending(path: Path) -> tuple[dict[Any, int], dict[Any, int]]:
    """Return the first pending place of each profile: as the table has it, and as the events say."""
    with closing(sqlite3.connect(path)) as connection:
        kept = connection.execute("SELECT profile, place FROM first_pending").fetchall()
        found = connection.execute(
            "SELECT profile, min(place) FROM events WHERE state = 'pending' GROUP BY profile"
        ).fetchall()
    assert len(dict(kept)) == len(kept)
    return dict(kept), dict(found)


def work_to_find_nothing(path: Path, rows: int) -> int:
    """Return how much SQLite works to find that nothing can be sent while the only profile waits."""
    with Outbox(path) as outbox, Books(path) as books:
        with outbox._file.writing() as connection:
            put_by_version_1(connection, range(rows), 1)
            connection.execute("BEGIN IMMEDIATE")
        steps = 0

        def count_steps() -> int:
            nonlocal steps
            steps += 1
            return 0

        with books._file.reading() as connection:
            connection.set_progress_handler(count_steps, 20)
        assert asyncio.run(books.due({"user_0"}, 10)) == []
        assert asyncio.run(books.released([1])) == {1}
        return steps


def test_a_long_backlog_of_one_profile_takes_no_longer(tmp_path: Path) -> None:
    """The work to find the next event does not grow with the number of rows."""
    few = work_to_find_nothing(tmp_path / "few.sqlite", 10)
    many = work_to_find_nothing(tmp_path / "many.sqlite", 3000)
    assert many <= 2 * few + 10


def test_a_file_of_version_1_is_upgraded(path: Path, mail: Adapty, sandbox: Sandbox) -> None:
    """All that is in it stays, and is sent in its order."""
    with closing(sqlite3.connect(path)) as old:
        old.executescript(VERSION_1)
        put_by_version_1(old, range(40), 3)
        put_by_version_1(old, range(40, 43), 3, "dead")
        put_by_version_1(old, range(43, 45), 3, "delivered")
    with Outbox(path) as outbox:
        assert outbox.counts() == OutboxCounts(pending=40, dead=3, delivered=2)
        kept, found = first_pending(path)
        assert kept == found == {"user_0": 1, "user_1": 2, "user_2": 3}
        assert drain(mail, outbox).delivered == 40
        assert outbox.replay_all() == 3
        assert drain(mail, outbox).delivered == 3
    assert_all_in_order(sandbox, 43)


def test_a_process_of_version_1_that_is_still_running_breaks_nothing(path: Path) -> None:
    """It opened the file before the upgrade and goes on writing to it."""
    with closing(sqlite3.connect(path)) as old:
        old.executescript(VERSION_1)
        put_by_version_1(old, range(4), 2)
        Outbox(path).close()
        put_by_version_1(old, range(8), 3)
        old.execute("UPDATE events SET state = 'delivered', profile = '', event = '' WHERE place = 1")
        old.execute("DELETE FROM events WHERE place = 2")
        old.commit()
    kept, found = first_pending(path)
    assert kept == found
    assert len(kept) == 3


def test_an_upgrade_that_fails_changes_nothing(path: Path) -> None:
    """The file can be used by the version that made it."""
    with closing(sqlite3.connect(path)) as old:
        old.executescript(VERSION_1)
        old.execute("CREATE TABLE first_pending (of_somebody_else)")
        before = old.execute("SELECT name FROM sqlite_master ORDER BY name").fetchall()
        with pytest.raises(Exception, match="is damaged"):
            Outbox(path)
        assert old.execute("SELECT name FROM sqlite_master ORDER BY name").fetchall() == before
        assert old.execute("PRAGMA user_version").fetchone() == (1,)


CHANGES = ("put", "delivered", "dead", "pending", "replay", "replay_all", "delete", "delete_all", "move")


@given(changes=st.lists(st.tuples(st.sampled_from(CHANGES), st.integers(0, 11)), max_size=60))
@repeatable(60)
def test_the_first_pending_event_of_each_profile_is_always_right(changes: list[tuple[Any, int]]) -> None:
    """Whatever happens to events, in whatever order."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "outbox.sqlite"
        with Outbox(path) as outbox, Books(path) as books:
            for each in events(6, 3):
                outbox.put(each)
            for change, number in changes:
                apply(outbox, books, change, number)
            kept, found = first_pending(path)
            assert kept == found


def apply(outbox: Outbox, books: Books, change: Any, number: int) -> None:
    """Make one change to the outbox."""
    event_id = f"evt_{number:04}"
    if change == "put":
        outbox.put(event(number, profile=f"user_{number % 3}"))
    elif change in {"replay", "delete"}:
        getattr(outbox, change)(event_id)
    elif change in {"replay_all", "delete_all"}:
        getattr(outbox, change)()
    elif change == "move":  # by hand
        with outbox._file.writing() as connection:
            connection.execute("UPDATE events SET profile = 'user_0' WHERE place = ?", (number,))
    else:
        books.note(Note(number, change, reason="refused"))
        asyncio.run(books.settle())
