"""Mapping of the exceptions of aiohttp, asyncio and ssl to those of httpx.

The retry rule of `adapty` depends on the class: after ConnectError, ConnectTimeout and PoolTimeout the request was
never sent, and after any other class it may have been. So the phase decides and not the exception: nothing was sent
while a connection was being opened, and the request may have been sent from then on.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import aiohttp
import httpx
from aiohttp.http import HttpProcessingError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CONNECT_FAILURES", "EXCHANGE_FAILURES", "to_connect_error", "to_exchange_error"]

# Special classes first. A TimeoutError is an OSError, and an SSLError too.
_CONNECT: Mapping[type[Exception], type[httpx.TransportError]] = {
    TimeoutError: httpx.ConnectTimeout,
    aiohttp.ClientHttpProxyError: httpx.ProxyError,
    aiohttp.ClientError: httpx.ConnectError,
    HttpProcessingError: httpx.ConnectError,
    OSError: httpx.ConnectError,
    UnicodeError: httpx.ConnectError,  # the host is not a valid domain name
}

_EXCHANGE: Mapping[type[Exception], type[httpx.TransportError]] = {
    TimeoutError: httpx.ReadTimeout,
    aiohttp.ClientConnectionResetError: httpx.WriteError,
    aiohttp.ServerDisconnectedError: httpx.RemoteProtocolError,
    aiohttp.ClientConnectionError: httpx.ReadError,
    aiohttp.ClientError: httpx.RemoteProtocolError,
    HttpProcessingError: httpx.RemoteProtocolError,
    ssl.SSLError: httpx.ReadError,
    OSError: httpx.ReadError,
}

CONNECT_FAILURES = tuple(_CONNECT)
"""The exceptions of opening a connection; see `to_connect_error`."""

EXCHANGE_FAILURES = tuple(_EXCHANGE)
"""The exceptions of sending a request and reading its response; see `to_exchange_error`."""

_DESCRIPTIONS: Mapping[type[httpx.TransportError], str] = {
    httpx.ConnectTimeout: "the connection was not opened in time",
    httpx.ConnectError: "the connection was not opened",
    httpx.ReadTimeout: "no data was received in time",
    httpx.ReadError: "the connection was lost",
    httpx.WriteError: "the connection was lost while the request was written",
    httpx.RemoteProtocolError: "the response is incomplete or not valid HTTP",
}


def to_connect_error(exc: Exception) -> httpx.TransportError:
    """Convert one of `CONNECT_FAILURES` to an exception of httpx that says that nothing was sent.

    Example:
        >>> to_connect_error(ConnectionRefusedError(111, "Connection refused"))
        ConnectError('[Errno 111] Connection refused')
    """
    return _convert(exc, _CONNECT)


def to_exchange_error(exc: Exception) -> httpx.TransportError:
    """Convert one of `EXCHANGE_FAILURES` to an exception of httpx that says that the request may have been sent.

    Example:
        >>> to_exchange_error(aiohttp.ServerDisconnectedError())
        RemoteProtocolError('the response is incomplete or not valid HTTP')
    """
    return _convert(exc, _EXCHANGE)


def _convert(exc: Exception, table: Mapping[type[Exception], type[httpx.TransportError]]) -> httpx.TransportError:
    target = next(target for source, target in table.items() if isinstance(exc, source))
    return target(_describe(exc) or _DESCRIPTIONS[target])


def _describe(exc: Exception) -> str:
    """Return the message of the system or of TLS. aiohttp's own messages can contain URLs and data from the server."""
    if isinstance(exc, aiohttp.ClientConnectorCertificateError):
        return str(exc.certificate_error)
    if isinstance(exc, aiohttp.ClientConnectorError):
        return str(exc.os_error)
    if isinstance(exc, aiohttp.ClientHttpProxyError):
        return f"{exc.status} from the proxy"
    if isinstance(exc, OSError) and exc.errno is not None:
        return f"[Errno {exc.errno}] {exc.strerror}"
    return ""
