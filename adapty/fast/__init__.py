"""A faster transport for the async client and for bulk jobs, over connections of aiohttp.

Bulk jobs use it by themselves when it is installed: sending then costs a fraction of the processor time that it costs
over httpx's connections. For a few requests now and then it makes no difference.

Install it with `pip install "adapty[fast]"`. Without the extra, this module can be imported, `fast_is_installed`
returns False, and creating a transport raises an ImportError.

The transport sends what httpx's transport sends, and returns and raises the same. These are the differences:

- A response is read whole before it is returned, up to `max_response_bytes`; `httpx.stream` saves no memory.
- The timeout extension of a request can contain `total`: the maximum time until the end of the response.
- Connections belong to one event loop of one process. A child process opens its own, and so does a new event loop.
- A response can have 128 headers of at most 64 KB each. One with data after its end, or with both Transfer-Encoding
  and Content-Length, is an httpx.RemoteProtocolError.
- HTTP/1.1 on asyncio only. SOCKS proxies are not supported.

Example:
    >>> import asyncio
    >>> import httpx
    >>> from adapty.fast import AsyncFastTransport
    >>> async def get(url):
    ...     async with httpx.AsyncClient(transport=AsyncFastTransport()) as client:
    ...         return await client.get(url)
    >>> asyncio.run(get("http://127.0.0.1:1/"))
    Traceback (most recent call last):
        ...
    httpx.ConnectError: [Errno ...] Connect call failed ('127.0.0.1', 1)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapty.fast._transport import AsyncFastTransport as AsyncFastTransport, fast_is_installed as fast_is_installed
else:
    from adapty._lazy import attach

    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "._transport": "AsyncFastTransport fast_is_installed",
        },
    )
