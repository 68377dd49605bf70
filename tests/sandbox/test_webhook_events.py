"""Webhooks: which events follow from what, and what they say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapty.webhooks import WebhookEvent, to_mail_event
from tests.cases import case
from tests.sandbox.webhook_receiver import Posting, posting, purchase, subscription

if TYPE_CHECKING:
    from collections.abc import Iterator

PAST, FUTURE = "2026-07-10T14:20:00Z", "2999-06-10T14:20:00Z"
FREE = {"country": "US", "currency": "USD", "value": 0}
TRIAL = {"offer": {"category": "introductory", "type": "free_trial"}, "price": FREE}
OFF = {"renew_status": False, "renew_status_changed_at": "2026-06-11T00:00:00Z"}
FAILED = {"billing_issue_detected_at": "2026-06-12T00:00:00Z"}
GRACE = {"grace_period_expires_at": "2999-06-20T14:20:00Z"}
REFUNDED = {"refunded_at": "2026-06-13T00:00:00Z", "cancellation_reason": "refund"}
UPGRADED = {"cancellation_reason": "upgraded", "renew_status": False, "renew_status_changed_at": "2026-06-14T00:00:00Z"}
NEXT = {"store_transaction_id": "second", "purchased_at": "2026-06-17T14:20:00Z"}
ACCESS = "access_level_updated"


@pytest.fixture(scope="module")
def shared() -> Iterator[Posting]:
    """Give one sandbox that posts to all tests."""
    with posting(access_levels={"gold": "gold", "last": "last"}) as one:
        yield one


@pytest.fixture
def jane(shared: Posting) -> Posting:
    """Give it with a profile in it, and nothing else."""
    shared.posted()
    shared.sandbox.reset()
    shared.call("profile", {"email": "jane@example.com"})
    return shared


@pytest.mark.parametrize(
    ("bodies", "types"),
    [
        ([subscription()], ["subscription_started"]),
        ([subscription(**TRIAL)], ["trial_started"]),
        ([subscription(), subscription(**NEXT)], ["subscription_renewed"]),
        ([subscription(**TRIAL), subscription(**NEXT)], ["trial_converted"]),
        ([subscription(**NEXT), subscription()], ["subscription_started"]),
        ([subscription(), subscription(**OFF)], ["subscription_renewal_cancelled"]),
        ([subscription(**TRIAL), subscription(**TRIAL, **OFF)], ["trial_renewal_cancelled"]),
        ([subscription(**OFF), subscription()], ["subscription_renewal_reactivated"]),
        ([subscription(**TRIAL, **OFF), subscription(**TRIAL)], ["trial_renewal_reactivated"]),
        ([subscription(), subscription(**FAILED)], ["billing_issue_detected"]),
        ([subscription(), subscription(**FAILED, **GRACE)], ["billing_issue_detected", "entered_grace_period"]),
        ([subscription(), subscription(**REFUNDED)], ["subscription_refunded"]),
        ([subscription(), subscription(**UPGRADED)], ["subscription_refunded"]),
        ([subscription(), subscription(**UPGRADED, expires_at=PAST)], ["subscription_refunded"]),
        ([subscription(**UPGRADED), subscription(**UPGRADED, expires_at=PAST)], []),
        ([subscription(**UPGRADED), subscription(**NEXT)], ["subscription_started"]),
        ([subscription(), subscription(expires_at=PAST)], ["subscription_expired"]),
        ([subscription(**TRIAL), subscription(**TRIAL, expires_at=PAST)], ["trial_expired"]),
        ([subscription(expires_at=PAST)], ["subscription_started", "subscription_expired"]),
        (
            [subscription(**OFF, **REFUNDED)],
            ["subscription_started", "subscription_renewal_cancelled", "subscription_refunded"],
        ),
        ([purchase()], ["non_subscription_purchase"]),
        ([purchase(), purchase(**REFUNDED)], ["non_subscription_purchase_refunded"]),
        (
            [
                purchase(),
                purchase(
                    **subscription(**{**NEXT, "store_transaction_id": "one", "store_original_transaction_id": "one"})
                ),
            ],
            ["subscription_started"],
        ),
        ([purchase(**REFUNDED)], ["non_subscription_purchase", "non_subscription_purchase_refunded"]),
    ],
)
def test_transaction_causes_the_events_of_its_changes(
    jane: Posting, bodies: list[dict[str, Any]], types: list[str]
) -> None:
    """Each thing that the last transaction says, and nothing said before, has its event."""
    for body in bodies:
        jane.posted()
        jane.transaction(body)
    message = jane.types()
    assert [name for name in message if name != ACCESS] == types
    # Purchases come first, then the access levels.
    assert message == types + [ACCESS] * (len(message) - len(types))


@pytest.mark.parametrize("body", [subscription(), subscription(**TRIAL, **OFF, **FAILED), purchase(**REFUNDED)])
def test_repeated_transaction_causes_no_event(jane: Posting, body: dict[str, Any]) -> None:
    """It changes nothing, so nothing has happened."""
    jane.transaction(body)
    assert jane.types() != []
    jane.transaction(body)
    assert jane.types() == []


def test_subscription_event_has_the_documented_properties(jane: Posting) -> None:
    """The event has every known field in Adapty's format, and no others."""
    jane.transaction(subscription(offer={"category": "promotional", "type": "pay_up_front", "id": "half"}))
    started, access = jane.posted()
    profile_id = jane.sandbox.server_side_profile(customer_user_id="jane")["profile_id"]  # type: ignore[index]
    assert started | {"event_properties": {}} == {
        "profile_id": profile_id,
        "customer_user_id": "jane",
        "idfa": None,
        "email": "jane@example.com",
        "event_type": "subscription_started",
        "event_datetime": "2026-06-10T14:20:00.000000+0000",
        "event_properties": {},
        "event_api_version": 1,
        "integration_ids": None,
    }
    common = {
        "profile_id": profile_id,
        "profile_ip_address": None,
        "profile_has_access_level": True,
        "profile_total_revenue_usd": 99.0,
        "store": "play_store",
        "environment": "Production",
        "store_country": "US",
        "vendor_product_id": "premium",
        "base_plan_id": "yearly",
        "transaction_id": "first",
        "original_transaction_id": "first",
        "purchase_date": "2026-06-10T14:20:00.000000+0000",
        "original_purchase_date": "2026-06-10T14:20:00.000000+0000",
        "subscription_expires_at": "2999-06-10T14:20:00.000000+0000",
        "currency": "USD",
    }
    bought = {
        **common,
        "price_local": 99.0,
        "price_usd": 99.0,
        "original_price_local": None,
        "original_price_usd": None,
        "discount_amount_local": None,
        "discount_amount_usd": None,
        "store_offer_category": "promotional",
        "store_offer_discount_type": "pay_up_front",
        "store_offer_number_of_periods": None,
        "promotional_offer_id": "half",
    }
    own = {"profile_event_id", "event_datetime"}
    assert {name: value for name, value in started["event_properties"].items() if name not in own} == bought
    assert {name: value for name, value in access["event_properties"].items() if name not in own} == {
        **common,
        "access_level_id": "premium",
        "is_active": True,
        "is_lifetime": False,
        "is_in_grace_period": False,
        "is_refund": False,
        "will_renew": True,
        "activated_at": "2026-06-10T14:20:00.000000+0000",
        "renewed_at": "2999-06-10T14:20:00.000000+0000",
        "starts_at": None,
        "expires_at": "2999-06-10T14:20:00.000000+0000",
        "billing_issue_detected_at": None,
        "cancellation_reason": None,
        "active_introductory_offer_type": None,
        "active_promotional_offer_type": "pay_up_front",
        "active_promotional_offer_id": "half",
    }


def test_event_without_an_offer_has_the_standard_price(jane: Posting) -> None:
    """It has no discount, and nulls instead of an offer."""
    jane.transaction(subscription())
    properties = jane.posted()[0]["event_properties"]
    assert [properties[name] for name in ("original_price_local", "original_price_usd")] == [99.0, 99.0]
    assert [properties[name] for name in ("discount_amount_local", "discount_amount_usd")] == [0, 0]
    for name in ("store_offer_category", "store_offer_discount_type", "promotional_offer_id"):
        assert properties[name] is None
    assert "store_offer_number_of_periods" not in properties


def test_event_of_an_end_has_the_time_of_the_end(jane: Posting) -> None:
    """As `subscription_expires_at`; events of purchases have the regular end."""
    jane.transaction(subscription(**FAILED, **GRACE))
    jane.transaction(subscription(**FAILED, **REFUNDED))
    events = jane.posted()
    ends = {event["event_type"]: event["event_properties"]["subscription_expires_at"][:10] for event in events}
    assert ends == {
        "subscription_started": "2999-06-10",
        "billing_issue_detected": "2999-06-20",
        "entered_grace_period": "2999-06-20",
        "subscription_refunded": "2026-06-13",
        ACCESS: "2026-06-13",
    }


def test_upgrade_has_its_reason_and_time(jane: Posting) -> None:
    """The old product ends with a refund, the new one starts."""
    jane.transaction(subscription())
    jane.posted()
    jane.transaction(subscription(**UPGRADED))
    jane.transaction(subscription(**NEXT, store_product_id="premium:lifetime"))
    refunded, started = (event for event in jane.posted() if event["event_type"] != ACCESS)
    assert refunded["event_properties"]["cancellation_reason"] == "upgraded"
    assert refunded["event_datetime"] == "2026-06-14T00:00:00.000000+0000"
    assert (started["event_type"], started["event_properties"]["base_plan_id"]) == ("subscription_started", "lifetime")
    mail = [to_mail_event(WebhookEvent.from_dict(event)) for event in (refunded, started)]
    assert [outcome.skip_reason for outcome in mail] == ["replaced", None]


def test_access_level_has_the_time_of_its_last_activation(jane: Posting) -> None:
    """A renewal without a gap does not activate it again; a purchase after the end does."""
    cases = [
        ("2026-06-17T14:20:00Z", "2026-06-10"),
        ("2026-06-17T14:19:59Z", "2026-06-17"),
        ("2026-06-20T14:20:00Z", "2026-06-10"),
    ]
    for expires_at, activated_at in cases:
        with case(expires_at):
            jane.transaction(subscription(expires_at=expires_at))
            jane.transaction(subscription(**NEXT))
            *_, access = jane.posted()
            assert access["event_properties"]["activated_at"][:10] == activated_at
            jane.sandbox.reset()
            jane.call("profile", {})


def test_trial_event_has_the_documented_properties(jane: Posting) -> None:
    """It has a price of null, and a length in days."""
    jane.transaction(subscription(**TRIAL, expires_at="2026-06-17T14:20:00Z"))
    properties = jane.posted()[0]["event_properties"]
    assert (properties["price_usd"], properties["price_local"]) == (None, None)
    assert properties["trial_duration"] == "7 days"


def test_one_time_purchase_event_has_the_documented_properties(jane: Posting) -> None:
    """It has no end, and a price in another currency is null in USD: the sandbox knows no rates."""
    jane.transaction(purchase(variation_id="no uuid", **REFUNDED))
    bought, refunded, *_ = jane.posted()
    assert refunded["event_datetime"] == "2026-06-13T00:00:00.000000+0000"
    for properties in (bought["event_properties"], refunded["event_properties"]):
        assert (properties["price_local"], properties["currency"]) == (4.99, "EUR")
        assert properties["cancellation_reason"] == "refund"
        assert (properties["price_usd"], properties["subscription_expires_at"]) == (None, None)
        assert "variation_id" not in properties


def test_events_have_the_time_of_the_change(jane: Posting) -> None:
    """Not that of the request."""
    jane.transaction(subscription())
    jane.posted()
    jane.transaction(subscription(**OFF, **FAILED, **GRACE))
    times = {body["event_type"]: body["event_datetime"] for body in jane.posted()}
    assert times.pop(ACCESS) > "2026-06-13"
    assert times == {
        "subscription_renewal_cancelled": "2026-06-11T00:00:00.000000+0000",
        "billing_issue_detected": "2026-06-12T00:00:00.000000+0000",
        "entered_grace_period": "2999-06-10T14:20:00.000000+0000",
    }


def test_events_contain_the_known_profile_fields(jane: Posting) -> None:
    """Events contain attributes and integration ids, and no unknown fields."""
    installation = {"device_id": "1a2b3c4d-5e6f-4708-8192-a3b4c5d6e7f8", "idfv": "v", "idfa": None, "user_agent": "x"}
    attributes = [{"key": "plan", "value": "pro"}, {"key": "level", "value": 2}]
    body = {"installation_meta": installation, "custom_attributes": attributes, "ip_country": "FR"}
    jane.call("profile", body, user="joe")
    jane.call("integration/profile/set/integration-identifiers", {"posthog_distinct_user_id": "p"}, user="joe")
    jane.call("purchase/profile/grant/access-level", {"access_level_id": "gold"}, user="joe")
    (message,) = jane.posted()
    assert message["user_attributes"] == {"plan": "pro", "level": 2.0}
    assert message["integration_ids"] == {"posthog_distinct_user_id": "p"}
    assert (message["idfv"], message["user_agent"]) == ("v", "x")
    assert message["event_properties"]["profile_country"] == "FR"
    assert (message["email"], message["idfa"]) == (None, None)
    assert message.keys().isdisjoint({"advertising_id", "attributions", "play_store_purchase_token"})


def test_grants_and_revocations_cause_access_level_events(jane: Posting) -> None:
    """Only changes of an access level cause events."""
    grant = {"access_level_id": "gold", "expires_at": FUTURE}
    jane.call("purchase/profile/grant/access-level", grant)
    jane.call("purchase/profile/revoke/access-level", {"access_level_id": "gold"})
    jane.call("purchase/profile/revoke/access-level", {"access_level_id": "gold"})
    granted, revoked = (body["event_properties"] for body in jane.posted())
    assert granted["vendor_product_id"] == "adapty_server_side_product"
    assert (granted["is_active"], granted["profile_has_access_level"], granted["will_renew"]) == (True, True, False)
    assert (revoked["is_active"], revoked["profile_has_access_level"]) == (False, False)
    assert revoked["cancellation_reason"] == "adapty_revoked"


def test_purchases_of_tokens_cause_events(jane: Posting) -> None:
    """They cause events once, and create the profile."""
    stripe = {
        "data": {
            "type": "stripe_receipt_validation_result",
            "attributes": {"customer_user_id": "s", "stripe_token": "sub_1"},
        }
    }
    for _ in range(2):
        answer = jane._http.post(
            "/api/v1/sdk/purchase/stripe/token/validate/",
            json=stripe,
            headers={"content-type": "application/vnd.api+json"},
        )
        assert answer.status_code == 200, answer.text
    assert jane.types() == ["subscription_started", ACCESS]
    jane.call("purchase/paddle/token/validate", {"customer_user_id": "p", "paddle_token": "txn_1"})
    assert jane.types() == ["non_subscription_purchase", ACCESS]


def test_corrected_purchase_ends_the_access_it_unlocked() -> None:
    """Another product unlocks another level; the old one ends."""
    with posting(access_levels={"premium": "gold", "basic": "silver"}) as jane:
        jane.transaction(subscription())
        jane.posted()
        jane.transaction(subscription(store_product_id="basic"))
        levels = {body["event_properties"]["access_level_id"]: body["event_properties"] for body in jane.posted()}
    assert (levels["gold"]["is_active"], levels["silver"]["is_active"]) == (False, True)


@pytest.mark.parametrize("path", ["profile", "refund"])
def test_other_changes_cause_no_event(jane: Posting, path: str) -> None:
    """A profile that changes, and settings, have no events; neither have reads."""
    if path == "profile":
        jane.call("profile", {"first_name": "Jane"})
    else:
        jane.call("purchase/profile/refund-saver/settings", {"consent": True})
    assert jane.types() == []


def test_mail_api_causes_no_event(jane: Posting) -> None:
    """Events of the Mail API come from the backend."""
    sandbox = jane.sandbox
    headers = {"authorization": f"Bearer {sandbox.mail_key}"}
    body = {"external_profile_id": "jane", "external_created_at": PAST, "email": "jane@example.com"}
    assert httpx.post(f"{sandbox.url}/api/v1/profile/save/", headers=headers, json=body).status_code == 200
    assert jane.types() == []


def test_rejected_request_causes_no_event(jane: Posting) -> None:
    """A rolled back change causes no event."""
    answer = jane._http.post(
        "/api/v2/server-side-api/purchase/set/transaction/",
        json=subscription(),
        headers={"adapty-customer-user-id": "x"},
    )
    assert answer.status_code == 404
    assert jane.types() == []


def _in(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def _after(jane: Posting, count: int) -> list[dict[str, Any]]:
    """Give what is posted, as soon as there is so much of it."""
    posted: list[dict[str, Any]] = []
    limit = datetime.now(UTC) + timedelta(seconds=10)
    while len(posted) < count and datetime.now(UTC) < limit:
        posted += jane.posted()
    return posted


@pytest.mark.parametrize(("offer", "name"), [({}, "subscription_expired"), (TRIAL, "trial_expired")])
def test_expiration_causes_events(jane: Posting, offer: dict[str, Any], name: str) -> None:
    """The events are posted when the subscription ends."""
    jane.transaction(subscription(**offer, expires_at=_in(0.3)))
    posted = _after(jane, 4)
    assert [body["event_type"] for body in posted[2:]] == [name, ACCESS]
    ended, access = posted[2:]
    assert ended["event_datetime"] == ended["event_properties"]["subscription_expires_at"]
    assert ended["event_properties"]["profile_has_access_level"] is False
    assert access["event_properties"]["is_active"] is False


def test_changed_subscription_causes_no_expiration(jane: Posting) -> None:
    """A subscription that was renewed before its end, or refunded, or whose profile is gone, does not run out."""
    end = _in(0.5)
    jane.transaction(subscription(expires_at=end))
    jane.transaction(subscription(**NEXT))
    jane.call("profile", {}, user="joe")
    jane.call("purchase/profile/grant/access-level", {"access_level_id": "gold", "expires_at": end}, user="joe")
    jane._http.delete("/api/v2/server-side-api/profile/", headers={"adapty-customer-user-id": "joe"})
    jane.call("purchase/profile/grant/access-level", {"access_level_id": "last", "expires_at": _in(0.7)})
    posted = _after(jane, 7)
    assert [body["event_type"] for body in posted].count("subscription_expired") == 0
    assert posted[-1]["event_properties"]["access_level_id"] == "last"
    assert posted[-1]["event_properties"]["is_active"] is False
    assert [body["customer_user_id"] for body in posted].count("joe") == 1


def test_start_of_a_grant_causes_an_event(jane: Posting) -> None:
    """Events are posted when the grant is created, and when it starts."""
    jane.call("purchase/profile/grant/access-level", {"access_level_id": "gold", "starts_at": _in(0.3)})
    assert [body["event_properties"]["is_active"] for body in _after(jane, 2)] == [False, True]


def _merged(body: dict[str, Any], *changes: dict[str, Any]) -> dict[str, Any]:
    for change in changes:
        body = {**body, **change}
    return body


TRANSACTIONS = st.builds(
    _merged,
    st.builds(
        subscription,
        store_transaction_id=st.sampled_from(["a", "b"]),
        purchased_at=st.sampled_from(["2026-06-10T14:20:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:60Z"]),
        expires_at=st.sampled_from([PAST, FUTURE, "0001-01-01T00:00:00+23:58", "9999-12-31T23:59:59-12:00"]),
        renew_status=st.booleans(),
        price=st.builds(
            dict,
            country=st.just("DE"),
            currency=st.sampled_from(["USD", "EUR"]),
            value=st.sampled_from([0, -1, 1e300, 10**300]),
        ),
    ),
    st.sampled_from([{}, REFUNDED, {**REFUNDED, "refunded_at": FUTURE}, UPGRADED]),
    st.sampled_from([{}, FAILED, {**FAILED, **GRACE}, {**FAILED, "grace_period_expires_at": PAST}]),
    st.sampled_from([{}, TRIAL, {"offer": {"category": "win_back", "type": "free_trial", "id": "x"}, "price": FREE}]),
)


@settings(max_examples=25, deadline=None, database=None)
@given(bodies=st.lists(TRANSACTIONS, min_size=1, max_size=3))
def test_any_transaction_causes_events_that_match_the_spec(shared: Posting, bodies: list[dict[str, Any]]) -> None:
    """Every event of every accepted state can be posted, and is what the contract says."""
    shared.sandbox.reset()
    shared.call("profile", {})
    statuses = {shared.try_transaction(body) for body in bodies}
    assert statuses <= {200, 400}
    assert (shared.posted() != []) == (200 in statuses)
