"""The lock of the one worker that sends the events of an outbox in PostgreSQL.

On a direct connection it is an advisory lock of the session, which the server releases as soon as the connection ends.
Behind a pooler such as PgBouncer, several clients share a session, so there it is a lease in a row, which the worker
renews. Both kinds exclude each other. A token, which changes with each worker, keeps updates of a former one out.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from adapty._clock import monotonic
from adapty.errors import WebhookUnavailableError

if TYPE_CHECKING:
    from adapty._postgres import PostgresDatabase

__all__ = ["LEASE_SECONDS", "WorkerLock"]

LEASE_SECONDS = 10.0
"""How long a lease lasts: longer than renewal interval and timeout of a statement together."""

_RENEW_SECONDS = 2.0

_KEY = "1097095019, hashtext('adapty_outbox_worker'::regclass::oid::text)"  # "AdWk", and the schema
_IS_DIRECT = "SELECT pg_backend_pid() = %s"
_TRY_SESSION = f"SELECT pg_try_advisory_lock({_KEY})"
_TRY_TRANSACTION = f"SELECT pg_try_advisory_xact_lock({_KEY})"
_UNLOCK_SESSION = f"SELECT pg_advisory_unlock({_KEY})"
_TAKE = """
UPDATE adapty_outbox_worker SET token = token + 1, lease_until = clock_timestamp() + %s * interval '1 second'
WHERE lease_until < clock_timestamp() RETURNING token
"""
_RENEW = """
UPDATE adapty_outbox_worker SET lease_until = clock_timestamp() + %s * interval '1 second'
WHERE token = %s RETURNING token
"""
# The server notices within seconds that the host of a worker is gone. Its defaults are hours.
_DETECT_DEAD_HOST = """
SELECT set_config('tcp_keepalives_idle', '5', false), set_config('tcp_keepalives_interval', '2', false),
    set_config('tcp_keepalives_count', '3', false), set_config('tcp_user_timeout', '10000', false)
"""


class WorkerLock:
    """The lock, for a database with one connection.

    Args:
        database: The database. Its only connection has the lock, so each statement that succeeds proves that it has.
    """

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database
        self._token: int | None = None
        self._open_count = 0
        self._process = 0
        self._is_lease = False
        self._valid_until = 0.0
        self._renew_at = 0.0

    def try_acquire(self) -> bool:
        """Acquire the lock unless another worker has it."""
        connection: Any
        with self._database.connected() as connection:
            if self._token is not None and self._is_kept(connection):
                return True
            self._token = None
            (is_direct,) = connection.execute(_IS_DIRECT, (connection.info.backend_pid,)).fetchone()
            self._is_lease = not is_direct
            self._token = self._take_lease(connection) if self._is_lease else self._take_session(connection)
            self._open_count, self._process = self._database.open_count, os.getpid()
            return self._token is not None

    def _take_session(self, connection: Any) -> int | None:
        connection.execute(_DETECT_DEAD_HOST)
        (is_free,) = connection.execute(_TRY_SESSION).fetchone()
        if not is_free:
            return None
        row = connection.execute(_TAKE, (0,)).fetchone()
        if row is None:  # a worker behind a pooler has it
            connection.execute(_UNLOCK_SESSION)
            return None
        return int(row[0])

    def _take_lease(self, connection: Any) -> int | None:
        start = monotonic()
        with connection.transaction():
            (is_free,) = connection.execute(_TRY_TRANSACTION).fetchone()
            row = connection.execute(_TAKE, (LEASE_SECONDS,)).fetchone() if is_free else None
        self._extend(start)
        return row and int(row[0])

    def _extend(self, start: float) -> None:
        self._renew_at, self._valid_until = start + _RENEW_SECONDS, start + LEASE_SECONDS

    def keep(self, connection: Any) -> int:
        """Keep the lock, and return the token that updates of this worker must have.

        Call it with the connection before each use.

        Raises:
            WebhookUnavailableError: The lock is lost.
        """
        if self._token is None or not self._is_kept(connection):
            raise self._lose()
        return self._token

    def check_fence(self, row: Any) -> None:
        """Check the number of rows that had this worker's token when it changed events.

        Raises:
            WebhookUnavailableError: The lock is lost, and nothing was changed.
        """
        if not row[0]:
            raise self._lose()

    def _lose(self) -> WebhookUnavailableError:
        self._token = None
        return WebhookUnavailableError(f"{self._database.address}: another worker may have taken over")

    def _is_kept(self, connection: Any) -> bool:
        if self._process != os.getpid():  # the parent has it
            return False
        if not self._is_lease:
            return self._open_count == self._database.open_count
        start = monotonic()
        if start >= self._renew_at:
            if connection.execute(_RENEW, (LEASE_SECONDS, self._token)).fetchone() is None:
                return False
            self._extend(start)
        return True

    def is_valid(self) -> bool:
        """Return whether no other worker can have it, as far as this host knows."""
        return self._token is not None and (not self._is_lease or monotonic() < self._valid_until)

    def release(self) -> None:
        """End a lease. The lock of a session ends with its connection."""
        token, self._token = self._token, None
        if token is not None and self._is_lease and self._process == os.getpid():
            with self._database.connected() as connection:
                connection.execute(_RENEW, (-1, token))
