"""A receiver as a Django view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapty.errors import WebhookError
from adapty.webhooks.handlers import checked_handler
from adapty.webhooks.replies import NOT_FOUND, WebhookResponse, refused
from adapty.webhooks.streams import read_posted

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from adapty.webhooks.handlers import Handler
    from adapty.webhooks.receiver import Receiver

__all__ = ["django_view"]


def django_view(receiver: Receiver, handler: Handler) -> Callable[[HttpRequest], HttpResponse]:
    """Give a Django view that takes events and has them handled; no CSRF token is asked for.

    The address in the dashboard has to be the path as it stands, with or without a slash at its end: Django redirects
    one to the other, and Adapty takes a redirect for "received".

    Args:
        receiver: What takes the requests.
        handler: What handles an event; not async. What it raises has Adapty post the event again.

    Raises:
        AdaptyConfigError: The handler cannot be called, or is async.

    Example:
        >>> from django.urls import path
        >>> from adapty.webhooks import Receiver
        >>> view = django_view(Receiver("the value from the dashboard"), print)
        >>> urlpatterns = [path("webhooks/adapty", view)]
    """
    from django.http import HttpResponse  # noqa: PLC0415 - only who has Django gets here
    from django.views.decorators.csrf import csrf_exempt  # noqa: PLC0415

    handle = checked_handler(handler, may_be_async=False)

    def adapty_webhook(request: HttpRequest) -> HttpResponse:
        response = _reply(receiver, handle, request)
        return HttpResponse(response.body, status=response.status, headers=dict(response.headers))

    view: Callable[[HttpRequest], HttpResponse] = csrf_exempt(adapty_webhook)
    return view


def _reply(receiver: Receiver, handler: Handler, request: HttpRequest) -> WebhookResponse:
    if request.method != "POST":
        return NOT_FOUND
    try:
        receiver.authenticate(request.headers)
        body = read_posted(request.META, _reading(request), receiver.max_body_bytes)
    except WebhookError as error:
        return refused(error)
    return receiver.handle(request.headers, body, handler)


def _reading(request: HttpRequest) -> Callable[[int], bytes]:
    """Give what reads the body: not `request.body`, which reads as much as Django's own limit allows.

    Nor `request.read` under WSGI where no length is declared, as of a body in chunks: Django takes it for empty. Under
    ASGI Django has read the whole body before the view is called.
    """
    environ = getattr(request, "environ", {})
    is_in_chunks = not request.META.get("CONTENT_LENGTH") and environ.get("wsgi.input_terminated")
    read: Callable[[int], bytes] = environ["wsgi.input"].read if is_in_chunks else request.read
    return read
