"""What a fault can do to the connection that a request came over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

__all__ = ["CONNECTION", "Connection"]

CONNECTION = "adapty.sandbox.connection"
"""Where the state of the ASGI scope holds the connection, if the server is one that gives it."""


class Connection(Protocol):
    """A connection of the sandbox's own server."""

    def cut(self) -> None:
        """Close it at once, without another byte."""

    def held_up(self) -> AbstractContextManager[None]:
        """Tell the server for how long an answer is held up on purpose: it need not wait for it to be closed."""
