"""The async connections; see `_connections.py`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx
from attrs import define, field

from adapty._dialer import (
    INVALID_SOCKS,
    MAX_CONNECTIONS,
    Dialer,
    IdleConnections,
    Origin,
    UnusableClient,
    is_invalid_socks,
)
from adapty._network import AsyncTrackingBackend
from adapty._process import current_process
from adapty._reading import IS_SENT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

__all__ = ["AsyncConnections", "acquire_slot"]


class _AsyncConnection:
    """One async connection."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._transport = httpx.AsyncHTTPTransport(**options)
        # httpx has no argument for it.
        pool = self._transport._pool  # noqa: SLF001
        self._backend = pool._network_backend = AsyncTrackingBackend(pool._network_backend)  # noqa: SLF001
        self.close_socket = self._backend.close_socket

    async def send(self, request: httpx.Request) -> httpx.Response:
        self._backend.extensions = request.extensions
        try:
            return await self._transport.handle_async_request(request)
        except Exception as exc:
            if not is_invalid_socks(exc):
                raise
        raise httpx.ProxyError(INVALID_SOCKS)  # as above

    async def aclose(self) -> None:
        with suppress(Exception):  # the other side may be gone already
            await self._transport.aclose()
        await self._backend.aclose()


async def acquire_slot(slots: asyncio.Semaphore, timeout: float | None) -> None:  # noqa: ASYNC109 - an httpx timeout
    """Wait until one more connection may be used.

    Raises:
        httpx.PoolTimeout: No connection is free in time.
    """
    if not slots.locked():
        await slots.acquire()  # does not wait
        return
    try:
        async with asyncio.timeout(timeout) as deadline:
            await slots.acquire()
    except TimeoutError:
        if not deadline.expired():
            raise
        raise httpx.PoolTimeout("no free connection") from None


@define(eq=False)
class _AsyncPool:
    """The connections of one event loop of one process."""

    process: tuple[int, int] = field(factory=current_process)
    idle: IdleConnections[_AsyncConnection] = field(factory=IdleConnections)
    slots: asyncio.Semaphore = field(factory=lambda: asyncio.Semaphore(MAX_CONNECTIONS))
    is_closed: bool = False
    guard: AsyncGenerator[None, None] | None = None
    _closing: set[asyncio.Task[None]] = field(factory=set)

    async def acquire(self, timeout: float | None) -> None:  # noqa: ASYNC109 - an httpx timeout
        """Wait for a free connection; see `acquire_slot`."""
        await acquire_slot(self.slots, timeout)

    def release(self, origin: Origin, connection: _AsyncConnection, *, reusable: bool) -> None:
        """Take a connection back after a request. Never waits: the task may be cancelled."""
        self.slots.release()
        if reusable and not self.is_closed:
            self.idle.put(origin, connection)
            for surplus in self.idle.pop_surplus():
                self.close_soon(surplus)
        else:
            self.close_soon(connection)

    def close_soon(self, connection: _AsyncConnection) -> None:
        """Close a connection in the background."""
        task = asyncio.get_running_loop().create_task(connection.aclose())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def aclose(self) -> None:
        """Close the idle connections, and wait for those that are being closed."""
        self.is_closed = True
        for connection in self.idle.pop_all():
            self.close_soon(connection)
        while self._closing:
            await asyncio.wait(self._closing)

    def drop(self) -> None:
        """Close the sockets of a pool whose event loop is closed."""
        self.is_closed = True
        for connection in self.idle.pop_all():
            connection.close_socket()


class AsyncConnections(httpx.AsyncBaseTransport):
    """A transport for any number of tasks, event loops and processes; the async client's own.

    Args:
        dialer: Creates the connections.
    """

    def __init__(self, dialer: Dialer) -> None:
        self._dialer = dialer
        self._pools: dict[asyncio.AbstractEventLoop, _AsyncPool] = {}
        self._is_closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request.

        Raises:
            httpx.TransportError: The request or its response does not get through.
            UnusableClient: The connections are closed.
        """
        if self._is_closed:
            raise UnusableClient("the client is closed")
        request.extensions[IS_SENT] = False
        pool = await self._pool()
        await pool.acquire(request.extensions.get("timeout", {}).get("pool"))
        origin = (request.url.scheme, request.url.netloc)
        try:
            connection = pool.idle.take(origin) or _AsyncConnection(self._dialer.options(request.url))
        except BaseException:
            pool.slots.release()
            raise
        try:
            response = await connection.send(request)
        except BaseException:
            pool.release(origin, connection, reusable=False)
            raise
        response.stream = _AsyncPooledStream(response.stream, partial(pool.release, origin, connection))
        return response

    async def _pool(self) -> _AsyncPool:
        loop = asyncio.get_running_loop()
        pool = self._pools.get(loop)
        return pool if pool is not None and pool.process == current_process() else await self._open_pool(loop)

    async def _open_pool(self, loop: asyncio.AbstractEventLoop) -> _AsyncPool:
        for other, abandoned in list(self._pools.items()):
            if other.is_closed() and abandoned.process == current_process():
                self._pools.pop(other, None)
                abandoned.drop()
        pool = self._pools[loop] = _AsyncPool()
        # asyncio.run closes the async generators of its loop at its end, and with this one the connections.
        pool.guard = self._close_at_shutdown(loop, pool)
        await anext(pool.guard)
        return pool

    async def _close_at_shutdown(self, loop: asyncio.AbstractEventLoop, pool: _AsyncPool) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            if pool.process == current_process():
                self._pools.pop(loop, None)
                await pool.aclose()

    async def aclose(self) -> None:
        """Close the connections of this process, in all event loops. Requests in flight are completed."""
        self._is_closed = True
        current = asyncio.get_running_loop()
        for loop, pool in list(self._pools.items()):
            self._pools.pop(loop, None)
            if pool.process != current_process() or pool.guard is None:
                continue
            if loop is current:
                await pool.guard.aclose()
            elif loop.is_closed():
                pool.drop()
            else:
                with suppress(RuntimeError):  # closed just now
                    asyncio.run_coroutine_threadsafe(pool.guard.aclose(), loop)


class _AsyncPooledStream(httpx.AsyncByteStream):
    """The body of a response; when it is closed, its connection goes back to the pool."""

    def __init__(self, stream: Any, release: Callable[..., None]) -> None:
        self._stream = stream
        self._release: Callable[..., None] | None = release
        self._is_complete = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            yield chunk
        self._is_complete = True

    async def aclose(self) -> None:
        release, self._release = self._release, None
        if release is None:
            return
        reusable = False
        try:
            if self._is_complete:
                await self._stream.aclose()
                reusable = True
        finally:
            release(reusable=reusable)
