"""The IDs that were sent before, however many there are: their hashes are on disk."""

from __future__ import annotations

import sqlite3
from hashlib import blake2b
from typing import TYPE_CHECKING, Self

from adapty._sqlite import translate_temporary_errors

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["SeenIds"]

_HASH_BYTES = 16
"""Long enough that two IDs never have the same hash: the second user would not be erased."""

_CACHE_KIB = 16_384
_PROBLEM = "the IDs that were sent cannot be recorded"


class SeenIds:
    """A set of IDs in a temporary file, which has no name and disappears with the process.

    Example:
        >>> with SeenIds() as seen:
        ...     [seen.add("mail", id_) for id_ in ("user_1", "user_2", "user_1")]
        [True, True, False]
    """

    def __init__(self) -> None:
        """Create an empty set.

        Raises:
            AdaptyUsageError: The folder for temporary files cannot be used.
        """
        with translate_temporary_errors(_PROBLEM):
            self._connection = sqlite3.connect("", isolation_level=None)
            self._connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            self._connection.execute("CREATE TABLE seen (hash BLOB PRIMARY KEY) WITHOUT ROWID")
            self._connection.execute("BEGIN")

    def add(self, api: str, id_: str) -> bool:
        """Add an ID that is sent to an API, and return whether it is new.

        Raises:
            AdaptyUsageError: The folder for temporary files has no room.
        """
        hashed = blake2b(f"{api} {id_}".encode("utf-8", "surrogatepass"), digest_size=_HASH_BYTES).digest()
        with translate_temporary_errors(_PROBLEM):
            return self._connection.execute("INSERT OR IGNORE INTO seen VALUES (?)", (hashed,)).rowcount == 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._connection.close()
