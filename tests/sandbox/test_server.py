"""The server: start, stop, its port, and malformed HTTP."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager, suppress
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import uvicorn

from adapty import AdaptyConfigError
from adapty.sandbox import DEFAULT_MAIL_KEY, Sandbox, create_app
from tests.cases import case
from tests.sandbox.conftest import PROFILE_PATH, Api, errors, profile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KEY = {"authorization": f"Bearer {DEFAULT_MAIL_KEY}"}

USES: list[Callable[[Sandbox], object]] = [
    lambda sandbox: sandbox.url,
    lambda sandbox: sandbox.flows(),
    lambda sandbox: sandbox.flow("x"),
    lambda sandbox: sandbox.profile("x"),
    lambda sandbox: sandbox.events("x"),
    lambda sandbox: sandbox.profiles(),
    lambda sandbox: sandbox.all_events(),
    lambda sandbox: sandbox.server_side_profile(customer_user_id="x"),
    lambda sandbox: sandbox.requests(),
    lambda sandbox: sandbox.reset(),
]


@contextmanager
def taken_port() -> Iterator[int]:
    """Occupy a port."""
    with socket.create_server(("127.0.0.1", 0)) as holder:
        yield holder.getsockname()[1]


def test_sandbox_serves_during_the_block() -> None:
    """The sandbox serves requests only during the block; closing again has no effect."""
    with Sandbox() as sandbox:
        url = sandbox.url
        assert httpx.post(url + PROFILE_PATH, headers=KEY, json=profile()).status_code == 200
        assert sandbox.profile("user_12345") == profile()
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)
    sandbox.close()
    sandbox.close()


def test_sandboxes_are_apart() -> None:
    """Each has its own port, key and data."""
    with Sandbox() as one, Sandbox(mail_key="other_key") as other:
        assert one.url != other.url
        assert other.mail_key == "other_key"
        assert httpx.post(other.url + PROFILE_PATH, headers=KEY, json=profile()).status_code == 403
        headers = {"authorization": "Bearer other_key"}
        assert httpx.post(other.url + PROFILE_PATH, headers=headers, json=profile()).status_code == 200
        assert (one.profile("user_12345"), other.profile("user_12345")) == (None, profile())


def test_taken_port_is_a_config_error() -> None:
    """The error names the port and a remedy."""
    with taken_port() as port:
        sandbox = Sandbox(port=port)
        with pytest.raises(AdaptyConfigError, match=f"{port} on 127.0.0.1 is taken") as refused:
            sandbox.start()
        assert refused.value.field_name == "port"
        sandbox.close()


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 65536), ("127.0.0.1", -1), ("203.0.113.1", 0)])
def test_unavailable_address_is_a_config_error(host: str, port: int) -> None:
    """Any reason is reported."""
    with pytest.raises(AdaptyConfigError, match="is not available"):
        Sandbox(host=host, port=port).start()


def test_port_can_be_reused_immediately() -> None:
    """The URL contains the port; a closed port is available."""
    with taken_port() as port:
        pass
    for _ in range(2):
        with Sandbox(port=port) as sandbox:
            assert sandbox.url == f"http://127.0.0.1:{port}"
            assert httpx.get(f"{sandbox.url}/_sandbox/").status_code == 200


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_ipv6_address_is_bracketed() -> None:
    """The URL has the address in brackets."""
    with Sandbox(host="::1") as sandbox:
        assert sandbox.url.startswith("http://[::1]:")
        assert httpx.get(f"{sandbox.url}/_sandbox/").status_code == 200


def test_database_that_cannot_be_used_is_a_config_error(tmp_path: Path) -> None:
    """The port is released."""
    with taken_port() as port:
        pass
    with pytest.raises(AdaptyConfigError, match="database"):
        Sandbox(port=port, database=tmp_path).start()
    with Sandbox(port=port, database=tmp_path / "state.db") as sandbox:
        assert sandbox.flows()


def test_invalid_key_is_a_config_error() -> None:
    """The error is immediate, and does not contain the key."""
    cases: list[str] = ["", " ", "a b", "a\n", "ключ"]
    for key in cases:
        with case(key):
            with pytest.raises(AdaptyConfigError, match="mail_key: cannot be sent") as refused:
                Sandbox(mail_key=key)
            assert refused.value.field_name == "mail_key"


def test_methods_of_a_stopped_sandbox_raise() -> None:
    """They raise before the start and after the end."""
    for use in USES:
        with case(use):
            sandbox = Sandbox()
            for _ in range(2):
                with pytest.raises(AdaptyConfigError, match="is not running"):
                    use(sandbox)
                sandbox.close()


def test_sandbox_cannot_be_started_twice() -> None:
    """Neither while it runs nor afterwards."""
    with Sandbox() as sandbox, pytest.raises(AdaptyConfigError, match="create a new one"):
        sandbox.start()
    with pytest.raises(AdaptyConfigError, match="create a new one"):
        sandbox.start()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_failed_server_start_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """The start does not wait forever."""

    async def startup(self: uvicorn.Server, sockets: Any = None) -> None:
        for server in sockets:
            server.close()
        raise SystemExit(1)

    monkeypatch.setattr(uvicorn.Server, "startup", startup)
    with pytest.raises(AdaptyConfigError, match="did not start"):
        Sandbox().start()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_lasts_until_a_signal(number: signal.Signals) -> None:
    """It calls back when it listens, returns after the signal, and restores the handlers."""
    before = [signal.getsignal(handled) for handled in (signal.SIGINT, signal.SIGTERM)]
    seen = []

    def on_ready(sandbox: Sandbox) -> None:
        seen.append(httpx.get(f"{sandbox.url}/_sandbox/").status_code)
        signal.raise_signal(number)
        signal.raise_signal(number)

    Sandbox().serve(on_ready)
    assert seen == [200]
    assert [signal.getsignal(handled) for handled in (signal.SIGINT, signal.SIGTERM)] == before


def test_serve_respects_an_ignored_signal() -> None:
    """A sandbox that `nohup` or a shell started with SIGINT ignored keeps running."""
    handlers = []

    def on_ready(sandbox: Sandbox) -> None:
        handlers.append(signal.getsignal(signal.SIGINT))
        signal.raise_signal(signal.SIGINT)
        handlers.append(httpx.get(f"{sandbox.url}/_sandbox/").status_code)
        sandbox.close()

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        Sandbox().serve(on_ready)
    finally:
        signal.signal(signal.SIGINT, before)

    assert handlers == [signal.SIG_IGN, 200]


def test_serve_lasts_until_close_in_another_thread() -> None:
    """Outside of the main thread there are no signals; `close` ends it."""
    sandbox, ready = Sandbox(), Event()
    thread = Thread(target=sandbox.serve, args=(lambda _: ready.set(),))
    thread.start()
    assert ready.wait(10)
    assert httpx.get(f"{sandbox.url}/_sandbox/").status_code == 200
    sandbox.close()
    thread.join(10)
    assert not thread.is_alive()


def test_serve_needs_no_callback() -> None:
    """The sandbox runs, and has its URL."""
    sandbox = Sandbox()
    thread = Thread(target=sandbox.serve)
    thread.start()
    assert httpx.get(f"{_soon(lambda: sandbox.url)}/_sandbox/").status_code == 200
    sandbox.close()
    thread.join(10)
    assert not thread.is_alive()


def test_serve_closes_when_the_callback_fails() -> None:
    """The error is raised unchanged."""
    urls = []

    def on_ready(sandbox: Sandbox) -> None:
        urls.append(sandbox.url)
        message = "no"
        raise RuntimeError(message)

    with pytest.raises(RuntimeError, match="no"):
        Sandbox().serve(on_ready)
    with pytest.raises(httpx.ConnectError):
        httpx.get(urls[0])


def test_sigterm_ends_a_served_process() -> None:
    """The code after `serve` runs, and the exit code is 0: containers stop this way."""
    program = "from adapty.sandbox import Sandbox; Sandbox().serve(lambda s: print(s.url, flush=True)); print('after')"
    command = [sys.executable, "-W", "error", "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert httpx.get(f"{url}/_sandbox/").status_code == 200
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
    assert (out, err, process.returncode) == ("after\n", "", 0)


def test_closing_does_not_wait_for_an_unfinished_request() -> None:
    """A client that stopped inside a body delays closing only briefly."""
    with Sandbox() as sandbox:
        connection = _connected(sandbox)
        connection.sendall(_head(100) + b"{")
        assert httpx.get(f"{sandbox.url}/_sandbox/").status_code == 200
    connection.close()


def test_logging_configuration_is_unchanged() -> None:
    """The server adds no handler anywhere."""
    loggers = [logging.getLogger(name) for name in ("", "uvicorn", "uvicorn.error")]
    before = [list(logger.handlers) for logger in loggers]
    with Sandbox() as sandbox:
        assert httpx.get(f"{sandbox.url}/_sandbox/").status_code == 200
    assert [list(logger.handlers) for logger in loggers] == before


@pytest.mark.parametrize(
    "raw", [b"\x16\x03\x01\x00\x00\r\n\r\n", b"GET / HTTP/1.1\r\nhost: localhost\r\nx: \x00\r\n\r\n", b"\xff\r\n\r\n"]
)
def test_malformed_http_gets_the_documented_format(sandbox: Sandbox, raw: bytes) -> None:
    """The connection is closed, also for a header with a NUL."""
    with closing(_connected(sandbox)) as connection:
        connection.sendall(raw)
        head, _, body = _all(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/json" in head
    assert json.loads(body)["errors"][0].keys() == {"message", "error_code", "status_code"}


def test_malformed_data_after_a_response_closes_the_connection(sandbox: Sandbox) -> None:
    """There is no second response after one that was sent before the body was invalid."""
    head = f"POST {PROFILE_PATH} HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n".encode()
    with closing(_connected(sandbox)) as connection:
        connection.sendall(head)
        assert connection.recv(12) == b"HTTP/1.1 403"
        connection.sendall(b"no chunk\r\n")
        assert b"HTTP/1.1 400" not in _all(connection)


def test_disconnecting_client_is_logged(sandbox: Sandbox, shared_api: Api) -> None:
    """The request is logged, and nothing is stored."""
    connection = _connected(sandbox)
    connection.sendall(_head(100) + json.dumps(profile()).encode()[:50])
    connection.close()
    shown = _soon(lambda: shared_api.inside("requests")["requests"])
    assert [(entry["status"], entry["problem"]) for entry in shown] == [
        (400, "Client disconnected before the body was complete")
    ]
    assert not any(sandbox.flows().values())


def test_internal_error_has_the_documented_format(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The response to an internal error is a 500 in the usual format, and the log has the reason."""
    path = tmp_path / "state.db"
    with Sandbox(database=path) as sandbox:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("DROP VIEW latest_events")
            connection.execute("DROP TABLE profiles")
        answer = httpx.post(sandbox.url + PROFILE_PATH, headers=KEY, json=profile())
        shown = httpx.get(f"{sandbox.url}/_sandbox/requests").json()["requests"]
    errors(answer, 500)
    assert [entry["status"] for entry in shown] == [500]
    assert "no such table" in caplog.text
    assert "jane@example.com" not in caplog.text


def test_app_works_under_another_server() -> None:
    """`create_app` is a plain ASGI application, which closes its database at the end of its lifespan."""

    async def use() -> list[int]:
        app = create_app(mail_key="other_key", secret_key="secret_other")
        statuses = []
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
                for key in ("other_key", DEFAULT_MAIL_KEY):
                    headers = {"authorization": f"Bearer {key}"}
                    statuses.append((await http.post(PROFILE_PATH, headers=headers, json=profile())).status_code)
                statuses.append((await http.get("/_sandbox/profiles/user_12345")).status_code)
                headers = {"authorization": "Api-Key secret_other"}
                paywalls = "/api/v2/server-side-api/paywalls/"
                statuses.extend([(await http.get(paywalls, headers=asked)).status_code for asked in (headers, {})])
        return statuses

    assert asyncio.run(use()) == [200, 403, 200, 200, 401]


def _soon(look: Callable[[], Any]) -> Any:
    """Wait until a condition is true, for at most ten seconds."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with suppress(AdaptyConfigError):
            if found := look():
                return found
    pytest.fail("nothing came")


def _connected(sandbox: Sandbox) -> socket.socket:
    host, _, port = sandbox.url.removeprefix("http://").rpartition(":")
    return socket.create_connection((host, int(port)), timeout=10)


def _head(length: int) -> bytes:
    lines = (
        f"POST {PROFILE_PATH} HTTP/1.1",
        "host: localhost",
        f"content-length: {length}",
        f"authorization: Bearer {DEFAULT_MAIL_KEY}",
    )
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()


def _all(connection: socket.socket) -> bytes:
    received = b""
    while chunk := connection.recv(65536):
        received += chunk
    return received


def test_wrong_arguments_are_named() -> None:
    """Invalid addresses, ports, keys and files raise a typed error that names the argument."""
    cases: list[tuple[dict[str, Any], str]] = [
        ({"host": None}, "host"),
        ({"host": ""}, "host"),
        ({"host": "\udcff"}, "host"),
        ({"host": "no such host"}, "host"),
        ({"port": "8040"}, "port"),
        ({"port": True}, "port"),
        ({"mail_key": 1}, "mail_key"),
        ({"database": None}, "database"),
        ({"database": "a\0b"}, "database"),
    ]
    for arguments, field_name in cases:
        with case(arguments, field_name):
            with pytest.raises(AdaptyConfigError) as caught, Sandbox(**arguments):
                pass
            assert caught.value.field_name == field_name
