"""Our transport and httpx's in the same words."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
from attrs import frozen

from adapty.fast import AsyncFastTransport

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

__all__ = ["IN_PARTS", "TIMEOUT", "WHOLE", "Sender", "next_request", "outcome", "request_on"]

WHOLE = "whole"
"""As a transport of httpx."""

IN_PARTS = "parts"
"""As bulk jobs send, without httpx's requests and responses."""

TIMEOUT: Mapping[str, float] = {"connect": 5.0, "read": 5.0, "write": 5.0, "pool": 5.0}


@frozen
class Sender:
    """Sends in one of the two ways."""

    kind: str = WHOLE

    def fast(self, **options: Any) -> httpx.AsyncBaseTransport:
        """Create a transport of ours."""
        return _FAST[self.kind](**options)

    def standard(self) -> httpx.AsyncBaseTransport:
        """Create one of httpx's."""
        return httpx.AsyncHTTPTransport()

    def outcome(self, transport: httpx.AsyncBaseTransport, request: httpx.Request) -> httpx.Response | Exception:
        """Return the response, read, or what was raised instead, and close the transport."""

        async def send() -> httpx.Response | Exception:
            async with transport:
                return await outcome(transport, request)

        return asyncio.run(send())


class _InParts(AsyncFastTransport):
    """Sends the parts of a request, and returns the response in httpx's form."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        exchange = self._exchange
        origin = exchange.origin(request.url)
        body = await request.aread()
        head = exchange.serialize(origin, request.method, request.url, request.headers.raw)
        timeouts = request.extensions["timeout"]
        is_head = request.method == "HEAD"
        response = await exchange.send(origin, head + b"\r\n" + body, timeouts, 2**25, is_head=is_head)
        whole = response.to_httpx()
        whole._content = response.content
        return whole


_FAST: Mapping[str, type[AsyncFastTransport]] = {WHOLE: AsyncFastTransport, IN_PARTS: _InParts}


async def outcome(transport: httpx.AsyncBaseTransport, request: httpx.Request) -> httpx.Response | Exception:
    """Return the response, read, or what was raised instead."""
    try:
        response = await transport.handle_async_request(request)
        await response.aread()
    except Exception as exc:  # noqa: BLE001 - what it is, is what the tests look at
        return exc
    return response


def request_on(url: str, method: str = "POST", *, content: Any = b"{}", **rest: Any) -> httpx.Request:
    """Make a request with timeouts, as a client of httpx does."""
    return httpx.Request(method, url, content=content, extensions={"timeout": dict(TIMEOUT)}, **rest)


def next_request(connection: socket.socket) -> bytes:
    """Read one more request on a connection, one with the body `{}`; nothing where the client closed it."""
    data = b""
    while not data.endswith(b"\r\n\r\n{}"):
        try:
            part = connection.recv(65536)
        except ConnectionError:  # closed while something was under way
            return b""
        if not part:
            return b""
        data += part
    return data
