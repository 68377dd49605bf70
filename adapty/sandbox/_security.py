"""Which requests are accepted: from where, under which host name, with which key.

Any page in a developer's browser can send requests to this machine, and the inspection endpoints need no key. Python
clients send neither `Origin` nor `Sec-Fetch-Site`, and are not affected.
"""

from __future__ import annotations

import hmac
import re
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Self

from attrs import frozen
from starlette.datastructures import MutableHeaders
from starlette.requests import Request

from adapty._core.operations import AUTH_SCHEMES
from adapty._core.redaction import Secret
from adapty._core.validation import quotation_mark_problem, quote, type_name
from adapty.errors import AdaptyConfigError
from adapty.sandbox._responses import error_for_path

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["SECURITY_HEADERS", "AllowedHosts", "Key", "Keys", "RequestGuard"]

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
"""The headers of every response. A response may set its own, so that an HTML page can have its own policy."""

_TRUSTED_SITES = {"same-origin", "none"}
"""Accepted values of `Sec-Fetch-Site`: a page of the sandbox itself, and an address that the user typed."""

_AUTHORITY = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:[0-9]{1,5})?", re.ASCII | re.IGNORECASE)
_HOST_NAME = re.compile(r"[a-z0-9_.-]+", re.ASCII | re.IGNORECASE)
_EXPECTED_HOST = "expected a host name or an address without scheme and port, such as sandbox"


class RequestGuard:
    """ASGI middleware that rejects requests from foreign web pages. It wraps everything else.

    Args:
        app: The application.
        allowed_hosts: The accepted host names.
    """

    def __init__(self, app: ASGIApp, allowed_hosts: AllowedHosts) -> None:
        self._app = app
        self._allowed_hosts = allowed_hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward or reject the request."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        rejection = self._find_rejection(scope)
        if rejection is None:
            await self._app(scope, receive, send_with_headers)
            return
        status, message = rejection
        response = error_for_path(Request(scope), status, message, "forbidden")
        await response(scope, receive, send_with_headers)

    def _find_rejection(self, scope: Scope) -> tuple[int, str] | None:
        """Return the status and the message of the rejection, or None."""
        if scope.get("http_version") == "1.0":
            return 505, "HTTP/1.0 is not supported; use HTTP/1.1"
        hosts, origins, sites = (_header_values(scope, name) for name in (b"host", b"origin", b"sec-fetch-site"))
        if len(hosts) != 1:
            return 421, "Host: there must be exactly one such header"
        host = hosts[0]
        if not self._allowed_hosts.accepts(host):
            return 421, (
                f"Host: {quote(host)} is not a name of this sandbox; allow it with --allow-host NAME, "
                "or with allowed_hosts=[NAME] in Python"
            )
        if any(not _is_same_origin(origin, host) for origin in origins):
            return 403, "Origin: the sandbox rejects requests from web pages of other origins"
        if any(site not in _TRUSTED_SITES for site in sites):
            return 403, "Sec-Fetch-Site: the sandbox rejects requests from pages of other sites; type its address"
        return None


def _header_values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1").strip() for header, value in scope["headers"] if header == name]


def _is_same_origin(origin: str, host: str) -> bool:
    scheme, _, authority = origin.partition("://")
    return scheme in {"http", "https"} and authority.lower() == host.lower()


class AllowedHosts:
    """The host names under which the sandbox accepts requests: loopback names, and configured ones.

    A page that resolves its own name to 127.0.0.1 (DNS rebinding) sends that name in `Host`.

    Args:
        host: The address that the sandbox listens on; None for another server.
        others: Additional names, such as that of a container.

    Raises:
        AdaptyConfigError: One of `others` is not a host name.

    Example:
        >>> allowed = AllowedHosts("0.0.0.0", ["sandbox"])
        >>> [allowed.accepts(host) for host in ("127.0.0.1:8040", "localhost", "[::1]:80", "sandbox:8040", "evil.com")]
        [True, True, True, True, False]
    """

    def __init__(self, host: str | None = None, others: Collection[str] = ()) -> None:
        if isinstance(others, str) or not isinstance(others, (list, tuple, set, frozenset)):
            raise AdaptyConfigError.for_field("allowed_hosts", f"must be a list of host names, not {type_name(others)}")
        self._names = {_parse_host(name) for name in others}
        if host is not None:
            self._names.add(_canonical(host))

    def accepts(self, authority: str) -> bool:
        """Return whether a `Host` header names the sandbox; the port is ignored."""
        match = _AUTHORITY.fullmatch(authority)
        if match is None:
            return False
        name = _canonical(match["host"])
        return name in self._names or _is_loopback(name)


def _parse_host(name: Any) -> str:
    if not isinstance(name, str):
        raise AdaptyConfigError.for_field("allowed_hosts", f"contains {type_name(name)}; {_EXPECTED_HOST}")
    canonical = _canonical(name)
    if not _HOST_NAME.fullmatch(canonical) and not _is_address(canonical):
        raise AdaptyConfigError.for_field("allowed_hosts", f"{quote(name)} is not a host name; {_EXPECTED_HOST}")
    return canonical


def _canonical(name: str) -> str:
    """Return a name in lower case, without the brackets of IPv6 or the dot of a fully qualified name."""
    bare = name.lower().removeprefix("[").removesuffix("]").removesuffix(".")
    return ip_address(bare).compressed if _is_address(bare) else bare


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(name: str) -> bool:
    if _is_address(name):
        return ip_address(name).is_loopback
    return name == "localhost" or name.endswith(".localhost")


@frozen
class Key:
    """The key that a request must send as `Authorization: {scheme} {key}`.

    Args:
        scheme: The authorization scheme, in any case.
        secret: The key.
    """

    scheme: str
    secret: Secret

    def matches(self, request: Request) -> bool:
        """Return whether the request sends the key, in constant time."""
        values = [value for name, value in request.headers.raw if name == b"authorization"]
        scheme, _, key = (values[0] if len(values) == 1 else b"").partition(b" ")
        expected = self.secret.value.encode()
        return hmac.compare_digest(key.strip(b" "), expected) and scheme.lower() == self.scheme.lower().encode()


@frozen(kw_only=True)
class Keys:
    """The keys of all APIs.

    Attributes:
        mail: The key of the Mail API.
        server_side: The key of the server-side API and of the Export Analytics API.
        web: The key of the Web API.
    """

    mail: Key
    server_side: Key
    web: Key

    @classmethod
    def create(cls, *, mail_key: str, secret_key: str, public_key: str) -> Self:
        """Validate the keys.

        Raises:
            AdaptyConfigError: A key is empty, or is not printable ASCII without spaces.
        """
        return cls(
            mail=Key(AUTH_SCHEMES["mail"], _parse_key("mail_key", mail_key)),
            server_side=Key(AUTH_SCHEMES["server_side"], _parse_key("secret_key", secret_key)),
            web=Key(AUTH_SCHEMES["web"], _parse_key("public_key", public_key)),
        )

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """The keys, to redact them."""
        return (self.mail.secret, self.server_side.secret, self.web.secret)


def _parse_key(argument: str, key: str) -> Secret:
    if not isinstance(key, str) or not key or not key.isascii() or not key.isprintable() or " " in key:
        raise AdaptyConfigError.for_field(
            argument, "cannot be sent as a header; expected printable ASCII without spaces"
        )
    if problem := quotation_mark_problem(key):
        raise AdaptyConfigError.for_field(argument, problem)
    return Secret(key)
