"""`analytics` from end to end: purchases in the sandbox, and the charts that the commands make of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cases import case
from tests.cli.conftest import run, table

if TYPE_CHECKING:
    from adapty import Adapty
    from adapty.sandbox import Sandbox

RANGE = ("--from", "2026-01-01", "--to", "2026-06-30")
PURCHASES = [
    ("user_1", "US", "2026-01-10T12:00:00Z", "2026-02-10T12:00:00Z", 9.99),
    ("user_2", "DE", "2026-01-31T23:30:00Z", "2026-02-28T23:30:00Z", 4.5),
    ("user_3", "US", "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z", 20.0),
]


@pytest.fixture
def _purchases(served: Sandbox, api: Adapty, monkeypatch: pytest.MonkeyPatch) -> None:
    """Record purchases, and point the commands at the sandbox."""
    monkeypatch.setenv("ADAPTY_ADMIN_BASE_URL", served.url)
    for user, country, purchased_at, expires_at, price in PURCHASES:
        api.profiles.create(customer_user_id=user)
        api.transactions.set(
            {
                "purchase_type": "subscription",
                "store": "app_store",
                "environment": "Production",
                "store_product_id": "premium_monthly",
                "store_transaction_id": user,
                "store_original_transaction_id": user,
                "price": {"country": country, "currency": "USD", "value": price},
                "purchased_at": purchased_at,
                "originally_purchased_at": purchased_at,
                "expires_at": expires_at,
                "renew_status": False,
            },
            customer_user_id=user,
        )


@pytest.mark.usefixtures("_purchases")
def test_revenue_is_the_sum_of_the_purchases() -> None:
    """By month and country, in the time zone of the request, over a range of two requests."""
    flags = ("--from", "2025-06-01", "--to", "2026-06-30", "--by", "country", "--metric", "revenue")
    for timezone, expected in [
        ("UTC", {("2026-01-01", "US"): 9.99, ("2026-01-01", "DE"): 4.5, ("2026-03-01", "US"): 20.0}),
        ("Europe/Berlin", {("2026-01-01", "US"): 9.99, ("2026-02-01", "DE"): 4.5, ("2026-03-01", "US"): 20.0}),
    ]:
        with case(timezone):
            ended = run("analytics", "chart", "revenue", *flags, "--timezone", timezone, "--json")
            assert ended.code == 0
            rows = json.loads(ended.out)
            assert {(row["date"], row["segment_id"].upper()): row["value"] for row in rows if row["value"]} == expected

    out = run("analytics", "chart", "revenue", *RANGE, "--metric", "revenue").out
    assert table(out)[:4] == [
        ["date", "segment", "revenue"],
        ["2026-01-01", "Total", "14.49"],
        ["2026-02-01", "Total", "0.00"],
        ["2026-03-01", "Total", "20.00"],
    ]


@pytest.mark.usefixtures("_purchases")
def test_sandbox_accepts_all_commands() -> None:
    """It validates each request against the contract."""
    for arguments in [
        ("chart", "subscriptions_new", *RANGE, "--plot"),
        ("cohorts", *RANGE, "--period-type", "days", "--renewal-days", "7", "--value-field", "arppu"),
        ("conversion", *RANGE, "--from-period", "install", "--to-period", "6+", "--store", "app_store"),
        ("funnel", *RANGE, "--show-value-as", "both"),
        ("ltv", *RANGE, "--by", "country", "--country", "us"),
        ("retention", *RANGE, "--use-trial"),
        ("placements", "--type", "paywall"),
        ("chart", "revenue", *RANGE, "--compare-from", "2025-01-01", "--compare-to", "2025-06-30"),
        ("chart", "revenue", *RANGE, "--raw-csv", "--output", "raw.csv"),
    ]:
        with case(arguments):
            assert run("analytics", *arguments).code == 0
