"""The grammar of network addresses, and which of them stay on this machine."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

__all__ = ["HOST", "PORT", "is_host", "is_loopback", "parse_ip"]

_LABEL = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"

HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*\.?|\[[0-9A-Fa-f:.]+\])"
"""A pattern for a host name or an IP address as URLs have it; see also `is_host`."""

PORT = "(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
"""A pattern for a port from 1 to 65535."""

_HOST = re.compile(HOST)
_NUMERIC = re.compile(r"[0-9.]+")
_MAX_LENGTH = 253


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
    """Return whether a host is this machine: localhost and names below it, 127.0.0.0/8, ::1.

    Example:
        >>> [is_loopback(host) for host in ("127.0.0.1", "localhost", "app.localhost", "[::1]", "10.0.0.1", "sandbox")]
        [True, True, True, True, False, False]
    """
    name = host.lower().removesuffix(".")
    address = parse_ip(name)
    return address.is_loopback if address is not None else name == "localhost" or name.endswith(".localhost")
