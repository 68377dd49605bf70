"""Sends requests over pyreqwest and gives their answers, async and blocking."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
from pyreqwest.exceptions import PyreqwestError

from adapty.fast.clients import Clients, async_client, blocking_client
from adapty.fast.faults import fault
from adapty.fast.wire import prepared, received

if TYPE_CHECKING:
    from adapty.fast.settings import FastSettings

__all__ = ["AsyncExchange", "Exchange"]


class AsyncExchange:
    """Sends in the event loop that is running."""

    def __init__(self, settings: FastSettings) -> None:
        """Take what to connect with; nothing is opened yet."""
        self._clients = Clients(async_client, settings)

    async def send(self, request: httpx.Request) -> httpx.Response:
        """Send a request and read its answer whole; see `AsyncFastTransport.handle_async_request`."""
        client = self._clients.of(request.extensions.get("timeout"))
        stream = request.stream
        body = b"".join(stream) if isinstance(stream, httpx.ByteStream) else await request.aread()
        outgoing = prepared(client, request, body).build()
        try:
            answer = await outgoing.send()
            return received(answer, bytes(await answer.bytes()))
        except PyreqwestError as problem:
            meant = fault(problem)
        # Raised out here: one exception says it all.
        raise meant

    async def close(self) -> None:
        """Close the connections; what is under way ends with an httpx.ReadError."""
        for client in self._clients.end():
            await client.close()


class Exchange:
    """Sends in the thread that asks."""

    def __init__(self, settings: FastSettings) -> None:
        """Take what to connect with; nothing is opened yet."""
        self._clients = Clients(blocking_client, settings)

    def send(self, request: httpx.Request) -> httpx.Response:
        """Send a request and read its answer whole; see `FastTransport.handle_request`."""
        client = self._clients.of(request.extensions.get("timeout"))
        stream = request.stream
        body = b"".join(stream) if isinstance(stream, httpx.ByteStream) else request.read()
        outgoing = prepared(client, request, body).build()
        try:
            answer = outgoing.send()
            return received(answer, bytes(answer.bytes()))
        except PyreqwestError as problem:
            meant = fault(problem)
        # Raised out here: one exception says it all.
        raise meant

    def close(self) -> None:
        """Close the connections; what is under way ends with an httpx.ReadError."""
        for client in self._clients.end():
            client.close()
