"""Sorting by time on disk: the order, what stays with a row, and that no file is left."""

from __future__ import annotations

import gc
import os
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapty import AdaptyUsageError, MailProfile, TransactionEvent
from adapty._core.validation import Invalid, aware_datetime
from adapty.bulk._inputs import sorting
from adapty.bulk._inputs.rows import Row
from adapty.bulk._inputs.sorting import sorted_rows
from adapty.bulk._inputs.sources import open_source
from tests.bulk._inputs.reading import rows_of
from tests.conftest import EVENT, PROFILE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

EARLY, LATE = "2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z"


def row(line: int, when: Any = None, **more: Any) -> Row:
    """Make the row of an event."""
    data = {"event_id": f"evt_{line}"} | ({} if when is None else {"event_datetime": when})
    return Row(line, **{"data": data, "source": {**data, "_": None}, **more})


def lines(rows: Iterable[Row]) -> list[int]:
    """Sort rows, and return their lines."""
    return [row.line for row in sorted_rows(rows)]


def open_files() -> int:
    """Count the files that this process has open."""
    gc.collect()
    return len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").is_dir() else 0  # noqa: PTH208


def test_rows_are_sorted_by_time() -> None:
    """Offsets are taken into account."""
    rows = [
        row(1, "2026-06-01T12:00:00Z"),
        row(2, "2026-06-01T13:00:00+02:00"),
        row(3, datetime(2026, 6, 1, 3, 59, tzinfo=timezone(-timedelta(hours=7)))),
        row(4, "2026-06-01T12:00:00.000001Z"),
        row(5, "20260601T115959Z"),
    ]

    assert lines(rows) == [3, 2, 5, 1, 4]


def test_rows_of_one_time_keep_their_order() -> None:
    """Rows of the same instant keep the order of the input."""
    rows = [row(1, LATE), row(2, EARLY), row(3, "2026-06-01T02:00:00+02:00"), row(4, LATE), row(5, EARLY)]

    assert lines(rows) == [2, 3, 5, 1, 4]


def test_rows_without_a_time_come_first() -> None:
    """Rows that will be rejected for their time are first, in the order of the input."""
    for when in (None, "", "yesterday", "2026-06-01", "2026-06-01T00:00:00", 7, ["x"], EVENT):
        rows = [row(1, EARLY), row(2, when), row(3, "0001-01-01T00:00:00Z"), row(4, when)]
        assert lines(rows) == [2, 4, 3, 1], when


def test_invalid_rows_come_first_unchanged() -> None:
    """A row with a problem keeps its line, its text and its problem."""
    broken = Row(2, {}, {"_raw": "\udcff{"}, "is not JSON: x")

    assert list(sorted_rows([row(1, EARLY), broken])) == [broken, row(1, EARLY)]


def test_ready_records_are_sorted_by_their_time() -> None:
    """Records come back as records, mixed with mappings."""
    late = TransactionEvent.from_dict({**EVENT, "event_datetime": LATE, "price_usd": Decimal("9.90")})
    source = open_source("events", [late, {**EVENT, "event_datetime": EARLY}], TransactionEvent)

    first, second = sorted_rows(rows_of(source))

    assert first.data["event_datetime"] == EARLY
    assert second == Row(1, record=late)


def test_records_without_a_time_come_first() -> None:
    """Profiles are returned unchanged."""
    profile = Row(2, record=MailProfile.from_dict(PROFILE))

    assert list(sorted_rows([row(1, EARLY), profile])) == [profile, row(1, EARLY)]


class _Local:
    """Can be pickled, and not be read back."""

    def __reduce__(self) -> Any:
        return (int, ("not a number",))


@pytest.mark.parametrize(
    "value",
    [lambda: None, threading.Lock(), _Local(), (_ for _ in [EARLY])],
    ids=["function", "lock", "local", "generator"],
)
def test_unpicklable_value_rejects_the_row(value: Any) -> None:
    """The row keeps its line, and its source can be written to the rejects file."""
    kept = row(1, EARLY)
    held = {"event_id": "evt", "event_datetime": LATE, "price_usd": Decimal("1.50"), "offer": value}

    first, second = sorted_rows([Row(7, held, held), kept])

    assert first == kept
    assert (second.line, second.data) == (7, {})
    assert str(second.problem).startswith("has a value that cannot be written to disk")
    assert second.source == {
        "event_id": "evt",
        "event_datetime": LATE,
        "price_usd": "1.50",
        "offer": f"(of type {type(value).__name__})",
    }


def test_values_of_all_kinds_are_restored() -> None:
    """Values of a program are equal after sorting."""
    held = {"event_datetime": datetime(2026, 6, 1, tzinfo=UTC), "price_usd": Decimal("1.50"), "email": "\udcff\x93"}

    assert list(sorted_rows([Row(1, held, held)])) == [Row(1, held, held)]


def test_sorting_no_rows_returns_no_rows() -> None:
    """An empty input is valid."""
    assert lines([]) == []


def test_sorting_starts_with_the_first_row_requested() -> None:
    """The function is a generator."""

    def rows() -> Iterator[Row]:
        raise ZeroDivisionError
        yield

    found = sorted_rows(rows())

    with pytest.raises(ZeroDivisionError):
        next(found)


def test_temporary_files_are_unnamed_and_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows beyond the cache are in an unnamed file, which is closed however reading ends."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(sorting, "_CACHE_KIB", 64)
    before = open_files()

    for end in ("read to the end", "closed early", "source raises", "reader raises"):

        def rows(end: str = end) -> Iterator[Row]:
            for number in range(300):
                if end == "source raises" and number == 250:
                    raise ZeroDivisionError
                yield row(number, EARLY, source={"x": "x" * 3000})

        found = sorted_rows(rows())
        if end == "source raises":
            with pytest.raises(ZeroDivisionError):
                next(found)
        else:
            assert next(found).line == 0
            assert open_files() > before, "nothing is on disk"
        assert list(tmp_path.iterdir()) == [], end
        if end == "read to the end":
            assert [each.line for each in found] == [*range(1, 300)]
        elif end == "closed early":
            found.close()
        elif end == "reader raises":
            with pytest.raises(KeyboardInterrupt):
                found.throw(KeyboardInterrupt)
        assert open_files() == before, end


def test_memory_does_not_grow_with_the_rows() -> None:
    """Beyond its cache, SQLite sorts on disk."""
    code = """
import resource
from adapty.bulk._inputs import sorting
from adapty.bulk._inputs.rows import Row

sorting._CACHE_KIB = 1024
for count in (1_000, 40_000):
    rows = (Row(n, {"event_datetime": f"2026-06-01T00:00:{n * 7 % 60:02}Z"}, {"x": "x" * 1000}) for n in range(count))
    assert sum(1 for _ in sorting.sorted_rows(rows)) == count
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
    few, many = map(int, subprocess.check_output([sys.executable, "-c", code]).split())
    assert many - few < 20 * 1024, "40 MB were sorted in memory"


def test_full_disk_is_an_error_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk ends the sorting and leaves no file open."""
    before = open_files()
    connect = sqlite3.connect

    def connect_to_small_database(*args: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **options)
        connection.execute("PRAGMA max_page_count = 20")
        return connection

    monkeypatch.setattr(sqlite3, "connect", connect_to_small_database)

    with pytest.raises(AdaptyUsageError, match=r"^the events cannot be sorted on disk: database or disk is full; "):
        lines([row(number, EARLY, source={"x": "x" * 1000}) for number in range(1000)])

    assert open_files() == before


def test_thousands_of_rows_are_in_order() -> None:
    """More rows than one batch are in order, and those of equal times in the order of the input."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    times = [(start + timedelta(minutes=number * 7919 % 500)).isoformat() for number in range(3000)]
    rows = [row(number, when) for number, when in enumerate(times)]

    assert list(sorted_rows(rows)) == sorted(rows, key=lambda each: str(each.data["event_datetime"]))


TIMES = st.one_of(
    st.sampled_from(
        [EARLY, LATE, "2026-06-01T02:00:00+02:00", "2026-05-31T23:59:59.999999Z", "yesterday", "2026-06-01", None, 7]
    ),
    st.datetimes(timezones=st.timezones() | st.none()),
    st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
)


def model_key(each: Row) -> datetime:
    """Give the time by the record's reader, or the earliest one there is."""
    try:
        return aware_datetime(each.data.get("event_datetime", ""))
    except Invalid:
        return datetime.min.replace(tzinfo=UTC)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(times=st.lists(TIMES, max_size=30))
def test_order_is_that_of_a_stable_sort(times: list[Any]) -> None:
    """The order is that of Python's stable sort by the parsed time."""
    rows = [row(number, when) for number, when in enumerate(times)]

    assert list(sorted_rows(rows)) == sorted(rows, key=model_key)
