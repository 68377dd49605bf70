"""A receiver as an ASGI application, for Starlette, FastAPI and whatever else speaks ASGI."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from adapty.errors import WebhookError
from adapty.webhooks.asgi_body import Message, Receive, read_asgi_body
from adapty.webhooks.deadlines import answer_deadline
from adapty.webhooks.handlers import checked_handler
from adapty.webhooks.replies import NOT_FOUND, WebhookResponse, refused

if TYPE_CHECKING:
    from adapty.webhooks.handlers import AsyncHandler, Handler
    from adapty.webhooks.receiver import Receiver

__all__ = ["ASGIApp", "asgi_app"]

Send = Callable[[Message], Awaitable[None]]


def asgi_app(receiver: Receiver, handler: AsyncHandler | Handler) -> ASGIApp:
    """Give an ASGI application that takes events and has them handled; it runs on asyncio.

    Give it a route, not a mount: a mount at `/webhooks/adapty` redirects what is posted there to
    `/webhooks/adapty/`, and Adapty takes a redirect for "received".

    Args:
        receiver: What takes the requests.
        handler: What handles an event, async or not; one that is not async runs in a thread. What it raises has
            Adapty post the event again.

    Raises:
        AdaptyConfigError: The handler cannot be called.

    Example:
        >>> from fastapi import FastAPI
        >>> from adapty.webhooks import Receiver
        >>> app = FastAPI()
        >>> app.add_route("/webhooks/adapty", asgi_app(Receiver("the value from the dashboard"), print))
    """
    return ASGIApp(receiver, checked_handler(handler, may_be_async=True))


class ASGIApp:
    """ASGI application of a receiver: an object, because frameworks treat a function as an endpoint of their own."""

    def __init__(self, receiver: Receiver, handler: AsyncHandler | Handler) -> None:
        self._receiver = receiver
        self._handler = handler

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "http":
            await self._serve(scope, receive, send)
        elif scope["type"] == "lifespan":
            for phase in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{phase}.complete"})
        else:  # a websocket, which is turned away
            await receive()
            await send({"type": "websocket.close"})

    async def _serve(self, scope: Message, receive: Receive, send: Send) -> None:
        with answer_deadline():
            response = await self._reply(scope, receive)
        if response is None:
            return
        headers = {**response.headers, "Content-Length": str(len(response.body))}
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": response.status, "headers": raw})
        await send({"type": "http.response.body", "body": response.body})

    async def _reply(self, scope: Message, receive: Receive) -> WebhookResponse | None:
        """Give what to answer; None where nobody is there any more."""
        if scope["method"] != "POST":
            return NOT_FOUND
        headers = list(scope["headers"])
        try:
            self._receiver.authenticate(headers)  # before the body of just anybody is read
            body = await read_asgi_body(receive, self._receiver.max_body_bytes)
        except WebhookError as error:
            return refused(error)
        if body is None:
            return None
        return await self._receiver.handle_async(headers, body, self._handler)
