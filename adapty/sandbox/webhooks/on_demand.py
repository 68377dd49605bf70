"""Events that somebody asks for, whatever has happened: to try a receiver with each type there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from adapty.sandbox.server_side import profiles
from adapty.sandbox.server_side.access import GRANTED_PRODUCT
from adapty.sandbox.server_side.moments import DAY, with_plain_offset, with_z
from adapty.sandbox.server_side.profiles import Profile
from adapty.sandbox.server_side.purchases import Transaction, current
from adapty.sandbox.webhooks.properties import Level, Snapshot, access_level_properties, event, purchase_properties
from adapty.sandbox.webhooks.transactions import is_trial

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adapty.sandbox.server_side.identity import User
    from adapty.sandbox.server_side.work import Work
    from adapty.sandbox.webhooks.news import Event

__all__ = ["asked_for"]

_TRIAL_DAYS = 7
_PERIOD_DAYS = 30

_ENDED = frozenset({"subscription_expired", "trial_expired"})

_REASONS: Mapping[str, str] = {
    "billing_issue_detected": "billing_error",
    "entered_grace_period": "billing_error",
    "non_subscription_purchase_refunded": "refund",
    "subscription_refunded": "refund",
    "subscription_renewal_cancelled": "voluntarily_cancelled",
    "trial_renewal_cancelled": "voluntarily_cancelled",
}
"""Event type to the reason that a made-up purchase gives for it."""


def asked_for(work: Work, user: User, event_type: str, given: Mapping[str, Any]) -> Event:
    """Make an event of a type.

    It tells of the profile's latest purchase of the kind that the type is about, or of its access level. Where it has
    none, the purchase is made up, and so is the profile where there is none; neither is kept.

    Args:
        work: What is known.
        user: Whom it is about; nobody for an anonymous profile.
        event_type: The type, by any name; an unknown one is taken for one of a subscription.
        given: Properties that take the place of what it would say, null too.
    """
    known = profiles.find(work, user)
    if known is None:
        profile = Profile(profile_id=user.profile_id or str(uuid4()), customer_user_id=user.customer_user_id)
        snapshot = Snapshot(profile=profile, levels={}, now=work.now)
    else:
        snapshot = Snapshot.of(work, known)
    if event_type == "access_level_updated":
        properties = _of_access_level(snapshot, given.get("access_level_id"))
    else:
        properties = purchase_properties(_purchase(snapshot, event_type))
    at = given.get("event_datetime")
    return event(event_type, at if isinstance(at, str) else with_plain_offset(work.now), snapshot, properties, given)


def _purchase(snapshot: Snapshot, event_type: str) -> Mapping[str, Any]:
    is_meant = _kind(event_type)
    found = [one for one in current(snapshot.history) if is_meant(one)]
    return found[-1].body if found else _made_up(event_type, snapshot.now)


def _kind(event_type: str) -> Callable[[Transaction], bool]:
    if event_type.startswith("non_subscription_"):
        return lambda one: not one.is_subscription
    if event_type.startswith("trial_") and event_type != "trial_converted":
        return lambda one: is_trial(one.body)
    return lambda one: one.is_subscription and not is_trial(one.body)


def _made_up(event_type: str, now: int) -> dict[str, Any]:
    """Make up a purchase of which the event could tell."""
    transaction_id = str(uuid4().int)[:16]
    is_one_time = event_type.startswith("non_subscription_")
    in_trial = event_type.startswith("trial_") and event_type != "trial_converted"
    days = _TRIAL_DAYS if in_trial else _PERIOD_DAYS
    purchased_at = now - days * DAY if event_type in _ENDED else now
    purchase = {
        "purchase_type": "one_time_purchase" if is_one_time else "subscription",
        "store": "app_store",
        "environment": "Sandbox",
        "store_product_id": "coins_100" if is_one_time else "premium_monthly",
        "store_transaction_id": transaction_id,
        "store_original_transaction_id": transaction_id,
        "price": {"country": "US", "currency": "USD", "value": 9.99},
        "purchased_at": with_z(purchased_at),
        "cancellation_reason": _REASONS.get(event_type),
    }
    if not is_one_time:
        purchase |= {"originally_purchased_at": with_z(purchased_at), "expires_at": with_z(purchased_at + days * DAY)}
    if in_trial:
        purchase["offer"] = {"category": "introductory", "type": "free_trial"}
    return purchase


def _of_access_level(snapshot: Snapshot, wanted: object) -> dict[str, Any]:
    named = snapshot.levels.get(wanted) if isinstance(wanted, str) else None
    level = named or next(iter(snapshot.levels.values()), None) or _granted(snapshot.now)
    return access_level_properties(level, snapshot)


def _granted(now: int) -> Level:
    """Make up an access level that was granted for ever."""
    grant_id, moment = str(uuid4()), with_plain_offset(now)
    return {
        "access_level_id": "premium",
        "store": "adapty",
        "store_product_id": GRANTED_PRODUCT,
        "store_transaction_id": grant_id,
        "store_original_transaction_id": grant_id,
        "purchased_at": moment,
        "originally_purchased_at": moment,
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
