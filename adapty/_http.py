"""What both clients need of httpx: credentials, timeouts, and what its exceptions mean."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

import httpx

from adapty import errors
from adapty._core.call import Failure
from adapty._version import __version__

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from adapty._core.operations import Api
    from adapty._core.redact import Secret
    from adapty.config import Timeouts

__all__ = ["NO_AUTH", "USER_AGENT", "KeyAuth", "closed_client", "failure", "httpx_timeout"]

USER_AGENT = f"adapty-python/{__version__} python/{platform.python_version()} httpx/{httpx.__version__}"

SCHEMES: Mapping[Api, str] = {"mail": "Bearer", "server_side": "Api-Key"}
"""How each API wants its key introduced."""

NO_AUTH = httpx.Auth()
"""Leaves a request as it is, the user's own httpx client's credentials included."""

PHASES: Mapping[type[httpx.TimeoutException], str] = {
    httpx.ConnectTimeout: "no connection within {connect:g} s",
    httpx.ReadTimeout: "no answer within {read:g} s",
    httpx.WriteTimeout: "the request was not taken within {write:g} s",
    httpx.PoolTimeout: "no free connection within {pool:g} s",
}

# The request as such cannot be sent: another try would end the same way.
# A host name that is no internationalized domain name ends in a UnicodeError.
_HOPELESS = (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL, UnicodeError)


class KeyAuth(httpx.Auth):
    """Adds the key to each request, so that it stands in no headers dict, no client and no repr."""

    def __init__(self, api: Api, key: Secret) -> None:
        """Take the key of one API."""
        self._scheme = SCHEMES[api]
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the header that the API's security scheme asks for."""
        request.headers["Authorization"] = f"{self._scheme} {self._key.value}"
        yield request


def httpx_timeout(timeouts: Timeouts) -> httpx.Timeout:
    """Say the same in httpx's words."""
    return httpx.Timeout(
        connect=timeouts.connect,
        read=timeouts.read,
        write=timeouts.write,
        pool=timeouts.pool,
    )


def failure(
    exc: httpx.HTTPError | httpx.InvalidURL | httpx.StreamError | UnicodeError,
    timeouts: Timeouts,
) -> Failure:
    """Tell the core what an exception of httpx means."""
    if isinstance(exc, httpx.TimeoutException):
        phase = PHASES.get(type(exc), "timed out")
        phases = {name: getattr(timeouts, name) for name in ("connect", "read", "write", "pool")}
        return Failure(errors.AdaptyTimeoutError, phase.format(**phases), repeat=True, cause=exc)
    detail = f"{type(exc).__name__}: {exc}" if str(exc) else type(exc).__name__
    return Failure(errors.AdaptyConnectionError, detail, repeat=not isinstance(exc, _HOPELESS), cause=exc)


def closed_client(exc: RuntimeError) -> Failure:
    """Tell the core that the httpx client was closed, by its owner or by us."""
    return Failure(errors.AdaptyConfigError, "the client is closed", repeat=False, cause=exc)
