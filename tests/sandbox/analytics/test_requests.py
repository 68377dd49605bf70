"""Requests: filters, segmentation, CSV, and what is rejected."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from adapty import Adapty
from adapty.sandbox._analytics.charts import CHARTS
from tests.cases import case
from tests.sandbox.analytics.conftest import CONTRACT, OPERATIONS, USER

if TYPE_CHECKING:
    import httpx

    from adapty.sandbox import Sandbox
    from tests.sandbox.analytics.conftest import AnalyticsApi

DATE = {"date": ["2026-06-01", "2026-06-30"]}
BODIES: dict[str, dict[str, Any]] = {
    "retrieveAnalyticsData": {"chart_id": "revenue", "filters": DATE},
    "retrieveCohortData": {"filters": DATE},
    "retrieveConversionData": {"filters": DATE, "from_period": None, "to_period": "1"},
    "retrieveFunnelData": {"filters": DATE},
    "retrieveLTVData": {"filters": DATE},
    "retrieveRetentionData": {"filters": DATE},
    "retrievePlacementInfo": {"filters": {"placement_type": "paywall"}},
}
"""A valid body of each operation."""


def sell(api: AnalyticsApi) -> None:
    """Record purchases that differ in each field."""
    offer = {"category": "promotional", "type": "pay_as_you_go", "id": "half_price"}
    api.subscribe("2026-06-02T00:00:00Z", "2026-07-02T00:00:00Z", 1, number=1)
    api.subscribe(
        *("2026-06-03T00:00:00Z", "2026-06-10T00:00:00Z", 2),
        number=2,
        store="stripe",
        country="DE",
        product="gold",
        offer=offer,
    )


def test_filters_select_purchases(api: AnalyticsApi) -> None:
    """Each of them, in either case of a country; several fields must all accept a purchase."""
    sell(api)
    cases: list[tuple[dict[str, list[str]], float]] = [
        ({"store": ["app_store"]}, 1),
        ({"store": ["app_store", "stripe"]}, 3),
        ({"country": ["de"]}, 2),
        ({"country": ["DE", "FR"]}, 2),
        ({"store_product_id": ["gold"]}, 2),
        ({"duration": ["Monthly"]}, 1),
        ({"offer_category": ["no_offer"]}, 1),
        ({"offer_category": ["promotional"]}, 2),
        ({"offer_type": ["pay_as_you_go"]}, 2),
        ({"offer_id": ["half_price"]}, 2),
        ({"attribution_status": ["unknown"]}, 3),
        ({"attribution_source": ["custom"]}, 0),
        ({"country": ["DE"], "store": ["app_store"]}, 0),
    ]
    for filters, revenue in cases:
        with case(filters):
            assert api.value("revenue", filters=filters) == revenue


def test_segments_have_the_values_of_their_field(api: AnalyticsApi) -> None:
    """The type of a country is in lower case."""
    sell(api)
    cases = {
        "store": {"app_store": 1, "stripe": 2},
        "country": {"US": 1, "DE": 2},
        "store_product_id": {"premium": 1, "gold": 2},
        "duration": {"Monthly": 1, "Weekly": 2},
        "offer_category": {"no_offer": 1, "promotional": 2},
        "offer_type": {"no_offer": 1, "pay_as_you_go": 2},
        "offer_id": {"no_offer": 1, "half_price": 2},
        "attribution_channel": {"unknown": 3},
        # The sandbox does not know these.
        "paywall_id": {"Total": 3},
        "renewal_status": {"Total": 3},
    }
    for segmentation, values in cases.items():
        with case(segmentation):
            assert api.segments("revenue", segmentation) == values
    countries = api.metric("revenue", segmentation="country")
    assert [one["type"] for one in countries["data"]] == ["de", "us"]
    assert (countries["type"], countries["value"]) == ("multi", 3)
    assert api.metric("revenue", "2025-01-01", segmentation="country")["data"] == []


def test_installs_have_the_values_of_their_profile(api: AnalyticsApi) -> None:
    """The country of the IP address comes before that of the store."""
    api.client.profiles.update(customer_user_id=USER, ip_country="FR", store_country="US", store="stripe")
    api.client.profiles.create(customer_user_id="elsewhere", store_country="US")
    api.client.profiles.create(customer_user_id="nowhere")
    assert api.segments("installs", "country") == {"FR": 1, "US": 1, "unknown": 1}
    assert api.segments("installs", "store") == {"stripe": 1, "unknown": 2}
    assert api.value("installs", filters={"country": ["us"]}) == 1


def test_attribution_of_the_web_api_selects_users(api: AnalyticsApi, sandbox: Sandbox) -> None:
    """It counts for the installs and purchases of its user, with a hyphen in its status."""
    sell(api)
    api.client.profiles.create(customer_user_id="elsewhere")
    campaign: dict[str, Any] = {
        "channel": "search",
        "campaign": "spring",
        "ad_group": "group",
        "ad_set": "set",
        "creative": "red",
    }
    with Adapty(public_key=sandbox.public_key, base_url=sandbox.url) as web:
        web.web.add_attribution(status="non_organic", customer_user_id=USER, **campaign)
    cases = {
        "attribution_source": "custom",
        "attribution_status": "non-organic",
        "attribution_channel": "search",
        "attribution_campaign": "spring",
        "attribution_adgroup": "group",
        "attribution_adset": "set",
        "attribution_creative": "red",
    }
    for field, value in cases.items():
        with case(field):
            assert api.segments("installs", field) == {value: 1, "unknown": 1}
            assert api.segments("revenue", field) == {value: 3}
            assert api.value("revenue", filters={field: [value]}) == 3
            assert api.value("installs", filters={field: [value]}) == 1


def test_invalid_charts_are_rejected(api: AnalyticsApi) -> None:
    """Each problem names its field."""
    valid: dict[str, Any] = BODIES["retrieveAnalyticsData"]
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({"chart_id": "spend"}, ["chart_id"]),
        ({"chart_id": None}, ["chart_id"]),
        ({"filters": {}}, ["filters.date"]),
        ({"filters": []}, ["filters"]),
        ({"period_unit": "hour"}, ["period_unit"]),
        ({"date_type": "refund_date"}, ["date_type"]),
        ({"format": "xml"}, ["format"]),
        ({"segmentation": "color"}, ["segmentation"]),
        ({"segmentation": 1}, ["segmentation"]),
        ({"chart_id": "installs", "segmentation": "duration"}, ["segmentation"]),
        ({"chart_id": "refund_money", "segmentation": "offer_type"}, ["segmentation"]),
        ({"chart_id": "mrr", "segmentation": "cancellation_reason"}, ["segmentation"]),
        ({"chart_id": "arpu", "filters": {**DATE, "duration": ["Annual"]}}, ["filters.duration"]),
        (
            {"chart_id": "installs", "filters": {**DATE, "offer_id": ["a"]}, "segmentation": "period"},
            ["filters.offer_id", "segmentation"],
        ),
    ]
    for changes, sources in cases:
        with case(changes):
            assert api.rejected({**valid, **changes}) == sources
    for missing in valid:
        assert api.rejected({name: value for name, value in valid.items() if name != missing}) == [missing]
    assert api.http.post(OPERATIONS["retrieveAnalyticsData"], content=b"{").status_code == 415


def test_all_documented_segmentations_are_accepted(api: AnalyticsApi) -> None:
    """Those of the sandbox's table."""
    for chart in ("revenue", "installs", "trials_expired"):
        for segmentation in CHARTS[chart].segmentations:
            with case(chart, segmentation):
                api.metrics(chart, segmentation=segmentation)


def test_invalid_filters_are_rejected(api: AnalyticsApi) -> None:
    """Dates, ranges, empty lists and values that are not documented."""
    cases: list[tuple[dict[str, Any], str]] = [
        ({"date": []}, "filters.date"),
        ({"date": ["2026-06-01", "2026-06-02", "2026-06-03"]}, "filters.date"),
        ({"date": ["2026-06-31"]}, "filters.date"),
        ({"date": ["2026-6-1"]}, "filters.date"),
        ({"date": ["20260601"]}, "filters.date"),
        ({"date": ["2026-06-01T00:00:00Z"]}, "filters.date"),
        ({"date": ["1969-12-31"]}, "filters.date"),
        ({"date": ["9999-12-31"]}, "filters.date"),
        ({"date": ["2026-06-02", "2026-06-01"]}, "filters.date"),
        ({"date": "2026-06-01"}, "filters.date"),
        ({"date": ["1990-01-01", "2026-06-01"]}, "filters.date"),
        ({"compare_date": ["2026-06-02", "2026-06-01"]}, "filters.compare_date"),
        ({"compare_date": ["1990-01-01", "2026-06-01"]}, "filters.compare_date"),
        ({"country": []}, "filters.country"),
        ({"country": ["USA"]}, "filters.country"),
        ({"store": ["stripe", 1]}, "filters.store.1"),
        ({"duration": ["Yearly"]}, "filters.duration"),
        ({"offer_category": ["none"]}, "filters.offer_category"),
        ({"offer_type": ["free"]}, "filters.offer_type"),
        ({"attribution_status": ["non_organic"]}, "filters.attribution_status"),
        ({"attribution_source": ["facebook"]}, "filters.attribution_source"),
    ]
    for operation, body in BODIES.items():
        if operation == "retrievePlacementInfo":
            continue
        for filters, source in cases if operation == "retrieveAnalyticsData" else cases[:1]:
            with case(operation, filters):
                changed = {**body, "filters": {**DATE, **filters}, "period_unit": "day"}
                assert api.rejected(changed, operation=operation) == [source]


def test_unknown_time_zones_are_rejected(api: AnalyticsApi) -> None:
    """By all operations with days; also names of directories and files."""
    for operation, body in BODIES.items():
        zones = ("Mars/Olympus", "Europe", "../etc/passwd", "/etc/passwd", "") if "chart_id" in body else ("Mars",)
        for zone in zones if operation != "retrievePlacementInfo" else ():
            with case(operation, zone):
                assert api.rejected(body, {"adapty-tz": zone}, operation=operation) == ["Adapty-Tz"]


def test_wrong_key_is_rejected(api: AnalyticsApi) -> None:
    """The key of the server-side API is required."""
    for operation, body in BODIES.items():
        for header in ("", "Api-Key wrong", "Bearer sandbox_secret_key"):
            with case(operation, header):
                response = api.call(operation, body, {"authorization": header})
                assert (response.status_code, response.json()["error_code"]) == (401, "not_authenticated")


def test_csv_has_the_values_of_the_json(api: AnalyticsApi) -> None:
    """A row for each metric, segment and period."""
    sell(api)
    body = {**BODIES["retrieveAnalyticsData"], "segmentation": "country"}
    content = api.call("retrieveAnalyticsData", body).json()["data"]
    rows = read_csv(api.call("retrieveAnalyticsData", {**body, "format": "csv"}))
    assert rows == [
        {"metric": name, "segment": segment["title"], "date": point["x"], "value": str(point["y"])}
        for name, metric in content.items()
        for segment in metric["data"]
        for point in segment["values"]
    ]
    assert {(row["metric"], row["segment"]) for row in rows} >= {("revenue", "DE"), ("net_revenue", "US")}


def test_every_operation_responds_with_csv(api: AnalyticsApi) -> None:
    """By `format` in the body; `Accept` counts only where there is no `format`."""
    for operation, body in BODIES.items():
        with case(operation):
            by_header = api.call(operation, body, {"accept": "text/csv"})
            if operation == "retrievePlacementInfo":
                assert read_csv(by_header)
                continue
            assert by_header.headers["content-type"] == "application/json"
            rows = read_csv(api.call(operation, {**body, "format": "csv"}))
            assert bool(rows) == (operation != "retrieveRetentionData")


def test_examples_of_the_contract_are_accepted(api: AnalyticsApi) -> None:
    """Those of the vendor too: a lower-case country, a number as `from_period`, an undocumented field."""
    for operation, path in OPERATIONS.items():
        content = CONTRACT["paths"][path]["post"]["requestBody"]["content"]["application/json"]
        for example in content["examples"].values():
            with case(operation):
                assert api.call(operation, example["value"]).status_code == 200
    vendor: dict[str, dict[str, Any]] = {
        "retrieveAnalyticsData": {
            "chart_id": "revenue",
            "filters": {**DATE, "country": ["us"], "attribution_channel": ["social_media_influencers"]},
            "period_unit": "week",
            "segmentation": "attribution_campaign",
        },
        "retrieveConversionData": {"filters": DATE, "from_period": 1, "to_period": "6+", "segmentation": "country"},
        "retrieveRetentionData": {"filters": DATE, "period_type": "renewals", "segmentation": "store_product_id"},
    }
    for operation, body in vendor.items():
        with case(operation):
            assert api.call(operation, body).status_code == 200


def read_csv(response: httpx.Response) -> list[dict[str, str]]:
    """Return the rows of a response with CSV."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.text, newline="")))
