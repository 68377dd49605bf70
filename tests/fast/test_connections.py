"""Connections: reuse, replacement, closing, one pool for each event loop, and cancelled tasks."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import textwrap
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from adapty._dialer import UnusableClient
from adapty.fast import AsyncFastTransport
from tests.fast.sending import next_request, outcome, request_on
from tests.python_processes import run_python
from tests.raw_server import NO_CONTENT, answer

if TYPE_CHECKING:
    import socket

    from tests.raw_server import RawServer

KEPT = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def keep(connection: socket.socket) -> None:
    """Answer on a connection as long as requests come."""
    connection.sendall(KEPT)
    while next_request(connection):
        connection.sendall(KEPT)


def count_sockets() -> int:
    """Return how many sockets this process has open."""
    folder = Path(f"/proc/{os.getpid()}/fd")
    return sum(_is_socket(each) for each in folder.iterdir())


def _is_socket(descriptor: Path) -> bool:
    try:
        return str(descriptor.readlink()).startswith("socket:")
    except OSError:  # the one that lists them
        return False


def wait_for_sockets(most: int) -> None:
    """Wait until no more sockets are open than that: the server's ends are closed by threads, a moment later."""
    for _ in range(250):
        if count_sockets() <= most:
            return
        time.sleep(0.02)
    raise AssertionError(f"{count_sockets()} sockets are open; expected {most} at most")


async def send(transport: AsyncFastTransport, url: str, times: int = 1, *, method: str = "POST") -> list[int | type]:
    """Send requests one after the other, and return the statuses, or the exceptions' classes."""
    done = [await outcome(transport, request_on(url, method)) for _ in range(times)]
    return [each.status_code if isinstance(each, httpx.Response) else type(each) for each in done]


def test_one_connection_serves_many_requests(server: RawServer) -> None:
    """It is opened once."""
    server.replies = [keep]

    async def work() -> None:
        async with AsyncFastTransport() as transport:
            assert await send(transport, server.url, 5) == [200] * 5

    asyncio.run(work())
    assert len(server.requests) == 1


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_connection_that_the_server_closed_is_replaced(server: RawServer, method: str) -> None:
    """Also where the event loop was busy and has not noticed it: no request is sent into the void."""
    closed = threading.Semaphore(0)

    def close_soon(connection: socket.socket) -> None:
        connection.sendall(KEPT)
        connection.close()
        closed.release()

    server.replies = [close_soon]

    async def work() -> None:
        async with AsyncFastTransport() as transport:
            for _ in range(3):
                assert await send(transport, server.url, method=method) == [200]
                closed.acquire(timeout=5)  # blocks the event loop

    asyncio.run(work())
    assert len(server.requests) == 3


@pytest.mark.parametrize("is_busy", [True, False])
def test_unrequested_response_is_not_used_for_the_next_request(server: RawServer, *, is_busy: bool) -> None:
    """A second response that a server sends unasked would be another user's data; its connection is closed."""
    sent = threading.Event()

    def send_two(connection: socket.socket) -> None:
        connection.sendall(KEPT)
        server.released.wait(0.05)
        connection.sendall(answer(418, b"stray"))
        sent.set()
        server.released.wait(5)

    server.replies = [send_two, keep]

    async def work() -> None:
        async with AsyncFastTransport() as transport:
            assert await send(transport, server.url) == [200]
            if is_busy:
                sent.wait(5)  # the event loop has not noticed it
            else:
                await asyncio.to_thread(sent.wait, 5)
            assert await send(transport, server.url) == [200]

    asyncio.run(work())


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "POST"])
def test_no_request_is_sent_twice(server: RawServer, method: str) -> None:
    """Aiohttp's session repeats a request whose connection ends without a response. Here the caller decides."""
    served: list[bytes] = []

    def serve_one_more(connection: socket.socket) -> None:
        connection.sendall(KEPT if method != "HEAD" else KEPT.removesuffix(b"{}"))
        served.append(next_request(connection))

    server.replies = [serve_one_more]

    async def work() -> None:
        async with AsyncFastTransport() as transport:
            assert await send(transport, server.url, 2, method=method) == [200, httpx.RemoteProtocolError]

    asyncio.run(work())
    assert len(server.requests) == 1
    assert len(served) == 1


def test_failed_connection_does_not_affect_others(server: RawServer) -> None:
    """The request after it works."""
    server.replies = [b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{", b"", b"nonsense\r\n\r\n", NO_CONTENT]

    async def work() -> None:
        async with AsyncFastTransport() as transport:
            assert await send(transport, server.url, 4) == [httpx.RemoteProtocolError] * 3 + [204]

    asyncio.run(work())


def test_max_connections_limits_concurrent_requests(server: RawServer) -> None:
    """A request waits while all connections are busy."""
    busy: set[object] = set()
    seen: list[int] = []

    def take_a_while(connection: socket.socket) -> None:
        busy.add(connection)
        seen.append(len(busy))
        server.released.wait(0.01)
        busy.discard(connection)
        connection.sendall(NO_CONTENT)

    server.replies = [take_a_while]

    async def work() -> None:
        async with AsyncFastTransport(max_connections=3) as transport:
            await asyncio.gather(*(send(transport, server.url) for _ in range(15)))

    asyncio.run(work())
    assert len(seen) == 15
    assert max(seen) <= 3


def test_closed_transport_raises(server: RawServer) -> None:
    """With the exception that `adapty` knows; it can be closed again."""
    transport = AsyncFastTransport()

    async def work() -> None:
        await send(transport, server.url)
        await transport.aclose()
        await transport.aclose()
        with pytest.raises(UnusableClient, match="the transport is closed"):
            await transport.handle_async_request(request_on(server.url))

    asyncio.run(work())
    with pytest.raises(UnusableClient, match="the transport is closed"):
        asyncio.run(transport.handle_async_request(request_on(server.url)))


@pytest.mark.parametrize("how", ["aclose", "the end of asyncio.run", "the garbage collector"])
def test_connections_are_closed(server: RawServer, how: str) -> None:
    """The server sees them end, and no warning is shown."""

    def keep_and_tell(connection: socket.socket) -> None:
        keep(connection)
        server.released.set()

    server.replies = [keep_and_tell]

    async def work() -> None:
        transport = AsyncFastTransport()
        await send(transport, server.url)
        if how == "aclose":
            await transport.aclose()
        elif how == "the garbage collector":
            del transport
            gc.collect()
        if how != "the end of asyncio.run":
            assert await asyncio.to_thread(server.released.wait, 5)

    asyncio.run(work())
    assert server.released.wait(5)
    gc.collect()


def test_each_event_loop_has_its_own_connections(server: RawServer) -> None:
    """One transport serves `asyncio.run` after `asyncio.run`, in any thread, and leaves no socket open."""
    server.replies = [keep]
    transport = AsyncFastTransport()
    before = count_sockets()

    for _ in range(3):
        assert asyncio.run(send(transport, server.url, 2)) == [200, 200]
    threads = [threading.Thread(target=lambda: asyncio.run(send(transport, server.url, 2))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(server.requests) == 6
    wait_for_sockets(before)


@pytest.mark.parametrize("how", ["asyncio.run(send())", "asyncio.run(transport.aclose())"])
def test_connections_of_an_abandoned_loop_are_closed(server: RawServer, how: str) -> None:
    """An event loop that is closed without the cleanup of `asyncio.run` causes no warning and leaks no socket."""
    server.replies = [keep]
    program = f"""
        import asyncio, sys, httpx
        from adapty.fast import AsyncFastTransport

        transport = AsyncFastTransport()

        async def send():
            await transport.handle_async_request(httpx.Request("POST", sys.argv[1], content=b"{{}}"))

        loop = asyncio.new_event_loop()
        loop.run_until_complete(send())
        loop.close()
        ((connection, _),) = next(iter(transport._exchange._pools[loop]._idle.values()))
        socket = connection.transport.get_extra_info("socket")
        {how}
        assert socket.fileno() == -1
    """
    done = run_python("-c", textwrap.dedent(program), server.url)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_transport_works_in_httpx_clients(server: RawServer) -> None:
    """With everything that the client adds: credentials, redirects, hooks, streams, the time it took."""
    server.replies = [answer(302, b"", "Location: /b"), keep]

    async def use() -> tuple[httpx.Response, list[bytes]]:
        transport = AsyncFastTransport()
        async with httpx.AsyncClient(transport=transport, auth=("a", "b"), follow_redirects=True) as client:
            response = await client.get(server.url + "/a")
            async with client.stream("POST", server.url, content=b"{}") as streamed:
                return response, [part async for part in streamed.aiter_raw()]

    response, parts = asyncio.run(use())

    assert [response.status_code, response.content, len(response.history)] == [200, b"{}", 1]
    assert response.elapsed.total_seconds() > 0
    assert parts == [b"{}"]
    assert all(b"Authorization: Basic YTpi" in request for request in server.requests)


def test_aclose_ends_requests_in_flight(server: RawServer) -> None:
    """They end immediately with a ReadError, because the requests may have arrived."""
    arrived = threading.Event()

    def stall(connection: socket.socket) -> None:
        arrived.set()
        server.stall(connection)

    async def close_meanwhile() -> None:
        transport = AsyncFastTransport()
        in_flight = asyncio.create_task(transport.handle_async_request(request_on(server.url)))
        await asyncio.to_thread(arrived.wait, 5)
        await transport.aclose()
        with pytest.raises(httpx.ReadError):
            await in_flight

    server.replies = [stall]
    asyncio.run(close_meanwhile())


def test_cancelled_request_closes_its_connection(server: RawServer) -> None:
    """The server sees it end immediately, and the next request works."""
    ended: list[bytes] = []

    def note_the_end(connection: socket.socket) -> None:
        ended.append(next_request(connection))
        server.released.set()

    async def cancel() -> None:
        async with AsyncFastTransport() as transport:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await transport.handle_async_request(request_on(server.url))
            assert await asyncio.to_thread(server.released.wait, 5)
            server.replies = [NO_CONTENT]
            assert await send(transport, server.url) == [204]

    server.replies = [note_the_end]
    asyncio.run(cancel())
    assert ended == [b""]


async def cancel_after(task: asyncio.Task[object], steps: int) -> None:
    """Cancel a task some steps of the event loop after now."""
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_transport_survives_cancellations(server: RawServer) -> None:
    """2,000 tasks cancelled at random points, with fewer connections than that: no slot, socket or task is lost."""
    server.replies = [keep]
    chance = random.Random(11)  # noqa: S311 - nothing secret

    async def work() -> None:
        before = count_sockets()
        async with AsyncFastTransport(max_connections=10) as transport:
            for _ in range(100):
                tasks = [asyncio.create_task(transport.handle_async_request(request_on(server.url))) for _ in range(20)]
                await asyncio.gather(*(cancel_after(task, chance.randrange(13)) for task in tasks))
            results = await asyncio.gather(*(send(transport, server.url) for _ in range(100)))
            assert results == [[200]] * 100
            assert len(asyncio.all_tasks()) == 1
            await asyncio.to_thread(wait_for_sockets, before + 2 * 10)  # both ends of each connection

    asyncio.run(work())


def test_transport_survives_timeouts_during_an_outage(server: RawServer) -> None:
    """Callers that time out during an outage use up no connection."""
    server.replies = [server.stall]

    async def give_up(transport: AsyncFastTransport) -> None:
        with pytest.raises((TimeoutError, httpx.PoolTimeout)):
            async with asyncio.timeout(0.1):
                await transport.handle_async_request(request_on(server.url))

    async def work() -> None:
        async with AsyncFastTransport(max_connections=20) as transport:
            for _ in range(3):
                await asyncio.gather(*(give_up(transport) for _ in range(50)))
            server.replies = [keep]
            results = await asyncio.gather(*(send(transport, server.url) for _ in range(100)))
            assert results == [[200]] * 100

    asyncio.run(work())


def test_idle_connections_are_closed_after_five_seconds(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that was idle for longer than 5 s is not used again; those of a rush are closed one by one."""
    server.replies = [keep]

    async def work() -> None:
        async with AsyncFastTransport() as transport:
            await asyncio.gather(*(send(transport, server.url) for _ in range(10)))
            opened = len(server.requests)
            later = time.monotonic() + 6
            monkeypatch.setattr("adapty.fast._pool.monotonic", lambda: later)
            await send(transport, server.url, 5)
            pool = transport._exchange._pools[asyncio.get_running_loop()]
            assert len(server.requests) == opened + 1
            assert sum(map(len, pool._idle.values())) == 1

    asyncio.run(work())
