"""Webhooks on demand, from Python and under /_sandbox/."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from adapty import AdaptyUsageError
from tests.cases import case
from tests.sandbox.conftest import errors
from tests.sandbox.webhook_receiver import Posting, body_of, posting, purchase, subscription

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapty.sandbox import Sandbox

EVENT_TYPES = (
    "subscription_started",
    "subscription_renewed",
    "subscription_renewal_cancelled",
    "subscription_renewal_reactivated",
    "subscription_expired",
    "subscription_paused",
    "subscription_deferred",
    "subscription_active",
    "non_subscription_purchase",
    "trial_started",
    "trial_active",
    "trial_converted",
    "trial_renewal_cancelled",
    "trial_renewal_reactivated",
    "trial_expired",
    "entered_grace_period",
    "billing_issue_detected",
    "subscription_refunded",
    "non_subscription_purchase_refunded",
    "access_level_updated",
)


@pytest.fixture(scope="module")
def _shared() -> Iterator[Posting]:
    with posting(webhook_authorization="any value") as one:
        yield one


@pytest.fixture
def jane(_shared: Posting) -> Posting:
    """Give a sandbox that posts, with a profile in it and no deliveries yet."""
    _shared.sandbox.webhooks.wait_until_idle(10)
    _shared.sandbox.reset()
    _shared.receiver.requests.clear()
    _shared.call("profile", {"email": "jane@example.com"})
    return _shared


def ask(jane: Posting, body: Any) -> httpx.Response:
    """Ask for an event over HTTP."""
    return httpx.post(f"{jane.sandbox.url}/_sandbox/webhooks", content=json.dumps(body))


def test_every_event_type_can_be_requested(jane: Posting) -> None:
    """By any name, about a known, an unknown or an anonymous profile; nothing changes."""
    for event_type in (*EVENT_TYPES, "subscription_initial_purchase", "Käufe: neu!"):
        for customer_user_id in ("jane", "unknown", None):
            with case(event_type, customer_user_id):
                jane.sandbox.webhooks.post(event_type, customer_user_id=customer_user_id)
                (body,) = jane.posted()
                assert body["event_type"] == event_type
                assert body["customer_user_id"] == customer_user_id
                assert body["email"] == ("jane@example.com" if customer_user_id == "jane" else None)
                properties = body["event_properties"]
                assert {"store", "vendor_product_id", "transaction_id", "purchase_date"} <= properties.keys()
    assert jane.sandbox.server_side_profile(customer_user_id="unknown") is None
    stored = jane.sandbox.server_side_profile(customer_user_id="jane")
    assert stored is not None
    assert (stored["transactions"], stored["access_levels"]) == ([], [])


def test_requested_synthetic_event_is_between_start_and_end(jane: Posting) -> None:
    """Adapty sends it some days after the start, while the trial or subscription is active."""
    for name in ("trial_active", "subscription_active"):
        jane.sandbox.webhooks.post(name, customer_user_id="unknown")
    for body in jane.posted():
        properties = body["event_properties"]
        with case(body["event_type"]):
            assert properties["purchase_date"] < body["event_datetime"] < properties["subscription_expires_at"]
            assert (properties.get("trial_duration") == "7 days") == (body["event_type"] == "trial_active")


def test_requested_event_describes_the_stored_purchase(jane: Posting) -> None:
    """Of the profile's own purchase of the kind that the type is about, and of its access level."""
    jane.transaction(subscription())
    jane.transaction(purchase())
    jane.posted()
    for name in ("subscription_paused", "non_subscription_purchase_refunded", "access_level_updated", "trial_expired"):
        jane.sandbox.webhooks.post(name, customer_user_id="jane")
    paused, refunded, access, trial = (body["event_properties"] for body in jane.posted())
    assert paused["transaction_id"] == "first"
    assert refunded["transaction_id"] == "one"
    assert access["access_level_id"] == "premium"
    assert trial["transaction_id"] not in {"first", "one"}


def test_unknown_profile_id_is_posted_as_given(jane: Posting) -> None:
    """A profile is found by Adapty's id too, in any case; an unknown one is taken."""
    stored = jane.sandbox.server_side_profile(customer_user_id="jane")
    assert stored is not None
    for profile_id in (stored["profile_id"].upper(), "772204CE-ebf6-4ed9-82b0-d8688ab62b01"):
        jane.sandbox.webhooks.post("trial_started", profile_id=profile_id)
    known, unknown = sorted(jane.posted(), key=lambda body: body["email"] is None)
    assert known["customer_user_id"] == "jane"
    assert unknown["profile_id"] == "772204ce-ebf6-4ed9-82b0-d8688ab62b01"


def test_given_properties_are_sent_unmodified(jane: Posting) -> None:
    """Null, unknown and wrong ones too: a receiver must stand them."""
    properties = {
        "price_usd": None,
        "store": 7,
        "new": ["x"],
        "profile_event_id": "mine",
        "event_datetime": "2026-01-01T00:00:00.000000+0000",
    }
    delivery = jane.sandbox.webhooks.post("trial_started", event_properties=properties)
    assert delivery.event_id == "mine"
    assert jane.sandbox.webhooks.wait_until_idle(10)
    body = body_of(jane.receiver.requests[0])
    assert body["event_properties"].items() >= properties.items()
    assert body["event_datetime"] == properties["event_datetime"]
    assert delivery.body == body
    jane.sandbox.webhooks.post("trial_started", event_properties={"profile_event_id": None})
    assert jane.sandbox.webhooks.wait_until_idle(10)
    assert jane.sandbox.webhooks.deliveries()[-1].event_id is None


def test_endpoint_lists_deliveries(jane: Posting) -> None:
    """Deliveries are listed with their state, without confidential values."""
    answer = ask(jane, {"event_type": "trial_started", "customer_user_id": "jane"})
    ask(jane, {"event_type": "of joe@example.com", "event_properties": {"profile_event_id": "joe@example.com"}})
    assert jane.sandbox.webhooks.wait_until_idle(10)
    answered = httpx.get(f"{jane.sandbox.url}/_sandbox/webhooks")
    page = answered.json()
    asked = answer.json()
    assert page["url"] == f"{jane.receiver.url}/adapty"
    assert page["verification"] == {"accepted": True, "status": 200, "problem": None}
    assert page["deliveries"][0] == asked | {"state": "delivered", "attempts": 1, "last_status": 200}
    assert asked.keys() == {"event_type", "event_id", "profile_id", "state", "attempts", "last_status", "problem"}
    posted = [body_of(request)["event_properties"]["profile_event_id"] for request in jane.receiver.requests]
    assert sorted(posted) == sorted([asked["event_id"], "joe@example.com"])
    assert not re.search("any value|token|@example", answered.text)


@pytest.mark.parametrize(
    ("body", "field_name"),
    [
        ([], None),
        ({}, "event_type"),
        ({"event_type": ""}, "event_type"),
        ({"event_type": 1}, "event_type"),
        ({"event_type": "x", "customer_user_id": ""}, "customer_user_id"),
        ({"event_type": "x", "customer_user_id": 1}, "customer_user_id"),
        ({"event_type": "x", "profile_id": "1"}, "profile_id"),
        (
            {"event_type": "x", "profile_id": "772204ce-ebf6-4ed9-82b0-d8688ab62b01", "customer_user_id": "u"},
            "profile_id",
        ),
        ({"event_type": "x", "event_properties": []}, "event_properties"),
        ({"event_type": "x", "properties": {}}, "properties"),
        ({"event_type": "\udcff"}, "event_type"),
        ({"event_type": "x", "event_properties": {"a": "\udcff"}}, "event_properties.a"),
    ],
)
def test_invalid_requests_are_rejected(jane: Posting, body: Any, field_name: str | None) -> None:
    """It is refused with the field named, and nothing is posted."""
    (error,) = errors(ask(jane, body), 400)
    assert error.get("field_name") == field_name
    assert jane.posted() == []


@pytest.mark.parametrize("content", [b"", b"{", b'{"event_type": NaN}', b"\xff"])
def test_invalid_json_is_rejected(jane: Posting, content: bytes) -> None:
    """It is refused too."""
    errors(httpx.post(f"{jane.sandbox.url}/_sandbox/webhooks", content=content), 400)


def test_long_body_is_413(jane: Posting) -> None:
    """It is not read."""
    errors(httpx.post(f"{jane.sandbox.url}/_sandbox/webhooks", content=b" " * 2_000_000), 413)


@pytest.mark.parametrize(
    "properties", [{"a": object()}, {"a": float("nan")}, {1, 2}, "text", {"a": {("b",): 1}}, [("a", 1)]]
)
def test_properties_that_are_not_json_are_rejected(jane: Posting, properties: Any) -> None:
    """They are named, before anything is posted."""
    with pytest.raises(AdaptyUsageError, match="event_properties: "):
        jane.sandbox.webhooks.post("trial_started", event_properties=properties)


@pytest.mark.parametrize(
    ("given", "field_name"),
    [
        ({"event_type": "\udcff"}, "event_type"),
        ({"event_type": "x", "customer_user_id": "\udcff"}, "customer_user_id"),
        ({"event_type": "x", "event_properties": {"a": ["\udcff"]}}, "event_properties.a.0"),
    ],
)
def test_lone_surrogates_are_rejected(jane: Posting, given: dict[str, Any], field_name: str) -> None:
    """A lone surrogate is named: it is in no text that can be sent."""
    with pytest.raises(AdaptyUsageError) as caught:
        jane.sandbox.webhooks.post(**given)
    assert caught.value.field_name == field_name


def test_sandbox_without_a_webhook_posts_nothing(sandbox: Sandbox) -> None:
    """It shows that there is none, and posts nothing."""
    assert httpx.get(f"{sandbox.url}/_sandbox/webhooks").json() == {"url": None, "verification": None, "deliveries": []}
    answer = httpx.post(f"{sandbox.url}/_sandbox/webhooks", json={"event_type": "trial_started"})
    (error,) = errors(answer, 400)
    assert "webhook_url" in error["message"]
