"""All that a sandbox holds, of both APIs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapty.sandbox.server_side.state import ServerSide
from adapty.sandbox.store import Store

if TYPE_CHECKING:
    from os import PathLike

    from adapty.sandbox.server_side.settings import Settings
    from adapty.sandbox.webhooks.hook import Hook

__all__ = ["State"]


class State:
    """One database, with what the Mail API and the server-side API keep in it.

    Args:
        database: The path of an SQLite file, made where there is none; `:memory:` keeps all in memory.
        settings: What is set up in the dashboard.
        hook: What posts webhooks; None where nothing does. It is reset and closed with the state.

    Attributes:
        mail: What the Mail API keeps.
        server_side: What the server-side API keeps.
        hook: What posts webhooks, if something does.

    Raises:
        AdaptyConfigError: The file cannot be opened, or is not one of the sandbox's.
    """

    def __init__(self, database: str | PathLike[str], settings: Settings, hook: Hook | None = None) -> None:
        self.hook = hook
        self.mail = Store(database)
        try:
            self.server_side = ServerSide(self.mail.database, settings, hook)
        except BaseException:
            self.mail.close()
            raise

    def start_posting(self) -> None:
        """Begin to post webhooks, if there are any."""
        if self.hook is not None:
            self.hook.start(self.server_side)

    def reset(self) -> None:
        """Forget everything that came in, and put back what a new sandbox has."""
        self.mail.reset()
        self.server_side.reset()
        if self.hook is not None:
            self.hook.reset()

    def close(self) -> None:
        """Stop posting webhooks, and close the database. Closing again does nothing."""
        if self.hook is not None:
            self.hook.close()
        self.mail.close()
