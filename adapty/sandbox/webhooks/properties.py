"""What an event says: of the profile, of the purchase, of the access level. What has no value is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

from attrs import frozen

from adapty.sandbox.formats import instant, is_uuid
from adapty.sandbox.server_side import access, purchases
from adapty.sandbox.server_side.moments import DAY, with_plain_offset
from adapty.sandbox.server_side.profiles import Profile
from adapty.sandbox.server_side.purchases import Transaction
from adapty.sandbox.server_side.settings import base_plan, product
from adapty.sandbox.server_side.standing import moment
from adapty.sandbox.webhooks.news import Event
from adapty.sandbox.webhooks.transactions import is_trial

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapty.sandbox.server_side.work import Work

__all__ = ["Level", "Snapshot", "access_level_properties", "event", "is_active", "purchase_properties"]

Level = dict[str, Any]
"""An access level as the API's answers show it."""

_API_VERSION = 1

_OF_INSTALLATION = ("idfv", "idfa", "advertising_id", "user_agent")


@frozen(kw_only=True)
class Snapshot:
    """A profile at one moment.

    Attributes:
        profile: The profile.
        history: Its transactions, in the order of receipt.
        levels: Its access levels, by their ids.
        now: The moment, in microseconds since the start of 1970.
    """

    profile: Profile
    history: tuple[Transaction, ...] = ()
    levels: dict[str, Level]
    now: int

    @classmethod
    def of(cls, work: Work, profile: Profile) -> Self:
        """Take one."""
        history = purchases.transactions(work, profile)
        levels = {level["access_level_id"]: level for level in access.access_levels(work, profile, history)}
        return cls(profile=profile, history=tuple(history), levels=levels, now=work.now)


def event(
    event_type: str, at: str, snapshot: Snapshot, properties: Mapping[str, Any], given: Mapping[str, Any] | None = None
) -> Event:
    """Put an event together.

    Args:
        event_type: What happened.
        at: When, as Adapty spells it.
        snapshot: Whom it happened to.
        properties: What the event says of the purchase or the access level.
        given: Properties that take the place of those, null too.
    """
    profile = snapshot.profile
    installation = profile.fields.get("installation_meta") or {}
    body = {
        "profile_id": profile.profile_id,
        "customer_user_id": profile.customer_user_id,
        **{name: installation.get(name) for name in _OF_INSTALLATION},
        "email": profile.fields.get("email"),
        "event_type": event_type,
        "event_datetime": at,
        "event_properties": {
            "profile_event_id": str(uuid4()),
            "event_datetime": at,
            **_of_profile(snapshot),
            **properties,
            **(given or {}),
        },
        "event_api_version": _API_VERSION,
        "user_attributes": dict(profile.custom_attributes) or None,
        "integration_ids": dict(profile.integration_identifiers) or None,
    }
    return Event(_filled(body))


def purchase_properties(transaction: Mapping[str, Any]) -> dict[str, Any]:
    """Tell of a purchase.

    Args:
        transaction: A body that `setTransaction` accepts.
    """
    price, offer = transaction["price"], transaction.get("offer") or {}
    variation_id = transaction.get("variation_id")
    is_refunded = transaction.get("refunded_at") is not None
    purchased_at = instant(transaction["purchased_at"])
    expires_at = moment(transaction, "expires_at") if transaction["purchase_type"] == "subscription" else None
    told = {
        "store": transaction["store"],
        "environment": transaction.get("environment", "Production"),
        "store_country": price["country"],
        "vendor_product_id": product(transaction["store_product_id"]),
        "base_plan_id": base_plan(transaction["store_product_id"]),
        "transaction_id": transaction["store_transaction_id"],
        "original_transaction_id": transaction["store_original_transaction_id"],
        "purchase_date": with_plain_offset(purchased_at),
        "original_purchase_date": with_plain_offset(moment(transaction, "originally_purchased_at", purchased_at)),
        "subscription_expires_at": _spelled(expires_at),
        "currency": price["currency"],
        "price_local": float(price["value"]),
        "price_usd": float(price["value"]) if price["currency"] == "USD" else None,
        "store_offer_category": offer.get("category"),
        "store_offer_discount_type": offer.get("type"),
        "promotional_offer_id": offer.get("id"),
        "variation_id": variation_id if isinstance(variation_id, str) and is_uuid(variation_id) else None,
        "cancellation_reason": transaction.get("cancellation_reason") or ("refund" if is_refunded else None),
    }
    if not is_trial(transaction):
        return _filled(told)
    # A trial has a price of null, which is not the same as none.
    return {**_filled(told), **_duration(purchased_at, expires_at), "price_local": None, "price_usd": None}


def access_level_properties(level: Level, snapshot: Snapshot) -> dict[str, Any]:
    """Tell of an access level, and of the purchase or the grant that opens it."""
    behind = next((one.body for one in snapshot.history if _opens(one.body, level)), None)
    renews = behind is not None and behind["purchase_type"] == "subscription" and level["renewal_cancelled_at"] is None
    active, offer = is_active(level, snapshot.now), level["offer"] or {}
    running = offer if active else {}
    promotional = running if running.get("category") == "promotional" else {}
    told = {
        **(_granted(level) if behind is None else purchase_properties(behind)),
        "access_level_id": level["access_level_id"],
        "is_active": active,
        "is_lifetime": level["expires_at"] is None,
        "is_in_grace_period": level["is_in_grace_period"],
        "is_refund": level["cancellation_reason"] == "refund",
        "will_renew": renews and active and level["cancellation_reason"] is None,
        "activated_at": level["originally_purchased_at"],
        "renewed_at": level["purchased_at"],
        "starts_at": level["starts_at"],
        "expires_at": level["expires_at"],
        "billing_issue_detected_at": level["billing_issue_detected_at"],
        "cancellation_reason": level["cancellation_reason"],
        "active_introductory_offer_type": running.get("type") if running.get("category") == "introductory" else None,
        "active_promotional_offer_type": promotional.get("type"),
        "active_promotional_offer_id": promotional.get("id"),
    }
    return {name: value for name, value in told.items() if value is not None or name in {"price_local", "price_usd"}}


def is_active(level: Level, now: int) -> bool:
    """Tell whether an access level opens something now."""
    # All moments have the same spelling and length, so their order is that of their texts.
    at, starts_at, expires_at = with_plain_offset(now), level["starts_at"], level["expires_at"]
    return (starts_at is None or starts_at <= at) and (expires_at is None or at < expires_at)


def _of_profile(snapshot: Snapshot) -> dict[str, Any]:
    return _filled(
        {
            "profile_id": snapshot.profile.profile_id,
            "profile_country": snapshot.profile.fields.get("ip_country"),
            "profile_has_access_level": any(is_active(level, snapshot.now) for level in snapshot.levels.values()),
            "profile_total_revenue_usd": purchases.revenue_usd(snapshot.history),
        },
    )


def _granted(level: Level) -> dict[str, Any]:
    return {
        "store": level["store"],
        "vendor_product_id": level["store_product_id"],
        "transaction_id": level["store_transaction_id"],
        "original_transaction_id": level["store_original_transaction_id"],
        "purchase_date": level["purchased_at"],
        "original_purchase_date": level["originally_purchased_at"],
    }


def _opens(transaction: Mapping[str, Any], level: Level) -> bool:
    ids = ("store_transaction_id", "store_original_transaction_id")
    return all(transaction[name] == level[name] for name in ids)


def _duration(purchased_at: int, expires_at: int | None) -> dict[str, str]:
    days = 0 if expires_at is None else round((expires_at - purchased_at) / DAY)
    return {"trial_duration": f"{days} day{'' if days == 1 else 's'}"} if days > 0 else {}


def _spelled(moment: int | None) -> str | None:
    return None if moment is None else with_plain_offset(moment)


def _filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
