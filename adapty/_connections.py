"""Connections to the APIs that survive forks, cancelled tasks and changes of the event loop.

httpx's pool cannot be used after a fork (a child would read its parent's connections) nor in a second event loop, and a
task that is cancelled while it connects uses up one of its connections for good. So each connection here is an httpx
transport of its own. One request at a time uses it, and it is closed unless its response was read to the end. Each
process and each event loop has its own pool.
"""

from __future__ import annotations

from functools import partial
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

import httpx
from attrs import define, field

from adapty._clock import monotonic
from adapty._dialer import (
    INVALID_SOCKS,
    MAX_CONNECTIONS,
    Dialer,
    IdleConnections,
    Origin,
    UnusableClient,
    is_invalid_socks,
)
from adapty._network import DeadlineBackend
from adapty._process import current_process
from adapty._reading import IS_SENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Connections"]


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
            if not is_invalid_socks(exc):
                raise
        # Raised here, without a context: its frames contain the proxy's password.
        raise httpx.ProxyError(INVALID_SOCKS)

    def close(self) -> None:
        self._transport.close()
        self._backend.close()


@define(eq=False)
class _Pool:
    """The connections of one process."""

    idle: IdleConnections[_Connection] = field(factory=IdleConnections)
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
