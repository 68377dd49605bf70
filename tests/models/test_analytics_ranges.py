"""A range is split at the borders of calendar periods, without gaps and overlaps."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty import AdaptyUsageError
from adapty.models import PeriodUnit, split_range
from tests.cases import case
from tests.core.support import repeatable

DAY = dt.timedelta(days=1)


def period_of(day: dt.date, unit: str) -> tuple[int, ...]:
    """Return what identifies the period of a day."""
    if unit == "week":
        return tuple(day.isocalendar())[:2]
    parts = {"day": (day.month, day.day), "month": (day.month,), "quarter": ((day.month - 1) // 3,), "year": ()}
    return (day.year, *parts[unit])


@given(st.dates(), st.integers(0, 1200), st.sampled_from(get_args(PeriodUnit)), st.integers(1, 14))
@repeatable(80)
def test_ranges_have_no_gaps_and_overlaps(first: dt.date, days: int, unit: Any, count: int) -> None:
    """They join up from the first day to the last, and no period is in two of them."""
    last = min(first + days * DAY, dt.date.max) if first.toordinal() + days <= dt.date.max.toordinal() else dt.date.max
    parts = split_range(first, last, unit, count=count)

    assert (parts[0].date_from, parts[-1].date_to) == (first, last)
    for part, following in itertools.pairwise(parts):
        assert part.date_from <= part.date_to
        assert following.date_from - part.date_to == DAY
        assert period_of(part.date_to, unit) != period_of(following.date_from, unit)
    sizes = [
        len({period_of(part.date_from + n * DAY, unit) for n in range((part.date_to - part.date_from).days + 1)})
        for part in parts
    ]
    assert all(size == count for size in sizes[:-1])
    assert 1 <= sizes[-1] <= count


def test_borders_are_those_of_the_calendar() -> None:
    """Leap years, weeks from Monday, quarters, and the ends of the calendar."""
    cases: list[tuple[PeriodUnit, str, str, list[str]]] = [
        ("month", "2024-01-31", "2024-03-01", ["2024-01-31", "2024-02-29", "2024-03-01"]),
        ("week", "2026-01-01", "2026-01-12", ["2026-01-04", "2026-01-11", "2026-01-12"]),
        ("quarter", "2026-02-10", "2026-07-01", ["2026-03-31", "2026-06-30", "2026-07-01"]),
        ("year", "2024-12-31", "2025-01-01", ["2024-12-31", "2025-01-01"]),
        ("day", "2024-02-28", "2024-02-29", ["2024-02-28", "2024-02-29"]),
        ("month", "9999-11-05", "9999-12-31", ["9999-11-30", "9999-12-31"]),
        ("week", "0001-01-01", "0001-01-08", ["0001-01-07", "0001-01-08"]),
    ]
    for unit, first, last, borders in cases:
        with case(unit=unit, first=first):
            assert [str(part.date_to) for part in split_range(first, last, unit)] == borders


def test_invalid_ranges_are_rejected() -> None:
    """The error names the argument."""
    cases: list[tuple[tuple[Any, ...], dict[str, Any], str]] = [
        (("2026-01-02", "2026-01-01"), {}, "date_to"),
        ((dt.datetime(2026, 1, 1, tzinfo=dt.UTC),), {}, "date_from"),
        (("2026-01-01", "2026-02-01", "months"), {}, "by"),
        (("2026-01-01",), {"count": 0}, "count"),
    ]
    for arguments, more, name in cases:
        with case(arguments=arguments):
            with pytest.raises(AdaptyUsageError) as caught:
                split_range(*arguments, **more)
            assert caught.value.field_name == name
