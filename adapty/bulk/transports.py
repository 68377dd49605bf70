"""What the lanes send over: transports of their own, or the caller's client."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

import httpx

from adapty._async.client import AsyncAdapty
from adapty._async_connections import AsyncConnections
from adapty._core.validation import type_name
from adapty._dialer import Dialer
from adapty._proxies import Proxies
from adapty.bulk.sender import ThreadSender, TransportSender
from adapty.errors import AdaptyConfigError
from adapty.fast import AsyncFastTransport, fast_is_installed
from adapty.fast.transport import is_socks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from adapty._core.addresses import Endpoint
    from adapty._core.operations import Api
    from adapty._sync.client import Adapty
    from adapty.bulk.lanes import Sender

__all__ = ["open_senders"]


@asynccontextmanager
async def open_senders(
    adapty: Adapty | AsyncAdapty,
    api: Api,
    lanes: int,
    make: Callable[[], httpx.AsyncBaseTransport] | None,
) -> AsyncIterator[tuple[list[Sender], Endpoint]]:
    """Return what each lane sends with and how errors name the destination; close what was opened at the end.

    Args:
        adapty: The client. If it sends over an httpx client or a transport of the caller's, so do the lanes.
        api: The API to send to.
        lanes: How many lanes there are.
        make: Makes a lane's transport; the quickest one that is installed where left out.

    Raises:
        AdaptyConfigError: A transport cannot be made, or there is no key of the API.
    """
    config = adapty._transport.config  # noqa: SLF001 - of the same package
    config.key(api)
    async with AsyncExitStack() as stack:
        if make is None and not adapty._transport.is_default:  # noqa: SLF001
            yield [_of_the_client(adapty, api, lanes, stack)] * lanes, config.endpoint(api)
            return
        proxies = Proxies.from_environment()
        endpoint = config.endpoint(api, proxies if make is None else None)
        if make is None and fast_is_installed() and not is_socks(proxies.for_url(config.base_urls[api])):
            transports: list[httpx.AsyncBaseTransport] = [AsyncFastTransport(max_connections=None)] * lanes
            stack.push_async_callback(transports[0].aclose)
        else:
            dialer = Dialer(proxies.for_url)
            if make is None:
                dialer.check(config.base_urls[api])
            make = make or partial(AsyncConnections, dialer)
            transports = [_made(make, stack) for _ in range(lanes)]
        yield [TransportSender(config, api, transport) for transport in transports], endpoint


def _made(make: Callable[[], httpx.AsyncBaseTransport], stack: AsyncExitStack) -> httpx.AsyncBaseTransport:
    """Make a lane's transport, to be closed with the stack."""
    transport = make()
    if not isinstance(transport, httpx.AsyncBaseTransport):
        raise AdaptyConfigError.for_field(
            "transport", f"gave {type_name(transport)}; expected an httpx.AsyncBaseTransport"
        )
    stack.push_async_callback(transport.aclose)
    return transport


def _of_the_client(adapty: Adapty | AsyncAdapty, api: Api, lanes: int, stack: AsyncExitStack) -> Sender:
    """Send as the client sends, over its own connections."""
    if isinstance(adapty, AsyncAdapty):
        return partial(adapty._transport._send, api)  # noqa: SLF001 - of the same package
    threads = ThreadPoolExecutor(lanes, thread_name_prefix="adapty-bulk")
    stack.callback(threads.shutdown, wait=False, cancel_futures=True)  # a request that is given up is not waited for
    return ThreadSender(adapty, api, threads)
