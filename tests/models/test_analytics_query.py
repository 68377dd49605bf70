"""The arguments of `client.analytics` are validated before anything is sent."""

from __future__ import annotations

import datetime as dt
import enum
from typing import TYPE_CHECKING, Any, get_args
from zoneinfo import ZoneInfo

import pytest

from adapty import AdaptyUsageError
from adapty.models import FILTERS_BY_CHART, SEGMENTATIONS_BY_CHART, ChartId, Segmentation
from adapty.models._analytics_query import build_placement_query, build_query
from adapty.models._analytics_request import (
    AnalyticsDataRequest,
    CohortDataRequest,
    ConversionDataRequest,
    FunnelDataRequest,
    LTVDataRequest,
    RetentionDataRequest,
)
from tests.analytics_calls import FILTERS, RANGE
from tests.cases import case

if TYPE_CHECKING:
    from adapty.models._request import RequestModel


def chart(**options: Any) -> Any:
    """Return the body of a request for a chart."""
    return build_query(AnalyticsDataRequest, {"chart_id": "revenue", **RANGE, **options}).body.to_dict()


def problem(cls: type[RequestModel] = AnalyticsDataRequest, /, **options: Any) -> AdaptyUsageError:
    """Return the error about the options of a request."""
    base = {"chart_id": "revenue"} if cls is AnalyticsDataRequest else {}
    with pytest.raises(AdaptyUsageError) as caught:
        build_query(cls, {**base, **RANGE, **options})
    return caught.value


class Store(enum.StrEnum):
    """Stores, as a program may name them."""

    APPLE = "app_store"


def test_dates_are_dates_or_text() -> None:
    """A range of one day has that day twice; a datetime is refused with the remedy."""
    for day in (dt.date(2026, 2, 1), "2026-02-01", "20260201"):
        with case(day=day):
            body = build_query(AnalyticsDataRequest, {"chart_id": "mrr", "date_from": day}).body.to_dict()
            assert body["filters"]["date"] == ["2026-02-01", "2026-02-01"]
    for wrong in (dt.datetime(2026, 2, 1, tzinfo=dt.UTC), "2026-02-30", "yesterday", "", 20260201, None, b"2026-02-01"):
        with case(wrong=wrong):
            assert problem(date_from=wrong).field_name == "date_from"
    assert ".date()" in str(problem(date_to=dt.datetime(2026, 2, 1, tzinfo=dt.UTC)))


def test_ranges_must_not_end_before_they_start() -> None:
    """Both ranges are checked, and the earlier one needs its first day."""
    assert str(problem(date_to="2025-12-31")) == "date_to: is 2025-12-31, before date_from, which is 2026-01-01"
    assert problem(compare_from="2025-02-01", compare_to="2025-01-01").field_name == "compare_to"
    assert str(problem(compare_to="2025-01-01")) == "compare_from: is missing; compare_to needs it"
    assert chart(compare_from="2025-01-01")["filters"]["compare_date"] == ["2025-01-01", "2025-01-01"]


def test_filters_are_one_text_or_several() -> None:
    """They are sent as lists without repetitions; countries in upper case."""
    sent = chart(**FILTERS)["filters"]

    assert sent["country"] == ["US", "DE"]
    assert sent["store_product_id"] == ["monthly", "yearly"]
    assert all(isinstance(value, list) for value in sent.values())
    assert chart(store=Store.APPLE)["filters"]["store"] == ["app_store"]
    assert chart(store=(name for name in ("a", "b")))["filters"]["store"] == ["a", "b"]
    assert chart(store="my-own-store")["filters"]["store"] == ["my-own-store"]
    for wrong in ([], "", " ", 7, {"a": 1}, b"x", ["a", ""], [1], None):
        with case(wrong=wrong):
            assert (problem(store=wrong).field_name or "").split(".")[0] == "store"


def test_closed_lists_suggest_the_closest_value() -> None:
    """An unknown value of a list that the vendor closes is refused with the closest one."""
    for name, wrong, close in (
        ("duration", "weekly", "Weekly"),
        ("attribution_source", "appsflyr", "appsflyer"),
        ("attribution_status", "non_organic", "non-organic"),
        ("offer_category", ["introductory", "winback"], "win_back"),
        ("offer_type", "free trial", "free_trial"),
        ("country", "UK", "GB"),
        ("period_unit", "months", "month"),
        ("date_type", "purchased_date", "purchase_date"),
        ("chart_id", "revenues", "revenue"),
        ("segmentation", "countries", "country"),
        ("format", "cvs", "csv"),
        ("timezone", "europe/berln", "Europe/Berlin"),
    ):
        with case(name=name, wrong=wrong):
            found = problem(**{name: wrong})
            assert (found.field_name or "").startswith(name)
            assert f"did you mean {close}?" in str(found)


def test_segmentations_are_those_of_the_chart() -> None:
    """Each chart accepts its own, and refuses the others with the list of its own."""
    assert set(SEGMENTATIONS_BY_CHART) == set(get_args(ChartId))
    for chart_id, allowed in SEGMENTATIONS_BY_CHART.items():
        for segmentation in get_args(Segmentation):
            with case(chart_id=chart_id, segmentation=segmentation):
                if segmentation in allowed:
                    assert chart(chart_id=chart_id, segmentation=segmentation)["segmentation"] == segmentation
                else:
                    message = str(problem(chart_id=chart_id, segmentation=segmentation))
                    assert f"is not a segmentation of the chart {chart_id}" in message
                    assert f"one of {', '.join(allowed)}" in message


def test_filters_are_those_of_the_chart() -> None:
    """The charts of installs have fewer filters; each other one is named."""
    for chart_id, allowed in FILTERS_BY_CHART.items():
        for name, value in FILTERS.items():
            with case(chart_id=chart_id, name=name):
                if name in allowed:
                    assert name in chart(chart_id=chart_id, **{name: value})["filters"]
                elif name != "compare_to":
                    found = problem(chart_id=chart_id, **{name: value})
                    assert found.field_name == name
                    assert ", ".join(allowed) in str(found)


def test_segmentations_of_flows_are_closed() -> None:
    """Conversions, funnels and retention share one list; the lifetime value takes any name."""
    states = {"from_period": 1, "to_period": 2}
    for cls, more in ((ConversionDataRequest, states), (FunnelDataRequest, {}), (RetentionDataRequest, {})):
        with case(cls=cls):
            body = build_query(cls, {**RANGE, **more, "segmentation": "app_id"}).body.to_dict()
            assert body["segmentation"] == "app_id"
            assert "expected one of app_id" in str(problem(cls, **more, segmentation="offer_id"))
    assert (
        build_query(LTVDataRequest, {**RANGE, "segmentation": "audience"}).body.to_dict()["segmentation"] == "audience"
    )


def test_states_of_a_conversion() -> None:
    """A number is sent as text, None as null; both are required."""
    for given, sent in ((1, "1"), ("6+", "6+"), (None, None), (0, "0")):
        with case(given=given):
            options = {**RANGE, "from_period": given, "to_period": 6}
            body = build_query(ConversionDataRequest, options).body.to_dict()
            assert (body["from_period"], body["to_period"]) == (sent, "6")
    for wrong in (True, -1, 1.5, "", [1], 10**9):
        with case(wrong=wrong):
            assert problem(ConversionDataRequest, from_period=wrong, to_period=2).field_name == "from_period"
    assert "to_period: must not be None" in str(problem(ConversionDataRequest, from_period=1, to_period=None))
    assert "from_period: is missing" in str(problem(ConversionDataRequest, to_period=1))


def test_renewal_days_need_days() -> None:
    """They are refused for renewals, which is the default."""
    body = build_query(CohortDataRequest, {**RANGE, "period_type": "days", "renewal_days": (0, 7)}).body.to_dict()
    assert body["renewal_days"] == [0, 7]
    for options in ({}, {"period_type": "renewals"}):
        with case(options=options):
            assert 'period_type="days"' in str(problem(CohortDataRequest, renewal_days=[7], **options))
    for wrong in ([], [-1], ["7"], [True], 7, "7", None):
        with case(wrong=wrong):
            found = problem(CohortDataRequest, period_type="days", renewal_days=wrong)
            assert found.field_name == "renewal_days"
    for months in (5, "12", True, 12.0):
        with case(months=months):
            assert "one of 3, 6, 9, 12, 18, 24" in str(problem(CohortDataRequest, prediction_months=months))


def test_timezones_are_iana_names() -> None:
    """Text and ZoneInfo are accepted; anything else is refused."""
    for zone in ("Europe/Berlin", ZoneInfo("Europe/Berlin")):
        with case(zone=zone):
            query = build_query(AnalyticsDataRequest, {"chart_id": "arr", **RANGE, "timezone": zone})
            assert query.headers == {"Adapty-Tz": "Europe/Berlin"}
    for wrong in ("Europe", "Europe/Nowhere", "../etc", "a\r\nb", "", dt.UTC, 2, None):
        with case(wrong=wrong):
            assert problem(timezone=wrong).field_name == "timezone"


def test_any_timezone_is_sent_without_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without time zone data cannot check the name."""
    monkeypatch.setattr("zoneinfo.available_timezones", set)

    query = build_query(AnalyticsDataRequest, {"chart_id": "arr", **RANGE, "timezone": "Europe/Nowhere"})

    assert query.headers == {"Adapty-Tz": "Europe/Nowhere"}


def test_errors_name_every_wrong_argument() -> None:
    """One error lists them all, and `field_name` is the first one."""
    found = problem(
        chart_id="installs",
        contry="us",
        date_from="x",
        duration="weekly",
        segmentation="offer_id",
        timezone="Mars/Base",
        period_unit="hour",
    )

    names = ("contry", "date_from", "duration", "period_unit", "timezone", "segmentation")
    assert all(f"{name}: " in str(found) for name in names)
    assert found.field_name == "contry"
    assert "did you mean country?" in str(found)


def test_output_and_format_belong_together() -> None:
    """A CSV needs a file, and only a CSV has one."""
    assert problem(format="csv").field_name == "output"
    assert problem(output="x.csv").field_name == "output"
    for options in ({"format": "csv"}, {"output": "x"}, {"format": "xml"}, {"extra": 1}):
        with case(options=options), pytest.raises(AdaptyUsageError):
            build_placement_query({"placement_type": "paywall", **options})
    with pytest.raises(AdaptyUsageError, match="placement_type: 'paywal' is not known; did you mean paywall"):
        build_placement_query({"placement_type": "paywal"})


def test_extra_fields_are_sent() -> None:
    """They are added to the body, and refused if they have their own argument."""
    assert chart(extra_fields={"newer": [1]})["newer"] == [1]
    assert problem(extra_fields={"filters": {}}).field_name == "extra_fields"
