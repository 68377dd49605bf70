"""A receiver as a Django view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapty.errors import WebhookError
from adapty.webhooks.handlers import checked_handler
from adapty.webhooks.replies import NOT_FOUND, Reply, refused
from adapty.webhooks.streams import declared_length, read_body

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
        reply = _reply(receiver, handle, request)
        return HttpResponse(reply.body, status=reply.status, headers=dict(reply.headers))

    view: Callable[[HttpRequest], HttpResponse] = csrf_exempt(adapty_webhook)
    return view


def _reply(receiver: Receiver, handler: Handler, request: HttpRequest) -> Reply:
    if request.method != "POST":
        return NOT_FOUND
    try:
        # Not `request.body`, which reads as much as Django's own limit allows.
        length = declared_length(request.META.get("CONTENT_LENGTH"))
        body = read_body(request.read, length, receiver.max_body_bytes)
    except WebhookError as error:
        return refused(error)
    return receiver.answer(request.headers, body, handler)
