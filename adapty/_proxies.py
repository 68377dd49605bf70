"""The proxies that the environment names: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY.

The variables mean what they mean to `urllib.request.getproxies`, which httpx uses too. In NO_PROXY, ports and ranges of
addresses work as they do in curl and Go, where httpx 0.28 fails or does not find them.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Self
from urllib.parse import quote, urlsplit
from urllib.request import getproxies

from attrs import frozen

from adapty._core.addresses import HOST_PATTERN, PORT_PATTERN, host_and_port, is_host, is_loopback, parse_ip
from adapty._core.lazy import lazy_pattern
from adapty._core.redaction import REDACTED, Secret
from adapty.errors import AdaptyConfigError

__all__ = ["Proxies", "check_proxy", "is_socks"]

logger = logging.getLogger("adapty.client")

_KINDS = frozenset({"http", "https", "all", "no"})
_SUFFIX = "_proxy"
_DEFAULT_PORTS = {"http": 80, "https": 443}

_SCHEMES = ("http", "https", "socks5", "socks5h")
_PROXY = lazy_pattern(rf"({'|'.join(_SCHEMES)})://(?:([^/?#]*)@)?({HOST_PATTERN})(:{PORT_PATTERN})?/?", re.IGNORECASE)
_LONE_PERCENT = lazy_pattern("%(?![0-9A-Fa-f]{2})")
_EXPECTED = (
    f"expected SCHEME://HOST:PORT with one of {', '.join(_SCHEMES)}; "
    "percent-encode special characters of the user name and the password"
)

_ENTRY = lazy_pattern(rf"(?:(http|https|all)://)?(\*?\.)?({HOST_PATTERN})(?::({PORT_PATTERN}))?", re.IGNORECASE)
_BRACKETS = lazy_pattern(r"\[([^\]]*)\](/[0-9]+)?")
_MAX_SHOWN = 3
_MAX_CHARACTERS = 100


@frozen
class _NoProxyEntry:
    """What one entry of NO_PROXY reaches directly."""

    network: IPv4Network | IPv6Network | None = None
    domain: str = ""
    only_below: bool = False
    scheme: str = "all"
    port: int | None = None

    @classmethod
    def parse(cls, entry: str) -> Self | None:
        """Parse an entry: a name, an address or a range of addresses. Return None if it is neither."""
        bracketed = _BRACKETS.fullmatch(entry)
        try:
            return cls(network=ip_network("".join(bracketed.groups("")) if bracketed else entry, strict=False))
        except ValueError:
            pass
        match = _ENTRY.fullmatch(entry)
        if match is None or not is_host(match[3]):
            return None
        scheme, dot, host, port = match.groups()
        address = parse_ip(host)
        return cls(
            network=None if address is None else ip_network(address),
            domain=_normalize(host),
            only_below=dot is not None,
            scheme=(scheme or "all").lower(),
            port=int(port) if port else None,
        )

    def matches(self, scheme: str, host: str, port: int) -> bool:
        """Return whether the entry is about this host."""
        if self.scheme not in {scheme, "all"} or self.port not in {port, None}:
            return False
        if self.network is not None:
            address = parse_ip(host)
            return address is not None and address in self.network
        return host.endswith(f".{self.domain}") or (host == self.domain and not self.only_below)


@frozen
class Proxies:
    """The proxies that the environment names.

    Example:
        >>> proxies = Proxies.from_environment({"HTTPS_PROXY": "proxy:3128", "NO_PROXY": "10.0.0.0/8,example.com:8443"})
        >>> proxies.for_url("https://api.adapty.io")
        'http://proxy:3128'
        >>> proxies.for_url("https://10.1.2.3"), proxies.for_url("https://www.example.com:8443")
        (None, None)
    """

    _addresses: Mapping[str, tuple[str, Secret]]
    _direct: tuple[_NoProxyEntry, ...] = ()

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read the variables. Ignore entries of NO_PROXY that cannot be used, with one warning.

        Args:
            environ: The variables. Default: `os.environ`, or else the proxies that the system has (macOS, Windows).
        """
        found = _find_variables(os.environ if environ is None else environ)
        if environ is None and not found:
            found = {kind: ("system proxy", value) for kind, value in getproxies().items() if kind in _KINDS}
        name, no_proxy = found.pop("no", ("", ""))
        entries = list(filter(None, re.split(r"[,\s]+", no_proxy)))
        if "*" in entries:
            return cls({})
        parsed = {entry: _NoProxyEntry.parse(entry) for entry in entries}
        unusable = [entry for entry, usable in parsed.items() if usable is None]
        if unusable:
            # A password can be in any part of a value with an @: it may contain commas.
            _warn(name, len(unusable), REDACTED if "@" in no_proxy else _show(unusable))
        addresses = {kind: (name, Secret(value)) for kind, (name, value) in found.items()}
        return cls(addresses, tuple(filter(None, parsed.values())))

    def for_url(self, url: str) -> str | None:
        """Return the address of the proxy for a URL, or None to connect directly. Loopback is always direct.

        Raises:
            AdaptyConfigError: The variable does not contain the address of a proxy, or a package for it is missing.
        """
        variable = self._find(url)
        return None if variable is None else _usable(*variable)

    def describe(self, url: str) -> str | None:
        """Return the proxy for a URL for a message: host, port and variable, without credentials.

        Raises:
            AdaptyConfigError: See `for_url`.

        Example:
            >>> Proxies.from_environment({"ALL_PROXY": "http://jane:secret@proxy"}).describe("https://api.adapty.io")
            'proxy:80 (ALL_PROXY)'
        """
        variable = self._find(url)
        return None if variable is None else f"{host_and_port(_usable(*variable))} ({variable[0]})"

    def _find(self, url: str) -> tuple[str, Secret] | None:
        """Return name and value of the variable with the proxy for a URL, or None to connect directly."""
        parts = urlsplit(url)
        scheme, host = parts.scheme, _normalize(parts.hostname or "")
        variable = self._addresses.get(scheme) or self._addresses.get("all")
        if variable is None or is_loopback(host):
            return None
        port = parts.port or _DEFAULT_PORTS.get(scheme, 0)
        return None if any(entry.matches(scheme, host, port) for entry in self._direct) else variable


def check_proxy(name: str, value: Any) -> str:
    """Return the address of a proxy in the form that every HTTP library reads alike.

    Raises:
        AdaptyConfigError: It is not the address of a proxy, or a package for it is missing. The error and its
            traceback do not contain the value.
    """
    address = Secret(value) if isinstance(value, str) else None
    del value
    if address is None:
        raise AdaptyConfigError.for_field(name, f"is not a str; {_EXPECTED}")
    return _usable(name, address)


def is_socks(proxy: str | None) -> bool:
    """Return whether this is a SOCKS proxy, which aiohttp does not support."""
    return proxy is not None and proxy.startswith("socks")


def _usable(name: str, address: Secret) -> str:
    """Return the normalized address of a proxy. No variable here may hold it in the clear when an error is raised."""
    usable = _normalize_proxy(address.value)
    if usable is None:
        raise AdaptyConfigError.for_field(name, f"is not a valid proxy address; {_EXPECTED}")
    if usable.startswith("socks") and find_spec("socksio") is None:
        del usable
        raise AdaptyConfigError.for_field(name, 'is a SOCKS proxy, which needs a package; pip install "httpx[socks]"')
    return usable


def _normalize_proxy(value: str) -> str | None:
    """Return a proxy's address with a scheme and percent-encoded credentials, or None if it is not an address."""
    match = _PROXY.fullmatch(value if "://" in value else f"http://{value}")
    if match is None or not value.isprintable() or not is_host(match[3]):
        return None
    scheme, credentials, host, port = match.groups(default="")
    user = quote(_LONE_PERCENT.sub("%25", credentials), safe="%:!$&'()*+,;=~")
    return f"{scheme.lower()}://{user}{'@' if user else ''}{host.lower()}{port}"


def _find_variables(environ: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return name and value of each variable by its kind, as `urllib.request.getproxies_environment` chooses them."""
    found: dict[str, tuple[str, str]] = {}
    for name, value in environ.items():
        if name.lower().endswith(_SUFFIX) and value:
            found[name[: -len(_SUFFIX)].lower()] = name, value
    if "REQUEST_METHOD" in environ:
        found.pop("http", None)  # in CGI, it is the request header "Proxy" (CVE-2016-1000110)
    for name, value in environ.items():
        if name.endswith(_SUFFIX):
            found.pop(kind := name[: -len(_SUFFIX)].lower(), None)
            if value:
                found[kind] = name, value
    return {kind: variable for kind, variable in found.items() if kind in _KINDS}


def _normalize(host: str) -> str:
    return host.lower().removesuffix(".")


def _show(entries: Iterable[str]) -> str:
    """Return the first of these entries for a message."""
    shown = list(entries)
    names = [ascii(entry[:_MAX_CHARACTERS]) for entry in shown[:_MAX_SHOWN]]
    return ", ".join(names) + (", ..." if len(shown) > _MAX_SHOWN else "")


@lru_cache(maxsize=64)  # once in a process for each value, however many clients read it
def _warn(name: str, count: int, shown: str) -> None:
    """Log which entries of NO_PROXY are ignored."""
    expected = "expected host names, host:port, IP addresses or ranges such as 10.0.0.0/8, separated by commas"
    logger.warning("%s: unusable entries ignored: %d (%s); %s", name, count, shown, expected)
