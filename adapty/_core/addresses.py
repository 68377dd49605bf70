"""Parse and describe network addresses."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import urlsplit

from attrs import frozen

from adapty._core.lazy import lazy_pattern
from adapty._escaping import escape_control

__all__ = [
    "HOST_PATTERN",
    "PORT_PATTERN",
    "Endpoint",
    "describe_url",
    "host_and_port",
    "is_host",
    "is_loopback",
    "parse_ip",
]

_LABEL = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"

HOST_PATTERN = rf"(?:{_LABEL}(?:\.{_LABEL})*\.?|\[[0-9A-Fa-f:.]+\])"
"""A pattern for a host name or an IP address as URLs have it; see also `is_host`."""

PORT_PATTERN = "(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
"""A pattern for a port from 1 to 65535."""

_HOST = lazy_pattern(HOST_PATTERN)
_NUMERIC = lazy_pattern(r"[0-9.]+")
_MAX_LENGTH = 253

_URL = lazy_pattern(
    rf"((?:https?:)?//)(?:[^/?#]*@)?({HOST_PATTERN}(?::{PORT_PATTERN})?)(/[^?#]*)?(?:[?#].*)?",
    re.IGNORECASE | re.DOTALL,
)
_RELATIVE = lazy_pattern(r"(?!//)([^?#:]+)(?:[?#].*)?", re.DOTALL)

_DEFAULT_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}


@frozen
class Endpoint:
    """The address of an API as error messages describe it.

    Attributes:
        address: Host and port.
        url_variable: The environment variable with the address, or None.
        key_source: The environment variable with the key, or "the argument" and its name.
        proxy: The proxy and its environment variable, or None.
    """

    address: str
    url_variable: str | None
    key_source: str
    proxy: str | None = None

    @classmethod
    def from_url(cls, url: str, *, url_variable: str | None, key_source: str, proxy: str | None = None) -> Endpoint:
        """Create it from the base URL of an API.

        Example:
            >>> source = "the argument secret_key"
            >>> str(Endpoint.from_url("https://api.adapty.io", url_variable="ADAPTY_BASE_URL", key_source=source))
            'api.adapty.io:443 (ADAPTY_BASE_URL)'
        """
        return cls(host_and_port(url), url_variable, key_source, proxy)

    def __str__(self) -> str:
        variable = f" ({self.url_variable})" if self.url_variable else ""
        proxy = f" over the proxy {self.proxy}" if self.proxy else ""
        return f"{self.address}{variable}{proxy}"


def host_and_port(url: str) -> str:
    """Return the host and the port of a URL, without credentials.

    Example:
        >>> host_and_port("https://api.adapty.io/path"), host_and_port("socks5://jane:secret@proxy:1081")
        ('api.adapty.io:443', 'proxy:1081')
    """
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return host if parts.port else f"{host}:{_DEFAULT_PORTS[parts.scheme]}"


def describe_url(text: str) -> str:
    """Return a URL for a message: escaped, without credentials, query and fragment.

    Example:
        >>> describe_url("https://jane:secret@example.com/login?token=1#top"), describe_url("/login?token=1")
        ('https://example.com/login', '/login')
        >>> describe_url("javascript:alert(1)")
        'an unreadable address'
    """
    match = _URL.fullmatch(text) or _RELATIVE.fullmatch(text)
    if match is None:
        return "an unreadable address"
    return escape_control("".join(part for part in match.groups() if part))


def is_host(text: str) -> bool:
    """Return whether this is a host name or an IP address as URLs have it, IPv6 in brackets.

    Example:
        >>> [is_host(text) for text in ("api.adapty.io", "[::1]", "127.0.0.1", "999.0.0.1", "::1", "a b")]
        [True, True, True, False, False, False]
    """
    if not _HOST.fullmatch(text) or len(text) > _MAX_LENGTH:
        return False
    return parse_ip(text) is not None if text.startswith("[") or _NUMERIC.fullmatch(text) else True


def parse_ip(host: str) -> IPv4Address | IPv6Address | None:
    """Return the IP address that a host is, with or without brackets; None for a name."""
    try:
        return IPv4Address(host)
    except AddressValueError:
        pass
    try:
        return IPv6Address(host[1:-1] if host.startswith("[") and host.endswith("]") else host)
    except AddressValueError:
        return None


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine: localhost and names below it, 127.0.0.0/8, ::1, 0.0.0.0 and ::.

    Example:
        >>> [is_loopback(host) for host in ("127.0.0.1", "localhost", "app.localhost", "[::1]", "10.0.0.1", "sandbox")]
        [True, True, True, True, False, False]
    """
    name = host.lower().removesuffix(".")
    address = parse_ip(name)
    if address is not None:
        return address.is_loopback or address.is_unspecified
    return name == "localhost" or name.endswith(".localhost")
