"""Values of all purchases that the sandbox can store: periods and segments add up to totals."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapty.sandbox._analytics import metrics
from adapty.sandbox._analytics.charts import CHARTS
from adapty.sandbox._analytics.dataset import Dataset, load_dataset
from adapty.sandbox._analytics.dimensions import FILTERS
from adapty.sandbox._analytics.periods import DateRange
from adapty.sandbox._analytics.query import Query
from adapty.sandbox._server_side import profiles, purchases
from adapty.sandbox._server_side.model import User
from adapty.sandbox._server_side.settings import AppSettings
from adapty.sandbox._server_side.store import ServerSideStore
from adapty.sandbox._storage import Database
from tests.sandbox.conftest import PROPERTY

RANGE = DateRange(date(2026, 1, 15), date(2026, 4, 2))
ZONE = ZoneInfo("America/Sao_Paulo")
NOW = 1_772_000_000_000_000  # 25 February 2026

COMPUTED = [name for name, chart in CHARTS.items() if not chart.definition.startswith("Always 0")]

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 4, 10)).map(lambda at: f"{at.isoformat()}Z")  # noqa: DTZ001
PRICES = st.decimals(0, 1000, places=2).map(float)


@st.composite
def transactions(draw: st.DrawFn) -> dict[str, Any]:
    """Return the body of a transaction, with few ids, so that subscriptions renew."""
    purchased_at = draw(MOMENTS)
    start = datetime.fromisoformat(purchased_at)
    body = {
        "purchase_type": draw(st.sampled_from(["subscription", "subscription", "one_time_purchase"])),
        "store": draw(st.sampled_from(["app_store", "stripe"])),
        "store_product_id": draw(st.sampled_from(["gold", "premium"])),
        "store_transaction_id": draw(st.sampled_from("abcdef")),
        "store_original_transaction_id": draw(st.sampled_from("xy")),
        "price": {
            "country": draw(st.sampled_from(["US", "DE"])),
            "currency": draw(st.sampled_from(["USD", "USD", "EUR"])),
            "value": draw(PRICES),
        },
        "purchased_at": purchased_at,
        "offer": draw(st.sampled_from([None, {"category": "introductory", "type": "free_trial"}])),
        "refunded_at": draw(st.none() | MOMENTS),
    }
    if body["purchase_type"] == "subscription":
        days = draw(st.sampled_from([0, 7, 30, 45, 365]))
        body["expires_at"] = (start + timedelta(days=days)).isoformat()
        body["billing_issue_detected_at"] = draw(st.none() | MOMENTS)
        body["grace_period_expires_at"] = draw(st.none() | MOMENTS)
    return body


def stored(bodies: list[dict[str, Any]]) -> Dataset:
    """Return what charts count after the bodies were stored for two users."""
    database = Database()
    store = ServerSideStore(database, AppSettings())
    with store.write() as context:
        for index, body in enumerate(bodies):
            profile = profiles.get_or_create(context, User(customer_user_id=str(index % 2)))
            purchases.save(context, profile, json.loads(json.dumps(body)))
        data = load_dataset(context)
    database.close()
    return data


def query(chart: str, **changes: Any) -> Query:
    """Return a query of a chart in days."""
    found = Query(
        chart=CHARTS[chart],
        dates=RANGE,
        compared=None,
        unit="day",
        zone=ZONE,
        is_by_install=False,
        filters={},
        segmentation=None,
        now=NOW,
    )
    return evolve(found, **changes)


def values(asked: Query, data: Dataset) -> dict[str, list[Fraction]]:
    """Return the values of each segment of the first metric."""
    metric = next(iter(metrics.build_metrics(asked, data).values()))
    return {one["title"]: [point["y"] for point in one["values"]] for one in metric["data"]}


@pytest.fixture(autouse=True)
def _exact_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Return fractions instead of the nearest doubles, whose sums are not exact."""
    monkeypatch.setattr(metrics, "to_number", lambda amount, **_: amount)


@settings(PROPERTY, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(transactions(), max_size=12), st.sampled_from(COMPUTED), st.sampled_from(FILTERS))
def test_values_add_up(bodies: list[dict[str, Any]], chart: str, field: str) -> None:
    """Days and months have the same sum or the same last value; segments add up in each period."""
    data = stored(bodies)
    daily, monthly = (values(query(chart, unit=unit), data)["Total"] for unit in ("day", "month"))
    if CHARTS[chart].is_active:
        assert daily[-1] == monthly[-1]
    else:
        assert sum(daily) == sum(monthly) == total(chart, data)
    if field in CHARTS[chart].filters:
        segments = values(query(chart, segmentation=field), data)
        assert [sum(day) for day in zip([0] * len(daily), *segments.values(), strict=True)] == daily


def total(chart: str, data: Dataset) -> Fraction:
    """Return the value of a chart without periods."""
    start, end = (int(datetime(2026, *day, tzinfo=ZONE).timestamp()) * 1_000_000 for day in ((1, 15), (4, 3)))
    return sum((one.amount for one in CHARTS[chart].list_entries(data) if start <= one.at < end), Fraction())


@PROPERTY
@given(st.lists(transactions(), max_size=12))
def test_active_subscriptions_are_those_of_the_definition(bodies: list[dict[str, Any]]) -> None:
    """At the end of each day: the latest transaction of a subscription is paid, not refunded and not expired."""
    found = values(query("subscriptions_active"), stored(bodies))["Total"]
    # A transaction that is sent again replaces the stored one.
    by_id = {
        (index % 2, body["store_original_transaction_id"], body["store_transaction_id"]): body
        for index, body in enumerate(bodies)
    }
    chains: dict[tuple[int, str], list[dict[str, Any]]] = {}
    for (user, original, _), body in by_id.items():
        if body["purchase_type"] == "subscription":
            chains.setdefault((user, original), []).append(body)
    for index, count in enumerate(found):
        midnight = datetime(2026, 1, 15, tzinfo=ZONE) + timedelta(days=index + 1)
        at = min(midnight - timedelta(microseconds=1), datetime.fromtimestamp(NOW / 1_000_000, ZONE))
        assert count == sum(is_active(chain, at) for chain in chains.values())


def is_active(chain: list[dict[str, Any]], at: datetime) -> bool:
    """Return whether a subscription is active at a time."""
    started = [body for body in chain if datetime.fromisoformat(body["purchased_at"]) <= at]
    if not started:
        return False
    latest = started[-1]
    for body in started[::-1]:
        if datetime.fromisoformat(body["purchased_at"]) > datetime.fromisoformat(latest["purchased_at"]):
            latest = body
    ends = [body for name in ("expires_at", "grace_period_expires_at") if (body := latest[name]) is not None]
    is_paid = latest["offer"] is None and latest["refunded_at"] is None
    return is_paid and max(map(datetime.fromisoformat, ends)) > at
