"""`adapty._sqlite`: schemas and their upgrades. The stores' tests cover locks, forks and replaced files."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, suppress
from typing import TYPE_CHECKING, NoReturn

import pytest
from attrs import evolve

from adapty import _sqlite
from adapty._lock_deadline import lock_deadline
from adapty._sqlite import Database, Schema, transaction, translate_errors
from adapty.errors import AdaptyUsageError, CheckpointInUseError, WebhookUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SCHEMA = Schema(
    application_id=1,
    create=("CREATE TABLE items (name TEXT, size INTEGER)",),
    version=3,
    upgrades={
        1: ("ALTER TABLE items ADD COLUMN weight INTEGER",),
        2: ("ALTER TABLE items RENAME COLUMN weight TO size",),
    },
    busy=(CheckpointInUseError, "is in use"),
    damaged=(AdaptyUsageError, "is damaged"),
    foreign=(AdaptyUsageError, "is not ours"),
    other_version=(AdaptyUsageError, "has another version"),
    failed=WebhookUnavailableError,
)
FIRST = evolve(SCHEMA, create=("CREATE TABLE items (name TEXT)",), version=1, upgrades={})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a file that does not exist."""
    return tmp_path / "file"


def create_first(path: Path) -> None:
    """Create a file of the first version with one item."""
    with Database(path, FIRST).writing() as connection:
        connection.execute("INSERT INTO items VALUES ('a')")


def create_items(path: Path, *names: str) -> None:
    """Add items to a file of the current version, and close it."""
    database = Database(path, SCHEMA)
    with database.writing() as connection:
        connection.executemany("INSERT INTO items VALUES (?, 1)", [(name,) for name in names])
    database.close()


def test_file_is_upgraded_through_all_versions(path: Path) -> None:
    """The rows stay, also while another process has the file open; a new file has the current version immediately."""
    create_first(path)
    with closing(sqlite3.connect(path)) as other, Database(path, SCHEMA).writing() as connection:
        assert other.execute("SELECT * FROM items").fetchall() == [("a", None)]
        assert connection.execute("SELECT name, size FROM items").fetchall() == [("a", None)]
        assert connection.execute("PRAGMA user_version").fetchone() == (3,)
    with Database(path.with_name("new"), SCHEMA).reading() as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (3,)


def test_failed_upgrade_changes_nothing(path: Path) -> None:
    """An upgrade is one transaction: the file can be used by the version that wrote it."""
    create_first(path)
    broken = evolve(SCHEMA, upgrades={**SCHEMA.upgrades, 2: ("ALTER TABLE missing ADD COLUMN a",)})
    with pytest.raises(AdaptyUsageError, match="is damaged"):
        Database(path, broken)
    with Database(path, FIRST).reading() as connection:
        assert connection.execute("SELECT * FROM items").fetchall() == [("a",)]


def test_file_without_an_upgrade_is_rejected(path: Path) -> None:
    """A newer version, an older one without an upgrade, and the file of another program stay as they are."""
    Database(path, SCHEMA).close()
    for schema, message in (
        (FIRST, "has another version"),
        (evolve(SCHEMA, version=4), "has another version"),
        (evolve(SCHEMA, application_id=2), "is not ours"),
    ):
        before = path.read_bytes()
        with pytest.raises(AdaptyUsageError, match=message):
            Database(path, schema)
        assert path.read_bytes() == before, message


def test_file_that_is_replaced_while_it_is_opened(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The new file is opened, whatever error the old one causes, and whenever."""
    for function, new in (("_enable_wal", path.with_name("1")), ("check_integrity", path.with_name("2"))):
        Database(path, SCHEMA)
        create_items(new, function)
        original = getattr(_sqlite, function)

        def replace_and_fail(
            *_: object, function: str = function, new: Path = new, original: Callable[..., object] = original
        ) -> NoReturn:
            monkeypatch.setattr(_sqlite, function, original)
            new.replace(path)
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise error

        monkeypatch.setattr(_sqlite, function, replace_and_fail)
        database = Database(path, SCHEMA)
        with database.reading() as connection:
            assert connection.execute("SELECT name FROM items").fetchall() == [(function,)]
        database.close()
        assert {each.name for each in path.parent.iterdir() if each.name.startswith("file")} == {"file"}


def test_repeatedly_removed_file_can_be_opened(path: Path) -> None:
    """Side files of a removed file never appear beside a new one."""

    def open_repeatedly(thread: int) -> int:
        for number in range(15):
            create_items(path, f"{thread} {number}")
        return thread

    with ThreadPoolExecutor(3) as executor:
        opening = [executor.submit(open_repeatedly, thread) for thread in range(3)]
        for _ in range(40):
            path.unlink(missing_ok=True)
            wait(opening, timeout=0.005)
    assert [each.result() for each in opening] == [0, 1, 2]


def test_transaction_rolls_back_when_the_block_raises(path: Path) -> None:
    """Nothing of the block is written."""
    database = Database(path, SCHEMA)
    with suppress(KeyError), database.writing() as connection:
        connection.execute("INSERT INTO items VALUES ('a', 1)")
        raise KeyError
    with database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM items").fetchone() == (0,)


def test_lock_raises_the_busy_error_of_the_schema(path: Path) -> None:
    """The innermost limit is the first one that was set."""
    database = Database(path, SCHEMA)
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as other,
        transaction(other, "EXCLUSIVE"),
        lock_deadline(0.01),
        lock_deadline(1000),
        pytest.raises(CheckpointInUseError, match="is in use"),
        database.writing(),
    ):
        pass


def test_errors_are_translated_by_their_code() -> None:
    """Each message names the file and the operation; errors of this library pass unchanged."""
    for code, expected in (
        (sqlite3.SQLITE_BUSY, (CheckpointInUseError, "F: is in use")),
        (sqlite3.SQLITE_CORRUPT, (AdaptyUsageError, "F: is damaged")),
        (sqlite3.SQLITE_NOTADB, (AdaptyUsageError, "F: is not ours")),
        (sqlite3.SQLITE_FULL, (WebhookUnavailableError, "F: cannot be written: oops")),
        (sqlite3.SQLITE_CANTOPEN, (WebhookUnavailableError, "F: cannot be written: oops")),
    ):
        problem = sqlite3.OperationalError("oops")
        problem.sqlite_errorcode = code
        with pytest.raises(expected[0]) as caught, translate_errors(SCHEMA, "F", "written"):
            raise problem
        assert (type(caught.value), str(caught.value)) == expected, code
    with pytest.raises(CheckpointInUseError, match=r"^as it is$"), translate_errors(SCHEMA, "F", "read"):
        raise CheckpointInUseError("as it is")
