"""The connections of a dispatcher: its own transports, or the caller's client."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from contextvars import copy_context
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, Any

import httpx
from attrs import asdict

from adapty._async.client import AsyncAdapty
from adapty._async_connections import AsyncConnections
from adapty._core.call import Failure, Request
from adapty._core.error_mapping import Response
from adapty._core.validation import type_name
from adapty._dialer import Dialer
from adapty._http import TRANSPORT_ERRORS, RequestBuilder, to_failure
from adapty._proxies import Proxies, is_socks
from adapty._reading import send_async
from adapty.errors import AdaptyConfigError
from adapty.fast import AsyncFastTransport, fast_is_installed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from concurrent.futures import Executor

    from adapty._core.addresses import Endpoint
    from adapty._core.operations import Api
    from adapty._sync.client import Adapty
    from adapty.config import Config

__all__ = ["Sender", "ThreadSender", "TransportSender", "open_senders"]

Sender = Callable[[Request], Awaitable[Response | Failure]]
"""Sends a request once and returns a `Failure` if that does not succeed."""

_MAX_CACHED_HEADERS = 16
"""An import has one kind of request; each deletion has its own header."""

_parse_url = lru_cache(maxsize=64)(httpx.URL)


@asynccontextmanager
async def open_senders(
    client: Adapty | AsyncAdapty,
    api: Api,
    count: int,
    create: Callable[[], httpx.AsyncBaseTransport] | None,
) -> AsyncIterator[tuple[list[Sender], Endpoint]]:
    """Return the senders and the endpoint that errors name. Close what was opened at the end.

    Args:
        client: The client. If it uses the caller's httpx client or transport, so do the senders.
        api: The API to send to.
        count: Number of senders.
        create: Creates the transport of one sender. Default: the fastest transport that is installed.

    Raises:
        AdaptyConfigError: A transport cannot be created, or the key of the API is missing.
    """
    config = client._transport.config  # noqa: SLF001 - of the same package
    config.key(api)
    async with AsyncExitStack() as stack:
        if create is None and not client._transport.is_default:  # noqa: SLF001
            yield [_client_sender(client, api, count, stack)] * count, config.endpoint(api)
            return
        proxies = Proxies.from_environment()
        endpoint = config.endpoint(api, proxies if create is None else None)
        if create is None and fast_is_installed() and not is_socks(proxies.for_url(config.base_urls[api])):
            transports: list[httpx.AsyncBaseTransport] = [AsyncFastTransport(max_connections=None)] * count
            stack.push_async_callback(transports[0].aclose)
        else:
            dialer = Dialer(proxies.for_url)
            if create is None:
                dialer.check(config.base_urls[api])
            create = create or partial(AsyncConnections, dialer)
            transports = [_create_transport(create, stack) for _ in range(count)]
        yield [TransportSender(config, api, transport) for transport in transports], endpoint


def _create_transport(
    create: Callable[[], httpx.AsyncBaseTransport], stack: AsyncExitStack
) -> httpx.AsyncBaseTransport:
    transport = create()
    if not isinstance(transport, httpx.AsyncBaseTransport):
        raise AdaptyConfigError.for_field(
            "transport", f"gave {type_name(transport)}; expected an httpx.AsyncBaseTransport"
        )
    stack.push_async_callback(transport.aclose)
    return transport


def _client_sender(client: Adapty | AsyncAdapty, api: Api, count: int, stack: AsyncExitStack) -> Sender:
    """Return a sender that uses the client's own connections."""
    if isinstance(client, AsyncAdapty):
        return partial(client._transport._send, api)  # noqa: SLF001 - of the same package
    threads = ThreadPoolExecutor(count, thread_name_prefix="adapty-bulk")
    stack.callback(threads.shutdown, wait=False, cancel_futures=True)  # does not wait for a cancelled request
    return ThreadSender(client, api, threads)


class TransportSender:
    """Sends over an httpx transport without an httpx client, which would cost more than the request."""

    def __init__(self, config: Config, api: Api, transport: httpx.AsyncBaseTransport) -> None:
        """Create a sender; the caller closes the transport.

        Raises:
            AdaptyConfigError: The key of the API is missing, or its proxy or the certificates cannot be used.
        """
        self._timeouts = config.timeouts
        self._limit = config.max_response_bytes
        self._requests = RequestBuilder(config, api)
        if type(transport) is AsyncFastTransport:  # not a subclass, which may override methods
            self._send = self._send_directly(transport, config.base_urls[api])
        else:
            self._send = partial(self._send_over, transport)

    async def __call__(self, request: Request) -> Response | Failure:
        """Send once."""
        try:
            return await self._send(request)
        except TRANSPORT_ERRORS as problem:
            return to_failure(problem, self._timeouts)

    async def _send_over(self, transport: httpx.AsyncBaseTransport, request: Request) -> Response:
        handle = transport.handle_async_request
        return await send_async(handle, self._requests.build(request), total=self._timeouts.total, limit=self._limit)

    def _send_directly(self, transport: AsyncFastTransport, base_url: str) -> Callable[[Request], Awaitable[Response]]:
        """Return a function that sends without httpx's objects and serializes equal headers once."""
        exchange, timeouts = transport._exchange, asdict(self._timeouts)  # noqa: SLF001 - of the same package
        heads: dict[tuple[Any, ...], bytes] = {}

        @cache
        def find_origin() -> Any:
            return exchange.origin(_parse_url(base_url))

        with suppress(httpx.InvalidURL, UnicodeError):  # the first request raises it again
            find_origin()

        def serialize(request: Request) -> bytes:
            method, address, headers, _ = self._requests.build_parts(request)
            if request.body is not None:
                del headers[-1]  # Content-Length, which differs
            return exchange.serialize(find_origin(), method, _parse_url(address), headers)

        def send(request: Request) -> Awaitable[Response]:
            kind = (request.method, request.target, request.body is None, *request.headers.items())
            head = heads.get(kind)
            if head is None:
                head = serialize(request)
                if len(heads) < _MAX_CACHED_HEADERS:
                    heads[kind] = head
            body = request.body
            data = head + b"\r\n" if body is None else b"%bContent-Length: %d\r\n\r\n%b" % (head, len(body), body)
            return exchange.send(find_origin(), data, timeouts, self._limit)

        return send


class ThreadSender:
    """Sends over the connections of a sync client, in threads."""

    def __init__(self, client: Adapty, api: Api, threads: Executor) -> None:
        """Create a sender; the caller shuts the threads down."""
        self._send = client._transport._send  # noqa: SLF001 - of the same package
        self._api = api
        self._threads = threads

    async def __call__(self, request: Request) -> Response | Failure:
        """Send once."""
        send = partial(copy_context().run, self._send, self._api, request)
        return await asyncio.get_running_loop().run_in_executor(self._threads, send)
