"""Serve the sandbox with uvicorn: its HTTP protocol, a listening socket, and a server in a background thread."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from adapty._clock import new_event_loop
from adapty.errors import AdaptyConfigError
from adapty.sandbox._faults.middleware import CONNECTION_KEY
from adapty.sandbox._responses import ValidationIssue, mail_error
from adapty.sandbox._security import SECURITY_HEADERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp
    from uvicorn.server import ServerState

__all__ = ["ServerThread", "UvicornProtocol", "listen"]

_BACKLOG = 2048
_GRACE_SECONDS = 1


class UvicornProtocol(H11Protocol):
    """Uvicorn's HTTP/1.1 protocol for the sandbox: faults can drop a connection, and errors have the API's format.

    Use it to serve `create_app` with uvicorn: `uvicorn.Config(app, http=UvicornProtocol)`.
    """

    # The state of each ASGI scope contains the protocol as its `Connection`.

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, {**app_state, CONNECTION_KEY: self}, _loop)
        self._is_stalling = False
        self._is_shutting_down = False

    def drop(self) -> None:
        """Close the connection immediately, without sending another byte."""
        self.transport.abort()

    @contextmanager
    def stalling(self) -> Iterator[None]:
        """Drop the connection at a shutdown during the block, instead of waiting for the response."""
        if self._is_shutting_down:
            self.drop()
        self._is_stalling = True
        try:
            yield
        finally:
            self._is_stalling = False

    def shutdown(self) -> None:
        """Close the connection after the current response."""
        self._is_shutting_down = True
        if self._is_stalling:
            self.drop()
        else:
            super().shutdown()

    def send_400_response(self, msg: str) -> None:
        """Respond with a 400 and close the connection; only close it if the response was already sent.

        Args:
            msg: Uvicorn's message.
        """
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            response = mail_error(400, ValidationIssue(message=msg))
            security = [(name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]
            headers = [*response.raw_headers, *security, (b"connection", b"close")]
            for event in (
                h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
                h11.Data(data=bytes(response.body)),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


class ServerThread:
    """A server in a background thread. The constructor returns when it accepts connections.

    Args:
        listener: The listening socket.
        app: The application.

    Attributes:
        port: The port.

    Raises:
        AdaptyConfigError: The server did not start.
    """

    def __init__(self, listener: socket.socket, app: ASGIApp) -> None:
        self.port: int = listener.getsockname()[1]
        # Fixed parser and loop, whatever is installed; logging stays as the user configured it.
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http=UvicornProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        self._server = _Server(config)
        self._thread = Thread(target=self._server.run, args=([listener],), name="adapty-sandbox", daemon=True)
        self._thread.start()
        self._server.settled.wait()
        if not self._server.started:
            self.stop()
            message = "The sandbox did not start; see the log of uvicorn.error"
            raise AdaptyConfigError(message)

    def stop(self) -> None:
        """Stop the server, and wait for its thread."""
        self._server.should_exit = True
        self._thread.join()


class _Server(uvicorn.Server):
    """Uvicorn's server, with an event for the end of its startup, successful or not.

    Its loop polls `should_exit` and ends its shutdown by timers, which must run even if a test freezes the clock.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.settled = Event()

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            with asyncio.Runner(loop_factory=new_event_loop) as runner:
                runner.run(self.serve(sockets=sockets))
        finally:
            self.settled.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.settled.set()


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    It is created in the caller's thread, so that an unavailable port is the caller's error.

    Raises:
        AdaptyConfigError: The host is not an address of this machine, or the port is not available.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The explicit protocol makes asyncio disable Nagle's algorithm, which costs 40 ms per response.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except (socket.gaierror, TypeError) as error:  # a name that cannot be encoded is a TypeError
        listener.close()
        raise AdaptyConfigError.for_field("host", f"{host!a} is not an address of this machine") from error
    except (OSError, OverflowError) as error:
        listener.close()
        is_taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        problem = "is taken" if is_taken else f"is not available ({error})"
        message = f"port: {port} on {host} {problem}; choose another one, or 0 for any free port"
        raise AdaptyConfigError(message, field_name="port") from error
    return listener
