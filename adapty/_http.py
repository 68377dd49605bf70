"""Build httpx requests, and map httpx exceptions to failures."""

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
    "is_wrapped",
    "response_without_body",
    "to_failure",
    "to_httpx_response",
]

USER_AGENT = f"adapty-python/{__version__} python/{sys.version.partition(' ')[0]} httpx/{httpx.__version__}"

NO_AUTH = httpx.Auth()
"""Overrides the credentials of the caller's httpx client."""

TIMEOUT_MESSAGES: Mapping[type[httpx.TimeoutException], str] = {
    httpx.ConnectTimeout: "no connection within {connect:g} s",
    httpx.ReadTimeout: "no response within {read:g} s",
    httpx.WriteTimeout: "the request was not written within {write:g} s",
    httpx.PoolTimeout: "no free connection within {pool:g} s",
    DeadlineExceeded: "no complete response within {total:g} s",
    ConnectDeadlineExceeded: "not sent within {total:g} s",
}

TRANSPORT_ERRORS = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError, RuntimeError)
"""The exceptions of httpx transports that `to_failure` accepts."""

# An invalid internationalized domain name raises a UnicodeError.
_INVALID_URL = (httpx.UnsupportedProtocol, httpx.InvalidURL, UnicodeError)

_NOT_RETRYABLE = (*_INVALID_URL, httpx.LocalProtocolError, ResponseTooLarge)

_NEVER_SENT = (
    *_INVALID_URL,
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    ConnectDeadlineExceeded,
)

_CLOSED_CLIENT_MESSAGES = {
    "client has been closed": "the client is closed",
    "Event loop is closed": "the client belongs to a closed event loop; create one in each event loop",
}

_PROXY_AUTHENTICATION_REQUIRED = "407 "
"""The start of the message if a proxy rejects the credentials for a tunnel."""

_BODILESS = {"GET", "HEAD"}
"""Requests of other methods have a Content-Length even without a body (RFC 9110, section 8.6)."""

_parse_url = lru_cache(maxsize=64)(httpx.URL)

_BODY_HEADERS = {"content-encoding", "content-length", "transfer-encoding"}

_HEADERS = ((b"Accept", b"*/*"), (b"Accept-Encoding", ACCEPT_ENCODING.encode()))


class RequestBuilder:
    """Builds the requests to one API.

    The result is the same as of `httpx.Client.build_request`, in a sixth of the time: the constant parts are prepared
    once.
    """

    def __init__(self, config: Config, api: Api, headers: Iterable[tuple[bytes, bytes]] = _HEADERS) -> None:
        """Prepare the constant parts of the requests to one API.

        Args:
            config: The settings.
            api: The API.
            headers: Headers of every request.

        Raises:
            AdaptyConfigError: The client has no key for this API.
        """
        self._base_url = config.base_urls[api]
        self._timeouts = asdict(config.timeouts)
        self._key = config.key(api)
        self._scheme = AUTH_SCHEMES[api]
        self._headers = [(b"User-Agent", USER_AGENT.encode()), *headers]
        self._headers_without_accept = [(name, value) for name, value in self._headers if name != b"Accept"]

    def build(self, request: Request) -> httpx.Request:
        """Build an httpx request."""
        method, url, headers, body = self.build_parts(request)
        return httpx.Request(
            method,
            _parse_url(url),
            headers=httpx.Headers(headers),
            stream=httpx.ByteStream(body),
            extensions={"timeout": self._timeouts},
        )

    def build_parts(self, request: Request) -> tuple[str, str, list[tuple[bytes, bytes]], bytes]:
        """Return method, URL, headers and body."""
        url = self._base_url + request.target
        body = request.body or b""
        headers = [
            (b"Host", _parse_url(url).netloc),
            *(self._headers_without_accept if "Accept" in request.headers else self._headers),
            (b"Authorization", f"{self._scheme} {self._key.value}".encode()),
            *((name.encode(), value.encode()) for name, value in request.headers.items()),
        ]
        if request.body is not None or request.method not in _BODILESS:
            headers.append((b"Content-Length", b"%d" % len(body)))
        return request.method, url, headers, body


def build_client_request(
    http_client: httpx.Client | httpx.AsyncClient,
    config: Config,
    api: Api,
    request: Request,
) -> httpx.Request:
    """Build a request with the headers, cookies and query parameters of the caller's httpx client."""
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
    """Raises an error that explains that a low-level client of AsyncAdapty has no sync functions."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:  # noqa: ARG002 - httpx's interface
        """Raise the error."""
        raise AdaptyConfigError("this low-level client belongs to an AsyncAdapty; use asyncio() or asyncio_detailed()")


class AsyncUnsupported(httpx.AsyncBaseTransport):
    """Raises an error that explains that a low-level client of Adapty has no async functions."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:  # noqa: ARG002 - as above
        """Raise the error."""
        raise AdaptyConfigError("this low-level client belongs to an Adapty; use sync() or sync_detailed()")


def check_type(name: str, value: object, expected: type) -> None:
    """Raise unless an argument is None or an instance of this class of httpx.

    Raises:
        AdaptyConfigError: The argument has another type.
    """
    if value is not None and not isinstance(value, expected):
        raise AdaptyConfigError.for_field(
            name, f"is of type {type(value).__name__}; expected an httpx.{expected.__name__}"
        )


def is_wrapped(function: object) -> bool:
    """Return whether other code has wrapped a function of httpx, as functools.wraps and wrapt mark it."""
    return hasattr(function, "__wrapped__")


def httpx_timeout(timeouts: Timeouts) -> httpx.Timeout:
    """Return the timeouts of the phases in httpx's form."""
    phases = asdict(timeouts)
    del phases["total"]
    return httpx.Timeout(**phases)


def to_failure(exc: Exception, timeouts: Timeouts) -> Failure:
    """Convert one of `TRANSPORT_ERRORS` to a failure.

    Raises:
        RuntimeError: The exception, if it is a RuntimeError that does not come from httpx.
    """
    if isinstance(exc, RuntimeError) and not isinstance(exc, httpx.StreamError):
        return _failure_of_closed_client(exc)
    maybe_sent = not isinstance(exc, _NEVER_SENT)
    if isinstance(exc, httpx.TimeoutException):
        phase = TIMEOUT_MESSAGES.get(type(exc), "timed out")
        detail = phase.format(**asdict(timeouts))
        return Failure(errors.AdaptyTimeoutError, detail, is_retryable=True, cause=exc, maybe_sent=maybe_sent)
    if isinstance(exc, ResponseTooLarge):
        detail = str(exc)
    else:
        detail = f"{type(exc).__name__}: {exc}" if str(exc) else type(exc).__name__
    is_retryable = not isinstance(exc, _NOT_RETRYABLE)
    if isinstance(exc, httpx.ProxyError) and str(exc).startswith(_PROXY_AUTHENTICATION_REQUIRED):
        detail = f"{detail}; {PROXY_REMEDY}"
        is_retryable = False
    return Failure(errors.AdaptyConnectionError, detail, is_retryable=is_retryable, cause=exc, maybe_sent=maybe_sent)


def _failure_of_closed_client(exc: RuntimeError) -> Failure:
    """Convert the error of a client that is closed or belongs to another process or event loop."""
    if isinstance(exc, UnusableClient):
        return Failure(AdaptyConfigError, str(exc), is_retryable=False, cause=exc)
    for text, message in _CLOSED_CLIENT_MESSAGES.items():
        if text in str(exc):
            return Failure(AdaptyConfigError, message, is_retryable=False, cause=exc)
    raise exc


def response_without_body(exc: httpx.HTTPStatusError) -> httpx.Response:
    """Return the response that an event hook of the caller's client raised an error for. Its body was not read."""
    return httpx.Response(exc.response.status_code, headers=_headers_without_body(exc.response.headers))


def to_httpx_response(response: WholeResponse) -> httpx.Response:
    """Convert a response to httpx's class. Its body is already decoded."""
    headers = _headers_without_body(response.headers)
    return httpx.Response(response.status_code, headers=headers, content=response.content)


def _headers_without_body(headers: httpx.Headers) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers.multi_items() if name not in _BODY_HEADERS]
