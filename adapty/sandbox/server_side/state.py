"""What the server-side API keeps, and the moment at which it does so."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from adapty.sandbox.server_side import moments, paywalls
from adapty.sandbox.server_side.profiles import find
from adapty.sandbox.server_side.shown import inside
from adapty.sandbox.server_side.work import Work
from adapty.sandbox.webhooks.news import News

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from adapty.sandbox.database import Database
    from adapty.sandbox.server_side.identity import User
    from adapty.sandbox.server_side.settings import Settings
    from adapty.sandbox.webhooks.hook import Hook

__all__ = ["ServerSide"]


class ServerSide:
    """Profiles, paywalls and currencies of one app; safe to share between threads.

    Args:
        database: Where they are kept, with what the Mail API keeps.
        settings: What is set up in the dashboard.
        hook: Who is told what webhooks are to post; None where there are none.

    Example:
        >>> from adapty.sandbox.database import Database
        >>> from adapty.sandbox.server_side.settings import Settings
        >>> database = Database()
        >>> ServerSide(database, Settings()).count()
        0
        >>> database.close()
    """

    def __init__(self, database: Database, settings: Settings, hook: Hook | None = None) -> None:
        self._database = database
        self._settings = settings
        self._hook = hook
        self._timestamp = 0
        with database.writing() as connection:
            paywalls.plant(connection)

    @contextmanager
    def reading(self) -> Iterator[Work]:
        """Give what a request that changes nothing is carried out with."""
        with self._database.reading() as connection:
            yield self._work(connection)

    @contextmanager
    def writing(self) -> Iterator[Work]:
        """Give what a request is carried out with; where an exception ends it, nothing is changed."""
        news = None if self._hook is None else News()
        with self._database.writing() as connection:
            yield self._work(connection, news)
        if self._hook is not None and news is not None:
            self._hook.tell(news)

    def _work(self, connection: sqlite3.Connection, news: News | None = None) -> Work:
        # The database is handed to one thread at a time, so no two of them count at once.
        now = moments.now()
        self._timestamp = max(self._timestamp + 1, moments.milliseconds(now))
        return Work(connection=connection, now=now, timestamp=self._timestamp, settings=self._settings, news=news)

    def profile(self, user: User) -> dict[str, Any] | None:
        """Give a user's profile with all that is stored of it, or None where there is none."""
        with self.reading() as work:
            found = find(work, user)
            return None if found is None else inside(work, found)

    def count(self) -> int:
        """Count the profiles."""
        with self._database.reading() as connection:
            (count,) = connection.execute("SELECT count(*) FROM customers").fetchone()
            return int(count)

    def reset(self) -> None:
        """Forget all profiles, and put the paywalls back to what a new sandbox has."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM customers")
            connection.execute("DELETE FROM paywalls")
            paywalls.plant(connection)
