"""The worker: events reach Mail once and in order, whatever fails."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import threading
import time
from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from subprocess import PIPE
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from adapty import (
    Adapty,
    AdaptyConfigError,
    AdaptyConnectionError,
    AdaptyUsageError,
    AsyncAdapty,
    AuthenticationError,
    NotFoundError,
    ServerError,
)
from adapty._engine.runner import CancelToken
from adapty.errors import WebhookUnavailableError
from adapty.webhooks._delivery import DrainReport
from adapty.webhooks._stores.sqlite_outbox import SQLiteOutboxStore
from adapty.webhooks.outbox import Outbox, OutboxCounts
from adapty.webhooks.worker import Worker, async_drain, async_run_worker, drain, run_worker
from tests.python_processes import PythonProcess, run_python
from tests.webhooks.outbox_events import BOTH_STORES, event, events
from tests.webhooks.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adapty.sandbox import Sandbox
    from adapty.webhooks import BaseOutbox

ROOT = Path(__file__).resolve().parents[2]
KEY = "secret_live_shown"


def received(sandbox: Sandbox) -> dict[str, list[str]]:
    """Return the ids of each profile's events, in the order in which Mail first got them."""
    found: dict[str, list[str]] = defaultdict(list)
    for each in sandbox.all_events():
        found[each["external_profile_id"]].append(each["event_id"])
    return found


def assert_all_in_order(sandbox: Sandbox, count: int) -> None:
    """See that Mail has so many events, those of each profile in the order of their numbers."""
    found = received(sandbox)
    assert sum(map(len, found.values())) == count
    assert all(ids == sorted(ids) for ids in found.values())


class Api:
    """Answers as a test says, and notes what comes.

    Attributes:
        answers: By event id, the statuses to answer with, one after the other, the last one again and again.
        got: The ids of the events that came, each time they came.
        taken: The ids of those that were answered with 200.
        is_walled_off: Whether something in between answers, with a page, whenever it is not 200.
        on_request: Called when an event has come.
    """

    def __init__(self) -> None:
        self.answers: dict[str, list[int]] = {}
        self.got: list[str] = []
        self.taken: list[str] = []
        self.is_walled_off = False
        self.on_request: Callable[[], object] = lambda: None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Note a request and answer it."""
        event_id = json.loads(request.content)["event_id"]
        self.got.append(event_id)
        self.on_request()
        left = self.answers.get(event_id, self.answers.get("*", [200]))
        status = left.pop(0) if len(left) > 1 else left[0]
        if not status:
            raise httpx.ConnectError("refused")
        if status == 200:
            self.taken.append(event_id)
            return httpx.Response(200, json={})
        if self.is_walled_off:
            return httpx.Response(status, text="<html>")
        fault = {"message": "for jane@example.com: no", "error_code": "base_error", "status_code": status}
        return httpx.Response(status, json={"errors": [fault]})


@pytest.fixture
def api() -> Api:
    """Return an API that takes everything, unless a test sets other responses."""
    return Api()


@pytest.fixture
def adapty(api: Api) -> Iterator[Adapty]:
    """Return a client of it."""
    with Adapty(mail_secret_key=KEY, transport=httpx.MockTransport(api)) as client:
        yield client


@BOTH_STORES
def test_drain_delivers_in_order(mail: Adapty, outbox: BaseOutbox, sandbox: Sandbox) -> None:
    """Of each profile, and nothing is left."""
    for each in events(300, 7):
        outbox.put(each)
    assert drain(mail, outbox) == DrainReport(delivered=300)
    assert_all_in_order(sandbox, 300)
    assert outbox.counts() == OutboxCounts(pending=0, dead_letters=0, delivered=300)
    assert drain(mail, outbox) == DrainReport()


@BOTH_STORES
def test_delivered_event_is_a_duplicate(mail: Adapty, outbox: BaseOutbox, sandbox: Sandbox) -> None:
    """Adapty posts some events again."""
    outbox.put(event(1))
    drain(mail, outbox)
    assert not outbox.put(event(1))
    assert len(sandbox.requests()) == drain(mail, outbox).delivered + 1


def test_delivered_event_expires(mail: Adapty, tmp_path: Path) -> None:
    """After `retention`."""
    with Outbox(tmp_path / "o", retention=timedelta(0)) as outbox:
        outbox.put(event(1))
        drain(mail, outbox)
        assert outbox.put(event(1))
        drain(mail, outbox)
        outbox.put(event(2))
        drain(mail, outbox)
        with outbox._store._database.reading() as connection:
            (kept,) = connection.execute("SELECT group_concat(event_id || profile || event) FROM events").fetchone()
    assert kept in {None, "evt_0002", "evt_0001,evt_0002"}, "and nothing else of them"


def delivered_long_ago(outbox: Outbox, count: int) -> None:
    """Note that so many events were delivered a year ago."""
    before = time.time() - timedelta(days=365).total_seconds()
    row = "INSERT INTO events (event_id, profile, event, state, created_at, updated_at) VALUES (?, '', '', ?, ?, ?)"
    with outbox._store._database.writing() as connection:
        connection.executemany(row, [(f"old_{n}", "delivered", before, before) for n in range(count)])


def test_drain_purges_expired_events(mail: Adapty, outbox: Outbox) -> None:
    """The file does not grow without limit."""
    delivered_long_ago(outbox, 2500)
    outbox.put(event(1))
    drain(mail, outbox)
    assert outbox.counts() == OutboxCounts(pending=0, dead_letters=0, delivered=1)


@pytest.mark.usefixtures("impatient")
def test_busy_worker_purges_expired_events(mail: Adapty, outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every hour."""
    monkeypatch.setattr("adapty.webhooks._delivery._PURGE_SECONDS", -1)
    purged = threading.Event()
    purge = SQLiteOutboxStore.purge

    def purge_and_note(self: SQLiteOutboxStore, retention: float) -> None:
        if outbox.counts().pending:
            purged.set()
        purge(self, retention)

    monkeypatch.setattr(SQLiteOutboxStore, "purge", purge_and_note)
    for each in events(50, 1):
        outbox.put(each)
    with Worker(mail, outbox):
        until(lambda: not outbox.counts().pending)
    assert purged.is_set()


@pytest.mark.parametrize("fault", ["server_error;every=3", "rate_limited;every=4;retry_after=0", "drop_after;every=5"])
def test_transient_failures_lose_and_duplicate_nothing(
    mail: Adapty, outbox: Outbox, sandbox: Sandbox, fault: str
) -> None:
    """An event is retried before the next one of its profile."""
    sandbox.faults.add(fault)
    for each in events(60, 6):
        outbox.put(each)
    report = drain(mail, outbox)
    assert report.delivered == 60
    assert report.retried > 0
    assert_all_in_order(sandbox, 60)


@BOTH_STORES
def test_rejected_event_becomes_a_dead_letter(adapty: Adapty, api: Api, outbox: BaseOutbox) -> None:
    """The reason has no address in it, and the next event of the profile is sent."""
    api.answers = {"evt_0001": [400]}
    for each in events(3, 1):
        outbox.put(each)
    assert drain(adapty, outbox) == DrainReport(delivered=2, dead_letters=1)
    (dead,) = outbox.dead_letters()
    assert dead.event_id == "evt_0001"
    assert dead.attempts == 1
    assert dead.reason is not None
    assert "no" in dead.reason
    assert "jane" not in dead.reason
    assert api.taken == ["evt_0000", "evt_0002"]

    api.answers = {}
    assert outbox.replay("evt_0001")
    assert drain(adapty, outbox) == DrainReport(delivered=1)
    assert outbox.counts() == OutboxCounts(pending=0, dead_letters=0, delivered=3)


@BOTH_STORES
def test_replayed_event_is_sent_before_later_ones(adapty: Adapty, api: Api, outbox: BaseOutbox) -> None:
    """It has its old place."""
    api.answers = {"evt_0000": [422]}
    outbox.put(event(0))
    drain(adapty, outbox)
    outbox.put(event(1))
    outbox.replay_all()
    api.answers = {}
    drain(adapty, outbox)
    assert api.taken == ["evt_0000", "evt_0001"]


def test_invalid_stored_event_becomes_a_dead_letter(adapty: Adapty, api: Api, outbox: Outbox) -> None:
    """It blocks no other event."""
    outbox.put(event(0))
    outbox.put(event(1))
    with outbox._store._database.writing() as connection:
        connection.execute("UPDATE events SET event = 'x' WHERE event_id = 'evt_0000'")
    assert drain(adapty, outbox) == DrainReport(delivered=1, dead_letters=1)
    assert [(each.reason, each.attempts) for each in outbox.dead_letters()] == [
        ("damaged in the outbox: cannot read event", 0)
    ]
    assert api.got == ["evt_0001"]


@BOTH_STORES
def test_failing_event_blocks_only_its_profile(adapty: Adapty, api: Api, outbox: BaseOutbox) -> None:
    """`drain` sends the others, and raises at its end."""
    api.answers = {"evt_0000": [500]}
    for each in events(40, 4):
        outbox.put(each)
    with pytest.raises(ServerError) as ended:
        drain(adapty, outbox, max_retries=0)
    assert ended.value.__notes__ == [f"30 delivered, 0 dead letters; 10 pending in {outbox.location}"]
    assert [each.event_id for each in outbox.pending()] == [f"evt_{number:04}" for number in range(0, 40, 4)]
    first = next(outbox.pending())
    assert first.attempts == 1
    assert first.reason is not None
    assert "500" in first.reason
    assert sorted(api.taken) == [f"evt_{number:04}" for number in range(40) if number % 4]


@BOTH_STORES
@pytest.mark.usefixtures("impatient")
def test_worker_retries_in_order_without_an_end(adapty: Adapty, api: Api, outbox: BaseOutbox) -> None:
    """The next events of the profile wait."""
    api.answers = {"evt_0000": [500] * 30 + [200]}
    for each in events(20, 2):
        outbox.put(each)
    with Worker(adapty, outbox, max_retries=0) as worker:
        until(lambda: not outbox.counts().pending)
    assert worker.problem is None
    assert [each for each in api.taken if int(each[4:]) % 2 == 0] == [f"evt_{n:04}" for n in range(0, 20, 2)]
    assert len(api.taken) == 20


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("status", [0, 429, 503, 408])
def test_worker_survives_an_outage(adapty: Adapty, api: Api, outbox: Outbox, status: int) -> None:
    """Of any kind."""
    api.answers = {"*": [status] * 25 + [200]}
    for each in events(20, 3):
        outbox.put(each)
    with Worker(adapty, outbox, max_retries=0) as worker:
        until(lambda: not outbox.counts().pending)
    assert worker.problem is None
    assert sorted(api.taken) == [f"evt_{n:04}" for n in range(20)]
    for profile in range(3):
        ids = [each for each in api.taken if int(each[4:]) % 3 == profile]
        assert ids == sorted(ids)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("count", [1, 20])
@pytest.mark.parametrize("status", [400, 403, 404, 451])
def test_worker_survives_responses_of_a_firewall(
    adapty: Adapty, api: Api, outbox: Outbox, status: int, count: int
) -> None:
    """They are not Mail's, so the event is retried."""
    api.is_walled_off = True
    api.answers = {"evt_0000": [status] * 12 + [200]}
    for each in events(count, 2):
        outbox.put(each)
    with Worker(adapty, outbox, max_retries=0) as worker:
        until(lambda: not outbox.counts().pending)
    assert worker.problem is None
    assert outbox.counts() == OutboxCounts(pending=0, dead_letters=0, delivered=count)


@pytest.mark.parametrize(("status", "error"), [(401, AuthenticationError), (404, NotFoundError)])
def test_wrong_key_or_address_ends_the_worker(
    adapty: Adapty, api: Api, outbox: Outbox, status: int, error: type[Exception]
) -> None:
    """Nothing is lost."""
    api.answers = {"*": [status]}
    outbox.put(event(1))
    with pytest.raises(error):
        run_worker(adapty, outbox)
    worker = Worker(adapty, outbox).start()
    until(lambda: not worker.is_alive)
    assert isinstance(worker.problem, error)
    assert worker.stop()
    assert outbox.counts() == OutboxCounts(pending=1, dead_letters=0, delivered=0)


def test_drain_raises_if_mail_cannot_be_reached(adapty: Adapty, api: Api, outbox: Outbox) -> None:
    """A note says how many events are pending."""
    api.answers = {"*": [0]}
    outbox.put(event(1))
    with pytest.raises(AdaptyConnectionError) as ended:
        drain(adapty, outbox, max_retries=0)
    assert ended.value.__notes__ == [f"0 delivered, 0 dead letters; 1 pending in {outbox.location}"]


@pytest.mark.parametrize("pressed_at", [1, 2])
def test_ctrl_c_interrupts_drain_unless_the_outbox_is_empty(
    adapty: Adapty, api: Api, outbox: Outbox, monkeypatch: pytest.MonkeyPatch, pressed_at: int
) -> None:
    """The request in flight is completed; after the last one, nothing is left to send."""
    token = CancelToken()
    monkeypatch.setattr("adapty.webhooks.worker.CancelToken", lambda: token)
    api.on_request = lambda: token.request() if len(api.got) == pressed_at else None
    for number in range(2):
        outbox.put(event(number, profile="p"))

    if pressed_at == 2:
        assert drain(adapty, outbox) == DrainReport(delivered=2)
    else:
        with pytest.raises(KeyboardInterrupt):
            drain(adapty, outbox)

    assert outbox.counts() == OutboxCounts(pending=2 - pressed_at, dead_letters=0, delivered=pressed_at)


def test_client_without_mail_key_is_rejected(outbox: Outbox) -> None:
    """Before anything is locked."""
    with Adapty("secret_live_x") as adapty, pytest.raises(AdaptyConfigError):
        drain(adapty, outbox)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"concurrency": 0}, "concurrency"),
        ({"workers": 1}, "workers: is not an option"),
        ({"rate_limit": -1}, "rate_limit"),
    ],
)
def test_invalid_options_are_rejected(adapty: Adapty, outbox: Outbox, options: Any, said: str) -> None:
    """The error names the option."""
    for begin in (drain, run_worker, Worker):
        with pytest.raises(AdaptyUsageError, match=said):
            begin(adapty, outbox, **options)


def test_invalid_arguments_are_rejected(adapty: Adapty, outbox: Outbox) -> None:
    """The error names the argument."""
    with pytest.raises(AdaptyUsageError, match="outbox: is of type str"):
        drain(adapty, "outbox.sqlite")  # type: ignore[arg-type]
    with pytest.raises(AdaptyUsageError, match="client: is "):
        Worker(outbox, adapty)  # type: ignore[arg-type]


@BOTH_STORES
@pytest.mark.usefixtures("impatient")
def test_new_events_are_sent_immediately(
    mail: Adapty, outbox: BaseOutbox, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With open connections and after they were closed."""
    with Worker(mail, outbox):
        for number in range(3):
            outbox.put(event(number))
            until(lambda: not outbox.counts().pending, seconds=5)
        monkeypatch.setattr("adapty.webhooks._delivery._LINGER_SECONDS", 0)
        for number in range(3, 6):
            outbox.put(event(number))
            until(lambda: not outbox.counts().pending, seconds=5)
    assert_all_in_order(sandbox, 6)


def test_stopped_worker_can_be_started_again(mail: Adapty, outbox: Outbox) -> None:
    """A second start has no effect."""
    worker = Worker(mail, outbox)
    assert worker.stop()
    for number in range(2):
        assert worker.start().start() is worker
        outbox.put(event(number))
        until(lambda: not outbox.counts().pending)
        assert worker.stop()
        assert not worker.is_alive


@pytest.mark.usefixtures("impatient")
def test_one_worker_at_a_time_sends(mail: Adapty, outbox: Outbox, sandbox: Sandbox) -> None:
    """Another one stands by and takes over; `drain` raises."""
    first, second = Worker(mail, outbox).start(), Worker(mail, outbox)
    outbox.put(event(0))
    until(lambda: not outbox.counts().pending)
    second.start()
    with pytest.raises(WebhookUnavailableError, match="another worker is sending its events"):
        drain(mail, outbox)
    assert first.stop()
    outbox.put(event(1))
    until(lambda: not outbox.counts().pending)
    assert second.stop()
    assert second.problem is None
    assert len(sandbox.requests()) == 2


@BOTH_STORES
@pytest.mark.usefixtures("impatient")
def test_two_workers_send_nothing_twice(mail: Adapty, outbox: BaseOutbox, sandbox: Sandbox) -> None:
    """Whichever of them has the lock."""
    for each in events(200, 50):
        outbox.put(each)
    with Worker(mail, outbox) as first, Worker(mail, outbox) as second:
        until(lambda: outbox.counts().delivered > 50)
        assert first.stop()
        until(lambda: not outbox.counts().pending)
        assert second.is_alive
    assert len(sandbox.requests()) == 200
    assert_all_in_order(sandbox, 200)


@BOTH_STORES
def test_unusual_profile_ids_keep_their_order(adapty: Adapty, api: Api, outbox: BaseOutbox) -> None:
    """Whatever text they are."""
    odd = ["emoji \U0001f600", "jose\u0301", "quote \" ' \\", "x" * 5000, "007", "7", "null", "a b"]
    for number in range(64):
        outbox.put(event(number, profile=odd[number % len(odd)]))
    assert drain(adapty, outbox, concurrency=8).delivered == 64
    for rest in range(len(odd)):
        ids = [each for each in api.got if int(each[4:]) % len(odd) == rest]
        assert ids == sorted(set(ids))


@BOTH_STORES
def test_one_worker_at_a_time_has_the_lock(outbox: BaseOutbox) -> None:
    """Threads of one process exclude each other, too."""
    first, second = outbox._open_store(), outbox._open_store()
    assert first.try_lock()
    assert first.try_lock()
    assert not second.try_lock()
    first.close()
    assert second.try_lock()
    second.close()


def test_lock_file_that_cannot_be_opened_is_an_error(outbox: Outbox) -> None:
    """The error names the file."""
    outbox.path.with_name("outbox.sqlite-worker").mkdir()
    with pytest.raises(AdaptyUsageError, match="-worker: cannot be used as a lock"):
        outbox._open_store().try_lock()


def test_worker_without_filelock_is_a_config_error(
    adapty: Adapty, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error says what to install."""
    monkeypatch.setitem(sys.modules, "filelock", None)
    with pytest.raises(AdaptyConfigError, match=r'requires filelock: pip install "adapty\[webhooks\]"'):
        drain(adapty, outbox)


@BOTH_STORES
@pytest.mark.anyio
async def test_async_workers_drain_and_run(outbox: BaseOutbox, sandbox: Sandbox) -> None:
    """Until they are cancelled."""
    for each in events(10, 2):
        outbox.put(each)
    async with AsyncAdapty(mail_secret_key=sandbox.mail_key, mail_base_url=sandbox.url) as adapty:
        assert await async_drain(adapty, outbox) == DrainReport(delivered=10)
        working = asyncio.create_task(async_run_worker(adapty, outbox))
        outbox.put(event(10))
        while outbox.counts().pending:  # noqa: ASYNC110 - no event is set
            await asyncio.sleep(0.005)
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
        assert await async_drain(adapty, outbox) == DrainReport()
    assert_all_in_order(sandbox, 11)


@pytest.mark.usefixtures("impatient")
@pytest.mark.anyio
async def test_async_worker_opens_its_file_in_a_thread(
    outbox: Outbox, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Checking a large file takes long."""
    opened_in: list[threading.Thread] = []
    open_store = Outbox._open_store

    def open_and_note(self: Outbox) -> Any:
        opened_in.append(threading.current_thread())
        return open_store(self)

    monkeypatch.setattr(Outbox, "_open_store", open_and_note)
    outbox.put(event())
    async with AsyncAdapty(mail_secret_key=sandbox.mail_key, mail_base_url=sandbox.url) as adapty:
        assert (await async_drain(adapty, outbox)).delivered == 1
    assert len(opened_in) == 1
    assert threading.current_thread() not in opened_in


@BOTH_STORES
def test_memory_contains_only_some_events(adapty: Adapty, api: Api, outbox: BaseOutbox) -> None:
    """A long outbox is read as it is sent."""
    for number in range(400):
        outbox.put(event(number, profile="busy" if number < 300 else f"user_{number}"))
    report = drain(adapty, outbox, concurrency=2)
    assert report.delivered == 400
    busy = [each for each in api.taken if each < "evt_0300"]
    assert busy == sorted(busy)
    assert api.taken.index("evt_0399") < 390, "the others did not wait for the busy one"


@pytest.mark.usefixtures("impatient")
def test_unrecorded_deliveries_are_not_repeated(
    adapty: Adapty, api: Api, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the disk is full, the worker sends only what is in flight, and records it later."""
    is_full = threading.Event()
    is_full.set()
    refused: list[int] = []
    update = SQLiteOutboxStore.update

    def fail_if_full(self: SQLiteOutboxStore, updates: Any, **limits: Any) -> Any:
        if is_full.is_set():
            refused.append(len(updates))
            raise WebhookUnavailableError("the disk is full")
        return update(self, updates, **limits)

    monkeypatch.setattr(SQLiteOutboxStore, "update", fail_if_full)
    for each in events(300, 300):
        outbox.put(each)
    with Worker(adapty, outbox, concurrency=2) as worker:
        until(lambda: len(refused) > 3)
        assert len(api.got) < 300
        is_full.clear()
        until(lambda: not outbox.counts().pending)
    assert worker.problem is None
    assert sorted(api.got) == [f"evt_{n:04}" for n in range(300)]


def worker_process(path: Path, sandbox: Sandbox, *options: str) -> PythonProcess:
    """Start a worker as an operator does."""
    environment = {
        **os.environ,
        "ADAPTY_MAIL_BASE_URL": sandbox.url,
        "ADAPTY_MAIL_SECRET_KEY": sandbox.mail_key,
    }
    arguments = ("webhooks", "run", "--outbox", str(path), *options)
    return PythonProcess("-m", "adapty", *arguments, env=environment, stdout=PIPE, stderr=PIPE)


@pytest.mark.skipif(sys.platform == "win32", reason="has no such signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_completes_requests_in_flight(outbox: Outbox, sandbox: Sandbox, number: signal.Signals) -> None:
    """Nothing is sent without being recorded."""
    sandbox.faults.add("slow;seconds=0.05")
    for each in events(200, 200):
        outbox.put(each)
    running = worker_process(outbox.path, sandbox, "--concurrency", "4")
    until(lambda: outbox.counts().delivered)
    running.send_signal(number)
    out, err = running.communicate(timeout=20)
    counts = outbox.counts()
    assert running.returncode == 0, err
    assert out == f"{counts.delivered} delivered, 0 dead letters\n"
    assert counts.pending
    assert len(sandbox.requests()) == counts.delivered


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("workers", [1, 2])
def test_killed_workers_lose_and_duplicate_nothing(outbox: Outbox, sandbox: Sandbox, workers: int) -> None:
    """Mail gets all events, those of each profile in order."""
    for each in events(250, 23):
        outbox.put(each)
    arguments = (str(outbox.path), sandbox.url, sandbox.mail_key, "1", "4", str(workers))
    killed = run_python("-m", "tests.webhooks.killed_worker", *arguments)
    assert not killed.stderr
    assert int(killed.stdout) > 1, "it was too quick to be killed"
    with Adapty(mail_secret_key=sandbox.mail_key, mail_base_url=sandbox.url) as adapty:
        drain(adapty, outbox)
    assert_all_in_order(sandbox, 250)
    assert outbox.counts() == OutboxCounts(pending=0, dead_letters=0, delivered=250)


def test_repeated_posts_reach_mail_once(mail: Adapty, outbox: Outbox, sandbox: Sandbox) -> None:
    """Shuffled, from several threads, with a restart."""
    posts = events(667, 50)
    posts += posts[:333]
    random.Random(6).shuffle(posts)  # noqa: S311 - repeatable
    half = len(posts) // 2
    with Worker(mail, outbox):
        new = sum(map(outbox.put, posts[:half]))
    outbox.close()
    with Outbox(outbox.path) as reopened, Worker(mail, reopened):
        new += sum(map(reopened.put, posts[half:]))
        until(lambda: not reopened.counts().pending)
    assert new == 667
    ids = [each["event_id"] for each in sandbox.all_events()]
    assert sorted(ids) == [f"evt_{n:04}" for n in range(667)]
    order = {each.event_id: place for place, each in reversed([*enumerate(posts)])}
    for of_profile in received(sandbox).values():
        assert of_profile == sorted(of_profile, key=order.__getitem__)
