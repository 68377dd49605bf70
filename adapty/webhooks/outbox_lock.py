"""One worker at a time has an outbox: a lock of the operating system's, which ends with the process that has it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

__all__ = ["OutboxLock"]

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_PRIMARY_CODE = 0xFF


class OutboxLock:
    """Locks an outbox for one worker, by a file of its name with `-worker` added, which stays empty and in its place.

    SQLite does the locking: in the same way on every system, between threads too, and without passing the lock on to a
    process that is forked.

    Args:
        outbox: The outbox's file.
    """

    def __init__(self, outbox: Path) -> None:
        self._path = outbox.with_name(f"{outbox.name}-worker")
        self._connection: sqlite3.Connection | None = None

    def acquire(self) -> bool:
        """Take the lock, and tell whether it is had; False where another worker has it.

        Raises:
            AdaptyUsageError: There can be no such file.
        """
        connection = None
        try:
            connection = sqlite3.connect(self._path, 0, isolation_level=None, check_same_thread=False)
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as problem:
            if connection is not None:
                connection.close()
            if getattr(problem, "sqlite_errorcode", 0) & _PRIMARY_CODE in _BUSY:
                return False
            raise AdaptyUsageError(f"{self._path}: cannot be used as a lock: {problem}") from None
        self._connection = connection
        return True

    def release(self) -> None:
        """Give the lock back, if it is had."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()
