"""Read the body of an ASGI request, for a limited time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from adapty.errors import WebhookUnavailableError
from adapty.webhooks._request import READ_BEFORE, RESPONSE_SECONDS, too_long

__all__ = ["Message", "Receive", "read_asgi_body"]

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

STALL_SECONDS = 5.0
"""How long to wait for the next bytes. Where a middleware has read the body, the server waits for the end of the
connection instead, and Adapty waits 10 seconds for an answer."""


async def read_asgi_body(receive: Receive, most: int) -> bytes | None:
    """Return the whole body, or None where the connection ends before.

    Args:
        receive: Gives the next message of the server.
        most: How many bytes the body may have.

    Raises:
        WebhookBodyError: It is longer than `most` bytes; the rest is not read.
        WebhookUnavailableError: No bytes come for 5 seconds, or it takes more than 8 seconds in all.
    """
    clock = asyncio.get_running_loop().time
    last = clock()
    end = last + RESPONSE_SECONDS
    body = bytearray()
    while clock() < end:
        message = await _next_message(receive, min(last + STALL_SECONDS, end))
        if message is None:
            break
        if message["type"] == "http.disconnect":
            return None
        if part := message.get("body", b""):
            last = clock()
            body += part
        if len(body) > most:
            raise too_long(most)
        if not message.get("more_body", False):
            return bytes(body)
    if body:
        raise WebhookUnavailableError(f"the body broke off: it stops after {len(body):,} bytes, without an end")
    raise WebhookUnavailableError(f"no body came within {STALL_SECONDS:g} s; {READ_BEFORE}")


async def _next_message(receive: Receive, until: float) -> Message | None:
    """Return the next message; None where there is none by this moment of the event loop's clock."""
    try:
        async with asyncio.timeout_at(until) as timeout:
            return await receive()
    except TimeoutError:
        if timeout.expired():
            return None
        raise
