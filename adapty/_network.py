"""Network backends for httpcore: they keep to a deadline, and know the socket that a connection opened.

httpx applies a timeout to each read, so a server that sends a byte now and then is waited for without end. And httpcore
loses track of a socket when a task is cancelled during the TLS handshake. Both are solved one level below httpcore.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpcore

from adapty._clock import monotonic
from adapty._reading import IS_SENT, DeadlineExceeded

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

__all__ = ["AsyncTrackingBackend", "DeadlineBackend"]


class DeadlineBackend(httpcore.NetworkBackend):
    """Limits every blocking step of a connection to the time that is left, and notices when something is sent.

    Attributes:
        deadline: The end of the current attempt, by `time.monotonic()`, or None for no limit.
        extensions: The extensions of the current request; `IS_SENT` is set to True with its first bytes.
    """

    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        self._backend = backend
        self.deadline: float | None = None
        self.extensions: dict[str, Any] = {}
        self._stream: httpcore.NetworkStream | None = None

    def remaining(self, timeout: float | None) -> float | None:
        """Return the timeout of one step: its own, or the time that is left if that is less.

        Raises:
            DeadlineExceeded: No time is left.
        """
        if self.deadline is None:
            return timeout
        left = self.deadline - monotonic()
        if left <= 0:
            raise DeadlineExceeded("the response was not complete in time")
        return left if timeout is None else min(timeout, left)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect within the time that is left, and remember the stream."""
        self._stream = self._backend.connect_tcp(host, port, self.remaining(timeout), local_address, socket_options)
        return _DeadlineStream(self._stream, self)

    def close(self) -> None:
        """Close the latest socket, if there is one. httpcore leaves it open where a SOCKS proxy fails."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()


class _DeadlineStream(httpcore.NetworkStream):
    """Passes everything on to a stream, with the timeouts of `DeadlineBackend.remaining`."""

    def __init__(self, stream: httpcore.NetworkStream, backend: DeadlineBackend) -> None:
        self._stream = stream
        self._backend = backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._backend.remaining(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        timeout = self._backend.remaining(timeout)
        self._backend.extensions[IS_SENT] = True
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._backend.remaining(timeout))
        return _DeadlineStream(stream, self._backend)


class AsyncTrackingBackend(httpcore.AsyncNetworkBackend):
    """Remembers the socket that a connection opened, and notices when something is sent.

    Attributes:
        extensions: The extensions of the current request; `IS_SENT` is set to True with its first bytes.
    """

    def __init__(self, backend: httpcore.AsyncNetworkBackend) -> None:
        self._backend = backend
        self._stream: httpcore.AsyncNetworkStream | None = None
        self.extensions: dict[str, Any] = {}

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect, and remember the stream."""
        self._stream = await self._backend.connect_tcp(host, port, timeout, local_address, socket_options)
        return _AsyncTrackedStream(self._stream, self)

    async def aclose(self) -> None:
        """Close the latest socket, if there is one."""
        stream, self._stream = self._stream, None
        if stream is not None:
            with suppress(Exception):  # the other side may be gone already
                await stream.aclose()

    def close_socket(self) -> None:
        """Close the latest socket without its event loop, which is closed."""
        stream, self._stream = self._stream, None
        transport_socket = stream.get_extra_info("socket") if stream is not None else None
        if transport_socket is not None:
            # asyncio hands out a wrapper that has no close().
            getattr(transport_socket, "_sock", transport_socket).close()


class _AsyncTrackedStream(httpcore.AsyncNetworkStream):
    """Passes everything on to a stream, and notices writes."""

    def __init__(self, stream: httpcore.AsyncNetworkStream, backend: AsyncTrackingBackend) -> None:
        self._stream = stream
        self._backend = backend

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        self._backend.extensions[IS_SENT] = True
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        stream = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        return _AsyncTrackedStream(stream, self._backend)
