"""Keeps web pages out of the sandbox: an ASGI middleware around everything else.

Any page that is open in a developer's browser can send requests to this machine, and the inspection endpoints ask for
no key. Python clients send neither `Origin` nor `Sec-Fetch-Site`, and are not affected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders
from starlette.requests import Request

from adapty._core.validation import quote
from adapty.sandbox.refusals import refused_by_path

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from adapty.sandbox.allowed_hosts import AllowedHosts

__all__ = ["SECURITY_HEADERS", "RequestGuard"]

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
"""The headers of every response. One that a response sets itself stays, so that an HTML page can set its own policy."""

_SAME_SITE = {"same-origin", "none"}
"""Values of `Sec-Fetch-Site`: a page of the sandbox itself, and an address that somebody typed in."""

_NAVIGATE = "open it by typing its address"


class RequestGuard:
    """Refuses requests that a web page of somebody else may have sent, before anything else sees them.

    Args:
        app: The application.
        allowed_hosts: The names under which requests may come.
    """

    def __init__(self, app: ASGIApp, allowed_hosts: AllowedHosts) -> None:
        self._app = app
        self._allowed_hosts = allowed_hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
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

        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, send_with_headers)
            return
        status, message = refusal
        response = refused_by_path(Request(scope), status, message, "forbidden")
        await response(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Return the status and the message for a request that is refused."""
        if scope.get("http_version") == "1.0":
            return 505, "HTTP/1.0 is not supported; use HTTP/1.1"
        hosts, origins, sites = (_values(scope, name) for name in (b"host", b"origin", b"sec-fetch-site"))
        if len(hosts) != 1:
            return 421, "Host: there must be exactly one such header"
        host = hosts[0]
        if not self._allowed_hosts.accepts(host):
            return 421, (
                f"Host: {quote(host)} is not a name of this sandbox; allow it with --allow-host NAME, "
                "or with allowed_hosts=[NAME] in Python"
            )
        if any(not _is_same_origin(origin, host) for origin in origins):
            return 403, "Origin: the sandbox takes no requests from web pages of other origins"
        if any(site not in _SAME_SITE for site in sites):
            return 403, f"Sec-Fetch-Site: the sandbox takes no requests from pages of other sites; {_NAVIGATE}"
        return None


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1").strip() for header, value in scope["headers"] if header == name]


def _is_same_origin(origin: str, host: str) -> bool:
    scheme, _, authority = origin.partition("://")
    return scheme in {"http", "https"} and authority.lower() == host.lower()
