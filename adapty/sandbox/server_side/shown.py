"""A profile as answers show it, and as the sandbox shows it inside."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from adapty.sandbox.database import as_text
from adapty.sandbox.server_side import currencies, integrations, purchases, refund_saver
from adapty.sandbox.server_side.access import access_levels

if TYPE_CHECKING:
    from adapty.sandbox.server_side.profiles import Profile
    from adapty.sandbox.server_side.work import Work

__all__ = ["APP_ID", "inside", "profile_response"]

APP_ID = "ada97000-5a4d-4b0c-8000-000000000001"
"""The one app that the sandbox has."""

_HASH_CHARACTERS = 16


def profile_response(work: Work, profile: Profile) -> dict[str, Any]:
    """Give a profile as the contract's `ProfileResponse` has it."""
    return {"data": _shown(work, profile)}


def inside(work: Work, profile: Profile) -> dict[str, Any]:
    """Give a profile with all that is stored of it: what the answers show, and what they do not."""
    return {
        **profile.fields,
        **_shown(work, profile),
        "transactions": [transaction.body for transaction in purchases.transactions(work, profile)],
        "refund_saver_settings": refund_saver.settings(profile),
        "integration_identifiers": integrations.identifiers(profile),
        "virtual_currencies": currencies.balances(work, profile),
    }


def _shown(work: Work, profile: Profile) -> dict[str, Any]:
    history = purchases.transactions(work, profile)
    return {
        "app_id": APP_ID,
        "profile_id": profile.profile_id,
        "customer_user_id": profile.customer_user_id,
        "total_revenue_usd": purchases.revenue_usd(history),
        "segment_hash": _segment_hash(profile),
        "timestamp": work.timestamp,
        "custom_attributes": [{"key": key, "value": value} for key, value in profile.custom_attributes.items()],
        "access_levels": access_levels(work, profile, history),
        "subscriptions": purchases.subscriptions(history, work.now),
        "non_subscriptions": purchases.non_subscriptions(work, profile, history),
    }


def _segment_hash(profile: Profile) -> str:
    """Make something of what segments are made of, which changes when that does."""
    return sha256(as_text([profile.fields, profile.custom_attributes]).encode()).hexdigest()[:_HASH_CHARACTERS]
