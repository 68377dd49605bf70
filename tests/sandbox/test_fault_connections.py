"""Faults on the wire, byte by byte; what is left of a connection; and servers that are not the sandbox's own."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import socket
import time
from contextlib import closing, contextmanager
from threading import Thread
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import uvicorn

from adapty.sandbox import DEFAULT_MAIL_KEY, Sandbox, create_app
from adapty.sandbox._faults.middleware import stalled
from adapty.sandbox._uvicorn import UvicornProtocol
from tests.sandbox.conftest import DELETION_PATH, PROFILE_PATH, Api, profile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = {"authorization": f"Bearer {DEFAULT_MAIL_KEY}"}
BODY = json.dumps(profile()).encode()


def request(fault: str, body: bytes = BODY, *lines: str, path: str = PROFILE_PATH, length: int | None = None) -> bytes:
    """Spell a request that meets a fault."""
    head = (
        f"POST {path} HTTP/1.1",
        "host: localhost",
        f"authorization: Bearer {DEFAULT_MAIL_KEY}",
        f"content-length: {len(body) if length is None else length}",
        *((f"adapty-sandbox-fault: {fault}",) if fault else ()),
        *lines,
    )
    return "".join(f"{line}\r\n" for line in (*head, "")).encode() + body


@contextmanager
def connected(sandbox: Sandbox) -> Iterator[socket.socket]:
    """Hold a connection to the sandbox."""
    host, _, port = sandbox.url.removeprefix("http://").rpartition(":")
    with closing(socket.create_connection((host, int(port)), timeout=10)) as connection:
        yield connection


def until_closed(connection: socket.socket) -> bytes:
    """Give all that comes until the server closes."""
    came = b""
    while chunk := connection.recv(65536):
        came += chunk
    return came


def comes(connection: socket.socket, end: bytes) -> bytes:
    """Give what comes, up to and with an end; more than that is an error."""
    came = b""
    while not came.endswith(end):
        chunk = connection.recv(65536)
        assert chunk, came
        came += chunk
    return came


def nothing_comes(connection: socket.socket) -> None:
    """Wait a little for what must not come yet."""
    connection.settimeout(0.05)
    with pytest.raises(TimeoutError):
        connection.recv(1)
    connection.settimeout(10)


def soon(look: Callable[[], Any]) -> Any:
    """Look until something is so, for at most ten seconds."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if found := look():
            return found
    return pytest.fail("it did not come to that")


def at_work(sandbox: Sandbox) -> int:
    """Count the requests and the connections that the server still has."""
    state = sandbox._require_running()[0]._server.server_state
    return len(state.tasks) + len(state.connections)


@pytest.mark.parametrize(("kind", "is_kept"), [("drop_before", False), ("drop_after", True)])
def test_drop_sends_no_byte(sandbox: Sandbox, *, kind: str, is_kept: bool) -> None:
    """The connection is closed in order, after the request was executed."""
    with connected(sandbox) as connection:
        connection.sendall(request(kind))
        assert until_closed(connection) == b""
    assert (sandbox.profile("user_12345") is not None) == is_kept


def test_drop_on_a_used_connection(sandbox: Sandbox) -> None:
    """A connection that has been in use is cut like a new one, and what was answered before is not touched."""
    with connected(sandbox) as connection:
        for _ in range(3):
            connection.sendall(request(""))
            assert comes(connection, b"{}").startswith(b"HTTP/1.1 200 ")
        connection.sendall(request("drop_after"))
        assert until_closed(connection) == b""


def test_drop_among_pipelined_requests(sandbox: Sandbox) -> None:
    """The one before is answered, the one after is not taken."""
    after = request("", json.dumps(profile(external_profile_id="after")).encode())
    with connected(sandbox) as connection:
        connection.sendall(request("") + request("drop_before") + after)
        try:
            came = until_closed(connection)
        except ConnectionResetError:  # what was sent after the cut was not read
            came = b""
    assert came.count(b"HTTP/1.1 ") <= 1
    assert [stored["external_profile_id"] for stored in sandbox.profiles()] == ["user_12345"]


def test_drop_before_100_continue(sandbox: Sandbox) -> None:
    """A client that expects 100-continue gets no such response."""
    with connected(sandbox) as connection:
        connection.sendall(request("drop_before", b"", "expect: 100-continue", length=len(BODY)))
        assert until_closed(connection) == b""


def test_drop_waits_for_the_whole_request(sandbox: Sandbox) -> None:
    """It comes when the whole request is there, so that the client is never cut while it sends."""
    with connected(sandbox) as connection:
        connection.sendall(request("drop_before")[:-1])
        nothing_comes(connection)
        connection.sendall(BODY[-1:])
        assert until_closed(connection) == b""


@pytest.mark.parametrize("fault", ["rate_limited", "server_error", "html_error"])
def test_error_response_waits_for_the_whole_request(sandbox: Sandbox, fault: str) -> None:
    """It leaves the connection in order for the next request, also where the body was too long to be read."""
    with connected(sandbox) as connection:
        connection.sendall(request(fault, b"x" * (1024 * 1024 + 100_000)))
        connection.sendall(request(""))
        came = comes(connection, b"{}")
    assert came.count(b"HTTP/1.1 ") == 2
    assert not came.startswith(b"HTTP/1.1 200 ")


def test_client_disconnects_during_its_request(sandbox: Sandbox) -> None:
    """It is noted, and the server goes on."""
    before = at_work(sandbox)
    with connected(sandbox) as connection:
        connection.sendall(request("rate_limited")[:-1])
    assert soon(lambda: [logged.fault for logged in sandbox.requests()]) == ["rate_limited"]
    assert soon(lambda: at_work(sandbox) <= before)


def test_slow_first_byte(sandbox: Sandbox) -> None:
    """Nothing comes at first, though the request is carried out."""
    with connected(sandbox) as connection:
        connection.sendall(request("slow;seconds=60"))
        soon(lambda: sandbox.profile("user_12345"))
        nothing_comes(connection)


def test_stalled_body(sandbox: Sandbox) -> None:
    """The head and half of the body come, and then nothing."""
    with connected(sandbox) as connection:
        connection.sendall(request("stall;seconds=60"))
        head, _, body = comes(connection, b"{").partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 ")
        assert b"content-length: 2" in head
        assert body == b"{"
        nothing_comes(connection)
    assert sandbox.profile("user_12345") == profile()


def test_rest_of_a_stalled_body(sandbox: Sandbox) -> None:
    """It comes, and the connection is good for another request."""
    with connected(sandbox) as connection:
        connection.sendall(request("stall;seconds=0.05"))
        assert comes(connection, b"{}").count(b"HTTP/1.1 200 ") == 1
        connection.sendall(request(""))
        assert comes(connection, b"{}").startswith(b"HTTP/1.1 200 ")


def test_stalled_answer_without_a_body(sandbox: Sandbox) -> None:
    """Not even its head comes before its time: with that, it would be complete."""
    with connected(sandbox) as connection:
        connection.sendall(request("", BODY))
        comes(connection, b"{}")
        connection.sendall(request("stall;seconds=60", b'{"external_profile_id": "user_12345"}', path=DELETION_PATH))
        soon(lambda: sandbox.profile("user_12345") is None)
        nothing_comes(connection)


@pytest.mark.parametrize("fault", ["slow;seconds=60", "stall;seconds=60", "drop_before", "drop_after"])
def test_disconnected_client_leaves_no_task(sandbox: Sandbox, caplog: pytest.LogCaptureFixture, fault: str) -> None:
    """When the client has left, its request ends, whatever it had to wait for; and nothing is logged about it."""
    before = at_work(sandbox)
    for _ in range(20):
        sandbox.reset()
        with connected(sandbox) as connection:
            connection.sendall(request(fault))
            soon(sandbox.requests)
    assert soon(lambda: at_work(sandbox) <= before)
    assert [record for record in caplog.records if record.name.startswith(("uvicorn", "asyncio"))] == []


@pytest.mark.parametrize("fault", ["slow;seconds=60", "stall;seconds=60"])
def test_close_does_not_wait_for_a_delayed_response(caplog: pytest.LogCaptureFixture, fault: str) -> None:
    """The connections are dropped immediately, without a log entry."""
    with Sandbox() as sandbox, connected(sandbox) as connection, connected(sandbox) as other:
        for waiting in (connection, other):
            waiting.sendall(request(fault))
        soon(lambda: len(sandbox.requests()) == 2)
        sandbox.close()
        came = until_closed(connection)
    gc.collect()
    assert not came.endswith(b"{}")
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_response_delayed_during_shutdown_is_dropped() -> None:
    """It is cut before it waits."""
    with Sandbox() as sandbox, connected(sandbox) as connection:
        connection.sendall(request("slow;seconds=60")[:-1])
        server = sandbox._require_running()[0]._server
        soon(lambda: server.server_state.tasks)
        closing_it = Thread(target=sandbox.close)
        closing_it.start()
        soon(lambda: not any(listening.is_serving() for listening in server.servers))
        connection.sendall(BODY[-1:])
        assert until_closed(connection) == b""
        closing_it.join(10)
        assert not closing_it.is_alive()


def test_delays_are_concurrent(sandbox: Sandbox) -> None:
    """A request that waits keeps no other one waiting."""
    with connected(sandbox) as connection, Api.of(sandbox) as api:
        connection.sendall(request("slow;seconds=60"))
        soon(sandbox.requests)
        assert api.save_profile().status_code == 200


class _InThread:
    """A uvicorn of its own in a thread."""

    def __init__(self, http: Any) -> None:
        config = uvicorn.Config(create_app(), port=0, http=http, lifespan="on", log_config=None)
        self._server = uvicorn.Server(config)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = Thread(target=self._serve)

    def _serve(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._listener]))

    def __enter__(self) -> str:
        self._thread.start()
        soon(lambda: self._server.started)
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(10)


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_plain_uvicorn_rejects_drop_faults(kind: str) -> None:
    """It says what can, in plain text, and nothing is carried out; all else works."""
    with _InThread("h11") as url, httpx.Client(base_url=url, headers=KEY) as http:
        answer = http.post(PROFILE_PATH, json=profile(), headers={"adapty-sandbox-fault": kind})
        found = http.get("/_sandbox/profiles/user_12345").status_code
        others = [
            http.post(PROFILE_PATH, json=profile(), headers={"adapty-sandbox-fault": fault}).status_code
            for fault in ("rate_limited", "html_error", "slow;seconds=0.01", "stall;seconds=0.01")
        ]
        shown = http.get("/_sandbox/requests").json()["requests"][0]

    assert (answer.status_code, answer.headers["content-type"]) == (501, "text/plain; charset=utf-8")
    assert answer.text.startswith("This server cannot drop a connection; use adapty.sandbox.Sandbox or ")
    assert (shown["status"], shown["fault"], shown["problem"]) == (501, None, answer.text.rstrip("\n"))
    assert found == 404
    assert others == [429, 502, 200, 200]


def test_uvicorn_with_our_protocol_drops() -> None:
    """Which is how `create_app` gets cuts too."""
    with _InThread(UvicornProtocol) as url, httpx.Client(base_url=url, headers=KEY) as http:
        for kind, status in (("drop_before", 404), ("drop_after", 200)):
            with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
                http.post(PROFILE_PATH, json=profile(), headers={"adapty-sandbox-fault": kind})
            assert http.get("/_sandbox/profiles/user_12345").status_code == status


def test_drop_faults_are_rejected_without_a_server() -> None:
    """An application that is called from within has faults too, those of `create_app` among them."""

    async def use() -> list[int]:
        app = create_app(faults=["server_error;every=2"])
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost", headers=KEY) as http,
        ):
            asked = ["", "", "slow;seconds=0.01", "stall;seconds=0.01", "drop_after", "rate_limited"]
            headers = [{"adapty-sandbox-fault": fault} if fault else {} for fault in asked]
            return [(await http.post(PROFILE_PATH, json=profile(), headers=one)).status_code for one in headers]

    assert asyncio.run(use()) == [200, 503, 200, 200, 501, 429]


def test_stalled_answer_in_several_parts() -> None:
    """The first of them is halved, and the others come after the wait, as they are."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message.get("body", message["type"]))

    async def wait() -> None:
        sent.append("wait")

    async def use() -> None:
        sending = stalled(send, wait, is_head=False)
        await sending({"type": "http.response.start", "status": 200, "headers": []})
        await sending({"type": "http.response.body", "body": b"[1,2,", "more_body": True})
        await sending({"type": "http.response.body", "body": b"3]"})

    asyncio.run(use())

    assert sent == ["http.response.start", b"[1", "wait", b",2,", b"3]"]
