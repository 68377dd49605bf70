"""The examples of the vendor's reference, with other values, are sent and parsed correctly."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx

from adapty import Adapty, OneTimePurchase, Profile, Subscription
from adapty.models.access import GrantAccessRequest, RevokeAccessRequest
from adapty.models.integrations import IntegrationIdentifiersRequest
from adapty.models.paywalls import PaywallUpdateRequest
from adapty.models.profile_request import ProfileRequest
from adapty.models.purchases import PaddleValidationRequest, StripeValidationRequest
from adapty.models.refund_saver import RefundSaverSettingsRequest
from adapty.models.virtual_currency import VirtualCurrencyTransactionRequest
from tests.core.support import case
from tests.models.test_server_side_requests import check_sendable
from tests.models.test_tolerance import leaves, lost, not_a_value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


USER: Mapping[str, Any] = {"customer_user_id": "8F1D0C2B-6A35-4E7F-9B08-1C2D3E4F5061"}
PAYWALL_ID = "5c6d7e8f-9012-4a3b-8c4d-5e6f70819203"

# The older pages of the reference use this time format; the newer ones `+00:00` and `Z`.
BOUGHT = "2023-03-14T08:15:40.000000+0000"
ENDS = "2031-03-14T08:15:40.000000+0000"

TRANSACTION: Mapping[str, Any] = {
    "purchase_type": "subscription",
    "store": "app_store",
    "environment": "Production",
    "store_product_id": "1month.gold",
    "store_transaction_id": "40003218771234",
    "store_original_transaction_id": "40003218771234",
    "is_family_shared": False,
    "price": {"country": "FR", "currency": "EUR", "value": 4.99},
    "purchased_at": BOUGHT,
    "variation_id": "4b7e2a10-9c38-4d51-8e6f-7a0b1c2d3e4f",
    "originally_purchased_at": BOUGHT,
    "renew_status": True,
    "expires_at": ENDS,
}

_OF_SUBSCRIPTIONS = {"originally_purchased_at", "renew_status", "expires_at"}

PURCHASE: Mapping[str, Any] = {
    **{name: held for name, held in TRANSACTION.items() if name not in _OF_SUBSCRIPTIONS},
    "purchase_type": "one_time_purchase",
    "offer": {"category": "offer_code", "type": "pay_up_front", "id": None},
    "refunded_at": None,
    "cancellation_reason": None,
}

DEVICE: Mapping[str, Any] = {
    "device_id": "5a1c8e3d-2f40-4b6a-9d7e-8c0f1a2b3c4d",
    "device": "text",
    "locale": "en",
    "os": "text",
    "platform": "iOS",
    "timezone": "Europe/Paris",
    "user_agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)",
    "idfa": "0B1C2D3E-4F50-4617-8293-A4B5C6D7E8F9",
    "idfv": "1C2D3E4F-5061-4728-93A4-B5C6D7E8F90A",
    # IDs of other platforms are empty texts.
    "advertising_id": "",
    "android_id": "",
    "android_app_set_id": "",
}

PERSON: Mapping[str, Any] = {
    "first_name": "Jane",
    "last_name": "Doe",
    "gender": "f",
    "email": "jane@example.com",
    "phone_number": "+15550100",
    "birthday": "1991-11-30",
    "ip_country": "FR",
    "store_country": "US",
    "store": "app_store",
    "analytics_disabled": True,
    "custom_attributes": [{"key": "favourite_team", "value": "blue"}],
    "installation_meta": DEVICE,
}

IDENTIFIERS = {
    name: f"example_{name}"
    for name in (
        "pushwoosh_hwid",
        "mixpanel_user_id",
        "facebook_anonymous_id",
        "firebase_app_instance_id",
        "amplitude_user_id",
        "amplitude_device_id",
        "appmetrica_device_id",
        "appmetrica_profile_id",
        "one_signal_subscription_id",
        "one_signal_player_id",
        "branch_id",
        "appsflyer_id",
        "adjust_device_id",
        "airbridge_device_id",
        "tenjin_analytics_installation_id",
        "posthog_distinct_user_id",
    )
}

CONFIGS = [{"locale": "en", "data": '{"title":"Gold Features","subtitle":"Unlock all gold content"}'}]

REQUESTS: list[Any] = [
    (ProfileRequest, PERSON),
    (ProfileRequest, {**PERSON, "custom_attributes": [{"key": "favourite_team", "value": ""}]}),
    (Subscription, TRANSACTION),
    (
        Subscription,
        {
            **TRANSACTION,
            "offer": {"category": "introductory", "type": "free_trial", "id": "offer7"},
            "refunded_at": BOUGHT,
            "cancellation_reason": "voluntarily_cancelled",
            "renew_status_changed_at": BOUGHT,
            "billing_issue_detected_at": BOUGHT,
            "grace_period_expires_at": ENDS,
        },
    ),
    (OneTimePurchase, PURCHASE),
    (GrantAccessRequest, {"access_level_id": "gold", "starts_at": BOUGHT, "expires_at": ENDS}),
    (GrantAccessRequest, {"access_level_id": "gold", "starts_at": None, "expires_at": None}),
    (RevokeAccessRequest, {"access_level_id": "gold", "revoke_at": ENDS}),
    (PaywallUpdateRequest, {"remote_configs": CONFIGS}),
    (IntegrationIdentifiersRequest, IDENTIFIERS),
    (RefundSaverSettingsRequest, {"custom_preference": "grant", "consent": True}),
    (
        StripeValidationRequest,
        {
            "data": {
                "type": "stripe_receipt_validation_result",
                "attributes": {"customer_user_id": "user_12345", "stripe_token": "sub_1Nq7TkQWfXYZabcd12345678"},
            }
        },
    ),
    (PaddleValidationRequest, {"customer_user_id": "user_12345", "paddle_token": "txn_01hxyz"}),
    (
        VirtualCurrencyTransactionRequest,
        {"items": [{"currency_code": "COIN", "amount": 120}, {"currency_code": "GEM", "amount": -3}], "metadata": None},
    ),
]


def test_documented_request_is_sent_completely() -> None:
    """The model of an example's body sends all of its data."""
    for cls, fields in REQUESTS:
        with case(cls=cls, fields=fields):
            record = cls.from_dict(fields)
            check_sendable(record)
            sent = record.to_dict()
            assert sorted(leaves(sent), key=str) == sorted(leaves(dict(fields)), key=str)
            assert set(sent) == set(fields)


def test_price_is_sent_as_the_same_number() -> None:
    """The exact JSON number of the example is sent."""
    for value in ("4.99", "9.99", "109.99", "0", "100", "0.5", "1999.9"):
        fields = json.loads(json.dumps(dict(TRANSACTION)).replace("4.99", value))
        record = Subscription.from_dict(fields)
        assert f'"value": {value}' in json.dumps(record.to_dict())


LEVEL: Mapping[str, Any] = {
    "access_level_id": "gold",
    "store": "app_store",
    "store_product_id": "monthly_4.99",
    "store_base_plan_id": "",
    "store_transaction_id": "640002913831444",
    "store_original_transaction_id": "640002835417129",
    "offer": {"category": "introductory", "type": "free_trial", "id": "offer7"},
    # The older examples have it here, the schema does not.
    "environment": "Production",
    "starts_at": BOUGHT,
    "purchased_at": BOUGHT,
    "originally_purchased_at": "2022-03-14T08:15:40.000000+0000",
    "expires_at": ENDS,
    "renewal_cancelled_at": BOUGHT,
    "billing_issue_detected_at": BOUGHT,
    "is_in_grace_period": True,
    "cancellation_reason": "voluntarily_cancelled",
}

OLDER_PROFILE: Mapping[str, Any] = {
    "app_id": "2e3f4051-6273-4849-9a5b-6c7d8e9fa0b1",
    "profile_id": "2e3f4051-6273-4849-9a5b-6c7d8e9fa0b1",
    "customer_user_id": "8F1D0C2B-6A35-4E7F-9B08-1C2D3E4F5061",
    "total_revenue_usd": 214.76999999999998,
    "segment_hash": "text",
    "timestamp": 0,
    "custom_attributes": [{"key": "text", "value": "text"}],
    "access_levels": [LEVEL],
    "subscriptions": [
        {
            **{name: held for name, held in LEVEL.items() if name not in ("access_level_id", "starts_at")},
            # The older examples have other names here.
            "offer": {"offer_category": "introductory", "offer_type": "free_trial", "offer_id": "offer7"},
        }
    ],
    "non_subscriptions": [
        {
            "purchase_id": "6f708192-a3b4-4c5d-8e6f-708192a3b4c5",
            "store": "app_store",
            "store_product_id": "gems_40",
            "store_base_plan_id": "",
            "store_transaction_id": "640002913831445",
            "store_original_transaction_id": "640002913831445",
            "purchased_at": BOUGHT,
            "environment": "Production",
            "is_refund": False,
            "is_consumable": True,
        }
    ],
}

NEWER_PROFILE: Mapping[str, Any] = {
    **OLDER_PROFILE,
    "customer_user_id": "jane@example.com",
    "total_revenue_usd": 0.0,
    "segment_hash": "b1946ac92492d234",
    "timestamp": 1749566400123,
    "custom_attributes": [{"key": "favourite_team", "value": "blue"}, {"key": "score", "value": 7.0}],
    "access_levels": [
        {
            **{name: None for name in LEVEL if name != "environment"},
            "access_level_id": "gold",
            "store": "adapty",
            "store_product_id": "adapty_server_side_product",
            "store_transaction_id": "adapty_server_side",
            "store_original_transaction_id": "adapty_server_side",
            "purchased_at": "2025-02-11T09:41:17+00:00",
            "originally_purchased_at": "2025-02-11T09:41:17+00:00",
            "renewal_cancelled_at": "2025-02-12T10:11:12.345678+00:00",
            "is_in_grace_period": False,
        }
    ],
    "subscriptions": [],
    "non_subscriptions": [],
}

PAYWALL: Mapping[str, Any] = {
    "title": "Gold Subscription",
    "paywall_id": PAYWALL_ID,
    "use_paywall_builder": True,
    "use_paywall_builder_legacy": False,
    "updated_at": "2025-07-30T11:13:58.798Z",
    "created_at": "2025-07-08T07:27:06.754541+00:00",
    "state": "live",
    "is_deleted": False,
    "web_purchase_url": "https://pay.example.com/gold",
    "products": [
        {
            "product_id": "7e8f9012-3a4b-4c5d-8e6f-70819203a4b5",
            "title": "Gold Monthly",
            "product_set": "uncategorised",
            "offer": {"product_offer_id": "8f901234-a5b6-4c7d-8e8f-9012a3b4c5d6", "title": "Free Trial"},
        },
        {
            "product_id": "90123a4b-5c6d-4e7f-8081-9203a4b5c6d7",
            "title": "Gold Yearly",
            "product_set": "annual",
            "offer": None,
        },
    ],
    "remote_configs": CONFIGS,
    "main_screenshot": {"image_id": 654321, "url": "https://cdn.example.com/gold.png"},
}

LISTED = {name: held for name, held in PAYWALL.items() if name not in ("remote_configs", "main_screenshot")}

BALANCES = [{"code": "COIN", "name": "Coins", "balance": 120, "held": 0, "available": 120}]
CHANGE = {
    "transaction_id": "a3b4c5d6-e7f8-4901-a2b3-c4d5e6f70819",
    "transaction_type": "api_transaction",
    "items": [{"currency_code": "COIN", "amount": 120, "balance_after": 120}],
    "metadata": {"level": "3"},
    "created_at": "2025-07-30T11:13:58.798000Z",
}

ANSWERS: list[Any] = [
    ({"data": OLDER_PROFILE}, lambda adapty: adapty.profiles.get(**USER), "data"),
    ({"data": NEWER_PROFILE}, lambda adapty: adapty.profiles.create(**USER), "data"),
    ({"data": OLDER_PROFILE}, lambda adapty: adapty.access_levels.grant("gold", **USER, lifetime=True), "data"),
    ({"data": NEWER_PROFILE}, lambda adapty: adapty.v1.profiles.get(**USER), "data"),
    (PAYWALL, lambda adapty: adapty.paywalls.get(PAYWALL_ID), None),
    (PAYWALL, lambda adapty: adapty.paywalls.update(PAYWALL_ID, CONFIGS), None),
    (
        {"data": [LISTED], "meta": {"pagination": {"count": 1, "page": 1, "pages": 1}}},
        lambda adapty: next(iter(adapty.paywalls.list())),
        "data",
    ),
    (IDENTIFIERS, lambda adapty: adapty.integrations.get(**USER), None),
    (
        dict.fromkeys(IDENTIFIERS) | {"facebook_anonymous_id": "XZ0B1C2D3E-4F50-4617-8293-A4B5C6D7E8F9"},
        lambda adapty: adapty.integrations.get(**USER),
        None,
    ),
    (
        {
            "profile_id": "c5d6e7f8-0912-4a3b-8c4d-5e6f70819203",
            "settings": {"consent": True, "custom_preference": "grant"},
        },
        lambda adapty: adapty.refund_saver.get(**USER),
        None,
    ),
    (
        {"transaction_id": CHANGE["transaction_id"], "balances": BALANCES},
        lambda adapty: adapty.virtual_currencies.credit("COIN", 120, **USER),
        None,
    ),
    (
        {"response_created_at": 1753874038798, "data": BALANCES},
        lambda adapty: adapty.virtual_currencies.balances(**USER),
        None,
    ),
    (
        {"data": [CHANGE], "pagination": {"next_cursor": None}},
        lambda adapty: next(iter(adapty.virtual_currencies.history(**USER))),
        "data",
    ),
]


def answered(body: Any, call: Callable[[Adapty], Any]) -> Any:
    """Return the result of a method for a response, without a socket."""
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=body))
    with Adapty("secret_live_shown", transport=transport) as adapty:
        return call(adapty)


def test_documented_response_loses_nothing() -> None:
    """The result contains all data of the example, and is a value."""
    for body, call, wrapper in ANSWERS:
        with case(body=body, call=call, wrapper=wrapper):
            result = answered(body, call)
            assert lost(body[wrapper] if wrapper else body, result) == []
            assert not_a_value(result) == []
            assert "jane" not in repr(result)


def test_older_profile_format_is_parsed() -> None:
    """Times, amounts and flags of the older format are parsed; other fields are in `extra_fields`."""
    profile = answered({"data": OLDER_PROFILE}, lambda adapty: adapty.profiles.get(**USER))
    (level,) = profile.access_levels
    (subscription,) = profile.subscriptions
    (purchase,) = profile.non_subscriptions
    assert profile.total_revenue_usd == Decimal("214.76999999999998")
    assert profile.customer_user_id == "8F1D0C2B-6A35-4E7F-9B08-1C2D3E4F5061"
    assert profile.timestamp == 0
    assert level.expires_at == subscription.expires_at == datetime(2031, 3, 14, 8, 15, 40, tzinfo=UTC)
    assert level.purchased_at == purchase.purchased_at == datetime(2023, 3, 14, 8, 15, 40, tzinfo=UTC)
    assert level.store_base_plan_id == ""
    assert level.extra_fields == {"environment": "Production"}
    assert subscription.environment == "Production"
    assert (level.offer.category, level.offer.type, level.offer.id) == ("introductory", "free_trial", "offer7")
    assert (subscription.offer.category, subscription.offer.extra_fields["offer_category"]) == (None, "introductory")
    assert profile.has_access("gold", at="2030-01-01T00:00:00Z")
    assert not profile.has_access("gold", at="2023-03-14T08:15:39.999999Z")
    assert not profile.has_access("gold", at="2031-03-14T08:15:40Z")


def test_newer_profile_format_is_parsed() -> None:
    """A level for life has no end, even if its renewal was cancelled."""
    profile = answered({"data": NEWER_PROFILE}, lambda adapty: adapty.profiles.get(**USER))
    (level,) = profile.access_levels
    assert level.is_lifetime
    assert level.is_active(at="2025-02-11T09:41:17Z")
    assert level.renewal_cancelled_at == datetime(2025, 2, 12, 10, 11, 12, 345678, tzinfo=UTC)
    assert dict(profile.attributes) == {"favourite_team": "blue", "score": 7.0}
    assert profile.total_revenue_usd == 0


def test_response_round_trips_through_json() -> None:
    """A profile that was stored as JSON is equal when it is parsed again."""
    for body in (OLDER_PROFILE, NEWER_PROFILE):
        profile = answered({"data": body}, lambda adapty: adapty.profiles.get(**USER))
        assert Profile.from_dict(json.loads(json.dumps(profile.to_dict()))) == profile


def test_validate_stripe_returns_nothing() -> None:
    """The documented response is `data` of null."""
    result = answered(
        {"data": None},
        lambda adapty: adapty.purchases.validate_stripe(customer_user_id="user_12345", stripe_token="pi_1Nq7Tk"),
    )
    assert result is None


def test_paywall_configs_can_be_sent_back() -> None:
    """`update` sends the parsed remote configs unchanged."""
    paywall = answered(PAYWALL, lambda adapty: adapty.paywalls.get(PAYWALL_ID))
    assert PaywallUpdateRequest(remote_configs=paywall.remote_configs).to_dict() == {"remote_configs": CONFIGS}
    assert paywall.remote_config("en").decoded()["title"] == "Gold Features"
