"""Conversion of events for Adapty Mail: the table, each field, and the reasons to skip."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from unittest.mock import Mock

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty import AdaptyUsageError, Flow, Offer, TransactionEvent, flow_for
from adapty._generated import openapi_spec
from adapty.webhooks import (
    EVENT_TYPES,
    MAIL_EVENT_TYPES,
    MailConversion,
    WebhookEvent,
    to_mail_event,
)
from adapty.webhooks.event_types import LEGACY_NAMES
from adapty.webhooks.mail_events import UNSUPPORTED, WebhookTransactionEvent
from tests.cases import case
from tests.core.support import json_values, repeatable, wire

from .posts import ACCESS, PURCHASE, event_of, purchase

TABLE = {
    "subscription_started": "subscription_started",
    "subscription_renewed": "subscription_renewed",
    "subscription_renewal_cancelled": "subscription_renewal_cancelled",
    "subscription_renewal_reactivated": "subscription_renewal_reactivated",
    "billing_issue_detected": "billing_issue_detected",
    "entered_grace_period": "entered_grace_period",
    "subscription_refunded": "subscription_refunded",
    "subscription_expired": "subscription_expired",
    "non_subscription_purchase": "non_subscription_purchase",
    "non_subscription_purchase_refunded": "non_subscription_purchase_refunded",
    "trial_started": "subscription_started",
    "trial_converted": "subscription_renewed",
    "trial_renewal_cancelled": "subscription_renewal_cancelled",
    "trial_renewal_reactivated": "subscription_renewal_reactivated",
    "trial_expired": "subscription_expired",
    "subscription_paused": None,
    "subscription_deferred": None,
    "subscription_active": None,
    "trial_active": None,
    "access_level_updated": None,
}
"""The table of the facts, once more."""

PROMOTION = {"store_offer_category": "promotional", "store_offer_discount_type": "pay_up_front"}
ONE_TIME = {"non_subscription_purchase", "non_subscription_purchase_refunded"}


def mail_of(event: dict[str, Any]) -> TransactionEvent:
    """Return the event that for Mail, as it comes through the receiver; the test fails if there is none."""
    outcome = to_mail_event(event_of(event))
    assert outcome.event is not None, outcome.reason
    assert outcome.reason is None
    wire(outcome.event)
    return outcome.event


def reason_of(event: dict[str, Any]) -> str:
    """Return the reason why the event is skipped; the test fails if there is none."""
    outcome = to_mail_event(event_of(event))
    assert outcome.event is None
    assert outcome.reason
    return outcome.reason


def test_every_event_type_is_mapped_or_unsupported() -> None:
    """And every type of Mail has a source."""
    assert set(TABLE) == EVENT_TYPES == MAIL_EVENT_TYPES.keys() | UNSUPPORTED.keys()
    mails = openapi_spec("mail")["components"]["schemas"]["TransactionEventType"]["enum"]
    assert set(MAIL_EVENT_TYPES.values()) == set(mails)
    assert {name: MAIL_EVENT_TYPES[name] for name in mails} == {name: name for name in mails}


def test_event_types_are_converted_by_the_table() -> None:
    """Or skipped with the reason."""
    for event_type, expected in TABLE.items():
        with case(event_type, expected):
            if expected is None:
                assert reason_of(purchase(event_type)).startswith(f"{event_type} is skipped: ")
                continue
            event = mail_of(purchase(event_type))
            assert event.event_type == expected
            assert ("expires_at" in event.to_dict()) == (event_type not in ONE_TIME)
            trial = {"category": "introductory", "offer_type": "free_trial"}
            assert event.to_dict().get("offer") == (trial if event_type == "trial_started" else None)


@pytest.mark.parametrize(("before", "now"), LEGACY_NAMES.items())
def test_legacy_names_are_converted_like_current_ones(before: str, now: str) -> None:
    """By the same table."""
    assert mail_of(purchase(before)) == mail_of(purchase(now))


def test_mail_fields_come_from_documented_fields() -> None:
    """One by one."""
    assert mail_of(purchase()).to_dict() == {
        "event_type": "subscription_renewed",
        "event_id": "3f0c7a0e-6c2e-4f0e-9b63-5f6a0c1d2e3f",
        "event_datetime": "2026-06-10T14:20:05+00:00",
        "external_profile_id": "user_12345",
        "store": "app_store",
        "store_product_id": "premium_monthly",
        "store_transaction_id": "440001234567890",
        "store_original_transaction_id": "440001234567000",
        "purchased_at": "2026-06-10T14:20:00.181000+00:00",
        "originally_purchased_at": "2026-05-10T14:20:00+00:00",
        "price_usd": "9.99",
        "expires_at": "2026-07-10T14:20:00+00:00",
    }
    assert mail_of(purchase()).flow is Flow.ACTIVE


def test_price_is_exact_or_dropped() -> None:
    """An invalid one is dropped."""
    cases: list[tuple[Any, str | None]] = [
        (9.99, "9.99"),
        (109.88999999999999, "109.88999999999999"),
        (0, "0"),
        (0.0, "0.0"),
        (-4.99, "-4.99"),
        (100, "100"),
        (1e3, "1000.0"),
        (1e-7, "0.0000001"),
        ("9.90", "9.90"),
        (None, None),
        (..., None),
        ("free", None),
        (True, None),
    ]
    for text, sent in cases:
        with case(text, sent):
            assert mail_of(purchase(price_usd=text)).to_dict().get("price_usd") == sent


def test_end_by_a_product_change_is_skipped() -> None:
    """A user who upgrades gets no e-mails about a refund, a cancellation or an expiration."""
    ends = {name for name, mail in MAIL_EVENT_TYPES.items() if flow_for(mail) is not Flow.ACTIVE}
    assert {"subscription_refunded", "trial_expired", "subscription_renewal_cancelled"} < ends
    for event_type in sorted(MAIL_EVENT_TYPES):
        for reason in ("upgraded", "new_subscription_replace"):
            posted = purchase(event_type, cancellation_reason=reason)
            with case(event_type, reason):
                if event_type not in ends:
                    mail_of(posted)
                    continue
                outcome = to_mail_event(event_of({**posted, "customer_user_id": None}), external_profile_id=Mock())
                changed = f"the user changed to another product (cancellation_reason is {reason})"
                assert outcome == MailConversion(reason=f"{event_type} is skipped: {changed}")
                assert outcome.skip_reason == "replaced"
        for other in ("refund", "voluntarily_cancelled", "unknown", "Upgraded", "newer", None, ..., 7, ["upgraded"]):
            with case(event_type, other):
                assert (
                    mail_of(purchase(event_type, cancellation_reason=other)).event_type == MAIL_EVENT_TYPES[event_type]
                )


def test_replacement_without_revenue_is_converted() -> None:
    """Its amounts are zero."""
    amounts = {name: 0 for name in PURCHASE["event_properties"] if name.endswith(("_usd", "_local"))}
    event = mail_of(purchase("subscription_started", store="play_store", **amounts))
    assert (event.price_usd, event.flow) == (Decimal(0), Flow.ACTIVE)


@pytest.mark.parametrize("product", ["adapty_promotion", "adapty_server_side_product", "adapty_dashboard_product"])
def test_grants_are_converted_by_the_same_table(product: str) -> None:
    """Without a purchase at a store."""
    event = mail_of(purchase("subscription_started", vendor_product_id=product, store="adapty", price_usd=...))
    assert event.store_product_id == product


def test_null_is_like_a_missing_field() -> None:
    """For every property and every field of the event, also those that Mail does not use."""
    for name in (*PURCHASE["event_properties"], *PROMOTION, "promotional_offer_id", "cancellation_reason"):
        with case(name):
            nothing: tuple[Any, Any] = (None, ...)
            null, missing = (to_mail_event(event_of(purchase(**{name: value}))) for value in nothing)
            assert (null, null.skip_reason) == (missing, missing.skip_reason)
    for name in PURCHASE.keys() - {"event_type"}:
        with case(name):
            without = {key: value for key, value in PURCHASE.items() if key != name}
            assert to_mail_event(event_of({**PURCHASE, name: None})) == to_mail_event(event_of(without))


def test_missing_required_field_skips_the_event() -> None:
    """The reason names the webhook's field and Mail's."""
    cases: list[tuple[str, str]] = [
        ("profile_event_id", "event_id"),
        ("store", "store"),
        ("vendor_product_id", "store_product_id"),
        ("transaction_id", "store_transaction_id"),
        ("original_transaction_id", "store_original_transaction_id"),
        ("purchase_date", "purchased_at"),
        ("original_purchase_date", "originally_purchased_at"),
    ]
    for field, name in cases:
        with case(field, name):
            holding: dict[str, Any]
            for nothing in (..., None):
                holding = {field: nothing}
                assert reason_of(purchase(**holding)) == f"{field}: is missing; Mail requires it as {name}"
            for holding in ({field: []}, {field: {"odd": 1}}, {field: True}):
                assert reason_of(purchase(**holding)) == f"{field}: cannot be read; Mail requires it as {name}"


def test_event_datetime_falls_back_to_the_event() -> None:
    """The properties' time has priority."""
    envelope = {**purchase(event_datetime=...), "event_datetime": "2026-06-10T00:00:01Z"}
    assert mail_of(envelope).event_datetime == datetime(2026, 6, 10, 0, 0, 1, tzinfo=UTC)
    assert mail_of({**purchase(), "event_datetime": None}).event_datetime == datetime(
        2026, 6, 10, 14, 20, 5, tzinfo=UTC
    )
    neither = {**purchase(event_datetime="soon"), "event_datetime": None}
    assert reason_of(neither) == "event_datetime: cannot be read; Mail requires it as event_datetime"


def test_invalid_required_field_skips_the_event() -> None:
    """Without an exception."""
    cases: list[tuple[dict[str, Any], str]] = [
        ({"transaction_id": ""}, "transaction_id: is empty; expected a non-empty str"),
        ({"store": " "}, "store: is empty; expected a non-empty str"),
        ({"vendor_product_id": "\ud800"}, "vendor_product_id: contains a lone surrogate"),
        ({"profile_event_id": " "}, "profile_event_id: is empty"),
    ]
    for changes, reason in cases:
        with case(changes, reason):
            assert reason_of(purchase(**changes)).startswith(reason)


def test_invalid_optional_field_is_dropped() -> None:
    """`dropped_fields` names it."""
    cases: list[tuple[dict[str, Any], tuple[str, ...], Any]] = [
        ({"price_usd": "1" * 31}, ("price_usd",), None),
        ({"price_usd": 1e300}, ("price_usd",), None),
        (
            {**PROMOTION, "promotional_offer_id": "\ud800"},
            ("offer.offer_id",),
            {"category": "promotional", "offer_type": "pay_up_front"},
        ),
        (
            {**PROMOTION, "promotional_offer_id": "\udfff", "price_usd": 1e300},
            ("price_usd", "offer.offer_id"),
            {"category": "promotional", "offer_type": "pay_up_front"},
        ),
    ]
    for changes, dropped_fields, offer in cases:
        with case(changes, dropped_fields, offer):
            event = mail_of(purchase(**changes)).to_dict()
            assert to_mail_event(event_of(purchase(**changes))).dropped_fields == dropped_fields
            assert event.keys() & {"price_usd", "offer"} == {"price_usd", "offer"} - set(dropped_fields) - (
                set() if offer else {"offer"}
            )
            assert event.get("offer") == offer


@pytest.mark.parametrize("length", [50, 51, 200])
def test_transaction_id_has_no_length_limit(length: int) -> None:
    """Adapty has accepted it already."""
    event = mail_of(purchase(transaction_id="x" * length))
    assert isinstance(event, TransactionEvent)
    assert event.to_dict()["store_transaction_id"] == "x" * length
    assert list(event.to_dict()) == list(mail_of(purchase()).to_dict())
    assert WebhookTransactionEvent.from_dict(event.to_dict()).to_dict() == event.to_dict()


def test_numeric_ids_are_converted_to_text() -> None:
    """As for other fields."""
    numbers: dict[str, Any] = {
        "vendor_product_id": 7,
        "transaction_id": 8,
        "original_transaction_id": 9,
        "profile_event_id": 10,
    }
    numbers |= {**PROMOTION, "promotional_offer_id": 11}
    event = mail_of({**purchase(**numbers), "customer_user_id": 12}).to_dict()
    assert [
        event[name]
        for name in (
            "store_product_id",
            "store_transaction_id",
            "store_original_transaction_id",
            "event_id",
            "external_profile_id",
        )
    ] == ["7", "8", "9", "10", "12"]
    assert event["offer"]["offer_id"] == "11"


def test_skip_reason_is_a_constant() -> None:
    """Beside the text."""
    cases: list[tuple[dict[str, Any], str | None]] = [
        (purchase("subscription_paused"), "unsupported"),
        (purchase("trial_active"), "unsupported"),
        (purchase("subscription_active"), "unsupported"),
        (purchase("subscription_refunded", cancellation_reason="upgraded"), "replaced"),
        (purchase("brand_new"), "unknown_type"),
        ({**purchase(), "customer_user_id": None}, "anonymous"),
        ({**purchase(), "customer_user_id": " "}, "anonymous"),
        ({**purchase(), "customer_user_id": "\ud800"}, "invalid"),
        ({**purchase(), "customer_user_id": ["user"]}, "incomplete"),
        (purchase(store=...), "incomplete"),
        (purchase(store=" "), "invalid"),
        (purchase(), None),
    ]
    for event, skipped in cases:
        with case(event, skipped):
            assert to_mail_event(event_of(event)).skip_reason == skipped


def test_unreadable_customer_user_id_is_not_anonymous() -> None:
    """The event is incomplete."""
    said = "customer_user_id: cannot be read; Mail requires it as external_profile_id"
    assert reason_of({**purchase(), "customer_user_id": {"id": 7}}) == said


def test_unreadable_expiry_is_dropped() -> None:
    """It is optional."""
    cases: list[Any] = ["soon", None, ..., 7]
    for expires_at in cases:
        with case(expires_at):
            assert "expires_at" not in mail_of(purchase(subscription_expires_at=expires_at)).to_dict()


def test_offer_is_converted_if_mail_has_its_category() -> None:
    """Others are dropped."""
    cases: list[tuple[Any, Any, Any, Offer | None]] = [
        ("introductory", "free_trial", ..., Offer(category="introductory", offer_type="free_trial")),
        ("promotional", "pay_up_front", "o1", Offer(category="promotional", offer_type="pay_up_front", offer_id="o1")),
        ("offer_code", "pay_as_you_go", None, Offer(category="offer_code", offer_type="pay_as_you_go")),
        ("win_back", "pay_up_front", "", Offer(category="win_back", offer_type="pay_up_front")),
        ("winback", "pay_up_front", ..., Offer(category="win_back", offer_type="pay_up_front")),
        ("retention", "free_trial", "o1", None),
        ("brand_new", "free_trial", "o1", None),
        ("promotional", "unknown", "o1", None),
        ("promotional", ..., "o1", None),
        (..., "free_trial", "o1", None),
        (None, None, None, None),
        (7, "free_trial", ..., None),
    ]
    for category, discount, offer_id, offer in cases:
        with case(category, discount, offer_id, offer):
            event = mail_of(
                purchase(
                    store_offer_category=category, store_offer_discount_type=discount, promotional_offer_id=offer_id
                )
            )
            assert event.to_dict().get("offer") == (offer and offer.to_dict())


def test_trial_start_has_the_trial_offer() -> None:
    """It distinguishes a trial from a subscription."""
    event = mail_of(purchase("trial_started", store_offer_category="retention", store_offer_discount_type="free_trial"))
    assert event.offer == Offer(category="introductory", offer_type="free_trial")


def test_id_with_invisible_characters_skips_the_event() -> None:
    """The reason names the character."""
    for value, problem in (
        (" user_1", "starts with U+0020 SPACE"),
        ("user_1\u200b", "ends with U+200B ZERO WIDTH SPACE"),
        ("user\u202e_1", "has U+202E RIGHT-TO-LEFT OVERRIDE at character 5"),
    ):
        event = event_of({**purchase(), "customer_user_id": value})
        outcome = to_mail_event(event)
        assert outcome.skip_reason == "invalid"
        assert outcome.reason == f"customer_user_id: {problem}; no profile at Mail has such an ID"
        by_rule = to_mail_event(event, external_profile_id=lambda posted: posted.customer_user_id)
        assert by_rule.reason == f"external_profile_id: {problem}; no profile at Mail has such an ID"
    assert to_mail_event(event_of({**purchase(), "customer_user_id": "user 1"})).event is not None


def test_anonymous_profile_is_skipped() -> None:
    """Mail requires an ID."""
    cases: list[Any] = [None, ..., "", "  ", "\ud800"]
    for customer_user_id in cases:
        with case(customer_user_id):
            event = {
                name: value
                for name, value in {**purchase(), "customer_user_id": customer_user_id}.items()
                if value is not ...
            }
            assert reason_of(event) == "the profile is anonymous: it has no customer_user_id"


def test_external_profile_id_finds_the_profile() -> None:
    """None means anonymous."""
    event = event_of({**purchase(), "customer_user_id": None})
    outcome = to_mail_event(event, external_profile_id=lambda event: event.integration_ids["branch_id"])
    assert outcome.event
    assert outcome.event.external_profile_id == "br-1"
    for nothing in (None, "", " "):
        outcome = to_mail_event(event, external_profile_id=lambda _, nothing=nothing: nothing)  # type: ignore[misc]
        assert outcome == MailConversion(reason="the profile is anonymous: external_profile_id returned none")


def test_errors_of_external_profile_id_are_raised() -> None:
    """A database that is away for a moment must not skip the event."""

    def rule(event: WebhookEvent) -> str:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        to_mail_event(event_of(purchase()), external_profile_id=rule)


def test_external_profile_id_must_return_text_or_none() -> None:
    """Anything else is an error in it."""
    cases: list[Any] = [7, b"user", ["user"], True]
    for returned in cases:
        message = r"^external_profile_id: returned something of type"
        with case(returned), pytest.raises(AdaptyUsageError, match=message):
            to_mail_event(event_of(purchase()), external_profile_id=Mock(return_value=returned))


def test_unknown_type_is_named() -> None:
    """In the reason."""
    assert reason_of(purchase("brand_new")) == "the event type 'brand_new' is unknown"
    assert "jane" not in reason_of(purchase("jane@example.com"))
    assert to_mail_event(WebhookEvent()).reason == "the event type '' is unknown"


def test_properties_of_an_access_level_have_no_price_and_no_offer() -> None:
    """An event that code creates can have them with any type."""
    event = attrs.evolve(event_of({**ACCESS, "customer_user_id": "user_12345"}), event_type="subscription_started")
    outcome = to_mail_event(event)
    assert outcome.event
    assert {"price_usd", "offer"}.isdisjoint(outcome.event.to_dict())


def test_to_mail_event_requires_a_webhook_event() -> None:
    """Not its JSON."""
    cases: list[Any] = [None, {}, PURCHASE, "x"]
    for event in cases:
        with case(event), pytest.raises(AdaptyUsageError, match=r"^event: is .*expected a WebhookEvent$"):
            to_mail_event(event)


FIELDS = sorted({*PURCHASE["event_properties"], "store_offer_category", "store_offer_discount_type"})


@given(
    event_type=st.sampled_from(sorted(EVENT_TYPES)) | st.text(max_size=5),
    changes=st.dictionaries(st.sampled_from(FIELDS), json_values() | st.just(...), max_size=4),
    user=json_values() | st.just("user_12345"),
)
@repeatable(60)
def test_any_event_is_converted_or_has_a_reason(event_type: str, changes: dict[str, Any], user: Any) -> None:
    """No event raises."""
    outcome = to_mail_event(WebhookEvent.from_dict({**purchase(event_type, **changes), "customer_user_id": user}))
    assert (outcome.event is None) != (outcome.reason is None)
    if outcome.event:
        wire(outcome.event)
    else:
        assert outcome.reason
        outcome.reason.encode()
