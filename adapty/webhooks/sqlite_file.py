"""An SQLite file of ours: one connection in each process, over forks too, and what its troubles mean."""

from __future__ import annotations

import errno
import os
import sqlite3
import weakref
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from time import sleep
from typing import TYPE_CHECKING, Any

from adapty._clock import monotonic
from adapty._core.redaction import SafeRepr
from adapty._core.validation import type_name
from adapty.errors import AdaptyError, AdaptyUsageError, WebhookUnavailableError
from adapty.webhooks.deadlines import limit_wait
from adapty.webhooks.sqlite_layout import prepare_tables
from adapty.webhooks.sqlite_side_files import create_missing_file, remove_stale_side_files, stat_side_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapty.webhooks.sqlite_layout import Layout

__all__ = ["SQLiteFile"]

BUSY_SECONDS = 4.0
"""How long one read or write waits for other threads and processes in total. Adapty waits 10 seconds for an answer."""

_LOOK_AGAIN_SECONDS = 0.01

_BUSY_TEXT = "is locked by another thread or process; try again later"
_DAMAGED = "is damaged; move it away, and a new one is made"
_LASTING = {
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_ERROR,  # a table is missing
}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_NOT_TO_BE_OPENED = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY}
_PRIMARY_CODE = 0xFF
_WRONG_PATH = {errno.EACCES, errno.EISDIR, errno.ENAMETOOLONG, errno.ENOENT, errno.ENOTDIR, errno.EPERM, errno.EROFS}


class SQLiteFile(SafeRepr):
    """One connection for all threads of a process, had in turn: SQLite lets one at a time write anyway.

    No connection is open while a process forks, for SQLite in the child would take the parent's locks for its own. A
    file that is removed, or replaced by another one, is not written to any more: what is at its path is. The `-wal` and
    `-shm` of the old file are deleted by the first process that notices. A process that opens the replacement before
    any other has noticed cannot tell them from its own, so all processes should be stopped to replace a file.

    A new file can be read and written by its owner only, and so can those that SQLite creates beside it. An existing
    file keeps its mode.

    Args:
        path: The file, made where there is none; its folder must be there.
        layout: What is in it.

    Raises:
        AdaptyUsageError: It cannot be made or read, is something else, is damaged, or is of a newer version.
        WebhookUnavailableError: Others write to it for too long, or the disk is full.
    """

    def __init__(self, path: str | os.PathLike[str], layout: Layout) -> None:
        # As SQLite has it: of a link, what it leads to; whole, for a file may be named ":memory:" too.
        self.path = _whole(path)
        self._layout = layout
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._opened: os.stat_result | None = None
        self._side_files: dict[Path, os.stat_result] = {}
        self.openings = 0
        self._is_paused = False
        _files.add(self)
        with self._lock, self._telling("opened", opening=True):
            self._connection = self._open(monotonic() + BUSY_SECONDS)
            self._check_all()
            self._close()  # what is loaded before a server forks is used after that

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
            self._close_any(monotonic() + BUSY_SECONDS)

    @contextmanager
    def _in_turn(self) -> Iterator[sqlite3.Connection]:
        until = monotonic() + limit_wait(BUSY_SECONDS)
        if not self._lock.acquire(timeout=max(0.0, until - monotonic())):
            raise WebhookUnavailableError(f"{self.path}: {_BUSY_TEXT}")
        try:
            with self._telling("opened"):
                if self._connection is not None and not self._is_still_there():
                    self._close_moved(until)
                if self._connection is None:
                    self._connection = self._open(until)
                _set_busy_timeout(self._connection, until)
            yield self._connection
        finally:
            self._lock.release()

    def _open(self, until: float) -> sqlite3.Connection:
        """Open what is at the path, and be sure that it is still there when it is open."""
        while True:
            create_missing_file(self.path, until)
            try:
                self._opened = self.path.stat()
                connection = self._connect(until)
            except (FileNotFoundError, sqlite3.OperationalError):
                if self.path.exists() or monotonic() > until:
                    raise
                continue  # removed since it was created
            if self._is_still_there():
                self._side_files = stat_side_files(self.path)
                self.openings += 1
                return connection
            connection.close()
            if monotonic() > until:
                raise WebhookUnavailableError(f"{self.path}: is being replaced; try again later")

    def _connect(self, until: float) -> sqlite3.Connection:
        # SQLite must not create the file: it would find side files of an earlier one.
        address = f"{self.path.as_uri()}?mode=rw"
        connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
        try:
            _set_busy_timeout(connection, until)
            connection.text_factory = _decode_text
            if self._layout.is_durable:
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute("PRAGMA fullfsync = ON")  # where a Mac's disk says "written", it is not always
            else:
                connection.execute("PRAGMA synchronous = NORMAL")
            prepare_tables(connection, self._layout, self.path)
            self._use_a_log(connection, until)
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # which opens the side files
        except BaseException:
            connection.close()
            raise
        return connection

    def _use_a_log(self, connection: sqlite3.Connection, until: float) -> None:
        """Have readers and a writer not wait for each other. To begin with it, SQLite itself waits for nobody."""
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

    def _close_moved(self, until: float) -> None:
        """Close the connection to a file that is not at the path any more.

        SQLite notices too, and neither writes to the path nor deletes side files.

        Raises:
            OSError: A side file of the old file cannot be deleted.
            WebhookUnavailableError: Another process has locked the folder for too long.
        """
        try:
            remove_stale_side_files(self.path, self._side_files, until)
        except OSError as problem:
            names = f"{self.path.name}-wal and {self.path.name}-shm"
            raise WebhookUnavailableError(
                f"{self.path}: was removed or replaced, and {names} of the old file cannot be deleted "
                f"({problem.strerror}); stop all processes that use it, then delete them"
            ) from None
        self._close()

    def _close_any(self, until: float) -> None:
        if self._connection is not None and not self._is_still_there():
            with suppress(AdaptyError):
                self._close_moved(until)
        self._close()

    def _close(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _before_fork(self) -> None:
        """Close the file, when whoever has it is ready, and let nobody open it until the fork is through."""
        self._is_paused = self._lock.acquire(timeout=BUSY_SECONDS)
        if self._is_paused:
            self._close_any(monotonic() + BUSY_SECONDS)

    def _after_fork(self) -> None:
        if self._is_paused:
            self._is_paused = False
            self._lock.release()

    def _after_fork_in_child(self) -> None:
        """Begin anew: a lock that a thread of the parent has is released there, and not here."""
        self._is_paused = False
        self._lock = Lock()
        self._leave_open()

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
        if isinstance(problem, OSError):
            kind = AdaptyUsageError if opening and problem.errno in _WRONG_PATH else WebhookUnavailableError
            return kind(f"{self.path}: cannot be {doing}: {problem.strerror or type(problem).__name__}")
        code = _code(problem)
        if code == sqlite3.SQLITE_NOTADB:
            return AdaptyUsageError(f"{self.path}: {self._layout.foreign}")
        if code in _LASTING:
            return AdaptyUsageError(f"{self.path}: {_DAMAGED}")
        if code in _BUSY:
            return WebhookUnavailableError(f"{self.path}: {_BUSY_TEXT}")
        if code == sqlite3.SQLITE_IOERR:
            names = f"{self.path.name}-wal and {self.path.name}-shm"
            remedy = f"check the disk; if the file was replaced, stop all processes that use it, and delete {names}"
            return WebhookUnavailableError(f"{self.path}: cannot be {doing}: {problem}; {remedy}")
        kind = AdaptyUsageError if opening and code in _NOT_TO_BE_OPENED else WebhookUnavailableError
        return kind(f"{self.path}: cannot be {doing}: {problem}")

    def __repr__(self) -> str:
        return f"SQLiteFile({str(self.path)!r})"


def _whole(path: Any) -> Path:
    try:
        return Path(path).resolve()
    except TypeError:
        raise AdaptyUsageError.for_field("path", f"is {type_name(path)}; expected a path") from None
    except (OSError, ValueError):
        raise AdaptyUsageError.for_field("path", "is the name of no file; expected a path") from None


def _set_busy_timeout(connection: sqlite3.Connection, until: float) -> None:
    """Have SQLite wait for locks until this moment."""
    milliseconds = max(0, int((until - monotonic()) * 1000))
    connection.execute(f"PRAGMA busy_timeout = {milliseconds}")


def _decode_text(raw: bytes) -> str:
    """Decode text of the file; bytes that are not UTF-8 become surrogates, which the caller can find."""
    return raw.decode("utf-8", "surrogateescape")


def _code(problem: Exception) -> int:
    return getattr(problem, "sqlite_errorcode", 0) & _PRIMARY_CODE


_files: weakref.WeakSet[SQLiteFile] = weakref.WeakSet()
_left_open: list[sqlite3.Connection] = []


def _each_before_fork() -> None:
    for file in list(_files):
        file._before_fork()  # noqa: SLF001 - of this module


def _each_after_fork() -> None:
    for file in list(_files):
        file._after_fork()  # noqa: SLF001


def _each_after_fork_in_child() -> None:
    for file in list(_files):
        file._after_fork_in_child()  # noqa: SLF001


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_each_before_fork, after_in_parent=_each_after_fork, after_in_child=_each_after_fork_in_child
    )
