"""The body of an event: of a lifecycle event, and of an event that a user requests to try a receiver.

A field without a value is null if the contract allows null, as Adapty sends it, and missing otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from attrs import field, frozen

from adapty._generated import openapi_spec
from adapty.sandbox._server_side import profiles, purchases
from adapty.sandbox._server_side.access_levels import GRANTED_PRODUCT, is_active
from adapty.sandbox._server_side.lifecycle import take_snapshot
from adapty.sandbox._server_side.model import LifecycleEvent, Profile, Snapshot, Transaction
from adapty.sandbox._server_side.purchases import PurchaseState, get_timestamp, is_trial
from adapty.sandbox._server_side.settings import parse_base_plan_id, parse_product_id
from adapty.sandbox._timestamps import DAY, format_with_z, parse_rfc3339
from adapty.sandbox._timestamps import format_with_plain_offset as _format
from adapty.sandbox._validation import is_uuid

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapty.sandbox._server_side.model import AccessLevel, Context, User

__all__ = ["WebhookEvent", "build_event", "build_requested_event"]

_API_VERSION = 1
_INSTALLATION_FIELDS = ("idfv", "idfa", "advertising_id", "user_agent")

_END_FIELDS: Mapping[str, str] = {
    "billing_issue_detected": "grace_period_expires_at",
    "entered_grace_period": "grace_period_expires_at",
    "subscription_refunded": "refunded_at",
}
"""Event type to the field of a transaction that is the event's `subscription_expires_at`, if it is set."""

_TRIAL_DAYS = 7
_PERIOD_DAYS = 30
_ELAPSED_DAYS: Mapping[str, int] = {
    "subscription_active": 3,
    "subscription_expired": _PERIOD_DAYS,
    "trial_active": 3,
    "trial_expired": _TRIAL_DAYS,
}
"""Event type to the days since a synthesized purchase."""

_CANCELLATION_REASONS: Mapping[str, str] = {
    "billing_issue_detected": "billing_error",
    "entered_grace_period": "billing_error",
    "non_subscription_purchase_refunded": "refund",
    "subscription_refunded": "refund",
    "subscription_renewal_cancelled": "voluntarily_cancelled",
    "trial_renewal_cancelled": "voluntarily_cancelled",
}
"""Event type to the cancellation reason of a synthesized purchase."""


@frozen
class WebhookEvent:
    """One event to post.

    Attributes:
        body: The body of the request.
    """

    body: Mapping[str, Any] = field(repr=False)

    @property
    def event_type(self) -> str:
        """The type, by the name that is posted."""
        return str(self.body["event_type"])

    @property
    def event_id(self) -> str | None:
        """The id, equal in all attempts; None if a user requested an event without one."""
        event_id = self.body["event_properties"].get("profile_event_id")
        return event_id if isinstance(event_id, str) else None

    @property
    def profile_id(self) -> str:
        """Adapty's id of the user."""
        return str(self.body["profile_id"])


def build_event(event: LifecycleEvent) -> WebhookEvent:
    """Build the webhook event of a lifecycle event."""
    if isinstance(event.subject, Transaction):
        properties = _purchase_properties(event.subject.body, event.event_type)
    else:
        properties = _access_level_properties(event.subject, event.snapshot)
    return _assemble(event.event_type, _format(event.occurred_at), event.snapshot, properties)


def build_requested_event(context: Context, user: User, event_type: str, overrides: Mapping[str, Any]) -> WebhookEvent:
    """Build an event of a type that a user requests, whatever has happened.

    It describes the profile's latest purchase of the kind that the type concerns, or its access level. A missing
    purchase, access level or profile is synthesized, and not stored.

    Args:
        context: The stored data.
        user: The user; an anonymous one without ids.
        event_type: The type. An unknown one is treated as that of a subscription.
        overrides: Properties that replace those of the event, null too.
    """
    known = profiles.find(context, user)
    if known is None:
        profile = Profile(profile_id=user.profile_id or str(uuid4()), customer_user_id=user.customer_user_id)
        snapshot = Snapshot(profile=profile, levels={}, now=context.now)
    else:
        snapshot = take_snapshot(context, known)
    if event_type == "access_level_updated":
        level = _select_access_level(snapshot, overrides.get("access_level_id"))
        properties = _access_level_properties(level, snapshot)
    else:
        properties = _purchase_properties(_select_purchase(snapshot, event_type), event_type)
    given = overrides.get("event_datetime")
    occurred_at = given if isinstance(given, str) else _format(context.now)
    return _assemble(event_type, occurred_at, snapshot, properties, overrides)


def _assemble(
    event_type: str,
    occurred_at: str,
    snapshot: Snapshot,
    properties: Mapping[str, Any],
    overrides: Mapping[str, Any] | None = None,
) -> WebhookEvent:
    """Assemble an event.

    Args:
        event_type: The type.
        occurred_at: The date-time of the event, in Adapty's format.
        snapshot: The profile.
        properties: The properties of the purchase or the access level.
        overrides: Properties that replace those, null too.
    """
    profile = snapshot.profile
    installation = profile.fields.get("installation_meta") or {}
    schema = "AccessLevelUpdatedProperties" if "access_level_id" in properties else "PurchaseEventProperties"
    known = {"event_datetime": occurred_at, **_profile_properties(snapshot), **properties}
    body = {
        "profile_id": profile.profile_id,
        "customer_user_id": profile.customer_user_id,
        **{name: installation.get(name) for name in _INSTALLATION_FIELDS},
        "email": profile.fields.get("email"),
        "event_type": event_type,
        "event_datetime": occurred_at,
        "event_properties": {
            "profile_event_id": str(uuid4()),
            **_drop_missing(known, schema),
            **(overrides or {}),
        },
        "event_api_version": _API_VERSION,
        "user_attributes": dict(profile.custom_attributes) or None,
        "attributions": dict(profile.attributions) or None,
        "integration_ids": dict(profile.integration_identifiers) or None,
    }
    return WebhookEvent(_drop_missing(body, "PurchaseEvent"))


def _drop_missing(fields: Mapping[str, Any], schema: str) -> dict[str, Any]:
    """Return the fields without those that are None and may not be null."""
    return {name: value for name, value in fields.items() if value is not None or name in _nullable_fields(schema)}


@cache
def _nullable_fields(schema: str) -> frozenset[str]:
    """Return the fields of a schema that may be null."""
    fields = openapi_spec("webhooks")["components"]["schemas"][schema]["properties"]
    return frozenset(name for name, field in fields.items() if "null" in field.get("type", ""))


def _purchase_properties(transaction: Mapping[str, Any], event_type: str) -> dict[str, Any]:
    """Return the properties of an event of a purchase.

    Args:
        transaction: A body that `setTransaction` accepts.
        event_type: The type of the event.
    """
    properties = {**_transaction_properties(transaction), **_price_properties(transaction)}
    end_field = _END_FIELDS.get(event_type)
    ended_at = get_timestamp(transaction, end_field) if end_field else None
    return properties if ended_at is None else {**properties, "subscription_expires_at": _format(ended_at)}


def _transaction_properties(transaction: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties that events of a purchase and of its access level have."""
    variation_id = transaction.get("variation_id")
    is_refunded = transaction.get("refunded_at") is not None
    purchased_at = parse_rfc3339(transaction["purchased_at"])
    original_date = get_timestamp(transaction, "originally_purchased_at", purchased_at)
    expires_at = get_timestamp(transaction, "expires_at") if transaction["purchase_type"] == "subscription" else None
    return {
        "store": transaction["store"],
        "environment": transaction.get("environment", "Production"),
        "store_country": transaction["price"]["country"],
        "vendor_product_id": parse_product_id(transaction["store_product_id"]),
        "base_plan_id": parse_base_plan_id(transaction["store_product_id"]),
        "transaction_id": transaction["store_transaction_id"],
        "original_transaction_id": transaction["store_original_transaction_id"],
        "purchase_date": _format(purchased_at),
        "original_purchase_date": _format(original_date),
        "subscription_expires_at": None if expires_at is None else _format(expires_at),
        "currency": transaction["price"]["currency"],
        "variation_id": variation_id if isinstance(variation_id, str) and is_uuid(variation_id) else None,
        "cancellation_reason": transaction.get("cancellation_reason") or ("refund" if is_refunded else None),
        "trial_duration": _trial_duration(purchased_at, expires_at) if is_trial(transaction) else None,
    }


def _price_properties(transaction: Mapping[str, Any]) -> dict[str, Any]:
    """Return the prices and the offer. The sandbox knows no exchange rates, and no standard price of an offer."""
    price, offer = transaction["price"], transaction.get("offer") or {}
    charged = None if is_trial(transaction) else float(price["value"])
    is_discounted = bool(offer) and transaction["purchase_type"] == "subscription"
    amounts = {
        "price": charged,
        "original_price": None if is_discounted else charged,
        "discount_amount": None if is_discounted else 0.0,
    }
    in_usd = price["currency"] == "USD"
    return {
        **{f"{name}_local": amount for name, amount in amounts.items()},
        **{f"{name}_usd": amount if in_usd else None for name, amount in amounts.items()},
        "store_offer_category": offer.get("category"),
        "store_offer_discount_type": offer.get("type"),
        "promotional_offer_id": offer.get("id"),
        **({"store_offer_number_of_periods": None} if offer else {}),
    }


def _access_level_properties(level: AccessLevel, snapshot: Snapshot) -> dict[str, Any]:
    """Return the properties of an access level, and of the purchase or the grant that unlocks it."""
    purchase = next((one for one in snapshot.history if _unlocks(one.body, level)), None)
    is_subscription = purchase is not None and purchase.is_subscription
    active = is_active(level, snapshot.now)
    is_renewing = is_subscription and level["renewal_cancelled_at"] is None and level["cancellation_reason"] is None
    will_renew = is_renewing and active
    offer = (level["offer"] or {}) if active else {}
    promotional = offer if offer.get("category") == "promotional" else {}
    return {
        **(_grant_properties(level) if purchase is None else _transaction_properties(purchase.body)),
        "access_level_id": level["access_level_id"],
        "is_active": active,
        "is_lifetime": level["expires_at"] is None,
        "is_in_grace_period": level["is_in_grace_period"],
        "is_refund": level["cancellation_reason"] == "refund",
        "will_renew": will_renew,
        "activated_at": _activated_at(level, snapshot),
        "renewed_at": level["expires_at"] if will_renew else None,
        "starts_at": level["starts_at"],
        "expires_at": level["expires_at"],
        "subscription_expires_at": level["expires_at"] if is_subscription else None,
        "billing_issue_detected_at": level["billing_issue_detected_at"],
        "cancellation_reason": level["cancellation_reason"],
        "active_introductory_offer_type": offer.get("type") if offer.get("category") == "introductory" else None,
        "active_promotional_offer_type": promotional.get("type"),
        "active_promotional_offer_id": promotional.get("id"),
    }


def _activated_at(level: AccessLevel, snapshot: Snapshot) -> str:
    """Return when a level was last activated: by the first purchase of the chain, or the first after a gap."""
    states = [
        PurchaseState.from_transaction(one.body, snapshot.now)
        for one in snapshot.history
        if one.body["store_original_transaction_id"] == level["store_original_transaction_id"]
    ]
    states = [state for state in states if _format(state.purchased_at) <= level["purchased_at"]]
    states.sort(key=lambda state: state.purchased_at, reverse=True)
    for later, earlier in pairwise(states):
        if earlier.expires_at is not None and earlier.expires_at < later.purchased_at:
            return _format(later.purchased_at)
    return str(level["originally_purchased_at"])


def _profile_properties(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "profile_id": snapshot.profile.profile_id,
        "profile_country": snapshot.profile.fields.get("ip_country"),
        "profile_ip_address": None,
        "profile_has_access_level": any(is_active(level, snapshot.now) for level in snapshot.levels.values()),
        "profile_total_revenue_usd": purchases.total_revenue_usd(snapshot.history),
    }


def _grant_properties(level: AccessLevel) -> dict[str, Any]:
    return {
        "store": level["store"],
        "vendor_product_id": level["store_product_id"],
        "transaction_id": level["store_transaction_id"],
        "original_transaction_id": level["store_original_transaction_id"],
        "purchase_date": level["purchased_at"],
        "original_purchase_date": level["originally_purchased_at"],
    }


def _unlocks(transaction: Mapping[str, Any], level: AccessLevel) -> bool:
    ids = ("store_transaction_id", "store_original_transaction_id")
    return all(transaction[name] == level[name] for name in ids)


def _trial_duration(purchased_at: int, expires_at: int | None) -> str | None:
    days = 0 if expires_at is None else round((expires_at - purchased_at) / DAY)
    return f"{days} day{'' if days == 1 else 's'}" if days > 0 else None


# Requested events: what the profile does not have is synthesized.


def _select_purchase(snapshot: Snapshot, event_type: str) -> Mapping[str, Any]:
    matches = _matcher(event_type)
    found = [one for one in purchases.latest_transactions(snapshot.history) if matches(one)]
    return found[-1].body if found else _synthesize_purchase(event_type, snapshot.now)


def _is_trial_event(event_type: str) -> bool:
    return event_type.startswith("trial_") and event_type != "trial_converted"


def _matcher(event_type: str) -> Callable[[Transaction], bool]:
    if event_type.startswith("non_subscription_"):
        return lambda one: not one.is_subscription
    if _is_trial_event(event_type):
        return lambda one: is_trial(one.body)
    return lambda one: one.is_subscription and not is_trial(one.body)


def _synthesize_purchase(event_type: str, now: int) -> dict[str, Any]:
    transaction_id = str(uuid4().int)[:16]
    is_one_time = event_type.startswith("non_subscription_")
    is_trial_event = _is_trial_event(event_type)
    days = _TRIAL_DAYS if is_trial_event else _PERIOD_DAYS
    purchased_at = now - _ELAPSED_DAYS.get(event_type, 0) * DAY
    purchase = {
        "purchase_type": "one_time_purchase" if is_one_time else "subscription",
        "store": "app_store",
        "environment": "Sandbox",
        "store_product_id": "coins_100" if is_one_time else "premium_monthly",
        "store_transaction_id": transaction_id,
        "store_original_transaction_id": transaction_id,
        "price": {"country": "US", "currency": "USD", "value": 9.99},
        "purchased_at": format_with_z(purchased_at),
        "cancellation_reason": _CANCELLATION_REASONS.get(event_type),
    }
    if not is_one_time:
        purchase |= {
            "originally_purchased_at": format_with_z(purchased_at),
            "expires_at": format_with_z(purchased_at + days * DAY),
        }
    if is_trial_event:
        purchase["offer"] = {"category": "introductory", "type": "free_trial"}
    return purchase


def _select_access_level(snapshot: Snapshot, requested_id: object) -> AccessLevel:
    requested = snapshot.levels.get(requested_id) if isinstance(requested_id, str) else None
    return requested or next(iter(snapshot.levels.values()), None) or _synthesize_access_level(snapshot.now)


def _synthesize_access_level(now: int) -> AccessLevel:
    """Return an access level that was granted without an end."""
    grant_id, granted_at = str(uuid4()), _format(now)
    return {
        "access_level_id": "premium",
        "store": "adapty",
        "store_product_id": GRANTED_PRODUCT,
        "store_transaction_id": grant_id,
        "store_original_transaction_id": grant_id,
        "purchased_at": granted_at,
        "originally_purchased_at": granted_at,
        "is_in_grace_period": False,
        **dict.fromkeys(
            (
                "offer",
                "starts_at",
                "expires_at",
                "renewal_cancelled_at",
                "billing_issue_detected_at",
                "cancellation_reason",
            )
        ),
    }
