"""Bodies that other code has read: the response is 503 with a log line, and Adapty posts the event again."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.routing import Route

from adapty.webhooks import Receiver, WebhookEvent, asgi_app
from adapty.webhooks.frameworks import _read_asgi_body

from .posts import HEADERS, PURCHASE, VALUE, Handled, never, post
from .served import served

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

BODY = post(PURCHASE)
LENGTH = str(len(BODY))
RECEIVER = Receiver(VALUE)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for bytes for a moment instead of seconds."""
    monkeypatch.setattr("adapty.webhooks.frameworks.STALL_SECONDS", 0.05)


def environ(**headers: str) -> dict[str, str]:
    """Return headers as WSGI has them."""
    return {"HTTP_AUTHORIZATION": VALUE, **headers}


def test_complete_event_is_accepted_whatever_its_declared_length() -> None:
    """A framework may have changed the body."""
    receiver = Receiver(VALUE)
    for body in (BODY, BODY.decode(), b"\xef\xbb\xbf" + BODY, json.dumps(json.loads(BODY), indent=1)):
        for length in ("1", LENGTH, "100000", "78, 79", "+78"):
            response = receiver.handle({**HEADERS, "Content-Length": length}, body, lambda _: None)
            assert response.status == 200
    assert receiver.handle({**HEADERS, "Content-Length": "3"}, b"{}", lambda _: None).status == 200


@pytest.mark.parametrize("is_async", [False, True])
def test_incomplete_body_responds_503(caplog: pytest.LogCaptureFixture, *, is_async: bool) -> None:
    """The log says what is missing."""
    for headers, body, problem in (
        ({**HEADERS, "Content-Length": "78"}, b"", "is empty, and Content-Length is 78; has a middleware"),
        ({**HEADERS, "content-length": LENGTH}, "", "is empty, and Content-Length is"),
        (environ(CONTENT_LENGTH="78"), b"", "is empty, and Content-Length is 78"),
        ([(b"authorization", VALUE.encode()), (b"content-length", b"78")], b"", "is empty"),
        (iter([(b"authorization", VALUE.encode()), (b"content-length", b"78")]), b"", "is empty"),
        ({**HEADERS, "Transfer-Encoding": "chunked"}, b"", "comes in chunks, and there are none; has a middleware"),
        (environ(HTTP_TRANSFER_ENCODING="chunked"), b"", "comes in chunks"),
        (
            {**HEADERS, "Content-Length": LENGTH},
            BODY[:-1],
            f"is incomplete: it has {len(BODY) - 1:,} of {len(BODY):,} bytes",
        ),
        ({**HEADERS, "Content-Length": LENGTH}, bytearray(BODY[:7]), "is incomplete: it has 7 of"),
        ({**HEADERS, "Content-Length": "78", "Content-Encoding": "gzip"}, b"", "is empty"),
        (
            [*HEADERS.items(), ("Content-Length", "78"), ("content-length", "78")],
            b"",
            "is empty, and Content-Length is 78",
        ),
        ({**HEADERS, "Content-Length": "78, 78"}, b"", "is empty, and Content-Length is 78"),
        (environ(CONTENT_LENGTH=" 78 "), b"", "is empty, and Content-Length is 78"),
        ({**HEADERS, "Content-Length": "+78"}, b"", "is empty; has a middleware"),
        ({**HEADERS, "Content-Length": "78, 79"}, b"", "is empty; has a middleware"),
        (HEADERS, b"", "is empty; has a middleware"),
        (HEADERS, "", "is empty; has a middleware"),
        ({**HEADERS, "Content-Length": "0"}, b"", "is empty; has a middleware"),
        (environ(CONTENT_LENGTH=""), b"", "is empty; has a middleware"),
        (HEADERS, b" \r\n", "is empty"),
        ({**HEADERS, "Content-Length": LENGTH}, BODY.decode()[:-1], f"is incomplete: it has {len(BODY) - 1:,} of"),
        ({**HEADERS, "Transfer-Encoding": "chunked"}, BODY[9:], "is not JSON, or is incomplete"),
        (HEADERS, BODY[:-1], "is not JSON, or is incomplete"),
        (HEADERS, b"7", "is not a JSON object but int"),
        (HEADERS, b"[]", "is not a JSON object but list"),
        (
            {**HEADERS, "Content-Encoding": "gzip"},
            gzip.compress(BODY),
            "is not UTF-8; decompress it: it has a Content-Encoding",
        ),
    ):
        caplog.clear()
        response = handle(headers, body, never, is_async=is_async)
        assert response == 503, headers
        assert f"webhook: 503: the body {problem}" in caplog.text


def handle(headers: Any, body: Any, handler: Callable[[WebhookEvent], None], *, is_async: bool) -> int:
    """Have the receiver answer, and return the status."""
    if is_async:
        return asyncio.run(RECEIVER.handle_async(headers, body, handler)).status
    return RECEIVER.handle(headers, body, handler).status


def test_reformatted_body_is_accepted() -> None:
    """Its length differs from Content-Length."""
    for headers, body in (
        ({**HEADERS, "Content-Length": "99999", "Content-Encoding": "gzip"}, BODY),
        ({**HEADERS, "Content-Length": LENGTH}, BODY.decode()),
        ({**HEADERS, "Content-Length": f"{LENGTH}, {LENGTH}", "Content-Encoding": "identity"}, BODY),
        ({**HEADERS, "Content-Length": "7"}, BODY),
        ({**HEADERS, "Content-Length": ""}, BODY),
        ({**HEADERS, "Content-Length": "many"}, BODY),
        ({**HEADERS, "Content-Length": [LENGTH, "99999"]}, BODY),
        ({**HEADERS, "Transfer-Encoding": "chunked"}, BODY),
        (environ(CONTENT_LENGTH=LENGTH), BODY),
    ):
        handled = Handled()
        assert RECEIVER.handle(headers, body, handled).status == 200, headers
        assert len(handled.events) == 1


def test_verification_request_is_accepted() -> None:
    """Whatever its Content-Length."""
    assert RECEIVER.handle({**HEADERS, "Content-Length": "2"}, b"{}", never).status == 200
    wrong = {"Authorization": "x", "Content-Length": "78"}
    assert RECEIVER.handle(wrong, b"", never).status == 401


class EatingMiddleware:
    """A pure ASGI middleware that reads the body and does not pass it on."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Read the body of each request."""
        while scope["type"] == "http" and (await receive()).get("more_body"):
            pass
        await self.app(scope, receive, send)


class ReplayingMiddleware(BaseHTTPMiddleware):
    """A middleware of Starlette's that reads the body, which Starlette passes on."""

    async def dispatch(self, request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        """Read the body."""
        await request.body()
        return await call_next(request)


class StreamingMiddleware(BaseHTTPMiddleware):
    """A middleware of Starlette's that reads the body as a stream, which Starlette does not pass on."""

    async def dispatch(self, request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        """Read the body."""
        async for _ in request.stream():
            pass
        return await call_next(request)


@pytest.mark.parametrize(
    ("middleware", "status", "problem"),
    [
        (EatingMiddleware, 503, "no body arrived within 0.05 s; has a middleware"),
        (StreamingMiddleware, 503, "; has a middleware"),
        (ReplayingMiddleware, 200, ""),
    ],
)
@pytest.mark.usefixtures("impatient")
def test_body_read_by_a_middleware_responds_503(
    middleware: Any, status: int, problem: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The error names the probable cause."""
    handled = Handled()
    app = Starlette(routes=[Route("/", asgi_app(RECEIVER, handled))], middleware=[Middleware(middleware)])
    with served(app) as url, httpx.Client(trust_env=False, timeout=20) as client:
        for body in (BODY, iter([BODY[:9], BODY[9:]])):
            caplog.clear()
            assert client.post(url, content=body, headers=HEADERS).status_code == status
            assert problem in caplog.text
    assert len(handled.events) == (2 if status == 200 else 0)


@pytest.mark.usefixtures("impatient")
def test_stalled_body_gets_a_response() -> None:
    """Within the time that Adapty waits."""
    with served(Starlette(routes=[Route("/", asgi_app(RECEIVER, never))])) as url:
        address = ("127.0.0.1", int(url.rpartition(":")[2]))
        with socket.create_connection(address, timeout=20) as connection:
            head = f"POST / HTTP/1.1\r\nHost: x\r\nAuthorization: {VALUE}\r\nContent-Length: {LENGTH}\r\n\r\n"
            connection.sendall(head.encode() + BODY[:9])
            assert connection.recv(1000).startswith(b"HTTP/1.1 503 ")


class Clock:
    """An event loop's clock that a test moves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        loop = asyncio.get_running_loop()
        real = loop.time
        monkeypatch.setattr(loop, "time", lambda: real() + self.now)


def read(monkeypatch: pytest.MonkeyPatch, parts: list[bytes], seconds: float) -> bytes | str | None:
    """Read parts that come so many seconds after one another; return the body, or the problem with it."""

    async def read_slowly() -> bytes | None:
        clock = Clock(monkeypatch)
        left = list(parts)

        async def receive() -> dict[str, Any]:
            if not left:
                await asyncio.Event().wait()
            clock.now += seconds
            await asyncio.sleep(0)
            return {"type": "http.request", "body": left.pop(0), "more_body": bool(left) or not parts[-1]}

        return await _read_asgi_body(receive, 1000)

    try:
        return asyncio.run(read_slowly())
    except Exception as problem:  # noqa: BLE001 - which is what the test looks at
        return str(problem)


def test_slow_body_is_read_up_to_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each chunk restarts the stall timeout, but not the total one."""
    assert read(monkeypatch, [b"a", b"b"], 3.5) == b"ab"
    assert read(monkeypatch, [b"a"] * 20, 0.3) == b"a" * 20
    assert "is incomplete: it stops after" in str(read(monkeypatch, [b"a"] * 20, 2.1))


def test_empty_chunks_do_not_restart_the_stall_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """They carry no bytes."""
    assert "no body arrived within 5 s" in str(read(monkeypatch, [b""] * 20, 1))
