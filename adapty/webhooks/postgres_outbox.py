"""The outbox in PostgreSQL, which several hosts share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapty.webhooks._base_outbox import RETENTION, BaseOutbox, parse_retention, serialize_event
from adapty.webhooks._stores.postgres_outbox import PostgresOutboxStore

if TYPE_CHECKING:
    from datetime import timedelta

    from adapty.models import TransactionEvent

__all__ = ["PostgresOutbox"]


class PostgresOutbox(BaseOutbox):
    """Stores events in PostgreSQL until Adapty Mail has accepted them. Create one and share it between threads.

    Any number of hosts can put events into it. One worker sends them, and any number stand by and take over within
    seconds. It has the methods of `Outbox`.

    Create the tables once, and migrate them after an update of this library, with `adapty-py webhooks init --outbox
    postgresql://...`, as a user that may create tables. Their names start with `adapty_`; they are in the first schema
    of the user's `search_path`. Other methods connect when they are called, with up to 4 connections per process.

    A worker locks the outbox for its session. Behind a pooler such as PgBouncer it has a lease of 10 seconds instead,
    which it renews; so connect workers directly where you can.

    Args:
        dsn: The address: `postgresql://user@host:5432/database` or key=value pairs, as in [libpq][1], and with its
            environment variables, such as PGPASSWORD. Special characters of a password must be percent-encoded.
        retention: How long the ID of a delivered event is stored. Default: 7 days.
        create: Whether to create or migrate the tables, as `adapty-py webhooks init` does.

    Raises:
        AdaptyConfigError: psycopg is not installed: `pip install "adapty[postgres]"`.
        AdaptyUsageError: An argument is invalid; or `create`, and the tables cannot be created or are of a newer
            version.
        WebhookUnavailableError: `create`, and the database cannot be used now.

    Example:
        >>> outbox = PostgresOutbox("postgresql://app:secret@db/shop")
        >>> outbox.location
        'postgresql://app@db/shop'

    [1]: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING
    """

    _store: PostgresOutboxStore

    def __init__(self, dsn: str, *, retention: timedelta = RETENTION, create: bool = False) -> None:
        super().__init__(PostgresOutboxStore(dsn), parse_retention(retention))
        if create:
            self._store.init()

    def put(self, event: TransactionEvent, *, connection: Any = None) -> bool:
        """Store an event; without `connection` it is committed when this returns.

        With `connection`, the event and what you write over it are committed together, or not at all. The worker never
        sees an event before the commit. Transactions that put events of one profile wait for each other, so put events
        near the end of a transaction, and in the same order of profiles in all transactions.

        Args:
            event: The event.
            connection: A connection to the same database and schema, with a transaction: of psycopg or psycopg2, a
                `Connection` or `Session` of SQLAlchemy, or Django's `connection`. Default: one of the outbox's own.

        Returns:
            Whether the event is new. If an event with this ID is pending, a dead letter, or was delivered recently,
            nothing changes.

        Raises:
            WebhookUnavailableError: The event is not stored: the database cannot be used now, or a transaction has
                locked the profile for too long. Let Adapty post it again. Your transaction must be rolled back.
            AdaptyUsageError: `event` is not a `TransactionEvent`, `connection` is of an unknown kind or has no
                transaction, or the tables are missing or of another version.
        """
        values, retention = serialize_event(event), self.retention.total_seconds()
        if connection is None:
            return self._store.put(*values, retention=retention)
        return self._store.put_joined(connection, *values, retention=retention)

    async def put_async(self, event: TransactionEvent, *, connection: Any = None) -> bool:
        """Do what `put` does: without `connection` in a thread.

        Args:
            event: The event.
            connection: An `AsyncConnection` of psycopg, or an `AsyncConnection` or `AsyncSession` of SQLAlchemy.
        """
        if connection is None:
            return await super().put_async(event)
        retention = self.retention.total_seconds()
        return await self._store.put_joined_async(connection, *serialize_event(event), retention=retention)
