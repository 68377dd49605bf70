"""Servers that answer without measure: the memory stays bounded, and everything ends."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import subprocess
import sys
import textwrap
import zlib
from functools import cache
from typing import TYPE_CHECKING

import httpx
import pytest

from adapty._reading import ResponseTooLarge
from adapty.fast import AsyncFastTransport
from tests.fast.sending import IN_PARTS, WHOLE, Sender, outcome, request_on
from tests.raw_server import answer

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from tests.raw_server import RawServer

MEGABYTE = 2**20

MEMORY_MEGABYTES = 150
"""What a response may take at most: the limit of 32 MB, received, decoded and growing."""

PROGRAM = """
    import asyncio, resource, sys
    import httpx
    from adapty import Adapty, AsyncAdapty
    from adapty.bulk import import_profiles
    from adapty.fast import AsyncFastTransport

    url, way = sys.argv[1:]

    async def get():
        if way == "transport":
            async with httpx.AsyncClient(transport=AsyncFastTransport()) as client:
                await client.get(url)
        else:
            async with AsyncAdapty("k", base_url=url, transport=AsyncFastTransport(), max_retries=0) as adapty:
                await adapty.profiles.get(customer_user_id="user")

    def attempt():
        try:
            if way == "bulk":
                row = {"external_profile_id": "u", "external_created_at": "2024-01-01T00:00:00Z", "email": "u@x.com"}
                report = import_profiles(Adapty(mail_secret_key="k", mail_base_url=url), [row], max_retries=0)
                return "".join(path.read_text() for path in report.failures)
            else:
                asyncio.run(get())
        except Exception as exc:
            return f"{type(exc).__name__}: {exc}"

    attempt()  # imports, certificates
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    problem = attempt()
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
    print(problem)
"""


def send_for_ever(server: RawServer, head: bytes, part: bytes) -> Callable[[socket.socket], None]:
    """Return a reply that sends as fast as it can, without an end."""

    def send(connection: socket.socket) -> None:
        connection.settimeout(1)
        try:
            connection.sendall(head)
            while not server.released.is_set():
                connection.sendall(part)
        except OSError:
            return

    return send


@cache
def bomb() -> bytes:
    """Compress 260 MB of zeros."""
    compressor = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    parts = [compressor.compress(bytes(MEGABYTE)) for _ in range(260)]
    return b"".join(parts) + compressor.flush()


@pytest.mark.parametrize("way", ["transport", "client", "bulk"])
def test_compressed_bomb_takes_little_memory(server: RawServer, tmp_path: object, way: str) -> None:
    """260 KB of gzip that decode to 260 MB are an error after 32 MB, over every way to send."""
    body = bomb()
    server.replies = [answer(200, b"{}"), answer(200, body, "Content-Encoding: gzip")]

    command = [sys.executable, "-c", textwrap.dedent(PROGRAM), server.url, way]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60, cwd=str(tmp_path))

    megabytes, problem = done.stdout.splitlines()[:2]
    assert len(body) < 300_000
    assert int(megabytes) < MEMORY_MEGABYTES
    assert "the response is larger than 33554432 bytes (max_response_bytes)" in problem


ENDLESS = {
    "body": (b"HTTP/1.1 200 OK\r\n\r\n", bytes(65536)),
    "chunks": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + bytes(65536) + b"\r\n"),
    "headers": (b"HTTP/1.1 200 OK\r\n", b"X-A: a\r\n" * 1000),
    "header": (b"HTTP/1.1 200 OK\r\nX-A: ", b"a" * 65536),
    "status": (b"HTTP/1.1 200 ", b"a" * 65536),
    "chunk-extension": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;a=", b"a" * 65536),
    "trailers": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X-A: a\r\n" * 1000),
    "informational": (b"", b"HTTP/1.1 103 X\r\nX-A: a\r\n\r\n" * 100),
    "gzip": (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", gzip.compress(b"") * 1000),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_endless_response_ends_in_an_error(server: RawServer, name: str) -> None:
    """Whatever part of it has no end: the size limit, the parser's or the total timeout ends it; memory is bounded."""
    server.replies = [answer(200, b"{}"), send_for_ever(server, *ENDLESS[name])]
    program = """
        import asyncio, resource, sys
        import httpx
        from adapty.fast import AsyncFastTransport

        async def send():
            transport = AsyncFastTransport()
            timeout = {"connect": 5, "read": 5, "write": 5, "pool": 5, "total": 0.5}
            request = httpx.Request("GET", sys.argv[1], extensions={"timeout": timeout})
            await transport.handle_async_request(request)
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            try:
                await transport.handle_async_request(request)
            except httpx.HTTPError as exc:
                print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)

        asyncio.run(send())
    """

    command = [sys.executable, "-c", textwrap.dedent(program), server.url]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)

    assert int(done.stdout) < MEMORY_MEGABYTES


@pytest.fixture(params=[WHOLE, IN_PARTS])
def sizes(request: pytest.FixtureRequest, server: RawServer) -> Callable[..., object]:
    """Give what sends a body through a transport with a limit of 1,000 bytes."""

    def receive(body: bytes, *headers: str) -> object:
        server.replies = [answer(200, body, *headers)]

        async def work() -> object:
            async with AsyncFastTransport(max_response_bytes=1000) as transport:
                if request.param == WHOLE:
                    return await outcome(transport, request_on(server.url))
                exchange = transport._exchange
                origin = exchange.origin(httpx.URL(server.url))
                data = exchange.serialize(origin, "GET", httpx.URL(server.url), []) + b"\r\n"
                try:
                    return await exchange.send(origin, data, {}, 1000)
                except httpx.HTTPError as exc:
                    return exc

        return asyncio.run(work())

    return receive


def test_limit_counts_received_and_decoded_bytes(sizes: Callable[..., object]) -> None:
    """A body of exactly the limit is read; one byte more is refused, in every coding and framing."""
    for size, coding in itertools.product((0, 999, 1000), ("identity", "gzip", "deflate")):
        response = sizes(
            _encode(bytes(size), coding), *([f"Content-Encoding: {coding}"] if coding != "identity" else [])
        )
        assert getattr(response, "content", response) == bytes(size)
    for coding in ("identity", "gzip", "deflate"):
        assert type(sizes(_encode(bytes(1001), coding), f"Content-Encoding: {coding}")) is ResponseTooLarge


def _encode(body: bytes, coding: str) -> bytes:
    if coding == "identity":
        return body
    return gzip.compress(body) if coding == "gzip" else zlib.compress(body)


def test_damaged_compression_is_a_decoding_error(sender: Sender, server: RawServer) -> None:
    """The response came, and cannot be read: the retry rule knows that it was sent."""
    for body in (b"{}", gzip.compress(b"{}")[:-3]):
        server.replies = [answer(200, body, "Content-Encoding: gzip")]

        assert isinstance(sender.outcome(sender.fast(), request_on(server.url)), httpx.DecodingError)
