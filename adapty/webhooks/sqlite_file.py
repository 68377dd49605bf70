"""An SQLite file that the threads of this process and other processes write to at the same time."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from adapty._core.validate import kind_of
from adapty.errors import AdaptyConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["SQLiteFile"]

_BUSY_SECONDS = 5.0
"""How long to wait for another writer: Adapty waits 10 seconds for an answer."""


class SQLiteFile:
    """A file of ours, opened by each process when it first needs it, with one connection to be had in turn.

    No connection crosses a fork, as servers do that load the application before they start their workers: SQLite does
    not allow it.

    Args:
        path: The file, made where there is none; its folder must be there.
        tables: What makes the tables, where they are not there yet.
        application_id: Tells the file from those of others.
        durable: Whether what is committed outlives a crash of the machine, and not only of the process.

    Raises:
        AdaptyConfigError: The file cannot be used, or is somebody else's.
    """

    def __init__(self, path: str | os.PathLike[str], tables: str, application_id: int, *, durable: bool) -> None:
        if not isinstance(path, str | os.PathLike) or not isinstance(os.fspath(path), str):
            raise AdaptyConfigError.of("path", f"is {kind_of(path)}; expected a path")
        # Whole, for whoever changes the folder later on; and a file may be named ":memory:" too.
        self.path = Path(path).absolute()
        self._durable = durable
        self._opened: dict[int, _Connection] = {}
        try:
            self._set_up(tables, application_id)
        except (sqlite3.Error, ValueError) as problem:
            raise AdaptyConfigError.of("path", f"{path} cannot be used: {problem}") from None

    def _set_up(self, tables: str, application_id: int) -> None:
        with closing(self._connect()) as connection:
            (found,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            (application,) = connection.execute("PRAGMA application_id").fetchone()
            if found and application != application_id:
                problem = "it holds something else"
                raise ValueError(problem)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(f"BEGIN IMMEDIATE; {tables}; PRAGMA application_id = {application_id}; COMMIT")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection for changes that are kept together, or not at all where an exception ends them.

        Raises:
            sqlite3.Error: Others are writing for too long, or the disk is full or broken.
        """
        opened = self._of_this_process()
        with opened.lock, opened.connection as connection:
            # At once, for a reader that becomes a writer cannot wait for its turn.
            connection.execute("BEGIN IMMEDIATE")
            yield connection

    def close(self) -> None:
        """Close what this process has open; the next use opens it again."""
        opened = self._opened.pop(os.getpid(), None)
        if opened:
            with opened.lock:
                opened.connection.close()

    def _of_this_process(self) -> _Connection:
        # A parent's connection stays where it is: even to close it is not allowed here.
        process = os.getpid()
        opened = self._opened.get(process)
        if opened is None:
            made = _Connection(self._connect())
            opened = self._opened.setdefault(process, made)
            if opened is not made:  # another thread was faster
                made.connection.close()
        return opened

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            connection.execute(f"PRAGMA synchronous = {'FULL' if self._durable else 'NORMAL'}")
        except BaseException:
            connection.close()
            raise
        return connection

    def __repr__(self) -> str:
        return f"SQLiteFile({str(self.path)!r})"


class _Connection:
    """A connection, and who has it now."""

    __slots__ = ("connection", "lock")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.lock = Lock()
