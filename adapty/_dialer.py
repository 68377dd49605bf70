"""Open connections, and keep idle ones; shared by sync and async connections."""

from __future__ import annotations

# Threads that resolve names import this module. A fork during the import would leave the child without it for good.
import encodings.idna  # noqa: F401
import os
import ssl
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import httpx
from attrs import define, field

from adapty._clock import monotonic
from adapty.errors import AdaptyConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "INVALID_SOCKS",
    "MAX_CONNECTIONS",
    "Dialer",
    "IdleConnections",
    "Origin",
    "UnusableClient",
    "create_ssl_context",
    "is_invalid_socks",
]

MAX_CONNECTIONS = 100
"""The maximum number of connections of one pool. The same as in httpx."""

MAX_IDLE = 20
"""The maximum number of idle connections of one pool. The same as in httpx."""

IDLE_SECONDS = 5.0
"""How long an idle connection is kept, in seconds. The same as in httpx."""

T = TypeVar("T")

Origin = tuple[str, bytes]
"""Scheme, and host with port."""

_ONE = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=IDLE_SECONDS)


class UnusableClient(RuntimeError):  # noqa: N818 - named like httpx's own exceptions
    """The client is closed, or its connections belong to another process."""


def create_ssl_context(cert_file: str | None, cert_dir: str | None) -> ssl.SSLContext:
    """Load the trusted certificates as httpx does.

    Args:
        cert_file: The value of SSL_CERT_FILE, or None to ignore the variable.
        cert_dir: The value of SSL_CERT_DIR, or None to ignore the variable.

    Raises:
        OSError: The certificates cannot be read.
    """
    if cert_file and not Path(cert_file).is_file():  # httpx 0.27 ignores it
        raise FileNotFoundError(cert_file)
    return httpx.create_ssl_context(trust_env=bool(cert_file or cert_dir))


# It takes as long as hundreds of requests.
_load_certificates = lru_cache(maxsize=8)(create_ssl_context)


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
class IdleConnections(Generic[T]):
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


INVALID_SOCKS = "the proxy's reply is not valid SOCKS"


def is_invalid_socks(exc: Exception) -> bool:
    """Return whether httpcore did not understand a SOCKS proxy, for which it has no exception of its own."""
    return type(exc).__module__.startswith("socksio")
