"""A receiver in Flask, and as a bare WSGI application."""

from __future__ import annotations

import io
import json
import threading
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import httpx
import pytest

from adapty import AdaptyConfigError, WebhookAuthorizationError
from adapty.webhooks import MemoryDedupStore, Receiver, WebhookEvent, wsgi_app
from adapty.webhooks._request import missing_body

from .posts import HEADERS, PURCHASE, VALUE, Handled, never, post

PATH = "/webhooks/adapty"
BODY = post(PURCHASE)


def by_dispatcher(app: Any) -> Any:
    """Return a Flask application beside which this one is mounted."""
    flask = pytest.importorskip("flask")
    dispatcher = pytest.importorskip("werkzeug.middleware.dispatcher")
    outer = flask.Flask("shop")
    outer.wsgi_app = dispatcher.DispatcherMiddleware(outer.wsgi_app, {PATH: app})
    return outer


def by_view(app: Any) -> Any:
    """Return a Flask application one view of which hands its request on to this one."""
    flask = pytest.importorskip("flask")
    outer = flask.Flask("shop")
    outer.add_url_rule(
        PATH,
        view_func=lambda: flask.Response.from_app(app, flask.request.environ),
        endpoint="webhook",
        methods=["GET", "POST", "PUT"],
    )
    return outer


@pytest.mark.parametrize("framed", [by_dispatcher, by_view])
def test_wsgi_app_passes_events_to_the_handler(framed: Any) -> None:
    """Mounted in Flask; a repeated event is handled once."""
    handled = Handled()
    client = framed(wsgi_app(Receiver(VALUE, dedup=MemoryDedupStore()), handled)).test_client()
    handled.failing = True
    assert client.post(PATH, data=BODY, headers=HEADERS).status_code == 500
    handled.failing = False
    for _ in range(2):
        response = client.post(PATH, data=BODY, headers=HEADERS)
        assert (response.status_code, response.json) == (200, {})
        assert response.content_type == "application/json"
    assert [event.raw for event in handled.events] == [PURCHASE] * 2
    assert client.post(PATH, data=b"{}", headers=HEADERS).json == {}
    assert client.post(PATH, json={"adapty_check": "x"}, headers=HEADERS).json == {"adapty_check_response": "x"}
    assert client.post(PATH, data=BODY).status_code == 401
    assert client.post(PATH, data=b"nonsense", headers=HEADERS).status_code == 503
    assert client.post(PATH, data=b"x" * 2_000_000, headers=HEADERS).status_code == 400
    assert client.get(PATH, headers=HEADERS).status_code == 404
    assert client.put(PATH, data=BODY, headers=HEADERS).status_code == 404
    assert len(handled.events) == 2


def called(app: Any, body: Any = BODY, **changes: Any) -> tuple[int, Any]:
    """Call a WSGI application as a server does, by the rules of PEP 3333; a variable that is None is omitted."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "HTTP_AUTHORIZATION": VALUE,
        "CONTENT_TYPE": "application/json",
        "QUERY_STRING": "",
        "CONTENT_LENGTH": str(len(body)) if isinstance(body, bytes) else None,
        "wsgi.input": io.BytesIO(body) if isinstance(body, bytes) else body,
        **changes,
    }
    environ = {name: value for name, value in environ.items() if value is not None}
    setup_testing_defaults(environ)
    said: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
        said.append((status, headers))

    answer = validator(app)(environ, start_response)
    try:
        content = b"".join(answer)
    finally:
        answer.close()  # type: ignore[attr-defined]
    ((status, headers),) = said
    assert dict(headers)["Content-Length"] == str(len(content))
    return int(status.partition(" ")[0]), json.loads(content)


def test_wsgi_app_is_valid_wsgi() -> None:
    """By wsgiref's validator."""
    handled = Handled()
    app = wsgi_app(Receiver(VALUE), handled)
    assert called(app) == (200, {})
    assert called(app, HTTP_AUTHORIZATION=None)[0] == 401
    assert called(app, HTTP_AUTHORIZATION="\xff\xfe")[0] == 401
    assert called(app, REQUEST_METHOD="GET", CONTENT_LENGTH=None)[0] == 404
    assert len(handled.events) == 1


class Stream(io.BytesIO):
    """A stream that returns small parts, counts them, and fails at a given one."""

    def __init__(self, content: bytes = b"", *, fails: bool = False) -> None:
        super().__init__(content)
        self.given = 0
        self.fails = fails

    def read(self, size: int | None = -1, /) -> bytes:
        """Return a part of what was asked for."""
        if self.fails and self.given:
            raise ConnectionResetError
        part = super().read(min(size or 0, 100))
        self.given += len(part)
        return part


def test_wsgi_body_arrives_in_parts() -> None:
    """The parts are joined."""
    handled = Handled()
    assert called(wsgi_app(Receiver(VALUE), handled), Stream(BODY), CONTENT_LENGTH=str(len(BODY)))[0] == 200
    assert [event.raw for event in handled.events] == [PURCHASE]


def test_wsgi_body_is_read_up_to_its_length_and_the_limit() -> None:
    """Never more."""
    app = wsgi_app(Receiver(VALUE, max_body_bytes=len(BODY)), Handled())
    behind = Stream(BODY + b"GET / HTTP/1.1")
    assert called(app, behind, CONTENT_LENGTH=str(len(BODY)))[0] == 200
    assert behind.given == len(BODY)
    too_long = Stream(BODY + b" ")
    assert called(app, too_long, CONTENT_LENGTH=str(len(BODY) + 1))[0] == 400
    assert too_long.given == 0
    endless = Stream(BODY + b" " * 100_000)
    terminated: dict[str, Any] = {"wsgi.input_terminated": True}
    assert called(app, endless, **terminated)[0] == 400
    assert endless.given == len(BODY) + 1


def test_wsgi_reads_a_chunked_body_with_input_terminated() -> None:
    """Otherwise it could wait forever."""
    app = wsgi_app(Receiver(VALUE), Handled())
    terminated: dict[str, Any] = {"wsgi.input_terminated": True}
    assert called(app, Stream(BODY), **terminated)[0] == 200
    assert called(app, Stream(BODY)) == (
        503,
        {"error": str(missing_body("the body is empty"))},
    )


@pytest.mark.parametrize(
    ("stream", "changes"),
    [
        (Stream(BODY), {}),
        (Stream(BODY), {"CONTENT_LENGTH": "0"}),
        (Stream(), {"wsgi.input_terminated": True}),
    ],
)
def test_wsgi_lost_chunks_respond_503(stream: Stream, changes: dict[str, Any]) -> None:
    """The server in front does not pass them on."""
    status, answer = called(wsgi_app(Receiver(VALUE), never), stream, HTTP_TRANSFER_ENCODING="chunked", **changes)
    assert status == 503
    assert answer["error"].startswith("the body comes in chunks")


def test_wsgi_body_is_not_read_without_authorization() -> None:
    """The 401 is sent before anything of the body is read."""
    for changes in ({"CONTENT_LENGTH": "9999999999"}, {"wsgi.input_terminated": True}):
        body = Stream(BODY * 1000)
        assert called(wsgi_app(Receiver(VALUE), never), body, HTTP_AUTHORIZATION="x", **changes)[0] == 401
        assert body.given == 0


@pytest.mark.parametrize("stream", [Stream(BODY[:-1]), Stream(), Stream(BODY, fails=True)])
def test_wsgi_incomplete_body_responds_503(stream: Stream) -> None:
    """Adapty posts it again."""
    status, answer = called(wsgi_app(Receiver(VALUE), never), stream, CONTENT_LENGTH=str(len(BODY)))
    assert status == 503
    assert answer["error"].startswith(("the body is incomplete", "the body is empty, and Content-Length is"))


def status_with_length(length: str, handled: Handled) -> str:
    """Return the answer to an event with a Content-Length that a strict server would not pass on."""
    said: list[str] = []
    environ = {
        "REQUEST_METHOD": "POST",
        "HTTP_AUTHORIZATION": VALUE,
        "CONTENT_LENGTH": length,
        "wsgi.input": io.BytesIO(BODY),
    }
    list(wsgi_app(Receiver(VALUE), handled)(environ, lambda status, _: said.append(status)))
    return said[0]


def test_wsgi_invalid_content_length_responds_503() -> None:
    """The end of the body is unknown."""
    handled = Handled()
    for length in ("x", "-1", "1.5", "\u0661", "0x10", "+7", "7, 8"):
        assert status_with_length(length, handled) == "503 Service Unavailable", length
    assert status_with_length("1" * 5000, handled) == "400 Bad Request"
    assert handled.events == []


def test_wsgi_repeated_content_length_counts_once() -> None:
    """RFC 9110, section 8.6."""
    for length in (f"{len(BODY)}, {len(BODY)}", f" {len(BODY)} "):
        handled = Handled()
        assert status_with_length(length, handled) == "200 OK"
        assert len(handled.events) == 1


def test_wsgi_app_rejects_async_handlers() -> None:
    """Nothing would await it."""

    async def handle(event: WebhookEvent) -> None:
        never(event)

    for handler in (handle, None):
        with pytest.raises(AdaptyConfigError, match=r"^handler: "):
            wsgi_app(Receiver(VALUE), handler)  # type: ignore[arg-type]


class Quiet(WSGIRequestHandler):
    """A server's side of a connection that logs nothing."""

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


def test_wsgi_app_runs_under_a_server() -> None:
    """Events are posted over a socket."""
    handled = Handled()
    app = wsgi_app(Receiver(VALUE, dedup=MemoryDedupStore()), handled)
    with make_server("127.0.0.1", 0, app, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}{PATH}"
            with httpx.Client(trust_env=False, timeout=10) as client:
                for _ in range(2):
                    assert client.post(url, content=BODY, headers=HEADERS).status_code == 200
                assert client.post(url, content=BODY, headers={"Authorization": "x"}).status_code == 401
                assert client.post(url, content=BODY, headers=HEADERS).status_code == 200
                assert client.get(url).status_code == 404
        finally:
            server.shutdown()
            thread.join(10)
    assert len(handled.events) == 1


def test_headers_of_a_flask_view_are_accepted() -> None:
    """With `Receiver.accept`."""
    headers = pytest.importorskip("werkzeug.datastructures")
    receiver = Receiver(VALUE)
    for given in (
        headers.Headers([("Authorization", VALUE)]),
        headers.EnvironHeaders({"HTTP_AUTHORIZATION": VALUE}),
    ):
        assert receiver.accept(given, BODY).event is not None
    with pytest.raises(WebhookAuthorizationError, match=r"is repeated$"):
        receiver.accept(headers.Headers([("Authorization", VALUE), ("Authorization", "x")]), BODY)
