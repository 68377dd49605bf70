"""The SQLite database of a sandbox, with the tables of all APIs."""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from os import PathLike, fspath
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from adapty._core.validation import type_name
from adapty._private_files import ensure_private_file
from adapty.errors import AdaptyConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Database", "to_json"]

# "AdSb". A file with another id belongs to another program.
_APPLICATION_ID = 0x41645362

# Increment with every change of the tables: a file of another version is refused.
_SCHEMA_VERSION = 7

# The external_profile_id of an event is that of the profile it was assigned to, or is waiting for; its body contains
# the one that was sent. A tombstone is the digest of an identifier of an erased profile.
_MAIL_TABLES = """
CREATE TABLE IF NOT EXISTS profiles (
    saved INTEGER PRIMARY KEY,
    external_profile_id TEXT NOT NULL UNIQUE,
    customer_user_id TEXT,
    email TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS customer_user_ids ON profiles (customer_user_id, saved);
CREATE INDEX IF NOT EXISTS emails ON profiles (email, saved);
CREATE TABLE IF NOT EXISTS events (
    received INTEGER PRIMARY KEY,
    event_id TEXT NOT NULL UNIQUE,
    external_profile_id TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    event_type TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS history ON events (external_profile_id, occurred_at, received);
CREATE TABLE IF NOT EXISTS tombstones (digest BLOB PRIMARY KEY, is_profile INTEGER NOT NULL) WITHOUT ROWID;
CREATE VIEW IF NOT EXISTS latest_events AS
    SELECT external_profile_id, body, (
        SELECT event_type FROM events WHERE events.external_profile_id = profiles.external_profile_id
        ORDER BY occurred_at DESC, received DESC LIMIT 1
    ) AS latest_event_type
    FROM profiles;
"""

# Rows of a profile are deleted with it. Bodies and objects are JSON, timestamps are microseconds since 1970.
_SERVER_SIDE_TABLES = """
CREATE TABLE IF NOT EXISTS customers (
    profile_id TEXT PRIMARY KEY,
    customer_user_id TEXT UNIQUE,
    created_at INTEGER NOT NULL,
    fields TEXT NOT NULL,
    custom_attributes TEXT NOT NULL,
    integration_identifiers TEXT NOT NULL,
    refund_saver TEXT NOT NULL,
    attributions TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS transactions (
    received INTEGER PRIMARY KEY,
    profile_id TEXT NOT NULL REFERENCES customers ON DELETE CASCADE,
    store_original_transaction_id TEXT NOT NULL,
    store_transaction_id TEXT NOT NULL,
    body TEXT NOT NULL,
    revoked_at INTEGER,
    UNIQUE (profile_id, store_original_transaction_id, store_transaction_id)
);
CREATE TABLE IF NOT EXISTS grants (
    profile_id TEXT NOT NULL REFERENCES customers ON DELETE CASCADE,
    access_level_id TEXT NOT NULL,
    grant_id TEXT NOT NULL,
    granted_at INTEGER NOT NULL,
    starts_at INTEGER,
    expires_at INTEGER,
    revoked_at INTEGER,
    PRIMARY KEY (profile_id, access_level_id)
);
CREATE TABLE IF NOT EXISTS paywalls (
    position INTEGER PRIMARY KEY,
    paywall_id TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS paywall_views (
    number INTEGER PRIMARY KEY,
    profile_id TEXT NOT NULL REFERENCES customers ON DELETE CASCADE,
    paywall_id TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS viewers ON paywall_views (profile_id, number);
CREATE TABLE IF NOT EXISTS balances (
    profile_id TEXT NOT NULL REFERENCES customers ON DELETE CASCADE,
    currency_code TEXT NOT NULL,
    balance INTEGER NOT NULL,
    PRIMARY KEY (profile_id, currency_code)
);
CREATE TABLE IF NOT EXISTS currency_transactions (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    profile_id TEXT NOT NULL REFERENCES customers ON DELETE CASCADE,
    transaction_id TEXT NOT NULL,
    metadata TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS currency_history ON currency_transactions (profile_id, number);
CREATE TABLE IF NOT EXISTS currency_items (
    number INTEGER NOT NULL REFERENCES currency_transactions ON DELETE CASCADE,
    position INTEGER NOT NULL,
    currency_code TEXT NOT NULL,
    amount INTEGER NOT NULL,
    balance_after INTEGER NOT NULL,
    PRIMARY KEY (number, position)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS idempotency_keys (
    profile_id TEXT NOT NULL REFERENCES customers ON DELETE CASCADE,
    idempotency_key TEXT NOT NULL,
    used_at INTEGER NOT NULL,
    response TEXT NOT NULL,
    PRIMARY KEY (profile_id, idempotency_key)
);
"""

# A crash of the machine may lose recent changes, or the file. That is acceptable here, and many times faster.
_SET_UP = f"""
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
PRAGMA foreign_keys = ON;
PRAGMA secure_delete = ON;
PRAGMA application_id = {_APPLICATION_ID};
PRAGMA user_version = {_SCHEMA_VERSION};
{_MAIL_TABLES}
{_SERVER_SIDE_TABLES}
"""


class Database:
    """One connection, used by one thread at a time.

    Args:
        path: The path of an SQLite file, created with mode 0600 if it does not exist; `:memory:` for memory only.

    Raises:
        AdaptyConfigError: The file cannot be opened, or is not a sandbox database of this version. The methods raise
            it if the file cannot be read or written.

    Example:
        >>> database = Database()
        >>> with database.read() as connection:
        ...     connection.execute("SELECT count(*) FROM profiles").fetchone()
        (0,)
        >>> database.close()
    """

    def __init__(self, path: str | PathLike[str] = ":memory:") -> None:
        self._lock = Lock()
        self._path = path
        if not isinstance(path, str | PathLike):
            raise AdaptyConfigError.for_field("database", f"must be a path or :memory:, not {type_name(path)}")
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
            self._set_up()
        except BaseException:
            self._connection.close()
            raise

    def _set_up(self) -> None:
        with self._translate_errors():
            tables = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            (application,) = self._connection.execute("PRAGMA application_id").fetchone()
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
            if tables and (application, version) != (_APPLICATION_ID, _SCHEMA_VERSION):
                raise _unusable(self._path, "it is not a sandbox database, or one of another version")
            self._connection.executescript(_SET_UP)

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _unusable(self._path, str(error)) from error

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Open a transaction for reads, which see one consistent state."""
        with self._lock, self._translate_errors(), self._connection as connection:
            connection.execute("BEGIN")
            yield connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Open a transaction for changes. An exception rolls them back."""
        with self._lock, self._translate_errors(), self._connection as connection:
            # Lock immediately: a reader that becomes a writer cannot wait for another writer.
            connection.execute("BEGIN IMMEDIATE")
            yield connection

    @contextmanager
    def erase(self) -> Iterator[sqlite3.Connection]:
        """Open a transaction like `write`, and remove deleted data from the files afterwards."""
        with self.write() as connection:
            yield connection
        with self._lock, self._translate_errors():
            # The write-ahead log contains the old pages until it is truncated.
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    def close(self) -> None:
        """Close the database. Closing twice is allowed."""
        with self._lock:
            self._connection.close()


def to_json(value: Any) -> str:
    """Serialize a value as JSON for the database.

    Example:
        >>> to_json({"first_name": "Zoë"})
        '{"first_name":"Zoë"}'
    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _unusable(path: str | PathLike[str], problem: str) -> AdaptyConfigError:
    return AdaptyConfigError.for_field("database", f"{fspath(path)} cannot be used: {problem}")
