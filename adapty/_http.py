"""What both clients need of httpx: credentials, timeouts, and what its exceptions mean."""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import TYPE_CHECKING

import httpx
from attrs import asdict

from adapty import errors
from adapty._core.call import Failure
from adapty._core.error_mapping import PROXY_REMEDY
from adapty._core.operations import AUTH_SCHEMES
from adapty._dialer import UnusableClient
from adapty._reading import ACCEPT_ENCODING, ConnectDeadlineExceeded, DeadlineExceeded, ResponseTooLarge
from adapty._version import __version__
from adapty.errors import AdaptyConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from adapty._core.call import Request
    from adapty._core.operations import Api
    from adapty._reading import WholeResponse
    from adapty.config import Config, Timeouts

__all__ = [
    "NO_AUTH",
    "TRANSPORT_ERRORS",
    "USER_AGENT",
    "AsyncUnsupported",
    "RequestBuilder",
    "SyncUnsupported",
    "build_client_request",
    "check_type",
    "httpx_timeout",
    "response_without_body",
    "to_failure",
    "to_httpx_response",
]

USER_AGENT = f"adapty-python/{__version__} python/{sys.version.partition(' ')[0]} httpx/{httpx.__version__}"

NO_AUTH = httpx.Auth()
"""Leaves a request as it is, the user's own httpx client's credentials included."""

TIMEOUT_MESSAGES: Mapping[type[httpx.TimeoutException], str] = {
    httpx.ConnectTimeout: "no connection within {connect:g} s",
    httpx.ReadTimeout: "no answer within {read:g} s",
    httpx.WriteTimeout: "the request was not taken within {write:g} s",
    httpx.PoolTimeout: "no free connection within {pool:g} s",
    DeadlineExceeded: "no complete answer within {total:g} s",
    ConnectDeadlineExceeded: "not sent within {total:g} s",
}

TRANSPORT_ERRORS = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError, RuntimeError)
"""What a transport of httpx raises when a request or its answer does not get through; see `to_failure`."""

# The request as such cannot be sent: another try would end the same way.
# A host name that is no internationalized domain name ends in a UnicodeError.
_INVALID_URL = (httpx.UnsupportedProtocol, httpx.InvalidURL, UnicodeError)

_HOPELESS = (*_INVALID_URL, httpx.LocalProtocolError, ResponseTooLarge)

_NEVER_SENT = (
    *_INVALID_URL,
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    ConnectDeadlineExceeded,
)

_UNUSABLE = {
    "client has been closed": "the client is closed",
    "Event loop is closed": "the client belongs to an event loop that is closed; make one in each event loop",
}

_PROXY_AUTHENTICATION_REQUIRED = "407 "
"""How the error begins where a proxy refuses a tunnel without valid credentials."""

_BODILESS = {"GET", "HEAD"}
"""A request of another method says that it has no body, where it has none (RFC 9110, section 8.6)."""

_url = lru_cache(maxsize=64)(httpx.URL)

_OF_THE_BODY = {"content-encoding", "content-length", "transfer-encoding"}

_HEADERS = ((b"Accept", b"*/*"), (b"Accept-Encoding", ACCEPT_ENCODING.encode()))


class RequestBuilder:
    """Makes the requests to one API as httpx sends them.

    It does what `httpx.Client.build_request` does for a client with nothing of the caller's own, in a sixth of the
    time: everything that is the same each time is worked out once.
    """

    def __init__(self, config: Config, api: Api, headers: Iterable[tuple[bytes, bytes]] = _HEADERS) -> None:
        """Take the settings of one API.

        Args:
            config: The settings.
            api: The API.
            headers: What every request carries, beside what the API and its address ask for.

        Raises:
            AdaptyConfigError: There is no key of this API.
        """
        self._address = config.base_urls[api]
        self._timeouts = asdict(config.timeouts)
        self._key = config.key(api)
        self._scheme = AUTH_SCHEMES[api]
        self._headers = [(b"User-Agent", USER_AGENT.encode()), *headers]

    def __call__(self, request: Request) -> httpx.Request:
        """Make a request of the core's parts."""
        method, address, headers, body = self.parts(request)
        return httpx.Request(
            method,
            _url(address),
            headers=httpx.Headers(headers),
            stream=httpx.ByteStream(body),
            extensions={"timeout": self._timeouts},
        )

    def parts(self, request: Request) -> tuple[str, str, list[tuple[bytes, bytes]], bytes]:
        """Give method, address, headers and body of what goes over the wire."""
        address = self._address + request.target
        body = request.body or b""
        headers = [
            (b"Host", _url(address).netloc),
            *self._headers,
            (b"Authorization", f"{self._scheme} {self._key.value}".encode()),
            *((name.encode(), value.encode()) for name, value in request.headers.items()),
        ]
        if request.body is not None or request.method not in _BODILESS:
            headers.append((b"Content-Length", b"%d" % len(body)))
        return request.method, address, headers, body


def build_client_request(
    http_client: httpx.Client | httpx.AsyncClient,
    config: Config,
    api: Api,
    request: Request,
) -> httpx.Request:
    """Build a request with what the caller's httpx client adds to each: headers, cookies, query parameters."""
    return http_client.build_request(
        request.method,
        config.base_urls[api] + request.target,
        content=request.body,
        headers={
            **request.headers,
            "User-Agent": USER_AGENT,
            "Accept-Encoding": ACCEPT_ENCODING,
            "Authorization": f"{AUTH_SCHEMES[api]} {config.key(api).value}",
        },
        timeout=httpx_timeout(config.timeouts),
    )


class SyncUnsupported(httpx.BaseTransport):
    """Says so when blocking functions of the generated code are used with the async client's connections."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:  # noqa: ARG002 - httpx gives it
        """Refuse."""
        raise AdaptyConfigError("this low-level client is an AsyncAdapty's; use asyncio() or asyncio_detailed()")


class AsyncUnsupported(httpx.AsyncBaseTransport):
    """Says so when async functions of the generated code are used with the blocking client's connections."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:  # noqa: ARG002 - as above
        """Refuse."""
        raise AdaptyConfigError("this low-level client is an Adapty's; use sync() or sync_detailed()")


def check_type(name: str, value: object, kind: type) -> None:
    """Refuse an argument that is neither None nor of this class of httpx.

    Raises:
        AdaptyConfigError: It is something else.
    """
    if value is not None and not isinstance(value, kind):
        raise AdaptyConfigError.for_field(name, f"is of type {type(value).__name__}; expected an httpx.{kind.__name__}")


def httpx_timeout(timeouts: Timeouts) -> httpx.Timeout:
    """Return the timeouts of the phases in httpx's form."""
    phases = asdict(timeouts)
    del phases["total"]
    return httpx.Timeout(**phases)


def to_failure(exc: Exception, timeouts: Timeouts) -> Failure:
    """Tell the core what an exception of httpx means, one of `TRANSPORT_ERRORS`.

    Raises:
        RuntimeError: It is one that has nothing to do with httpx.
    """
    if isinstance(exc, RuntimeError) and not isinstance(exc, httpx.StreamError):
        return _unusable(exc)
    maybe_sent = not isinstance(exc, _NEVER_SENT)
    if isinstance(exc, httpx.TimeoutException):
        phase = TIMEOUT_MESSAGES.get(type(exc), "timed out")
        detail = phase.format(**asdict(timeouts))
        return Failure(errors.AdaptyTimeoutError, detail, repeat=True, cause=exc, maybe_sent=maybe_sent)
    if isinstance(exc, ResponseTooLarge):
        detail = str(exc)
    else:
        detail = f"{type(exc).__name__}: {exc}" if str(exc) else type(exc).__name__
    hopeless = isinstance(exc, _HOPELESS)
    if isinstance(exc, httpx.ProxyError) and str(exc).startswith(_PROXY_AUTHENTICATION_REQUIRED):
        detail = f"{detail}; {PROXY_REMEDY}"
        hopeless = True
    return Failure(errors.AdaptyConnectionError, detail, repeat=not hopeless, cause=exc, maybe_sent=maybe_sent)


def _unusable(exc: RuntimeError) -> Failure:
    """Describe a client that cannot send: it is closed, or belongs to another process."""
    if isinstance(exc, UnusableClient):
        return Failure(AdaptyConfigError, str(exc), repeat=False, cause=exc)
    for words, meaning in _UNUSABLE.items():
        if words in str(exc):
            return Failure(AdaptyConfigError, meaning, repeat=False, cause=exc)
    raise exc


def response_without_body(exc: httpx.HTTPStatusError) -> httpx.Response:
    """Give the answer that a response hook of the user's own client raised for; its body was not read."""
    return httpx.Response(exc.response.status_code, headers=_headers_without_body(exc.response.headers))


def to_httpx_response(response: WholeResponse) -> httpx.Response:
    """Return the response as httpx has it. Its body has been decoded already."""
    headers = _headers_without_body(response.headers)
    return httpx.Response(response.status_code, headers=headers, content=response.content)


def _headers_without_body(headers: httpx.Headers) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers.multi_items() if name not in _OF_THE_BODY]
