"""From httpx's requests to pyreqwest's, and back from its answers."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

import httpx
from pyreqwest.http import HeaderMap, Url

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyreqwest.request import BaseRequestBuilder
    from pyreqwest.response import BaseResponse

__all__ = ["Received", "address_of", "as_it_came", "header_map", "outgoing", "prepared", "received"]

_UNSENDABLE = "the method or a header holds a character that cannot be sent"

B_co = TypeVar("B_co", bound="BaseRequestBuilder", covariant=True)


class _Client(Protocol[B_co]):
    """What the async client and the blocking one have in common."""

    def request(self, method: str, url: Url) -> B_co:
        """Start a request."""


def prepared(client: _Client[B_co], request: httpx.Request, body: bytes) -> B_co:
    """Say the same to pyreqwest, no more and no less.

    Raises:
        httpx.InvalidURL: The address is none, or would be sent as another one.
        httpx.UnsupportedProtocol: The address names no host.
        httpx.LocalProtocolError: The method or a header cannot be sent, or a header tells another length than the
            body's.
    """
    url = address_of(request.url)
    length = request.headers.get("content-length")
    if length is not None and length != str(len(body)):
        message = "the Content-Length header is not the length of the body"
        raise httpx.LocalProtocolError(message)
    return outgoing(client, request.method, url, header_map(request.headers.raw), body)


def outgoing(client: _Client[B_co], method: str, url: Url, headers: HeaderMap, body: bytes) -> B_co:
    """Start a request of its parts.

    Raises:
        httpx.LocalProtocolError: The method cannot be sent.
    """
    try:
        return client.request(method, url).headers(headers).body_bytes(body)
    except ValueError:
        pass
    raise httpx.LocalProtocolError(_UNSENDABLE)


def header_map(headers: Iterable[tuple[bytes, bytes]]) -> HeaderMap:
    """Give headers in pyreqwest's form.

    Raises:
        httpx.LocalProtocolError: One of them cannot be sent.
    """
    try:
        # As UTF-8, which is what the text becomes again: a header's bytes stay as they are.
        return HeaderMap([(name.decode(), value.decode()) for name, value in headers])
    except ValueError:
        pass
    # Raised out here: what was caught holds the header.
    raise httpx.LocalProtocolError(_UNSENDABLE)


def address_of(url: httpx.URL) -> Url:
    """Give an address in pyreqwest's form.

    Raises:
        httpx.InvalidURL: It is none, or would be sent as another one.
        httpx.UnsupportedProtocol: It names no host.
    """
    if not url.raw_host:
        # The words of httpx.
        message = "Request URL is missing an 'http://' or 'https://' protocol."
        raise httpx.UnsupportedProtocol(message)
    text = str(url)
    if "@" in text and url.userinfo:
        # It would become a header; a transport of httpx sends no credentials of its own.
        text = str(url.copy_with(userinfo=b""))
    try:
        parsed = Url(text)
    except ValueError as problem:
        reason = str(problem)
    else:
        if parsed.path.encode() == url.raw_path.partition(b"?")[0]:
            return parsed
        reason = "a backslash or an encoded dot in the path would make it another one"
    raise httpx.InvalidURL(reason)


def received(answer: BaseResponse, body: bytes) -> httpx.Response:
    """Give the answer as httpx does; it undoes a compression of the body itself, when somebody reads it.

    Raises:
        httpx.RemoteProtocolError: The server goes on in another protocol, which nobody asked for.
    """
    if answer.status == HTTPStatus.SWITCHING_PROTOCOLS:
        message = "the server switched to another protocol"
        raise httpx.RemoteProtocolError(message)
    return httpx.Response(
        answer.status,
        headers=_headers(answer),
        stream=httpx.ByteStream(body),
        extensions={"http_version": answer.version.encode()},
    )


class Received(NamedTuple):
    """An answer as it came, for who needs no more of it than `adapty` does of any."""

    status_code: int
    content: bytes
    answer: BaseResponse

    @property
    def headers(self) -> httpx.Headers:
        """The headers. Few are ever looked at, so they are read when asked for."""
        return httpx.Headers(_headers(self.answer))


def as_it_came(answer: BaseResponse, body: bytes) -> Received | None:
    """Give the answer if there is nothing for httpx to do about it, in a tenth of the time."""
    if answer.status == HTTPStatus.SWITCHING_PROTOCOLS or "content-encoding" in answer.headers:
        return None
    return Received(answer.status, body, answer)


def _headers(answer: BaseResponse) -> list[tuple[str, str]]:
    try:
        return list(answer.headers.items())
    except ValueError:
        return _readable(answer.headers)


def _readable(headers: HeaderMap) -> list[tuple[str, str]]:
    """Leave out what is not ASCII, which pyreqwest does not give out."""
    found = []
    for name in dict.fromkeys(headers):
        try:
            found += [(name, value) for value in headers.getall(name)]
        except ValueError:
            continue
    return found
