"""Requests sent over aiohttp's connections as httpx sends them, and their responses."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
from aiohttp.http import StreamWriter

from adapty._dialer import UnusableClient
from adapty._reading import IS_SENT, BodyDecoder, ResponseTooLarge, deadline_error
from adapty.fast._exceptions import EXCHANGE_FAILURES, to_exchange_error
from adapty.fast._pool import Origin, Pool

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable, Mapping

    from aiohttp import StreamReader
    from aiohttp.client_proto import ResponseHandler
    from aiohttp.http import RawResponseMessage

    from adapty.fast._settings import Settings

__all__ = ["Exchange", "Response"]

_SWITCHING_PROTOCOLS = 101
_FINAL = 200
_PIECE = 65536
"""A request up to this size fits into the buffers and is written at once."""

_MAX_HEADER_BYTES = 65536
"""The maximum size of one header. aiohttp allows 128 of them."""

_DECODABLE = {"gzip", "x-gzip", "deflate"}

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(rb"(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?")


class Response(NamedTuple):
    """A response that has been read whole.

    Attributes:
        message: Its head, as aiohttp parsed it.
        received: The body as received.
        content: The body, decompressed.
    """

    message: RawResponseMessage
    received: bytes
    content: bytes

    @property
    def status_code(self) -> int:
        """The HTTP status code."""
        return self.message.code

    @property
    def headers(self) -> httpx.Headers:
        """The headers. They are converted on access, because most callers do not read them."""
        # aiohttp before 3.14.4 leaves white space at the end of values.
        return httpx.Headers([(name, value.rstrip(b" \t")) for name, value in self.message.raw_headers])

    def to_httpx(self) -> httpx.Response:
        """Convert it to a response of httpx."""
        major, minor = self.message.version
        return httpx.Response(
            self.message.code,
            headers=self.headers,
            stream=httpx.ByteStream(self.received),
            extensions={
                "http_version": b"HTTP/%d.%d" % (major, minor),
                "reason_phrase": self.message.reason.encode("ascii", "replace"),
            },
        )


class Exchange:
    """The requests of a transport, over connections of this process and of the running event loop.

    Args:
        settings: How to connect.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._origins: dict[tuple[str, bytes], Origin] = {}
        self._pools: dict[asyncio.AbstractEventLoop, Pool] = {}
        self._is_closed = False

    async def handle(self, request: httpx.Request) -> httpx.Response:
        """Send a request; see `AsyncFastTransport.handle_async_request`."""
        origin = self.origin(request.url)
        stream = request.stream
        body = b"".join(stream) if isinstance(stream, httpx.ByteStream) else await request.aread()
        head = self.serialize(origin, request.method, request.url, request.headers.raw)
        response = await self.send(
            origin,
            head + b"\r\n" + _frame(request.headers, body),
            request.extensions.get("timeout") or {},
            self._settings.max_response_bytes,
            is_head=request.method == "HEAD",
            extensions=request.extensions,
        )
        return response.to_httpx()

    def origin(self, url: httpx.URL) -> Origin:
        """Return the target of connections for a URL; see `Settings.origin`."""
        key = (url.scheme, url.netloc)
        if key not in self._origins:
            self._origins[key] = self._settings.origin(url)
        return self._origins[key]

    @staticmethod
    def serialize(origin: Origin, method: str, url: httpx.URL, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
        """Return request line and headers, without the empty line at their end.

        Raises:
            httpx.LocalProtocolError: The method or a header contains a character that cannot be sent.
        """
        if origin.proxy is None or url.scheme == "https":
            return _serialize_head(method, url.raw_path, headers)
        # An HTTP proxy needs the whole URL, and its credentials in each request. A tunnel had them at its start.
        head = _serialize_head(method, origin.url.encode("ascii") + url.raw_path, headers)
        authorization = origin.proxy_headers.get("Proxy-Authorization")
        return head if authorization is None else head + f"Proxy-Authorization: {authorization}\r\n".encode("ascii")

    async def send(
        self,
        origin: Origin,
        data: bytes,
        timeouts: Mapping[str, float | None],
        limit: int,
        *,
        is_head: bool = False,
        extensions: dict[str, Any] | None = None,
    ) -> Response:
        """Send a request and read its response whole.

        Args:
            origin: Where to send it.
            data: The request, serialized.
            timeouts: The timeouts in seconds, as in httpx's extension `timeout`, and `total`.
            limit: The maximum size of the body in bytes, as received and decompressed.
            is_head: Whether it is a HEAD request, whose response has no body.
            extensions: The extensions of the request; `IS_SENT` is set.

        Raises:
            httpx.TransportError: The request or its response does not get through.
            ResponseTooLarge: The body is over the limit.
            UnusableClient: The transport is closed.
        """
        pool = self._pools.get(asyncio.get_running_loop())
        if pool is None or pool.is_inherited or pool.is_closed:
            pool = await self._open_pool()
        total = timeouts.get("total")
        extensions = {} if extensions is None else extensions
        extensions[IS_SENT] = False
        try:
            async with asyncio.timeout(total) as deadline:
                await pool.acquire_slot(timeouts.get("pool"))
                try:
                    connection = await pool.connection(origin, timeouts.get("connect"))
                    extensions[IS_SENT] = True
                    try:
                        response = await _exchange(connection, data, timeouts, limit, is_head=is_head)
                    except BaseException:
                        pool.discard(connection)
                        raise
                    pool.put_back(origin, connection)
                    return response
                finally:
                    pool.release_slot()
        except EXCHANGE_FAILURES as exc:
            failure: httpx.TransportError = to_exchange_error(exc)
            if isinstance(exc, TimeoutError) and deadline.expired():
                failure = deadline_error(is_sent=extensions[IS_SENT])
            elif pool.is_closed:
                failure = httpx.ReadError("the transport was closed")
        # Raised here, without a context: aiohttp's exceptions contain what the server sent.
        raise failure

    async def aclose(self) -> None:
        """Close the connections of this process, in all event loops."""
        self._is_closed = True
        current = asyncio.get_running_loop()
        for loop, pool in list(self._pools.items()):
            if pool.is_inherited:
                continue
            self._pools.pop(loop, None)
            if loop is current and pool.guard is not None:
                await pool.guard.aclose()
            elif loop.is_closed():
                pool.close_without_loop()
            else:
                try:
                    loop.call_soon_threadsafe(pool.close)
                except RuntimeError:  # the loop was closed meanwhile
                    pool.close_without_loop()

    async def _open_pool(self) -> Pool:
        if self._is_closed:
            raise UnusableClient("the transport is closed")
        for loop, abandoned in list(self._pools.items()):
            if loop.is_closed() and not abandoned.is_inherited:
                self._pools.pop(loop, None)
                abandoned.close_without_loop()
        loop = asyncio.get_running_loop()
        limit = self._settings.max_connections
        pool = self._pools[loop] = Pool(None if limit is None else asyncio.Semaphore(limit))
        # At its end, asyncio.run closes the async generators of its event loop. This one closes the connections.
        pool.guard = self._close_at_shutdown(loop, pool)
        await anext(pool.guard)
        return pool

    async def _close_at_shutdown(self, loop: asyncio.AbstractEventLoop, pool: Pool) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            if not pool.is_inherited:
                if self._pools.get(loop) is pool:
                    del self._pools[loop]
                pool.close()
                await asyncio.sleep(0)  # the event loop closes the sockets in its next turn


def _serialize_head(method: str, target: bytes, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    verb = method.encode("utf-8", "replace")
    is_valid = _TOKEN.fullmatch(verb)
    lines = [b"%b %b HTTP/1.1\r\n" % (verb, target)]
    for name, value in headers:
        is_valid = is_valid and _TOKEN.fullmatch(name) and _HEADER_VALUE.fullmatch(value)
        lines.append(b"%b: %b\r\n" % (name, value))
    if not is_valid:
        raise httpx.LocalProtocolError("the method or a header contains a character that cannot be sent")
    return b"".join(lines)


def _frame(headers: httpx.Headers, body: bytes) -> bytes:
    """Return the body in the form that the headers announce.

    Raises:
        httpx.LocalProtocolError: They announce another length, or none.
    """
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return (b"%x\r\n%b\r\n" % (len(body), body) if body else b"") + b"0\r\n\r\n"
    if headers.get("content-length", "0") != str(len(body)):
        raise httpx.LocalProtocolError("the Content-Length header is not the length of the body")
    return body


async def _exchange(
    connection: ResponseHandler,
    data: bytes,
    timeouts: Mapping[str, float | None],
    limit: int,
    *,
    is_head: bool,
) -> Response:
    """Write a request and read its response."""
    connection.set_response_params(
        skip_payload=is_head,
        read_until_eof=True,
        auto_decompress=False,
        read_timeout=timeouts.get("read"),
        max_line_size=_MAX_HEADER_BYTES,
        max_field_size=_MAX_HEADER_BYTES,
    )
    transport = connection.transport
    if transport is None or transport.is_closing():
        raise httpx.WriteError("the connection was lost while the request was written")
    if len(data) <= _PIECE:
        transport.write(data)
    else:
        await _write_large(connection, data, timeouts.get("write"))
    while True:
        connection.start_timeout()
        message, payload = await connection.read()
        if message.code == _SWITCHING_PROTOCOLS:
            raise httpx.RemoteProtocolError("the server switched to another protocol")
        if message.code >= _FINAL:
            return await _read_body(message, payload, limit)


async def _write_large(connection: ResponseHandler, data: bytes, timeout: float | None) -> None:  # noqa: ASYNC109 - httpx's
    writer = StreamWriter(connection, asyncio.get_running_loop())
    for start in range(0, len(data), _PIECE):
        if connection.transport is not None:
            connection.transport.write(data[start : start + _PIECE])
        try:
            async with asyncio.timeout(timeout) as deadline:
                await writer.drain()
        except TimeoutError:
            if not deadline.expired():
                raise
            raise httpx.WriteTimeout("the request was not written in time") from None


async def _read_body(message: RawResponseMessage, payload: StreamReader, limit: int) -> Response:
    coding = message.headers.get("Content-Encoding")
    decoder = None
    if coding is not None and coding.strip().lower() in _DECODABLE:
        decoder = BodyDecoder(message.headers, limit)
    body = bytearray()
    while chunk := payload.read_nowait() if payload.is_eof() else await payload.readany():
        body += chunk
        if decoder is not None:
            decoder.feed(chunk)
        if len(body) > limit:
            raise ResponseTooLarge(f"the response is larger than {limit} bytes (max_response_bytes)")
    received = bytes(body)
    return Response(message, received, received if decoder is None else decoder.finish())
