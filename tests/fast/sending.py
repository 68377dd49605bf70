"""The async and the blocking transport in the same words, ours and httpx's."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
from attrs import frozen

from adapty.fast import AsyncFastTransport, FastTransport
from adapty.fast.wire import Received

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator, Mapping

__all__ = ["IN_PARTS", "KINDS", "TIMEOUT", "Sender", "Transport", "next_request", "request_on"]

Transport = httpx.AsyncBaseTransport | httpx.BaseTransport

KINDS = ("async", "blocking")

IN_PARTS = "parts"
"""The way that bulk jobs send over the async transport."""

TIMEOUT: Mapping[str, float] = {"connect": 5.0, "read": 5.0, "write": 5.0, "pool": 5.0}


@frozen
class Sender:
    """Sends over transports of one kind."""

    kind: str

    def fast(self, **options: Any) -> Transport:
        """Make a transport of ours."""
        return _FAST[self.kind](**options)

    def standard(self) -> Transport:
        """Make one of httpx's."""
        return httpx.HTTPTransport() if self.kind == "blocking" else httpx.AsyncHTTPTransport()

    def send(self, transport: Transport, request: httpx.Request, *, times: int = 1) -> list[httpx.Response]:
        """Send a request once or several times, one after the other, read the answers and leave the transport open.

        The async transport is used from a new event loop each time.
        """
        if isinstance(transport, httpx.AsyncBaseTransport):
            return [asyncio.run(_answered(transport, request)) for _ in range(times)]
        responses = [transport.handle_request(request) for _ in range(times)]
        for response in responses:
            response.read()
        return responses

    def send_at_once(
        self, transport: Transport, request: httpx.Request, times: int
    ) -> list[httpx.Response | BaseException]:
        """Send a request several times at once, and give the answers, read, or what was raised instead."""
        if isinstance(transport, httpx.AsyncBaseTransport):

            async def all_at_once() -> list[httpx.Response | BaseException]:
                sent = (_answered(transport, request) for _ in range(times))
                return await asyncio.gather(*sent, return_exceptions=True)

            return asyncio.run(all_at_once())
        with ThreadPoolExecutor(times) as threads:
            futures = [threads.submit(self.send, transport, request) for _ in range(times)]
        return [future.exception() or future.result()[0] for future in futures]

    def close(self, transport: Transport) -> None:
        """Close the transport."""
        if isinstance(transport, httpx.AsyncBaseTransport):
            asyncio.run(transport.aclose())
        else:
            transport.close()

    @contextmanager
    def opened(self, transport: Transport) -> Iterator[Transport]:
        """Close the transport at the end of a block."""
        try:
            yield transport
        finally:
            self.close(transport)

    def outcome(self, transport: Transport, request: httpx.Request) -> httpx.Response | Exception:
        """Give the answer, read, or what was raised instead, and close the transport."""
        try:
            if isinstance(transport, httpx.AsyncBaseTransport):
                return asyncio.run(_answered_and_closed(transport, request))
            with transport:
                return self.send(transport, request)[0]
        except Exception as problem:  # noqa: BLE001 - what it is, is what the tests look at
            return problem


class _InParts(AsyncFastTransport):
    """Sends the parts of a request, and gives the answer in httpx's form."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        headers = self._exchange.header_map(request.headers.raw)
        parts = request.method, str(request.url), headers, await request.aread()
        answer = await self._exchange.send_parts(*parts, request.extensions["timeout"])
        if isinstance(answer, httpx.Response):
            return answer
        assert isinstance(answer, Received)
        stream, version = httpx.ByteStream(answer.content), answer.answer.version.encode()
        return httpx.Response(
            answer.status_code, headers=answer.headers, stream=stream, extensions={"http_version": version}
        )


_FAST: Mapping[str, type[AsyncFastTransport | FastTransport]] = {
    "async": AsyncFastTransport,
    "blocking": FastTransport,
    IN_PARTS: _InParts,
}


async def _answered(transport: httpx.AsyncBaseTransport, request: httpx.Request) -> httpx.Response:
    response = await transport.handle_async_request(request)
    await response.aread()
    return response


async def _answered_and_closed(transport: httpx.AsyncBaseTransport, request: httpx.Request) -> httpx.Response:
    # Connections of httpx belong to one event loop.
    async with transport:
        return await _answered(transport, request)


def request_on(url: str, method: str = "POST", *, content: Any = b"{}", **rest: Any) -> httpx.Request:
    """Make a request with timeouts, as a client of httpx does."""
    return httpx.Request(method, url, content=content, extensions={"timeout": dict(TIMEOUT)}, **rest)


def next_request(connection: socket.socket) -> bytes:
    """Read one more request on a connection, one with the body `{}`; nothing where the client has closed it."""
    data = b""
    while not data.endswith(b"\r\n\r\n{}"):
        part = connection.recv(65536)
        if not part:
            return b""
        data += part
    return data
