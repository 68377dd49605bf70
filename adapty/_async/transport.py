"""Drives calls: sends with an httpx client, waits, and hands what comes back to the core."""

from __future__ import annotations

from asyncio import sleep
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import httpx

from adapty._core.call import Send, run
from adapty._http import (
    DIRECT,
    NO_AUTH,
    SENDING_FAILS,
    USER_AGENT,
    KeyAuth,
    OnlyAsync,
    RequestMaker,
    check_kind,
    failure,
    httpx_timeout,
    without_body,
)
from adapty._proxies import Proxies
from adapty.errors import AdaptyConfigError

if TYPE_CHECKING:
    from adapty._core.answers import Answer
    from adapty._core.call import Call, Failure, Request
    from adapty._core.operations import Api
    from adapty.config import Config

__all__ = ["AsyncPooledTransport", "AsyncTransport"]

T = TypeVar("T")


class AsyncTransport:
    """One httpx client with its settings.

    Attributes:
        config: The settings.
        is_standard: Whether the connections are made as httpx makes them, with nothing of the caller's own.
    """

    def __init__(
        self,
        config: Config,
        http_client: httpx.AsyncClient,
        *,
        owned: bool,
        is_callers: bool = False,
        is_standard: bool = False,
    ) -> None:
        """Take the settings and the client.

        Args:
            config: The settings.
            http_client: The httpx client.
            owned: Whether closing this closes the client.
            is_callers: Whether the client is one that the caller made.
            is_standard: See above.
        """
        self.config = config
        self.is_standard = is_standard
        self._is_callers = is_callers
        self._http = http_client
        self._owned = owned
        self._makers = {api: RequestMaker(config, api, http_client.headers.raw) for api in config.keys}

    @classmethod
    def open(
        cls,
        config: Config,
        http_client: httpx.AsyncClient | None,
        transport: httpx.AsyncBaseTransport | None,
    ) -> AsyncTransport:
        """Make the transport around the given httpx client, or around one of its own."""
        if http_client is not None and transport is not None:
            message = "http_client and transport exclude each other; give the transport to your httpx client"
            raise AdaptyConfigError(message)
        check_kind("http_client", http_client, httpx.AsyncClient)
        check_kind("transport", transport, httpx.AsyncBaseTransport)
        if http_client is not None:
            return cls(config, http_client, owned=False, is_callers=True)
        proxies = Proxies.from_environment()
        # What a transport of the caller's sends over is the caller's business.
        urls = [config.base_urls[api] for api in config.keys if transport is None]
        used = {_origin(url): proxies.for_url(url) for url in urls}
        try:
            # Given a transport, httpx does not read the variables itself.
            mounts = {origin: httpx.AsyncHTTPTransport(proxy=proxy) for origin, proxy in used.items() if proxy}
            client = httpx.AsyncClient(transport=transport or httpx.AsyncHTTPTransport(), mounts={**DIRECT, **mounts})
            return cls(config, client, owned=True, is_standard=transport is None)
        except (OSError, ValueError) as problem:
            message = f"the environment's certificate settings cannot be used ({type(problem).__name__})"
        del used  # it may contain a password
        raise AdaptyConfigError(message)

    def with_config(self, config: Config) -> AsyncTransport:
        """Give a transport with other settings over the same connections, which stay this one's to close."""
        return AsyncTransport(
            config, self._http, owned=False, is_callers=self._is_callers, is_standard=self.is_standard
        )

    async def run(self, call: Call[T]) -> T:
        """Carry out a call, retries included."""
        api = call.operation.api
        self.config.key(api)
        steps = run(call, self.config.retries, tuple(self.config.keys.values()))
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

    async def _send(self, api: Api, request: Request) -> Answer | Failure:
        """Send once; whatever httpx raises becomes a `Failure`."""
        try:
            outgoing, auth = self._outgoing(api, request)
            return await self._http.send(outgoing, auth=auth, follow_redirects=False)
        except httpx.HTTPStatusError as exc:
            return without_body(exc)
        except SENDING_FAILS as exc:
            return failure(exc, self.config.timeouts)

    def _outgoing(self, api: Api, request: Request) -> tuple[httpx.Request, httpx.Auth]:
        """Make the request, with what the caller's own httpx client adds to each."""
        if not self._is_callers:
            return self._makers[api](request), NO_AUTH
        outgoing = self._http.build_request(
            request.method,
            self.config.base_urls[api] + request.target,
            content=request.body,
            headers={**request.headers, "User-Agent": USER_AGENT},
            timeout=httpx_timeout(self.config.timeouts),
        )
        return outgoing, KeyAuth(api, self.config.keys[api])

    def pooled(self) -> AsyncPooledTransport:
        """Give a transport for other httpx clients, over this one's connections."""
        return AsyncPooledTransport(self._http)

    async def close(self) -> None:
        """Close the connections, if they are this transport's own."""
        if self._owned:
            await self._http.aclose()


def _origin(url: str) -> str:
    """Return scheme, host and port of a URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class AsyncPooledTransport(httpx.AsyncBaseTransport, OnlyAsync):
    """Sends through the connections of another httpx client, proxies and all, and leaves them open."""

    def __init__(self, http_client: httpx.AsyncClient) -> None:
        """Take the client whose connections to use."""
        self._http = http_client

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request as it is."""
        return await self._http.send(request, stream=True, auth=NO_AUTH, follow_redirects=False)
