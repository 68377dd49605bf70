"""What an SQLite file of ours holds, and how a file of an older version is upgraded."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from attrs import frozen

from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

__all__ = ["Layout", "prepare_tables"]

_NEWER = "was made by a newer version of adapty; use that one"
_FOREIGN = "is no {noun}; move it away, or choose another name for the {noun}"


@frozen
class Layout:
    """What is in a file.

    Attributes:
        noun: What such a file is called.
        application_id: Tells the file from those of others.
        versions: For each version of the layout, the statements that upgrade a file from the version before it. Those
            of the first version create the tables.
        is_durable: Whether what is committed outlives a crash of the machine, and not only of the process.
    """

    noun: str
    application_id: int
    versions: tuple[tuple[str, ...], ...]
    is_durable: bool

    @property
    def version(self) -> int:
        """The current version, which new files have."""
        return len(self.versions)

    @property
    def foreign(self) -> str:
        """The problem of a file that holds something else."""
        return _FOREIGN.format(noun=self.noun)


def prepare_tables(connection: sqlite3.Connection, layout: Layout, path: Path) -> None:
    """Create the tables, or upgrade those of an older version, in one transaction.

    Raises:
        AdaptyUsageError: The file holds something else, or was made by a newer version of this library.
        sqlite3.Error: SQLite cannot do it.
    """
    if _version(connection, layout, path) == layout.version:
        return
    connection.execute("BEGIN EXCLUSIVE")
    try:
        # Another process may have done it since.
        version = _version(connection, layout, path)
        if not version:
            _check_empty(connection, layout, path)
        for statement in chain.from_iterable(layout.versions[version:]):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {layout.version}")
        connection.execute(f"PRAGMA application_id = {layout.application_id}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection, layout: Layout, path: Path) -> int:
    """Return the layout version of a file; 0 where it is not one of ours yet."""
    application, version = _marks(connection)
    if application != layout.application_id:
        return 0
    if version > layout.version:
        raise AdaptyUsageError(f"{path}: {_NEWER}")
    return max(version, 0)


def _check_empty(connection: sqlite3.Connection, layout: Layout, path: Path) -> None:
    (found,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if found or any(_marks(connection)):
        raise AdaptyUsageError(f"{path}: {layout.foreign}")


def _marks(connection: sqlite3.Connection) -> tuple[int, int]:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return application, version
