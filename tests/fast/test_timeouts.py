"""Timeouts mean over the fast transports what they mean over httpx's own, and each is its own class."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.fast.sending import TIMEOUT, Sender, next_request, request_on
from tests.raw_server import OK

if TYPE_CHECKING:
    from tests.raw_server import RawServer

KEPT = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def hurried(url: str, **timeout: float | None) -> httpx.Request:
    """Make a request with one or more of the timeouts changed."""
    request = request_on(url)
    request.extensions["timeout"] = {**TIMEOUT, **timeout}
    return request


@pytest.mark.parametrize("read", [0.05, 5.0])
def test_no_connection_within_the_connect_timeout(sender: Sender, read: float) -> None:
    """A handshake that nobody answers is a connection that was not made: nothing was sent."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        request = hurried(f"https://127.0.0.1:{listener.getsockname()[1]}/", connect=0.05, read=read + 0.2)

        assert type(sender.outcome(sender.fast(), request)) is httpx.ConnectTimeout
        assert type(sender.outcome(sender.standard(), request)) is httpx.ConnectTimeout


@pytest.mark.parametrize("stalling", ["stall", "start_and_stall"])
def test_no_answer_within_the_read_timeout(sender: Sender, server: RawServer, stalling: str) -> None:
    """Neither a first byte nor the next one: the request may have been carried out."""
    server.replies = [getattr(server, stalling)]
    request = hurried(server.url, read=0.05)

    assert type(sender.outcome(sender.fast(), request)) is httpx.ReadTimeout
    assert type(sender.outcome(sender.standard(), request)) is httpx.ReadTimeout


def test_a_connection_that_takes_longer_than_the_read_timeout_counts_as_sent(sender: Sender) -> None:
    """The read timeout runs from the start, so that this is not told from an answer that does not come."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        request = hurried(f"https://127.0.0.1:{listener.getsockname()[1]}/", connect=5, read=0.05)

        assert type(sender.outcome(sender.fast(), request)) is httpx.ReadTimeout


def test_an_answer_may_take_longer_than_the_read_timeout_in_all(sender: Sender, server: RawServer) -> None:
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


def test_no_free_connection_within_the_pool_timeout(sender: Sender, server: RawServer) -> None:
    """Whoever waits for a connection in vain is told so: nothing was sent."""
    server.replies = [server.stall]
    transport = sender.fast(max_connections=1)

    with sender.opened(transport):
        outcomes = sender.send_at_once(transport, hurried(server.url, pool=0.05, read=0.5), 2)

    assert {type(outcome) for outcome in outcomes} == {httpx.PoolTimeout, httpx.ReadTimeout}
    assert len(server.requests) == 1


@pytest.mark.parametrize("timeout", [None, {}, {"connect": None, "read": None, "write": None, "pool": None}])
def test_no_timeouts_are_no_timeouts(sender: Sender, server: RawServer, timeout: object) -> None:
    """A request without any is sent all the same."""
    request = httpx.Request("GET", server.url, extensions={} if timeout is None else {"timeout": timeout})

    assert isinstance(sender.outcome(sender.fast(), request), httpx.Response)


@pytest.mark.parametrize("seconds", [1e-9, 1e12, float("inf"), -1.0])
def test_odd_timeouts_are_no_other_exception(sender: Sender, server: RawServer, seconds: float) -> None:
    """However short or long, it is an answer or a timeout."""
    request = hurried(server.url, connect=seconds, read=seconds, pool=seconds)

    assert isinstance(sender.outcome(sender.fast(), request), httpx.Response | httpx.TimeoutException)


def test_each_request_has_its_own_timeouts(sender: Sender, server: RawServer) -> None:
    """A short timeout of one does not cut another one short, over the same transport."""

    def late(connection: socket.socket) -> None:
        server.released.wait(0.2)
        connection.sendall(OK)

    server.replies = [late]
    with sender.opened(sender.fast()) as transport:
        with pytest.raises(httpx.ReadTimeout):
            sender.send(transport, hurried(server.url, read=0.05))
        assert sender.send(transport, hurried(server.url, read=5))[0].status_code == 200


def test_many_different_timeouts_leave_few_connections_open(sender: Sender, server: RawServer) -> None:
    """Whoever computes a timeout for each request runs out of nothing."""
    ended: list[bytes] = []

    def keep(connection: socket.socket) -> None:
        connection.sendall(KEPT)
        ended.append(next_request(connection))

    server.replies = [keep]
    transport = sender.fast()
    for number in range(40):
        sender.send(transport, hurried(server.url, connect=1 + number))

    assert len(server.requests) == 40
    for _ in range(200):
        if len(ended) >= 24:
            break
        server.released.wait(0.02)
    assert len(ended) >= 24
    sender.close(transport)
