"""Puts rows in order of time on disk, so that memory does not grow with their number."""

from __future__ import annotations

import heapq
import pickle
from collections.abc import AsyncGenerator, AsyncIterable, Generator, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from struct import Struct
from tempfile import TemporaryFile, gettempdir
from typing import IO, TYPE_CHECKING, Self, overload

from adapty._core.validation import aware_datetime, validate
from adapty.bulk.json_ready import source_as_json
from adapty.bulk.rows import Row
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

__all__ = ["CHUNK_ROWS", "sorted_rows"]

CHUNK_ROWS = 50_000
"""Rows that are sorted in memory at a time."""

_CHUNK_BYTES = 32 * 2**20
"""Fewer are, where they take more than this."""

_MOST_RUNS = 32
"""So many sorted runs of one size are merged into one, for the system does not open any number of files."""

_BY = "event_datetime"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_UNREADABLE = -(2**63)
"""Stands for a time that cannot be read, and is before all that can be."""

_HEAD = Struct("<qQQ")
_BUFFER = 65_536

# In protocol 4 and later, nothing but built-in plain values is made without this opcode, STACK_GLOBAL.
_NAMES_A_CLASS = b"\x93"
_PROTOCOL = 5

_Entry = tuple[int, int, bytes]
"""A row as it is sorted: its time, its number, which is another one for each, and itself, pickled."""


@overload
def sorted_rows(
    rows: Iterable[Row], folder: Path | None = ..., *, chunk_rows: int = ..., most_runs: int = ...
) -> Generator[Row, None, None]: ...
@overload
def sorted_rows(
    rows: AsyncIterable[Row], folder: Path | None = ..., *, chunk_rows: int = ..., most_runs: int = ...
) -> AsyncGenerator[Row, None]: ...
def sorted_rows(
    rows: Iterable[Row] | AsyncIterable[Row],
    folder: Path | None = None,
    *,
    chunk_rows: int = CHUNK_ROWS,
    most_runs: int = _MOST_RUNS,
) -> Generator[Row, None, None] | AsyncGenerator[Row, None]:
    """Give rows in order of `event_datetime`, those of equal times in the order in which they came.

    Rows whose time cannot be read come first. All rows are read before the first one is given. What does not fit into
    memory goes to temporary files, which have no name and go with the process, whatever ends it.

    Args:
        rows: The rows; of an async iterable the sorted ones are given in an async one too.
        folder: Where the temporary files are; the system's place for them where left out. They take about as much
            room as the rows do in JSON Lines, and twice that while runs are merged.
        chunk_rows: How many rows are sorted in memory at a time.
        most_runs: How many sorted runs are merged into one, 2 at least.

    Raises:
        AdaptyUsageError: The folder does not take the temporary files.

    Example:
        >>> rows = [Row(1, {"event_datetime": "2026-06-02T00:00:00Z"}), Row(2, {"event_datetime": "2026-06-01T00:00Z"})]
        >>> [row.line for row in sorted_rows(rows)]
        [2, 1]
    """
    sorter = _Sorter(folder, chunk_rows, most_runs)
    return _sorted(rows, sorter) if isinstance(rows, Iterable) else _sorted_async(rows, sorter)


def _sorted(rows: Iterable[Row], sorter: _Sorter) -> Generator[Row, None, None]:
    with sorter:
        for row in rows:
            sorter.add(row)
        yield from sorter.rows()


async def _sorted_async(rows: AsyncIterable[Row], sorter: _Sorter) -> AsyncGenerator[Row, None]:
    with sorter:
        async for row in rows:
            sorter.add(row)
        for row in sorter.rows():
            yield row


class _Sorter:
    """Takes rows, then gives them in order."""

    def __init__(self, folder: Path | None, chunk_rows: int, most_runs: int) -> None:
        self._folder = folder
        self._chunk_rows = chunk_rows
        self._most_runs = most_runs
        self._count = 0
        self._chunk: list[_Entry] = []
        self._chunk_bytes = 0
        self._levels: list[list[IO[bytes]]] = []
        """The runs, by how often what is in them was merged."""
        self._files: set[IO[bytes]] = set()

    def add(self, row: Row) -> None:
        packed = _packed(row)
        self._chunk.append((_time_of(row), self._count, packed))
        self._chunk_bytes += len(packed)
        self._count += 1
        if len(self._chunk) >= self._chunk_rows or self._chunk_bytes >= _CHUNK_BYTES:
            try:
                self._keep(0, self._sorted_chunk())
            except OSError as problem:
                raise self._unkept(problem) from None
            self._chunk, self._chunk_bytes = [], 0

    def rows(self) -> Iterator[Row]:
        runs = [run for level in self._levels for run in level]
        try:
            for _, _, packed in heapq.merge(*map(_entries, runs), self._sorted_chunk()):
                yield Row(*pickle.loads(packed))  # noqa: S301 - our own, and its file has no name
        except OSError as problem:
            raise self._unkept(problem) from None

    def _sorted_chunk(self) -> list[_Entry]:
        self._chunk.sort(key=itemgetter(0))
        return self._chunk

    def _keep(self, level: int, entries: Iterable[_Entry]) -> None:
        """Write a run; as soon as there are many of its level, merge them into one of the next."""
        if level == len(self._levels):
            self._levels.append([])
        runs = self._levels[level]
        runs.append(self._written(entries))
        if len(runs) >= self._most_runs:
            self._keep(level + 1, heapq.merge(*map(_entries, runs)))
            for run in runs:
                run.close()
            self._files.difference_update(runs)
            runs.clear()

    def _written(self, entries: Iterable[_Entry]) -> IO[bytes]:
        file = TemporaryFile(buffering=_BUFFER, dir=self._folder)  # noqa: SIM115 - closed with all others
        self._files.add(file)
        for time, number, packed in entries:
            file.write(_HEAD.pack(time, number, len(packed)) + packed)
        file.flush()
        return file

    def _unkept(self, problem: OSError) -> AdaptyUsageError:
        folder = self._folder or gettempdir()
        return AdaptyUsageError(f"{folder}: takes no temporary files to sort with: {problem.strerror}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for file in self._files:
            with suppress(OSError):  # a full disk does not take the rest of a buffer
                file.close()


def _entries(run: IO[bytes]) -> Iterator[_Entry]:
    run.seek(0)
    while head := run.read(_HEAD.size):
        time, number, size = _HEAD.unpack(head)
        yield time, number, run.read(size)


def _time_of(row: Row) -> int:
    """Give a row's time in microseconds, read as the record reads it."""
    held = row.data.get(_BY) if row.record is None else getattr(row.record, _BY, None)
    try:
        return (validate(_BY, aware_datetime, held) - _EPOCH) // _MICROSECOND
    except AdaptyUsageError:
        return _UNREADABLE


def _packed(row: Row) -> bytes:
    """Pickle a row; what a program gave may be something that cannot be, or cannot be read back."""
    fields = (row.line, row.data, row.source, row.problem, row.record, row.has_kept_bytes, row.field)
    try:
        packed = pickle.dumps(fields, _PROTOCOL)
        if row.record is None and _NAMES_A_CLASS in packed:
            pickle.loads(packed)  # noqa: S301 - see above
    except Exception:  # noqa: BLE001 - foreign objects, whose own code runs here
        problem = "holds what cannot be written to disk, as sorting does; expected text, numbers, dates and times"
        return pickle.dumps((row.line, {}, source_as_json(row), problem), _PROTOCOL)
    return packed
