"""The clients of pyreqwest that a transport sends over: one for each combination of timeouts, made when needed.

reqwest knows timeouts per client, httpx per request.
"""

from __future__ import annotations

from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

from pyreqwest.client import ClientBuilder, SyncClientBuilder
from pyreqwest.exceptions import BuilderError
from pyreqwest.proxy import ProxyBuilder

from adapty._http import USER_AGENT
from adapty.errors import AdaptyConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pyreqwest.client import BaseClientBuilder, Client, SyncClient

    from adapty.fast.settings import FastSettings

__all__ = ["Clients", "Phases", "async_client", "blocking_client"]

B = TypeVar("B", bound="BaseClientBuilder")
C = TypeVar("C")

Phases = tuple[float | None, float | None, float | None]
"""The timeouts that a client is made for, in seconds: connect, read, pool."""

_KEPT = 16

# As httpx has it.
_IDLE = timedelta(seconds=5)

_LONGEST = 10_000_000.0

_PROXY_FOR: Mapping[str, Callable[[str], ProxyBuilder]] = {
    "http": ProxyBuilder.http,
    "https": ProxyBuilder.https,
    "all": ProxyBuilder.all,
}


class Clients(Generic[C]):
    """The clients of one transport."""

    def __init__(self, make: Callable[[FastSettings, Phases], C], settings: FastSettings) -> None:
        """Take what makes a client, and what it is made with."""
        self._make = make
        self._settings = settings
        self._made: dict[Phases, C] = {}
        self._adding = Lock()
        self._closed = False

    def of(self, timeout: Mapping[str, float | None] | None) -> C:
        """Give the client for a request's timeouts.

        Args:
            timeout: What httpx puts under a request's extension `timeout`: seconds, or None for no limit.

        Raises:
            RuntimeError: The transport is closed.
            AdaptyConfigError: No client can be made with the settings.
        """
        phases = (timeout.get("connect"), timeout.get("read"), timeout.get("pool")) if timeout else (None, None, None)
        return self._made.get(phases) or self._added(phases)

    def _added(self, phases: Phases) -> C:
        with self._adding:
            if self._closed:
                # The words of httpx's client.
                message = "Cannot send a request, as the client has been closed."
                raise RuntimeError(message)
            if phases not in self._made:
                if len(self._made) == _KEPT:
                    # What is under way over it is finished.
                    del self._made[next(iter(self._made))]
                self._made[phases] = self._make(self._settings, phases)
            return self._made[phases]

    def end(self) -> list[C]:
        """Give no client from now on, and hand over those that are to be closed."""
        with self._adding:
            self._closed = True
            made = list(self._made.values())
            self._made.clear()
        return made


def async_client(settings: FastSettings, phases: Phases) -> Client:
    """Make a client for asyncio."""
    return _built(lambda: _configured(ClientBuilder(), settings, phases).build())


def blocking_client(settings: FastSettings, phases: Phases) -> SyncClient:
    """Make a blocking client."""
    return _built(lambda: _configured(SyncClientBuilder(), settings, phases).build())


def _built(build: Callable[[], C]) -> C:
    try:
        return build()
    except (BuilderError, ValueError) as problem:
        message = f"the proxy or the certificates cannot be used ({type(problem).__name__})"
    # Raised out here: pyreqwest's own words may hold the proxy's password.
    raise AdaptyConfigError(message)


def _configured(builder: B, settings: FastSettings, phases: Phases) -> B:
    """Switch off whatever would change a request or its answer."""
    builder = builder.follow_redirects(enable=False).gzip(enable=False).brotli(enable=False)
    builder = builder.zstd(enable=False).deflate(enable=False).referer(enable=False).http1_lower_case_headers()
    builder = builder.user_agent(USER_AGENT).pool_idle_timeout(_IDLE).max_connections(settings.max_connections)
    for certificates in settings.certificates:
        builder = builder.add_root_certificate_pem(certificates)
    # Or it looks at the environment itself.
    builder = builder.no_proxy()
    for kind, address in settings.proxies:
        builder = builder.proxy(_PROXY_FOR[kind](address).no_proxy(settings.direct or None))
    connect, read, pool = phases
    if connect is not None:
        builder = builder.connect_timeout(_duration(connect))
    if read is not None:
        builder = builder.read_timeout(_duration(read))
    if pool is not None:
        builder = builder.pool_timeout(_duration(pool))
    return builder


def _duration(seconds: float) -> timedelta:
    return timedelta(seconds=max(seconds, 0.0) if seconds < _LONGEST else _LONGEST)
