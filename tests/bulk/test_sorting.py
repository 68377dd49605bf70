"""Sorting by time on disk: the order, what stays with a row, and that no file is left."""

from __future__ import annotations

import asyncio
import os
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
from adapty.bulk import sorting
from adapty.bulk.rows import Row
from adapty.bulk.sorting import sorted_rows
from adapty.bulk.sources import open_source
from tests.bulk.reading import rows_of
from tests.conftest import EVENT, PROFILE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator

EARLY, LATE = "2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z"


def row(line: int, when: Any = None, **more: Any) -> Row:
    """Make the row of an event."""
    data = {"event_id": f"evt_{line}"} | ({} if when is None else {"event_datetime": when})
    return Row(line, **{"data": data, "source": {**data, "_": None}, **more})


def lines(rows: Iterable[Row], **more: Any) -> list[int]:
    """Sort rows, and give their lines."""
    return [row.line for row in sorted_rows(rows, **more)]


def open_files() -> int:
    """Count the files that this process has open."""
    return len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").is_dir() else 0  # noqa: PTH208


def test_rows_come_in_order_of_time() -> None:
    """Offsets are taken into account: it is the moment that counts, not its spelling."""
    rows = [
        row(1, "2026-06-01T12:00:00Z"),
        row(2, "2026-06-01T13:00:00+02:00"),
        row(3, datetime(2026, 6, 1, 3, 59, tzinfo=timezone(-timedelta(hours=7)))),
        row(4, "2026-06-01T12:00:00.000001Z"),
        row(5, "20260601T115959Z"),
    ]

    assert lines(rows) == [3, 2, 5, 1, 4]


def test_rows_of_one_time_keep_their_order() -> None:
    """What happened at the same instant stays as the input has it, however it is spelled."""
    rows = [row(1, LATE), row(2, EARLY), row(3, "2026-06-01T02:00:00+02:00"), row(4, LATE), row(5, EARLY)]

    for chunk_rows in range(1, 7):
        assert lines(rows, chunk_rows=chunk_rows, most_runs=2) == [2, 3, 5, 1, 4]


@pytest.mark.parametrize("when", [None, "", "yesterday", "2026-06-01", "2026-06-01T00:00:00", 7, ["x"], EVENT])
def test_rows_without_a_time_come_first(when: Any) -> None:
    """What will be refused for its time is first, in the order of the input."""
    rows = [row(1, EARLY), row(2, when), row(3, "0001-01-01T00:00:00Z"), row(4, when)]

    assert lines(rows) == [2, 4, 3, 1]


def test_unreadable_rows_come_first_as_they_are() -> None:
    """A row with a problem keeps its line, its text and its problem."""
    broken = Row(2, {}, {"_raw": "\udcff{"}, "is not JSON: x")

    for chunk_rows in (1, 10):
        assert list(sorted_rows([row(1, EARLY), broken], chunk_rows=chunk_rows)) == [broken, row(1, EARLY)]


def test_ready_records_are_sorted_by_their_time() -> None:
    """Records come back as records, mixed with mappings."""
    late = TransactionEvent.from_dict({**EVENT, "event_datetime": LATE, "price_usd": Decimal("9.90")})
    source = open_source("events", [late, {**EVENT, "event_datetime": EARLY}], TransactionEvent)

    for chunk_rows in (1, 10):
        first, second = sorted_rows(rows_of(source), chunk_rows=chunk_rows)
        assert first.data["event_datetime"] == EARLY
        assert second == Row(1, record=late)


def test_records_without_a_time_come_first() -> None:
    """Whatever is put in is given back."""
    profile = Row(2, record=MailProfile.from_dict(PROFILE))

    assert list(sorted_rows([row(1, EARLY), profile], chunk_rows=1)) == [profile, row(1, EARLY)]


class _Local:
    """Can be pickled, and not be read back."""

    def __reduce__(self) -> Any:
        return (int, ("not a number",))


@pytest.mark.parametrize(
    "value",
    [lambda: None, threading.Lock(), _Local(), (_ for _ in [EARLY])],
    ids=["function", "lock", "local", "generator"],
)
def test_what_cannot_be_kept_on_disk_is_a_problem_of_its_row(value: Any) -> None:
    """A value that only lives in memory is told, at its place, and what the row holds can still be written down."""
    kept = row(1, EARLY)
    held = {"event_id": "evt", "event_datetime": LATE, "price_usd": Decimal("1.50"), "offer": value}

    first, second = sorted_rows([Row(7, held, held), kept])

    assert first == kept
    assert (second.line, second.data) == (7, {})
    assert str(second.problem).startswith("holds what cannot be written to disk")
    assert second.source == {
        "event_id": "evt",
        "event_datetime": LATE,
        "price_usd": "1.50",
        "offer": f"(of type {type(value).__name__})",
    }


def test_values_of_all_kinds_come_back() -> None:
    """What a program gave for a field is the same afterwards."""
    held = {"event_datetime": datetime(2026, 6, 1, tzinfo=UTC), "price_usd": Decimal("1.50"), "email": "\udcff\x93"}

    assert list(sorted_rows([Row(1, held, held)], chunk_rows=1)) == [Row(1, held, held)]


def test_async_rows_come_in_order_too() -> None:
    """Of an async iterable the sorted rows are an async one."""

    async def rows() -> AsyncIterator[Row]:
        for number, when in enumerate([LATE, EARLY, None, EARLY], start=1):
            await asyncio.sleep(0)
            yield row(number, when)

    async def collect() -> list[int]:
        return [each.line async for each in sorted_rows(rows(), chunk_rows=2)]

    assert asyncio.run(collect()) == [3, 2, 4, 1]


def test_nothing_is_nothing() -> None:
    """No rows are sorted to no rows."""
    assert lines([]) == []


def test_nothing_is_read_before_it_is_asked_for() -> None:
    """Like any generator it begins with the first row that is wanted."""

    def rows() -> Iterator[Row]:
        raise ZeroDivisionError
        yield

    found = sorted_rows(rows())

    with pytest.raises(ZeroDivisionError):
        next(found)


def test_large_rows_are_spilled_by_their_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only the number of rows in memory is bounded, their bytes are too."""
    monkeypatch.setattr(sorting, "_CHUNK_BYTES", 1000)
    rows = [row(number, EARLY, source={"x": "x" * 600}) for number in range(10)]
    before = open_files()

    found = sorted_rows(rows, tmp_path)

    assert next(found).line == 0
    assert open_files() - before in {0, 5}
    assert [each.line for each in found] == [*range(1, 10)]


@pytest.mark.parametrize("end", ["read to the end", "closed early", "not begun", "source raises", "reader raises"])
def test_no_file_is_left(tmp_path: Path, end: str) -> None:
    """Temporary files are in the folder that is given, have no name there, and are closed whatever happens."""
    before = open_files()

    def rows() -> Iterator[Row]:
        for number in range(20):
            if end == "source raises" and number == 15:
                raise ZeroDivisionError
            yield row(number, EARLY)
            assert list(tmp_path.iterdir()) == []

    found = sorted_rows(rows(), tmp_path, chunk_rows=3, most_runs=3)
    if end == "read to the end":
        assert len(list(found)) == 20
    elif end == "closed early":
        next(found)
        assert list(tmp_path.iterdir()) == []
        found.close()
    elif end == "source raises":
        with pytest.raises(ZeroDivisionError):
            next(found)
    elif end == "reader raises":
        next(found)
        with pytest.raises(KeyboardInterrupt):
            found.throw(KeyboardInterrupt)
    assert list(tmp_path.iterdir()) == []
    assert open_files() == before


@pytest.mark.parametrize("given", [None, "folder"])
def test_a_folder_that_takes_no_files_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: Any) -> None:
    """A disk that is full, or a folder that is not there, is named, and so is what the system says."""
    folder = tmp_path / "missing"
    if given is None:
        monkeypatch.setattr("tempfile.tempdir", str(folder))

    with pytest.raises(AdaptyUsageError) as caught:
        lines([row(1, EARLY)] * 3, folder=given and folder, chunk_rows=2)

    assert str(caught.value) == f"{folder}: takes no temporary files to sort with: No such file or directory"


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that cannot be written to its end leaves nothing open, and no other error."""
    before = open_files()

    def full_file(**_: Any) -> Any:
        return open("/dev/full", "w+b", buffering=100)  # noqa: PTH123

    monkeypatch.setattr(sorting, "TemporaryFile", full_file)

    with pytest.raises(AdaptyUsageError, match=r"takes no temporary files to sort with: No space left on device$"):
        lines([row(number, EARLY) for number in range(100)], folder=tmp_path, chunk_rows=10)

    assert open_files() == before


def test_many_rows_over_several_levels_of_merging() -> None:
    """Runs that were merged, and merged again, are in order with those that were not."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    times = [(start + timedelta(minutes=number * 7919 % 500)).isoformat() for number in range(2000)]
    rows = [row(number, when) for number, when in enumerate(times)]

    found = list(sorted_rows(rows, chunk_rows=7, most_runs=3))

    assert found == sorted(rows, key=lambda each: str(each.data["event_datetime"]))


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


@settings(derandomize=True, deadline=None, max_examples=150)
@given(times=st.lists(TIMES, max_size=30), chunk_rows=st.integers(1, 5), most_runs=st.integers(2, 4))
def test_sorting_is_sorting(times: list[Any], chunk_rows: int, most_runs: int) -> None:
    """It gives what Python's own stable sort gives, by the time that the record's reader reads."""
    rows = [row(number, when) for number, when in enumerate(times)]

    assert list(sorted_rows(rows, chunk_rows=chunk_rows, most_runs=most_runs)) == sorted(rows, key=model_key)
