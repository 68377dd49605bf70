"""What a fast transport is made with: proxies, certificates and a number, checked before anything is sent."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies

import certifi
from attrs import field, frozen

from adapty.errors import AdaptyConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FastSettings"]

_PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")
_PROXIED = ("http", "https", "all")

# As for httpx's own connections: the sandbox is here, and a proxy for the world outside cannot see it.
_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")

_BEGINS = b"-----BEGIN CERTIFICATE-----"


@frozen
class FastSettings:
    """How a transport reaches what it sends to.

    Attributes:
        proxies: The kind of URL (http, https, all) and the proxy for it. May hold passwords.
        direct: The hosts that are reached without a proxy, as in NO_PROXY.
        certificates: Files of certificate authorities to trust, beside the system's own.
        max_connections: How many requests may be under way at a time, or None for any number.
    """

    proxies: tuple[tuple[str, str], ...] = field(repr=False)
    direct: str
    certificates: tuple[bytes, ...] = field(repr=False)
    max_connections: int | None

    @classmethod
    def build(
        cls,
        *,
        proxy: str | None = None,
        trust_env: bool = True,
        cafile: str | os.PathLike[str] | None = None,
        max_connections: int | None = 100,
    ) -> FastSettings:
        """Take the arguments of a transport and what the environment says.

        Raises:
            AdaptyConfigError: One of them cannot be used.
        """
        _check_max_connections(max_connections)
        if proxy is None:
            proxies, direct = _proxies_of_environment(getproxies() if trust_env else {})
        else:
            proxies, direct = [("all", _checked_proxy("proxy", proxy))], ""
        certificates = [_certificates("SSL_CERT_FILE", _file_of_environment(trust_env=trust_env))]
        if cafile is not None:
            certificates.append(_certificates("cafile", cafile))
        return cls(tuple(proxies), direct, tuple(certificates), max_connections)


def _check_max_connections(value: Any) -> None:
    if value is not None and (type(value) is not int or value < 1):
        raise AdaptyConfigError.of("max_connections", "is not a number of connections; expected 1 or more, or None")


def _proxies_of_environment(environment: Mapping[str, str]) -> tuple[list[tuple[str, str]], str]:
    """Read proxies as httpx does; those without a scheme are of http."""
    direct = [host.strip() for host in environment.get("no", "").split(",")]
    proxies = []
    for kind in () if "*" in direct else _PROXIED:
        if value := environment.get(kind):
            value = value if "://" in value else f"http://{value}"
            proxies.append((kind, _checked_proxy(f"{kind.upper()}_PROXY", value)))
    return proxies, ",".join(filter(None, [*direct, *_THIS_MACHINE]))


def _checked_proxy(name: str, value: Any) -> str:
    """Check a proxy's address, which may hold a password and so shows in no error."""
    try:
        parts = urlsplit(value)
        known = isinstance(value, str) and parts.scheme in _PROXY_SCHEMES and bool(parts.hostname) and parts.port != 0
    except (ValueError, AttributeError, TypeError):
        known = False
    if known:
        checked: str = value
        return checked
    expected = f"expected SCHEME://HOST:PORT, with one of {', '.join(_PROXY_SCHEMES)}"
    raise AdaptyConfigError.of(name, f"is not the address of a proxy; {expected}")


def _file_of_environment(*, trust_env: bool) -> str:
    """Find what httpx checks certificates against."""
    return (os.environ.get("SSL_CERT_FILE") if trust_env else None) or certifi.where()


def _certificates(name: str, path: str | os.PathLike[str]) -> bytes:
    problem = "holds no certificate; expected a file of certificates in PEM format"
    try:
        found = Path(path).read_bytes()
    except (OSError, TypeError, ValueError) as cause:
        problem = f"cannot be read ({type(cause).__name__}); expected a file of certificates in PEM format"
    else:
        if _BEGINS in found:
            return found
    raise AdaptyConfigError.of(name, problem)
