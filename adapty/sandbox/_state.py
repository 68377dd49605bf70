"""The data of all APIs behind one application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapty.sandbox._analytics.rate_limit import RequestLimit
from adapty.sandbox._mail.store import MailStore
from adapty.sandbox._server_side.store import ServerSideStore

if TYPE_CHECKING:
    from os import PathLike

    from adapty.sandbox._server_side.settings import AppSettings
    from adapty.sandbox._webhooks.dispatcher import Dispatcher

__all__ = ["SandboxState"]


class SandboxState:
    """The data of all APIs, in one database, and the webhooks.

    Args:
        database: The path of an SQLite file, created if it does not exist; `:memory:` for memory only.
        settings: The settings of the app.
        dispatcher: Posts webhooks; None without webhooks. The state resets and closes it.

    Attributes:
        mail: The data of the Mail API.
        server_side: The data of the server-side API, which the Web API uses too.
        dispatcher: Posts webhooks, or None.
        analytics_limit: The rate limit of the Export Analytics API, or None.

    Raises:
        AdaptyConfigError: The file cannot be opened, or is not a sandbox database.
    """

    def __init__(
        self, database: str | PathLike[str], settings: AppSettings, dispatcher: Dispatcher | None = None
    ) -> None:
        self.dispatcher = dispatcher
        self.analytics_limit = RequestLimit() if settings.strict_rate_limits else None
        self.mail = MailStore(database)
        publish = None if dispatcher is None else dispatcher.publish
        try:
            self.server_side = ServerSideStore(self.mail.database, settings, publish)
        except BaseException:
            self.mail.close()
            raise

    def start_webhooks(self) -> None:
        """Start posting webhooks, if there are any."""
        if self.dispatcher is not None:
            self.dispatcher.start(self.server_side)

    def reset(self) -> None:
        """Delete all received data, and restore the initial data."""
        self.mail.reset()
        self.server_side.reset()
        if self.analytics_limit is not None:
            self.analytics_limit.reset()
        if self.dispatcher is not None:
            self.dispatcher.reset()

    def close(self) -> None:
        """Stop posting webhooks, and close the database. Closing twice is allowed."""
        if self.dispatcher is not None:
            self.dispatcher.close()
        self.mail.close()
