"""Count the flows of the profiles of an import, on disk."""

from __future__ import annotations

import sqlite3
import struct
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from attrs import frozen

from adapty.errors import AdaptyUsageError
from adapty.flows import Flow
from adapty.models import MailProfile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapty.models import TransactionEvent

__all__ = ["TABLES", "FlowCounter"]

# Rows are only appended, which costs the same after millions of them as at the start. One sort finds duplicates and the
# latest events when the counts are read.
TABLES = (
    "CREATE TABLE saved_profiles (profile INTEGER NOT NULL)",
    """
    CREATE TABLE received_events (
        event INTEGER NOT NULL, profile INTEGER NOT NULL, moment INTEGER NOT NULL, flow INTEGER NOT NULL
    )
    """,
)
"""The statements that create the tables; the order of the rows is the order of receipt."""

_ADD_PROFILES = "INSERT INTO saved_profiles VALUES (?)"
_ADD_EVENTS = "INSERT INTO received_events VALUES (?, ?, ?, ?)"

# The first event of an ID counts: SQLite takes the other columns from the row that min() found. A saved profile is a
# row without a flow; it comes before its events, because NULL is the smallest value.
_HISTORIES = """
SELECT profile, flow FROM (
    SELECT profile, moment, min(rowid) AS receipt, flow FROM received_events GROUP BY event
    UNION ALL
    SELECT profile, NULL, NULL, NULL FROM saved_profiles
) ORDER BY profile, moment, receipt
"""

# Their indexes are in checkpoint files: add new flows at the end.
_FLOWS = (
    Flow.NEVER_PURCHASED,
    Flow.ACTIVE,
    Flow.RENEWAL_CANCELLED,
    Flow.BILLING_ISSUE,
    Flow.EXPIRED,
    Flow.REFUNDED,
)
_INDEX = {flow: index for index, flow in enumerate(_FLOWS)}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = 86_400
_MICROSECONDS = 1_000_000

# IDs are stored as hashes of 64 bits. The odds that two of ten million have the same hash are 1 to 370,000; the counts
# would be wrong by one.
_HASH_BYTES = 8


@frozen
class _FlowCounts:
    """The number of profiles by index in `_FLOWS`."""

    saved: list[int]
    with_events: list[int]
    events_without_profile: int


class FlowCounter:
    """Computes `adapty.current_flow` for every profile, on disk. Only the records since the last save are in memory.

    The rows are saved in the transaction of the checkpoint. A resumed run adds the later records again, in the same
    order.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Use a database with the tables, in autocommit mode."""
        self._connection = connection
        self._profiles: list[tuple[int]] = []
        self._events: list[tuple[int, int, int, int]] = []
        self._counts: _FlowCounts | None = None

    def add(self, record: MailProfile | TransactionEvent) -> None:
        """Add a record that Mail has accepted, in order of receipt; a repeated `event_id` has no effect."""
        profile = _hash(record.external_profile_id)
        if isinstance(record, MailProfile):
            self._profiles.append((profile,))
            return
        since = record.event_datetime - _EPOCH
        moment = (since.days * _DAY + since.seconds) * _MICROSECONDS + since.microseconds
        self._events.append((_hash(record.event_id), profile, moment, _INDEX[record.flow]))

    def write_pending(self) -> None:
        """Write the records since the last save, within the open transaction."""
        self._connection.executemany(_ADD_PROFILES, self._profiles)
        self._connection.executemany(_ADD_EVENTS, self._events)

    def dump_pending(self) -> bytes:
        """Return the records since the last save, for `restore`; nothing if there are none."""
        if not self._profiles and not self._events:
            return b""
        numbers = [len(self._profiles), *(profile for (profile,) in self._profiles)]
        for event in self._events:
            numbers += event
        return struct.pack(f"<{len(numbers)}q", *numbers)

    def restore(self, dumped: bytes) -> None:
        """Add records of an interrupted run, in the order in which they were dumped.

        Raises:
            AdaptyUsageError: They cannot be read.
        """
        try:
            count, *numbers = (number for (number,) in struct.iter_unpack("<q", dumped))
            profiles, events = numbers[:count], iter(numbers[count:])
            self._profiles += [(profile,) for profile in profiles]
            self._events += zip(events, events, events, events, strict=True)
        except (struct.error, ValueError):
            raise AdaptyUsageError("the flows of the interrupted run cannot be read") from None

    def clear_pending(self) -> None:
        """Drop what `write_pending` has written, after the commit."""
        self._profiles.clear()
        self._events.clear()
        self._counts = None

    def count(self, *, saved_profiles: bool) -> dict[Flow, int]:
        """Count profiles by flow: the saved profiles, or all that have events.

        The first call after a save takes about one second per million records.

        Raises:
            AdaptyUsageError: The disk has no room.
        """
        counts = self._count()
        by_index = counts.saved if saved_profiles else counts.with_events
        return {flow: by_index[_INDEX[flow]] for flow in Flow}

    def count_events_without_profile(self) -> int:
        """Count the events whose profile was not saved.

        Raises:
            AdaptyUsageError: As for `count`.
        """
        return self._count().events_without_profile

    def _count(self) -> _FlowCounts:
        if self._profiles or self._events:
            with self._pending_written():
                return self._count_written()
        if self._counts is None:
            self._counts = self._count_written()
        return self._counts

    @contextmanager
    def _pending_written(self) -> Iterator[None]:
        """Have the pending records in the tables within the block."""
        with _translate_errors():
            self._connection.execute("BEGIN")
            try:
                self.write_pending()
                yield
            finally:
                self._connection.execute("ROLLBACK")

    def _count_written(self) -> _FlowCounts:
        saved, with_events, events_without_profile = [0] * len(_FLOWS), [0] * len(_FLOWS), 0
        with _translate_errors():
            histories = groupby(self._connection.execute(_HISTORIES), key=itemgetter(0))
            for _, rows in histories:
                is_saved, events, current = False, 0, None
                for _, flow in rows:
                    if flow is None:
                        is_saved = True
                    else:
                        events += 1
                        current = flow
                if current is not None:
                    with_events[current] += 1
                if is_saved:
                    saved[current or 0] += 1
                else:
                    events_without_profile += events
        return _FlowCounts(saved, with_events, events_without_profile)


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=_HASH_BYTES).digest(), signed=True)


@contextmanager
def _translate_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise AdaptyUsageError(f"the flows cannot be counted: {error}") from None
