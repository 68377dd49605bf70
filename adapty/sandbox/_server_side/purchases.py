"""The transactions of a profile: storage, the state of a purchase, and what responses show of them."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self, overload
from uuid import NAMESPACE_URL, uuid5

from attrs import asdict, evolve, frozen

from adapty.sandbox._server_side.model import Transaction
from adapty.sandbox._server_side.settings import parse_base_plan_id, parse_product_id
from adapty.sandbox._storage import to_json
from adapty.sandbox._timestamps import DAY, format_with_offset, format_with_z, parse_rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from adapty.sandbox._server_side.model import Context, Profile
    from adapty.sandbox._timestamps import Formatter

__all__ = [
    "PurchaseState",
    "format_one_time_purchases",
    "format_subscriptions",
    "get_timestamp",
    "is_trial",
    "latest_transactions",
    "load_transactions",
    "resolve_token",
    "revoke",
    "save",
    "save_once",
    "total_revenue_usd",
]

_UPSERT = """
INSERT INTO transactions (profile_id, store_original_transaction_id, store_transaction_id, body)
VALUES (?, ?, ?, ?)
ON CONFLICT (profile_id, store_original_transaction_id, store_transaction_id) DO
"""
_UPDATE_EXISTING = "UPDATE SET body = excluded.body"
_KEEP_EXISTING = "NOTHING"
_LIST = "SELECT received, body, revoked_at FROM transactions WHERE profile_id = ? ORDER BY received"
_REVOKE = """
UPDATE transactions SET revoked_at = ? WHERE received = ? AND (revoked_at IS NULL OR revoked_at > ?)
"""
_MAX_FLOAT = Decimal(sys.float_info.max)
_TOKEN = re.compile(r"(?P<prefix>[a-z]+_)[A-Za-z0-9_]{1,255}", re.ASCII)
_TOKEN_PERIOD = 30 * DAY
_TOKEN_PURCHASES: Mapping[tuple[str, str], str] = {
    ("stripe", "sub_"): "subscription",
    ("stripe", "pi_"): "one_time_purchase",
    ("paddle", "sub_"): "subscription",
    ("paddle", "txn_"): "one_time_purchase",
}
"""Store and token prefix to purchase type."""


def save(context: Context, profile: Profile, body: Mapping[str, Any]) -> None:
    """Store a transaction, or update the one with the same two ids."""
    _upsert(context, profile, body, _UPDATE_EXISTING)


def save_once(context: Context, profile: Profile, body: Mapping[str, Any]) -> None:
    """Store a transaction, unless there is one with the same two ids."""
    _upsert(context, profile, body, _KEEP_EXISTING)


def _upsert(context: Context, profile: Profile, body: Mapping[str, Any], on_conflict: str) -> None:
    ids = (profile.profile_id, body["store_original_transaction_id"], body["store_transaction_id"])
    context.connection.execute(_UPSERT + on_conflict, (*ids, to_json(body)))


def load_transactions(context: Context, profile: Profile) -> list[Transaction]:
    """Return the transactions of a profile, in the order of receipt."""
    rows = context.connection.execute(_LIST, (profile.profile_id,))
    return [
        Transaction(received=received, body=json.loads(body), revoked_at=revoked_at)
        for received, body, revoked_at in rows
    ]


def revoke(context: Context, transaction: Transaction, at: int) -> None:
    """Store when the access that a transaction unlocks ends, unless it ended before."""
    context.connection.execute(_REVOKE, (at, transaction.received, context.now))


def is_trial(body: Mapping[str, Any]) -> bool:
    """Return whether a transaction is a free trial."""
    return body["purchase_type"] == "subscription" and (body.get("offer") or {}).get("type") == "free_trial"


def latest_transactions(history: Iterable[Transaction]) -> list[Transaction]:
    """Return each one-time purchase, and the latest transaction of each subscription.

    The latest one was purchased last; if several were purchased at the same time, it was received last.
    """
    chains: dict[tuple[str, str | None], list[Transaction]] = {}
    for transaction in history:
        own_id = None if transaction.is_subscription else transaction.body["store_transaction_id"]
        chains.setdefault((transaction.body["store_original_transaction_id"], own_id), []).append(transaction)
    return [
        max(chain, key=lambda one: (parse_rfc3339(one.body["purchased_at"]), one.received)) for chain in chains.values()
    ]


@overload
def get_timestamp(body: Mapping[str, Any], name: str, default: int) -> int: ...
@overload
def get_timestamp(body: Mapping[str, Any], name: str, default: None = None) -> int | None: ...
def get_timestamp(body: Mapping[str, Any], name: str, default: int | None = None) -> int | None:
    """Return a date-time field of a body in microseconds since 1970, or `default` if it is missing or null."""
    text = body.get(name)
    return default if text is None else parse_rfc3339(text)


@frozen(kw_only=True)
class PurchaseState:
    """The state of a purchase or a grant at a point in time. Timestamps are microseconds since 1970.

    The attributes are the fields that `ProfileSubscription` and `AccessLevel` have in common.
    """

    store: str
    store_product_id: str
    store_base_plan_id: str | None = None
    store_transaction_id: str
    store_original_transaction_id: str
    offer: Mapping[str, Any] | None = None
    purchased_at: int
    originally_purchased_at: int
    expires_at: int | None = None
    renewal_cancelled_at: int | None = None
    billing_issue_detected_at: int | None = None
    is_in_grace_period: bool = False
    cancellation_reason: str | None = None

    @classmethod
    def from_transaction(cls, transaction: Mapping[str, Any], now: int) -> Self:
        """Return the state of a transaction.

        Once a subscription has expired, it ends with its grace period, if it has one. A refund ends it at the time of
        the refund.

        Args:
            transaction: A body that matches the spec's `OneTimePurchase` or `Subscription`.
            now: The time.
        """
        # A one-time purchase may contain fields of a subscription; they do not apply.
        renewal = transaction if transaction["purchase_type"] == "subscription" else {}
        purchased_at, refunded_at = (
            parse_rfc3339(transaction["purchased_at"]),
            get_timestamp(transaction, "refunded_at"),
        )
        expires_at, is_in_grace_period = _expiration(renewal, now)
        reason = transaction.get("cancellation_reason")
        state = cls(
            store=transaction["store"],
            store_product_id=parse_product_id(transaction["store_product_id"]),
            store_base_plan_id=parse_base_plan_id(transaction["store_product_id"]),
            store_transaction_id=transaction["store_transaction_id"],
            store_original_transaction_id=transaction["store_original_transaction_id"],
            offer=_format_offer(transaction.get("offer")),
            purchased_at=purchased_at,
            originally_purchased_at=get_timestamp(renewal, "originally_purchased_at", purchased_at),
            expires_at=expires_at,
            renewal_cancelled_at=_renewal_cancelled_at(renewal, purchased_at),
            billing_issue_detected_at=get_timestamp(renewal, "billing_issue_detected_at"),
            is_in_grace_period=is_in_grace_period,
            cancellation_reason=reason or (None if refunded_at is None else "refund"),
        )
        return state if refunded_at is None else state.ended_at(refunded_at, reason=reason or "refund", now=now)

    def ended_at(self, at: int, *, reason: str, now: int) -> Self:
        """Return the state if the purchase ends at a time, unless it ended before."""
        if self.expires_at is not None and self.expires_at <= at:
            return self
        is_in_grace_period = self.is_in_grace_period and now < at
        return evolve(self, expires_at=at, cancellation_reason=reason, is_in_grace_period=is_in_grace_period)

    def to_dict(self, formatter: Formatter) -> dict[str, Any]:
        """Return the fields as a response contains them, with date-times in one of the API's formats."""
        return {
            name: formatter(value) if name.endswith("_at") and value is not None else value
            for name, value in asdict(self).items()
        }


def _expiration(renewal: Mapping[str, Any], now: int) -> tuple[int | None, bool]:
    """Return when a subscription expires, and whether it is in a grace period."""
    expires_at, grace_ends_at = get_timestamp(renewal, "expires_at"), get_timestamp(renewal, "grace_period_expires_at")
    if expires_at is None or grace_ends_at is None or now < expires_at or grace_ends_at <= expires_at:
        return expires_at, False
    return grace_ends_at, now < grace_ends_at


def _renewal_cancelled_at(renewal: Mapping[str, Any], purchased_at: int) -> int | None:
    if renewal.get("renew_status", True):
        return None
    return get_timestamp(renewal, "renew_status_changed_at", purchased_at)


def _format_offer(offer: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if offer is None else {"category": offer["category"], "type": offer["type"], "id": offer.get("id")}


def format_subscriptions(history: Sequence[Transaction], now: int) -> list[dict[str, Any]]:
    """Return the subscriptions of a profile as a response contains them."""
    return [
        {
            **PurchaseState.from_transaction(transaction.body, now).to_dict(format_with_offset),
            "environment": transaction.body.get("environment", "Production"),
        }
        for transaction in latest_transactions(history)
        if transaction.is_subscription
    ]


def format_one_time_purchases(
    context: Context, profile: Profile, history: Sequence[Transaction]
) -> list[dict[str, Any]]:
    """Return the one-time purchases of a profile as a response contains them."""
    bodies = (transaction.body for transaction in latest_transactions(history) if not transaction.is_subscription)
    return [
        {
            "purchase_id": _purchase_id(profile, body),
            "store": body["store"],
            "store_product_id": parse_product_id(body["store_product_id"]),
            "store_base_plan_id": parse_base_plan_id(body["store_product_id"]),
            "store_transaction_id": body["store_transaction_id"],
            "store_original_transaction_id": body["store_original_transaction_id"],
            "purchased_at": format_with_z(parse_rfc3339(body["purchased_at"])),
            "environment": body.get("environment", "Production"),
            "is_refund": body.get("refunded_at") is not None,
            "is_consumable": context.settings.is_consumable(body["store_product_id"]),
        }
        for body in bodies
    ]


def _purchase_id(profile: Profile, body: Mapping[str, Any]) -> str:
    ids = (profile.profile_id, body["store_original_transaction_id"], body["store_transaction_id"])
    return str(uuid5(NAMESPACE_URL, to_json(ids)))


def total_revenue_usd(history: Iterable[Transaction]) -> float:
    """Return the sum of the prices without refunds. Other currencies than USD are ignored: there are no rates."""
    prices = (one.body["price"] for one in history if one.body.get("refunded_at") is None)
    total = sum((Decimal(str(price["value"])) for price in prices if price["currency"] == "USD"), Decimal())
    return float(min(max(total, -_MAX_FLOAT), _MAX_FLOAT))


def resolve_token(store: str, token: str, now: int) -> dict[str, Any] | None:
    """Synthesize the transaction for a token of Stripe or Paddle: the sandbox does not contact the store.

    Args:
        store: `stripe` or `paddle`.
        token: The token, which becomes the transaction's id.
        now: The time of the purchase.

    Returns:
        The transaction, as `setTransaction` accepts it, or None if the store has no such tokens.

    Example:
        >>> resolve_token("stripe", "pi_1", 0)["store_product_id"]
        'stripe_one_time_purchase'
        >>> resolve_token("stripe", "txn_1", 0) is None
        True
    """
    match = _TOKEN.fullmatch(token)
    purchase_type = _TOKEN_PURCHASES.get((store, match["prefix"])) if match else None
    if purchase_type is None:
        return None
    purchase: dict[str, Any] = {
        "purchase_type": purchase_type,
        "store": store,
        "environment": "Production",
        "store_product_id": f"{store}_{purchase_type}",
        "store_transaction_id": token,
        "store_original_transaction_id": token,
        "price": {"country": "US", "currency": "USD", "value": 9.99},
        "purchased_at": format_with_z(now),
    }
    if purchase_type == "subscription":
        purchase |= {
            "originally_purchased_at": format_with_z(now),
            "expires_at": format_with_z(now + _TOKEN_PERIOD),
            "renew_status": True,
        }
    return purchase
