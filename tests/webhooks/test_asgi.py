"""A receiver in Starlette and FastAPI, and as a bare ASGI application."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from adapty import AdaptyConfigError
from adapty.webhooks import MemoryDedupStore, Receiver, WebhookEvent, asgi_app
from tests.cases import case

from .posts import HEADERS, PURCHASE, VALUE, Handled, never, post
from .served import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapty.webhooks.frameworks import ASGIApp

# Imported in this way because newer versions warn of httpx.
TestClient = pytest.importorskip("starlette.testclient").TestClient

PATH = "/webhooks/adapty"
BODY = post(PURCHASE)
Message = dict[str, Any]


def in_starlette(app: ASGIApp) -> Any:
    """Return a Starlette application with a route to this one."""
    return Starlette(routes=[Route(PATH, app)])


def in_fastapi(app: ASGIApp) -> Any:
    """Return a FastAPI application with a route to this one."""
    outer = pytest.importorskip("fastapi").FastAPI()
    outer.add_route(PATH, app)
    return outer


def in_starlette_mounted(app: ASGIApp) -> Any:
    """Return a Starlette application that mounts this one."""
    return Starlette(routes=[Mount(PATH, app)])


def in_fastapi_mounted(app: ASGIApp) -> Any:
    """Return a FastAPI application that mounts this one."""
    outer = pytest.importorskip("fastapi").FastAPI()
    outer.mount(PATH, app)
    return outer


EVERY = pytest.mark.parametrize(
    ("framed", "path"),
    [
        (in_starlette, PATH),
        (in_fastapi, PATH),
        (in_starlette_mounted, f"{PATH}/"),
        (in_fastapi_mounted, f"{PATH}/"),
    ],
)


class HandledOnTheLoop:
    """A handler that does the same, and is async."""

    def __init__(self) -> None:
        self.handled = Handled()

    async def __call__(self, event: WebhookEvent) -> None:
        """Handle an event."""
        await asyncio.sleep(0)
        self.handled(event)


@pytest.mark.parametrize("way", ["async", "plain"])
@EVERY
def test_frameworks_pass_events_to_the_handler(framed: Any, path: str, way: str) -> None:
    """Starlette and FastAPI, with async and other handlers; a repeated event is handled once."""
    asynchronous = HandledOnTheLoop()
    handled = asynchronous.handled
    app = asgi_app(Receiver(VALUE, dedup=MemoryDedupStore()), asynchronous if way == "async" else handled)
    with TestClient(framed(app), raise_server_exceptions=False) as client:
        handled.failing = True
        assert client.post(path, content=BODY, headers=HEADERS).status_code == 500
        handled.failing = False
        for _ in range(2):
            response = client.post(path, content=BODY, headers=HEADERS)
            assert (response.status_code, response.json()) == (200, {})
            assert response.headers["content-type"] == "application/json"
        assert [event.raw for event in handled.events] == [PURCHASE] * 2
        assert client.post(path, content=b"{}", headers=HEADERS).json() == {}
        assert client.post(path, json={"adapty_check": "x"}, headers=HEADERS).json() == {"adapty_check_response": "x"}
        assert client.post(path, content=BODY).status_code == 401
        assert client.post(path, content=BODY, headers={"Authorization": "x"}).status_code == 401
        assert client.post(path, content=b"nonsense", headers=HEADERS).status_code == 503
        assert client.post(path, content=b"x" * 2_000_000, headers=HEADERS).status_code == 400
        for method in ("GET", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"):
            assert client.request(method, path, headers=HEADERS).status_code == 404
    assert len(handled.events) == 2


@pytest.mark.parametrize("framed", [in_starlette_mounted, in_fastapi_mounted])
def test_mount_redirects_posts(framed: Any) -> None:
    """Frameworks redirect the path of a mount, which Adapty takes for "received"."""
    client = TestClient(framed(asgi_app(Receiver(VALUE), never)), follow_redirects=False)
    assert client.post(PATH, content=BODY, headers=HEADERS).status_code == 307


def spoken(app: ASGIApp, messages: list[Message], **scope: Any) -> list[Message]:
    """Speak ASGI with an application: give it these messages, and what it says."""
    said: list[Message] = []
    left = iter(messages)

    async def receive() -> Message:
        return next(left)

    async def send(message: Any) -> None:
        said.append(dict(message))

    headers = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
    asyncio.run(app({"type": "http", "method": "POST", "headers": headers, **scope}, receive, send))
    return said


def chunk(body: bytes, *, more: bool) -> Message:
    """Return a part of a body."""
    return {"type": "http.request", "body": body, "more_body": more}


def test_asgi_body_arrives_in_chunks() -> None:
    """The chunks are joined."""
    handled = Handled()
    parts = [chunk(BODY[:10], more=True), chunk(b"", more=True), chunk(BODY[10:], more=True), {"type": "http.request"}]
    start, body = spoken(asgi_app(Receiver(VALUE), handled), parts)
    assert [event.raw for event in handled.events] == [PURCHASE]
    assert start == {
        "type": "http.response.start",
        "status": 200,
        "headers": [(b"content-type", b"application/json"), (b"content-length", b"2")],
    }
    assert body == {"type": "http.response.body", "body": b"{}"}


def test_asgi_body_is_read_up_to_the_limit() -> None:
    """A longer body is rejected before its end."""
    read = 0

    def endless() -> Iterator[Message]:
        nonlocal read
        while True:
            read += 1
            yield chunk(b"x" * 1000, more=True)

    app = asgi_app(Receiver(VALUE, max_body_bytes=5000), never)
    start, body = spoken(app, endless())  # type: ignore[arg-type]
    assert read == 6
    assert start["status"] == 400
    assert json.loads(body["body"]) == {"error": "the body is longer than 5,000 bytes"}


def test_asgi_body_is_not_read_without_authorization() -> None:
    """The 401 is sent before anything of the body is read."""
    headers: Iterator[tuple[bytes, bytes]] = iter([(b"authorization", b"x")])
    start, _ = spoken(asgi_app(Receiver(VALUE), never), [], headers=headers)
    assert start["status"] == 401
    headers = iter([(b"authorization", VALUE.encode())])
    start, _ = spoken(asgi_app(Receiver(VALUE), Handled()), [chunk(BODY, more=False)], headers=headers)
    assert start["status"] == 200


def test_asgi_disconnect_gets_no_response() -> None:
    """The client is gone before the end of the body."""
    app = asgi_app(Receiver(VALUE), never)
    assert spoken(app, [chunk(BODY[:10], more=True), {"type": "http.disconnect"}]) == []


def test_asgi_repeated_authorization_is_rejected() -> None:
    """Two Authorization headers are ambiguous."""
    headers = [(b"authorization", VALUE.encode())] * 2
    start, _ = spoken(asgi_app(Receiver(VALUE), never), [chunk(BODY, more=False)], headers=headers)
    assert start["status"] == 401


def test_asgi_app_serves_lifespan_and_rejects_websockets() -> None:
    """It works without a framework, too."""
    app = asgi_app(Receiver(VALUE), never)
    phases = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    assert spoken(app, phases, type="lifespan") == [{"type": f"{phase['type']}.complete"} for phase in phases]
    assert spoken(app, [{"type": "websocket.connect"}], type="websocket") == [{"type": "websocket.close"}]


def test_asgi_handler_must_be_callable() -> None:
    """The error is raised when the application is created."""
    cases: list[Any] = [None, 7, "handle", MemoryDedupStore()]
    for handler in cases:
        message = r"^handler: is .*expected a function that takes the event$"
        with case(handler), pytest.raises(AdaptyConfigError, match=message):
            asgi_app(Receiver(VALUE), handler)


def test_asgi_app_runs_under_uvicorn() -> None:
    """Events are posted over a socket."""
    handler = HandledOnTheLoop()
    app = in_starlette(asgi_app(Receiver(VALUE, dedup=MemoryDedupStore()), handler))
    with served(app) as base, httpx.Client(trust_env=False, timeout=10) as client:
        url = f"{base}{PATH}"
        bodies = [post({**PURCHASE, "event_properties": {"profile_event_id": f"e{n % 10}"}}) for n in range(30)]
        assert {client.post(url, content=body, headers=HEADERS).status_code for body in bodies} == {200}
        assert client.post(url, content=iter([BODY[:9], BODY[9:]]), headers=HEADERS).status_code == 200
        assert client.post(url, content=b"x" * 3_000_000, headers=HEADERS).status_code == 400
        assert client.post(url, content=BODY, headers={b"Authorization": b"\xff\xfe"}).status_code == 401
        assert client.post(url, content=b"x" * 3_000_000, headers={"Authorization": "x"}).status_code == 401
        assert client.post(url, content=b"{}", headers=HEADERS).status_code == 200
    ids = [str(event.event_id) for event in handler.handled.events]
    assert sorted(ids) == sorted([*(f"e{n}" for n in range(10)), PURCHASE["event_properties"]["profile_event_id"]])
