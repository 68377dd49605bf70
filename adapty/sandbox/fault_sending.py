"""How an answer goes out that meets a fault on its way: later, in two parts, or not at all."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import Message, Receive, Send

    from adapty.sandbox.connection import Connection

__all__ = ["cutting", "pause", "slowly", "stalling"]

_START = "http.response.start"


def slowly(send: Send, wait: Callable[[], Awaitable[None]]) -> Send:
    """Send all of the answer after a wait."""

    async def sending(message: Message) -> None:
        if message["type"] == _START:
            await wait()
        await send(message)

    return sending


def stalling(send: Send, wait: Callable[[], Awaitable[None]], *, is_head: bool) -> Send:
    """Send the head and the first half of the body, and the rest after a wait; where there is no body, all after it.

    Args:
        send: Sends.
        wait: Waits.
        is_head: Whether HEAD was asked for, and so the body is not sent in any case.
    """
    heads: list[Message] = []

    async def sending(message: Message) -> None:
        if message["type"] == _START:
            heads.append(message)
            return
        if heads:
            head, body = heads.pop(), message.get("body", b"")
            if body and not is_head:
                half = len(body) // 2
                await send(head)
                await send({**message, "body": body[:half], "more_body": True})
                await wait()
                message = {**message, "body": body[half:]}
            else:
                await wait()
                await send(head)
        await send(message)

    return sending


def cutting(connection: Connection, receive: Receive) -> Send:
    """Send nothing, and cut the connection where the answer would begin."""

    async def sending(message: Message) -> None:
        if message["type"] == _START:
            connection.cut()
            await _left(receive)

    return sending


async def pause(seconds: float, receive: Receive, connection: Connection | None) -> None:
    """Wait, but no longer than the client does."""
    with connection.held_up() if connection else nullcontext(), suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await _left(receive)


async def _left(receive: Receive) -> None:
    """Wait until the client has left, or was cut off."""
    while (await receive())["type"] != "http.disconnect":
        pass
