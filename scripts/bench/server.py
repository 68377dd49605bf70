"""A server that does no work, so that the client is what is measured: every request is answered with 200 and `{}`.

    python -m scripts.bench.server

It prints its port, and ends when its standard input does, so that it outlives nobody.
"""

from __future__ import annotations

import asyncio
import sys
from typing import cast

__all__ = ["Answering", "serve"]

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
REFUSAL = b"HTTP/1.1 501 Not Implemented\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

_LENGTH = b"\r\ncontent-length:"


class Answering(asyncio.Protocol):
    """One connection; requests may come in pieces, or several at once."""

    def __init__(self) -> None:
        self._unread = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what the answers go out over."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer the requests that are complete now; a body of a length that is not told ends the connection."""
        data = self._unread + data
        complete = 0
        while (end := data.find(b"\r\n\r\n") + 4) > 3:  # noqa: PLR2004 - find gave no -1
            head = data[:end].lower()
            if b"\r\ntransfer-encoding:" in head:
                self._transport.write(ANSWER * complete + REFUSAL)
                self._transport.close()
                return
            _, told, rest = head.partition(_LENGTH)
            end += int(rest[: rest.index(b"\r")]) if told else 0
            if len(data) < end:
                break
            data = data[end:]
            complete += 1
        self._unread = data
        if complete:
            self._transport.write(ANSWER * complete)


async def serve() -> None:
    """Serve on a free port of this machine, and print it, until the standard input ends."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), ended.set)
    server = await loop.create_server(Answering, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await ended.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve())
