"""Errors of SQLite: each file and each temporary database raises those of this library instead."""

from __future__ import annotations

import sqlite3
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from adapty.bulk._inputs.rows import Row
from adapty.bulk._inputs.sorting import sorted_rows
from adapty.bulk._state.checkpoint import Checkpoint, StageState
from adapty.bulk._state.completed import CompletedSet
from adapty.bulk._state.seen_ids import SeenIds
from adapty.errors import AdaptyError
from adapty.sandbox._storage import Database as SandboxDatabase
from adapty.webhooks import Outbox, SQLiteDedupStore
from tests.webhooks.outbox_events import event

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

STATE = StageState(completed=CompletedSet(7).to_bytes(), counts={"accepted": 7})


class FailingConnection(sqlite3.Connection):
    """A connection whose disk fails at one of the statements.

    Attributes:
        remaining: Number of statements that succeed before that.
    """

    remaining = 0

    def _fail_in_turn(self) -> None:
        FailingConnection.remaining -= 1
        if FailingConnection.remaining == -1:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise error

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        """Execute a statement, or fail."""
        self._fail_in_turn()
        return super().execute(*arguments)

    def executemany(self, *arguments: Any) -> sqlite3.Cursor:
        """Execute a statement several times, or fail."""
        self._fail_in_turn()
        return super().executemany(*arguments)

    def executescript(self, *arguments: Any) -> sqlite3.Cursor:
        """Execute statements, or fail."""
        self._fail_in_turn()
        return super().executescript(*arguments)


def use_outbox(folder: Path) -> None:
    """Use each kind of transaction."""
    with Outbox(folder / "outbox") as outbox:
        outbox.put(event(1))
        outbox.replay("evt_0001")
        outbox.counts()


def use_dedup_store(folder: Path) -> None:
    """Use each kind of transaction."""
    store = SQLiteDedupStore(folder / "dedup")
    store.acquire("evt_1", "owner")
    store.complete("evt_1", "owner")
    store.close()


def use_checkpoint(folder: Path) -> None:
    """Save and resume."""
    with Checkpoint.open(folder / "checkpoint", {}) as checkpoint:
        checkpoint.save("profiles", STATE)
    with Checkpoint.open(folder / "checkpoint", {}) as checkpoint:
        checkpoint.load("profiles")
        checkpoint.finish()


def use_temporary_databases(_: Path) -> None:
    """Use those of an import and of an erasure."""
    with Checkpoint.temporary() as checkpoint:
        checkpoint.save("profiles", STATE)
    with SeenIds() as seen:
        seen.add("mail", "user_1")
    assert [row.line for row in sorted_rows([Row(1, {"event_datetime": "2026-06-02T00:00:00Z"})])] == [1]


def use_sandbox(folder: Path) -> None:
    """Use each kind of transaction."""
    database = SandboxDatabase(folder / "sandbox")
    try:
        for transaction in (database.read, database.write, database.erase):
            with transaction() as connection:
                connection.execute("SELECT count(*) FROM profiles").fetchone()
    finally:
        database.close()


@pytest.mark.parametrize(
    "use",
    [use_outbox, use_dedup_store, use_checkpoint, use_temporary_databases, use_sandbox],
    ids=lambda use: use.__name__,
)
def test_failing_disk_raises_an_error_of_this_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, use: Callable[[Path], None]
) -> None:
    """Whichever statement fails: while a file is opened, read, written or closed."""
    connect = sqlite3.connect
    monkeypatch.setattr(
        sqlite3, "connect", lambda *arguments, **options: connect(*arguments, **options, factory=FailingConnection)
    )
    messages = []
    for number in count():
        folder = tmp_path / f"{number}"
        folder.mkdir()
        FailingConnection.remaining = number
        try:
            use(folder)
        except AdaptyError as error:
            messages.append(str(error))
        if FailingConnection.remaining >= 0:
            break
    assert len(messages) > 10
    assert [message for message in messages if "disk I/O error" not in message] == []
