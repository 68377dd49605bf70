"""Transactions: the purchases of a profile, and when they end."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty.sandbox import Sandbox
from tests.cases import case
from tests.sandbox.conftest import HTTP_PROPERTY
from tests.sandbox.server_side.conftest import (
    FREE,
    ONE_TIME,
    Clock,
    ServerSideApi,
    declined,
    same_moment,
    transaction,
)

OFFER = {"category": "introductory", "type": "free_trial"}


def subscription(api: ServerSideApi, **changes: Any) -> dict[str, Any]:
    """Store a subscription's transaction, and return the profile's only subscription."""
    (shown,) = api.data("setTransaction", transaction(**changes))["subscriptions"]
    return dict(shown)


def test_subscription_is_shown_as_it_was_sent(api: ServerSideApi, clock: Clock) -> None:
    """The profile also has its access level, until the subscription expires."""
    api.create()
    free_trial = {"offer": {**OFFER, "id": "spring"}, "price": FREE}
    shown = subscription(api, **free_trial, store_product_id="premium:yearly", environment="Sandbox")
    moments = {"purchased_at": "2026-06-10T14:20:00+00:00", "originally_purchased_at": "2026-06-03T14:20:00+00:00"}
    assert shown == {
        "store": "app_store",
        "store_product_id": "premium",
        "store_base_plan_id": "yearly",
        "store_transaction_id": "2000000456789012",
        "store_original_transaction_id": "2000000123456789",
        "offer": {**OFFER, "id": "spring"},
        "environment": "Sandbox",
        "expires_at": "2026-07-10T14:20:00+00:00",
        "renewal_cancelled_at": None,
        "billing_issue_detected_at": None,
        "is_in_grace_period": False,
        "cancellation_reason": None,
        **moments,
    }
    level = api.level() or {}
    assert (level["access_level_id"], level["starts_at"]) == ("premium", None)
    assert level["expires_at"] == "2026-07-10T14:20:00.000000+0000"
    common = shown.keys() - {"environment"}
    for name in common:
        same = same_moment if name.endswith("_at") else lambda one, other: one == other
        assert same(level[name], shown[name]), name


def test_one_time_purchase_unlocks_its_level_without_end(api: ServerSideApi) -> None:
    """It has a constant ID, and `Production` is the default environment."""
    api.create()
    (shown,) = api.data("setTransaction", {**ONE_TIME, "store_product_id": "lifetime:promo"})["non_subscriptions"]
    assert UUID(shown.pop("purchase_id"))
    assert shown == {
        "store": "web_shop",
        "store_product_id": "lifetime",
        "store_base_plan_id": "promo",
        "store_transaction_id": "order_1001",
        "store_original_transaction_id": "order_1001",
        "purchased_at": "2026-06-10T14:20:00Z",
        "environment": "Production",
        "is_refund": False,
        "is_consumable": False,
    }
    level = api.level() or {}
    assert (level["expires_at"], level["store"]) == (None, "web_shop")
    assert same_moment(level["originally_purchased_at"], ONE_TIME["purchased_at"])


def test_same_transaction_again_changes_it(api: ServerSideApi, sandbox: Sandbox) -> None:
    """The two IDs identify it; a repetition changes nothing."""
    api.create()
    for _ in range(2):
        subscription(api)
    changed = subscription(api, expires_at="2026-08-10T14:20:00Z", store_product_id="other")
    assert same_moment(changed["expires_at"], "2026-08-10T14:20:00Z")
    assert changed["store_product_id"] == "other"
    stored = sandbox.server_side_profile(customer_user_id="user_12345") or {}
    assert stored["transactions"] == [transaction(expires_at="2026-08-10T14:20:00Z", store_product_id="other")]


def test_new_transaction_is_a_renewal(api: ServerSideApi, sandbox: Sandbox) -> None:
    """The subscription shows the newest transaction, in any order of receipt."""
    api.create()
    subscription(api)
    renewal = {
        "store_transaction_id": "renewal",
        "purchased_at": "2026-07-10T14:20:00Z",
        "expires_at": "2026-08-10T14:20:00Z",
    }
    assert subscription(api, **renewal)["store_transaction_id"] == "renewal"
    older = {"store_transaction_id": "older", "purchased_at": "2026-06-05T00:00:00Z"}
    shown = subscription(api, **older)
    assert shown["store_transaction_id"] == "renewal"
    assert same_moment(shown["expires_at"], "2026-08-10T14:20:00Z")
    assert same_moment((api.level() or {})["expires_at"], "2026-08-10T14:20:00Z")
    stored = sandbox.server_side_profile(customer_user_id="user_12345") or {}
    assert [sent["store_transaction_id"] for sent in stored["transactions"]] == [
        "2000000456789012",
        "renewal",
        "older",
    ]


def test_last_of_simultaneous_transactions_counts(api: ServerSideApi) -> None:
    """Times are compared as instants."""
    api.create()
    subscription(api)
    again = {"store_transaction_id": "again", "purchased_at": "2026-06-10T16:20:00+02:00"}
    assert subscription(api, **again)["store_transaction_id"] == "again"


def test_chains_are_separate(api: ServerSideApi) -> None:
    """Each original transaction is a subscription or a one-time purchase."""
    api.create()
    for number in range(3):
        api.data("setTransaction", transaction(store_original_transaction_id=f"chain {number}"))
        ids = dict.fromkeys(("store_transaction_id", "store_original_transaction_id"), f"order {number}")
        profile = api.data("setTransaction", {**ONE_TIME, **ids})
    assert [one["store_original_transaction_id"] for one in profile["subscriptions"]] == [
        "chain 0",
        "chain 1",
        "chain 2",
    ]
    assert [one["store_transaction_id"] for one in profile["non_subscriptions"]] == ["order 0", "order 1", "order 2"]
    assert len({one["purchase_id"] for one in profile["non_subscriptions"]}) == 3


def test_transactions_belong_to_one_profile(api: ServerSideApi) -> None:
    """Equal IDs in another profile are another transaction."""
    for user in ("one", "other"):
        api.data("createProfile", {}, user=user)
    api.data("setTransaction", transaction(), user="one")
    assert api.profile(user="other")["subscriptions"] == []
    api.data("setTransaction", transaction(store="stripe"), user="other")
    assert [api.profile(user=user)["subscriptions"][0]["store"] for user in ("one", "other")] == ["app_store", "stripe"]


def test_cancelled_renewal_has_a_date(api: ServerSideApi) -> None:
    """The date is when renewal was turned off, or that of the purchase."""
    cases: list[tuple[dict[str, Any], str | None]] = [
        ({"renew_status": True}, None),
        ({"renew_status": True, "renew_status_changed_at": "2026-06-15T00:00:00Z"}, None),
        ({"renew_status": False, "renew_status_changed_at": "2026-06-15T00:00:00Z"}, "2026-06-15T00:00:00Z"),
        ({"renew_status": False, "renew_status_changed_at": None}, "2026-06-10T14:20:00Z"),
        ({"renew_status": False}, "2026-06-10T14:20:00Z"),
    ]
    for changes, cancelled_at in cases:
        with case(changes, cancelled_at):
            api.reset()
            api.create()
            assert same_moment(subscription(api, **changes)["renewal_cancelled_at"], cancelled_at)


GRACE = {
    "billing_issue_detected_at": "2026-07-10T14:00:00Z",
    "grace_period_expires_at": "2026-07-20T14:20:00Z",
}


@pytest.mark.parametrize(
    ("at", "is_in_grace_period", "expires_at"),
    [
        ("2026-07-10T14:19:59.999999Z", False, "2026-07-10T14:20:00Z"),
        ("2026-07-10T14:20:00Z", True, "2026-07-20T14:20:00Z"),
        ("2026-07-20T14:19:59.999999Z", True, "2026-07-20T14:20:00Z"),
        ("2026-07-20T14:20:00Z", False, "2026-07-20T14:20:00Z"),
    ],
)
def test_grace_period_lasts_from_the_expiry_to_its_end(
    api: ServerSideApi, clock: Clock, at: str, expires_at: str, *, is_in_grace_period: bool
) -> None:
    """In and after the grace period, its end is the expiration of subscription and level."""
    api.create()
    clock.set(at)
    for shown in (subscription(api, **GRACE), api.level() or {}):
        assert shown["is_in_grace_period"] is is_in_grace_period
        assert same_moment(shown["expires_at"], expires_at)
        assert same_moment(shown["billing_issue_detected_at"], GRACE["billing_issue_detected_at"])


@pytest.mark.parametrize("end", [None, "2026-07-10T14:20:00Z"])
def test_without_a_grace_period_a_subscription_ends_when_it_expires(
    api: ServerSideApi, clock: Clock, end: str | None
) -> None:
    """A grace period that ends with the subscription has no effect."""
    api.create()
    clock.set("2026-07-15T00:00:00Z")
    shown = subscription(api, **{**GRACE, "grace_period_expires_at": end})
    assert shown["is_in_grace_period"] is False
    assert same_moment(shown["expires_at"], "2026-07-10T14:20:00Z")


REFUNDED = "2026-06-15T00:00:00Z"
REFUND = {"refunded_at": REFUNDED, "cancellation_reason": "refund"}


def test_refunded_subscription_has_ended(api: ServerSideApi, clock: Clock) -> None:
    """Subscription and level end at the refund; the reason is that of the refund."""
    api.create()
    for shown in (subscription(api, **REFUND, **GRACE), api.level() or {}):
        assert same_moment(shown["expires_at"], REFUNDED)
        assert (shown["cancellation_reason"], shown["is_in_grace_period"]) == ("refund", False)


def test_refund_after_the_end_does_not_change_it(api: ServerSideApi) -> None:
    """A refund after the expiration does not extend access."""
    api.create()
    shown = subscription(api, **{**REFUND, "refunded_at": "2026-09-01T00:00:00Z"})
    assert same_moment(shown["expires_at"], "2026-07-10T14:20:00Z")
    assert shown["cancellation_reason"] == "refund"


def test_refund_ends_a_grace_period(api: ServerSideApi, clock: Clock) -> None:
    """Access ends, too."""
    api.create()
    clock.set("2026-07-16T00:00:00Z")
    shown = subscription(api, **GRACE, **{**REFUND, "refunded_at": "2026-07-15T00:00:00Z"})
    assert (shown["is_in_grace_period"], same_moment(shown["expires_at"], "2026-07-15T00:00:00Z")) == (False, True)


def test_refunded_one_time_purchase_ends_access(api: ServerSideApi) -> None:
    """It is listed as a refund; its level has ended."""
    api.create()
    api.data("setTransaction", ONE_TIME)
    (shown,) = api.data("setTransaction", {**ONE_TIME, **REFUND})["non_subscriptions"]
    assert shown["is_refund"] is True
    level = api.level() or {}
    assert (same_moment(level["expires_at"], REFUNDED), level["cancellation_reason"]) == (True, "refund")


def test_one_time_purchase_ignores_subscription_fields(api: ServerSideApi) -> None:
    """Unknown fields are accepted with any value."""
    api.create()
    foreign = {"expires_at": 5, "renew_status": False, "grace_period_expires_at": [], "originally_purchased_at": {}}
    assert len(api.data("setTransaction", {**ONE_TIME, **foreign})["non_subscriptions"]) == 1
    level = api.level() or {}
    assert (level["expires_at"], level["renewal_cancelled_at"]) == (None, None)


def test_transaction_can_change_its_kind(api: ServerSideApi) -> None:
    """It is then listed as the other kind only."""
    api.create()
    api.data(
        "setTransaction", transaction(store_transaction_id="order_1001", store_original_transaction_id="order_1001")
    )
    profile = api.data("setTransaction", ONE_TIME)
    assert (len(profile["subscriptions"]), len(profile["non_subscriptions"])) == (0, 1)


def test_extreme_dates_are_accepted(api: ServerSideApi) -> None:
    """Times that UTC cannot represent become the first or the last one."""
    cases: list[str] = [
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59.999999-23:59",
        "2016-12-31T23:59:60Z",
        "1969-12-31T23:59:59.5Z",
        "0999-01-01T00:00:00z",
    ]
    for moment in cases:
        with case(moment):
            api.reset()
            api.create()
            is_last = moment.startswith("9")
            fields = ("expires_at",) if is_last else ("purchased_at", "originally_purchased_at")
            assert subscription(api, **dict.fromkeys(fields, moment))
            assert api.data("setTransaction", {**ONE_TIME, "purchased_at": moment})


def test_offset_and_a_fraction_are_the_same_moment(api: ServerSideApi) -> None:
    """All formats of a response have the fraction."""
    api.create()
    moment = "2026-06-10T19:50:00.123456+05:30"
    shown = subscription(api, purchased_at=moment)
    profile = api.data("setTransaction", {**ONE_TIME, "purchased_at": moment})
    level = api.level() or {}
    assert shown["purchased_at"] == "2026-06-10T14:20:00.123456+00:00"
    assert profile["non_subscriptions"][0]["purchased_at"] == "2026-06-10T14:20:00.123456Z"
    assert level["purchased_at"] == "2026-06-10T14:20:00.123456+0000"


def price(value: float, currency: str = "USD") -> dict[str, Any]:
    """Return a price."""
    return {"country": "US", "currency": currency, "value": value}


def test_revenue_adds_up_what_was_paid_in_usd(api: ServerSideApi) -> None:
    """Refunds are subtracted; other currencies are ignored."""
    api.create()
    api.data("setTransaction", transaction(price=price(0.1)))
    api.data("setTransaction", transaction(price=price(0.2), store_transaction_id="renewal"))
    api.data("setTransaction", {**ONE_TIME, "price": price(5, "EUR")})
    assert api.profile()["total_revenue_usd"] == 0.3
    api.data("setTransaction", transaction(price=price(0.2), store_transaction_id="renewal", **REFUND))
    assert api.profile()["total_revenue_usd"] == 0.1


def test_revenue_stays_a_number(api: ServerSideApi) -> None:
    """Large sums are numbers."""
    api.create()
    for number in range(3):
        api.data("setTransaction", transaction(price=price(1.7e308), store_transaction_id=str(number)))
    assert api.profile()["total_revenue_usd"] > 1.7e308


AMOUNTS = st.lists(st.tuples(st.integers(0, 10**6), st.booleans(), st.sampled_from(["USD", "EUR"])), max_size=8)


@HTTP_PROPERTY
@given(sales=AMOUNTS)
def test_revenue_is_the_sum_of_the_sales(shared_server_side: ServerSideApi, sales: list[tuple[int, bool, str]]) -> None:
    """The sum is exact to the cent."""
    shared_server_side.ask("deleteProfile")
    shared_server_side.create()
    for number, (cents, is_refund, currency) in enumerate(sales):
        sale = {
            **dict.fromkeys(("store_transaction_id", "store_original_transaction_id"), str(number)),
            "price": price(cents / 100, currency),
            **(REFUND if is_refund else {}),
        }
        shared_server_side.data("setTransaction", {**ONE_TIME, **sale})
    expected = sum(cents for cents, is_refund, currency in sales if currency == "USD" and not is_refund)
    assert shared_server_side.profile()["total_revenue_usd"] == expected / 100


def test_products_unlock_the_configured_levels() -> None:
    """The product with base plan has priority, then the product, then the default; consumables unlock none."""
    levels = {"gold": "gold", "gold:trial": "silver"}
    with (
        Sandbox(access_levels=levels, consumables={"coins", "gems:small"}) as sandbox,
        ServerSideApi.of(sandbox) as api,
    ):
        api.create()
        for product in ("gold", "gold:trial", "gold:yearly", "other", "coins", "coins:100", "gems:small"):
            ids = dict.fromkeys(("store_transaction_id", "store_original_transaction_id"), product)
            profile = api.data("setTransaction", {**ONE_TIME, **ids, "store_product_id": product})
        opened = [level["access_level_id"] for level in profile["access_levels"]]
        consumable = [one["store_product_id"] for one in profile["non_subscriptions"] if one["is_consumable"]]
        assert opened == ["gold", "silver", "premium"]
        assert consumable == ["coins", "coins", "gems"]
        answer = api.ask("revokeAccessLevel", {"access_level_id": "coins"})
        declined(answer, 400, "paid_access_level_does_not_exist")


def test_transaction_does_not_create_a_profile(api: ServerSideApi) -> None:
    """The response for an unknown user is 404."""
    declined(api.ask("setTransaction", transaction()), 404, "profile_does_not_exist")
    declined(
        api.ask("setTransaction", transaction(), profile_id="772204ce-ebf6-4ed9-82b0-d8688ab62b01"),
        404,
        "profile_does_not_exist",
    )
    assert api.ask("getProfile").status_code == 404


def test_time_alone_ends_a_subscription(api: ServerSideApi, clock: Clock) -> None:
    """The level is listed with its end in the past."""
    api.create()
    subscription(api)
    active = api.level()
    clock.set("2027-01-01T00:00:00Z")
    assert api.level() == active
