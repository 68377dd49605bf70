"""The operations beside charts: the documented shapes with zeros, and placements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.cases import case
from tests.sandbox.analytics.conftest import CONTRACT
from tests.sandbox.analytics.test_requests import BODIES, DATE, read_csv

if TYPE_CHECKING:
    from adapty.sandbox import Sandbox
    from tests.sandbox.analytics.conftest import AnalyticsApi


def fields(schema: str) -> set[str]:
    """Return the documented fields of a schema."""
    return set(CONTRACT["components"]["schemas"][schema]["properties"])


def retrieve(api: AnalyticsApi, operation: str, **changes: Any) -> Any:
    """Return the content of a successful response."""
    response = api.call(operation, {**BODIES[operation], **changes})
    assert response.status_code == 200, response.text
    return response.json()


def test_reports_have_all_documented_fields(api: AnalyticsApi) -> None:
    """So that readers of a field find it."""
    cohort = retrieve(api, "retrieveCohortData")["data"][0]
    step = retrieve(api, "retrieveFunnelData")["data"][0]
    ltv = retrieve(api, "retrieveLTVData")
    cases = {
        "CohortSegment": cohort,
        "CohortValue": cohort["values"][0],
        "ConversionDataResponse": retrieve(api, "retrieveConversionData"),
        "FunnelSegment": step,
        "FunnelValue": step["values"][0],
        "LTVDataResponse": ltv,
        "LTVMetric": ltv["proceeds"],
        "LTVData": ltv["proceeds"]["data"][0],
        "RetentionDataResponse": retrieve(api, "retrieveRetentionData"),
        "MetricData": api.metric("revenue"),
    }
    for schema, content in cases.items():
        with case(schema):
            assert set(content) == fields(schema)


def test_reports_are_zero(api: AnalyticsApi) -> None:
    """Whatever was purchased."""
    api.buy("2026-06-10T14:20:00Z", 4.99)
    cohorts = retrieve(api, "retrieveCohortData", period_unit="week")["data"]
    assert [(one["type"], one["segment_start_date"]) for one in cohorts] == [
        ("total", "2026-06-01"),
        *(("single", f"2026-06-{day:02}") for day in (1, 8, 15, 22, 29)),
    ]
    assert {one["total_revenue_usd"] for one in cohorts} == {0}
    conversion = retrieve(api, "retrieveConversionData", filters={**DATE, "compare_date": ["2025-06-01"]})
    assert (conversion["value"], conversion["value_from"], conversion["compare_value_to"]) == (0, 0, 0)
    assert conversion["title"] == "Conversion from install to 1"
    assert conversion["recommended_period"] == {
        "date_from": "2026-06-01",
        "date_to": "2026-06-30",
        "period_unit": "month",
    }
    assert [one["period"] for one in retrieve(api, "retrieveFunnelData")["data"][0]["values"]] == [-2, -1]


def test_placements_are_those_of_the_web_api(api: AnalyticsApi, sandbox: Sandbox) -> None:
    """A row for each variation; there are no onboardings."""
    placements = retrieve(api, "retrievePlacementInfo")["data"]
    assert {(one["developer_id"], one["paywall_name"]) for one in placements} == {
        (variation["placement_id"], paywall["title"])
        for paywall in sandbox.paywalls()
        for variation in paywall["variations"]
    }
    tested = [one["developer_id"] for one in placements if one["ab_test_name"]]
    assert tested == ["onboarding_ab"] * 2
    assert retrieve(api, "retrievePlacementInfo", filters={"placement_type": "onboarding"}) == {"data": []}
    assert api.rejected({"filters": {"placement_type": "flow"}}, operation="retrievePlacementInfo") == [
        "filters.placement_type"
    ]
    rows = read_csv(api.call("retrievePlacementInfo", BODIES["retrievePlacementInfo"], {"accept": "text/csv"}))
    assert rows == [{name: value or "" for name, value in one.items()} for one in placements]
