"""What both clients need of httpx: credentials, timeouts, and what its exceptions mean."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

import httpx
from attrs import asdict

from adapty import errors
from adapty._core.call import Failure
from adapty._core.operations import SCHEMES
from adapty._version import __version__
from adapty.errors import AdaptyConfigError

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from adapty._core.operations import Api
    from adapty._core.redact import Secret
    from adapty.config import Timeouts

__all__ = [
    "DIRECT",
    "NO_AUTH",
    "USER_AGENT",
    "KeyAuth",
    "OnlyAsync",
    "OnlyBlocking",
    "check_kind",
    "failure",
    "httpx_timeout",
    "unusable",
    "without_body",
]

USER_AGENT = f"adapty-python/{__version__} python/{platform.python_version()} httpx/{httpx.__version__}"

DIRECT: Mapping[str, None] = dict.fromkeys(("all://127.0.0.1", "all://localhost", "all://[::1]"))
"""This machine is reached without a proxy, whatever the environment says: the sandbox is here."""

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

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

_UNUSABLE = {
    "client has been closed": "the client is closed",
    "Event loop is closed": "the client belongs to an event loop that is closed; make one in each event loop",
}

_OF_THE_BODY = {"content-encoding", "content-length", "transfer-encoding"}


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


class OnlyAsync(httpx.BaseTransport):
    """Says so when blocking functions of the generated code are used with the async client's connections."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:  # noqa: ARG002 - httpx gives it
        """Refuse."""
        raise AdaptyConfigError("this low-level client is an AsyncAdapty's; use asyncio() or asyncio_detailed()")


class OnlyBlocking(httpx.AsyncBaseTransport):
    """Says so when async functions of the generated code are used with the blocking client's connections."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:  # noqa: ARG002 - as above
        """Refuse."""
        raise AdaptyConfigError("this low-level client is an Adapty's; use sync() or sync_detailed()")


def check_kind(name: str, value: object, kind: type) -> None:
    """Refuse an argument that is neither None nor of this class of httpx.

    Raises:
        AdaptyConfigError: It is something else.
    """
    if value is not None and not isinstance(value, kind):
        raise AdaptyConfigError.of(name, f"is of type {type(value).__name__}; expected an httpx.{kind.__name__}")


def httpx_timeout(timeouts: Timeouts) -> httpx.Timeout:
    """Say the same in httpx's words."""
    return httpx.Timeout(**asdict(timeouts))


def failure(
    exc: httpx.HTTPError | httpx.InvalidURL | httpx.StreamError | UnicodeError,
    timeouts: Timeouts,
) -> Failure:
    """Tell the core what an exception of httpx means."""
    maybe_sent = not isinstance(exc, _NEVER_SENT)
    if isinstance(exc, httpx.TimeoutException):
        phase = PHASES.get(type(exc), "timed out")
        detail = phase.format(**asdict(timeouts))
        return Failure(errors.AdaptyTimeoutError, detail, repeat=True, cause=exc, maybe_sent=maybe_sent)
    detail = f"{type(exc).__name__}: {exc}" if str(exc) else type(exc).__name__
    hopeless = isinstance(exc, _HOPELESS)
    return Failure(errors.AdaptyConnectionError, detail, repeat=not hopeless, cause=exc, maybe_sent=maybe_sent)


def unusable(exc: RuntimeError) -> Failure | None:
    """Tell the core that the httpx client is closed, or belongs to an event loop that is; None for anything else."""
    said = str(exc)
    for words, meaning in _UNUSABLE.items():
        if words in said:
            return Failure(AdaptyConfigError, meaning, repeat=False, cause=exc)
    return None


def without_body(exc: httpx.HTTPStatusError) -> httpx.Response:
    """Give the answer that a response hook of the user's own client raised for; its body was not read."""
    headers = [(name, value) for name, value in exc.response.headers.multi_items() if name not in _OF_THE_BODY]
    return httpx.Response(exc.response.status_code, headers=headers)
