"""The transactions of a profile, and what it has bought by them."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from attrs import frozen

from adapty.sandbox.database import as_text
from adapty.sandbox.formats import instant
from adapty.sandbox.server_side.moments import with_offset, with_z
from adapty.sandbox.server_side.settings import base_plan, product
from adapty.sandbox.server_side.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from adapty.sandbox.server_side.profiles import Profile
    from adapty.sandbox.server_side.work import Work

__all__ = [
    "Transaction",
    "current",
    "non_subscriptions",
    "record",
    "record_once",
    "revenue_usd",
    "revoke",
    "subscriptions",
    "transactions",
]

_RECORD = """
INSERT INTO transactions (profile_id, store_original_transaction_id, store_transaction_id, body)
VALUES (?, ?, ?, ?)
ON CONFLICT (profile_id, store_original_transaction_id, store_transaction_id) DO
"""
_REPLACE = "UPDATE SET body = excluded.body"
_LEAVE = "NOTHING"
_OF_PROFILE = "SELECT received, body, revoked_at FROM transactions WHERE profile_id = ? ORDER BY received"
_REVOKE = """
UPDATE transactions SET revoked_at = ? WHERE received = ? AND (revoked_at IS NULL OR revoked_at > ?)
"""
_MOST = Decimal(sys.float_info.max)


@frozen(kw_only=True)
class Transaction:
    """One transaction of a profile.

    Attributes:
        received: Its number, in the order of receipt.
        body: The body that it was last sent with.
        revoked_at: When the access that it opens was taken, in microseconds since the start of 1970.
    """

    received: int
    body: Mapping[str, Any]
    revoked_at: int | None

    @property
    def is_subscription(self) -> bool:
        """Whether it is one of a subscription."""
        return bool(self.body["purchase_type"] == "subscription")


def record(work: Work, profile: Profile, body: Mapping[str, Any]) -> None:
    """Keep a transaction; the same one again, by its two ids, is changed."""
    _record(work, profile, body, _REPLACE)


def record_once(work: Work, profile: Profile, body: Mapping[str, Any]) -> None:
    """Keep a transaction; the same one again, by its two ids, changes nothing."""
    _record(work, profile, body, _LEAVE)


def _record(work: Work, profile: Profile, body: Mapping[str, Any], known: str) -> None:
    ids = (profile.profile_id, body["store_original_transaction_id"], body["store_transaction_id"])
    work.connection.execute(_RECORD + known, (*ids, as_text(body)))


def transactions(work: Work, profile: Profile) -> list[Transaction]:
    """Give a profile's transactions, in the order of receipt."""
    rows = work.connection.execute(_OF_PROFILE, (profile.profile_id,))
    return [
        Transaction(received=received, body=json.loads(body), revoked_at=revoked_at)
        for received, body, revoked_at in rows
    ]


def revoke(work: Work, transaction: Transaction, at: int) -> None:
    """Note when the access that a transaction opens ends, unless it was ended before."""
    work.connection.execute(_REVOKE, (at, transaction.received, work.now))


def current(history: Iterable[Transaction]) -> list[Transaction]:
    """Give what counts of a history: each one-time purchase, and of each subscription its latest transaction.

    The latest is the one purchased last; of several, the one received last.
    """
    chains: dict[tuple[str, str | None], list[Transaction]] = {}
    for transaction in history:
        own = None if transaction.is_subscription else transaction.body["store_transaction_id"]
        chains.setdefault((transaction.body["store_original_transaction_id"], own), []).append(transaction)
    return [max(chain, key=lambda one: (instant(one.body["purchased_at"]), one.received)) for chain in chains.values()]


def subscriptions(history: Sequence[Transaction], now: int) -> list[dict[str, Any]]:
    """Give a profile's subscriptions as an answer has them."""
    return [
        {
            **Standing.of(transaction.body, now).shown(with_offset),
            "environment": transaction.body.get("environment", "Production"),
        }
        for transaction in current(history)
        if transaction.is_subscription
    ]


def non_subscriptions(work: Work, profile: Profile, history: Sequence[Transaction]) -> list[dict[str, Any]]:
    """Give a profile's one-time purchases as an answer has them."""
    bodies = (transaction.body for transaction in current(history) if not transaction.is_subscription)
    return [
        {
            "purchase_id": _purchase_id(profile, body),
            "store": body["store"],
            "store_product_id": product(body["store_product_id"]),
            "store_base_plan_id": base_plan(body["store_product_id"]),
            "store_transaction_id": body["store_transaction_id"],
            "store_original_transaction_id": body["store_original_transaction_id"],
            "purchased_at": with_z(instant(body["purchased_at"])),
            "environment": body.get("environment", "Production"),
            "is_refund": body.get("refunded_at") is not None,
            "is_consumable": work.settings.is_consumable(body["store_product_id"]),
        }
        for body in bodies
    ]


def _purchase_id(profile: Profile, body: Mapping[str, Any]) -> str:
    ids = (profile.profile_id, body["store_original_transaction_id"], body["store_transaction_id"])
    return str(uuid5(NAMESPACE_URL, as_text(ids)))


def revenue_usd(history: Iterable[Transaction]) -> float:
    """Add up what was paid and not refunded. Only prices in USD count: the sandbox knows no rates."""
    prices = (one.body["price"] for one in history if one.body.get("refunded_at") is None)
    total = sum((Decimal(str(price["value"])) for price in prices if price["currency"] == "USD"), Decimal())
    return float(min(max(total, -_MOST), _MOST))
