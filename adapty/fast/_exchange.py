"""Sends requests over aiohttp's connections and reads their responses, exactly as httpx says and expects them."""

from __future__ import annotations

import asyncio
import os
import re
from base64 import b64encode
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urlsplit

import httpx
from aiohttp.http import StreamWriter
from attrs import field, frozen

from adapty._dialer import UnusableClient, create_ssl_context
from adapty._http import USER_AGENT
from adapty._proxies import Proxies, check_proxy
from adapty._reading import IS_SENT, BodyDecoder, ResponseTooLarge, deadline_error
from adapty.errors import AdaptyConfigError
from adapty.fast._exceptions import EXCHANGE_FAILURES, to_exchange_error
from adapty.fast._pool import Origin, Pool
from adapty.fast._transport import is_socks

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator, Iterable, Mapping

    from aiohttp import StreamReader
    from aiohttp.client_proto import ResponseHandler
    from aiohttp.http import RawResponseMessage

__all__ = ["Exchange", "Response", "Settings"]

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
        """The headers. Converted on access, because few responses are asked for them."""
        # aiohttp before 3.14.4 leaves white space at the end of values.
        return httpx.Headers([(name, value.rstrip(b" \t")) for name, value in self.message.raw_headers])

    def to_httpx(self) -> httpx.Response:
        """Return it in httpx's form."""
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


@frozen
class Settings:
    """How a transport connects.

    Attributes:
        proxy: The proxy for all requests, instead of those of the environment.
        proxies: The proxies of the environment.
        trust_env: Whether the environment names trusted certificates.
        cafile: A file of additional trusted certificates.
        max_connections: The maximum number of connections of one event loop.
        max_response_bytes: The maximum size of a response body.
    """

    proxy: str | None = field(repr=False)
    proxies: Proxies
    trust_env: bool
    cafile: str | None
    max_connections: int | None
    max_response_bytes: int

    @classmethod
    def build(
        cls,
        *,
        proxy: str | None,
        trust_env: bool,
        cafile: str | os.PathLike[str] | None,
        max_connections: int | None,
        max_response_bytes: int,
    ) -> Settings:
        """Check the arguments of a transport.

        Raises:
            AdaptyConfigError: One of them is wrong.
        """
        if max_connections is not None:
            _check_count("max_connections", max_connections, "or None")
        _check_count("max_response_bytes", max_response_bytes)
        path = None
        if cafile is not None:
            try:
                path = os.fsdecode(cafile)
                _ssl_context(path, *_certificate_settings(trust_env=trust_env))
            except (OSError, TypeError, ValueError) as exc:
                problem = type(exc).__name__
            else:
                problem = ""
            if problem:
                expected = "expected a file of certificates in PEM format"
                raise AdaptyConfigError.for_field("cafile", f"cannot be loaded ({problem}); {expected}")
        return cls(
            proxy=None if proxy is None else check_proxy("proxy", proxy),
            proxies=Proxies.from_environment() if trust_env else Proxies({}),
            trust_env=trust_env,
            cafile=path,
            max_connections=max_connections,
            max_response_bytes=max_response_bytes,
        )

    def origin(self, url: httpx.URL) -> Origin:
        """Return where the connections for a URL lead to.

        Raises:
            httpx.UnsupportedProtocol: It is not an http or https URL with a host.
            httpx.InvalidURL: The host is not a valid domain name.
            AdaptyConfigError: The proxy or the certificates cannot be used.
        """
        if url.scheme not in {"http", "https"} or not url.raw_host:
            raise httpx.UnsupportedProtocol("Request URL is missing an 'http://' or 'https://' protocol.")
        try:
            _ = url.host  # decodes it
        except UnicodeError:
            raise httpx.InvalidURL("the host is not a valid domain name") from None
        address = f"{url.scheme}://{url.netloc.decode('ascii')}"
        name, proxy = "proxy", self.proxy
        if proxy is None:
            name, proxy = "HTTP_PROXY, HTTPS_PROXY or ALL_PROXY", self.proxies.for_url(address)
        if proxy is None:
            return Origin(address, self._context(url.scheme))
        if is_socks(proxy):
            del proxy  # it may contain a password
            problem = "is a SOCKS proxy, which AsyncFastTransport does not support; use the client without transport="
            raise AdaptyConfigError.for_field(name, problem)
        parts = urlsplit(proxy)
        headers = {"Host": url.netloc.decode("ascii"), "User-Agent": USER_AGENT}
        if parts.username or parts.password:
            credentials = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
            headers["Proxy-Authorization"] = f"Basic {b64encode(credentials.encode()).decode('ascii')}"
        address_of_proxy = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        return Origin(address, self._context(url.scheme, parts.scheme), address_of_proxy, headers)

    def _context(self, *schemes: str) -> ssl.SSLContext | None:
        if "https" not in schemes:
            return None
        try:
            return _ssl_context(self.cafile, *_certificate_settings(trust_env=self.trust_env))
        except (OSError, ValueError) as exc:
            problem = f"the certificates cannot be loaded ({type(exc).__name__})"
        raise AdaptyConfigError(f"SSL_CERT_FILE or SSL_CERT_DIR: {problem}")


def _check_count(name: str, value: Any, alternative: str = "") -> None:
    if type(value) is not int or value < 1:
        expected = ", ".join(filter(None, ["expected an integer of 1 or more", alternative]))
        raise AdaptyConfigError.for_field(name, f"is not a valid number; {expected}")


def _certificate_settings(*, trust_env: bool) -> tuple[str | None, ...]:
    return tuple(os.environ.get(name) if trust_env else None for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"))


@lru_cache(maxsize=8)
def _ssl_context(cafile: str | None, cert_file: str | None, cert_dir: str | None) -> ssl.SSLContext:
    """Load the trusted certificates once per setting: it takes as long as hundreds of requests."""
    context = create_ssl_context(cert_file, cert_dir)
    context.set_alpn_protocols(["http/1.1"])
    if cafile is not None:
        context.load_verify_locations(cafile)
    return context


class Exchange:
    """Sends in the running event loop, over connections of this process and this loop.

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
        """Return where the connections for a URL lead to; see `Settings.origin`."""
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
            meant: httpx.TransportError = to_exchange_error(exc)
            if isinstance(exc, TimeoutError) and deadline.expired():
                meant = deadline_error(is_sent=extensions[IS_SENT])
            elif pool.is_closed:
                meant = httpx.ReadError("the transport was closed")
        # Raised here, without a context: aiohttp's exceptions contain what the server sent.
        raise meant

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
                except RuntimeError:  # closed just now
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
        # asyncio.run closes the async generators of its event loop at its end, and with this one the connections.
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
            raise httpx.WriteTimeout("the request was not taken in time") from None


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
