"""A server with keep-alive that records requests and can respond late or with faults."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["OK", "RecordingServer", "Reply", "recording_server"]


@dataclass(frozen=True)
class Reply:
    """The response to a request.

    Attributes:
        status: The status.
        body: The body.
        headers: Further header lines.
        after: How many seconds later.
        fault: `cut` for a connection that ends without an answer, `stalled` for one that stays silent in the middle of
            its body.
        taken: Whether the request is carried out.
    """

    status: int = 200
    body: bytes = b"{}"
    headers: tuple[str, ...] = ()
    after: float = 0.0
    fault: Literal["cut", "stalled"] | None = None
    taken: bool = True


OK = Reply()


@dataclass
class RecordingServer:
    """A server, its responses and the requests that it received.

    Attributes:
        reply: Gives the answer to a body.
        arrived: The bodies that arrived, in this order.
        taken: Those that were carried out, in this order, whether or not the answer came through.
        together: Profiles of which two requests were under way at the same time.
        most_together: How many requests were under way at a time, at most.
        connections: How many connections were opened.
        url: Where it is.
    """

    reply: Callable[[dict[str, Any]], Reply] = lambda _: OK
    arrived: list[dict[str, Any]] = field(default_factory=list, repr=False)
    taken: list[dict[str, Any]] = field(default_factory=list, repr=False)
    together: set[str] = field(default_factory=set)
    most_together: int = 0
    connections: int = 0
    url: str = ""
    _under_way: Counter[str] = field(default_factory=Counter, repr=False)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Respond to the requests of a connection."""
        self.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await self._answer(reader, writer):
                pass
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Respond to one request, and return whether another one can follow."""
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
        body = json.loads(await reader.readexactly(length))
        profile = body["external_profile_id"]
        self._under_way[profile] += 1
        if self._under_way[profile] > 1:
            self.together.add(profile)
        self.most_together = max(self.most_together, self._under_way.total())
        try:
            self.arrived.append(body)
            reply = self.reply(body)
            if reply.after:
                await asyncio.sleep(reply.after)
            if reply.taken and reply.status < 300:
                self.taken.append(body)
        finally:
            self._under_way[profile] -= 1
        return await _write(reply, reader, writer)


async def _write(reply: Reply, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    if reply.fault == "cut":
        return False
    lines = (f"HTTP/1.1 {reply.status} X", f"Content-Length: {len(reply.body)}", *reply.headers)
    head = "\r\n".join(lines).encode() + b"\r\n\r\n"
    if reply.fault == "stalled":
        writer.write(head + reply.body[:-1])
        await reader.read()  # until the other side has had enough
        return False
    writer.write(head + reply.body)
    await writer.drain()
    return True


@contextmanager
def recording_server() -> Iterator[RecordingServer]:
    """Serve until the block ends, in a thread."""
    server = RecordingServer()
    loop = asyncio.new_event_loop()
    ready = threading.Event()

    async def serve() -> None:
        listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        ready.set()
        await ended
        listening.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    ended: asyncio.Future[None] = loop.create_future()
    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    ready.wait(10)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(ended.set_result, None)
        thread.join()
        loop.close()
