"""Drives calls: sends requests, waits between attempts, and passes what comes back to the core."""

from __future__ import annotations

from asyncio import sleep
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import httpx

from adapty._core.call import Send, execute
from adapty._dialer import Dialer, UnusableClient
from adapty._http import (
    NO_AUTH,
    TRANSPORT_ERRORS,
    RequestBuilder,
    SyncUnsupported,
    build_client_request,
    check_type,
    response_without_body,
    to_failure,
    to_httpx_response,
)
from adapty._process import current_process
from adapty._proxies import Proxies
from adapty._reading import send_async
from adapty.errors import AdaptyConfigError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from adapty._core.call import Call, Failure, Request
    from adapty._core.error_mapping import Response
    from adapty._core.operations import Api
    from adapty.config import Config

__all__ = ["AsyncSharedTransport", "AsyncTransport"]

T = TypeVar("T")


class AsyncTransport:
    """Connections with their settings.

    Attributes:
        config: The settings.
        is_default: Whether the connections are the client's own.
    """

    def __init__(
        self,
        config: Config,
        transport: httpx.AsyncBaseTransport,
        *,
        owned: bool,
        http_client: httpx.AsyncClient | None = None,
        proxies: Proxies | None = None,
    ) -> None:
        """Take the settings and the connections.

        Args:
            config: The settings.
            transport: Sends the requests.
            owned: Whether closing this closes the transport.
            http_client: The caller's client that the transport sends with, if any.
            proxies: The proxies of the environment, if the connections are the client's own.
        """
        self.config = config
        self.is_default = proxies is not None
        self._proxies = proxies
        self._transport = transport
        self._http_client = http_client
        self._owned = owned
        self._makers = {api: RequestBuilder(config, api) for api in config.keys}
        self._endpoints = {api: config.endpoint(api, proxies) for api in config.keys}

    @classmethod
    def open(
        cls,
        config: Config,
        http_client: httpx.AsyncClient | None,
        transport: httpx.AsyncBaseTransport | None,
    ) -> AsyncTransport:
        """Use the given httpx client or transport, or connections of its own.

        Raises:
            AdaptyConfigError: An argument is of the wrong type, or the environment's proxy or certificates cannot be
                used.
        """
        if http_client is not None and transport is not None:
            message = "http_client and transport exclude each other; give the transport to your httpx client"
            raise AdaptyConfigError(message)
        check_type("http_client", http_client, httpx.AsyncClient)
        check_type("transport", transport, httpx.AsyncBaseTransport)
        if http_client is not None:
            client_send = partial(http_client.send, stream=True, auth=NO_AUTH, follow_redirects=False)
            return cls(config, AsyncExternalTransport(client_send), owned=False, http_client=http_client)
        if transport is not None:
            return cls(config, AsyncExternalTransport(transport.handle_async_request, transport), owned=True)
        from adapty._async_connections import AsyncConnections  # noqa: PLC0415 - loads httpcore

        proxies = Proxies.from_environment()
        dialer = Dialer(proxies.for_url)
        for api in config.keys:
            dialer.check(config.base_urls[api])
        return cls(config, AsyncConnections(dialer), owned=True, proxies=proxies)

    def with_config(self, config: Config) -> AsyncTransport:
        """Return a transport with other settings over the same connections, which stay this one's to close."""
        return AsyncTransport(
            config, self._transport, owned=False, http_client=self._http_client, proxies=self._proxies
        )

    async def execute(self, call: Call[T]) -> T:
        """Carry out a call, retries included."""
        api = call.operation.api
        self.config.key(api)
        keys = tuple(self.config.keys.values())
        steps = execute(call, self.config.retries, keys, endpoint=self._endpoints[api])
        step = next(steps)
        try:
            while True:
                if isinstance(step, Send):
                    step = steps.send(await self._send(api, step.request))
                else:
                    await sleep(step.seconds)
                    step = next(steps)
        except StopIteration as done:
            result: T = done.value
            return result

    async def _send(self, api: Api, request: Request) -> Response | Failure:
        """Send once; whatever httpx raises becomes a `Failure`."""
        try:
            return await send_async(
                self._transport.handle_async_request,
                self._build_request(api, request),
                total=self.config.timeouts.total,
                limit=self.config.max_response_bytes,
            )
        except httpx.HTTPStatusError as exc:
            return response_without_body(exc)
        except TRANSPORT_ERRORS as exc:
            return to_failure(exc, self.config.timeouts)

    def _build_request(self, api: Api, request: Request) -> httpx.Request:
        """Build the request, with what the caller's own httpx client adds to each."""
        if self._http_client is None:
            return self._makers[api](request)
        return build_client_request(self._http_client, self.config, api, request)

    def shared_transport(self) -> AsyncSharedTransport:
        """Return a transport for other httpx clients, over this one's connections."""
        return AsyncSharedTransport(self.config, self._transport)

    async def close(self) -> None:
        """Close the connections, if they are this transport's own."""
        if self._owned:
            await self._transport.aclose()


class AsyncExternalTransport(httpx.AsyncBaseTransport):
    """The caller's transport or httpx client, which cannot be used after a fork.

    Args:
        send: Sends a request.
        transport: The transport to close with this one, if any.
    """

    def __init__(
        self,
        send: Callable[[httpx.Request], Awaitable[httpx.Response]],
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._send = send
        self._transport = transport
        self._is_closed = False
        # Our own transports open new connections in a child.
        self._process = None if getattr(transport, "is_fork_safe", False) else current_process()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request as it is.

        Raises:
            UnusableClient: The transport is closed, or belongs to the process that this one was forked from.
        """
        if self._is_closed:
            raise UnusableClient("the client is closed")
        if self._process not in {None, current_process()}:
            name = "transport" if self._transport is not None else "http_client"
            message = f"{name}: belongs to the process that this one was forked from; create the client after the fork"
            raise UnusableClient(message)
        return await self._send(request)

    async def aclose(self) -> None:
        """Close the caller's transport."""
        self._is_closed = True
        if self._transport is not None and self._process in {None, current_process()}:
            await self._transport.aclose()


class AsyncSharedTransport(httpx.AsyncBaseTransport, SyncUnsupported):
    """Sends over the connections of a client, within its size limit and total timeout, and leaves them open."""

    def __init__(self, config: Config, transport: httpx.AsyncBaseTransport) -> None:
        """Take the settings and the connections."""
        self._config = config
        self._transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request as it is, and read its response."""
        try:
            return to_httpx_response(
                await send_async(
                    self._transport.handle_async_request,
                    request,
                    total=self._config.timeouts.total,
                    limit=self._config.max_response_bytes,
                )
            )
        except UnusableClient as unusable:
            message = str(unusable)
        raise AdaptyConfigError(message)
