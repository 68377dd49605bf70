"""A server that answers each request for a profile with the requested ID, and can stop answering."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["AUTHORITY", "EchoServer", "echo_server"]

CERTIFICATES = Path(__file__).parent.parent / "fast" / "certificates"
AUTHORITY = CERTIFICATES / "authority.pem"
"""The certificate authority to trust for https."""

_ID = b"adapty-customer-user-id:"


class EchoServer:
    """A server in a thread of its own.

    Attributes:
        url: Its address.
        requests: The IDs asked for.
        open_connections: How many connections are open now.
        cookies: The values of all Cookie headers received.
    """

    def __init__(self, *, tls: bool) -> None:
        self.requests: list[str] = []
        self.cookies: list[str] = []
        self.open_connections = 0
        self._changed = threading.Condition()
        self._answering = asyncio.Event()
        self._answering.set()
        self._context: ssl.SSLContext | None = None
        if tls:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(CERTIFICATES / "server.pem")
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.url = ""

    def start(self) -> None:
        """Listen on a free port."""
        self._thread.start()
        self._ready.wait(10)

    def stop(self) -> None:
        """Close all connections."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def stall(self) -> None:
        """Accept connections and requests, but send no responses."""
        self._loop.call_soon_threadsafe(self._answering.clear)

    def resume(self) -> None:
        """Answer again, starting with the requests received meanwhile."""
        self._loop.call_soon_threadsafe(self._answering.set)

    def wait_until_all_closed(self) -> None:
        """Wait until no connection is open.

        Raises:
            TimeoutError: One stays open.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self.open_connections == 0, 10):
                message = f"{self.open_connections} connections are open"
                raise TimeoutError(message)

    def _count(self, change: int) -> None:
        with self._changed:
            self.open_connections += change
            self._changed.notify_all()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._context))
        scheme, host = ("https", "localhost") if self._context else ("http", "127.0.0.1")
        self.url = f"{scheme}://{host}:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        for _ in range(3):  # the transports close their sockets in later turns of the loop
            self._loop.run_until_complete(asyncio.sleep(0))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._count(1)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                await self._answering.wait()
                writer.write(self._respond(head))
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, OSError):
            pass
        finally:
            writer.transport.abort()
            self._count(-1)

    def _respond(self, head: bytes) -> bytes:
        lines = head.split(b"\r\n")
        user = next((line.partition(b":")[2].strip().decode() for line in lines if line.lower().startswith(_ID)), "")
        self.requests.append(user)
        self.cookies += [line.decode() for line in lines if line.lower().startswith(b"cookie:")]
        body = json.dumps({"data": {"customer_user_id": user}}).encode()
        headers = f"HTTP/1.1 200 OK\r\nSet-Cookie: user={user}\r\nContent-Length: {len(body)}\r\n\r\n"
        return headers.encode() + body


@contextmanager
def echo_server(*, tls: bool = False) -> Iterator[EchoServer]:
    """Serve until the block ends."""
    server = EchoServer(tls=tls)
    server.start()
    try:
        yield server
    finally:
        server.stop()
