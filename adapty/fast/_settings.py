"""How a transport connects: proxies, trusted certificates and limits."""

from __future__ import annotations

import os
from base64 import b64encode
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import httpx
from attrs import field, frozen

from adapty._core.validation import describe
from adapty._dialer import create_ssl_context
from adapty._http import USER_AGENT
from adapty._proxies import Proxies, check_proxy, is_socks
from adapty.errors import AdaptyConfigError
from adapty.fast._pool import Origin

if TYPE_CHECKING:
    import ssl

__all__ = ["Settings"]


@frozen
class Settings:
    """The settings of a transport.

    Attributes:
        proxy: The proxy for all requests, instead of those of the environment.
        proxies: The proxies of the environment.
        trust_env: Whether the environment names trusted certificates.
        cafile: A file of additional trusted certificates.
        max_connections: The maximum number of connections of one event loop.
        max_response_bytes: The maximum size of a response body.
    """

    proxy: str | None = field(repr=False)
    proxies: Proxies
    trust_env: bool
    cafile: str | None
    max_connections: int | None
    max_response_bytes: int

    @classmethod
    def build(
        cls,
        *,
        proxy: str | None,
        trust_env: bool,
        cafile: str | os.PathLike[str] | None,
        max_connections: int | None,
        max_response_bytes: int,
    ) -> Settings:
        """Check the arguments of a transport.

        Raises:
            AdaptyConfigError: One of them is wrong.
        """
        if max_connections is not None:
            _check_count("max_connections", max_connections, " or None")
        _check_count("max_response_bytes", max_response_bytes)
        path = None
        if cafile is not None:
            try:
                path = os.fsdecode(cafile)
                _ssl_context(path, *_certificate_settings(trust_env=trust_env))
            except (OSError, TypeError, ValueError) as exc:
                problem = type(exc).__name__
            else:
                problem = ""
            if problem:
                expected = "expected a file of certificates in PEM format"
                raise AdaptyConfigError.for_field("cafile", f"cannot be loaded ({problem}); {expected}")
        return cls(
            proxy=None if proxy is None else check_proxy("proxy", proxy),
            proxies=Proxies.from_environment() if trust_env else Proxies({}),
            trust_env=trust_env,
            cafile=path,
            max_connections=max_connections,
            max_response_bytes=max_response_bytes,
        )

    def origin(self, url: httpx.URL) -> Origin:
        """Return the target of connections for a URL.

        Raises:
            httpx.UnsupportedProtocol: It is not an http or https URL with a host.
            httpx.InvalidURL: The host is not a valid domain name.
            AdaptyConfigError: The proxy or the certificates cannot be used.
        """
        if url.scheme not in {"http", "https"} or not url.raw_host:
            raise httpx.UnsupportedProtocol("Request URL is missing an 'http://' or 'https://' protocol.")
        try:
            _ = url.host  # decodes it
        except UnicodeError:
            raise httpx.InvalidURL("the host is not a valid domain name") from None
        address = f"{url.scheme}://{url.netloc.decode('ascii')}"
        name, proxy = "proxy", self.proxy
        if proxy is None:
            name, proxy = "HTTP_PROXY, HTTPS_PROXY or ALL_PROXY", self.proxies.for_url(address)
        if proxy is None:
            return Origin(address, self._context(url.scheme))
        if is_socks(proxy):
            del proxy  # it may contain a password
            problem = "is a SOCKS proxy, which AsyncFastTransport does not support; use the client without transport="
            raise AdaptyConfigError.for_field(name, problem)
        parts = urlsplit(proxy)
        headers = {"Host": url.netloc.decode("ascii"), "User-Agent": USER_AGENT}
        if parts.username or parts.password:
            credentials = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
            headers["Proxy-Authorization"] = f"Basic {b64encode(credentials.encode()).decode('ascii')}"
        address_of_proxy = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        return Origin(address, self._context(url.scheme, parts.scheme), address_of_proxy, headers)

    def _context(self, *schemes: str) -> ssl.SSLContext | None:
        if "https" not in schemes:
            return None
        try:
            return _ssl_context(self.cafile, *_certificate_settings(trust_env=self.trust_env))
        except (OSError, ValueError) as exc:
            problem = f"the certificates cannot be loaded ({type(exc).__name__})"
        raise AdaptyConfigError(f"SSL_CERT_FILE or SSL_CERT_DIR: {problem}")


def _check_count(name: str, value: Any, alternative: str = "") -> None:
    if type(value) is not int or value < 1:
        raise AdaptyConfigError.for_field(
            name, f"must be an integer of at least 1{alternative} (got {describe(value)})"
        )


def _certificate_settings(*, trust_env: bool) -> tuple[str | None, ...]:
    return tuple(os.environ.get(name) if trust_env else None for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"))


@lru_cache(maxsize=8)
def _ssl_context(cafile: str | None, cert_file: str | None, cert_dir: str | None) -> ssl.SSLContext:
    """Load the trusted certificates once per setting: it takes as long as hundreds of requests."""
    context = create_ssl_context(cert_file, cert_dir)
    context.set_alpn_protocols(["http/1.1"])
    if cafile is not None:
        context.load_verify_locations(cafile)
    return context
