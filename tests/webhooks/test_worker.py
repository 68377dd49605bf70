"""The worker: what is in an outbox gets to Mail, once as Mail sees it, in order, through every trouble."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from datetime import timedelta
from pathlib import Path
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
from adapty.errors import WebhookUnavailableError
from adapty.webhooks._delivery import DrainReport, _worker_lock
from adapty.webhooks._stores.sqlite_outbox import SQLiteOutboxStore
from adapty.webhooks.outbox import Outbox, OutboxCounts
from adapty.webhooks.worker import Worker, async_drain, async_run_worker, drain, run_worker
from tests.webhooks.outbox_events import event, events
from tests.webhooks.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapty.sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[2]
KEY = "secret_live_shown"


def received(sandbox: Sandbox) -> dict[str, list[str]]:
    """Give the ids of each profile's events, in the order in which Mail first got them."""
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
    """

    def __init__(self) -> None:
        self.answers: dict[str, list[int]] = {}
        self.got: list[str] = []
        self.taken: list[str] = []
        self.is_walled_off = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Note a request and answer it."""
        event_id = json.loads(request.content)["event_id"]
        self.got.append(event_id)
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
    """Give an API that takes everything, unless it is told otherwise."""
    return Api()


@pytest.fixture
def adapty(api: Api) -> Iterator[Adapty]:
    """Give a client of it."""
    with Adapty(mail_secret_key=KEY, transport=httpx.MockTransport(api)) as client:
        yield client


def test_an_outbox_is_emptied_in_order(mail: Adapty, outbox: Outbox, sandbox: Sandbox) -> None:
    """Of each profile the events arrive in their order, and nothing is left."""
    for each in events(300, 7):
        outbox.put(each)
    assert drain(mail, outbox) == DrainReport(delivered=300)
    assert_all_in_order(sandbox, 300)
    assert outbox.counts() == OutboxCounts(pending=0, dead_letters=0, delivered=300)
    assert drain(mail, outbox) == DrainReport()


def test_what_was_delivered_is_not_taken_again(mail: Adapty, outbox: Outbox, sandbox: Sandbox) -> None:
    """Adapty posts some events once more, when Mail has them already."""
    outbox.put(event(1))
    drain(mail, outbox)
    assert not outbox.put(event(1))
    assert len(sandbox.requests()) == drain(mail, outbox).delivered + 1


def test_a_delivered_event_is_forgotten_after_a_while(mail: Adapty, tmp_path: Path) -> None:
    """Then its id is nobody's any more."""
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


def test_draining_prunes_what_was_delivered_long_ago(mail: Adapty, outbox: Outbox) -> None:
    """A cron job that does nothing else keeps the file from growing for ever."""
    delivered_long_ago(outbox, 2500)
    outbox.put(event(1))
    drain(mail, outbox)
    assert outbox.counts() == OutboxCounts(pending=0, dead_letters=0, delivered=1)


@pytest.mark.usefixtures("impatient")
def test_a_worker_that_is_never_idle_prunes_too(mail: Adapty, outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each hour, whatever there is to send."""
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
def test_trouble_on_the_way_loses_and_doubles_nothing(
    mail: Adapty, outbox: Outbox, sandbox: Sandbox, fault: str
) -> None:
    """What fails now and then is sent again, before the profile's next event."""
    sandbox.faults.add(fault)
    for each in events(60, 6):
        outbox.put(each)
    report = drain(mail, outbox)
    assert report.delivered == 60
    assert report.retried > 0
    assert_all_in_order(sandbox, 60)


def test_a_refused_event_is_set_aside(adapty: Adapty, api: Api, outbox: Outbox) -> None:
    """The reason is kept, without the address in it, and the next event of the profile goes out."""
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


def test_a_replayed_event_goes_before_those_of_its_profile_that_wait(adapty: Adapty, api: Api, outbox: Outbox) -> None:
    """It has its old place again."""
    api.answers = {"evt_0000": [422]}
    outbox.put(event(0))
    drain(adapty, outbox)
    outbox.put(event(1))
    outbox.replay_all()
    api.answers = {}
    drain(adapty, outbox)
    assert api.taken == ["evt_0000", "evt_0001"]


def test_an_event_that_this_version_does_not_send_is_set_aside(adapty: Adapty, api: Api, outbox: Outbox) -> None:
    """What another version put in, or somebody has spoilt, stops nobody."""
    outbox.put(event(0))
    outbox.put(event(1))
    with outbox._store._database.writing() as connection:
        connection.execute("UPDATE events SET event = 'x' WHERE event_id = 'evt_0000'")
    assert drain(adapty, outbox) == DrainReport(delivered=1, dead_letters=1)
    assert [(each.reason, each.attempts) for each in outbox.dead_letters()] == [
        ("damaged in the outbox: cannot read event", 0)
    ]
    assert api.got == ["evt_0001"]


def test_one_event_that_the_api_fails_on_holds_up_its_profile_alone(adapty: Adapty, api: Api, outbox: Outbox) -> None:
    """Draining sends all the others, and tells in the end why one is left."""
    api.answers = {"evt_0000": [500]}
    for each in events(40, 4):
        outbox.put(each)
    with pytest.raises(ServerError) as ended:
        drain(adapty, outbox, max_retries=0)
    assert ended.value.__notes__ == [f"30 delivered, 0 dead letters; 10 pending in {outbox.path}"]
    assert [each.event_id for each in outbox.pending()] == [f"evt_{number:04}" for number in range(0, 40, 4)]
    first = next(outbox.pending())
    assert first.attempts == 1
    assert first.reason is not None
    assert "500" in first.reason
    assert sorted(api.taken) == [f"evt_{number:04}" for number in range(40) if number % 4]


@pytest.mark.usefixtures("impatient")
def test_a_worker_tries_forever_and_in_order(adapty: Adapty, api: Api, outbox: Outbox) -> None:
    """However often one event fails, its profile's next ones wait for it."""
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
def test_a_worker_outlasts_an_api_that_fails(adapty: Adapty, api: Api, outbox: Outbox, status: int) -> None:
    """Whatever it is that is nobody's fault, it passes."""
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
def test_a_worker_outlasts_what_is_in_between(
    adapty: Adapty, api: Api, outbox: Outbox, status: int, count: int
) -> None:
    """A page that is not Adapty's is no refusal of the event: it is put off, and neither lost nor the worker's end."""
    api.is_walled_off = True
    api.answers = {"evt_0000": [status] * 12 + [200]}
    for each in events(count, 2):
        outbox.put(each)
    with Worker(adapty, outbox, max_retries=0) as worker:
        until(lambda: not outbox.counts().pending)
    assert worker.problem is None
    assert outbox.counts() == OutboxCounts(pending=0, dead_letters=0, delivered=count)


@pytest.mark.parametrize(("status", "error"), [(401, AuthenticationError), (404, NotFoundError)])
def test_a_wrong_key_or_address_ends_a_worker(
    adapty: Adapty, api: Api, outbox: Outbox, status: int, error: type[Exception]
) -> None:
    """It would be the same tomorrow; nothing is lost."""
    api.answers = {"*": [status]}
    outbox.put(event(1))
    with pytest.raises(error):
        run_worker(adapty, outbox)
    worker = Worker(adapty, outbox).start()
    until(lambda: not worker.is_alive)
    assert isinstance(worker.problem, error)
    assert worker.stop()
    assert outbox.counts() == OutboxCounts(pending=1, dead_letters=0, delivered=0)


def test_draining_ends_where_the_api_cannot_be_reached(adapty: Adapty, api: Api, outbox: Outbox) -> None:
    """The error says what is left."""
    api.answers = {"*": [0]}
    outbox.put(event(1))
    with pytest.raises(AdaptyConnectionError) as ended:
        drain(adapty, outbox, max_retries=0)
    assert ended.value.__notes__ == [f"0 delivered, 0 dead letters; 1 pending in {outbox.path}"]


def test_a_client_without_a_key_of_mail_sends_nothing(outbox: Outbox) -> None:
    """It is refused before anything is locked."""
    with Adapty("secret_live_x") as adapty, pytest.raises(AdaptyConfigError):
        drain(adapty, outbox)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"concurrency": 0}, "concurrency"),
        ({"lanes": 1}, "lanes: is not an option"),
        ({"rate_limit": -1}, "rate_limit"),
    ],
)
def test_wrong_options_are_refused(adapty: Adapty, outbox: Outbox, options: Any, said: str) -> None:
    """Each by its name, before anything is begun."""
    for begin in (drain, run_worker, Worker):
        with pytest.raises(AdaptyUsageError, match=said):
            begin(adapty, outbox, **options)


def test_wrong_arguments_are_refused(adapty: Adapty, outbox: Outbox) -> None:
    """The client and the outbox have to be what they are called."""
    with pytest.raises(AdaptyUsageError, match="outbox: is of type str"):
        drain(adapty, "outbox.sqlite")  # type: ignore[arg-type]
    with pytest.raises(AdaptyUsageError, match="client: is "):
        Worker(outbox, adapty)  # type: ignore[arg-type]


@pytest.mark.usefixtures("impatient")
def test_new_events_go_out_at_once(
    mail: Adapty, outbox: Outbox, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While connections are open, and after they were closed."""
    with Worker(mail, outbox):
        for number in range(3):
            outbox.put(event(number))
            until(lambda: not outbox.counts().pending, seconds=5)
        monkeypatch.setattr("adapty.webhooks._delivery._LINGER_SECONDS", 0)
        for number in range(3, 6):
            outbox.put(event(number))
            until(lambda: not outbox.counts().pending, seconds=5)
    assert_all_in_order(sandbox, 6)


def test_a_stopped_worker_goes_on_when_it_is_started_again(mail: Adapty, outbox: Outbox) -> None:
    """Starting twice is starting once."""
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
    """Another one waits, and takes over; to drain beside one is refused."""
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


@pytest.mark.usefixtures("impatient")
def test_two_workers_at_once_send_nothing_twice(mail: Adapty, outbox: Outbox, sandbox: Sandbox) -> None:
    """Whichever of them has the outbox."""
    for each in events(200, 50):
        outbox.put(each)
    with Worker(mail, outbox) as first, Worker(mail, outbox) as second:
        until(lambda: outbox.counts().delivered > 50)
        assert first.stop()
        until(lambda: not outbox.counts().pending)
        assert second.is_alive
    assert len(sandbox.requests()) == 200
    assert_all_in_order(sandbox, 200)


def test_odd_ids_of_profiles_keep_their_order(adapty: Adapty, api: Api, outbox: Outbox) -> None:
    """Whatever JSON or SQLite might make of them."""
    odd = ["emoji \U0001f600", "jose\u0301", "quote \" ' \\", "x" * 5000, "007", "7", "null", "a b"]
    for number in range(64):
        outbox.put(event(number, profile=odd[number % len(odd)]))
    assert drain(adapty, outbox, concurrency=8).delivered == 64
    for rest in range(len(odd)):
        ids = [each for each in api.got if int(each[4:]) % len(odd) == rest]
        assert ids == sorted(set(ids))


def test_one_worker_at_a_time_has_the_lock(tmp_path: Path) -> None:
    """Threads of one process exclude each other, too."""
    with Outbox(tmp_path / "outbox") as outbox, _worker_lock(outbox) as first, _worker_lock(outbox) as second:
        assert first()
        assert not second()
    with Outbox(tmp_path / "outbox") as outbox, _worker_lock(outbox) as third:
        assert third()


def test_lock_file_that_cannot_be_opened_is_an_error(outbox: Outbox) -> None:
    """The error names the file."""
    outbox.path.with_name("outbox.sqlite-worker").mkdir()
    with _worker_lock(outbox) as try_lock, pytest.raises(AdaptyUsageError, match="-worker: cannot be used as a lock"):
        try_lock()


def test_worker_without_filelock_is_a_config_error(
    adapty: Adapty, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error says what to install."""
    monkeypatch.setitem(sys.modules, "filelock", None)
    with pytest.raises(AdaptyConfigError, match=r'requires filelock: pip install "adapty\[webhooks\]"'):
        drain(adapty, outbox)


@pytest.mark.anyio
async def test_async_workers_do_the_same(outbox: Outbox, sandbox: Sandbox) -> None:
    """They drain, and work until they are cancelled."""
    for each in events(10, 2):
        outbox.put(each)
    async with AsyncAdapty(mail_secret_key=sandbox.mail_key, mail_base_url=sandbox.url) as adapty:
        assert await async_drain(adapty, outbox) == DrainReport(delivered=10)
        working = asyncio.create_task(async_run_worker(adapty, outbox))
        outbox.put(event(10))
        while outbox.counts().pending:  # noqa: ASYNC110 - nobody sets an event
            await asyncio.sleep(0.005)
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
        assert await async_drain(adapty, outbox) == DrainReport()
    assert_all_in_order(sandbox, 11)


@pytest.mark.usefixtures("impatient")
@pytest.mark.anyio
async def test_an_async_worker_opens_its_file_beside_the_loop(
    outbox: Outbox, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To check a large file takes long, and the loop may be a web application's."""
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


def test_memory_holds_only_some_events(adapty: Adapty, api: Api, outbox: Outbox) -> None:
    """A long outbox is read as it is sent, a profile's many events too."""
    for number in range(400):
        outbox.put(event(number, profile="busy" if number < 300 else f"user_{number}"))
    report = drain(adapty, outbox, concurrency=2)
    assert report.delivered == 400
    busy = [each for each in api.taken if each < "evt_0300"]
    assert busy == sorted(busy)
    assert api.taken.index("evt_0399") < 390, "the others did not wait for the busy one"


@pytest.mark.usefixtures("impatient")
def test_what_cannot_be_noted_is_not_sent_on_and_on(
    adapty: Adapty, api: Api, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the disk is full, no more is sent than is in hand; later it is noted, not sent again."""
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


def worker_process(path: Path, sandbox: Sandbox, *options: str) -> subprocess.Popen[str]:
    """Start a worker as an operator does."""
    environment = {
        **os.environ,
        "ADAPTY_MAIL_BASE_URL": sandbox.url,
        "ADAPTY_MAIL_SECRET_KEY": sandbox.mail_key,
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    command = [sys.executable, "-m", "adapty", "webhooks", "run", "--outbox", str(path), *options]
    return subprocess.Popen(
        command, env=environment, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


@pytest.mark.skipif(sys.platform == "win32", reason="has no such signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_has_what_is_sent_answered(outbox: Outbox, sandbox: Sandbox, number: signal.Signals) -> None:
    """The worker ends by itself, with nothing sent and not noted."""
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
def test_workers_that_are_killed_lose_and_double_nothing(outbox: Outbox, sandbox: Sandbox, workers: int) -> None:
    """Killed at any moment, and two at once: Mail gets all, each profile's in order."""
    for each in events(250, 23):
        outbox.put(each)
    command = [sys.executable, "-m", "tests.webhooks.killed_worker", str(outbox.path), sandbox.url, sandbox.mail_key]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    killed = subprocess.run(
        [*command, "1", "4", str(workers)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        timeout=60,
        env=environment,
    )
    assert not killed.stderr
    assert int(killed.stdout) > 1, "it was too quick to be killed"
    with Adapty(mail_secret_key=sandbox.mail_key, mail_base_url=sandbox.url) as adapty:
        drain(adapty, outbox)
    assert_all_in_order(sandbox, 250)
    assert outbox.counts() == OutboxCounts(pending=0, dead_letters=0, delivered=250)


def test_a_thousand_posts_a_third_of_them_repeated(mail: Adapty, outbox: Outbox, sandbox: Sandbox) -> None:
    """Shuffled, from several threads, through a restart of everything: Mail has each event once."""
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
