"""A receiver as a Django view."""

from __future__ import annotations

import asyncio
import io
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from adapty import AdaptyConfigError
from adapty.webhooks import MemoryDedupStore, Receiver, WebhookEvent, django_view

from .django_setup import set_up_django
from .posts import HEADERS, PURCHASE, VALUE, Handled, never, post

conf = pytest.importorskip("django.conf")
test = pytest.importorskip("django.test")
urls = pytest.importorskip("django.urls")

if TYPE_CHECKING:
    from collections.abc import Callable

PATH = "/webhooks/adapty"
BODY = post(PURCHASE)


@pytest.fixture(scope="module", autouse=True)
def _django() -> None:
    """Set Django up, as a project does, once for the process."""
    set_up_django()


@pytest.fixture
def client_of(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return what makes a client of a project that has this view; CSRF is checked as in production."""

    def made(view: Any, path: str = "webhooks/adapty") -> Any:
        project = ModuleType("tests_webhooks_django_urls")
        project.urlpatterns = [urls.path(path, view)]  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, project.__name__, project)
        urls.clear_url_caches()
        return test.Client(enforce_csrf_checks=True, raise_request_exception=False)

    return made


def posted(client: Any, body: bytes = BODY, path: str = PATH, authorization: str | None = VALUE) -> Any:
    """Post a body."""
    headers = {"Authorization": authorization} if authorization is not None else {}
    return client.post(path, body, content_type="application/json", headers=headers)


def test_django_view_passes_events_to_the_handler(client_of: Callable[..., Any]) -> None:
    """A repeated event is handled once."""
    handled = Handled()
    client = client_of(django_view(Receiver(VALUE, dedup=MemoryDedupStore()), handled))
    handled.failing = True
    assert posted(client).status_code == 500
    handled.failing = False
    for _ in range(2):
        response = posted(client)
        assert (response.status_code, response.json()) == (200, {})
        assert response["Content-Type"] == "application/json"
    assert [event.raw for event in handled.events] == [PURCHASE] * 2
    assert posted(client, b"{}").json() == {}
    assert posted(client, b'{"adapty_check": "x"}').json() == {"adapty_check_response": "x"}
    assert posted(client, authorization=None).status_code == 401
    assert posted(client, authorization="\xff").status_code == 401
    assert posted(client, b"nonsense").status_code == 503
    assert posted(client, b"").status_code == 503
    assert posted(client, b"x" * 2_000_000).status_code == 400
    for method in ("get", "put", "delete", "head", "options"):
        assert getattr(client, method)(PATH, headers=dict(HEADERS)).status_code == 404
    assert len(handled.events) == 2


def test_django_body_limit_is_the_receivers(client_of: Callable[..., Any]) -> None:
    """Not DATA_UPLOAD_MAX_MEMORY_SIZE."""
    assert len(BODY) > conf.settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert posted(client_of(django_view(Receiver(VALUE), print))).status_code == 200


def test_django_body_that_was_read_is_available() -> None:
    """A middleware may have read `request.body`."""
    events: list[WebhookEvent] = []
    request = test.RequestFactory().post(PATH, b'{"event_type": "x"}', content_type="application/json", headers=HEADERS)
    assert request.body
    assert django_view(Receiver(VALUE), events.append)(request).status_code == 200
    assert len(events) == 1


def in_chunks(body: bytes, *, terminated: bool = True, authorization: str = VALUE) -> Any:
    """Make the request that a WSGI server makes of a body in chunks, which has no length."""
    handler = pytest.importorskip("django.core.handlers.wsgi")
    environ = {
        **test.RequestFactory()._base_environ(PATH_INFO=PATH, REQUEST_METHOD="POST"),
        "HTTP_AUTHORIZATION": authorization,
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input": io.BytesIO(body),
        **({"wsgi.input_terminated": True} if terminated else {}),
    }
    environ.pop("CONTENT_LENGTH", None)
    return handler.WSGIRequest(environ)


@pytest.mark.parametrize("is_looked_at", [False, True])
def test_django_reads_a_chunked_body(*, is_looked_at: bool) -> None:
    """Without a Content-Length."""
    events: list[WebhookEvent] = []
    request = in_chunks(BODY)
    assert not is_looked_at or request.body == b""
    assert django_view(Receiver(VALUE), events.append)(request).status_code == 200
    assert [event.raw for event in events] == [PURCHASE]
    long = in_chunks(b"x" * 2_000_000)
    assert django_view(Receiver(VALUE), never)(long).status_code == 400
    assert long.environ["wsgi.input"].tell() <= 1024 * 1024 + 1


@pytest.mark.parametrize(("body", "terminated"), [(BODY, False), (b"", True)])
def test_django_lost_chunks_respond_503(body: bytes, *, terminated: bool) -> None:
    """The server in front does not pass them on."""
    assert django_view(Receiver(VALUE), never)(in_chunks(body, terminated=terminated)).status_code == 503


def test_django_body_is_not_read_without_authorization() -> None:
    """The 401 is sent before anything of the body is read."""
    request = in_chunks(BODY, authorization="x")
    assert django_view(Receiver(VALUE), never)(request).status_code == 401
    assert request.environ["wsgi.input"].tell() == 0


def test_django_redirects_other_paths(client_of: Callable[..., Any]) -> None:
    """Adapty takes a redirect for "received"."""
    client = client_of(django_view(Receiver(VALUE), never), "webhooks/adapty/")
    assert posted(client).status_code == 301


def test_django_view_runs_under_asgi(client_of: Callable[..., Any]) -> None:
    """The view is called in a thread."""
    events: list[WebhookEvent] = []
    client_of(django_view(Receiver(VALUE), events.append))
    client = test.AsyncClient(enforce_csrf_checks=True)

    async def run() -> Any:
        return await client.post(PATH, BODY, content_type="application/json", headers=dict(HEADERS))

    assert asyncio.run(run()).status_code == 200
    assert [event.raw for event in events] == [PURCHASE]


def test_django_reads_a_chunked_body_under_asgi(client_of: Callable[..., Any]) -> None:
    """Django has read it before the view."""
    events: list[WebhookEvent] = []
    client_of(django_view(Receiver(VALUE), events.append))
    application = pytest.importorskip("django.core.asgi").get_asgi_application()
    headers = [(b"authorization", VALUE.encode()), (b"transfer-encoding", b"chunked"), (b"host", b"testserver")]
    scope = {"type": "http", "method": "POST", "path": PATH, "query_string": b"", "headers": headers}
    said: list[Any] = []

    async def run() -> None:
        parts = asyncio.Queue[dict[str, Any]]()
        for part, more in ((BODY[:9], True), (BODY[9:], False)):
            parts.put_nowait({"type": "http.request", "body": part, "more_body": more})

        async def send(message: Any) -> None:
            said.append(message)

        await application(scope, parts.get, send)

    asyncio.run(run())
    assert said[0]["status"] == 200
    assert [event.raw for event in events] == [PURCHASE]


def test_django_incomplete_body_responds_503() -> None:
    """The connection ended early."""
    request = test.RequestFactory().post(PATH, BODY, content_type="application/json", headers=HEADERS)
    request.META["CONTENT_LENGTH"] = str(len(BODY) + 1)
    assert django_view(Receiver(VALUE), never)(request).status_code == 503


def test_django_view_rejects_async_handlers() -> None:
    """Nothing would await it."""

    async def handle(event: WebhookEvent) -> None:
        never(event)

    with pytest.raises(AdaptyConfigError, match=r"^handler: is async"):
        django_view(Receiver(VALUE), handle)
