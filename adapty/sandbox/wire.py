"""The sandbox's side of a connection: what is no HTTP is refused in words, and a fault can cut it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from adapty.sandbox.answers import refused
from adapty.sandbox.connection import CONNECTION
from adapty.sandbox.flaws import Flaw
from adapty.sandbox.guard import SECURITY_HEADERS

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator

    from uvicorn import Config
    from uvicorn.server import ServerState

__all__ = ["StrictHTTP"]


class StrictHTTP(H11Protocol):
    """Uvicorn's HTTP/1.1, which refuses malformed requests in the shape of all other refusals, and can be cut.

    The state of each ASGI scope holds it as its `Connection`.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, {**app_state, CONNECTION: self}, _loop)
        self._is_held_up = False
        self._is_to_close = False

    def cut(self) -> None:
        """Close the connection at once, without another byte."""
        self.transport.abort()

    @contextmanager
    def held_up(self) -> Iterator[None]:
        """Be cut, instead of being waited for, where the server is closed in the meantime."""
        if self._is_to_close:
            self.cut()
        self._is_held_up = True
        try:
            yield
        finally:
            self._is_held_up = False

    def shutdown(self) -> None:
        """Close the connection as soon as what is being answered is answered."""
        self._is_to_close = True
        if self._is_held_up:
            self.cut()
        else:
            super().shutdown()

    def send_400_response(self, msg: str) -> None:
        """Answer and hang up; only hang up where the request has been answered before it went wrong.

        Args:
            msg: What uvicorn says is wrong.
        """
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            answer = refused(400, Flaw(message=msg))
            secure = [(name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]
            headers = [*answer.raw_headers, *secure, (b"connection", b"close")]
            for event in (
                h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
                h11.Data(data=bytes(answer.body)),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
