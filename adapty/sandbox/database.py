"""The SQLite database that a sandbox keeps everything in."""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from os import PathLike, fspath
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from adapty._core.validate import kind_of
from adapty._private_files import ensure_private_file
from adapty.errors import AdaptyConfigError
from adapty.sandbox.tables import TABLES, TABLES_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Database", "as_text"]

# "AdSb", so that a file of somebody else is not taken for ours.
_APPLICATION_ID = 0x41645362

# A crash of the machine may lose what came last, or the file: fair for a stand-in, and many times as fast.
_SET_UP = f"""
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
PRAGMA foreign_keys = ON;
PRAGMA secure_delete = ON;
PRAGMA application_id = {_APPLICATION_ID};
PRAGMA user_version = {TABLES_VERSION};
{TABLES}
"""


class Database:
    """One connection, handed out to one thread at a time.

    Args:
        path: The path of an SQLite file, created with mode 0600 where there is none; `:memory:` keeps all in memory.

    Raises:
        AdaptyConfigError: The file cannot be opened, or is not one of the sandbox's.

    Example:
        >>> database = Database()
        >>> with database.reading() as connection:
        ...     connection.execute("SELECT count(*) FROM profiles").fetchone()
        (0,)
        >>> database.close()
    """

    def __init__(self, path: str | PathLike[str] = ":memory:") -> None:
        self._lock = Lock()
        if not isinstance(path, str | PathLike):
            raise AdaptyConfigError.for_field("database", f"is {kind_of(path)}; expected a path, or :memory:")
        try:
            if path != ":memory:":
                ensure_private_file(Path(path))
            self._connection = sqlite3.connect(
                fspath(path),
                isolation_level=None,
                check_same_thread=False,
            )
        except (sqlite3.Error, OSError, ValueError) as error:
            raise _unusable(path, str(error)) from error
        try:
            self._set_up(path)
        except BaseException:
            self._connection.close()
            raise

    def _set_up(self, path: str | PathLike[str]) -> None:
        try:
            found = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            (application,) = self._connection.execute("PRAGMA application_id").fetchone()
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
            if found and (application, version) != (_APPLICATION_ID, TABLES_VERSION):
                raise _unusable(path, "it holds something else, or is of another version of the sandbox")
            self._connection.executescript(_SET_UP)
        except sqlite3.Error as error:
            raise _unusable(path, str(error)) from error

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give the connection for reads that see one state."""
        with self._lock, self._connection as connection:
            connection.execute("BEGIN")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection for changes that are kept together, or not at all where an exception ends them."""
        with self._lock, self._connection as connection:
            # At once, for a reader that becomes a writer cannot wait for its turn.
            connection.execute("BEGIN IMMEDIATE")
            yield connection

    @contextmanager
    def erasing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection as `writing` does, and see that what is deleted is not left in the files."""
        with self.writing() as connection:
            yield connection
        with self._lock:
            # The pages as they were are in the log of changes until it is cut off.
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    def close(self) -> None:
        """Close the database. Closing again does nothing."""
        with self._lock:
            self._connection.close()


def as_text(value: Any) -> str:
    """Write what a body held as JSON to be kept.

    Example:
        >>> as_text({"first_name": "Zoë"})
        '{"first_name":"Zoë"}'
    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _unusable(path: str | PathLike[str], problem: str) -> AdaptyConfigError:
    return AdaptyConfigError.for_field("database", f"{fspath(path)} cannot be used: {problem}")
