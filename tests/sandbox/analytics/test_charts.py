"""Charts: each one, and all of them recomputed on paper from transactions that the client sent."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adapty.sandbox import Sandbox
from adapty.sandbox._analytics.charts import CHARTS
from adapty.sandbox._analytics.routes import ACTIONS
from tests.cases import case
from tests.sandbox.analytics.conftest import CONTRACT, NOW, OPERATIONS, USER, AnalyticsApi
from tests.sandbox.server_side.conftest import ONE_TIME

if TYPE_CHECKING:
    from tests.sandbox.server_side.conftest import Clock

JUNE = ("2026-06-01", "2026-06-30")
TRIAL = {"category": "introductory", "type": "free_trial"}
MONEY = {"revenue", "mrr", "arr", "arpu", "arppu"}


def test_report_equals_the_one_on_paper(api: AnalyticsApi, clock: Clock) -> None:
    """Every computed chart of June 2026, from the transactions of three users, on 20 June."""
    for user, created_at in {"ann": "2026-06-01T09:00:00Z", "ben": "2026-06-02T00:30:00Z"}.items():
        clock.set(created_at)
        api.client.profiles.create(customer_user_id=user)
    clock.set(NOW)
    # Ann: a week for free, then two months of 9.99, the second one not in June.
    api.subscribe("2026-06-01T10:00:00Z", "2026-06-08T10:00:00Z", 0, user="ann", offer=TRIAL)
    api.subscribe("2026-06-08T10:00:00Z", "2026-07-08T10:00:00Z", 9.99, user="ann")
    api.subscribe("2026-07-08T10:00:00Z", "2026-08-08T10:00:00Z", 9.99, user="ann")
    # Ben: a year of 120.00, a week of 2.60 with a billing issue, and one in euros.
    api.subscribe("2026-06-02T00:30:00Z", "2027-06-02T00:30:00Z", 120, user="ben", number=2)
    failed = {"billing_issue_detected_at": "2026-06-19T01:00:00Z"}
    api.subscribe("2026-06-14T20:00:00Z", "2026-06-21T20:00:00Z", 2.6, user="ben", number=3, **failed)
    api.subscribe("2026-06-15T20:00:00Z", "2026-07-15T20:00:00Z", 8, user="ben", number=4, currency="EUR")
    # The first user: two purchases of 4.99, one of them refunded.
    api.buy("2026-06-10T14:20:00Z", 4.99)
    api.buy("2026-06-11T23:59:59.999999Z", 4.99, refunded_at="2026-06-13T00:00:00Z", cancellation_reason="refund")

    assert api.days("installs") == {"2026-06-01": 1, "2026-06-02": 1, "2026-06-20": 1}
    assert api.days("trials_new") == {"2026-06-01": 1}
    assert api.days("subscriptions_new") == {"2026-06-02": 1, "2026-06-08": 1, "2026-06-14": 1, "2026-06-15": 1}
    assert api.days("non_subscriptions") == {"2026-06-10": 1, "2026-06-11": 1}
    assert api.days("billing_issue") == {"2026-06-19": 1}
    assert api.days("refund_events") == {"2026-06-13": 1}
    assert api.days("refund_money") == {"2026-06-13": 4.99}
    assert api.days("revenue") == {
        "2026-06-02": 120.0,
        "2026-06-08": 9.99,
        "2026-06-10": 4.99,
        "2026-06-11": 4.99,
        "2026-06-13": -4.99,
        "2026-06-14": 2.6,
    }
    # 120.00 + 9.99 + 4.99 + 4.99 - 4.99 + 2.60, and 85 % of it.
    revenue = api.metrics("revenue", *JUNE, period_unit="month")
    assert {name: metric["value"] for name, metric in revenue.items()} == {
        "revenue": 137.58,
        "proceeds": 116.943,
        "net_revenue": 116.943,
    }
    # On 20 June: Ann's month, and Ben's year, week and month.
    assert api.value("subscriptions_active", *JUNE, period_unit="month") == 4
    # 9.99 + 120 / 12 + 2.60 * 52 / 12; the price in euros counts as 0.
    assert api.value("mrr", *JUNE, period_unit="month") == pytest.approx(9.99 + 10 + 2.6 * 52 / 12, abs=1e-12)
    assert api.value("arr", *JUNE, period_unit="month") == pytest.approx(12 * (9.99 + 10 + 2.6 * 52 / 12), abs=1e-12)
    mrr = {"2026-06-07": 10.0, "2026-06-08": 19.99, "2026-06-13": 19.99, "2026-06-14": 19.99 + 2.6 * 52 / 12}
    days = api.days("mrr")
    for day, value in mrr.items():
        with case(day):
            assert days[day] == pytest.approx(value, abs=1e-12)
    assert "2026-06-01" not in days


def test_revenue_is_exact(api: AnalyticsApi) -> None:
    """A sum of floats would be 0.9999999999999999."""
    for minute in range(10):
        api.buy(f"2026-06-10T14:{minute:02}:00Z", 0.1)
    assert api.value("revenue") == 1.0


def test_revenue_beyond_a_double_is_the_largest_one(api: AnalyticsApi) -> None:
    """JSON has no infinity."""
    for number in range(2):
        ids = dict.fromkeys(("store_transaction_id", "store_original_transaction_id"), str(number))
        body = {**ONE_TIME, **ids, "price": {**ONE_TIME["price"], "value": 1.7e308}}
        path = "/api/v2/server-side-api/purchase/set/transaction/"
        assert api.http.post(path, json=body, headers={"adapty-customer-user-id": USER}).status_code == 200
    assert api.value("revenue") == sys.float_info.max


def test_refund_ends_the_subscription_in_all_periods(api: AnalyticsApi) -> None:
    """Adapty removes a refunded subscription from MRR for its whole time."""
    refunded: dict[str, Any] = {"refunded_at": "2026-06-18T00:00:00Z", "cancellation_reason": "refund"}
    api.subscribe("2026-06-02T00:00:00Z", "2026-07-02T00:00:00Z", **refunded)
    for chart in ("mrr", "arr", "subscriptions_active"):
        assert api.days(chart) == {}, chart
    assert api.value("subscriptions_new") == 1
    assert api.days("revenue") == {"2026-06-02": 9.99, "2026-06-18": -9.99}


def test_refunded_trial_is_no_refund_event(api: AnalyticsApi) -> None:
    """A trial costs nothing, so nothing is refunded."""
    refunded: dict[str, Any] = {"refunded_at": "2026-06-03T00:00:00Z", "cancellation_reason": "refund"}
    api.subscribe("2026-06-02T00:00:00Z", "2026-06-09T00:00:00Z", 0, offer=TRIAL, **refunded)
    assert api.days("trials_new") == {"2026-06-02": 1}
    assert api.days("refund_events") == {}


def test_subscription_is_active_until_it_expires_or_renews(api: AnalyticsApi) -> None:
    """At the end of each day; a transaction counts until the next one of its subscription."""
    api.subscribe("2026-06-01T23:59:59.999999Z", "2026-06-09T00:00:00Z")
    api.subscribe("2026-06-05T00:00:00Z", "2026-06-12T00:00:00Z")
    active = api.days("subscriptions_active")
    assert active == {f"2026-06-{day:02}": 1 for day in range(1, 12)}


def test_grace_period_is_active_and_delays_the_billing_issue(api: AnalyticsApi) -> None:
    """A payment before its end means that there was no billing issue."""
    failed: dict[str, Any] = {
        "billing_issue_detected_at": "2026-06-08T01:00:00Z",
        "grace_period_expires_at": "2026-06-14T00:00:00Z",
    }
    api.subscribe("2026-06-01T00:00:00Z", "2026-06-08T00:00:00Z", **failed)
    assert api.days("billing_issue") == {"2026-06-14": 1}
    assert max(api.days("subscriptions_active")) == "2026-06-13"
    api.subscribe("2026-06-13T23:00:00Z", "2026-06-20T23:00:00Z")
    assert api.days("billing_issue") == {}


def test_period_that_has_not_ended_shows_what_is_active_now(api: AnalyticsApi) -> None:
    """A month's subscription of today would have expired at the end of the year."""
    api.subscribe("2026-06-20T00:00:00Z", "2026-07-20T00:00:00Z")
    metric = api.metric("subscriptions_active", "2026-06-19", "2026-06-22")
    assert [point["y"] for point in metric["data"][0]["values"]] == [0, 1, 1, 1]
    assert api.value("subscriptions_active", "2026-01-01", "2026-12-31", period_unit="year") == 1


def test_price_per_month_depends_on_the_duration(api: AnalyticsApi) -> None:
    """All documented durations, and one that is not documented."""
    cases = {
        "2026-06-26T00:00:00Z": ("Weekly", 52.0),
        "2026-07-19T00:00:00Z": ("Monthly", 12.0),
        "2026-08-19T00:00:00Z": ("2 months", 6.0),
        "2026-09-19T00:00:00Z": ("3 months", 4.0),
        "2026-12-19T00:00:00Z": ("6 months", 2.0),
        "2027-06-19T00:00:00Z": ("Annual", 1.0),
        "2026-06-29T00:00:00Z": ("Uncategorized", 36.5),
    }
    for number, expires_at in enumerate(cases):
        api.subscribe("2026-06-19T00:00:00Z", expires_at, 12, number=number)
    assert api.segments("mrr", "duration") == dict(cases.values())


def test_segments_of_one_time_purchases_have_a_duration() -> None:
    """A consumable has no duration, anything else is for life."""
    with Sandbox(consumables=["coins"]) as sandbox, AnalyticsApi.connect(sandbox) as api:
        api.client.profiles.create(customer_user_id=USER)
        api.buy("2026-06-10T14:20:00Z", 1, product="coins")
        api.buy("2026-06-10T14:21:00Z", 1, product="premium_for_life")
        assert api.segments("non_subscriptions", "duration") == {"Lifetime": 1, "Uncategorized": 1}


def test_test_and_family_purchases_do_not_count(api: AnalyticsApi) -> None:
    """Only real purchases of the user do."""
    api.subscribe("2026-06-02T00:00:00Z", "2026-07-02T00:00:00Z", environment="Sandbox")
    api.subscribe("2026-06-02T00:00:00Z", "2026-07-02T00:00:00Z", 0, number=2, is_family_shared=True)
    api.buy("2026-06-02T00:00:00Z", 1, environment="Sandbox")
    for chart in set(CHARTS) - {"installs"}:
        assert api.value(chart) == 0, chart


def test_change_of_a_transaction_changes_the_charts(api: AnalyticsApi) -> None:
    """A transaction that is sent again replaces the stored one."""
    for price in (1, 2):
        api.buy("2026-06-10T14:20:00Z", price, number="order")
    assert api.value("revenue") == 2.0
    api.client.profiles.delete(customer_user_id=USER)
    assert api.value("revenue") == 0.0
    assert api.value("installs") == 0


def test_metrics_have_the_observed_shape(api: AnalyticsApi) -> None:
    """Charts of money have three metrics, the others have one; without segments there is a total."""
    for chart_id, chart in CHARTS.items():
        with case(chart_id):
            metrics = api.metrics(chart_id)
            assert set(metrics) == ({"revenue", "proceeds", "net_revenue"} if chart_id in MONEY else {"common"})
            for metric in metrics.values():
                assert (metric["title"], metric["description"]) == (chart.title, f"<div>{chart.definition}</div>")
                assert [(one["title"], one["type"]) for one in metric["data"]] == [("Total", "total")]
                assert len(metric["data"][0]["values"]) == 30
                assert metric["type"] == "single"


def test_charts_that_are_not_computed_are_zero(api: AnalyticsApi) -> None:
    """They have the same shape."""
    api.subscribe("2026-06-02T00:00:00Z", "2026-06-03T00:00:00Z")
    zero = {name for name, chart in CHARTS.items() if chart.definition.startswith("Always 0")}
    assert zero == {name for name in CHARTS if api.value(name) == 0} - {
        *("mrr", "arr", "subscriptions_active", "trials_new", "billing_issue", "non_subscriptions"),
        *("refund_events", "refund_money"),
    }


def test_all_charts_of_the_contract_are_defined() -> None:
    """And no others."""
    chart_id = CONTRACT["components"]["schemas"]["AnalyticsDataRequest"]["properties"]["chart_id"]
    assert sorted(CHARTS) == sorted(chart_id["enum"])


def test_readme_has_the_definitions() -> None:
    """Of all charts that are computed."""
    readme = (Path(__file__).parents[3] / "README.md").read_text("utf-8")
    for name, chart in CHARTS.items():
        is_listed = f"| `{name}` | {chart.definition} |" in readme
        assert is_listed != chart.definition.startswith("Always 0"), name


def test_all_operations_of_the_contract_are_served() -> None:
    """And no others."""
    assert sorted(ACTIONS) == sorted(OPERATIONS)
