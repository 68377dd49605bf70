"""Hostile servers: responses that are too large, or that never end."""

from __future__ import annotations

import asyncio
import gzip
import socket
import subprocess
import sys
import textwrap
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty import (
    Adapty,
    AdaptyConnectionError,
    AdaptyTimeoutError,
    AsyncAdapty,
    BadRequestError,
    Timeouts,
    UnexpectedResponseError,
)
from adapty._reading import BodyDecoder, ResponseTooLarge
from adapty.fast import AsyncFastTransport
from adapty_generated.server_side.api.profile import get_profile
from tests.raw_server import RawServer, answer, gzip_bomb

if TYPE_CHECKING:
    from adapty.models import Profile

Send = Callable[..., "Profile"]

BODY = b'{"data": {"customer_user_id": "user_1"}}'


def send_sync(url: str, **options: Any) -> Profile:
    """Read a profile with the blocking client."""
    with Adapty("secret_live_key", base_url=url, **options) as client:
        return client.profiles.get(customer_user_id="user_1")


def send_async(url: str, **options: Any) -> Profile:
    """Read a profile with the async client."""

    async def send() -> Profile:
        async with AsyncAdapty("secret_live_key", base_url=url, **options) as client:
            return await client.profiles.get(customer_user_id="user_1")

    return asyncio.run(send())


def send_over_transport(url: str, **options: Any) -> Profile:
    """Read a profile over a transport of the caller's."""
    return send_sync(url, transport=httpx.HTTPTransport(), **options)


def send_over_http_client(url: str, **options: Any) -> Profile:
    """Read a profile over an httpx client of the caller's."""
    with httpx.Client(headers={"Accept-Encoding": "br"}) as http_client:
        return send_sync(url, http_client=http_client, **options)


def send_over_async_transport(url: str, **options: Any) -> Profile:
    """Read a profile over an async transport of the caller's."""
    return send_async(url, transport=httpx.AsyncHTTPTransport(), **options)


def send_over_fast_transport(url: str, **options: Any) -> Profile:
    """Read a profile over aiohttp's connections."""
    return send_async(url, transport=AsyncFastTransport(), **options)


ALL = [send_sync, send_async, send_over_transport, send_over_http_client, send_over_async_transport]


def drip(response: bytes, count: int) -> Callable[[socket.socket], None]:
    """Return a reply that sends some bytes immediately, and then one at intervals without end."""

    def reply(connection: socket.socket) -> None:
        connection.sendall(response[:count])
        with suppress(OSError):
            for byte in response[count:]:
                connection.sendall(bytes([byte]))
                connection.settimeout(0.05)
                with suppress(TimeoutError):
                    if connection.recv(1) == b"":
                        return

    return reply


HEADERS = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"


@pytest.mark.parametrize("send", ALL)
def test_compressed_responses_are_decoded(server: RawServer, send: Send) -> None:
    """Gzip and deflate, with and without the zlib header, are understood."""
    raw = zlib.compressobj(wbits=-15)
    for coding, body in {
        "gzip": gzip.compress(BODY),
        "x-gzip": gzip.compress(BODY),
        "deflate": zlib.compress(BODY),
        "Deflate": raw.compress(BODY) + raw.flush(),
        "identity": BODY,
    }.items():
        server.replies = [answer(200, body, f"Content-Encoding: {coding}")]
        assert send(server.url).customer_user_id == "user_1"
    assert all(b"accept-encoding: gzip, deflate\r\n" in request.lower() for request in server.requests)


@pytest.mark.parametrize("send", ALL)
def test_too_large_responses_are_rejected_once(server: RawServer, send: Send) -> None:
    """A bomb, a large body and a large declared length each end the call; it is not repeated."""
    large = b" " * 100_000
    for reply in (
        answer(200, gzip.compress(large), "Content-Encoding: gzip"),
        answer(200, zlib.compress(large), "Content-Encoding: deflate"),
        answer(500, gzip.compress(large), "Content-Encoding: gzip"),
        answer(200, large),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n186a0\r\n" + large + b"\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
    ):
        server.replies, server.requests = [reply], []
        with pytest.raises(
            AdaptyConnectionError, match=r"larger than 10000 bytes \(max_response_bytes\) \(after 1 attempt"
        ):
            send(server.url, max_response_bytes=10_000)
        assert len(server.requests) == 1


@pytest.mark.parametrize("send", ALL)
def test_invalid_compressed_responses_are_errors(server: RawServer, send: Send) -> None:
    """Data that is cut short, or not encoded as the header says, raises an error."""
    for coding, body in {
        "gzip": gzip.compress(BODY)[:-9],
        "deflate": zlib.compress(BODY)[:-9],
        "x-gzip": BODY,
        "GZIP": gzip.compress(BODY) * 2,
        "DEFLATE": zlib.compress(BODY) + b"x",
        "br": BODY,
    }.items():
        server.replies = [answer(200, body, f"Content-Encoding: {coding}")]
        with pytest.raises(AdaptyConnectionError, match="DecodingError"):
            send(server.url, max_retries=0)


def test_millions_of_values_are_rejected_undecoded(server: RawServer) -> None:
    """A small compressed body that decodes to ten million empty objects is not decoded: they would take a gigabyte."""
    objects = gzip.compress(b'{"data": [' + b"{}," * 10_000_000 + b"{}]}", 1)
    for send, status, error, problem in (
        (send_sync, 200, UnexpectedResponseError, "more than 1,000,000 values"),
        (send_async, 400, BadRequestError, "no error message"),
        (send_over_fast_transport, 200, UnexpectedResponseError, "more than 1,000,000 values"),
    ):
        server.replies = [answer(status, objects, "Content-Encoding: gzip")]
        with pytest.raises(error, match=problem) as caught:
            send(server.url)
        assert len(caught.value.body) < 1_000_000


def test_low_level_clients_have_the_same_limits(server: RawServer) -> None:
    """The generated code gets a decoded body within the limit, or an exception of httpx."""
    server.replies = [answer(200, gzip.compress(BODY), "Content-Encoding: gzip")]
    with Adapty("secret_live_key", base_url=server.url, max_response_bytes=1000, timeout=Timeouts(total=1)) as client:

        def get() -> Any:
            return get_profile.sync_detailed(client=client.low_level(), adapty_customer_user_id="user_1")

        assert get().parsed.data.customer_user_id == "user_1"
        server.replies = [answer(200, gzip.compress(b" " * 100_000), "Content-Encoding: gzip")]
        with pytest.raises(httpx.DecodingError, match="larger than 1000 bytes"):
            get()
        server.replies = [drip(HEADERS + BODY, len(HEADERS))]
        with pytest.raises(httpx.TimeoutException):
            get()


@pytest.mark.parametrize("send", ALL)
def test_body_that_trickles_ends_at_the_deadline(server: RawServer, send: Send) -> None:
    """A trickling body does not extend a call beyond its timeout."""
    server.replies = [drip(HEADERS + b" " * 1000, len(HEADERS))]
    with pytest.raises(AdaptyTimeoutError, match=r"no complete response within 0.8 s \(after 1 attempt\)"):
        send(server.url, timeout=Timeouts(total=0.8), max_retries=0)


@pytest.mark.parametrize("send", [send_sync, send_async, send_over_async_transport])
def test_headers_that_trickle_end_at_the_deadline(server: RawServer, send: Send) -> None:
    """Trickling headers do not either, with the client's own connections and async ones."""
    server.replies = [drip(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 1000, 5)]
    with pytest.raises(AdaptyTimeoutError, match=r"no complete response within 0.8 s \(after 2 attempts\)"):
        send(server.url, timeout=Timeouts(total=0.8), max_retries=1)


@pytest.mark.parametrize("send", [send_sync, send_async, send_over_fast_transport])
def test_deadline_before_anything_is_sent_says_so(send: Send) -> None:
    """After a TLS handshake that is not answered, the error does not claim that the request may have arrived."""
    with socket.create_server(("127.0.0.1", 0)) as listener:  # accepts connections, and never answers
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        for timeout in (0.2, Timeouts(total=0.2)):
            with pytest.raises(AdaptyTimeoutError, match=r"cannot connect to .*: not sent within 0.2 s \(after 1"):
                send(url, timeout=timeout, max_retries=0)


def test_bomb_takes_bounded_memory(server: RawServer) -> None:
    """260 KB of gzip that unpack to 256 MB take no more than the limit of 32 MB allows."""
    server.replies = [answer(200, gzip_bomb(256), "Content-Encoding: gzip")]
    program = """
        import asyncio, resource, sys
        from adapty import Adapty, AdaptyConnectionError, AsyncAdapty

        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for call in (
            lambda: Adapty("key", base_url=sys.argv[1]).profiles.get(customer_user_id="u"),
            lambda: asyncio.run(AsyncAdapty("key", base_url=sys.argv[1]).profiles.get(customer_user_id="u")),
        ):
            try:
                call()
            except AdaptyConnectionError:
                pass
        print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
    """
    command = [sys.executable, "-c", textwrap.dedent(program), server.url]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    assert int(done.stdout) < 150


@given(st.binary(max_size=2000), st.integers(1, 2000), st.integers(1, 50), st.sampled_from(["gzip", "deflate", ""]))
def test_decoder_returns_the_body_or_refuses_it(body: bytes, limit: int, size: int, coding: str) -> None:
    """In chunks of any size, a body within the limit is returned whole, and any other one is rejected."""
    encoded = {"gzip": gzip.compress(body), "deflate": zlib.compress(body), "": body}[coding]
    try:
        decoder = BodyDecoder(httpx.Headers({"Content-Encoding": coding}), limit)
        for start in range(0, len(encoded), size):
            decoder.feed(encoded[start : start + size])
        assert decoder.finish() == body
    except ResponseTooLarge:
        assert max(len(body), len(encoded)) > limit
    else:
        assert max(len(body), len(encoded)) <= limit
