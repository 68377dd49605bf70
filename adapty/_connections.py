"""Connections to the APIs that survive forks, cancelled tasks and changes of the event loop.

httpx's pool cannot be used after a fork (a child would read its parent's connections) nor in a second event loop, and a
task that is cancelled while it connects uses up one of its connections for good. So each connection here is an httpx
transport of its own. One request at a time uses it, and it is closed unless its response was read to the end. Each
process and each event loop has its own pool.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncGenerator
from contextlib import suppress
from functools import lru_cache, partial
from threading import BoundedSemaphore, Lock
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import httpx
from attrs import define, field

from adapty._clock import monotonic
from adapty._network import AsyncTrackingBackend, DeadlineBackend
from adapty._process import current_process
from adapty._reading import IS_SENT
from adapty.errors import AdaptyConfigError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

__all__ = ["AsyncConnections", "Connections", "Dialer", "UnusableClient", "acquire_slot"]

MAX_CONNECTIONS = 100
"""The maximum number of connections of one pool. As httpx has it."""

MAX_IDLE = 20
"""The maximum number of idle connections of one pool. As httpx has it."""

IDLE_SECONDS = 5.0
"""How long an idle connection is kept, in seconds. As httpx has it."""

T = TypeVar("T")

Origin = tuple[str, bytes]
"""Scheme, and host with port."""

_ONE = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=IDLE_SECONDS)


class UnusableClient(RuntimeError):  # noqa: N818 - named like httpx's own exceptions
    """The client is closed, or its connections belong to another process."""


@lru_cache(maxsize=8)
def _load_certificates(*_environment: str | None) -> ssl.SSLContext:
    """Load the trusted certificates once per setting: it takes as long as hundreds of requests."""
    return httpx.create_ssl_context()


def _ssl_context() -> ssl.SSLContext:
    try:
        return _load_certificates(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
    except (OSError, ValueError) as exc:
        message = f"SSL_CERT_FILE or SSL_CERT_DIR: the certificates cannot be loaded ({type(exc).__name__})"
        raise AdaptyConfigError(message) from exc


class Dialer:
    """Creates httpx transports for one connection each.

    Args:
        proxy_for: Returns the proxy for a URL, or None for a direct connection.
    """

    def __init__(self, proxy_for: Callable[[str], str | None]) -> None:
        self._proxy_for = proxy_for
        self._options: dict[Origin, dict[str, Any]] = {}

    def check(self, url: str) -> None:
        """Check that connections to this URL can be opened, as far as the settings are concerned.

        Raises:
            AdaptyConfigError: The proxy or the certificates cannot be used.
        """
        with suppress(httpx.InvalidURL, UnicodeError):  # raised by the first request
            self.options(httpx.URL(url))

    def options(self, url: httpx.URL) -> dict[str, Any]:
        """Return the arguments of a transport to this URL.

        Raises:
            AdaptyConfigError: The proxy or the certificates cannot be used.
            UnicodeError: The host is not a valid internationalized domain name.
        """
        origin = (url.scheme, url.netloc)
        if origin not in self._options:
            _ = url.host  # decodes it
            proxy = self._proxy_for(str(url))
            context = _ssl_context() if url.scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            self._options[origin] = {"verify": context, "limits": _ONE, "proxy": proxy, "trust_env": False}
        return self._options[origin]


@define
class _IdleConnections(Generic[T]):
    """Idle connections of a pool, the most recently used one last."""

    _entries: list[tuple[Origin, float, T]] = field(factory=list)
    _lock: Lock = field(factory=Lock)

    @property
    def connections(self) -> list[T]:
        """All of them."""
        return [connection for _, _, connection in self._entries]

    def take(self, origin: Origin) -> T | None:
        """Return the most recently used connection to an origin."""
        with self._lock:
            for index in range(len(self._entries) - 1, -1, -1):
                if self._entries[index][0] == origin:
                    return self._entries.pop(index)[2]
        return None

    def put(self, origin: Origin, connection: T) -> None:
        """Add a connection that can be used again."""
        with self._lock:
            self._entries.append((origin, monotonic(), connection))

    def pop_surplus(self) -> list[T]:
        """Return and remove those that are too old or too many; the caller closes them."""
        with self._lock:
            oldest = monotonic() - IDLE_SECONDS
            count = sum(since < oldest for _, since, _ in self._entries)
            count = max(count, len(self._entries) - MAX_IDLE)
            surplus, self._entries[:count] = [entry[2] for entry in self._entries[:count]], []
        return surplus

    def pop_all(self) -> list[T]:
        """Return and remove all of them."""
        with self._lock:
            entries, self._entries = self._entries, []
        return [connection for _, _, connection in entries]


_INVALID_SOCKS = "the proxy's reply is not valid SOCKS"


def _is_invalid_socks(exc: Exception) -> bool:
    """Return whether httpcore did not understand a SOCKS proxy, for which it has no exception of its own."""
    return type(exc).__module__.startswith("socksio")


class _Connection:
    """One blocking connection."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._transport = httpx.HTTPTransport(**options)
        # httpx has no argument for it.
        pool = self._transport._pool  # noqa: SLF001
        self._backend = pool._network_backend = DeadlineBackend(pool._network_backend)  # noqa: SLF001

    def send(self, request: httpx.Request, total: float | None) -> httpx.Response:
        self._backend.deadline = None if total is None else monotonic() + total
        self._backend.extensions = request.extensions
        try:
            return self._transport.handle_request(request)
        except Exception as exc:
            if not _is_invalid_socks(exc):
                raise
        # Raised here, without a context: its frames contain the proxy's password.
        raise httpx.ProxyError(_INVALID_SOCKS)

    def close(self) -> None:
        self._transport.close()
        self._backend.close()


@define(eq=False)
class _Pool:
    """The connections of one process."""

    idle: _IdleConnections[_Connection] = field(factory=_IdleConnections)
    slots: BoundedSemaphore = field(factory=lambda: BoundedSemaphore(MAX_CONNECTIONS))
    is_closed: bool = False

    def release(self, origin: Origin, connection: _Connection, *, reusable: bool) -> None:
        """Take a connection back after a request."""
        try:
            if reusable and not self.is_closed:
                self.idle.put(origin, connection)
                for surplus in self.idle.pop_surplus():
                    surplus.close()
            else:
                connection.close()
        finally:
            self.slots.release()

    def close(self) -> None:
        """Close the idle connections."""
        self.is_closed = True
        for connection in self.idle.pop_all():
            connection.close()

    def close_inherited(self) -> None:
        """Close a child's copies of its parent's sockets; the parent's own stay open."""
        # Without the lock: another thread of the parent may have held it at the fork.
        for connection in self.idle.connections:
            connection.close()


class Connections(httpx.BaseTransport):
    """A transport for any number of threads and processes; the blocking client's own.

    Args:
        dialer: Creates the connections.
    """

    def __init__(self, dialer: Dialer) -> None:
        self._dialer = dialer
        self._pools: dict[tuple[int, int], _Pool] = {}
        self._is_closed = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request. Of its extension `timeout`, `total` in seconds counts from here.

        Raises:
            httpx.TransportError: The request or its response does not get through.
            UnusableClient: The connections are closed.
        """
        if self._is_closed:
            raise UnusableClient("the client is closed")
        request.extensions[IS_SENT] = False
        pool = self._pool()
        timeouts = request.extensions.get("timeout", {})
        started = monotonic()
        if not pool.slots.acquire(timeout=timeouts.get("pool")):
            raise httpx.PoolTimeout("no free connection")
        origin = (request.url.scheme, request.url.netloc)
        try:
            connection = pool.idle.take(origin) or _Connection(self._dialer.options(request.url))
        except BaseException:
            pool.slots.release()
            raise
        try:
            total = timeouts.get("total")
            response = connection.send(request, None if total is None else total - (monotonic() - started))
        except BaseException:
            pool.release(origin, connection, reusable=False)
            raise
        response.stream = _PooledStream(response.stream, partial(pool.release, origin, connection))
        return response

    def _pool(self) -> _Pool:
        process = current_process()
        return self._pools.get(process) or self._open_pool(process)

    def _open_pool(self, process: tuple[int, int]) -> _Pool:
        pool = self._pools.setdefault(process, _Pool())
        for other in [each for each in list(self._pools) if each != process]:
            inherited = self._pools.pop(other, None)
            if inherited is not None:
                inherited.close_inherited()
        return pool

    def close(self) -> None:
        """Close the connections of this process. A request in flight is completed."""
        self._is_closed = True
        pool = self._pools.pop(current_process(), None)
        if pool is not None:
            pool.close()


class _PooledStream(httpx.SyncByteStream):
    """The body of a response; when it is closed, its connection goes back to the pool."""

    def __init__(self, stream: Any, release: Callable[..., None]) -> None:
        self._stream = stream
        self._release: Callable[..., None] | None = release
        self._is_complete = False

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream
        self._is_complete = True

    def close(self) -> None:
        release, self._release = self._release, None
        if release is None:
            return
        reusable = False
        try:
            if self._is_complete:
                self._stream.close()
                reusable = True
        finally:
            release(reusable=reusable)


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
            if not _is_invalid_socks(exc):
                raise
        raise httpx.ProxyError(_INVALID_SOCKS)  # as above

    async def aclose(self) -> None:
        with suppress(Exception):  # the other side may be gone already
            await self._transport.aclose()
        await self._backend.aclose()


async def acquire_slot(slots: asyncio.Semaphore, timeout: float | None) -> None:  # noqa: ASYNC109 - an httpx timeout
    """Wait until one more connection may be used.

    Raises:
        httpx.PoolTimeout: None is free in time.
    """
    if not slots.locked():
        await slots.acquire()  # at once
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
    idle: _IdleConnections[_AsyncConnection] = field(factory=_IdleConnections)
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
