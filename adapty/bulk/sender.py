"""Ways for a lane to send: over a transport of httpx, or as a client of the caller's sends."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
from attrs import asdict

from adapty._http import SENDING_FAILS, RequestMaker, failure
from adapty.fast import AsyncFastTransport

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from concurrent.futures import Executor

    from adapty._core.answers import Answer
    from adapty._core.call import Failure, Request
    from adapty._core.operations import Api
    from adapty._sync.client import Adapty
    from adapty.config import Config

__all__ = ["ThreadSender", "TransportSender"]

_KINDS = 16
"""So many kinds of request are remembered: an import has one; of deletions, each has a header of its own."""


class TransportSender:
    """Sends over an httpx transport, without an httpx client between: there is little to do for each request."""

    def __init__(self, config: Config, api: Api, transport: httpx.AsyncBaseTransport) -> None:
        """Take the settings, and the transport, which is the caller's to close.

        Raises:
            AdaptyConfigError: There is no key of this API.
        """
        self._timeouts = config.timeouts
        self._outgoing = RequestMaker(config, api, [(b"Accept", b"*/*")])
        if type(transport) is AsyncFastTransport:  # one derived from it may do more in between
            self._answer_to = self._in_parts_over(transport)
        else:
            self._answer_to = partial(self._over, transport)

    async def __call__(self, request: Request) -> Answer | Failure:
        """Send once."""
        try:
            return await self._answer_to(request)
        except SENDING_FAILS as problem:
            return failure(problem, self._timeouts)

    async def _over(self, transport: httpx.AsyncBaseTransport, request: Request) -> Answer:
        response = await transport.handle_async_request(self._outgoing(request))
        if isinstance(response.stream, httpx.ByteStream) and "content-encoding" not in response.headers:
            return _Whole(response.status_code, response.headers, b"".join(response.stream))
        try:
            await response.aread()
        except BaseException:
            await response.aclose()
            raise
        return response

    def _in_parts_over(self, transport: AsyncFastTransport) -> Callable[[Request], Awaitable[Answer]]:
        """Leave httpx's objects out, and make the headers once: they cost more than all else that a request does."""
        exchange, timeouts = transport._exchange, asdict(self._timeouts)  # noqa: SLF001 - of the same package
        known: dict[tuple[Any, ...], tuple[str, Any]] = {}

        def made(request: Request) -> tuple[str, Any]:
            _, address, headers, _ = self._outgoing.parts(request)
            if request.body is not None:
                del headers[-1]  # the length of this one body
            return address, exchange.header_map(headers)

        def answer_to(request: Request) -> Awaitable[Answer]:
            kind = (request.method, request.target, request.body is None, *request.headers.items())
            beginning = known.get(kind)
            if beginning is None:
                beginning = made(request)
                if len(known) < _KINDS:
                    known[kind] = beginning
            address, headers = beginning
            return exchange.send_parts(request.method, address, headers, request.body or b"", timeouts)

        return answer_to


class _Whole(NamedTuple):
    """An answer that came whole: to have httpx read it through its decoders takes as long as to make the request."""

    status_code: int
    headers: httpx.Headers
    content: bytes


class ThreadSender:
    """Sends as a blocking client does, in threads."""

    def __init__(self, adapty: Adapty, api: Api, threads: Executor) -> None:
        """Take the client, and the threads, which are the caller's to end."""
        self._send = adapty._transport._send  # noqa: SLF001 - of the same package
        self._api = api
        self._threads = threads

    async def __call__(self, request: Request) -> Answer | Failure:
        """Send once."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._send, self._api, request)
