"""The rate limit of a key is shared by all clients, threads and event loops of a process, and not by forks."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import httpx
import pytest

import adapty._async.transport
import adapty._sync.transport
from adapty import Adapty, AsyncAdapty
from adapty._rate_limits import RateLimits
from tests.core.test_slots import most_in_a_second

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class VirtualTime:
    """A clock that sleeping advances, for threads and tasks. Threads that sleep at the same time wake up late."""

    def __init__(self) -> None:
        self._now = 0.0
        self._lock = threading.Lock()

    def now(self) -> float:
        """Return the time."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Advance the time."""
        with self._lock:
            end = self._now + seconds
        threading.Event().wait(0)  # lets other threads run
        with self._lock:
            self._now = max(self._now, end)

    async def sleep_async(self, seconds: float) -> None:
        """Advance the time."""
        await asyncio.sleep(0)
        self.sleep(seconds)


@pytest.fixture
def virtual(monkeypatch: pytest.MonkeyPatch) -> VirtualTime:
    """Replace time and limits of both transports."""
    virtual = VirtualTime()
    limits = RateLimits(virtual.now)
    for module, sleep in (
        (adapty._async.transport, virtual.sleep_async),
        (adapty._sync.transport, virtual.sleep),
    ):
        monkeypatch.setattr(module, "LIMITS", limits)
        monkeypatch.setattr(module, "sleep", sleep)
    return virtual


def recording(virtual: VirtualTime, started: list[float]) -> httpx.MockTransport:
    """Return a transport that records when it gets a request."""

    def handle(_: httpx.Request) -> httpx.Response:
        started.append(virtual.now())
        return httpx.Response(200, json={"data": []})

    return httpx.MockTransport(handle)


def run_all(functions: Iterable[Callable[[], object]]) -> None:
    """Run functions in threads of their own."""
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_threads_and_event_loops_share_the_limit(virtual: VirtualTime) -> None:
    """Eight threads with blocking and async clients of their own send at most 2 requests per second."""
    started: list[float] = []
    transport = recording(virtual, started)

    def call() -> None:
        with Adapty("secret_shared", transport=transport) as client:
            for _ in range(5):
                client.analytics.placements("paywall")

    async def call_all() -> None:
        async with AsyncAdapty("secret_shared", transport=transport) as client:
            await asyncio.gather(*(client.analytics.placements("paywall") for _ in range(5)))

    run_all([call] * 4 + [lambda: asyncio.run(call_all())] * 4)

    assert len(started) == 40
    assert most_in_a_second(started) <= 2
    assert virtual.now() >= 19


def test_keys_and_hosts_have_limits_of_their_own(virtual: VirtualTime) -> None:
    """Other keys, other hosts and other APIs do not wait."""
    started: list[float] = []
    transport = recording(virtual, started)
    for key, url in (("a", None), ("b", None), ("a", "https://other.example.com")):
        client = Adapty(key, transport=transport, admin_base_url=url)
        client.analytics.placements("paywall")
    client = Adapty("a", transport=transport)
    client.profiles.get(customer_user_id="u1")

    assert started == [0.0] * 4
    client.analytics.placements("paywall")
    client.with_options(max_retries=0).analytics.placements("paywall")
    assert [round(moment, 2) for moment in started[4:]] == [0.52, 1.04]


def test_retries_count(virtual: VirtualTime) -> None:
    """A second attempt waits for a slot of its own."""
    started: list[float] = []

    def handle(_: httpx.Request) -> httpx.Response:
        started.append(virtual.now())
        return httpx.Response(429 if len(started) < 3 else 200, json={"data": []}, headers={"Retry-After": "0"})

    Adapty("secret_retried", transport=httpx.MockTransport(handle)).analytics.placements("paywall")

    assert len(started) == 3
    assert started[1] >= 0.5
    assert started[2] >= 1.0


def test_cancelled_tasks_return_their_slots(virtual: VirtualTime) -> None:
    """Requests that are cancelled while they wait do not delay the next one."""
    started: list[float] = []

    async def wait_forever(_: float) -> None:
        await asyncio.Event().wait()

    async def run() -> None:
        async with AsyncAdapty("secret_cancelled", transport=recording(virtual, started)) as client:
            await client.analytics.placements("paywall")
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(adapty._async.transport, "sleep", wait_forever)
                tasks = [asyncio.create_task(client.analytics.placements("paywall")) for _ in range(50)]
                await asyncio.sleep(0)
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            await client.analytics.placements("paywall")

    asyncio.run(run())

    assert [round(moment, 2) for moment in started] == [0.0, 0.52]


def test_limits_of_many_keys_are_forgotten() -> None:
    """A server with a key per tenant does not collect them."""
    now = [0.0]
    limits = RateLimits(lambda: now[0])
    for number in range(1000):
        now[0] += 2
        assert limits.reserve(str(number).encode(), 2).start() == 0
    assert len(limits._schedules) <= 256


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no forks")
def test_forked_child_has_limits_of_its_own() -> None:
    """Also if the lock is locked at the moment of the fork."""
    code = """
import os
from adapty._rate_limits import LIMITS
assert LIMITS.reserve(b"k", 2).start() == 0
with LIMITS._lock:
    child = os.fork()
    if not child:
        os._exit(0 if LIMITS.reserve(b"k", 2).start() == 0 else 3)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    done = subprocess.run([sys.executable, "-c", code], timeout=30, check=False)
    assert done.returncode == 0
