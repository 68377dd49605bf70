"""What a worker reads from an outbox and notes in it, in a thread of its own: an event loop does not wait for disks."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from attrs import asdict, frozen

from adapty._sqlite import Database
from adapty.errors import AdaptyError, AdaptyUsageError
from adapty.webhooks._stores.sqlite_rows import COLUMNS, StoredEvent
from adapty.webhooks._stores.sqlite_schema import OUTBOX, PENDING
from adapty.webhooks.first_pending import has_hidden_event, is_first_pending_right, rebuild_first_pending

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path
    from types import TracebackType
    from typing import Self, TypeVar

    T = TypeVar("T")

__all__ = ["GIVE_UP_AFTER", "GIVE_UP_PUT_OFFS", "Books", "Due", "GivenUp", "Note"]

logger = logging.getLogger("adapty")

GIVE_UP_AFTER = timedelta(hours=24)
"""So long an event waits at least before it is set aside, since it came or was replayed, and"""

GIVE_UP_PUT_OFFS = 24
"""so often Mail must have failed on it at least and taken other events afterwards: an outage gives nothing up."""

_TIDIED_AT_A_TIME = 1000

_FIRST_PENDING = "SELECT place, profile FROM first_pending ORDER BY place LIMIT ?"
# No row where another event of the profile is to be sent before it.
_READ = f"""
SELECT {COLUMNS} FROM events WHERE {PENDING} AND place IN (SELECT value FROM json_each(?))
AND place = (SELECT min(place) FROM events AS others WHERE others.{PENDING} AND others.profile IS events.profile)
ORDER BY place
"""  # noqa: S608 - constants
_PROFILE = COLUMNS.split(", ").index("profile")
_NOTE = {
    "delivered": """
        UPDATE events SET state = 'delivered', profile = '', event = '', reason = NULL, changed = :now
        WHERE place = :place AND (:event_id IS NULL OR event_id = :event_id) AND state IN ('pending', 'dead')
    """,
    "dead": """
        UPDATE events SET state = 'dead', attempts = attempts + :attempts, reason = :reason, changed = :now
        WHERE place = :place AND (:event_id IS NULL OR event_id = :event_id) AND state = 'pending'
    """,
    # `changed` stays: it tells since when the event waits to be sent.
    "pending": """
        UPDATE events SET attempts = attempts + :attempts, reason = :reason
        WHERE place = :place AND (:event_id IS NULL OR event_id = :event_id) AND state = 'pending'
    """,
    "blamed": """
        INSERT INTO put_offs (place, since, times)
        SELECT place, changed, 1 FROM events
        WHERE place = :place AND (:event_id IS NULL OR event_id = :event_id) AND state = 'pending'
        ON CONFLICT (place) DO UPDATE SET
            times = CASE since WHEN excluded.since THEN times + 1 ELSE 1 END, since = excluded.since
    """,
}

_GIVE_UP = """
UPDATE events SET state = 'dead', changed = :now, reason = 'given up, for Mail takes other events: ' || reason
WHERE place = :place AND state = 'pending' AND changed <= :before
AND :times <= (SELECT times FROM put_offs WHERE put_offs.place = events.place AND since = changed)
"""
_GIVEN_UP = "SELECT place, event_id, reason FROM events WHERE place = ?"
_RELEASED = """
SELECT value FROM json_each(?)
WHERE NOT EXISTS (SELECT 1 FROM events WHERE place = value AND state = 'pending' AND attempts > 0)
"""
_TIDY_PUT_OFFS = """
DELETE FROM put_offs
WHERE NOT EXISTS (SELECT 1 FROM events WHERE events.place = put_offs.place AND state = 'pending')
"""
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
        data: The event's fields.
    """

    place: int
    event_id: str
    profile: str
    data: Mapping[str, Any]


@frozen
class Note:
    """What came of an event.

    Attributes:
        place: The event's place.
        state: Whether Mail has it, refuses it, or is to be asked again; `blamed` where Mail has failed on it and takes
            others.
        attempts: How many times it was sent now.
        reason: Why it failed, or None.
        event_id: Its id; nothing is noted if another event has the place, as in a file that was replaced. None for
            any event.
    """

    place: int
    state: Literal["delivered", "dead", "pending", "blamed"]
    attempts: int = 1
    reason: str | None = None
    event_id: str | None = None


@frozen
class GivenUp:
    """An event that was set aside: Mail failed on it for long and took others, or its row is damaged.

    Attributes:
        place: Its place in the order of arrival.
        event_id: Its id.
        reason: Why its last try failed, or what is damaged.
    """

    place: int
    event_id: str
    reason: str


class Books:
    """The outbox as its worker sees it, over a connection of its own.

    What is noted is kept until it is on the disk: where that fails, `settle` tries it again.

    Args:
        path: The outbox's file.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database(path, OUTBOX)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="adapty-outbox")
        self._unsettled: list[Note] = []
        self._given_up: list[GivenUp] = []

    def note(self, note: Note) -> None:
        """Take what came of an event; nothing is written before `settle`."""
        self._unsettled.append(note)

    async def settle(self) -> list[Note]:
        """Write what was noted, and give what is on the disk now; see `given_up` for what came of it.

        Raises:
            WebhookUnavailableError: It cannot be written now.
            AdaptyUsageError: The file is damaged.
        """
        notes = list(self._unsettled)
        if notes:
            await self._aside(lambda: self._write(notes))
            del self._unsettled[: len(notes)]
        return notes

    def given_up(self) -> list[GivenUp]:
        """Give the events that were set aside since this was asked last."""
        given_up, self._given_up = self._given_up, []
        return given_up

    async def due(self, waiting: Collection[str], most: int) -> list[Due]:
        """Read events in the order of arrival, one of each profile at most; set damaged ones aside.

        Args:
            waiting: The profiles of which none is to be sent now.
            most: How many events to give.
        """
        return await self._aside(lambda: self._due(frozenset(waiting), most))

    async def released(self, places: Collection[int]) -> frozenset[int]:
        """Give those of these events that were put off, and were removed or replayed by somebody since."""
        return await self._aside(lambda: self._released(list(places))) if places else frozenset()

    async def version(self) -> tuple[int, int]:
        """Return what changes when somebody else has written to the outbox, or put another file in its place."""
        return await self._aside(self._version)

    async def tidy(self, seconds: float) -> None:
        """Forget the events that were delivered so long ago, and check what finds the next event of each profile."""
        await self._aside(self._repair)
        while await self._aside(lambda: self._tidy(time.time() - seconds)) == _TIDIED_AT_A_TIME:
            pass

    def close(self) -> None:
        """Write what is noted, if it can be, and close the file."""
        self._thread.shutdown()
        with suppress(AdaptyError):  # what is not noted is sent again
            self._write(self._unsettled)
        self._database.close()

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
        given_up: list[GivenUp] = []
        with self._database.writing() as connection:
            for note in notes:
                values = {**asdict(note), "now": now}
                connection.execute(_NOTE[note.state], values)
                if note.state == "blamed":
                    given_up += self._give_up(connection, note.place, now)
        self._given_up += given_up

    def _give_up(self, connection: sqlite3.Connection, place: int, now: float) -> list[GivenUp]:
        """Set an event aside, if it has had its time."""
        values = {
            "place": place,
            "now": now,
            "before": now - GIVE_UP_AFTER.total_seconds(),
            "times": GIVE_UP_PUT_OFFS,
        }
        if not connection.execute(_GIVE_UP, values).rowcount:
            return []
        return [GivenUp(*row) for row in connection.execute(_GIVEN_UP, (place,))]

    def _due(self, waiting: frozenset[str], most: int) -> list[Due]:
        """Read events that can be sent; rebuild what finds them where it is damaged.

        Raises:
            AdaptyUsageError: Some cannot be found nevertheless.
        """
        is_rebuilt = False
        while True:
            stored, is_right = self._read_first(waiting, most)
            damaged = [(each, each.damage) for each in stored if each.damage]
            if damaged:
                self._set_aside(damaged)
            elif is_right:
                return [Due(each.place, each.event_id, each.profile, each.data) for each in stored]
            elif is_rebuilt:
                raise AdaptyUsageError(f"{self._database.path}: is damaged; pending events in it cannot be found")
            else:
                self._rebuild()
                is_rebuilt = True

    def _read_first(self, waiting: frozenset[str], most: int) -> tuple[list[StoredEvent], bool]:
        """Read the first pending event of each profile that does not wait; tell whether the table of them is right."""
        with self._database.reading() as connection:
            connection.execute("BEGIN")  # all of it from one state
            try:
                first = connection.execute(_FIRST_PENDING, (most + len(waiting),)).fetchall()
                wanted = dict([each for each in first if each[1] not in waiting][:most])
                rows = connection.execute(_READ, (json.dumps(list(wanted)),)).fetchall()
                found = {row[0]: row[_PROFILE] for row in rows}
                is_right = found == wanted and (bool(rows) or not has_hidden_event(connection, waiting))
            finally:
                connection.execute("ROLLBACK")
        return [StoredEvent.from_row(row) for row in rows], is_right

    def _repair(self) -> None:
        with self._database.reading() as connection:
            is_right = is_first_pending_right(connection)
        if not is_right:
            self._rebuild()

    def _rebuild(self) -> None:
        logger.warning("outbox %s: rebuilding the table of each profile's next event", self._database.path)
        with self._database.writing() as connection:
            rebuild_first_pending(connection)

    def _set_aside(self, damaged: Iterable[tuple[StoredEvent, str]]) -> None:
        now = time.time()
        with self._database.writing() as connection:
            for stored, damage in damaged:
                values = {"place": stored.place, "attempts": 0, "reason": damage, "now": now, "event_id": None}
                connection.execute(_NOTE["dead"], values)
        self._given_up += [GivenUp(stored.place, stored.event_id, damage) for stored, damage in damaged]

    def _released(self, places: list[int]) -> frozenset[int]:
        with self._database.reading() as connection:
            return frozenset(place for (place,) in connection.execute(_RELEASED, (json.dumps(places),)))

    def _version(self) -> tuple[int, int]:
        with self._database.reading() as connection:
            return self._database.open_count, connection.execute("PRAGMA data_version").fetchone()[0]

    def _tidy(self, before: float) -> int:
        with self._database.writing() as connection:
            connection.execute(_TIDY_PUT_OFFS)
            return connection.execute(_TIDY, (before, _TIDIED_AT_A_TIME)).rowcount
