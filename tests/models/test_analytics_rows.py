"""The rows of analytics results: flat, with the same keys and types, and nothing lost silently."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import logging
from typing import TYPE_CHECKING, Any

from adapty import models
from adapty._core.json_body import parse_json
from tests.analytics_calls import CALLS, POINTS, example
from tests.cases import case

if TYPE_CHECKING:
    import pytest

RESULTS: dict[str, Any] = {
    "retrieveAnalyticsData": models.Chart,
    "retrieveCohortData": models.Cohorts,
    "retrieveConversionData": models.Conversion,
    "retrieveFunnelData": models.Funnel,
    "retrieveLTVData": models.LTV,
    "retrieveRetentionData": models.Retention,
    "retrievePlacementInfo": models.Placements,
}

POINT = {"x": "2026-08-05", "y": 1}


def parse(cls: Any, body: Any) -> Any:
    """Parse a body as the client does, with exact numbers."""
    return cls.from_dict(parse_json(json.dumps(body).encode()))


def chart_of(*items: Any, name: str = "common") -> models.Chart:
    """Return a chart with these items in the data of one metric."""
    found: models.Chart = parse(models.Chart, {"data": {name: {"data": items}}})
    return found


def test_documented_examples_have_rows_of_scalars() -> None:
    """All rows of a result have the same keys in the same order, and csv.DictWriter takes them."""
    assert set(RESULTS) == set(CALLS)
    bodies = [(cls, example(name)) for name, cls in RESULTS.items()] + [(models.Chart, POINTS)]
    for cls, body in bodies:
        with case(cls=cls):
            rows = parse(cls, body).rows()
            written = io.StringIO()
            writer = csv.DictWriter(written, cls.COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
            assert len(written.getvalue().splitlines()) == len(rows) + 1
            for row in rows:
                assert tuple(row) == cls.COLUMNS
                assert all(type(value) in {str, int, float, bool, dt.date, type(None)} for value in row.values())


def test_chart_has_a_row_per_metric_segment_and_day() -> None:
    """The day is that of the response's own offset; money is float, also where it is whole."""
    rows = parse(models.Chart, POINTS).rows()

    assert rows[:3] == [
        {
            "date": dt.date(2026, 8, day),
            "metric": "revenue",
            "segment": title,
            "segment_id": id_,
            "value": value,
        }
        for day, title, id_, value in (
            (5, "United States", "us", 1380.73),
            (6, "United States", "us", 0.0),
            (5, "Germany", "de", 3.0),
        )
    ]
    assert [row["metric"] for row in rows] == ["revenue"] * 3 + ["proceeds"] * 3
    assert {type(row["value"]) for row in rows} == {float}


def test_values_have_one_type() -> None:
    """Counts are int; one fraction makes all values float, and None stays."""
    for values, expected in (
        ([1, 2.0, "3"], [1, 2, 3]),
        ([1, 2.5, None], [1.0, 2.5, None]),
        ([0.1234567890123456789], [0.12345678901234568]),
    ):
        with case(values=values):
            rows = chart_of({"values": [{**POINT, "y": value} for value in values]}).rows()
            assert [row["value"] for row in rows] == expected
            assert {type(row["value"]) for row in rows} == set(map(type, expected))


def test_whole_amounts_of_money_are_floats() -> None:
    """A chart of money has floats whatever its amounts are, by the metric's name or by its unit."""
    for name, unit in (("revenue", None), ("gross_revenue", None), ("common", "USD"), ("common", "percent")):
        with case(name=name, unit=unit):
            metric = {"unit": unit, "data": [{"values": [{**POINT, "y": 3}]}]}
            (row,) = parse(models.Chart, {"data": {name: metric}}).rows()
            assert (type(row["value"]), row["value"]) == (float, 3.0)


def test_booleans_are_not_periods() -> None:
    """A point whose period is a boolean is skipped, although Python counts True as 1."""
    retention = parse(
        models.Retention, {"data": [{"title": "Total", "values": [{"x": True, "y": 4}, {"x": 1, "y": 5}]}]}
    )

    assert [(row["period"], row["value"]) for row in retention.rows()] == [(1, 5)]
    assert [skipped["point"] for skipped in retention.skipped_points] == [{"x": True, "y": 4}]


def test_points_without_a_segment_are_the_total() -> None:
    """Both observed forms of a point are read."""
    rows = chart_of({"date": "2026-08-05", "value": 4}, {"x": "2026-08-06T00:00:00Z", "y": 5}).rows()

    assert [(row["date"].day, row["segment"], row["segment_id"], row["value"]) for row in rows] == [
        (5, "Total", "total", 4),
        (6, "Total", "total", 5),
    ]


def test_unknown_points_are_reported(caplog: pytest.LogCaptureFixture) -> None:
    """They are in `skipped_points` with their segment, unchanged, and a warning says so."""
    odd: tuple[Any, ...] = (
        7,
        "x",
        None,
        [],
        {},
        {"x": "2026-08-05"},
        {"x": "soon", "y": 1},
        {"x": 3, "y": 1},
        {"y": 1},
    )
    odd = (*odd, {"x": "2026-08-05", "y": "many"}, {"x": "2026-02-30", "y": 1}, {"x": True, "y": 1})
    chart = chart_of({"title": "Germany", "type": "de", "values": [POINT, *odd]})

    with caplog.at_level(logging.WARNING, logger="adapty"):
        rows = chart.rows()

    assert len(rows) == 1
    assert [skipped["point"] for skipped in chart.skipped_points] == list(odd)
    assert {(skipped["metric"], skipped["segment"]) for skipped in chart.skipped_points} == {("common", "Germany")}
    assert f"{len(odd)} points" in caplog.text
    assert chart.data["common"].data[0]["values"] == [POINT, *odd]


def test_segments_are_typed() -> None:
    """Their title, ID, total and points are there; odd ones do not fail."""
    segments = parse(models.Chart, POINTS).data["revenue"].segments
    assert [(segment.title, segment.id, str(segment.value)) for segment in segments] == [
        ("United States", "us", "1380.73"),
        ("Germany", "de", "3"),
    ]
    for item in ({"title": 5, "type": 1.5, "values": []}, {"title": "T"}, {"values": None}, {"values": {"x": 1}}):
        with case(item=item):
            assert chart_of(item).rows() == []


def test_lifetime_value_has_dates_or_periods() -> None:
    """A segment without points has one row with its own value."""
    body = {
        "revenue": {
            "data": [
                {"title": "Total", "type": "total", "value": 9, "cohort_size": 4, "values": [{"x": 1, "y": 5}, POINT]},
                {"title": "DE", "type": "de", "value": 2, "values": []},
            ]
        },
        "net_revenue": {"data": [{"title": "Total", "values": [{"odd": 1}]}]},
    }
    ltv: models.LTV = parse(models.LTV, body)

    assert [(row["segment"], row["date"], row["period"], row["value"]) for row in ltv.rows()] == [
        ("Total", None, 1, 5.0),
        ("Total", dt.date(2026, 8, 5), None, 1.0),
        ("DE", None, None, 2.0),
        ("Total", None, None, None),
    ]
    assert [skipped["metric"] for skipped in ltv.skipped_points] == ["net_revenue"]


def test_cohorts_and_funnels_have_a_row_per_period() -> None:
    """Their columns are the fields of a period."""
    cohorts: models.Cohorts = parse(models.Cohorts, example("retrieveCohortData"))
    funnel: models.Funnel = parse(models.Funnel, example("retrieveFunnelData"))

    (row,) = cohorts.rows()
    assert (row["date"], row["segment_id"], row["period"], row["installs"]) == (dt.date(2026, 1, 1), "total", 1, 2)
    assert (row["revenue_usd"], row["revenue_relative"], row["arpu_usd"]) == (9.99, 100.0, None)
    (step,) = funnel.rows()
    assert (step["step"], step["value"], step["drop_off"], step["drop_off_relative"]) == ("Install", 2, 2, 100.0)
