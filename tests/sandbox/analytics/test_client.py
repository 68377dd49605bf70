"""The client against the sandbox: what it records is in the reports that it retrieves."""

from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING, Any

from adapty import Adapty
from adapty.sandbox import Sandbox
from tests.sandbox.analytics.conftest import NOW, USER, subscribe

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox.server_side.conftest import Clock

TRIAL = {"category": "introductory", "type": "free_trial"}


def test_reports_equal_the_recorded_purchases(
    clock: Clock, tmp_path: Path, adapty_client: Adapty, adapty_sandbox: Sandbox
) -> None:
    """By day and country, in parts, as CSV, and compared; placements are those of the Web API."""
    clock.set(NOW)
    adapty_client.profiles.create(customer_user_id=USER)
    subscribe(adapty_client, "2026-05-31T22:30:00Z", "2026-06-07T22:30:00Z", 0, offer=TRIAL)
    subscribe(adapty_client, "2026-06-07T22:30:00Z", "2026-07-07T22:30:00Z", 9.99)
    subscribe(adapty_client, "2026-06-08T10:00:00Z", "2027-06-08T10:00:00Z", 120, number=2, country="DE")
    analytics = adapty_client.analytics
    june: Any = {"date_from": date(2026, 6, 1), "date_to": date(2026, 6, 30)}

    revenue = analytics.chart("revenue", **june, period_unit="day", segmentation="country", timezone="Europe/Berlin")
    assert [
        (row["date"], row["segment"], row["segment_id"], row["value"])
        for row in revenue.rows()
        if row["metric"] == "revenue" and row["value"]
    ] == [(date(2026, 6, 8), "DE", "de", 120.0), (date(2026, 6, 8), "US", "us", 9.99)]
    assert not revenue.skipped_points

    # Half past midnight on 1 June in Berlin.
    assert analytics.chart("trials_new", **june, timezone="Europe/Berlin").data["common"].value == 1
    assert analytics.chart("trials_new", **june).data["common"].value == 0
    compared = analytics.chart("trials_new", **june, compare_from="2026-05-01", compare_to="2026-05-31")
    assert compared.data["common"].compare_value_to == 1

    rows = analytics.chart_rows("mrr", date_from="2026-05-01", date_to="2026-06-30", periods_per_request=1)
    assert [(row["date"], row["value"]) for row in rows if row["metric"] == "revenue"] == [
        (date(2026, 5, 1), 0.0),
        (date(2026, 6, 1), 19.99),
    ]
    file = analytics.chart("subscriptions_new", **june, format="csv", output=tmp_path / "new.csv")
    with file.open(newline="") as text:
        assert [row["value"] for row in csv.DictReader(text)] == ["2"]
    known = {one["placement_id"] for paywall in adapty_sandbox.paywalls() for one in paywall["variations"]}
    assert {row["developer_id"] for row in analytics.placements("paywall").rows()} == known


def test_client_keeps_to_the_strict_rate_limit() -> None:
    """Three requests take a second, and none is refused."""
    with (
        Sandbox(strict_rate_limits=True) as sandbox,
        Adapty(sandbox.secret_key, base_url=sandbox.url, admin_base_url=sandbox.url) as client,
    ):
        for _ in range(3):
            client.analytics.placements("paywall")
        assert [request.status for request in sandbox.requests()] == [200, 200, 200]
