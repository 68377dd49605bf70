"""Results of the Export Analytics API are parsed whatever the API adds, omits or changes, and rows never fail."""

from __future__ import annotations

import datetime as dt
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest

from adapty._core.call import parse_result
from adapty._generated import build_analytics_call
from adapty.models import Chart
from adapty.models._analytics_query import build_placement_query
from tests.analytics_calls import POINTS, example
from tests.cases import case
from tests.core.support import reply
from tests.models.test_analytics_rows import RESULTS
from tests.models.test_tolerance import CHANGES, lost, not_a_value

if TYPE_CHECKING:
    from collections.abc import Iterator

BODY = build_placement_query({"placement_type": "paywall"}).body

ONE_METRIC = {"data": {"revenue": POINTS["data"]["revenue"]}}

BODIES = [(name, example(name)) for name in RESULTS] + [("retrieveAnalyticsData", ONE_METRIC)]

SCALARS = {str, int, float, bool, dt.date, type(None)}


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Ignore the warnings about points of unknown form."""
    caplog.set_level(logging.ERROR, logger="adapty")


def problems_of(operation: str, body: Any) -> Iterator[Any]:
    """Yield what is wrong with the result of this response."""
    cls = RESULTS[operation]
    try:
        call = build_analytics_call(operation, cls.from_dict, BODY)
        result = parse_result(call, reply(200, json.dumps(body).encode()))
        rows = result.rows()
        skipped = getattr(result, "skipped_points", ())
    except Exception as exc:  # noqa: BLE001 - whatever it is, it is the finding
        yield repr(exc)
        return
    yield from lost(body, result)
    yield from not_a_value(result)
    yield from (
        row for row in rows if tuple(row) != cls.COLUMNS or not {type(value) for value in row.values()} <= SCALARS
    )
    yield from (each for each in skipped if set(each) != {"metric", "segment", "segment_id", "point"})


def test_changed_response_loses_nothing() -> None:
    """Any change at any place of an example is parsed without loss, and its rows are flat."""
    for operation, body in BODIES:
        for change in CHANGES:
            with case(change=change, operation=operation):
                found = [(path, list(problems_of(operation, changed))) for path, changed in change(body)]
                assert [(path, problems) for path, problems in found if problems] == []


def test_every_point_is_in_a_row_or_skipped() -> None:
    """However one point is changed, the numbers of rows and skipped points add up."""
    total = len(Chart.from_dict(ONE_METRIC).rows())
    segments = ONE_METRIC["data"]["revenue"]["data"]
    points: tuple[Any, ...] = (None, 1, "x", [], {}, {"x": 1}, {"x": "2026-01-01", "y": []}, {"newer": 1})
    for odd in points:
        with case(odd=odd):
            changed = [{**segments[0], "values": [odd, *segments[0]["values"]]}, *segments[1:]]
            chart = Chart.from_dict({"data": {"revenue": {"data": changed}}})
            assert (len(chart.rows()), len(chart.skipped_points)) == (total, 1)
