"""A server that does no work: GET returns a profile, every other request `{}`.

    python -m scripts.bench.server

It prints its port and ends when its standard input ends.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import cast

from scripts.bench.records import PROFILE_RESPONSE

__all__ = ["ServerProtocol", "serve"]


def _response(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


RESPONSE = _response(b"{}")
GET_RESPONSE = _response(json.dumps(PROFILE_RESPONSE, separators=(",", ":")).encode())
NOT_IMPLEMENTED = b"HTTP/1.1 501 Not Implemented\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

_CONTENT_LENGTH = b"\r\ncontent-length:"


class ServerProtocol(asyncio.Protocol):
    """One connection; requests may arrive in parts, or several together."""

    def __init__(self) -> None:
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Store the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Respond to all complete requests; close the connection on a body without Content-Length."""
        data = self._buffer + data
        responses: list[bytes] = []
        while (end := data.find(b"\r\n\r\n") + 4) > 3:  # noqa: PLR2004 - find returned no -1
            head = data[:end].lower()
            if b"\r\ntransfer-encoding:" in head:
                self._transport.write(b"".join([*responses, NOT_IMPLEMENTED]))
                self._transport.close()
                return
            _, has_length, rest = head.partition(_CONTENT_LENGTH)
            end += int(rest[: rest.index(b"\r")]) if has_length else 0
            if len(data) < end:
                break
            data = data[end:]
            responses.append(GET_RESPONSE if head.startswith(b"get ") else RESPONSE)
        self._buffer = data
        if responses:
            self._transport.write(b"".join(responses))


async def serve() -> None:
    """Serve on a free port, print it, and end with the standard input."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), ended.set)
    server = await loop.create_server(ServerProtocol, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await ended.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve())
