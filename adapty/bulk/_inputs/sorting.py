"""Rows in order of time. SQLite sorts them on disk, so that memory does not grow with their number."""

from __future__ import annotations

import pickle
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from attrs import define, evolve

from adapty._core.validation import aware_datetime, validate
from adapty._sqlite import translate_temporary_errors
from adapty.bulk._inputs.rows import Row
from adapty.bulk._inputs.sources import Source
from adapty.bulk._inputs.to_json import source_to_json
from adapty.errors import AdaptyUsageError, FieldProblem

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator


__all__ = ["SortedSource", "sorted_rows"]

_FIELD = "event_datetime"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_INVALID_TIME = -(2**63)
"""Sorts before all valid times."""

_CACHE_KIB = 16_384
_BATCH = 1000
_PROBLEM = "the events cannot be sorted on disk"

# In protocol 4 and later, only this opcode, STACK_GLOBAL, creates anything but built-in plain values.
_STACK_GLOBAL = b"\x93"
_PROTOCOL = 5


@define
class SortedSource:
    """The rows of an input in the order of their `event_datetime`.

    Attributes:
        source: The input.
        read: Number of rows that were read.
        sorted: Number of rows that were returned in order.
        is_complete: Whether all were returned.
    """

    source: Source
    read: int = 0
    sorted: int = 0
    is_complete: bool = False

    def read_fraction(self) -> float | None:
        """Return the fraction of a file's rows that was returned, from 0 to 1; None for an iterable."""
        if self.source.path is None:
            return None
        if self.is_complete:
            return 1.0
        return self.sorted / self.read if self.sorted else 0.0

    def rows(self) -> Iterator[Row]:
        """Return the rows in order. Called and iterated in a thread."""
        self.read = self.sorted = 0
        with closing(sorted_rows(self._count_rows())) as rows:
            for row in rows:
                self.sorted += 1
                yield row
        self.is_complete = True

    def _count_rows(self) -> Iterator[Row]:
        for row in self.source.rows():
            self.read += 1
            yield row


def sorted_rows(rows: Iterable[Row]) -> Generator[Row, None, None]:
    """Return rows in order of `event_datetime`; rows of equal times stay in the order of the input.

    Rows with an invalid time come first. All rows are read before the first one is returned. They are in a temporary
    database without a name, which disappears with the process. It needs up to about three times the room that the rows
    need in JSON Lines.

    Args:
        rows: The rows.

    Raises:
        AdaptyUsageError: The folder for temporary files has no room.

    Example:
        >>> rows = [Row(1, {"event_datetime": "2026-06-02T00:00:00Z"}), Row(2, {"event_datetime": "2026-06-01T00:00Z"})]
        >>> [row.line for row in sorted_rows(rows)]
        [2, 1]
    """
    with closing(_Sorter()) as sorter:
        for row in rows:
            sorter.add(row)
        yield from sorter.rows()


class _Sorter:
    """Collects rows, then returns them in order."""

    def __init__(self) -> None:
        self._batch: list[tuple[int, bytes]] = []
        with translate_temporary_errors(_PROBLEM):
            # A generator can be closed in another thread than the one that reads it.
            self._connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
            self._connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            self._connection.execute("CREATE TABLE rows (time INTEGER NOT NULL, row BLOB NOT NULL)")
            self._connection.execute("BEGIN")

    def add(self, row: Row) -> None:
        self._batch.append((_time(row), _pack(row)))
        if len(self._batch) >= _BATCH:
            self._insert_batch()

    def rows(self) -> Iterator[Row]:
        self._insert_batch()
        with translate_temporary_errors(_PROBLEM):
            for (packed,) in self._connection.execute("SELECT row FROM rows ORDER BY time, rowid"):
                yield _unpack(packed)

    def close(self) -> None:
        self._connection.close()

    def _insert_batch(self) -> None:
        with translate_temporary_errors(_PROBLEM):
            self._connection.executemany("INSERT INTO rows VALUES (?, ?)", self._batch)
        self._batch.clear()


def _time(row: Row) -> int:
    """Return a row's time in microseconds, parsed as the record parses it."""
    value = row.data.get(_FIELD) if row.record is None else getattr(row.record, _FIELD, None)
    try:
        return (validate(_FIELD, aware_datetime, value) - _EPOCH) // _MICROSECOND
    except AdaptyUsageError:
        return _INVALID_TIME


def _pack(row: Row) -> bytes:
    """Pickle a row. If its values cannot be pickled, or not be unpickled, that is the row's problem."""
    faults = tuple(map(tuple, row.faults))  # plain values, which need no check
    fields = (row.line, row.data, row.source, row.problem, row.record, row.has_invalid_utf8, row.field, faults)
    try:
        packed = pickle.dumps(fields, _PROTOCOL)
        if row.record is None and _STACK_GLOBAL in packed:
            pickle.loads(packed)  # noqa: S301 - see above
    except Exception:  # noqa: BLE001 - the caller's objects, whose own code runs here
        problem = "has a value that cannot be written to disk to be sorted; expected text, numbers, dates and times"
        return pickle.dumps((row.line, {}, source_to_json(row), problem), _PROTOCOL)
    return packed


def _unpack(packed: bytes) -> Row:
    row = Row(*pickle.loads(packed))  # noqa: S301 - our own data, in a file without a name
    return evolve(row, faults=tuple(FieldProblem(*fault) for fault in row.faults)) if row.faults else row
