"""The SQLite file of an outbox: its tables, its one connection in each process, and what its troubles mean."""

from __future__ import annotations

import os
import sqlite3
import weakref
from contextlib import contextmanager, suppress
from threading import Lock
from time import monotonic, sleep
from typing import TYPE_CHECKING

from adapty.errors import AdaptyError, AdaptyUsageError, WebhookUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["OutboxFile"]

BUSY_SECONDS = 5.0
"""So long to wait for others who write: Adapty waits 10 seconds for an answer."""

_LOOK_AGAIN_SECONDS = 0.01

# "AdOb", so that a file of somebody else is not taken for ours.
_APPLICATION_ID = 0x41644F62
_VERSION = 1

# `place` is the order of arrival; no place is ever given twice. Times count from 1970, in seconds.
_SET_UP = (
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
    "CREATE INDEX pending_events ON events (place, profile) WHERE state = 'pending'",
    "CREATE INDEX dead_events ON events (place) WHERE state = 'dead'",
    "CREATE INDEX delivered_events ON events (changed) WHERE state = 'delivered'",
    f"PRAGMA application_id = {_APPLICATION_ID}",
    f"PRAGMA user_version = {_VERSION}",
)

_DAMAGED = "is damaged; move it away, and a new one is made"
_FOREIGN = "is no outbox; move it away, or choose another name for the outbox"
_NEWER = "was made by a newer version of adapty; use that one"
_LASTING = {
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_ERROR: _DAMAGED,  # a table is missing
    sqlite3.SQLITE_NOTADB: _FOREIGN,
}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_NOT_TO_BE_OPENED = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY}
_PRIMARY_CODE = 0xFF


class OutboxFile:
    """One connection for all threads of a process, had in turn: SQLite lets one at a time write anyway.

    A process that was forked gets a connection of its own. A file that is removed, or replaced by another one, is not
    written to any more: what is at its path is.

    Args:
        path: The file, made where there is none.

    Raises:
        AdaptyUsageError: It cannot be made or read, is no outbox, is damaged, or is of a newer version.
        WebhookUnavailableError: Others write to it for too long, or the disk is full.
    """

    def __init__(self, path: Path) -> None:
        # As SQLite has it: of a link, what it leads to; whole, for a file may be named ":memory:" too.
        self.path = path.resolve()
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._opened: os.stat_result | None = None
        with self._telling("opened", opening=True):
            self._connection = self._open()
            self._check_all()
        _open_files.add(self)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give the connection, for one statement or several that need not see the same state.

        Raises:
            AdaptyUsageError: The file is damaged.
            WebhookUnavailableError: It cannot be read now.
        """
        with self._in_turn() as connection, self._telling("read"):
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection for changes that are on the disk when the block ends, or not made where it raises.

        Raises:
            AdaptyUsageError: The file is damaged.
            WebhookUnavailableError: It cannot be written now.
        """
        with self._in_turn() as connection, self._telling("written"):
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            self._close()

    @contextmanager
    def _in_turn(self) -> Iterator[sqlite3.Connection]:
        if not self._lock.acquire(timeout=BUSY_SECONDS):
            raise WebhookUnavailableError(f"{self.path}: {_busy()}")
        try:
            if self._connection is not None and not self._is_still_there():
                self._leave_open()  # to close it removes the files beside it, which may be the new file's by now
            if self._connection is None:
                with self._telling("opened"):
                    self._connection = self._open()
            yield self._connection
        finally:
            self._lock.release()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA fullfsync = ON")  # where a Mac's disk says "written", it is not always
            if not self._is_ours(connection):
                self._set_up(connection)
            self._use_a_log(connection)
            self._opened = self.path.stat()
        except BaseException:
            connection.close()
            raise
        return connection

    def _set_up(self, connection: sqlite3.Connection) -> None:
        """Make the tables, all at once, unless another process has made them just now."""
        connection.execute("BEGIN EXCLUSIVE")
        try:
            if not self._is_ours(connection):
                for statement in _SET_UP:
                    connection.execute(statement)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _is_ours(self, connection: sqlite3.Connection) -> bool:
        """Tell whether it is an outbox; False where it is empty.

        Raises:
            AdaptyUsageError: It is something else.
        """
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if application == _APPLICATION_ID:
            if version > _VERSION:
                raise AdaptyUsageError(f"{self.path}: {_NEWER}")
            return True
        (found,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if found or application or version:
            raise AdaptyUsageError(f"{self.path}: {_FOREIGN}")
        return False

    def _use_a_log(self, connection: sqlite3.Connection) -> None:
        """Have readers and a writer not wait for each other. To begin with it, SQLite itself waits for nobody."""
        until = monotonic() + BUSY_SECONDS
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as problem:
                if _code(problem) not in _BUSY or monotonic() > until:
                    raise
                sleep(_LOOK_AGAIN_SECONDS)
            else:
                return

    def _check_all(self) -> None:
        assert self._connection is not None  # noqa: S101 - opened just now
        if self._connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            self._close()
            raise AdaptyUsageError(f"{self.path}: {_DAMAGED}")

    def _is_still_there(self) -> bool:
        try:
            return self._opened is not None and os.path.samestat(self._opened, self.path.stat())
        except OSError:
            return False

    def _close(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _after_fork(self) -> None:
        """Begin anew in a process that was forked: not even to close the parent's connection is allowed here."""
        self._leave_open()
        self._lock = Lock()

    def _leave_open(self) -> None:
        if self._connection is not None:
            _left_open.append(self._connection)
            self._connection = None

    @contextmanager
    def _telling(self, doing: str, *, opening: bool = False) -> Iterator[None]:
        """Turn what SQLite raises into errors that say what to do."""
        try:
            yield
        except AdaptyError:
            raise
        except (sqlite3.Error, OSError) as problem:
            raise self._error(problem, doing, opening=opening) from None

    def _error(self, problem: Exception, doing: str, *, opening: bool) -> AdaptyError:
        code = _code(problem)
        if code in _LASTING:
            return AdaptyUsageError(f"{self.path}: {_LASTING[code]}")
        if code in _BUSY:
            return WebhookUnavailableError(f"{self.path}: {_busy()}")
        kind = AdaptyUsageError if opening and code in _NOT_TO_BE_OPENED else WebhookUnavailableError
        return kind(f"{self.path}: cannot be {doing}: {problem}")

    def __repr__(self) -> str:
        return f"OutboxFile({str(self.path)!r})"


def _busy() -> str:
    return f"others have been writing to it for more than {BUSY_SECONDS:g} seconds; try again later"


def _code(problem: Exception) -> int:
    return getattr(problem, "sqlite_errorcode", 0) & _PRIMARY_CODE


_open_files: weakref.WeakSet[OutboxFile] = weakref.WeakSet()
_left_open: list[sqlite3.Connection] = []


def _all_after_fork() -> None:
    for file in list(_open_files):
        file._after_fork()  # noqa: SLF001 - of this module


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_all_after_fork)
