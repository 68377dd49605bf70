# Generated from tests/_async/test_faults.py by `make unasync`; do not edit.

"""Failures between client and API, on a real socket: always a typed exception without the key."""

from __future__ import annotations

import gzip
import json
import logging
import pickle
import socket
import struct
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

import adapty as library
from adapty import AdaptyError
from tests.cases import case
from tests.conftest import PROFILE
from tests.raw_server import NO_CONTENT, OK, answer

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from adapty import Adapty
    from tests.raw_server import RawServer, Reply

KEY = "secret_live_shown"
HTML = b"<html><h1>502 Bad Gateway</h1></html>"
ECHO = json.dumps({"errors": [{"message": f"Bearer {KEY} of jane@example.com is odd"}]}).encode()


def reset(connection: socket.socket) -> None:
    """Reset the connection instead of closing it."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def start_and_reset(connection: socket.socket) -> None:
    """Reset the connection in the middle of a response."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    reset(connection)


def refuse_handshakes(listener: socket.socket, reply: bytes, times: int) -> None:
    """Answer with bytes that are not HTTP, and close."""
    for _ in range(times):
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(reply)


# The connection stays open.
KEPT = b"HTTP/1.1 204 X\r\n\r\n"

ANSWERS: dict[str, tuple[Reply, str]] = {
    "html-502": (answer(502, HTML), "ServerError"),
    "empty-500": (answer(500), "ServerError"),
    "499": (answer(499), "AdaptyAPIError"),
    "520": (answer(520, b"\xff\xfe\x00"), "ServerError"),
    "401-html": (answer(401, HTML), "AuthenticationError"),
    "403-html": (answer(403, HTML), "PermissionDeniedError"),
    "404-empty": (answer(404), "NotFoundError"),
    "409": (answer(409, b"{}"), "ConflictError"),
    "422": (answer(422, b'{"errors": {"a": 1}}'), "UnprocessableEntityError"),
    "429": (answer(429, b"slow down", "Retry-After: 0"), "RateLimitError"),
    "list": (answer(400, b"[1, 2]"), "BadRequestError"),
    "strings": (answer(400, b'{"errors": ["one", null, 3]}'), "BadRequestError"),
    "null": (answer(400, b"null"), "BadRequestError"),
    "wrong-types": (
        answer(400, b'{"errors": [{"message": 1, "field_name": {}}], "error_code": []}'),
        "BadRequestError",
    ),
    "echoed-key": (answer(400, ECHO, f"X-Echo: Bearer {KEY}"), "BadRequestError"),
    "redirect": (answer(302, b"", "Location: http://127.0.0.1:1/elsewhere"), "AdaptyAPIError"),
    "200-html": (answer(200, HTML), "UnexpectedResponseError"),
    "200-empty": (answer(200), "UnexpectedResponseError"),
    "200-list": (answer(200, b"[]"), "UnexpectedResponseError"),
    "200-null": (answer(200, b"null"), "UnexpectedResponseError"),
    "200-cut-json": (answer(200, b'{"a": '), "UnexpectedResponseError"),
    "200-not-utf8": (answer(200, b'{"a": "\xff"}'), "UnexpectedResponseError"),
    "201": (answer(201, b"{}"), "UnexpectedResponseError"),
    "204": (b"HTTP/1.1 204 X\r\n\r\n", "UnexpectedResponseError"),
    "cut-short": (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{", "AdaptyConnectionError"),
    "bad-chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "AdaptyConnectionError"),
    "bad-gzip": (answer(200, b"{}", "Content-Encoding: gzip"), "AdaptyConnectionError"),
    "not-http": (b"SSH-2.0-OpenSSH_9.6\r\n", "AdaptyConnectionError"),
    "bad-header": (b"HTTP/1.1 200 OK\r\n: nameless\r\n\r\n", "AdaptyConnectionError"),
    "nothing": (b"", "AdaptyConnectionError"),
    "cut-status": (b"HTTP/1.", "AdaptyConnectionError"),
    "cut-headers": (b"HTTP/1.1 200 OK\r\nContent-Len", "AdaptyConnectionError"),
    "cut-chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{", "AdaptyConnectionError"),
    "reset": (reset, "AdaptyConnectionError"),
    "reset-in-body": (start_and_reset, "AdaptyConnectionError"),
    "two-lengths": (answer(200, b"{}", "Content-Length: 3"), "AdaptyConnectionError"),
    "negative-length": (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}", "AdaptyConnectionError"),
    "status-42": (b"HTTP/1.1 42 X\r\nContent-Length: 0\r\n\r\n", "AdaptyConnectionError"),
    "huge-header": (answer(200, b"{}", "X-Huge: " + "a" * 600_000), "AdaptyConnectionError"),
    "101": (b"HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", "AdaptyConnectionError"),
    "tls-alert": (b"\x15\x03\x01\x00\x02\x02\x46", "AdaptyConnectionError"),
    "header-not-ascii": (answer(400, b"{}", "X-Name: Zo\u00eb"), "BadRequestError"),
}

SUCCESSES = {
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
    "until-the-end": b"HTTP/1.1 200 OK\r\n\r\n{}",
    "http-1.0": b"HTTP/1.0 200 OK\r\n\r\n{}",
    "100-continue": b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
    "103-early-hints": b"HTTP/1.1 103 X\r\nLink: </x>\r\n\r\n" + OK,
    "gzip": answer(200, gzip.compress(b"{}"), "Content-Encoding: gzip"),
    "large-header": answer(200, b"{}", "X-Large: " + "a" * 50_000),
    "ninety-headers": answer(200, b"{}", *(f"X-{number}: a" for number in range(90))),
    "cookies": answer(200, b"{}", "Set-Cookie: a=1", "Set-Cookie: b=2"),
    "unknown-fields": answer(200, b'{"profile_id": "1", "new": [null]}'),
    "bare-newlines": b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}",
}


def open_client(server: RawServer, transport: httpx.BaseTransport | None) -> Adapty:
    """Return a client of the server with connections of its own."""
    return library.Adapty(mail_secret_key=KEY, mail_base_url=server.url, timeout=5, transport=transport)


def test_extra_data_after_response_is_ignored(server: RawServer) -> None:
    """The client's own connections read the response and are closed. aiohttp's parser refuses it; see adapty.fast."""
    server.replies = [OK + b"{}"]
    with library.Adapty(mail_secret_key=KEY, mail_base_url=server.url) as client:
        client.mail.save_profile(**PROFILE)


def test_every_invalid_response_is_a_typed_exception(
    server: RawServer, new_transport: Callable[[], httpx.BaseTransport | None]
) -> None:
    """The exception is ours, has the request, pickles, and shows no key and no address."""
    for name, (reply, expected) in ANSWERS.items():
        with case(name):
            server.requests.clear()
            server.replies = [reply]

            # With new connections: the server closes each one after its response, which a kept one may notice too late.
            with open_client(server, new_transport()) as client:
                with pytest.raises(AdaptyError) as caught:
                    client.mail.save_profile(**PROFILE)

            error = caught.value
            assert type(error).__name__ == expected
            assert isinstance(error, library.AdaptyAPIError | library.AdaptyConnectionError)
            assert (error.operation, error.method, error.path) == ("saveProfile", "POST", "/api/v1/profile/save/")
            assert error.attempts == len(server.requests)
            again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
            assert (str(again), vars(again)) == (str(error), vars(error))
            shown = "".join(traceback.format_exception(error)) + repr(vars(error))
            assert KEY not in shown
            assert "jane@example.com" not in str(error) + repr(vars(error))


def test_only_transient_failures_are_retried(client: Adapty, server: RawServer, slept: list[float]) -> None:
    """A transient failure causes one delay; a permanent one is raised immediately."""
    for reply, repeated in [
        (answer(408), True),
        (answer(429), True),
        (answer(500), True),
        (answer(503, HTML), True),
        (answer(520), True),
        (b"", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{", True),
        (answer(400, b"{}"), False),
        (answer(403), False),
        (answer(404), False),
        (answer(409), False),
        (answer(499), False),
        (answer(200, HTML), False),
    ]:
        with case(reply, repeated):
            server.requests.clear()
            slept.clear()
            server.replies = [reply, OK]

            if repeated:
                client.mail.save_profile(**PROFILE)
                assert len(slept) == 1
                assert 0 <= slept[0] <= 0.5
            else:
                with pytest.raises(AdaptyError):
                    client.mail.save_profile(**PROFILE)
                assert slept == []
            assert len(server.requests) == 1 + repeated


def test_all_attempts_send_the_same_bytes(client: Adapty, server: RawServer) -> None:
    """A retry sends the same bytes, so that the API can recognize the repetition."""
    server.replies = [answer(500), b"", OK]

    client.mail.save_profile(**PROFILE)

    assert len(server.requests) == 3
    assert len(set(server.requests)) == 1


def test_retry_after_is_waited(client: Adapty, server: RawServer, slept: list[float]) -> None:
    """No retry is sooner than Retry-After."""
    server.replies = [answer(429, b"", "Retry-After: 7"), OK]

    client.mail.save_profile(**PROFILE)

    assert slept == [7.0]


def test_long_retry_after_is_raised(client: Adapty, server: RawServer, slept: list[float]) -> None:
    """A long Retry-After ends the call; the exception has the delay."""
    server.replies = [answer(429, b"", "Retry-After: 3600")]

    with pytest.raises(library.RateLimitError, match="retry after 3600 s") as caught:
        client.mail.save_profile(**PROFILE)

    assert caught.value.retry_after == 3600.0
    assert slept == []


@pytest.mark.parametrize("stalling", ["stall", "start_and_stall"])
def test_stalled_response_times_out(client: Adapty, server: RawServer, stalling: str) -> None:
    """A stall before or inside the response ends with a timeout that names the phase."""
    server.replies = [getattr(server, stalling)]

    hurried = client.with_options(timeout=library.Timeouts(read=0.1), max_retries=1)
    with pytest.raises(
        library.AdaptyTimeoutError,
        match=r"saveProfile: 127\.0\.0\.1:\d+: no response within 0\.1 s \(after 2 attempts\)",
    ):
        hurried.mail.save_profile(**PROFILE)

    assert len(server.requests) == 2


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_unreachable_api_is_connection_error(
    client: Adapty,
    new_transport: Callable[[], httpx.BaseTransport | None],
    scheme: str,
) -> None:
    """A closed port ends with a connection error after all attempts; no frame's locals contain the key."""
    url = f"{scheme}://127.0.0.1:1"
    with type(client)(mail_secret_key=KEY, mail_base_url=url, max_retries=1, transport=new_transport()) as lost:
        with pytest.raises(library.AdaptyConnectionError, match="after 2 attempts") as caught:
            lost.mail.save_profile(**PROFILE)

    assert type(caught.value) is library.AdaptyConnectionError
    assert caught.value.__cause__ is not None
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert KEY not in "".join(shown.format())


@pytest.mark.parametrize("host", ["xn--a", "xn--999999999b.com"])
def test_invalid_host_name_is_connection_error(
    client: Adapty,
    new_transport: Callable[[], httpx.BaseTransport | None],
    host: str,
) -> None:
    """Errors that occur when the request is built are typed and not retried."""
    url = f"https://{host}"
    with type(client)(mail_secret_key=KEY, mail_base_url=url, transport=new_transport()) as lost:
        with pytest.raises(library.AdaptyConnectionError, match="after 1 attempt"):
            lost.mail.save_profile(**PROFILE)


@pytest.mark.parametrize("reply", [b"HTTP/1.1 400 X\r\n\r\n", b""], ids=["plain", "nothing"])
def test_https_to_http_server_is_connection_error(
    client: Adapty,
    new_transport: Callable[[], httpx.BaseTransport | None],
    reply: bytes,
) -> None:
    """A failed TLS handshake ends with a connection error after all attempts."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as threads:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        answered = threads.submit(refuse_handshakes, listener, reply, 2)
        with type(client)(mail_secret_key=KEY, mail_base_url=url, max_retries=1, transport=new_transport()) as lost:
            with pytest.raises(library.AdaptyConnectionError, match="after 2 attempts") as caught:
                lost.mail.save_profile(**PROFILE)
        answered.result()

    assert type(caught.value) is library.AdaptyConnectionError


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("refusing", [True, False], ids=["proxy-refuses", "no-proxy-there"])
def test_failing_proxy_is_typed_error(
    client: Adapty,
    new_transport: Callable[[], httpx.BaseTransport | None],
    server: RawServer,
    monkeypatch: pytest.MonkeyPatch,
    *,
    scheme: str,
    refusing: bool,
) -> None:
    """The error of an unreachable or refusing proxy names the proxy without its password."""
    server.replies = [answer(403, b"no")]
    port = server.url.rpartition(":")[2] if refusing else "1"
    monkeypatch.setenv("ALL_PROXY", f"http://user:opensesame@127.0.0.1:{port}")
    url = f"{scheme}://api.example.com"

    with type(client)(
        mail_secret_key=KEY, mail_base_url=url, max_retries=0, transport=new_transport(), allow_insecure_http=True
    ) as lost:
        with pytest.raises((library.AdaptyConnectionError, library.PermissionDeniedError)) as caught:
            lost.mail.save_profile(**PROFILE)

    assert isinstance(caught.value, library.PermissionDeniedError) == (refusing and scheme == "http")
    assert len(server.requests) == refusing
    assert all(b"api.example.com" in request for request in server.requests)
    assert "opensesame" not in "".join(traceback.format_exception(caught.value))


def test_success_in_any_encoding_is_parsed(
    server: RawServer, new_transport: Callable[[], httpx.BaseTransport | None]
) -> None:
    """A success is parsed, however it is split, compressed or encoded."""
    for name, reply in SUCCESSES.items():
        with case(name):
            server.requests.clear()
            server.replies = [reply]

            with open_client(server, new_transport()) as client:
                client.mail.save_profile(**PROFILE)

            assert len(server.requests) == 1


def test_data_after_response_closes_the_connection(server: RawServer) -> None:
    """The connection is closed. aiohttp's parser rejects such a response."""
    server.replies = [OK + b"{}"]

    with library.Adapty(mail_secret_key=KEY, mail_base_url=server.url) as client:
        client.mail.save_profile(**PROFILE)

    assert len(server.requests) == 1


def test_404_after_lost_response_is_a_deletion(client: Adapty, server: RawServer) -> None:
    """A request whose response was cut off may have been executed, so a 404 on retry is a success."""
    gone = answer(404, b'{"errors": [], "error_code": "profile_does_not_exist", "status_code": 404}')
    tries: list[Reply] = [b"", reset, b"HTTP/1.1 200 OK\r\nContent-Le", answer(500)]
    for first in tries:
        server.replies = [first, gone]

        client.profiles.delete(customer_user_id="user_12345")

    server.replies = [gone]
    with pytest.raises(library.NotFoundError):
        client.profiles.delete(customer_user_id="user_12345")


def test_connections_are_reused(client: Adapty, server: RawServer) -> None:
    """The connection is reused while it is open, and replaced without an error when the server closes it."""

    def answer_twice(connection: socket.socket) -> None:
        connection.sendall(KEPT)
        connection.recv(65536)
        connection.sendall(KEPT)

    server.replies = [answer_twice, NO_CONTENT]
    for _ in range(3):
        client.profiles.delete(customer_user_id="user_12345")

    assert len(server.requests) == 2


def test_log_has_requests_and_retries_without_secrets(
    client: Adapty,
    server: RawServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The logger `adapty.client` has a line for each retry at INFO and each end at DEBUG, without key or address."""
    caplog.set_level(logging.DEBUG, "adapty")
    server.replies = [answer(500, ECHO), answer(400, ECHO)]

    with pytest.raises(library.BadRequestError):
        client.mail.save_profile(**PROFILE)

    ours = [record for record in caplog.records if record.name == "adapty.client"]
    assert [record.levelname for record in ours] == ["INFO", "DEBUG"]
    assert "saveProfile: 500, retrying in" in ours[0].getMessage()
    assert ours[1].getMessage() == "saveProfile: POST /api/v1/profile/save/: 400"
    assert all(KEY not in r.getMessage() and "jane@" not in r.getMessage() for r in caplog.records)
