"""The data of the server-side API: database transactions and the clock."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from adapty.sandbox import _timestamps
from adapty.sandbox._server_side import paywalls
from adapty.sandbox._server_side.actions import debug_view
from adapty.sandbox._server_side.model import Context, PendingEvents
from adapty.sandbox._server_side.profiles import find

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator

    from adapty.sandbox._server_side.model import User
    from adapty.sandbox._server_side.settings import AppSettings
    from adapty.sandbox._storage import Database

__all__ = ["ServerSideStore"]


class ServerSideStore:
    """Profiles, paywalls and currencies of one app; thread-safe.

    Args:
        database: The database, which the Mail API uses too.
        settings: The settings of the dashboard.
        publish: Called with the lifecycle events of a request when its changes are committed; None without webhooks.

    Example:
        >>> from adapty.sandbox._server_side.settings import AppSettings
        >>> from adapty.sandbox._storage import Database
        >>> database = Database()
        >>> ServerSideStore(database, AppSettings()).count()
        0
        >>> database.close()
    """

    def __init__(
        self,
        database: Database,
        settings: AppSettings,
        publish: Callable[[PendingEvents], object] | None = None,
    ) -> None:
        self._database = database
        self._settings = settings
        self._publish = publish
        self._timestamp = 0
        with database.write() as connection:
            paywalls.seed(connection)

    @contextmanager
    def read(self) -> Iterator[Context]:
        """Open the context of a request that changes nothing."""
        with self._database.read() as connection:
            yield self._context(connection)

    @contextmanager
    def write(self) -> Iterator[Context]:
        """Open the context of a request. An exception rolls its changes back."""
        pending = None if self._publish is None else PendingEvents()
        with self._database.write() as connection:
            yield self._context(connection, pending)
        if self._publish is not None and pending is not None:
            self._publish(pending)

    def _context(self, connection: sqlite3.Connection, pending: PendingEvents | None = None) -> Context:
        # The database serves one thread at a time, so the timestamp needs no lock.
        now = _timestamps.now()
        self._timestamp = max(self._timestamp + 1, _timestamps.to_milliseconds(now))
        return Context(
            connection=connection, now=now, timestamp=self._timestamp, settings=self._settings, pending=pending
        )

    def profile(self, user: User) -> dict[str, Any] | None:
        """Return the profile of a user with everything stored for it, or None."""
        with self.read() as context:
            profile = find(context, user)
            return None if profile is None else debug_view(context, profile)

    def count(self) -> int:
        """Return the number of profiles."""
        with self._database.read() as connection:
            (count,) = connection.execute("SELECT count(*) FROM customers").fetchone()
            return int(count)

    def reset(self) -> None:
        """Delete all profiles, and restore the initial paywalls."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM customers")
            connection.execute("DELETE FROM paywalls")
            paywalls.seed(connection)
