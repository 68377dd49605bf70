"""Which flows an import leads to, worked out on disk while its records go by."""

from __future__ import annotations

import sqlite3
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

# Rows are only ever added, at the end, whatever profile they are of: that costs the same after millions of them as at
# the beginning. What is a repeat, and which event is the latest, is found out by one sort when somebody asks.
TABLES = (
    "CREATE TABLE saved_profiles (profile INTEGER NOT NULL)",
    """
    CREATE TABLE received_events (
        event INTEGER NOT NULL, profile INTEGER NOT NULL, moment INTEGER NOT NULL, flow INTEGER NOT NULL
    )
    """,
)
"""What makes the tables of a tally; the order of receipt is the order of the rows."""

_ADD_PROFILES = "INSERT INTO saved_profiles VALUES (?)"
_ADD_EVENTS = "INSERT INTO received_events VALUES (?, ?, ?, ?)"

# Of the events of one id the first one counts: SQLite takes the other columns from the row that min() found. A saved
# profile is a row without a flow, and comes before its events, for NULL is the smallest value.
_HISTORIES = """
SELECT profile, flow FROM (
    SELECT profile, moment, min(rowid) AS receipt, flow FROM received_events GROUP BY event
    UNION ALL
    SELECT profile, NULL, NULL, NULL FROM saved_profiles
) ORDER BY profile, moment, receipt
"""

# Their places stand in checkpoints: a new flow goes to the end.
_FLOWS = (
    Flow.NEVER_PURCHASED,
    Flow.ACTIVE,
    Flow.RENEWAL_CANCELLED,
    Flow.BILLING_ISSUE,
    Flow.EXPIRED,
    Flow.REFUNDED,
)
_PLACES = {flow: place for place, flow in enumerate(_FLOWS)}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = 86_400
_MICROSECONDS = 1_000_000

# Ids are kept as hashes of 64 bits. That any two of ten million share one has odds of 1 to 370,000, and would put the
# tally wrong by one.
_HASH_BYTES = 8


@frozen
class _Standings:
    """How all profiles stand, by place in `_FLOWS`."""

    saved: list[int]
    with_events: list[int]
    events_without_profile: int


class FlowCounter:
    """Follows `adapty.current_flow` for every profile, on disk: in memory is only what came since the last save.

    The tally of a checkpoint is saved with each checkpoint of it. A run that goes on from a checkpoint adds what came
    after it again, in the same order.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Take a database that has the tables, and whose transactions are begun by hand."""
        self._connection = connection
        self._profiles: list[tuple[int]] = []
        self._events: list[tuple[int, int, int, int]] = []
        self._standings: _Standings | None = None

    def add(self, record: MailProfile | TransactionEvent) -> None:
        """Note a record that was saved, in the order of receipt; an `event_id` seen before changes nothing."""
        profile = _hashed(record.external_profile_id)
        if isinstance(record, MailProfile):
            self._profiles.append((profile,))
            return
        since = record.event_datetime - _EPOCH
        moment = (since.days * _DAY + since.seconds) * _MICROSECONDS + since.microseconds
        self._events.append((_hashed(record.event_id), profile, moment, _PLACES[record.flow]))

    def write_pending(self) -> None:
        """Put what came since the last save into the tables, within the transaction that is open."""
        self._connection.executemany(_ADD_PROFILES, self._profiles)
        self._connection.executemany(_ADD_EVENTS, self._events)

    def clear_pending(self) -> None:
        """Let go of what `write` put there, when that transaction is through."""
        self._profiles.clear()
        self._events.clear()
        self._standings = None

    def count(self, *, saved_profiles: bool) -> dict[Flow, int]:
        """Count profiles by flow: the saved ones, or those that events were seen of.

        The first question after a save takes about one second for each million records.

        Raises:
            AdaptyUsageError: The database, or the folder for temporary files, takes no more.
        """
        standings = self._count()
        counts = standings.saved if saved_profiles else standings.with_events
        return {flow: counts[_PLACES[flow]] for flow in Flow}

    def count_events_without_profile(self) -> int:
        """Count the events whose profile was not saved here.

        Raises:
            AdaptyUsageError: As of `flows`.
        """
        return self._count().events_without_profile

    def _count(self) -> _Standings:
        if self._profiles or self._events:
            with self._all_written():
                return self._count_written()
        if self._standings is None:
            self._standings = self._count_written()
        return self._standings

    @contextmanager
    def _all_written(self) -> Iterator[None]:
        """Have what is not saved yet in the tables for a moment."""
        with _telling():
            self._connection.execute("BEGIN")
            try:
                self.write_pending()
                yield
            finally:
                self._connection.execute("ROLLBACK")

    def _count_written(self) -> _Standings:
        saved, with_events, events_without_profile = [0] * len(_FLOWS), [0] * len(_FLOWS), 0
        with _telling():
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
        return _Standings(saved, with_events, events_without_profile)


def _hashed(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=_HASH_BYTES).digest(), signed=True)


@contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as problem:
        raise AdaptyUsageError(f"the flows cannot be counted: {problem}") from None
