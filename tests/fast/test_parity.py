"""Requests, responses and exceptions are the same over the fast transport and over httpx's own."""

from __future__ import annotations

import gzip
import socket
import struct
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.fast.sending import IN_PARTS, WHOLE, Sender, request_on
from tests.raw_server import NO_CONTENT, OK, answer

if TYPE_CHECKING:
    from tests.raw_server import RawServer

SECRET = "secret_live_shown"
HEADERS = {"Authorization": f"Bearer {SECRET}"}


def reset(connection: socket.socket) -> None:
    """Tear the connection down instead of ending it."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def start_and_reset(connection: socket.socket) -> None:
    """Tear the connection down in the middle of an answer."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    reset(connection)


@pytest.fixture(params=[WHOLE, IN_PARTS])
def sender(request: pytest.FixtureRequest) -> Sender:
    """Send as a transport of httpx, and as bulk jobs do."""
    return Sender(request.param)


Reply = bytes | Callable[[socket.socket], None]

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"

FAULTS: dict[str, Reply] = {
    "nothing": b"",
    "reset": reset,
    "cut-status": b"HTTP/1.",
    "cut-headers": b"HTTP/1.1 200 OK\r\nContent-Len",
    "cut-body": b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{",
    "reset-in-body": start_and_reset,
    "bad-chunk": CHUNKED + b"\r\nzz\r\n",
    "cut-chunk": CHUNKED + b"\r\n5\r\n{",
    "cut-before-last-chunk": CHUNKED + b"\r\n2\r\n{}\r\n",
    "not-http": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "http-2": b"PRI * HTTP/2.0\r\n\r\n",
    "tls-alert": b"\x15\x03\x01\x00\x02\x02\x46",
    "nameless-header": b"HTTP/1.1 200 OK\r\n: nameless\r\n\r\n",
    "two-lengths": answer(200, b"{}", "Content-Length: 3"),
    "negative-length": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
    "status-42": b"HTTP/1.1 42 X\r\nContent-Length: 0\r\n\r\n",
    "huge-header": answer(200, b"{}", "X-Huge: " + "a" * 600_000),
    "101": b"HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
    "bad-gzip": answer(200, b"{}", "Content-Encoding: gzip"),
}

# Which of them a reset is, depends on what is noticed first, over each transport.
CUT: set[type] = {httpx.ReadError, httpx.RemoteProtocolError}
MEANT_THE_SAME = dict.fromkeys(CUT, CUT)

ANSWERS: dict[str, Reply] = {
    "ok": OK,
    "empty": answer(200),
    "204": b"HTTP/1.1 204 X\r\n\r\n",
    "304": b"HTTP/1.1 304 X\r\nETag: x\r\n\r\n",
    "redirect": answer(302, b"gone", "Location: http://127.0.0.1:1/elsewhere"),
    "redirect-307": answer(307, b"", "Location: /again"),
    "html-502": answer(502, b"<html>\xff</html>", "Content-Type: text/html"),
    "429": answer(429, b"slow down", "Retry-After: 7"),
    "999": answer(999),
    "chunked": CHUNKED + b"\r\n1\r\n{\r\n1;x=y\r\n}\r\n0\r\nX-Trailer: a\r\n\r\n",
    "until-the-end": b"HTTP/1.1 200 OK\r\n\r\n{}",
    "http-1.0": b"HTTP/1.0 200 OK\r\n\r\n{}",
    "100-continue": b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
    "103-early-hints": b"HTTP/1.1 103 X\r\nLink: </x>\r\n\r\n" + OK,
    "gzip": answer(200, gzip.compress(b"{}"), "Content-Encoding: gzip"),
    "deflate": answer(200, zlib.compress(b"{}"), "Content-Encoding: deflate"),
    "cookies": answer(200, b"{}", "Set-Cookie: a=1; Path=/", "X-Between: 1", "Set-Cookie: b=2"),
    "odd-headers": answer(200, b"{}", "X-Empty:", "X-Spaces:   a  b  ", "x-lower: 1", "X-Tab: a\tb"),
    "not-ascii": answer(200, b"{}", "X-Name: Zo\u00eb"),
    "many-headers": answer(200, b"{}", *(f"X-{number}: a" for number in range(100))),
    "folded-header": b"HTTP/1.1 200 OK\r\nX-A: a\r\n b\r\nContent-Length: 2\r\n\r\n{}",
    "bare-newlines": b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}",
    "binary": answer(200, bytes(range(256))),
    "large": answer(200, b"x" * 1_000_000),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults_raise_the_same_exceptions_as_httpx(sender: Sender, server: RawServer, name: str) -> None:
    """The class is the same, so the retry rule decides the same; no header is shown."""
    server.replies = [FAULTS[name]]
    request = request_on(f"{server.url}/path?query=1", headers=HEADERS)

    ours = sender.outcome(sender.fast(), request)
    theirs = sender.outcome(sender.standard(), request)

    assert isinstance(ours, httpx.TransportError | httpx.DecodingError)
    assert type(ours) in MEANT_THE_SAME.get(type(theirs), {type(theirs)})
    assert str(ours)
    assert SECRET not in repr(ours)
    assert (ours.__cause__, ours.__context__) == (None, None) or isinstance(ours, httpx.DecodingError)
    assert len(server.requests) == 2


@pytest.mark.parametrize("name", ANSWERS)
def test_responses_equal_those_of_httpx(sender: Sender, server: RawServer, name: str) -> None:
    """Status, headers, body and version are the same, nothing is followed, and the body is decompressed once."""
    server.replies = [ANSWERS[name]]
    request = request_on(server.url)

    ours = sender.outcome(sender.fast(), request)
    theirs = sender.outcome(sender.standard(), request)

    assert isinstance(ours, httpx.Response), ours
    assert isinstance(theirs, httpx.Response), theirs
    assert _shown(ours) == _shown(theirs)
    assert len(server.requests) == 2


def _shown(response: httpx.Response) -> tuple[object, ...]:
    headers: dict[str, list[str]] = {}
    for name, value in response.headers.multi_items():
        headers.setdefault(name, []).append(value)
    return response.status_code, headers, response.content, response.http_version, response.reason_phrase


UNREADABLE_HERE = {
    "many-headers": answer(200, b"{}", *(f"X-{number}: a" for number in range(150))),
    "large-header": answer(200, b"{}", "X-Large: " + "a" * 70_000),
    "chunked-and-length": CHUNKED + b"Content-Length: 9\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "more-than-said": OK + b"{}",
}


@pytest.mark.parametrize("name", UNREADABLE_HERE)
def test_malformed_responses_that_httpx_accepts_are_errors(sender: Sender, server: RawServer, name: str) -> None:
    """Where aiohttp is stricter, the exception says that it was the response."""
    server.replies = [UNREADABLE_HERE[name]]

    assert type(sender.outcome(sender.fast(), request_on(server.url))) is httpx.RemoteProtocolError
    assert isinstance(sender.outcome(sender.standard(), request_on(server.url)), httpx.Response)


def _parts() -> Iterator[bytes]:
    yield b'{"a":'
    yield b"1}"


class _AsyncParts:
    """A body that comes in parts, for async clients."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in _parts():
            yield part


REQUESTS: dict[str, dict[str, Any]] = {
    "post": {"headers": {**HEADERS, "Content-Type": "application/json", "X-Empty": "", "X-Odd": "a  b"}},
    "get": {"method": "GET", "content": None},
    "delete": {"method": "DELETE", "content": None, "url": "/a%2Fb%20c/"},
    "head": {"method": "HEAD", "content": None},
    "empty-post": {"content": b""},
    "large": {"content": b"x" * 1_000_000},
    "binary": {"content": bytes(range(256))},
    "own-method": {"method": "PURGE"},
    "twice": {"headers": [("X-A", "1"), ("X-B", "2"), ("X-A", "3")]},
    "utf-8": {"headers": [(b"X-Name", "Zo\u00eb".encode())]},
    "latin-1": {"headers": [(b"X-Name", b"Zo\xeb")]},
    "query": {"url": "/p?a=1&b=%27x%27&c=a+b&d=%C3%A9&e"},
    "empty-query": {"url": "/p?"},
    "odd-path": {"url": "/a//b;c=d/~!$&()*+,=:@/%zz"},
    "dots": {"url": "/a/./b/../c"},
    "encoded-dots": {"url": "/users/%2e%2E/.%2e/%2e/a"},
    "backslash": {"url": "/users\\..\\admin"},
    "fragment": {"url": "/p#part"},
    "own-host": {"headers": {"Host": "api.example.com"}},
    "no-keep-alive": {"headers": {"Connection": "close"}},
    "own-encoding": {"headers": {"Accept-Encoding": "identity"}},
    "cookie": {"headers": {"Cookie": "a=1; b=2"}},
}


@pytest.mark.parametrize("name", REQUESTS)
def test_requests_equal_those_of_httpx(sender: Sender, server: RawServer, name: str) -> None:
    """Method, target, headers and body arrive the same, byte for byte."""
    details = {**REQUESTS[name]}
    server.replies = [NO_CONTENT]
    request = request_on(server.url + details.pop("url", "/"), **details)

    for transport in (sender.fast(), sender.standard()):
        assert isinstance(sender.outcome(transport, request), httpx.Response)

    ours, theirs = server.requests
    assert ours == theirs


@pytest.mark.parametrize("sender", [WHOLE], indirect=True)
def test_streamed_body_arrives_complete(sender: Sender, server: RawServer) -> None:
    """It is sent in chunks, as its header says."""
    arrived: list[bytes] = []

    def reply(connection: socket.socket) -> None:
        data = server.requests[-1]
        while not data.endswith(b"0\r\n\r\n"):
            data += connection.recv(65536) or b"(ended)0\r\n\r\n"
        arrived.append(data)
        connection.sendall(OK)

    server.replies = [reply]
    request = request_on(server.url, content=_AsyncParts())

    assert isinstance(sender.outcome(sender.fast(), request), httpx.Response)
    head, _, body = arrived[0].partition(b"\r\n\r\n")
    assert b"transfer-encoding: chunked" in head.lower()
    assert body == b'7\r\n{"a":1}\r\n0\r\n\r\n'


def test_credentials_in_url_are_not_sent(sender: Sender, server: RawServer) -> None:
    """A transport adds no credentials of its own; that is for the client to do."""
    url = server.url.replace("//", f"//user:{SECRET}@")

    assert isinstance(sender.outcome(sender.fast(), request_on(url)), httpx.Response)
    assert b"authorization" not in server.requests[0].lower()


REFUSED: dict[str, tuple[dict[str, Any], type[Exception]]] = {
    "scheme": ({"url": "ftp://127.0.0.1/"}, httpx.UnsupportedProtocol),
    "no-url": ({"url": "/path"}, httpx.UnsupportedProtocol),
    "line-break": ({"headers": {"X-A": f"{SECRET}\r\nX-B: b"}}, httpx.LocalProtocolError),
    "null": ({"headers": {"X-A": f"{SECRET}\0"}}, httpx.LocalProtocolError),
    "header-name": ({"headers": {f"X {SECRET}": "a"}}, httpx.LocalProtocolError),
    "method": ({"method": "P ST"}, httpx.LocalProtocolError),
}

# httpx looks the empty host up.
REFUSED_HERE: dict[str, tuple[dict[str, Any], type[Exception]]] = {
    "no-host": ({"url": "http:///path"}, httpx.UnsupportedProtocol),
}


@pytest.mark.parametrize("name", [*REFUSED, *REFUSED_HERE])
def test_unsendable_requests_are_rejected(sender: Sender, server: RawServer, name: str) -> None:
    """It is clear that nothing arrived, and that another try would end the same way."""
    details, expected = (REFUSED | REFUSED_HERE)[name]
    request = request_on(**{"url": server.url, **details})

    refusal = sender.outcome(sender.fast(), request)

    assert type(refusal) is expected
    assert SECRET not in repr([refusal, refusal.__cause__, refusal.__context__])
    assert server.requests == []
    if name in REFUSED:
        assert type(sender.outcome(sender.standard(), request)) is expected


@pytest.mark.parametrize("sender", [WHOLE], indirect=True)
@pytest.mark.parametrize("length", [1, 3])
def test_wrong_content_length_is_rejected(sender: Sender, server: RawServer, length: int) -> None:
    """What httpx lets through or ends in an exception of h11; who sends in parts sees to it."""
    request = request_on(server.url, headers={"Content-Length": str(length)})

    assert type(sender.outcome(sender.fast(), request)) is httpx.LocalProtocolError
    assert server.requests == []


@pytest.mark.parametrize("host", ["xn--a", "xn--999999999b.com"])
def test_invalid_host_is_rejected(sender: Sender, host: str) -> None:
    """Nothing is looked up for it. httpx lets some pass for names and raises a UnicodeError for others."""
    request = request_on(f"http://{host}/", headers={"Host": "example.com"})

    assert type(sender.outcome(sender.fast(trust_env=False), request)) is httpx.InvalidURL


def test_host_with_encoded_character_is_a_connect_error(sender: Sender) -> None:
    """The class says that nothing was sent."""
    assert type(sender.outcome(sender.fast(), request_on("http://a%00b.invalid/"))) is httpx.ConnectError


def test_unknown_host_is_a_connect_error(sender: Sender) -> None:
    """The class says that nothing was sent. A label of 64 characters is in no name server."""
    request = request_on(f"http://{'a' * 64}.example/")

    for transport in (sender.fast(trust_env=False), sender.standard()):
        assert type(sender.outcome(transport, request)) is httpx.ConnectError


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_closed_port_is_a_connect_error(sender: Sender, scheme: str) -> None:
    """The class says that nothing was sent."""
    request = request_on(f"{scheme}://127.0.0.1:1/")

    assert type(sender.outcome(sender.fast(), request)) is httpx.ConnectError
    assert type(sender.outcome(sender.standard(), request)) is httpx.ConnectError
