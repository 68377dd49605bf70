"""`put` in the transaction of a connection of the caller's."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import sqlalchemy
from django.db.utils import ConnectionHandler
from psycopg.rows import dict_row
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from adapty import AdaptyUsageError
from adapty.errors import WebhookUnavailableError
from adapty.webhooks import Outbox, PostgresOutbox
from tests.cases import case
from tests.webhooks.django_setup import set_up_django
from tests.webhooks.outbox_events import event

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.postgres_server import PostgresServer


@pytest.fixture
def outbox(postgres_dsn: str) -> Iterator[PostgresOutbox]:
    """Return an empty outbox in PostgreSQL."""
    with PostgresOutbox(postgres_dsn, create=True) as opened:
        yield opened


def engine_url(dsn: str) -> str:
    """Return the address for SQLAlchemy."""
    return dsn.replace("postgresql://", "postgresql+psycopg://")


@contextmanager
def by_psycopg(dsn: str, *, commit: bool) -> Iterator[Any]:
    """Open a transaction of psycopg, with another row factory."""
    with psycopg.connect(dsn, row_factory=dict_row) as connection:
        yield connection
        if not commit:
            connection.rollback()


@contextmanager
def by_psycopg_block(dsn: str, *, commit: bool) -> Iterator[Any]:
    """Open a transaction in autocommit."""
    with psycopg.connect(dsn, autocommit=True) as connection, connection.transaction(force_rollback=not commit):
        yield connection


@contextmanager
def by_sqlalchemy(dsn: str, *, commit: bool) -> Iterator[Any]:
    """Open a transaction of SQLAlchemy."""
    with sqlalchemy.create_engine(engine_url(dsn), poolclass=NullPool).connect() as connection:
        yield connection
        (connection.commit if commit else connection.rollback)()


@contextmanager
def by_session(dsn: str, *, commit: bool) -> Iterator[Any]:
    """Open a session of SQLAlchemy."""
    with Session(sqlalchemy.create_engine(engine_url(dsn), poolclass=NullPool)) as session:
        yield session
        (session.commit if commit else session.rollback)()


@contextmanager
def django_connection(dsn: str) -> Iterator[Any]:
    """Return a connection of Django."""
    set_up_django()
    parts = psycopg.conninfo.conninfo_to_dict(dsn)
    configured = ConnectionHandler(
        {
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": parts["dbname"],
                "USER": parts["user"],
                "HOST": parts["host"],
                "PORT": parts["port"],
                "OPTIONS": {"options": parts["options"]},
            }
        }
    )
    connection = configured["default"]
    yield connection
    connection.close()


@contextmanager
def by_django(dsn: str, *, commit: bool) -> Iterator[Any]:
    """Open an atomic block of Django."""
    with django_connection(dsn) as connection:
        connection.set_autocommit(False)
        yield connection
        (connection.commit if commit else connection.rollback)()
        connection.set_autocommit(True)


WAYS = [by_psycopg, by_psycopg_block, by_sqlalchemy, by_session, by_django]


@pytest.mark.parametrize("begin", WAYS)
def test_event_and_rows_are_committed_together(postgres_dsn: str, outbox: PostgresOutbox, begin: Any) -> None:
    """Or not at all; the worker sees the event after the commit."""
    worker = outbox._store
    with begin(postgres_dsn, commit=False) as connection:
        assert outbox.put(event(1), connection=connection)
        assert not outbox.put(event(1), connection=connection), "a duplicate inside of the transaction"
        assert worker.read_due([], 10) == ([], [])
    assert outbox.counts().pending == 0
    before = worker.get_version()
    with begin(postgres_dsn, commit=True) as connection:
        assert outbox.put(event(1), connection=connection)
    assert worker.get_version() != before
    assert [due.event_id for due in worker.read_due([], 10)[0]] == ["evt_0001"]
    with begin(postgres_dsn, commit=True) as connection:
        assert not outbox.put(event(1), connection=connection)


def test_connection_without_a_transaction_is_refused(postgres_dsn: str, outbox: PostgresOutbox) -> None:
    """The error says how to open one."""
    autocommit = sqlalchemy.create_engine(engine_url(postgres_dsn), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with (
        psycopg.connect(postgres_dsn, autocommit=True) as plain,
        autocommit.connect() as of_engine,
        django_connection(postgres_dsn) as of_django,
    ):
        for connection, remedy in (
            (plain, r"with connection\.transaction\(\)"),
            (of_engine, "an isolation level other than AUTOCOMMIT"),
            (of_django, r"with transaction\.atomic\(\)"),
        ):
            with case(remedy), pytest.raises(AdaptyUsageError, match=f"connection: has no transaction; use .*{remedy}"):
                outbox.put(event(1), connection=connection)
    assert outbox.counts().pending == 0


def test_other_connections_are_refused(outbox: PostgresOutbox, tmp_path: Path) -> None:
    """The error says which ones are accepted."""
    with sqlalchemy.create_engine("sqlite://").connect() as lite:
        for connection in (lite, "postgresql://db", object(), 7):
            with case(connection), pytest.raises(AdaptyUsageError, match=r"^connection: is "):
                outbox.put(event(1), connection=connection)
            with case(connection), pytest.raises(AdaptyUsageError, match=r"^connection: is "):
                asyncio.run(outbox.put_async(event(1), connection=connection))
    with Outbox(tmp_path / "file") as file, pytest.raises(AdaptyUsageError, match="cannot join a transaction"):
        file.put(event(1), connection=object())


@pytest.mark.anyio
async def test_async_connections_join(postgres_dsn: str, outbox: PostgresOutbox, tmp_path: Path) -> None:
    """Of psycopg and SQLAlchemy."""
    for commit in (False, True):
        async with await psycopg.AsyncConnection.connect(postgres_dsn) as plain:
            assert await outbox.put_async(event(1), connection=plain)
            with pytest.raises(AdaptyUsageError, match="use put_async"):
                outbox.put(event(1), connection=plain)
            await (plain.commit if commit else plain.rollback)()
        engine = create_async_engine(engine_url(postgres_dsn), poolclass=NullPool)
        async with engine.connect() as connection:
            assert await outbox.put_async(event(2), connection=connection)
            await (connection.commit if commit else connection.rollback)()
        async with AsyncSession(engine) as session:
            assert await outbox.put_async(event(3), connection=session)
            await (session.commit if commit else session.rollback)()
        await engine.dispose()
        assert outbox.counts().pending == 3 * commit
    assert await outbox.put_async(event(4))
    with Outbox(tmp_path / "file") as file:
        assert await file.put_async(event(4))
        with pytest.raises(AdaptyUsageError, match="cannot join a transaction"):
            await file.put_async(event(4), connection=object())


def test_events_of_a_profile_have_the_order_of_commits(postgres_dsn: str, outbox: PostgresOutbox) -> None:
    """A transaction that puts a later event of the profile waits; those of other profiles do not."""
    with psycopg.connect(postgres_dsn) as first:
        outbox.put(event(1, profile="a"), connection=first)
        assert outbox.put(event(2, profile="b"))
        later = threading.Thread(target=outbox.put, args=[event(3, profile="a")])
        later.start()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("adapty.webhooks._stores.postgres_outbox.WAIT_SECONDS", 0.1)
            with pytest.raises(WebhookUnavailableError, match="lock timeout"):
                outbox.put(event(4, profile="a"))
        first.commit()
        later.join()
    assert [each.event_id for each in outbox.pending()] == ["evt_0001", "evt_0002", "evt_0003"]


def test_missing_tables_are_named(postgres_dsn: str, postgres: PostgresServer) -> None:
    """As for the outbox's own connections; values are not shown."""
    with PostgresOutbox(postgres_dsn) as outbox, psycopg.connect(postgres_dsn) as connection:
        with pytest.raises(AdaptyUsageError, match="create them: adapty-py webhooks init --outbox"):
            outbox.put(event(1, profile="jane@example.com"), connection=connection)
        with pytest.raises(WebhookUnavailableError, match="current transaction is aborted") as aborted:
            outbox.put(event(1, profile="jane@example.com"), connection=connection)
    assert "jane" not in str(aborted.value)
