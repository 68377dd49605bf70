"""Connections opened by aiohttp, one pool for each event loop of each process.

aiohttp's session is not used. It repeats idempotent requests on its own (so the retry rule of `adapty` would not
count them), it takes an unrequested response on an idle connection for the response to the next request, and it costs
more than twice as much. Its connector opens the connections (DNS, happy eyeballs, TLS, proxy tunnels) and
its protocol parses the responses.
"""

from __future__ import annotations

import asyncio
import select
import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp.client_proto import ResponseHandler
from attrs import define, field, frozen
from multidict import CIMultiDict
from yarl import URL

from adapty._async_connections import acquire_slot
from adapty._clock import monotonic
from adapty._process import current_process
from adapty.fast._exceptions import CONNECT_FAILURES, to_connect_error

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Origin", "Pool"]

_IDLE_SECONDS = 5.0
"""The same as in httpx."""

_NO_TIMEOUT = aiohttp.ClientTimeout()


@frozen(eq=False)
class Origin:
    """The target of connections.

    Attributes:
        url: Scheme, host and port.
        ssl: The TLS context, for https and for proxies over https.
        proxy: The address of the proxy without its credentials.
        proxy_headers: The headers for the proxy, its credentials among them.
    """

    url: str
    ssl: ssl.SSLContext | None
    proxy: str | None = None
    proxy_headers: Mapping[str, str] = field(factory=dict, repr=False)

    def connect_request(self) -> aiohttp.ClientRequest:
        """Build the request that aiohttp's connector needs to open a connection."""
        return aiohttp.ClientRequest(
            "GET",
            URL(self.url, encoded=True),
            loop=asyncio.get_running_loop(),
            ssl=self.ssl or True,
            proxy=None if self.proxy is None else URL(self.proxy, encoded=True),
            proxy_headers=CIMultiDict(self.proxy_headers),
        )


@define(eq=False)
class Pool:
    """The connections of one event loop.

    Attributes:
        process: The process that opened it. A child that inherits it must not use it.
        slots: Limits the number of connections, if there is a limit.
        guard: An async generator that closes the pool when asyncio.run ends.
        is_closed: Whether the pool sends no more requests.
    """

    slots: asyncio.Semaphore | None
    process: tuple[int, int] = field(factory=current_process)
    guard: AsyncGenerator[None, None] | None = None
    is_closed: bool = False
    _connector: aiohttp.TCPConnector | None = None
    _idle: dict[Origin, list[tuple[ResponseHandler, float]]] = field(factory=dict)
    _busy: set[ResponseHandler] = field(factory=set)

    @property
    def is_inherited(self) -> bool:
        """Whether another process opened it.

        Then even closing a connection would harm the other process: parent and child share one epoll object.
        """
        return self.process != current_process()

    async def acquire_slot(self, timeout: float | None) -> None:  # noqa: ASYNC109 - an httpx timeout
        """Wait until one more connection may be used. The caller releases the slot.

        Raises:
            httpx.PoolTimeout: No slot was free in time.
        """
        if self.slots is not None:
            await acquire_slot(self.slots, timeout)

    def release_slot(self) -> None:
        """Let another request use a connection."""
        if self.slots is not None:
            self.slots.release()

    async def connection(self, origin: Origin, timeout: float | None) -> ResponseHandler:  # noqa: ASYNC109 - as above
        """Return an idle connection, or open one. The caller returns or discards it.

        Raises:
            httpx.ConnectError: The connection cannot be opened.
            httpx.ConnectTimeout: It was not opened in time.
            httpx.ProxyError: The proxy refuses to open it.
        """
        connection = self._take_idle(origin)
        if connection is None:  # not `or`: a connection is false, for it has a length
            connection = await self._open(origin, timeout)
        self._busy.add(connection)
        return connection

    def put_back(self, origin: Origin, connection: ResponseHandler) -> None:
        """Keep a connection for the next request, unless the server closes it."""
        if self.is_inherited:
            return
        self._busy.discard(connection)
        if connection.should_close or self.is_closed:
            _abort(connection)
        else:
            self._idle.setdefault(origin, []).append((connection, monotonic()))

    def discard(self, connection: ResponseHandler) -> None:
        """Close a connection whose response was not read to its end, without waiting: the task may be cancelled."""
        if self.is_inherited:
            return
        self._busy.discard(connection)
        _abort(connection)

    def close(self) -> None:
        """Close all connections; those in use, too."""
        self._close_all(_abort)

    def close_without_loop(self) -> None:
        """Close the sockets of a pool whose event loop is closed."""
        self._close_all(_close_socket)

    def _close_all(self, close: Callable[[ResponseHandler], None]) -> None:
        self.is_closed = True
        idle = [connection for entries in self._idle.values() for connection, _ in entries]
        self._idle.clear()
        for connection in [*idle, *self._busy]:
            close(connection)

    def _take_idle(self, origin: Origin) -> ResponseHandler | None:
        """Return the most recent idle connection that the server has not closed and has sent nothing on."""
        entries = self._idle.get(origin)
        if not entries:
            return None
        oldest = monotonic() - _IDLE_SECONDS
        while entries:
            connection, since = entries.pop()
            if since > oldest and connection.is_connected() and not connection.should_close:
                assert connection.transport is not None  # noqa: S101 - it is connected
                if not _is_readable(connection.transport):
                    if entries and entries[0][1] < oldest:
                        _abort(entries.pop(0)[0])
                    return connection
            _abort(connection)
        return None

    async def _open(self, origin: Origin, timeout: float | None) -> ResponseHandler:  # noqa: ASYNC109 - as above
        if self._connector is None:
            # The resolver is named because aiohttp takes aiodns, with a thread of its own, where that is installed.
            self._connector = aiohttp.TCPConnector(resolver=aiohttp.ThreadedResolver())
        try:
            async with asyncio.timeout(timeout):
                # The documented method to open a connection; `connect` would add a second pool.
                return await self._connector._create_connection(origin.connect_request(), [], _NO_TIMEOUT)  # noqa: SLF001
        except CONNECT_FAILURES as exc:
            failure = to_connect_error(exc)
        # Raised here, without a context: aiohttp's exceptions contain URLs and requests.
        raise failure


def _is_readable(transport: asyncio.BaseTransport) -> bool:
    """Return whether the server closed the connection or sent data that the event loop has not read yet."""
    socket = transport.get_extra_info("socket")
    if not hasattr(select, "poll"):  # on Windows
        return bool(select.select([socket], [], [], 0)[0])
    poller = select.poll()
    poller.register(socket.fileno(), select.POLLIN)
    return bool(poller.poll(0))


def _abort(connection: ResponseHandler) -> None:
    """Close immediately: `close` would wait for a server that does not read, and for the end of TLS."""
    transport = connection.transport
    if transport is not None:
        transport.abort()
    connection.close()


def _close_socket(connection: ResponseHandler) -> None:
    transport: Any = connection.transport
    if transport is None:
        return
    with suppress(RuntimeError):  # from the closed event loop
        transport.abort()
    socket = transport.get_extra_info("socket")
    # asyncio hands out a wrapper that has no close().
    getattr(socket, "_sock", socket).close()
