"""Connections: kept, replaced, closed, shared by threads and event loops, and left alone by cancelled tasks."""

from __future__ import annotations

import asyncio
import gc
import threading
from typing import TYPE_CHECKING

import httpx
import pytest

from adapty.fast import AsyncFastTransport
from tests.fast.sending import TIMEOUT, Sender, next_request, request_on
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


def test_one_connection_serves_many_requests(sender: Sender, server: RawServer) -> None:
    """It is opened once, whichever event loop or thread asks."""
    server.replies = [keep]
    with sender.opened(sender.fast()) as transport:
        assert len(sender.send(transport, request_on(server.url), times=5)) == 5

    assert len(server.requests) == 1


def test_a_connection_that_the_server_has_closed_is_replaced(sender: Sender, server: RawServer) -> None:
    """What was closed while nothing was under way is noticed before anything is sent over it."""

    def close_soon(connection: socket.socket) -> None:
        connection.sendall(KEPT)

    server.replies = [close_soon]
    with sender.opened(sender.fast()) as transport:
        for _ in range(3):
            assert sender.send(transport, request_on(server.url))[0].status_code == 200
            server.released.wait(0.1)

    assert len(server.requests) == 3


def test_a_fault_costs_the_connection_and_no_more(sender: Sender, server: RawServer) -> None:
    """The request after it works."""
    server.replies = [b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{", b"", b"nonsense\r\n\r\n", NO_CONTENT]
    with sender.opened(sender.fast()) as transport:
        for _ in range(3):
            with pytest.raises(httpx.RemoteProtocolError):
                sender.send(transport, request_on(server.url))
        assert sender.send(transport, request_on(server.url))[0].status_code == 204


def test_no_more_requests_at_a_time_than_allowed(sender: Sender, server: RawServer) -> None:
    """Whoever comes when all connections are busy waits for one."""
    busy: set[object] = set()
    seen: list[int] = []

    def take_a_while(connection: socket.socket) -> None:
        busy.add(connection)
        seen.append(len(busy))
        server.released.wait(0.01)
        busy.discard(connection)
        connection.sendall(NO_CONTENT)

    server.replies = [take_a_while]
    with sender.opened(sender.fast(max_connections=3)) as transport:
        outcomes = sender.send_at_once(transport, request_on(server.url), 15)

    assert all(isinstance(outcome, httpx.Response) for outcome in outcomes)
    assert max(seen) <= 3


def test_a_closed_transport_says_so(sender: Sender, server: RawServer) -> None:
    """In the words of httpx's clients, which `adapty` knows; it can be closed again."""
    transport = sender.fast()
    sender.send(transport, request_on(server.url))
    sender.close(transport)
    sender.close(transport)

    with pytest.raises(RuntimeError, match="client has been closed"):
        sender.send(transport, request_on(server.url))


def test_closing_ends_the_connections(sender: Sender, server: RawServer) -> None:
    """The server sees them end."""
    ended: list[bool] = []

    def keep_and_tell(connection: socket.socket) -> None:
        keep(connection)
        ended.append(True)
        server.released.set()

    server.replies = [keep_and_tell]
    transport = sender.fast()
    sender.send(transport, request_on(server.url))
    sender.close(transport)

    assert server.released.wait(5)
    assert ended == [True]


def test_a_transport_may_be_left_open(sender: Sender, server: RawServer) -> None:
    """Nobody is warned, and the connections end."""
    transport = sender.fast()
    sender.send(transport, request_on(server.url))
    del transport
    gc.collect()


def test_a_transport_works_in_httpx_own_clients(sender: Sender, server: RawServer) -> None:
    """With everything that the client adds: credentials, redirects, hooks, streams, the time it took."""
    server.replies = [answer(302, b"", "Location: /b"), keep]
    transport = sender.fast()

    if isinstance(transport, httpx.BaseTransport):
        with httpx.Client(transport=transport, auth=("a", "b"), follow_redirects=True) as client:
            response = client.get(server.url + "/a")
            with client.stream("POST", server.url, content=b"{}") as streamed:
                parts = list(streamed.iter_raw())
    else:

        async def use() -> tuple[httpx.Response, list[bytes]]:
            async with httpx.AsyncClient(transport=transport, auth=("a", "b"), follow_redirects=True) as client:
                response = await client.get(server.url + "/a")
                async with client.stream("POST", server.url, content=b"{}") as streamed:
                    return response, [part async for part in streamed.aiter_raw()]

        response, parts = asyncio.run(use())

    assert [response.status_code, response.content, len(response.history)] == [200, b"{}", 1]
    assert response.elapsed.total_seconds() > 0
    assert parts == [b"{}"]
    assert all(b"authorization: Basic YTpi" in request for request in server.requests)


def test_closing_ends_what_is_under_way(server: RawServer) -> None:
    """Nobody is kept waiting; the request may have arrived."""
    arrived = threading.Event()

    def stall(connection: socket.socket) -> None:
        arrived.set()
        server.stall(connection)

    async def close_meanwhile() -> None:
        transport = AsyncFastTransport()
        under_way = asyncio.create_task(transport.handle_async_request(request_on(server.url)))
        await asyncio.to_thread(arrived.wait, 5)
        await transport.aclose()
        with pytest.raises(httpx.ReadError):
            await under_way

    server.replies = [stall]
    asyncio.run(close_meanwhile())


def test_a_cancelled_request_leaves_the_transport_usable(server: RawServer) -> None:
    """The task ends at once, and the next request has its answer, over another connection."""

    async def cancel() -> None:
        transport = AsyncFastTransport()
        for _ in range(3):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await transport.handle_async_request(request_on(server.url))
        server.replies = [NO_CONTENT]
        assert (await transport.handle_async_request(request_on(server.url))).status_code == 204
        await transport.aclose()

    server.replies = [server.stall]
    asyncio.run(cancel())


def test_the_connection_of_a_cancelled_request_ends_with_its_read_timeout(server: RawServer) -> None:
    """At the latest; not at once, as over httpx, for what is under way is not called back."""

    def tell_the_end(connection: socket.socket) -> None:
        assert next_request(connection) == b""
        server.released.set()

    async def cancel() -> None:
        transport = AsyncFastTransport()
        request = request_on(server.url)
        request.extensions["timeout"] = {**TIMEOUT, "read": 0.2}
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await transport.handle_async_request(request)

    server.replies = [tell_the_end]
    asyncio.run(cancel())
    assert server.released.wait(5)
