"""Events put into an outbox, and delivered from it, in SQLite and in PostgreSQL.

The measured processor time is that of the client. The server of PostgreSQL is private, and writes to the disk.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from adapty import Adapty, TransactionEvent
from adapty.webhooks import Outbox, PostgresOutbox, drain
from scripts.bench.records import KEY
from tests.postgres_server import HOW_TO_GET, connect_server, find_binaries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adapty.webhooks import BaseOutbox
    from scripts.bench.jobs import Prepare

__all__ = ["postgres_deliver", "postgres_put", "sqlite_deliver", "sqlite_put"]

_EVENTS_PER_PROFILE = 5


@contextmanager
def sqlite_put(_: str) -> Iterator[Prepare]:
    """Put events into a file."""
    with Outbox("outbox.sqlite") as outbox:
        yield _put_into(outbox)


@contextmanager
def postgres_put(_: str) -> Iterator[Prepare]:
    """Put events into PostgreSQL."""
    with _postgres_outbox() as outbox:
        yield _put_into(outbox)


@contextmanager
def sqlite_deliver(url: str) -> Iterator[Prepare]:
    """Deliver the events of a file."""
    with Outbox("outbox.sqlite") as outbox, _deliver_from(outbox, url) as prepare:
        yield prepare


@contextmanager
def postgres_deliver(url: str) -> Iterator[Prepare]:
    """Deliver the events of PostgreSQL."""
    with _postgres_outbox() as outbox, _deliver_from(outbox, url) as prepare:
        yield prepare


def _put_into(outbox: BaseOutbox) -> Prepare:
    first = 0

    def prepare(count: int) -> Callable[[], object]:
        nonlocal first
        events = _create_events(first, count)
        first += count

        def put_all() -> None:
            for event in events:
                outbox.put(event)

        return put_all

    return prepare


@contextmanager
def _deliver_from(outbox: BaseOutbox, url: str) -> Iterator[Prepare]:
    put = _put_into(outbox)

    def prepare(count: int) -> Callable[[], object]:
        put(count)()

        def deliver() -> None:
            if drain(client, outbox).delivered != count:
                raise RuntimeError("an event was not delivered")

        return deliver

    with Adapty(mail_secret_key=KEY, mail_base_url=url) as client:
        yield prepare


@contextmanager
def _postgres_outbox() -> Iterator[PostgresOutbox]:
    binaries = find_binaries()
    if binaries is None:
        raise RuntimeError(HOW_TO_GET)
    server, user = connect_server(Path("postgres"), binaries)
    with user:
        for name in ("fsync", "full_page_writes"):
            server.execute(f"ALTER SYSTEM SET {name} = on", server.dsn(user="root"))
        server.execute("SELECT pg_reload_conf()", server.dsn(user="root"))
        with PostgresOutbox(server.create_schema(), create=True) as outbox:
            yield outbox


def _create_events(first: int, count: int) -> list[TransactionEvent]:
    return [
        TransactionEvent(
            event_type="subscription_started",
            event_id=f"event_{number}",
            event_datetime="2026-06-10T14:20:05Z",
            external_profile_id=f"user_{number // _EVENTS_PER_PROFILE}",
            store="app_store",
            store_product_id="premium_monthly",
            store_transaction_id=f"{number:016}",
            store_original_transaction_id=f"{number:016}",
            purchased_at="2026-06-10T14:20:00Z",
            originally_purchased_at="2026-06-10T14:20:00Z",
        )
        for number in range(first, first + count)
    ]
