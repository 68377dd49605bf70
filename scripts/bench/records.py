"""The records that all targets send, and what the server returns."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "AUTHORIZATION",
    "CONCURRENCY",
    "KEY",
    "PATH",
    "PROFILE_RESPONSE",
    "create_bodies",
    "create_fields",
    "create_webhook_bodies",
    "write_csv",
]

KEY = "secret_live_benchmark"

PATH = "/api/v1/profile/save/"
"""The path of `mail.save_profile`."""

CONCURRENCY = 16
"""The default concurrency of a bulk import."""

AUTHORIZATION = "Bearer value-from-the-dashboard"
"""The Authorization header of webhooks."""

PROFILE_RESPONSE: dict[str, Any] = {
    "data": {
        "app_id": "8ef7c3a1-1d3f-4f0e-9b52-0a1b2c3d4e5f",
        "profile_id": "772204ce-ebf6-4ed9-82b0-d8688ab62b01",
        "customer_user_id": "user_1",
        "total_revenue_usd": 49.99,
        "segment_hash": "7b2c1d0e9f8a",
        "timestamp": 1781101205000,
        "custom_attributes": [{"key": "plan", "value": "yearly"}],
        "access_levels": [
            {
                "access_level_id": "premium",
                "store": "app_store",
                "store_product_id": "premium_yearly",
                "starts_at": None,
                "purchased_at": "2026-06-10T14:20:00.000000+0000",
                "originally_purchased_at": "2026-06-03T14:20:00.000000+0000",
                "expires_at": "2027-06-10T14:20:00.000000+0000",
                "is_in_grace_period": False,
                "will_renew": True,
            }
        ],
        "subscriptions": [
            {
                "store": "app_store",
                "store_product_id": "premium_yearly",
                "store_transaction_id": "2000000456789012",
                "store_original_transaction_id": "2000000123456789",
                "environment": "Production",
                "purchased_at": "2026-06-10T14:20:00.000000+0000",
                "originally_purchased_at": "2026-06-03T14:20:00.000000+0000",
                "expires_at": "2027-06-10T14:20:00.000000+0000",
                "is_active": True,
            }
        ],
        "non_subscriptions": [],
    }
}
"""The response to a GET request: a profile with a subscription."""

_WEBHOOK: dict[str, Any] = {
    "profile_id": "772204ce-ebf6-4ed9-82b0-d8688ab62b01",
    "profile_install_datetime": "2026-05-31T08:15:40.000000+0000",
    "user_agent": "Shop/3.1 (iPhone; iOS 17.5) Engine",
    "email": "jane@example.com",
    "event_type": "subscription_started",
    "event_datetime": "2026-06-10T14:20:05.000000+0000",
    "event_api_version": 1,
}
_WEBHOOK_PROPERTIES: dict[str, Any] = {
    "store": "app_store",
    "currency": "EUR",
    "price_usd": 9.99,
    "price_local": 8.99,
    "proceeds_usd": 8.4915,
    "environment": "Production",
    "store_country": "DE",
    "profile_country": "FR",
    "vendor_product_id": "premium_monthly",
    "transaction_id": "1000000123456789",
    "original_transaction_id": "1000000123456789",
    "purchase_date": "2026-06-10T14:20:00.000000+0000",
    "original_purchase_date": "2026-06-10T14:20:00.000000+0000",
    "subscription_expires_at": "2026-07-10T14:20:00.000000+0000",
    "consecutive_payments": 1,
    "rate_after_first_year": False,
}


def create_fields(number: int) -> dict[str, Any]:
    """Return the fields of a profile.

    Example:
        >>> create_fields(7)["email"]
        'jane.7@example.com'
    """
    return {
        "external_profile_id": f"user_{number}",
        "external_created_at": "2026-06-01T10:30:00Z",
        "email": f"jane.{number}@example.com",
        "first_name": "Jane",
        "country": "US",
        "custom_attributes": {"plan": "trial"},
    }


def create_bodies(count: int) -> list[bytes]:
    """Return request bodies, encoded like httpx encodes JSON."""
    return [json.dumps(create_fields(number), separators=(",", ":")).encode() for number in range(count)]


def create_webhook_bodies(first: int, count: int) -> list[bytes]:
    """Return the bodies of webhooks; their event IDs contain the numbers from `first` on."""
    return [
        json.dumps(
            {
                **_WEBHOOK,
                "customer_user_id": f"user_{number % 1000}",
                "event_properties": {
                    "profile_event_id": f"3f0c7a0e-6c2e-4f0e-9b63-{number:012}",
                    **_WEBHOOK_PROPERTIES,
                },
            }
        ).encode()
        for number in range(first, first + count)
    ]


def write_csv(path: Path, count: int) -> None:
    """Write a file of profiles in constant memory."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        *names, _ = create_fields(0)
        writer.writerow([*names, "custom.plan"])
        for number in range(count):
            *values, attributes = create_fields(number).values()
            writer.writerow([*values, attributes["plan"]])
