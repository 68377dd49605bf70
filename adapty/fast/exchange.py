"""Sends requests over pyreqwest and gives their answers, async and blocking."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import httpx
from pyreqwest.exceptions import PyreqwestError

from adapty.fast.clients import Clients, async_client, blocking_client
from adapty.fast.faults import fault
from adapty.fast.wire import address_of, as_it_came, header_map, outgoing, prepared, received

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyreqwest.http import HeaderMap, Url
    from pyreqwest.request import RequestBuilder
    from pyreqwest.response import Response

    from adapty._core.answers import Answer
    from adapty.fast.settings import FastSettings

__all__ = ["AsyncExchange", "Exchange"]


@lru_cache(maxsize=64)
def _address(text: str) -> Url:
    return address_of(httpx.URL(text))


class AsyncExchange:
    """Sends in the event loop that is running."""

    header_map = staticmethod(header_map)

    def __init__(self, settings: FastSettings) -> None:
        """Take what to connect with; nothing is opened yet."""
        self._clients = Clients(async_client, settings)

    async def send(self, request: httpx.Request) -> httpx.Response:
        """Send a request and read its answer whole; see `AsyncFastTransport.handle_async_request`."""
        client = self._clients.of(request.extensions.get("timeout"))
        stream = request.stream
        body = b"".join(stream) if isinstance(stream, httpx.ByteStream) else await request.aread()
        return received(*await _answer_to(prepared(client, request, body)))

    async def send_parts(
        self,
        method: str,
        address: str,
        headers: HeaderMap,
        body: bytes,
        timeouts: Mapping[str, float | None],
    ) -> Answer:
        """Do what `send` does with the parts of a request, without httpx's objects: they cost as much as sending.

        Args:
            method: The method.
            address: The whole URL.
            headers: The headers, as `header_map` gives them; the Content-Length is added where there is a body.
            body: The body.
            timeouts: What httpx puts under a request's extension `timeout`.

        Returns:
            The answer, its body decompressed.

        Raises:
            httpx.TransportError: As `send`.
            httpx.DecodingError: The body is not compressed as a header says.
            httpx.InvalidURL: As `send`.
            RuntimeError: As `send`.
        """
        client = self._clients.of(timeouts)
        answer, content = await _answer_to(outgoing(client, method, _address(address), headers, body))
        plain = as_it_came(answer, content)
        if plain is not None:
            return plain
        response = received(answer, content)
        await response.aread()
        return response

    async def close(self) -> None:
        """Close the connections; what is under way ends with an httpx.ReadError."""
        for client in self._clients.end():
            await client.close()


async def _answer_to(request: RequestBuilder) -> tuple[Response, bytes]:
    try:
        answer = await request.build().send()
        return answer, bytes(await answer.bytes())
    except PyreqwestError as problem:
        meant = fault(problem)
    # Raised out here: one exception says it all.
    raise meant


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
