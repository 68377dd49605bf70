"""The series of a chart and its ticks."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from adapty._cli.charts.series import MAX_SERIES, choose_x_ticks, choose_y_ticks, create_chart, format_tick
from tests.cases import case
from tests.cli.charts.rows import make_chart, make_rows

AMOUNTS = st.one_of(st.none(), st.integers(-(10**12), 10**12), st.floats(-1e15, 1e15, allow_nan=False))


def test_chart_has_the_largest_segments() -> None:
    """The number of all segments is known, so that the title can name it."""
    chart = make_chart({f"S{number}": [number, -number] for number in range(20)})

    assert [series.name for series in chart.series] == [f"S{number}" for number in range(19, 19 - MAX_SERIES, -1)]
    assert chart.segments == 20


def test_missing_values_stay_missing() -> None:
    """A missing value is no zero; values that cannot be drawn count as missing."""
    chart = make_chart({"US": [1, None, 1e300, 4], "DE": [2, 3]})

    assert {series.name: list(series.values) for series in chart.series} == {
        "DE": [2, 3, None],
        "US": [1, None, 4],
    }
    assert chart.labels == ["2025-01", "2025-02", "2025-04"]


def test_segments_of_equal_names_are_two() -> None:
    """Their IDs differ."""
    rows = [{**row, "segment": "(none)"} for row in make_rows({"a": [1], "b": [2]})]

    assert [series.values for series in create_chart(rows, period_unit="month").series] == [[2], [1]]


def test_segment_without_a_title_has_a_name() -> None:
    """Its ID, if it has one."""
    row = {**make_rows({"US": [1]})[0], "segment": None}

    for id_, name in [("us", "us"), (None, "-")]:
        (series,) = create_chart([{**row, "segment_id": id_}], period_unit="month").series
        assert series.name == name


def test_chart_without_values_is_empty() -> None:
    """Without rows, and with rows that have no values."""
    for rows in ([], make_rows({"US": []}), make_rows({"US": [None, None]})):
        assert create_chart(rows, period_unit="month").is_empty


def test_labels_have_the_precision_of_the_period() -> None:
    """A year, a quarter, a month or a day."""
    row = {**make_rows({"US": [1]})[0], "date": date(2026, 8, 3)}
    for unit, label in [
        ("year", "2026"),
        ("quarter", "2026-Q3"),
        ("month", "2026-08"),
        ("week", "2026-08-03"),
        ("day", "2026-08-03"),
    ]:
        with case(unit):
            assert create_chart([row], period_unit=unit).labels == [label]


def test_x_ticks_do_not_overlap() -> None:
    """Labels with gaps fit into the width, and the first date is always one of them."""
    first = make_rows({"US": [1]})[0]
    for days, width in itertools.product((1, 2, 7, 30, 200), (1, 12, 20, 40, 80, 200)):
        with case(days, width):
            rows = [{**first, "date": date(2026, 1, 1) + timedelta(days=number)} for number in range(days)]
            positions, labels = choose_x_ticks(create_chart(rows, period_unit="day"), width)

            assert labels[0] == "2026-01-01"
            assert len(positions) == len(labels) <= max(1, width // 12)
            assert len(labels) >= min(days, max(1, width // 12)) / 2


def test_y_ticks_are_round() -> None:
    """Zero is one of them; whole values have whole ticks."""
    cases: list[tuple[list[float], list[float]]] = [
        ([0], [0, 1]),
        ([3], [0, 1, 2, 3]),
        ([0.3], [0, 0.1, 0.2, 0.3]),
        ([93.5], [0, 20, 40, 60, 80, 100]),
        ([100, 200], [0, 50, 100, 150, 200]),
        ([-250, 900], [-500, 0, 500, 1000]),
        ([-3.0], [-3, -2, -1, 0]),
        ([1e15], [0, 2e14, 4e14, 6e14, 8e14, 1e15]),
    ]
    for values, ticks in cases:
        with case(values):
            assert choose_y_ticks(make_chart({"US": values}), 5) == ticks


@given(st.lists(AMOUNTS, min_size=1, max_size=5))
def test_y_ticks_enclose_the_values(values: list[float | None]) -> None:
    """There are few of them, and they ascend."""
    chart = make_chart({"US": [*values, 1]})
    ticks = choose_y_ticks(chart, 5)

    low, high = chart.limits
    assert ticks[0] <= low <= 0 < high <= ticks[-1]
    assert 2 <= len(ticks) <= 8
    assert all(before < after for before, after in itertools.pairwise(ticks))
    assert len(set(map(format_tick, ticks))) == len(ticks)
