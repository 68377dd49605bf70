"""The door to PostgreSQL: addresses, errors, migrations, forks and restarts."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from adapty import AdaptyConfigError, AdaptyUsageError
from adapty._lock_deadline import lock_deadline
from adapty._postgres import PostgresDatabase, PostgresSchema, decode_text, encode_text
from adapty._postgres_dsn import is_postgres_url, parse_dsn
from adapty.errors import AdaptyError, WebhookUnavailableError
from tests.cases import case

if TYPE_CHECKING:
    from tests.postgres_server import PostgresServer

SCHEMA = PostgresSchema(
    name="notes",
    create=("CREATE TABLE adapty_notes (text text)",),
    init="run init",
    failed=WebhookUnavailableError,
)


@pytest.fixture
def database(postgres_dsn: str) -> Any:
    """Return a database with the table."""
    database = PostgresDatabase(postgres_dsn, SCHEMA)
    database.init()
    yield database
    database.close()


def query(database: PostgresDatabase, statement: str = "SELECT * FROM adapty_notes") -> list[tuple[Any, ...]]:
    """Execute a statement."""
    connection: Any
    with database.connected() as connection:
        rows: list[tuple[Any, ...]] = connection.execute(statement).fetchall()
        return rows


def test_address_is_shown_without_the_password() -> None:
    """However it is written."""
    shown = "postgresql://u@db:5432/shop"
    for dsn in (
        "postgresql://u:s3cret@db:5432/shop",
        "postgres://u:s3cret@db:5432/shop?connect_timeout=3",
        "postgresql://u@db:5432/shop?password=s3cret",
        "host=db port=5432 user=u password=s3cret dbname=shop",
        "dbname='shop' user = u password='s3cret' host=db port=5432",
    ):
        with case(dsn):
            assert is_postgres_url(dsn) or dsn.startswith("dbname")
            assert parse_dsn(dsn).shown == shown
            assert "s3cret" not in repr([parse_dsn(dsn), PostgresDatabase(dsn, SCHEMA)])


def test_invalid_address_is_refused_without_quoting_it() -> None:
    """A part of the password would be taken for the host, or for the database."""
    for dsn in (
        "postgresql://u:s3@cret@db/shop",
        "postgresql://u:s3/cret@db/shop",
        "postgresql://u:12/cret@db/shop",
        "postgresql://u:%zzcret@db/shop",
        "postgresql://u@db:cret/shop",
        "postgresql+psycopg://u:cret@db/shop",
        "mysql://u:cret@db/shop",
        "host=db password='cret",
        "cret",
        7,
        None,
    ):
        with case(dsn), pytest.raises(AdaptyUsageError, match=r"^dsn: .*postgresql://") as refused:
            parse_dsn(dsn)
        assert "cret" not in str(refused.value)


def test_psycopg_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to install."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(AdaptyConfigError, match=r'requires psycopg: pip install "adapty\[postgres\]"'):
        parse_dsn("postgresql://db/shop")


@given(st.lists(st.text(st.one_of(st.characters(), st.sampled_from("\0\\0u\ud800"))), max_size=4))
def test_any_text_can_be_stored(texts: list[str]) -> None:
    """Different texts stay different, and are restored."""
    encoded = [encode_text(text) for text in texts]
    assert [decode_text(text) for text in encoded] == texts
    assert all("\0" not in text and text.encode() is not None for text in encoded)


def test_errors_name_the_remedy(postgres: PostgresServer, postgres_dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the operator; others end by themselves."""
    monkeypatch.setenv("PGPASSWORD", "wrong-secret")
    cases: list[tuple[str, type[AdaptyError], str]] = [
        (postgres_dsn, AdaptyUsageError, "the tables are missing; create them: run init"),
        (postgres.dsn(user="locked"), AdaptyUsageError, "password authentication failed .*; check user and password"),
        (postgres.dsn("missing"), AdaptyUsageError, "does not exist; check the name of the database"),
        (postgres.dsn(user="missing"), AdaptyUsageError, "does not exist; check user and password"),
        ("postgresql://u:wrong-secret@127.0.0.1:1/db", WebhookUnavailableError, "cannot be used now: .*refused"),
        ("postgresql://u@/db?host=/wrong-secret", WebhookUnavailableError, "cannot be used now: .*No such file"),
    ]
    for dsn, kind, message in cases:
        with case(dsn), pytest.raises(kind, match=f"postgresql://.*: .*{message}") as raised:
            query(PostgresDatabase(dsn, SCHEMA))
        assert "wrong-secret" not in str(raised.value).partition(": ")[2]
        assert raised.value.__suppress_context__


def test_user_without_privileges_is_refused(database: PostgresDatabase) -> None:
    """The error says what to grant."""
    connection: Any
    with pytest.raises(AdaptyUsageError, match="grant SELECT, INSERT"), database.connected() as connection:
        connection.execute("SELECT * FROM pg_authid")


def test_tables_are_created_once_and_migrated(postgres_dsn: str, database: PostgresDatabase) -> None:
    """By `init` only; older and newer versions are refused."""
    database.init()
    newer_schema = evolve(
        SCHEMA, version=2, upgrades={1: ("ALTER TABLE adapty_notes ADD COLUMN more text", "SELECT 1")}
    )
    newer = PostgresDatabase(postgres_dsn, newer_schema)
    with pytest.raises(AdaptyUsageError, match="of an older version; migrate: run init"):
        query(newer)
    threads = [threading.Thread(target=newer.init) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert query(newer, "SELECT column_name FROM information_schema.columns WHERE table_name = 'adapty_notes'")
    assert query(newer, "SELECT more FROM adapty_notes") == []
    for use in (query, PostgresDatabase.init):
        with pytest.raises(AdaptyUsageError, match="of a newer version of adapty; use that version"):
            use(PostgresDatabase(postgres_dsn, SCHEMA))
    newer.close()


def test_failed_migration_changes_nothing(postgres_dsn: str, database: PostgresDatabase) -> None:
    """It is one transaction."""
    broken = evolve(SCHEMA, version=2, upgrades={1: ("ALTER TABLE adapty_notes ADD COLUMN more text", "SELECT 1 / 0")})
    with pytest.raises(WebhookUnavailableError, match="division by zero"):
        PostgresDatabase(postgres_dsn, broken).init()
    assert query(database, "SELECT version FROM adapty_schema") == [(1,)]


def test_foreign_table_is_not_overwritten(postgres: PostgresServer, postgres_dsn: str) -> None:
    """The error says so."""
    postgres.execute("CREATE TABLE adapty_notes (id int)", postgres_dsn)
    with pytest.raises(AdaptyUsageError, match="adapty did not create them; use another schema"):
        PostgresDatabase(postgres_dsn, SCHEMA).init()


def test_lost_connection_is_replaced(postgres: PostgresServer, database: PostgresDatabase) -> None:
    """Without an error, if the server ended it while it was idle."""
    query(database)
    (pid,) = query(database, "SELECT pg_backend_pid()")[0]
    postgres.execute(f"SELECT pg_terminate_backend({pid}, 5000)")
    assert query(database, "SELECT pg_backend_pid()") != [(pid,)]
    with pytest.raises(WebhookUnavailableError, match="cannot be used now: terminating connection"):
        query(database, "SELECT pg_terminate_backend(pg_backend_pid())")
    assert query(database) == []


def test_deadline_ends_a_wait(database: PostgresDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    """For the server, and for a connection that other threads use."""
    monkeypatch.setattr("adapty._lock_deadline._MIN_SECONDS", 0.1)
    with lock_deadline(0.1), pytest.raises(WebhookUnavailableError, match="the server does not respond in time"):
        query(database, "SELECT pg_sleep(20)")
    single = PostgresDatabase(database.dsn.secret.value, SCHEMA, max_connections=1)
    with (
        single.connected(),
        lock_deadline(0.1),
        pytest.raises(WebhookUnavailableError, match="all connections of this process are in use"),
    ):
        query(single)
    assert query(single) == []
    single.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")
def test_child_neither_uses_nor_keeps_connections_of_its_parent(
    postgres: PostgresServer, database: PostgresDatabase
) -> None:
    """The server notices that a killed parent is gone, although the child lives on."""
    with database.connected() as connection:
        pid = connection.info.backend_pid
        if not (child := os.fork()):
            status = 1
            try:
                query(database)
                own = database.open_count
                database.close()
                status = 0 if own else 1
                signal.pause()
            finally:
                os._exit(status)
        connection.execute("SELECT 1")
        os.dup2(os.open(os.devnull, os.O_RDWR), connection.pgconn.socket)  # as if the parent were gone
        end = time.monotonic() + 20
        alive = True
        while alive and time.monotonic() < end:
            alive = (pid,) in postgres.execute("SELECT pid FROM pg_stat_activity")
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        database._open.discard(connection)
        connection.pgconn.finish()
    assert not alive
