"""The transports themselves, async and blocking. pyreqwest is loaded when the first one is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from adapty.fast.installed import load

if TYPE_CHECKING:
    import os

__all__ = ["AsyncFastTransport", "FastTransport"]


class AsyncFastTransport(httpx.AsyncBaseTransport):
    """A quick transport for `AsyncAdapty`, for an httpx.AsyncClient, and for bulk jobs.

    It may be used from several event loops, and needs no `async with`.

    Example:
        >>> import asyncio
        >>> from adapty import AsyncAdapty
        >>> from adapty.sandbox import DEFAULT_SECRET_KEY, Sandbox
        >>> async def create(url):
        ...     async with AsyncAdapty(DEFAULT_SECRET_KEY, base_url=url, transport=AsyncFastTransport()) as adapty:
        ...         return await adapty.profiles.create(customer_user_id="user_12345")
        >>> with Sandbox() as sandbox:
        ...     asyncio.run(create(sandbox.url)).customer_user_id
        'user_12345'
    """

    def __init__(
        self,
        *,
        proxy: str | None = None,
        trust_env: bool = True,
        cafile: str | os.PathLike[str] | None = None,
        max_connections: int | None = 100,
    ) -> None:
        """Make the transport; nothing is opened before the first request.

        Args:
            proxy: The address of a proxy for everything, such as `http://user:password@proxy.example.com:3128`.
                Where left out, the proxies of the environment (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY), and none
                for this machine.
            trust_env: Whether the environment may name proxies and, by SSL_CERT_FILE, trusted certificates.
            cafile: A file of certificate authorities in PEM format to trust as well.
            max_connections: How many requests may be under way at a time, for each combination of timeouts, or None for
                any number. Others wait, as long as their pool timeout lets them.

        Raises:
            AdaptyConfigError: An argument or the environment's setting cannot be used.
            ImportError: The extra `fast` is not installed.
        """
        load(type(self).__name__)
        from adapty.fast.exchange import AsyncExchange  # noqa: PLC0415 - needs the extra
        from adapty.fast.settings import FastSettings  # noqa: PLC0415

        settings = FastSettings.build(proxy=proxy, trust_env=trust_env, cafile=cafile, max_connections=max_connections)
        self._exchange = AsyncExchange(settings)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and give its answer, read whole and not decompressed yet.

        Args:
            request: The request. Of its extensions, `timeout` counts: `connect`, `read` and `pool` in seconds.

        Raises:
            httpx.TransportError: No answer came, or none that can be read; the class says why.
            httpx.InvalidURL: The address cannot be sent as it is.
            RuntimeError: The transport is closed.
        """
        return await self._exchange.send(request)

    async def aclose(self) -> None:
        """Close the connections; what is under way ends with an httpx.ReadError."""
        await self._exchange.close()


class FastTransport(httpx.BaseTransport):
    """A quick transport for `Adapty` and for an httpx.Client.

    It may be used from several threads, and needs no `with`.

    Example:
        >>> import httpx
        >>> with httpx.Client(transport=FastTransport()) as client:
        ...     client.get("http://127.0.0.1:1/")
        Traceback (most recent call last):
            ...
        httpx.ConnectError: Connection refused (os error ...)
    """

    def __init__(
        self,
        *,
        proxy: str | None = None,
        trust_env: bool = True,
        cafile: str | os.PathLike[str] | None = None,
        max_connections: int | None = 100,
    ) -> None:
        """Make the transport; nothing is opened before the first request.

        Args:
            proxy: The address of a proxy for everything; see `AsyncFastTransport`.
            trust_env: Whether the environment may name proxies and, by SSL_CERT_FILE, trusted certificates.
            cafile: A file of certificate authorities in PEM format to trust as well.
            max_connections: How many requests may be under way at a time; see `AsyncFastTransport`.

        Raises:
            AdaptyConfigError: An argument or the environment's setting cannot be used.
            ImportError: The extra `fast` is not installed.
        """
        load(type(self).__name__)
        from adapty.fast.exchange import Exchange  # noqa: PLC0415 - needs the extra
        from adapty.fast.settings import FastSettings  # noqa: PLC0415

        settings = FastSettings.build(proxy=proxy, trust_env=trust_env, cafile=cafile, max_connections=max_connections)
        self._exchange = Exchange(settings)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and give its answer, read whole and not decompressed yet.

        Args:
            request: The request. Of its extensions, `timeout` counts: `connect`, `read` and `pool` in seconds.

        Raises:
            httpx.TransportError: No answer came, or none that can be read; the class says why.
            httpx.InvalidURL: The address cannot be sent as it is.
            RuntimeError: The transport is closed.
        """
        return self._exchange.send(request)

    def close(self) -> None:
        """Close the connections; what is under way ends with an httpx.ReadError."""
        self._exchange.close()
