"""Webhook requests in the formats of the vendor's published examples, with other values."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from adapty.webhooks import Receiver, WebhookEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ACCESS", "HEADERS", "PURCHASE", "TOKEN", "VALUE", "Handled", "event_of", "never", "post", "purchase"]

VALUE = "Bearer value-from-the-dashboard"
HEADERS: Mapping[str, str] = {"Authorization": VALUE, "Content-Type": "application/json"}

PURCHASE: Mapping[str, Any] = {
    "profile_id": "5d8c1f0a-2b3e-4c47-9a61-7f0e1d2c3b4a",
    "customer_user_id": "user_12345",
    "idfv": "11111111-2222-3333-4444-555555555555",
    "idfa": "66666666-7777-8888-9999-000000000000",
    "advertising_id": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
    "profile_install_datetime": "2026-05-31T08:15:40.000000+0000",
    "user_agent": "Shop/3.1 (iPhone; iOS 17.5) Engine",
    "email": "jane@example.com",
    "event_type": "subscription_renewed",
    "event_datetime": "2026-06-10T14:20:05.000000+0000",
    "event_properties": {
        "store": "app_store",
        "currency": "EUR",
        "price_usd": 9.99,
        "profile_id": "5d8c1f0a-2b3e-4c47-9a61-7f0e1d2c3b4a",
        "cohort_name": "All users",
        "environment": "Production",
        "price_local": 8.99,
        "base_plan_id": "monthly",
        "developer_id": "settings_placement",
        "paywall_name": "Summer",
        "proceeds_usd": 8.4915,
        "variation_id": "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
        "purchase_date": "2026-06-10T14:20:00.181000+0000",
        "store_country": "DE",
        "event_datetime": "2026-06-10T14:20:05.000000+0000",
        "proceeds_local": 7.6415,
        "tax_amount_usd": 0,
        "transaction_id": "440001234567890",
        "net_revenue_usd": 8.4915,
        "profile_country": "FR",
        "paywall_revision": "2",
        "profile_event_id": "3f0c7a0e-6c2e-4f0e-9b63-5f6a0c1d2e3f",
        "tax_amount_local": 0,
        "net_revenue_local": 7.6415,
        "vendor_product_id": "premium_monthly",
        "profile_ip_address": "203.0.113.7",
        "consecutive_payments": 2,
        "rate_after_first_year": False,
        "original_purchase_date": "2026-05-10T14:20:00.000000+0000",
        "original_transaction_id": "440001234567000",
        "subscription_expires_at": "2026-07-10T14:20:00.000000+0000",
        "profile_has_access_level": True,
        "profile_total_revenue_usd": 19.98,
    },
    "event_api_version": 1,
    "profiles_sharing_access_level": [
        {"profile_id": "77777777-8888-9999-aaaa-bbbbbbbbbbbb", "customer_user_id": "user_2"},
    ],
    "attributions": {
        "appsflyer": {
            "ad_set": "Words 3.4",
            "status": "non_organic",
            "channel": "Some Ads",
            "ad_group": None,
            "campaign": "Summer, rest of the world",
            "creative": None,
            "created_at": "2026-05-31T08:15:00.000000+0000",
            "network_user_id": "1717143300000-1234567",
        },
    },
    "user_attributes": {"colour": "blue", "days": 7.0},
    "integration_ids": {"firebase_app_instance_id": "fb-1", "branch_id": "br-1", "one_signal_player_id": "os-1"},
}
"""A purchase with everything that a dashboard can turn on."""

TOKEN: Mapping[str, Any] = {
    "product_id": "premium_monthly",
    "purchase_token": "nmkdlolpfjagbaaeb.AO-J1OxToken",
    "is_subscription": True,
}

ACCESS: Mapping[str, Any] = {
    "profile_id": "5d8c1f0a-2b3e-4c47-9a61-7f0e1d2c3b4a",
    "customer_user_id": None,
    "event_type": "access_level_updated",
    "event_datetime": "2026-06-10T14:20:06.000000+0000",
    "event_properties": {
        "ab_test_name": "Colours",
        "access_level_id": "premium",
        "activated_at": "2026-05-10T14:20:00.000000+0000",
        "active_introductory_offer_type": "free_trial",
        "active_promotional_offer_id": "summer",
        "active_promotional_offer_type": "pay_up_front",
        "billing_issue_detected_at": "2026-06-09T14:20:00.000000+0000",
        "cancellation_reason": "billing_error",
        "currency": "USD",
        "environment": "Sandbox",
        "event_datetime": "2026-06-10T14:20:06.000000+0000",
        "expires_at": "2026-07-10T14:20:00.000000+0000",
        "is_active": True,
        "is_in_grace_period": False,
        "is_lifetime": False,
        "is_refund": False,
        "original_purchase_date": "2026-05-10T14:20:00.000000+0000",
        "original_transaction_id": "440001234567000",
        "profile_event_id": "9a1d2b3c-4d5e-4f60-8a7b-8c9d0e1f2a3b",
        "profile_has_access_level": True,
        "purchase_date": "2026-06-10T14:20:00.000000+0000",
        "renewed_at": "2026-06-10T14:20:00.000000+0000",
        "starts_at": "2026-05-10T14:20:00.000000+0000",
        "store": "play_store",
        "subscription_expires_at": "2026-07-10T14:20:00.000000+0000",
        "transaction_id": "GPA.3300-1234-5678-90123..1",
        "trial_duration": "7 days",
        "vendor_product_id": "premium_monthly",
        "will_renew": True,
    },
    "event_api_version": 1,
}
"""An access level, of an anonymous user."""


def purchase(event_type: str = "subscription_renewed", **properties: Any) -> dict[str, Any]:
    """Return the purchase with another type and other properties; one that is `...` is omitted."""
    changed = {**deepcopy(dict(PURCHASE)), "event_type": event_type}
    changed["event_properties"] |= properties
    changed["event_properties"] = {
        name: value for name, value in changed["event_properties"].items() if value is not ...
    }
    return changed


def post(event: Mapping[str, Any]) -> bytes:
    """Spell an event as it is posted."""
    return json.dumps(event).encode()


def event_of(event: Mapping[str, Any]) -> WebhookEvent:
    """Take an event through the whole way in: bytes, receiver, model."""
    taken = Receiver(VALUE).accept(HEADERS, post(event)).event
    assert taken is not None
    return taken


def never(event: WebhookEvent) -> None:
    """Handle an event where there must be none."""
    pytest.fail(f"handled {event}")


class Handled:
    """A handler that records events, and fails on request."""

    def __init__(self) -> None:
        self.events: list[WebhookEvent] = []
        self.failing = False

    def __call__(self, event: WebhookEvent) -> None:
        """Handle an event."""
        self.events.append(event)
        if self.failing:
            raise RuntimeError
