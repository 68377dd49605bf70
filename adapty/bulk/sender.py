"""Ways for a lane to send: over a transport of httpx, or as a client of the caller's sends."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, Any

import httpx
from attrs import asdict

from adapty._http import TRANSPORT_ERRORS, RequestBuilder, to_failure
from adapty._reading import send_async
from adapty.fast import AsyncFastTransport

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from concurrent.futures import Executor

    from adapty._core.call import Failure, Request
    from adapty._core.error_mapping import Response
    from adapty._core.operations import Api
    from adapty._sync.client import Adapty
    from adapty.config import Config

__all__ = ["ThreadSender", "TransportSender"]

_KINDS = 16
"""So many kinds of request are remembered: an import has one; of deletions, each has a header of its own."""

_url = lru_cache(maxsize=64)(httpx.URL)


class TransportSender:
    """Sends over an httpx transport, without an httpx client in between: there is little to do for each request."""

    def __init__(self, config: Config, api: Api, transport: httpx.AsyncBaseTransport) -> None:
        """Take the settings, and the transport, which the caller closes.

        Raises:
            AdaptyConfigError: There is no key of this API, or its proxy or the certificates cannot be used.
        """
        self._timeouts = config.timeouts
        self._limit = config.max_response_bytes
        self._requests = RequestBuilder(config, api)
        if type(transport) is AsyncFastTransport:  # a subclass may do more in between
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
        """Leave out httpx's requests and responses, and serialize equal headers once: they cost more than sending."""
        exchange, timeouts = transport._exchange, asdict(self._timeouts)  # noqa: SLF001 - of the same package
        heads: dict[tuple[Any, ...], bytes] = {}

        @cache
        def find_origin() -> Any:
            return exchange.origin(_url(base_url))

        with suppress(httpx.InvalidURL, UnicodeError):  # raised again by the first request
            find_origin()

        def serialize(request: Request) -> bytes:
            method, address, headers, _ = self._requests.build_parts(request)
            if request.body is not None:
                del headers[-1]  # the length of this one body
            return exchange.serialize(find_origin(), method, _url(address), headers)

        def send(request: Request) -> Awaitable[Response]:
            kind = (request.method, request.target, request.body is None, *request.headers.items())
            head = heads.get(kind)
            if head is None:
                head = serialize(request)
                if len(heads) < _KINDS:
                    heads[kind] = head
            body = request.body
            data = head + b"\r\n" if body is None else b"%bContent-Length: %d\r\n\r\n%b" % (head, len(body), body)
            return exchange.send(find_origin(), data, timeouts, self._limit)

        return send


class ThreadSender:
    """Sends as a blocking client does, in threads."""

    def __init__(self, adapty: Adapty, api: Api, threads: Executor) -> None:
        """Take the client, and the threads, which are the caller's to end."""
        self._send = adapty._transport._send  # noqa: SLF001 - of the same package
        self._api = api
        self._threads = threads

    async def __call__(self, request: Request) -> Response | Failure:
        """Send once."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._send, self._api, request)
