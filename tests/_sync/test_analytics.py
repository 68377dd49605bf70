# Generated from tests/_async/test_analytics.py by `make unasync`; do not edit.

"""The facade of the Export Analytics API: requests, results, errors, long ranges."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import httpx
import jsonschema
import pytest

import adapty as library
from adapty import Adapty, AdaptyUsageError
from adapty.models import Chart, ChartPiece, ChartProgress, split_range
from adapty_generated.export_analytics.api.default import retrieve_placement_info
from adapty_generated.export_analytics.models import PlacementInfoRequest
from tests.analytics_calls import CALLS, CONTRACT, FULL, PATHS, POINTS, RANGE, example, schema_of
from tests.cases import case
from tests.server_side_calls import KEY, Stub, answering, failing

if TYPE_CHECKING:
    from tests.server_side_calls import Handler


def succeeding(body: Any) -> Handler:
    """Return a handler that responds with JSON."""
    return answering(200, json.dumps(body).encode(), {"Content-Type": "application/json"})


def test_requests_follow_the_contract(stubbed: Adapty, stub: Stub) -> None:
    """Each operation sends a valid body with the key to its path, with the minimum and with all arguments."""
    assert set(CALLS) == set(PATHS)
    for name, call in CALLS.items():
        for options in ({}, FULL[name]):
            with stub.case(name=name, options=options):
                call(stubbed, **options)

                (request,) = stub.requests
                assert (request.method, str(request.url)) == ("POST", f"https://api-admin.adapty.io{PATHS[name]}")
                assert request.headers["authorization"] == f"Api-Key {KEY}"
                assert request.headers["content-type"] == "application/json"
                assert "adapty-tz" not in request.headers
                jsonschema.validate(stub.sent, schema_of(name))
        if FULL[name]:
            fields = schema_of(name)["components"]["schemas"][schema_of(name)["$ref"].rpartition("/")[2]]["properties"]
            assert set(stub.sent) | {"chart_id", "filters"} >= set(fields)
            assert set(stub.sent["filters"]) == set(CONTRACT["components"]["schemas"]["MetricsFilters"]["properties"])


def test_timezone_is_a_header(stubbed: Adapty, stub: Stub) -> None:
    """It is not in the contract, and so not in the body."""
    stubbed.analytics.funnel(**RANGE, timezone="Europe/Berlin")

    assert stub.requests[0].headers["adapty-tz"] == "Europe/Berlin"
    assert "timezone" not in stub.sent


def test_documented_responses_are_parsed(stubbed: Adapty, stub: Stub) -> None:
    """Every field of the vendor's example is in the result."""
    for name, call in CALLS.items():
        with stub.case(name=name):
            stub.replies = [succeeding(example(name))]
            result = call(stubbed)
            plain = result.to_dict()
            assert not result.extra_fields
            assert {key for key in example(name) if plain.get(key) is None} <= {
                key for key, value in example(name).items() if value is None
            }
            assert all(tuple(row) == result.COLUMNS for row in result.rows())


def test_observed_points_become_rows(stubbed: Adapty, stub: Stub) -> None:
    """Whole path: bytes to rows."""
    stub.replies = [succeeding(POINTS)]

    chart = stubbed.analytics.chart("revenue", **RANGE, segmentation="country")

    assert chart.rows()[0] == {
        "date": dt.date(2026, 8, 5),
        "metric": "revenue",
        "segment": "United States",
        "segment_id": "us",
        "value": 1380.73,
    }


def test_invalid_arguments_are_not_sent(stubbed: Adapty, stub: Stub) -> None:
    """The error names them all."""
    with pytest.raises(AdaptyUsageError, match=r"duration: .*; period_unit: ") as caught:
        CALLS["retrieveFunnelData"](stubbed, duration="weekly", period_unit="hour")

    assert caught.value.field_name == "duration"
    assert stub.requests == []


def test_errors_are_typed(stubbed: Adapty, stub: Stub) -> None:
    """Each operation raises the usual exceptions, with the vendor's code and field."""
    body = {"errors": [{"source": "period_unit", "errors": ["Wrong."]}], "error_code": "validation_error"}
    for name, call in CALLS.items():
        for status, kind, tries in (
            (400, library.BadRequestError, 1),
            (401, library.AuthenticationError, 1),
            (403, library.PermissionDeniedError, 1),
            (404, library.NotFoundError, 1),
            (429, library.RateLimitError, 3),
            (500, library.ServerError, 3),
            (503, library.ServerError, 3),
        ):
            with stub.case(name=name, status=status):
                stub.replies = [answering(status, json.dumps(body).encode())]
                with pytest.raises(kind) as caught:
                    call(stubbed)
                error = caught.value
                assert (error.operation, error.error_code, error.field_names) == (
                    name,
                    "validation_error",
                    ("period_unit",),
                )
                assert len(stub.requests) == error.attempts == tries
                assert KEY not in repr(error)
        with stub.case(name=name):
            stub.replies = [failing(httpx.ReadError)]
            with pytest.raises(library.AdaptyConnectionError):
                call(stubbed)
            assert len(stub.requests) == 3


def test_detail_is_a_message(stubbed: Adapty, stub: Stub) -> None:
    """Errors of the vendor's framework have only that."""
    stub.replies = [answering(401, b'{"detail": "Invalid token."}')]

    with pytest.raises(library.AuthenticationError, match=r"Invalid token\."):
        stubbed.analytics.placements("paywall")


def test_requests_are_half_a_second_apart(stubbed: Adapty, stub: Stub, slept: list[float]) -> None:
    """The client waits by itself."""
    for _ in range(3):
        stubbed.analytics.placements("onboarding")

    assert [round(seconds, 2) for seconds in slept] == [0.52, 0.52]
    assert stub.sent == {"filters": {"placement_type": "onboarding"}}


def test_long_ranges_are_split(stubbed: Adapty, stub: Stub, slept: list[float]) -> None:
    """Each part is a request at the allowed rate, in order, with progress; arguments are those of `chart`."""
    progress: list[ChartProgress] = []
    pieces: list[ChartPiece] = []

    for piece in stubbed.analytics.chart_pieces(
        "mrr",
        date_from="2023-05-10",
        date_to=dt.date(2026, 6, 30),
        country=(code for code in ("us", "de")),
        timezone="Europe/Berlin",
        on_progress=progress.append,
    ):
        assert len(stub.requests) == len(pieces) + 1, "a part is requested when it is needed"
        pieces.append(piece)

    dates = [json.loads(request.content)["filters"]["date"] for request in stub.requests]
    assert dates == [
        ["2023-05-10", "2024-04-30"],
        ["2024-05-01", "2025-04-30"],
        ["2025-05-01", "2026-04-30"],
        ["2026-05-01", "2026-06-30"],
    ]
    assert [[str(piece.date_from), str(piece.date_to)] for piece in pieces] == dates
    assert [(each.completed, each.total, str(each.date_to)) for each in progress] == [
        (number, 4, last) for number, (_, last) in enumerate(dates, 1)
    ]
    assert progress[-1].fraction == 1
    assert progress[-1].eta == 0
    assert len(slept) == 3
    for request in stub.requests:
        assert json.loads(request.content)["filters"]["country"] == ["US", "DE"]
        assert request.headers["adapty-tz"] == "Europe/Berlin"


def test_rows_of_a_long_range_are_joined(stubbed: Adapty, stub: Stub) -> None:
    """They are in order, and a fraction in one part makes all values float."""
    for value in (1, 2.5, 3):
        points = {"data": {"common": {"data": [{"x": "2026-01-01", "y": value}]}}}
        stub.replies.append(succeeding(points))
    del stub.replies[0]

    rows = stubbed.analytics.chart_rows("installs", date_from="2026-01-01", date_to="2026-03-31", periods_per_request=1)

    assert [row["value"] for row in rows] == [1.0, 2.5, 3.0]
    assert {type(row["value"]) for row in rows} == {float}
    assert tuple(rows[0]) == Chart.COLUMNS


def test_long_ranges_reject_what_cannot_be_split(stubbed: Adapty, stub: Stub) -> None:
    """The call itself raises, before the first request."""
    cases: list[dict[str, Any]] = [
        {"compare_from": "2025-01-01"},
        {"periods_per_request": 0},
        {"periods_per_request": True},
        {"period_unit": "hour"},
        {"format": "csv", "output": "x.csv"},
        {"contry": "us"},
    ]
    for options in cases:
        with case(options=options):
            with pytest.raises(AdaptyUsageError) as caught:
                stubbed.analytics.chart_pieces("mrr", **RANGE, **options)
            assert caught.value.field_name == next(iter(options))
    assert stub.requests == []


def test_default_parts_have_at_most_365_days(stubbed: Adapty, stub: Stub) -> None:
    """The vendor refuses longer ranges of days."""
    for unit in ("day", "week"):
        with stub.case(unit=unit):
            for piece in stubbed.analytics.chart_pieces(
                "mrr", date_from="2019-12-30", date_to="2026-06-30", period_unit=unit
            ):
                assert (piece.date_to - piece.date_from).days < 365
            assert 7 <= len(stub.requests) <= 8
    assert len(split_range("2019-12-30", "2026-06-30", "day", count=365)) == 7


def test_low_level_client_has_key_and_address(stubbed: Adapty, stub: Stub) -> None:
    """It works with the generated functions, without waiting for the rate limit."""
    stub.replies = [succeeding(example("retrievePlacementInfo"))]
    body = PlacementInfoRequest.from_dict({"filters": {"placement_type": "paywall"}})

    response = retrieve_placement_info.sync_detailed(client=stubbed.analytics.low_level(), body=body)

    assert response.status_code == 200
    (request,) = stub.requests
    assert str(request.url) == f"https://api-admin.adapty.io{PATHS['retrievePlacementInfo']}"
    assert request.headers["authorization"] == f"Api-Key {KEY}"
