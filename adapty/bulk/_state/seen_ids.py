"""Which ids came before, however many there are: their hashes are kept on disk."""

from __future__ import annotations

import sqlite3
from hashlib import blake2b
from typing import TYPE_CHECKING, Self

from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["SeenIds"]

_HASH_BYTES = 16
"""So long that no two ids have the same one: who shares it with another would not be erased."""

_IN_MEMORY_KIB = 16_384


class SeenIds:
    """Notes ids, in a temporary file without a name that goes with the process.

    Example:
        >>> with SeenIds() as seen:
        ...     [seen.add("mail", id_) for id_ in ("user_1", "user_2", "user_1")]
        [True, True, False]
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.execute(f"PRAGMA cache_size = -{_IN_MEMORY_KIB}")
        self._connection.execute("CREATE TABLE seen (hash BLOB PRIMARY KEY) WITHOUT ROWID")
        self._connection.execute("BEGIN")

    def add(self, api: str, id_: str) -> bool:
        """Note an id that an API is sent, and tell whether it is a new one.

        Raises:
            AdaptyUsageError: The folder for temporary files takes no more.
        """
        hashed = blake2b(f"{api} {id_}".encode("utf-8", "surrogatepass"), digest_size=_HASH_BYTES).digest()
        try:
            return self._connection.execute("INSERT OR IGNORE INTO seen VALUES (?)", (hashed,)).rowcount == 1
        except sqlite3.Error as problem:
            raise AdaptyUsageError(f"it cannot be noted which ids were sent: {problem}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._connection.close()
