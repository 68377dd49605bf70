"""What an exception of pyreqwest is in httpx's words.

pyreqwest's own classes do not do: it calls a request that was cut off after it was sent a ConnectError, and a first
byte that does not come a ConnectTimeoutError. Whoever decides whether the request may have arrived needs to know
better, and what lies beneath says so: hyper's "client error (Connect)" is there as long as there is no connection, and
never after. Where that is not there, or is worded otherwise one day, the request counts as sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
from pyreqwest import exceptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyreqwest.exceptions import PyreqwestError

__all__ = ["fault"]

_CONNECTING = "client error (Connect)"
_TUNNEL = "tunnel error"
_PROXY_NOT_REACHED = "tunnel error: failed to create underlying connection"
_WRONG_SCHEME = "URL scheme is not allowed"
_OF_THE_SYSTEM = "(os error "

# More special ones first.
_MEANINGS: Mapping[type[PyreqwestError], type[httpx.TransportError]] = {
    exceptions.PoolTimeoutError: httpx.PoolTimeout,
    exceptions.WriteTimeoutError: httpx.WriteTimeout,
    exceptions.RequestTimeoutError: httpx.ReadTimeout,
    exceptions.ClientClosedError: httpx.ReadError,
    exceptions.WriteError: httpx.WriteError,
    exceptions.NetworkError: httpx.RemoteProtocolError,
    exceptions.DecodeError: httpx.RemoteProtocolError,
    exceptions.BuilderError: httpx.LocalProtocolError,
}


def fault(problem: PyreqwestError) -> httpx.TransportError:
    """Give what httpx would have raised; the text names no header and no address.

    Args:
        problem: What pyreqwest raised while a request was sent or its answer read.
    """
    causes = _causes(problem)
    kind = _kind(problem, causes)
    return kind(causes[-1] if causes else problem.message)


def _kind(problem: PyreqwestError, causes: list[str]) -> type[httpx.TransportError]:
    if _CONNECTING in causes:
        return _kind_while_connecting(problem, causes)
    if _WRONG_SCHEME in causes:
        return httpx.UnsupportedProtocol
    kind = next((kind for its, kind in _MEANINGS.items() if isinstance(problem, its)), httpx.TransportError)
    if kind is httpx.RemoteProtocolError and any(_OF_THE_SYSTEM in cause for cause in causes):
        return httpx.ReadError
    return kind


def _kind_while_connecting(problem: PyreqwestError, causes: list[str]) -> type[httpx.TransportError]:
    if isinstance(problem, exceptions.RequestTimeoutError):
        return httpx.ConnectTimeout
    if _PROXY_NOT_REACHED not in causes and any(cause.startswith(_TUNNEL) for cause in causes):
        return httpx.ProxyError
    return httpx.ConnectError


def _causes(problem: PyreqwestError) -> list[str]:
    """Give what lies beneath, the deepest last, without what names the URL."""
    details = getattr(problem, "details", None) or {}
    return [cause["message"] for cause in details.get("causes") or () if " for url (" not in cause["message"]]
