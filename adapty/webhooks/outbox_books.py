"""What a worker reads from an outbox and notes in it, in a thread of its own: an event loop does not wait for disks."""

from __future__ import annotations

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from attrs import frozen

from adapty.errors import AdaptyError
from adapty.webhooks.outbox_tables import OUTBOX
from adapty.webhooks.sqlite_file import SQLiteFile

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path
    from types import TracebackType
    from typing import Self, TypeVar

    T = TypeVar("T")

__all__ = ["Books", "Due", "Note"]

_READ_AT_LEAST = 50
_TIDIED_AT_A_TIME = 1000

# Only the first one of a profile can be sent, so those of profiles that wait are passed over within the index.
_DUE = """
SELECT place, event_id, profile, event FROM events
WHERE state = 'pending' AND profile NOT IN (SELECT value FROM json_each(?)) ORDER BY place LIMIT ?
"""
_NOTE = {
    "delivered": """
        UPDATE events SET state = 'delivered', profile = '', event = '', reason = NULL, changed = :now
        WHERE place = :place AND state = 'pending'
    """,
    "dead": """
        UPDATE events SET state = 'dead', attempts = attempts + :attempts, reason = :reason, changed = :now
        WHERE place = :place AND state = 'pending'
    """,
    "pending": """
        UPDATE events SET attempts = attempts + :attempts, reason = :reason, changed = :now
        WHERE place = :place AND state = 'pending'
    """,
}
_TIDY = """
DELETE FROM events WHERE place IN (SELECT place FROM events WHERE state = 'delivered' AND changed < ? LIMIT ?)
"""


@frozen
class Due:
    """An event that can be sent now.

    Attributes:
        place: Its place in the order of arrival.
        event_id: Its id.
        profile: The profile that it is of.
        event: The event, as JSON.
    """

    place: int
    event_id: str
    profile: str
    event: str


@frozen
class Note:
    """What came of an event.

    Attributes:
        place: The event's place.
        state: Whether Mail has it, refuses it, or is to be asked again.
        attempts: How many times it was sent now.
        reason: Why it failed, or None.
    """

    place: int
    state: Literal["delivered", "dead", "pending"]
    attempts: int = 1
    reason: str | None = None


class Books:
    """The outbox as its worker sees it, over a connection of its own.

    What is noted is kept until it is on the disk: where that fails, `settle` tries it again.

    Args:
        path: The outbox's file.
    """

    def __init__(self, path: Path) -> None:
        self._file = SQLiteFile(path, OUTBOX)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="adapty-outbox")
        self._unsettled: list[Note] = []

    def note(self, note: Note) -> None:
        """Take what came of an event; nothing is written before `settle`."""
        self._unsettled.append(note)

    async def settle(self) -> list[Note]:
        """Write what was noted, and give what is on the disk now.

        Raises:
            WebhookUnavailableError: It cannot be written now.
            AdaptyUsageError: The file is damaged.
        """
        notes = list(self._unsettled)
        if notes:
            await self._aside(lambda: self._write(notes))
            del self._unsettled[: len(notes)]
        return notes

    async def due(self, waiting: Collection[str], most: int) -> list[Due]:
        """Read events in the order of arrival, one of each profile at most.

        Args:
            waiting: The profiles of which none is to be sent now.
            most: How many events to give.
        """
        return await self._aside(lambda: self._due(frozenset(waiting), most))

    async def version(self) -> int:
        """Give a number that is another one when somebody else has written to the outbox."""
        return await self._aside(self._version)

    async def tidy(self, seconds: float) -> None:
        """Forget the events that were delivered so long ago."""
        while await self._aside(lambda: self._tidy(time.time() - seconds)) == _TIDIED_AT_A_TIME:
            pass

    def close(self) -> None:
        """Write what is noted, if it can be, and close the file."""
        self._thread.shutdown()
        with suppress(AdaptyError):  # what is not noted is sent again
            self._write(self._unsettled)
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    async def _aside(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _write(self, notes: Iterable[Note]) -> None:
        if not notes:
            return
        now = time.time()
        with self._file.writing() as connection:
            for note in notes:
                values = {"place": note.place, "attempts": note.attempts, "reason": note.reason, "now": now}
                connection.execute(_NOTE[note.state], values)

    def _due(self, waiting: frozenset[str], most: int) -> list[Due]:
        names = json.dumps(list(waiting))
        with self._file.reading() as connection:
            rows = connection.execute(_DUE, (names, max(most, _READ_AT_LEAST))).fetchall()
        first_of_each: dict[str, Due] = {}
        for row in rows:
            due = Due(*row)
            if due.profile not in waiting:  # SQLite may read odd names in JSON in another way
                first_of_each.setdefault(due.profile, due)
        return list(first_of_each.values())[:most]

    def _version(self) -> int:
        with self._file.reading() as connection:
            return int(connection.execute("PRAGMA data_version").fetchone()[0])

    def _tidy(self, before: float) -> int:
        with self._file.writing() as connection:
            return connection.execute(_TIDY, (before, _TIDIED_AT_A_TIME)).rowcount
