"""Workers of an outbox in PostgreSQL: one sends, and others take over, with sessions and with leases."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from adapty import Adapty
from adapty.errors import WebhookUnavailableError
from adapty.webhooks import OutboxCounts, PostgresOutbox, Worker, drain
from adapty.webhooks._stores import postgres_lock
from adapty.webhooks._stores.protocol import EventUpdate
from tests.webhooks.outbox_events import event, events
from tests.webhooks.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapty.sandbox import Sandbox
    from adapty.webhooks._stores.postgres_outbox import PostgresOutboxStore
    from tests.postgres_server import PostgresServer

NO_LIMITS: dict[str, Any] = {"max_failures": 24, "max_age": 0}

END_WORKER = """
SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = 1097095019
AND objid::bigint = hashtext('adapty_outbox_worker'::regclass::oid::text)::bigint & 4294967295
"""


@pytest.fixture
def outbox(postgres_dsn: str) -> Iterator[PostgresOutbox]:
    """Return an empty outbox in PostgreSQL."""
    with PostgresOutbox(postgres_dsn, create=True) as opened:
        yield opened


@pytest.fixture
def workers(outbox: PostgresOutbox) -> Iterator[tuple[PostgresOutboxStore, PostgresOutboxStore]]:
    """Return the stores of two workers."""
    stores = outbox._store.open_for_worker(), outbox._store.open_for_worker()
    yield stores
    for store in stores:
        store.close()


@pytest.fixture
def pooled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let workers find a pooler: the process of the server has another ID than the one that they connected to."""
    monkeypatch.setattr(postgres_lock, "_IS_DIRECT", "SELECT pg_backend_pid() = -%s")


def end_session(postgres: PostgresServer, store: PostgresOutboxStore) -> None:
    """End the connection of a worker, as a restart of the server does."""
    (connection,) = store._database._open
    postgres.execute(f"SELECT pg_terminate_backend({connection.info.backend_pid}, 5000)")


def test_lost_session_frees_the_lock(
    postgres: PostgresServer, outbox: PostgresOutbox, workers: tuple[PostgresOutboxStore, PostgresOutboxStore]
) -> None:
    """Its former holder neither reads events to send nor changes events, until it has the lock again."""
    former, current = workers
    outbox.put(event(1))
    assert former.try_lock()
    (due,) = former.read_due([], 10)[0]
    end_session(postgres, former)
    assert current.try_lock()
    update = EventUpdate(due.seq, due.event_id, "delivered")
    for use in (lambda: former.read_due([], 10), lambda: former.update([update], **NO_LIMITS), former.keep_lock):
        with pytest.raises(WebhookUnavailableError):
            use()
        assert not former.has_lock()
    assert not former.try_lock()
    assert outbox.counts().pending == 1
    current.close()
    assert former.try_lock()
    former.update([update], **NO_LIMITS)
    assert outbox.counts() == OutboxCounts(pending=0, dead_letters=0, delivered=1)


@pytest.mark.usefixtures("pooled")
def test_lease_is_renewed_and_expires(
    postgres: PostgresServer,
    postgres_dsn: str,
    outbox: PostgresOutbox,
    workers: tuple[PostgresOutboxStore, PostgresOutboxStore],
) -> None:
    """By the clock of the server; a former holder changes nothing."""
    former, current = workers
    outbox.put(event(1))
    assert former.try_lock()
    assert not current.try_lock()
    end_session(postgres, former)  # a pooler may give it another one
    former.keep_lock()
    read = "SELECT lease_until FROM adapty_outbox_worker"
    before = postgres.execute(read, postgres_dsn)
    former._lock._renew_at = 0
    former.keep_lock()
    assert postgres.execute(read, postgres_dsn) > before
    assert not current.try_lock()

    (due,) = former.read_due([], 10)[0]
    postgres.execute("UPDATE adapty_outbox_worker SET lease_until = now() - interval '1 second'", postgres_dsn)
    assert current.try_lock()
    former._lock._renew_at = float("inf")  # it does not know yet
    assert former.has_lock()
    with pytest.raises(WebhookUnavailableError, match="another worker may have taken over"):
        former.update([EventUpdate(due.seq, due.event_id, "dead", 1, "no")], **NO_LIMITS)
    assert not former.has_lock()
    assert outbox.counts().pending == 1
    current.close()
    assert former.try_lock(), "the other one has released its lease"
    former._lock._valid_until = 0
    assert not former.has_lock(), "it sends nothing after its lease"


def test_sessions_and_leases_exclude_each_other(
    workers: tuple[PostgresOutboxStore, PostgresOutboxStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some workers may connect directly, and others through a pooler."""
    direct, pooled = workers
    assert direct.try_lock()
    monkeypatch.setattr(postgres_lock, "_IS_DIRECT", "SELECT pg_backend_pid() = -%s")
    assert not pooled.try_lock()
    direct.close()
    assert pooled.try_lock()
    monkeypatch.undo()
    assert not direct.try_lock()
    pooled.close()
    assert direct.try_lock()


def test_schemas_have_locks_of_their_own(outbox: PostgresOutbox, postgres: PostgresServer) -> None:
    """Several applications can share a database."""
    with PostgresOutbox(postgres.create_schema(), create=True) as other:
        first, second = outbox._open_store(), other._open_store()
        assert first.try_lock()
        assert second.try_lock()
        first.close()
        second.close()


@pytest.mark.usefixtures("impatient")
def test_worker_takes_over_when_a_session_ends(
    mail: Adapty, outbox: PostgresOutbox, sandbox: Sandbox, postgres: PostgresServer, postgres_dsn: str
) -> None:
    """Both continue, and the order of each profile is kept."""
    with Worker(mail, outbox) as first, Worker(mail, outbox) as second:
        for number, each in enumerate(events(60, 3)):
            outbox.put(each)
            if number % 20 == 10:
                until(lambda: outbox.counts().delivered)
                postgres.execute(END_WORKER, postgres_dsn)
        until(lambda: not outbox.counts().pending)
    assert first.problem is second.problem is None
    for profile in range(3):
        ids = list(dict.fromkeys(each["event_id"] for each in sandbox.events(f"user_{profile}")))
        assert ids == [f"evt_{number:04}" for number in range(profile, 60, 3)]


def test_each_profile_has_its_turn(outbox: PostgresOutbox) -> None:
    """If there are more than can be read; those that wait are left out, and events of one profile come in order."""
    for each in events(40, 10):
        outbox.put(each)
    store = outbox._store
    turns = [[due.profile for due in store.read_due([], 4)[0]] for _ in range(5)]
    assert turns[:3] == [
        ["user_0", "user_1", "user_2", "user_3"],
        ["user_4", "user_5", "user_6", "user_7"],
        ["user_0", "user_1", "user_8", "user_9"],
    ]
    assert all(len(set(turn)) == 4 for turn in turns)
    waiting = [f"user_{n}" for n in range(9)]
    (due,) = store.read_due(waiting, 4)[0]
    assert (due.profile, due.event_id) == ("user_9", "evt_0009")
    assert store.read_due([*waiting, "user_9"], 4) == ([], [])


def test_updates_of_one_event_are_applied_in_turn(outbox: PostgresOutbox) -> None:
    """As in one batch of a worker."""
    outbox.put(event(1))
    seq = outbox._store.list_events("pending", after=0, limit=1)[0].seq
    failed = EventUpdate(seq, "evt_0001", "pending", 1, "first", failures=1)
    assert outbox._store.update([failed, EventUpdate(seq, "other", "delivered"), failed], **NO_LIMITS) == []
    (pending,) = outbox.pending()
    assert (pending.attempts, pending.reason) == (2, "first")
    (dead,) = outbox._store.update([failed], max_failures=3, max_age=0)
    assert dead.reason == "failed 3 times, while other events succeeded: first"


def test_delivered_event_expires(postgres_dsn: str, mail: Adapty) -> None:
    """After `retention`, and nothing else of it is stored."""
    with PostgresOutbox(postgres_dsn, retention=timedelta(0), create=True) as outbox:
        outbox.put(event(1))
        assert drain(mail, outbox).delivered == 1
        assert outbox.put(event(1))
        assert drain(mail, outbox).delivered == 1
        outbox.put(event(2))
        drain(mail, outbox)
        outbox._store.purge(0)
    assert outbox.counts() == OutboxCounts(pending=0, dead_letters=0, delivered=0)


def test_damaged_event_blocks_no_other(outbox: PostgresOutbox, postgres: PostgresServer, postgres_dsn: str) -> None:
    """It becomes a dead letter."""
    sent: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(json.loads(request.content)["event_id"])
        return httpx.Response(200, json={})

    outbox.put(event(0))
    outbox.put(event(1))
    postgres.execute("UPDATE adapty_outbox_events SET event = 'x' WHERE event_id = 'evt_0000'", postgres_dsn)
    with Adapty(mail_secret_key="k", transport=httpx.MockTransport(answer)) as client:
        assert drain(client, outbox).dead_letters == 1
    assert sent == ["evt_0001"]
    assert [each.reason for each in outbox.dead_letters()] == ["damaged in the outbox: cannot read event"]
