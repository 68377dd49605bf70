"""A damaged table of each profile's first pending event: the worker rebuilds it and sends each event once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from adapty.webhooks._stores.sqlite_outbox import SQLiteOutboxStore
from adapty.webhooks._stores.sqlite_schema import is_first_pending_correct
from adapty.webhooks.outbox import Outbox
from adapty.webhooks.worker import Worker, drain
from tests.webhooks.outbox_events import event, events
from tests.webhooks.test_outbox_first_pending import first_pending
from tests.webhooks.test_worker import assert_all_in_order
from tests.webhooks.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from adapty import Adapty
    from adapty.sandbox import Sandbox

DAMAGE = (
    "UPDATE first_pending SET profile = NULL",
    "UPDATE first_pending SET profile = x'ff'",
    "UPDATE first_pending SET profile = 'user_1'",
    "UPDATE first_pending SET profile = 'unknown'",
    "UPDATE first_pending SET seq = -1 WHERE profile = 'user_0'",
    "UPDATE first_pending SET seq = 4 WHERE profile = 'user_0'",
    "DELETE FROM first_pending WHERE profile = 'user_0'",
    "DELETE FROM first_pending",
    "INSERT INTO first_pending VALUES (4, 'user_0'), (99, 'user_0'), (100, NULL)",
    "DROP TABLE first_pending",
    "DROP INDEX pending_profiles",
)
"""What happens to the table while events wait."""

TRIGGERS = ("event_inserted", "event_updated", "event_deleted")


def change(path: Path, *statements: str) -> None:
    """Change the file of an outbox by hand."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def test_drain_rebuilds_a_damaged_table(mail: Adapty, sandbox: Sandbox, tmp_path: Path) -> None:
    """All events are sent once and in order."""
    for number, damage in enumerate(DAMAGE):
        sandbox.reset()
        with Outbox(tmp_path / str(number)) as outbox:
            for each in events(9, 3):
                outbox.put(each)
            change(outbox.path, damage)
            assert drain(mail, outbox).delivered == 9, damage
            assert outbox.counts().pending == 0
            assert len(list(sandbox.all_events())) == 9, damage
            assert_all_in_order(sandbox, 9)


def test_drain_creates_missing_triggers(mail: Adapty, sandbox: Sandbox, tmp_path: Path) -> None:
    """Events that were put in without them are sent too."""
    for number, trigger in enumerate(TRIGGERS):
        sandbox.reset()
        with Outbox(tmp_path / str(number)) as outbox:
            outbox.put(event(0))
            change(outbox.path, f"DROP TRIGGER {trigger}")
            for each in range(1, 6):
                outbox.put(event(each))
            outbox.delete(event(0).event_id)
            assert drain(mail, outbox).delivered == 5, trigger
            outbox.put(event(6))
            assert first_pending(outbox.path) == ({event(6).external_profile_id: 7},) * 2
            assert drain(mail, outbox).delivered == 1


def test_running_worker_rebuilds_a_damaged_table(mail: Adapty, sandbox: Sandbox, outbox: Outbox) -> None:
    """If nothing is found although events are pending, and if a row does not match."""
    with Worker(mail, outbox) as worker:
        for number, damage in enumerate(("DROP TRIGGER event_inserted", "DELETE FROM first_pending")):
            outbox.put(event(3 * number))
            until(lambda: outbox.counts().pending == 0)
            with closing(sqlite3.connect(outbox.path)) as connection, connection:
                connection.execute(damage)
            outbox.put(event(3 * number + 1))
            outbox.put(event(3 * number + 2))
            until(lambda: outbox.counts().pending == 0)
        assert worker.is_alive
    assert len(list(sandbox.all_events())) == 6


def test_correct_table_is_not_written(outbox: Outbox) -> None:
    """The check at the start of a worker only reads."""
    for each in events(30, 5):
        outbox.put(each)
    store = SQLiteOutboxStore(outbox.path)
    with outbox._store._database.writing():
        assert store.read_due((), 10)[0] != []
        with store._database.reading() as connection:
            assert is_first_pending_correct(connection)
    store.close()


def test_waiting_profile_causes_no_rebuild(outbox: Outbox) -> None:
    """Its event is in the table, and not due."""
    for each in events(3, 1):
        outbox.put(each)
    store = SQLiteOutboxStore(outbox.path)
    with outbox._store._database.writing():
        assert store.read_due({"user_0"}, 10) == ([], [])
    store.close()
