"""A receiver as an ASGI application, a WSGI application or a Django view."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from adapty._lock_deadline import lock_deadline
from adapty.errors import WebhookError, WebhookUnavailableError
from adapty.webhooks._request import RESPONSE_SECONDS, body_too_long, missing_body, read_body
from adapty.webhooks._response import WebhookResponse
from adapty.webhooks.receiver import is_async, validate_handler

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.http import HttpRequest, HttpResponse

    from adapty.webhooks.receiver import AsyncHandler, Handler, Receiver

__all__ = ["ASGIApp", "WSGIApp", "asgi_app", "django_view", "wsgi_app"]

STALL_SECONDS = 5.0
"""How long to wait for the next bytes of a body. If a middleware has read the body, the server waits for the end of the
connection instead, and Adapty waits 10 seconds for a response."""

_NOT_FOUND = WebhookResponse.from_json({"error": "only POST is supported"}, 404)
"""The response to other methods; Adapty would retry after 405."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def asgi_app(receiver: Receiver, handler: AsyncHandler | Handler) -> ASGIApp:
    """Return an ASGI application for Starlette, FastAPI and other frameworks; it runs on asyncio.

    Use a route, not a mount: a mount at `/webhooks/adapty` redirects posts to `/webhooks/adapty/`, and Adapty takes a
    redirect for "received".

    Args:
        receiver: The receiver.
        handler: Called with each event. A function that is not async runs in a thread. If it raises, Adapty posts the
            event again.

    Raises:
        AdaptyConfigError: The handler is not callable.

    Example:
        >>> from fastapi import FastAPI
        >>> from adapty.webhooks import Receiver
        >>> app = FastAPI()
        >>> app.add_route("/webhooks/adapty", asgi_app(Receiver("the value from the dashboard"), print))
    """
    return ASGIApp(receiver, validate_handler(handler, may_be_async=True))


class ASGIApp:
    """ASGI application of a receiver: an object, because frameworks treat a function as an endpoint of their own."""

    def __init__(self, receiver: Receiver, handler: AsyncHandler | Handler) -> None:
        self._receiver = receiver
        self._handler = handler
        self._is_async = is_async(handler)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "http":
            with lock_deadline(RESPONSE_SECONDS):
                response = await self._respond(scope, receive)
            if response is not None:
                await _send_response(response, send)
        elif scope["type"] == "lifespan":
            for phase in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{phase}.complete"})
        else:  # a websocket is rejected
            await receive()
            await send({"type": "websocket.close"})

    async def _respond(self, scope: Message, receive: Receive) -> WebhookResponse | None:
        """Return the response, or None after a disconnect."""
        if scope["method"] != "POST":
            return _NOT_FOUND
        headers = list(scope["headers"])
        receiver = self._receiver
        with receiver._observe() as observation:  # noqa: SLF001 - of the same package
            try:
                receiver.authenticate(headers)  # before anything of the body is read
                body = await _read_asgi_body(receive, receiver.max_body_bytes)
            except WebhookError as error:
                return observation.reject(error)
            if body is None:
                return None
            return await receiver._respond_async(headers, body, self._handler, observation, is_async=self._is_async)  # noqa: SLF001 - of the same package


async def _send_response(response: WebhookResponse, send: Send) -> None:
    headers = [(name.lower().encode(), value.encode()) for name, value in response.headers.items()]
    headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})


async def _read_asgi_body(receive: Receive, max_bytes: int) -> bytes | None:
    """Return the whole body, or None after a disconnect.

    Raises:
        WebhookBodyError: The body is too long; the rest is not read.
        WebhookUnavailableError: No bytes arrive for 5 seconds, or the body takes more than 8 seconds in total.
    """
    clock = asyncio.get_running_loop().time
    last = clock()
    end = last + RESPONSE_SECONDS
    body = bytearray()
    while clock() < end:
        message = await _receive_until(receive, min(last + STALL_SECONDS, end))
        if message is None:
            break
        if message["type"] == "http.disconnect":
            return None
        if chunk := message.get("body", b""):
            last = clock()
            body += chunk
        if len(body) > max_bytes:
            raise body_too_long(max_bytes)
        if not message.get("more_body", False):
            return bytes(body)
    if body:
        raise WebhookUnavailableError(f"the body is incomplete: it stops after {len(body):,} bytes, without an end")
    raise missing_body(f"no body arrived within {STALL_SECONDS:g} s")


async def _receive_until(receive: Receive, until: float) -> Message | None:
    """Return the next message, or None if there is none until then, by the event loop's clock."""
    try:
        async with asyncio.timeout_at(until) as timeout:
            return await receive()
    except TimeoutError:
        if timeout.expired():
            return None
        raise


def wsgi_app(receiver: Receiver, handler: Handler) -> WSGIApp:
    """Return a WSGI application for Flask and other frameworks.

    Requests without an accepted Authorization value get their response before the body is read. The server skips the
    rest of the body, or closes the connection.

    Apache's mod_wsgi passes the Authorization header on only with `WSGIPassAuthorization On`.

    Args:
        receiver: The receiver.
        handler: Called with each event; not async. If it raises, Adapty posts the event again.

    Raises:
        AdaptyConfigError: The handler is not callable, or is async.

    Example:
        >>> from flask import Flask
        >>> from werkzeug.middleware.dispatcher import DispatcherMiddleware
        >>> from adapty.webhooks import Receiver
        >>> app = Flask("shop")
        >>> mounts = {"/webhooks/adapty": wsgi_app(Receiver("the value from the dashboard"), print)}
        >>> app.wsgi_app = DispatcherMiddleware(app.wsgi_app, mounts)
    """
    return WSGIApp(receiver, validate_handler(handler, may_be_async=False))


class WSGIApp:
    """WSGI application of a receiver."""

    def __init__(self, receiver: Receiver, handler: Handler) -> None:
        self._receiver = receiver
        self._handler = handler

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Serve one request."""
        response = self._respond(environ)
        headers = [*response.headers.items(), ("Content-Length", str(len(response.body)))]
        start_response(f"{response.status} {HTTPStatus(response.status).phrase}", headers)
        return [response.body]

    def _respond(self, environ: dict[str, Any]) -> WebhookResponse:
        is_bounded = environ.get("CONTENT_LENGTH") or environ.get("wsgi.input_terminated")
        read = environ["wsgi.input"].read if is_bounded else None
        return _respond(self._receiver, self._handler, environ, read)


def django_view(receiver: Receiver, handler: Handler) -> Callable[[HttpRequest], HttpResponse]:
    """Return a Django view, which requires no CSRF token.

    The address in the dashboard must be exactly the path of the view, with or without a slash at its end: Django
    redirects one to the other, and Adapty takes a redirect for "received".

    Args:
        receiver: The receiver.
        handler: Called with each event; not async. If it raises, Adapty posts the event again.

    Raises:
        AdaptyConfigError: The handler is not callable, or is async.

    Example:
        >>> from django.urls import path
        >>> from adapty.webhooks import Receiver
        >>> view = django_view(Receiver("the value from the dashboard"), print)
        >>> urlpatterns = [path("webhooks/adapty", view)]
    """
    from django.http import HttpResponse  # noqa: PLC0415 - only this function needs Django
    from django.views.decorators.csrf import csrf_exempt  # noqa: PLC0415

    validate_handler(handler, may_be_async=False)

    def adapty_webhook(request: HttpRequest) -> HttpResponse:
        read = _django_body_reader(request)
        response = _respond(receiver, handler, request.META, read)
        return HttpResponse(response.body, status=response.status, headers=dict(response.headers))

    view: Callable[[HttpRequest], HttpResponse] = csrf_exempt(adapty_webhook)
    return view


def _django_body_reader(request: HttpRequest) -> Callable[[int], bytes]:
    """Return the function that reads the body.

    `request.body` would read as much as Django's own limit allows. Under WSGI without a declared length, as for a body
    in chunks, `request.read` returns nothing. Under ASGI Django has read the whole body before it calls the view.
    """
    environ = getattr(request, "environ", {})
    is_chunked = not request.META.get("CONTENT_LENGTH") and environ.get("wsgi.input_terminated")
    read: Callable[[int], bytes] = environ["wsgi.input"].read if is_chunked else request.read
    return read


def _respond(
    receiver: Receiver, handler: Handler, environ: Mapping[str, Any], read: Callable[[int], bytes] | None
) -> WebhookResponse:
    if environ["REQUEST_METHOD"] != "POST":
        return _NOT_FOUND
    with receiver._observe() as observation:  # noqa: SLF001 - of the same package
        try:
            receiver.authenticate(environ)  # before anything of the body is read
            body = read_body(environ, read, receiver.max_body_bytes)
        except WebhookError as error:
            return observation.reject(error)
        return receiver._respond(environ, body, handler, observation)  # noqa: SLF001 - of the same package
