"""Responses without an end: the memory stays bounded, and each request ends."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import subprocess
import sys
import textwrap
import zlib
from typing import TYPE_CHECKING

import httpx
import pytest

from adapty._reading import ResponseTooLarge
from adapty.fast import AsyncFastTransport
from tests.fast.sending import IN_PARTS, WHOLE, Sender, outcome, request_on
from tests.raw_server import answer, gzip_bomb

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path

    from tests.raw_server import RawServer

MEMORY_MEGABYTES = 150
"""What a response may take at most: the limit of 32 MB, received, decoded and growing."""

BOMB_PROGRAM = """
    import asyncio, resource, sys
    import httpx
    from adapty import Adapty, AsyncAdapty
    from adapty.bulk import import_profiles
    from adapty.fast import AsyncFastTransport

    url = sys.argv[1]

    async def send_over_transport():
        async with httpx.AsyncClient(transport=AsyncFastTransport()) as client:
            await client.get(url)

    async def send_with_client():
        async with AsyncAdapty("k", base_url=url, transport=AsyncFastTransport(), max_retries=0) as client:
            await client.profiles.get(customer_user_id="user")

    def send_in_bulk():
        row = {"external_profile_id": "u", "external_created_at": "2024-01-01T00:00:00Z", "email": "u@x.com"}
        report = import_profiles(Adapty(mail_secret_key="k", mail_base_url=url), [row], max_retries=0)
        raise RuntimeError("".join(path.read_text() for path in report.failures))

    def attempt(send):
        try:
            send()
        except Exception as exc:
            return f"{type(exc).__name__}: {exc}"

    sends = (lambda: asyncio.run(send_over_transport()), lambda: asyncio.run(send_with_client()), send_in_bulk)
    for send in sends:
        attempt(send)  # imports, certificates
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for send in sends:
        problem = repr(attempt(send))
        print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024, problem)
"""

ENDLESS_PROGRAM = """
    import asyncio, resource, sys
    import httpx
    from adapty.fast import AsyncFastTransport

    async def send_all():
        transport = AsyncFastTransport()
        timeout = {"connect": 5, "read": 5, "write": 5, "pool": 5, "total": 0.5}
        request = httpx.Request("GET", sys.argv[1], extensions={"timeout": timeout})
        await transport.handle_async_request(request)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for name in sys.argv[2:]:
            try:
                await transport.handle_async_request(request)
            except httpx.HTTPError as exc:
                print(name, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)

    asyncio.run(send_all())
"""


def run_program(program: str, *arguments: str, folder: Path) -> list[str]:
    """Run a program in a process of its own, for its memory is measured; return the lines that it prints."""
    command = [sys.executable, "-c", textwrap.dedent(program), *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


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


def test_compressed_bomb_takes_little_memory(server: RawServer, tmp_path: Path) -> None:
    """260 KB of gzip that decode to 260 MB are an error after 32 MB: over the transport, a client and a bulk job."""
    body = gzip_bomb(260)
    assert len(body) < 300_000
    server.replies = [*[answer(200, b"{}")] * 3, answer(200, body, "Content-Encoding: gzip")]

    lines = run_program(BOMB_PROGRAM, server.url, folder=tmp_path)

    assert len(lines) == 3
    for line in lines:
        megabytes, _, problem = line.partition(" ")
        assert "the response is larger than 33554432 bytes (max_response_bytes)" in problem
        assert int(megabytes) < MEMORY_MEGABYTES, line


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


def test_endless_response_ends_in_an_error(server: RawServer, tmp_path: Path) -> None:
    """Whatever part of it has no end: the size limit, the parser's or the total timeout ends it; memory is bounded."""
    server.replies = [answer(200, b"{}"), *(send_for_ever(server, *parts) for parts in ENDLESS.values())]

    lines = run_program(ENDLESS_PROGRAM, server.url, *ENDLESS, folder=tmp_path)

    assert [line.split()[0] for line in lines] == [*ENDLESS]
    for line in lines:
        assert int(line.split()[1]) < MEMORY_MEGABYTES, line


@pytest.fixture(params=[WHOLE, IN_PARTS])
def sizes(request: pytest.FixtureRequest, server: RawServer) -> Callable[..., object]:
    """Return a function that sends a body through a transport with a limit of 1,000 bytes."""

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
