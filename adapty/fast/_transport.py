"""The public transport class. It imports aiohttp when the first transport is created."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import httpx

from adapty.config import DEFAULT_MAX_RESPONSE_BYTES

if TYPE_CHECKING:
    import os

__all__ = ["AsyncFastTransport", "fast_is_installed"]

_PACKAGE = "aiohttp"


def fast_is_installed() -> bool:
    """Return whether `AsyncFastTransport` can be used. Does not import its packages.

    Example:
        >>> fast_is_installed()
        True
    """
    return find_spec(_PACKAGE) is not None


class AsyncFastTransport(httpx.AsyncBaseTransport):
    """A fast transport for `AsyncAdapty`, for an httpx.AsyncClient, and for bulk jobs.

    Any number of tasks, event loops and processes can use it: each event loop of each process has its own connections.
    They are closed by `aclose`, or when `asyncio.run` ends.

    Example:
        >>> import asyncio
        >>> from adapty import AsyncAdapty
        >>> from adapty.sandbox import DEFAULT_SECRET_KEY, Sandbox
        >>> async def create(url):
        ...     async with AsyncAdapty(DEFAULT_SECRET_KEY, base_url=url, transport=AsyncFastTransport()) as client:
        ...         return await client.profiles.create(customer_user_id="user_12345")
        >>> with Sandbox() as sandbox:
        ...     asyncio.run(create(sandbox.url)).customer_user_id
        'user_12345'
    """

    is_fork_safe = True

    def __init__(
        self,
        *,
        proxy: str | None = None,
        trust_env: bool = True,
        cafile: str | os.PathLike[str] | None = None,
        max_connections: int | None = 100,
        max_response_bytes: int = DEFAULT_MAX_RESPONSE_BYTES,
    ) -> None:
        """Prepare the transport; no connection is opened before the first request.

        Args:
            proxy: The address of a proxy for all requests, such as `http://user:password@proxy.example.com:3128`.
                Default: the proxies of the environment (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY), and none for
                loopback addresses. SOCKS proxies are not supported.
            trust_env: Whether to read proxies and trusted certificates (SSL_CERT_FILE, SSL_CERT_DIR) from the
                environment.
            cafile: A file of additional trusted certificates in PEM format.
            max_connections: The maximum number of connections of one event loop, or None for no limit. Further
                requests wait for at most their pool timeout.
            max_response_bytes: The maximum size of a response body in bytes, after decompression of gzip and deflate.
                Default: 32 MiB.

        Raises:
            AdaptyConfigError: An argument is wrong.
            ImportError: The extra `fast` is not installed.
        """
        if not fast_is_installed():
            message = f'{type(self).__name__} needs {_PACKAGE}; install it with: pip install "adapty[fast]"'
            raise ImportError(message, name=_PACKAGE)
        from adapty.fast._exchange import Exchange  # noqa: PLC0415 - needs the extra
        from adapty.fast._settings import Settings  # noqa: PLC0415 - as above

        self._exchange = Exchange(
            Settings.build(
                proxy=proxy,
                trust_env=trust_env,
                cafile=cafile,
                max_connections=max_connections,
                max_response_bytes=max_response_bytes,
            )
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return its response, read whole and not decompressed yet.

        Args:
            request: The request. Its extension `timeout` can contain `connect`, `read`, `write`, `pool` and `total`, in
                seconds; `total` is the maximum time until the end of the response.

        Raises:
            httpx.TransportError: The request or its response failed; the class says how.
            ResponseTooLarge: The response is larger than the limit.
            AdaptyConfigError: The proxy or the certificates cannot be used.
            RuntimeError: The transport is closed.
        """
        return await self._exchange.handle(request)

    async def aclose(self) -> None:
        """Close the connections of this process. Requests in flight end with an httpx.ReadError."""
        await self._exchange.aclose()
