"""A server on a real socket that sends the bytes of a test, closes the connection, or stalls."""

from __future__ import annotations

import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

__all__ = ["RawServer", "Reply", "answer", "gzip_bomb", "raw_server"]

Reply = bytes | Callable[[socket.socket], None]


def answer(status: int, body: bytes = b"", *headers: str) -> bytes:
    """Return the bytes of a response that closes its connection."""
    lines = [f"HTTP/1.1 {status} X", "Connection: close", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def gzip_bomb(megabytes: int) -> bytes:
    """Return about 1 KB of gzip for each megabyte of zeros that it decodes to."""
    compressor = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    first, second = (
        compressor.compress(bytes(2**20)) + compressor.flush(zlib.Z_FULL_FLUSH),
        compressor.compress(bytes(2**20)) + compressor.flush(zlib.Z_FULL_FLUSH),
    )
    return first + second * (megabytes - 1)  # after a full flush, a block does not depend on the ones before


OK = answer(200, b"{}", "Content-Type: application/json")
# RFC 9110, section 8.6: no Content-Length in a 204.
NO_CONTENT = b"HTTP/1.1 204 X\r\nConnection: close\r\n\r\n"


@dataclass
class RawServer:
    """The replies to the next requests (the last one repeats), and the received requests."""

    url: str
    replies: list[Reply] = field(default_factory=lambda: [OK])
    requests: list[bytes] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def stall(self, _: socket.socket) -> None:
        """Stall until the test ends."""
        self.released.wait(10)

    def start_and_stall(self, connection: socket.socket) -> None:
        """Send half a response, then stall until the test ends."""
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
        self.released.wait(10)

    def next_reply(self) -> Reply:
        """Return the next reply; the last one repeats."""
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@contextmanager
def raw_server() -> Iterator[RawServer]:
    """Serve until the block ends, each connection in a thread of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = RawServer(f"http://127.0.0.1:{listener.getsockname()[1]}")
    threads: list[threading.Thread] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=_serve, args=(server, connection)))
            threads[-1].start()

    acceptor = threading.Thread(target=accept)
    acceptor.start()
    try:
        yield server
    finally:
        server.released.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        acceptor.join()
        for thread in threads:
            thread.join()


def _serve(server: RawServer, connection: socket.socket) -> None:
    """Answer one request of a connection and close it."""
    with connection:
        connection.settimeout(10)
        request = _read_request(connection)
        if not request:
            return
        server.requests.append(request)
        reply = server.next_reply()
        if isinstance(reply, bytes):
            connection.sendall(reply)
        else:
            reply(connection)


def _read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return b""
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        part = connection.recv(65536)
        if not part:
            return b""
        body += part
    return head + b"\r\n\r\n" + body
