"""All that a sandbox holds, of both APIs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapty.sandbox.server_side.state import ServerSide
from adapty.sandbox.store import Store

if TYPE_CHECKING:
    from os import PathLike

    from adapty.sandbox.server_side.settings import Settings

__all__ = ["State"]


class State:
    """One database, with what the Mail API and the server-side API keep in it.

    Args:
        database: The path of an SQLite file, made where there is none; `:memory:` keeps all in memory.
        settings: What is set up in the dashboard.

    Attributes:
        mail: What the Mail API keeps.
        server_side: What the server-side API keeps.

    Raises:
        AdaptyConfigError: The file cannot be opened, or is not one of the sandbox's.
    """

    def __init__(self, database: str | PathLike[str], settings: Settings) -> None:
        self.mail = Store(database)
        try:
            self.server_side = ServerSide(self.mail.database, settings)
        except BaseException:
            self.mail.close()
            raise

    def reset(self) -> None:
        """Forget everything that came in, and put back what a new sandbox has."""
        self.mail.reset()
        self.server_side.reset()

    def close(self) -> None:
        """Close the database. Closing again does nothing."""
        self.mail.close()
