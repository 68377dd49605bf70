"""Timeouts mean the same as over httpx's own transport, and each has its own class."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import httpx
import pytest

from adapty._reading import ConnectDeadlineExceeded, DeadlineExceeded
from adapty.fast import AsyncFastTransport
from tests.fast.sending import TIMEOUT, Sender, outcome, request_on
from tests.raw_server import OK

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.raw_server import RawServer


def hurried(url: str, *, content: bytes = b"{}", **timeout: float | None) -> httpx.Request:
    """Make a request with one or more of the timeouts changed."""
    request = request_on(url, content=content)
    request.extensions["timeout"] = {**TIMEOUT, **timeout}
    return request


def test_connect_timeout(sender: Sender) -> None:
    """After a handshake without an answer, the connection was not opened: nothing was sent."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        request = hurried(f"https://127.0.0.1:{listener.getsockname()[1]}/", connect=0.05, read=0.2)

        assert type(sender.outcome(sender.fast(), request)) is httpx.ConnectTimeout
        assert type(sender.outcome(sender.standard(), request)) is httpx.ConnectTimeout


@pytest.mark.parametrize("stalling", ["stall", "start_and_stall"])
def test_read_timeout(sender: Sender, server: RawServer, stalling: str) -> None:
    """Neither a first byte nor the next one: the request may have been carried out."""
    server.replies = [getattr(server, stalling)]
    request = hurried(server.url, read=0.05)

    assert type(sender.outcome(sender.fast(), request)) is httpx.ReadTimeout
    assert type(sender.outcome(sender.standard(), request)) is httpx.ReadTimeout


def test_read_timeout_counts_after_an_informational_response(sender: Sender, server: RawServer) -> None:
    """A `100 Continue` does not stop the clock."""

    def begin(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        server.released.wait(10)

    server.replies = [begin]

    assert type(sender.outcome(sender.fast(), hurried(server.url, read=0.05))) is httpx.ReadTimeout


def test_write_timeout(sender: Sender) -> None:
    """A large body for a server that does not read ends with a WriteTimeout."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        request = hurried(f"http://127.0.0.1:{listener.getsockname()[1]}/", content=b"x" * 20_000_000, write=0.05)

        assert type(sender.outcome(sender.fast(), request)) is httpx.WriteTimeout
        assert type(sender.outcome(sender.standard(), request)) is httpx.WriteTimeout


def test_read_timeout_applies_to_each_read(sender: Sender, server: RawServer) -> None:
    """The time counts from part to part of the body."""

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n")
        for _ in range(60):
            connection.sendall(b"a")
            server.released.wait(0.01)

    server.replies = [drip]

    response = sender.outcome(sender.fast(), hurried(server.url, read=0.5))

    assert isinstance(response, httpx.Response)
    assert response.content == b"a" * 60


def drip_for_ever(server: RawServer, head: bytes, part: bytes) -> Callable[[socket.socket], None]:
    """Return a reply that sends a part now and then, without an end."""

    def drip(connection: socket.socket) -> None:
        connection.sendall(head)
        while not server.released.wait(0.02):
            try:
                connection.sendall(part)
            except OSError:
                return

    return drip


DRIPS = {
    "in-the-status": (b"HTTP/1.1 200 ", b"a"),
    "in-a-header": (b"HTTP/1.1 200 OK\r\nX-Long: ", b"a"),
    "header-after-header": (b"HTTP/1.1 200 OK\r\n", b"X-A: a\r\n"),
    "informational": (b"", b"HTTP/1.1 103 X\r\n\r\n"),
    "in-the-body": (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"a"),
    "chunk-after-chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
    "to-the-end": (b"HTTP/1.1 200 OK\r\n\r\n", b"a"),
}


@pytest.mark.parametrize("name", DRIPS)
def test_total_timeout_ends_a_response_that_never_ends(sender: Sender, server: RawServer, name: str) -> None:
    """A byte now and then satisfies the read timeout, but not the total one."""
    server.replies = [drip_for_ever(server, *DRIPS[name])]

    problem = sender.outcome(sender.fast(), hurried(server.url, read=5, total=0.3))

    assert type(problem) is DeadlineExceeded


def test_total_timeout_includes_pool_and_connection(sender: Sender, server: RawServer) -> None:
    """It counts from the start of the call, and the error says whether anything was sent."""
    server.replies = [server.stall]

    async def send_two() -> list[type]:
        async with AsyncFastTransport(max_connections=1) as transport:
            # The first one has time enough to connect on a busy machine.
            requests = [hurried(server.url, total=2, read=9), hurried(server.url, total=0.1, pool=5)]
            return [type(each) for each in await asyncio.gather(*(outcome(transport, one) for one in requests))]

    assert asyncio.run(send_two()) == [DeadlineExceeded, ConnectDeadlineExceeded]
    assert len(server.requests) == 1


def test_pool_timeout(server: RawServer) -> None:
    """A request that gets no connection in time ends with a PoolTimeout: nothing was sent."""
    server.replies = [server.stall]

    async def send_two() -> set[type]:
        async with AsyncFastTransport(max_connections=1) as transport:
            request = hurried(server.url, pool=0.05, read=0.5)
            return {type(each) for each in await asyncio.gather(*(outcome(transport, request) for _ in range(2)))}

    assert asyncio.run(send_two()) == {httpx.PoolTimeout, httpx.ReadTimeout}
    assert len(server.requests) == 1


@pytest.mark.parametrize("timeout", [None, {}, {"connect": None, "read": None, "write": None, "pool": None}])
def test_none_disables_a_timeout(sender: Sender, server: RawServer, timeout: object) -> None:
    """A request without any is sent all the same."""
    request = httpx.Request("GET", server.url, extensions={} if timeout is None else {"timeout": timeout})

    assert isinstance(sender.outcome(sender.fast(), request), httpx.Response)


@pytest.mark.parametrize("seconds", [1e-9, 1e12, float("inf"), -1.0])
def test_unusual_timeouts_raise_no_other_exception(sender: Sender, server: RawServer, seconds: float) -> None:
    """However short or long, it is a response or a timeout."""
    request = hurried(server.url, connect=seconds, read=seconds, pool=seconds, total=seconds)

    assert isinstance(sender.outcome(sender.fast(), request), httpx.Response | httpx.TimeoutException)


def test_each_request_has_its_own_timeouts(server: RawServer) -> None:
    """A short timeout of one does not cut another one short, over the same transport."""

    def late(connection: socket.socket) -> None:
        server.released.wait(0.2)
        connection.sendall(OK)

    server.replies = [late]

    async def send_two() -> list[type]:
        async with AsyncFastTransport() as transport:
            requests = [hurried(server.url, read=0.05), hurried(server.url, read=5)]
            return [type(await outcome(transport, request)) for request in requests]

    assert asyncio.run(send_two()) == [httpx.ReadTimeout, httpx.Response]
