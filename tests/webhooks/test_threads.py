"""Threads of a receiver: bounded, apart from the event loop's executor, and within a deadline."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from adapty.webhooks import MemoryDedupStore, Outbox, Receiver, SQLiteDedupStore, WebhookEvent, asgi_app, outbox_handler
from adapty.webhooks._threads import RequestThreads
from tests.python_processes import run_python

from .posts import HEADERS, PURCHASE, VALUE, post, purchase
from .served import locked, served
from .waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.requests import Request

    from adapty.webhooks.dedup import ClaimStatus, DedupStore

ROOT = Path(__file__).parents[2]
BODY = post(PURCHASE)
MODULE = "adapty.webhooks._threads"


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every wait last longer than a test."""
    for name in ("_sqlite.BUSY_SECONDS", "webhooks._threads.WAIT_SECONDS", "webhooks.receiver.RESPONSE_SECONDS"):
        monkeypatch.setattr(f"adapty.{name}", 100.0)


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Allow two threads and one waiting request."""
    monkeypatch.setattr(f"{MODULE}.MAX_THREADS", 2)
    monkeypatch.setattr(f"{MODULE}.MAX_WAITING", 1)


async def accept(event: WebhookEvent) -> None:
    """Handle an event on the loop."""


async def look_up(_: Request) -> PlainTextResponse:
    """Do what any application does with the loop's default executor."""
    await asyncio.get_running_loop().getaddrinfo("localhost", 80)
    await asyncio.to_thread(threading.get_ident)
    return PlainTextResponse("done")


def post_many(url: str, count: int, threads: ThreadPoolExecutor) -> list[Any]:
    """Post so many events at the same time, and return the futures of their statuses."""

    def post_one(number: int) -> int:
        body = post(purchase(profile_event_id=f"e{number}"))
        return httpx.post(url, content=body, headers=HEADERS, timeout=60, trust_env=False).status_code

    return [threads.submit(post_one, number) for number in range(count)]


@pytest.mark.parametrize("store", ["dedup, async handler", "dedup, handler in a thread", "outbox"])
@pytest.mark.usefixtures("patient")
def test_locked_store_does_not_block_the_event_loop(tmp_path: Path, store: str) -> None:
    """The default executor stays free, and all posts get a response afterwards."""
    dedup = SQLiteDedupStore(tmp_path / "dedup") if "dedup" in store else None
    outbox = Outbox(tmp_path / "outbox")
    handler = accept if "async" in store else outbox_handler(outbox)
    app = asgi_app(Receiver(VALUE, dedup=dedup), handler)
    routes = [Route("/hook", app), Route("/look_up", look_up)]
    with served(Starlette(routes=routes)) as url, ThreadPoolExecutor(40) as threads:
        with locked(tmp_path / ("dedup" if dedup else "outbox")):
            posted = post_many(f"{url}/hook", 40, threads)
            until(lambda: len(app._receiver._threads._waiting) == 8)  # beside 32 in threads
            assert httpx.get(f"{url}/look_up", timeout=20, trust_env=False).text == "done"
            assert not any(each.done() for each in posted)
        assert [each.result() for each in posted] == [200] * 40
    outbox.close()


def test_lasting_lock_responds_503_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Later posts are accepted."""
    monkeypatch.setattr("adapty._sqlite.BUSY_SECONDS", 0.1)
    with SQLiteDedupStore(tmp_path / "dedup") as dedup:
        app = asgi_app(Receiver(VALUE, dedup=dedup), accept)
        with served(Starlette(routes=[Route("/hook", app)])) as url, ThreadPoolExecutor(40) as threads:
            with locked(tmp_path / "dedup"):
                assert [each.result() for each in post_many(f"{url}/hook", 40, threads)] == [503] * 40
            assert [each.result() for each in post_many(f"{url}/hook", 4, threads)] == [200] * 4


def test_one_deadline_covers_all_files_of_a_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever each file's own limit is."""
    monkeypatch.setattr("adapty._sqlite.BUSY_SECONDS", 100.0)
    monkeypatch.setattr("adapty.webhooks.receiver.RESPONSE_SECONDS", 0.1)
    monkeypatch.setattr("adapty._lock_deadline._MIN_SECONDS", 0.01)
    with SQLiteDedupStore(tmp_path / "dedup") as dedup, Outbox(tmp_path / "outbox") as outbox:
        receiver = Receiver(VALUE, dedup=dedup)
        with locked(outbox.path):
            assert receiver.handle(HEADERS, BODY, outbox_handler(outbox)).status == 503
            assert asyncio.run(receiver.handle_async(HEADERS, BODY, outbox_handler(outbox))).status == 503
        with locked(tmp_path / "dedup"):
            assert receiver.handle(HEADERS, BODY, outbox_handler(outbox)).status == 503
            assert asyncio.run(receiver.handle_async(HEADERS, BODY, accept)).status == 503
        assert receiver.handle(HEADERS, BODY, outbox_handler(outbox)).status == 200


class Gate:
    """A handler that waits in its thread until a test opens it."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.entered: list[str | None] = []

    def __call__(self, event: WebhookEvent) -> None:
        """Wait."""
        self.entered.append(event.event_id)
        assert self.opened.wait(60)


@pytest.fixture
def gate() -> Iterator[Gate]:
    """Return a gate, which is open at the end of the test."""
    gate = Gate()
    yield gate
    gate.opened.set()


@pytest.mark.usefixtures("narrow", "patient")
def test_requests_beyond_the_queue_are_rejected_immediately(gate: Gate, caplog: pytest.LogCaptureFixture) -> None:
    """The others get their responses."""

    async def post_six() -> list[int]:
        receiver = Receiver(VALUE)
        taken = [asyncio.ensure_future(receiver.handle_async(HEADERS, BODY, gate)) for _ in range(3)]
        await asyncio.sleep(0)
        refused = [await receiver.handle_async(HEADERS, BODY, gate) for _ in range(3)]
        gate.opened.set()
        return [response.status for response in (*refused, *await asyncio.gather(*taken))]

    assert asyncio.run(post_six()) == [503] * 3 + [200] * 3
    assert "503: too many webhooks are in progress" in caplog.text


@pytest.mark.usefixtures("narrow")
def test_request_waits_for_a_thread_for_a_limited_time(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then it gets 503."""
    monkeypatch.setattr(f"{MODULE}.WAIT_SECONDS", 0.01)

    async def post_three() -> list[int]:
        receiver = Receiver(VALUE)
        taken = [asyncio.ensure_future(receiver.handle_async(HEADERS, BODY, gate)) for _ in range(2)]
        await asyncio.sleep(0)
        refused = await receiver.handle_async(HEADERS, BODY, gate)
        gate.opened.set()
        return [response.status for response in (refused, *await asyncio.gather(*taken))]

    assert asyncio.run(post_three()) == [503, 200, 200]
    assert len(gate.entered) == 2


@pytest.mark.usefixtures("narrow", "patient")
def test_cancelled_waiting_request_is_not_handled(gate: Gate) -> None:
    """It leaves the queue."""

    async def cancel_one() -> list[int]:
        receiver = Receiver(VALUE)
        taken = [asyncio.ensure_future(receiver.handle_async(HEADERS, BODY, gate)) for _ in range(3)]
        await asyncio.sleep(0)
        taken.pop().cancel()
        await asyncio.sleep(0)
        taken.append(asyncio.ensure_future(receiver.handle_async(HEADERS, BODY, gate)))
        await asyncio.sleep(0)
        gate.opened.set()
        return [response.status for response in await asyncio.gather(*taken)]

    assert asyncio.run(cancel_one()) == [200] * 3
    assert len(gate.entered) == 3


class SlowDedupStore(MemoryDedupStore):
    """A store whose claims wait until a test opens it."""

    def __init__(self) -> None:
        super().__init__()
        self.claiming = threading.Event()
        self.opened = threading.Event()
        self.released = threading.Event()

    def acquire(self, event_id: str, owner: str) -> ClaimStatus:
        """Claim, late."""
        self.claiming.set()
        assert self.opened.wait(60)
        return super().acquire(event_id, owner)

    def release(self, event_id: str, owner: str) -> None:
        """Release, and notify the test."""
        super().release(event_id, owner)
        self.released.set()


@pytest.mark.parametrize("when", ["before the claim returns", "after it has returned"])
def test_cancelled_request_releases_its_claim(when: str) -> None:
    """Even if it was acquired after the cancellation."""
    dedup = SlowDedupStore()

    async def cancel_it() -> None:
        handling = asyncio.ensure_future(Receiver(VALUE, dedup=dedup).handle_async(HEADERS, BODY, accept))
        await asyncio.to_thread(dedup.claiming.wait, 60)
        if when == "after it has returned":
            dedup.opened.set()
            until(lambda: not threads_of_receivers())  # while the loop stands still
        handling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await handling
        dedup.opened.set()
        await asyncio.to_thread(dedup.released.wait, 20)

    asyncio.run(cancel_it())
    assert dedup.released.is_set()
    assert dedup.acquire(str(PURCHASE["event_properties"]["profile_event_id"]), "other") == "new"


def threads_of_receivers() -> list[threading.Thread]:
    """Return the threads of receivers that are running."""
    return [each for each in threading.enumerate() if each.name == "adapty-webhooks"]


def test_no_thread_is_left_behind() -> None:
    """When nothing is handled, there is none to shut down."""

    async def post_some(dedup: DedupStore) -> None:
        receiver = Receiver(VALUE, dedup=dedup)
        await asyncio.gather(*(receiver.handle_async(HEADERS, BODY, accept) for _ in range(20)))

    asyncio.run(post_some(MemoryDedupStore()))
    until(lambda: not threads_of_receivers())


def test_handler_has_the_context_of_its_request() -> None:
    """Context variables are available in the thread."""
    user: ContextVar[str] = ContextVar("user")
    found: list[str] = []

    async def post_as(name: str) -> None:
        user.set(name)
        await Receiver(VALUE).handle_async(HEADERS, BODY, lambda _: found.append(user.get()))

    async def post_as_two() -> None:
        await asyncio.gather(post_as("a"), post_as("b"))

    asyncio.run(post_as_two())
    assert sorted(found) == ["a", "b"]


@pytest.mark.parametrize("raised", [ValueError, SystemExit])
def test_exceptions_of_a_call_reach_its_task(raised: type[BaseException]) -> None:
    """Of any class."""

    def fail() -> None:
        raise raised("no")

    async def run() -> None:
        with pytest.raises(raised, match="no"):
            await RequestThreads().run(fail)

    asyncio.run(run())


def run_alone(*arguments: str) -> str:
    """Run a function of this module in a process of its own, and return what it prints."""
    done = run_python("-m", "tests.webhooks.test_threads", *arguments, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def fill_and_fork() -> None:
    """Keep all threads of a receiver busy, fork, and handle an event in the child."""
    receiver = Receiver(VALUE)
    entered = threading.Semaphore(0)

    def block(_: WebhookEvent) -> None:
        entered.release()
        threading.Event().wait()

    async def fill() -> None:
        for _ in range(40):
            asyncio.get_running_loop().create_task(receiver.handle_async(HEADERS, BODY, block))
        await asyncio.sleep(0)
        handle_in_child()

    def handle_in_child() -> None:
        for _ in range(32):
            entered.acquire()
        if child := os.fork():
            os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        done: list[int] = []
        thread = threading.Thread(
            target=lambda: done.append(asyncio.run(receiver.handle_async(HEADERS, BODY, lambda _: None)).status)
        )
        thread.start()
        thread.join(30)
        print(*done, flush=True)  # noqa: T201 - the test reads it
        os._exit(0)

    asyncio.run(fill())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_forked_child_has_threads_of_its_own() -> None:
    """The parent's threads do not exist there."""
    assert run_alone("fill_and_fork") == "200\n"


def end_while_handling() -> None:
    """End the program while a handler is stuck."""
    entered = threading.Event()

    def block(_: WebhookEvent) -> None:
        entered.set()
        threading.Event().wait()

    async def start() -> None:
        handling = asyncio.ensure_future(Receiver(VALUE).handle_async(HEADERS, BODY, block))
        await asyncio.to_thread(entered.wait, 60)
        handling.cancel()

    asyncio.run(start())
    print("ended", flush=True)  # noqa: T201 - the test reads it


def test_stuck_handler_does_not_delay_the_exit() -> None:
    """Its thread is a daemon."""
    assert run_alone("end_while_handling") == "ended\n"


if __name__ == "__main__":
    run: Callable[[], None] = globals()[sys.argv[1]]
    run()
