"""Read complete responses within a size limit and a deadline."""

from __future__ import annotations

import sys
import zlib
from typing import TYPE_CHECKING, Protocol

import httpx
from attrs import field, frozen

from adapty._clock import monotonic

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

__all__ = [
    "ACCEPT_ENCODING",
    "IS_SENT",
    "BodyDecoder",
    "ConnectDeadlineExceeded",
    "DeadlineExceeded",
    "ResponseTooLarge",
    "Sink",
    "WholeResponse",
    "deadline_error",
    "send",
    "send_async",
]

ACCEPT_ENCODING = "gzip, deflate"
"""The codings that `BodyDecoder` can undo within the size limit. Sent with each request."""

IS_SENT = "adapty_is_sent"
"""The request extension that is True once any of the request has been sent. Missing if the transport cannot tell."""

_NO_LIMIT = sys.maxsize // 2

_WINDOW_BITS = {"gzip": zlib.MAX_WBITS | 16, "x-gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}
_ZLIB_METHOD = 8  # the low four bits of the first byte of a zlib stream


class ResponseTooLarge(httpx.DecodingError):
    """The response body is larger than the limit."""


class DeadlineExceeded(httpx.TimeoutException):
    """The response was not complete within the total time of one attempt."""


class ConnectDeadlineExceeded(DeadlineExceeded):
    """The total time of one attempt ended before anything was sent."""


@frozen
class WholeResponse:
    """A response whose body has been read and decoded.

    Attributes:
        status_code: The HTTP status code.
        headers: The headers, as received.
        content: The decoded body.
    """

    status_code: int
    headers: httpx.Headers = field(repr=False)
    content: bytes = field(repr=False)


class Sink(Protocol):
    """Receives the body of a response part by part, so that it is never in memory as a whole."""

    def accepts(self, status_code: int, headers: Mapping[str, str]) -> bool:
        """Return whether the sink receives the body of this response."""

    def restart(self) -> None:
        """Prepare for a new body; an earlier attempt may have ended in the middle."""

    def write(self, data: bytes) -> None:
        """Receive a part of the decoded body."""


class BodyDecoder:
    """Collects the chunks of a body and decodes its content coding, within a size limit.

    Args:
        headers: The response headers.
        limit: The maximum size of the body in bytes, encoded and decoded.

    Raises:
        ResponseTooLarge: The declared length is over the limit.
        httpx.DecodingError: The body has a coding that was not requested.

    Example:
        >>> decoder = BodyDecoder(httpx.Headers(), limit=10)
        >>> decoder.feed(b"12345")
        >>> decoder.finish()
        b'12345'
    """

    def __init__(self, headers: Mapping[str, str], limit: int) -> None:
        self._limit = limit
        self._received = 0
        self._body = bytearray()
        self._coding = headers.get("content-encoding", "identity").strip().lower()
        self._decompressor: zlib._Decompress | None = None
        if self._coding not in {*_WINDOW_BITS, "identity", ""}:
            raise httpx.DecodingError("the response has a Content-Encoding that was not requested")
        declared = headers.get("content-length", "")
        if declared.isascii() and declared.isdigit() and int(declared[:20]) > limit:
            raise self._too_large()

    def feed(self, chunk: bytes) -> None:
        """Add a chunk as received.

        Raises:
            ResponseTooLarge: The body is over the limit.
            httpx.DecodingError: The body is not encoded as the header says.
        """
        self._received += len(chunk)
        if self._coding not in _WINDOW_BITS:
            self._body += chunk
        elif chunk:
            self._decompress(chunk)
        if max(self._received, len(self._body)) > self._limit:
            raise self._too_large()

    def take(self) -> bytes:
        """Return what has been decoded since the last call, and forget it."""
        taken = bytes(self._body)
        self._body.clear()
        return taken

    def finish(self) -> bytes:
        """Return the whole body, or the rest after `take`.

        Raises:
            httpx.DecodingError: The compressed body is incomplete.
        """
        if self._decompressor is not None and not self._decompressor.eof:
            raise httpx.DecodingError("the compressed response body is incomplete")
        return bytes(self._body)

    def _decompress(self, chunk: bytes) -> None:
        if self._decompressor is None:
            bits = _WINDOW_BITS[self._coding]
            if self._coding == "deflate" and chunk[0] & 0x0F != _ZLIB_METHOD:
                bits = -zlib.MAX_WBITS  # raw deflate, which some servers send under this name
            self._decompressor = zlib.decompressobj(bits)
        try:
            # One byte more than allowed, so that `feed` notices.
            self._body += self._decompressor.decompress(chunk, self._limit + 1 - len(self._body))
        except zlib.error as exc:
            raise httpx.DecodingError(f"the response body is not valid {self._coding} data") from exc
        if self._decompressor.unused_data:
            raise httpx.DecodingError("the response has data after the end of its compressed body")

    def _too_large(self) -> ResponseTooLarge:
        return ResponseTooLarge(f"the response is larger than {self._limit} bytes (max_response_bytes)")


async def send_async(
    handle: Callable[[httpx.Request], Awaitable[httpx.Response]],
    request: httpx.Request,
    *,
    total: float,
    limit: int,
    sink: Sink | None = None,
) -> WholeResponse:
    """Send a request and read its complete response.

    Args:
        handle: Sends the request and returns a response whose body has not been read.
        request: The request.
        total: The maximum time in seconds, from sending to the end of the response.
        limit: The maximum size of the body in bytes.
        sink: Receives a body that it accepts, of any size. The response then has an empty one.

    Raises:
        DeadlineExceeded: The response is not complete in time. `ConnectDeadlineExceeded` if nothing was sent.
        ResponseTooLarge: The body is over the limit.
        Exception: Whatever `handle` raises.
    """
    from asyncio import timeout  # noqa: PLC0415 - the blocking client does without asyncio

    try:
        async with timeout(total) as deadline:
            response = await handle(request)
            try:
                return await _read_async(response, limit, sink)
            finally:
                await response.aclose()
    except TimeoutError:
        if not deadline.expired():
            raise
    raise deadline_error(is_sent=request.extensions.get(IS_SENT, True))


def deadline_error(*, is_sent: bool) -> DeadlineExceeded:
    """Return the error for an attempt that took too long."""
    if is_sent:
        return DeadlineExceeded("the response was not complete in time")
    return ConnectDeadlineExceeded("the request was not sent in time")


async def _read_async(response: httpx.Response, limit: int, sink: Sink | None) -> WholeResponse:
    target = _start_sink(response, sink)
    if response.is_stream_consumed:  # by an event hook of the caller's client
        return _check_size(response, limit, target)
    decoder = BodyDecoder(response.headers, _NO_LIMIT if target else limit)
    async for chunk in response.aiter_raw():
        decoder.feed(chunk)
        if target:
            target.write(decoder.take())
    return WholeResponse(response.status_code, response.headers, decoder.finish())


def send(
    handle: Callable[[httpx.Request], httpx.Response],
    request: httpx.Request,
    *,
    total: float,
    limit: int,
    sink: Sink | None = None,
) -> WholeResponse:
    """Send a request and read its complete response; see `send_async`.

    A blocking call cannot be interrupted: the time is checked whenever a part of the body arrives. The client's own
    connections also check it while they connect, send and receive the headers.
    """
    end = monotonic() + total
    try:
        response = handle(request)
        try:
            return _read(response, limit, end, sink)
        finally:
            response.close()
    except httpx.TimeoutException:
        if monotonic() < end:
            raise
    raise deadline_error(is_sent=request.extensions.get(IS_SENT, True))


def _read(response: httpx.Response, limit: int, end: float, sink: Sink | None) -> WholeResponse:
    target = _start_sink(response, sink)
    if response.is_stream_consumed:
        return _check_size(response, limit, target)
    decoder = BodyDecoder(response.headers, _NO_LIMIT if target else limit)
    for chunk in response.iter_raw():
        decoder.feed(chunk)
        if target:
            target.write(decoder.take())
        if monotonic() > end:
            raise DeadlineExceeded("the response was not complete in time")
    return WholeResponse(response.status_code, response.headers, decoder.finish())


def _start_sink(response: httpx.Response, sink: Sink | None) -> Sink | None:
    """Return the sink if it receives the body of this response."""
    if sink is None or not sink.accepts(response.status_code, response.headers):
        return None
    sink.restart()
    return sink


def _check_size(response: httpx.Response, limit: int, target: Sink | None) -> WholeResponse:
    if target:
        target.write(response.content)
        return WholeResponse(response.status_code, response.headers, b"")
    if len(response.content) > limit:
        raise ResponseTooLarge(f"the response is larger than {limit} bytes (max_response_bytes)")
    return WholeResponse(response.status_code, response.headers, response.content)
