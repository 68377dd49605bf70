"""SQLite files of this library: schemas and upgrades, transactions, errors, and one connection per process.

The checkpoint of a bulk run, the dedup store and the outbox differ in their `Schema`. The stores use a `Database`; the
checkpoint opens a connection of its own, which locks the file for the whole run, and uses the functions.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import sys
import weakref
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from time import sleep
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from attrs import frozen

from adapty._clock import monotonic
from adapty._core.redaction import SafeRepr
from adapty._core.validation import type_name
from adapty._lock_deadline import get_wait_seconds
from adapty._private_files import ensure_private_file
from adapty.errors import AdaptyError, AdaptyUsageError

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Database",
    "Problem",
    "Schema",
    "check_integrity",
    "is_same_file",
    "prepare_tables",
    "transaction",
    "translate_errors",
    "translate_temporary_errors",
]

BUSY_SECONDS = 4.0
"""Maximum time that one transaction of a `Database` waits for other threads and processes."""

_POLL_SECONDS = 0.01
_BUSY_TIMEOUT_STEP = 100
_SIDE_FILES = ("-wal", "-shm", "-journal")

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR}  # an ERROR is a missing table
_CANNOT_OPEN = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY}
_INVALID_PATH = {errno.EACCES, errno.EISDIR, errno.ENAMETOOLONG, errno.ENOENT, errno.ENOTDIR, errno.EPERM, errno.EROFS}
_PRIMARY_CODE = 0xFF

Problem = tuple[type[AdaptyError], str]
"""The error to raise, and what to write after the path of the file: the problem and the remedy."""


@frozen(kw_only=True)
class Schema:
    """The contents of a kind of file, and the errors to raise for it.

    Attributes:
        application_id: Distinguishes the file from those of other programs.
        create: The statements that create the tables, at the current version.
        busy: Another thread or process has locked the file.
        damaged: SQLite cannot read the file, or a table is missing.
        foreign: The file belongs to another program, or is not an SQLite file.
        other_version: The file has a version without an upgrade.
        failed: The error for other failures, such as a full disk.
        version: The current version.
        upgrades: By version, the statements that upgrade a file to the next version.
        is_durable: Whether commits survive a crash of the machine, and not only of the process.
    """

    application_id: int
    create: tuple[str, ...]
    busy: Problem
    damaged: Problem
    foreign: Problem
    other_version: Problem
    failed: type[AdaptyError]
    version: int = 1
    upgrades: Mapping[int, tuple[str, ...]] = MappingProxyType({})
    is_durable: bool = True

    def error(self, problem: Problem, name: object) -> AdaptyError:
        """Return the error for a problem of a file."""
        kind, text = problem
        return kind(f"{name}: {text}")


def prepare_tables(connection: sqlite3.Connection, schema: Schema, path: Path) -> None:
    """Create the tables of an empty file, or check the version of an existing file and upgrade it.

    Call it in an exclusive transaction.

    Raises:
        AdaptyError: The file belongs to another program, or has a version without an upgrade.
        sqlite3.Error: SQLite failed.
    """
    application_id, version = _read_marks(connection)
    if (application_id, version) == (schema.application_id, schema.version):
        return
    if application_id == schema.application_id:
        while version != schema.version:
            if version not in schema.upgrades:
                raise schema.error(schema.other_version, path)
            for statement in schema.upgrades[version]:
                connection.execute(statement)
            version += 1
    else:
        (objects,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if objects or application_id or version:
            raise schema.error(schema.foreign, path)
        for statement in schema.create:
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {schema.application_id}")
    connection.execute(f"PRAGMA user_version = {schema.version}")


def check_integrity(connection: sqlite3.Connection, schema: Schema, path: Path) -> None:
    """Check the structure of a file.

    Raises:
        AdaptyError: The file is damaged.
        sqlite3.Error: SQLite failed.
    """
    if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        raise schema.error(schema.damaged, path)


def is_same_file(status: os.stat_result | None, path: Path) -> bool:
    """Return whether a file is still at its path, neither removed nor replaced since `status` was read."""
    try:
        return status is not None and os.path.samestat(status, path.stat())
    except OSError:
        return False


@contextmanager
def transaction(connection: sqlite3.Connection, kind: Literal["DEFERRED", "IMMEDIATE", "EXCLUSIVE"]) -> Iterator[None]:
    """Run the block in a transaction: commit at its end, roll back if it raises."""
    connection.execute(f"BEGIN {kind}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def translate_errors(
    schema: Schema, name: object, doing: Literal["opened", "read", "written"], *, opening: bool = False
) -> Iterator[None]:
    """Raise SQLite's and the system's errors as those of the schema.

    Args:
        schema: The schema.
        name: The path of the file, or what else the message starts with.
        doing: The operation, for the message.
        opening: Whether a path that cannot be used raises `AdaptyUsageError` instead of the error for other failures.
    """
    try:
        yield
    except AdaptyError:
        raise
    except OSError as problem:
        kind = AdaptyUsageError if opening and problem.errno in _INVALID_PATH else schema.failed
        raise kind(f"{name}: cannot be {doing}: {problem.strerror or type(problem).__name__}") from None
    except sqlite3.Error as problem:
        raise _translate(problem, schema, name, doing, opening=opening) from None


@contextmanager
def translate_temporary_errors(problem: str) -> Iterator[None]:
    """Raise SQLite's errors of a temporary database, which is in the folder for temporary files.

    Args:
        problem: What the program cannot do, for the message.

    Raises:
        AdaptyUsageError: SQLite raised an error. The message names the remedy.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise AdaptyUsageError(f"{problem}: {error}; set TMPDIR to a folder with more room") from None


def _translate(problem: sqlite3.Error, schema: Schema, name: object, doing: str, *, opening: bool) -> AdaptyError:
    code = _primary_code(problem)
    if code in _BUSY:
        return schema.error(schema.busy, name)
    if code in _DAMAGED:
        return schema.error(schema.damaged, name)
    if code == sqlite3.SQLITE_NOTADB:
        return schema.error(schema.foreign, name)
    text = f"{name}: cannot be {doing}: {problem}"
    if code == sqlite3.SQLITE_IOERR:
        remedy = "if the file was replaced, stop all processes that use it and delete its -wal and -shm files"
        return schema.failed(f"{text}; check the disk; {remedy}")
    return (AdaptyUsageError if opening and code in _CANNOT_OPEN else schema.failed)(text)


class Database(SafeRepr):
    """An SQLite file with one connection per process, which threads use in turn.

    SQLite lets one connection write at a time, and opening one costs more than a transaction of a webhook.

    A fork waits for the current transaction and closes the connection: SQLite in the child would mistake the parent's
    locks for its own. If the file is removed or replaced, the next transaction uses the file that is at the path then;
    the first process that notices deletes the `-wal` and `-shm` of the old file. A process that opens the replacement
    before any other process has noticed cannot tell them from its own, so stop all processes before you replace a file.

    Only the owner can read and write a new file and the side files of SQLite. An existing file keeps its mode.

    Args:
        path: The file; created unless it exists. Its folder must exist.
        schema: The contents.

    Raises:
        AdaptyUsageError: The path cannot be used.
        AdaptyError: An error of the schema.
    """

    def __init__(self, path: str | os.PathLike[str], schema: Schema) -> None:
        self.path = _resolve_path(path)
        self.schema = schema
        self.open_count = 0
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._busy_timeout: int | None = None
        self._status: os.stat_result | None = None
        self._side_files: dict[Path, os.stat_result] = {}
        self._is_paused = False
        _databases.add(self)
        # Closed again, because it is often opened before a server forks and used after that.
        with self._lock, translate_errors(schema, self.path, "opened", opening=True):
            self._check(monotonic() + BUSY_SECONDS)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Return the connection, for statements that need not see the same state.

        Raises:
            AdaptyError: An error of the schema.
        """
        with self._connected("read") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Return the connection for changes: they are committed when the block ends, and rolled back if it raises.

        Raises:
            AdaptyError: An error of the schema.
        """
        with self._connected("written") as connection, transaction(connection, "IMMEDIATE"):
            yield connection

    def close(self) -> None:
        """Close the connection; the next use opens it again."""
        with self._lock:
            self._close_current(monotonic() + BUSY_SECONDS)

    @contextmanager
    def _connected(self, doing: Literal["read", "written"]) -> Iterator[sqlite3.Connection]:
        until = monotonic() + get_wait_seconds(BUSY_SECONDS)
        if not self._lock.acquire(timeout=max(0.0, until - monotonic())):
            raise self.schema.error(self.schema.busy, self.path)
        try:
            with translate_errors(self.schema, self.path, "opened"):
                if self._connection is not None and not is_same_file(self._status, self.path):
                    self._close_replaced(until)
                connection = self._connection or self._open(until)
                self._limit_wait(connection, until)
            with translate_errors(self.schema, self.path, doing):
                yield connection
        finally:
            self._lock.release()

    def _check(self, until: float) -> None:
        """Open the file, check its structure, and close it; again, if it is removed or replaced meanwhile."""
        while True:
            connection = self._open(until)
            try:
                check_integrity(connection, self.schema, self.path)
            except (sqlite3.Error, AdaptyError):
                if is_same_file(self._status, self.path) or monotonic() > until:
                    raise
            else:
                return
            finally:
                self._close_current(until)

    def _open(self, until: float) -> sqlite3.Connection:
        """Open the file that is at the path; again, if it is removed or replaced meanwhile.

        The lock of the folder keeps side files of a removed file, which one process is opening, away from the new file
        of another process.
        """
        while True:
            with self._locked_folder(until):
                self._create_file()
                status, connection = None, None
                try:
                    status = self.path.stat()
                    connection = self._connect(until)
                except (OSError, sqlite3.Error, AdaptyError):
                    if is_same_file(status, self.path) or monotonic() > until:
                        raise
                if connection is not None and is_same_file(status, self.path):
                    self._connection, self._status, self._side_files = connection, status, self._stat_side_files()
                    self.open_count += 1
                    return connection
                if connection is not None:
                    connection.close()
                self._delete_side_files()
            if monotonic() > until:
                raise self.schema.busy[0](f"{self.path}: is being replaced; try again later")

    def _connect(self, until: float) -> sqlite3.Connection:
        # SQLite must not create the file: it would use side files of an earlier one.
        address = f"{self.path.as_uri()}?mode=rw"
        connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
        try:
            self._busy_timeout = None
            self._limit_wait(connection, until)
            connection.text_factory = _decode_text
            if self.schema.is_durable:
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute("PRAGMA fullfsync = ON")  # on macOS, fsync does not flush the disk's cache
            else:
                connection.execute("PRAGMA synchronous = NORMAL")
            if _read_marks(connection) != (self.schema.application_id, self.schema.version):
                with transaction(connection, "EXCLUSIVE"):
                    prepare_tables(connection, self.schema, self.path)
            _enable_wal(connection, until)
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # opens the side files
        except BaseException:
            connection.close()
            raise
        return connection

    def _limit_wait(self, connection: sqlite3.Connection, until: float) -> None:
        """Set how long SQLite waits for locks; in steps, because each change is a statement."""
        milliseconds = max(0, round((until - monotonic()) * 1000 / _BUSY_TIMEOUT_STEP) * _BUSY_TIMEOUT_STEP)
        if milliseconds != self._busy_timeout:
            connection.execute(f"PRAGMA busy_timeout = {milliseconds}")
            self._busy_timeout = milliseconds

    def _close_replaced(self, until: float) -> None:
        """Close the connection to a file that is not at the path any more, and delete its side files.

        They are deleted while the connection is open, so that the system cannot reuse their inodes. SQLite itself
        notices too: it neither writes to the path nor deletes side files.

        Raises:
            AdaptyError: A side file cannot be deleted, or another process has locked the folder for too long.
        """
        try:
            with self._locked_folder(until):
                for side_file, status in self._stat_side_files().items():
                    if side_file in self._side_files and os.path.samestat(status, self._side_files[side_file]):
                        side_file.unlink(missing_ok=True)
        except OSError as problem:
            names = f"{self.path.name}-wal and {self.path.name}-shm"
            raise self.schema.failed(
                f"{self.path}: was removed or replaced, and {names} of the old file cannot be deleted "
                f"({problem.strerror}); stop all processes that use it, then delete them"
            ) from None
        self._close()

    def _close_current(self, until: float) -> None:
        if self._connection is not None and not is_same_file(self._status, self.path):
            with suppress(AdaptyError):
                self._close_replaced(until)
        self._close()

    def _close(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _create_file(self) -> None:
        """Create an empty private file unless it exists, and delete the side files of an earlier one first."""
        if not self.path.exists():
            self._delete_side_files()
            ensure_private_file(self.path)

    def _delete_side_files(self) -> None:
        for suffix in _SIDE_FILES:
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    def _stat_side_files(self) -> dict[Path, os.stat_result]:
        found = {}
        for suffix in _SIDE_FILES:
            side_file = self.path.with_name(self.path.name + suffix)
            with suppress(OSError):
                found[side_file] = side_file.stat()
        return found

    @contextmanager
    def _locked_folder(self, until: float) -> Iterator[None]:
        """Lock the folder, so that no process deletes what another one creates; without a lock where that fails.

        Windows needs no lock: it does not remove or replace an open file.
        """
        if sys.platform == "win32":
            yield
            return
        try:
            folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            yield
            return
        try:
            while not _try_lock(folder):
                if monotonic() > until:
                    raise self.schema.error(self.schema.busy, self.path.parent)
                sleep(_POLL_SECONDS)
            yield
        finally:
            os.close(folder)

    def _before_fork(self) -> None:
        """Wait for the current transaction, close the connection, and keep it closed until the fork is done."""
        self._is_paused = self._lock.acquire(timeout=BUSY_SECONDS)
        if self._is_paused:
            self._close_current(monotonic() + BUSY_SECONDS)

    def _after_fork(self) -> None:
        if self._is_paused:
            self._is_paused = False
            self._lock.release()

    def _after_fork_in_child(self) -> None:
        """Replace the lock, which a thread of the parent may hold, and abandon a connection that is still in use."""
        self._is_paused = False
        self._lock = Lock()
        if self._connection is not None:
            _abandoned.append(self._connection)  # closing it would release the parent's locks
            self._connection = None

    def __repr__(self) -> str:
        return f"Database({str(self.path)!r})"


def _read_marks(connection: sqlite3.Connection) -> tuple[int, int]:
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return application_id, version


def _enable_wal(connection: sqlite3.Connection, until: float) -> None:
    """Let readers work beside a writer. SQLite's busy timeout does not cover this change."""
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as problem:
            if _primary_code(problem) not in _BUSY or monotonic() > until:
                raise
            sleep(_POLL_SECONDS)
        else:
            return


def _try_lock(folder: int) -> bool:
    if sys.platform != "win32":
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # the file system has no locks
            return True
    return True


def _resolve_path(path: Any) -> Path:
    """Return the absolute path without links, as SQLite uses it; ":memory:" is a file name, too."""
    try:
        return Path(path).resolve()
    except TypeError:
        raise AdaptyUsageError.for_field("path", f"is {type_name(path)}; expected a path") from None
    except (OSError, ValueError):
        raise AdaptyUsageError.for_field("path", "is not a valid file name; expected a path") from None


def _decode_text(raw: bytes) -> str:
    """Decode text; bytes that are not UTF-8 become surrogates, which the caller can detect."""
    return raw.decode("utf-8", "surrogateescape")


def _primary_code(problem: Exception) -> int:
    return getattr(problem, "sqlite_errorcode", 0) & _PRIMARY_CODE


_databases: weakref.WeakSet[Database] = weakref.WeakSet()
_abandoned: list[sqlite3.Connection] = []


def _before_fork() -> None:
    for database in list(_databases):
        database._before_fork()  # noqa: SLF001 - of this module


def _after_fork() -> None:
    for database in list(_databases):
        database._after_fork()  # noqa: SLF001


def _after_fork_in_child() -> None:
    for database in list(_databases):
        database._after_fork_in_child()  # noqa: SLF001


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork_in_child)
