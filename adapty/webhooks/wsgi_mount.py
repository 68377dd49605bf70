"""A receiver as a WSGI application, for Flask and whatever else speaks WSGI."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from adapty.errors import WebhookError
from adapty.webhooks.handlers import checked_handler
from adapty.webhooks.replies import NOT_FOUND, WebhookResponse, refused
from adapty.webhooks.streams import read_posted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from adapty.webhooks.handlers import Handler
    from adapty.webhooks.receiver import Receiver

__all__ = ["WSGIApp", "wsgi_app"]


def wsgi_app(receiver: Receiver, handler: Handler) -> WSGIApp:
    """Give a WSGI application that takes events and has them handled.

    Whoever does not have the Authorization value is answered before the body is read. What is left of it is the
    server's to pass over, or to close the connection for, as it does for any application that does not read a body.

    Under Apache's mod_wsgi the Authorization header only comes with `WSGIPassAuthorization On`.

    Args:
        receiver: What takes the requests.
        handler: What handles an event; not async. What it raises has Adapty post the event again.

    Raises:
        AdaptyConfigError: The handler cannot be called, or is async.

    Example:
        >>> from flask import Flask
        >>> from werkzeug.middleware.dispatcher import DispatcherMiddleware
        >>> from adapty.webhooks import Receiver
        >>> app = Flask("shop")
        >>> mounts = {"/webhooks/adapty": wsgi_app(Receiver("the value from the dashboard"), print)}
        >>> app.wsgi_app = DispatcherMiddleware(app.wsgi_app, mounts)
    """
    return WSGIApp(receiver, checked_handler(handler, may_be_async=False))


class WSGIApp:
    """What `wsgi_app` gives."""

    def __init__(self, receiver: Receiver, handler: Handler) -> None:
        self._receiver = receiver
        self._handler = handler

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Serve one request."""
        response = self._reply(environ)
        headers = [*response.headers.items(), ("Content-Length", str(len(response.body)))]
        start_response(f"{response.status} {HTTPStatus(response.status).phrase}", headers)
        return [response.body]

    def _reply(self, environ: dict[str, Any]) -> WebhookResponse:
        if environ["REQUEST_METHOD"] != "POST":
            return NOT_FOUND
        try:
            self._receiver.authenticate(environ)
            body = _body(environ, self._receiver.max_body_bytes)
        except WebhookError as error:
            return refused(error)
        return self._receiver.handle(environ, body, self._handler)


def _body(environ: dict[str, Any], most: int) -> bytes:
    is_bounded = environ.get("CONTENT_LENGTH") or environ.get("wsgi.input_terminated")
    return read_posted(environ, environ["wsgi.input"].read if is_bounded else None, most)
