"""The profiles and purchases that charts count."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from attrs import frozen

from adapty.sandbox._analytics.dimensions import describe_profile, describe_purchase
from adapty.sandbox._analytics.durations import LIFETIME, UNCATEGORIZED, find_duration, price_per_month
from adapty.sandbox._server_side.purchases import get_timestamp, is_trial
from adapty.sandbox._timestamps import parse_rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapty.sandbox._server_side.model import Context
    from adapty.sandbox._server_side.settings import AppSettings

__all__ = ["Dataset", "Entry", "Install", "Purchase", "Renewal", "load_dataset"]

_PROFILES = "SELECT profile_id, created_at, fields, attributions FROM customers ORDER BY rowid"
_TRANSACTIONS = "SELECT profile_id, body FROM transactions ORDER BY received"


@frozen(kw_only=True)
class Entry:
    """Something that a chart counts. Times are microseconds since 1970.

    Attributes:
        at: When it happened, or when it started.
        until: When it ended, for charts of what is active.
        amount: What it adds.
        installed_at: When its profile was created.
        dimensions: Its values by field of filters and segmentations.
    """

    at: int
    until: int = 0
    amount: Fraction = Fraction(1)
    installed_at: int
    dimensions: Mapping[str, str]


@frozen(kw_only=True)
class Install:
    """A profile; the sandbox does not know installations of the app."""

    created_at: int
    dimensions: Mapping[str, str]

    def to_entry(self) -> Entry:
        """Return the entry of the install."""
        return Entry(at=self.created_at, installed_at=self.created_at, dimensions=self.dimensions)


@frozen(kw_only=True)
class Renewal:
    """What a transaction of a subscription has beyond a purchase. Times are microseconds since 1970.

    Attributes:
        is_trial: Whether it is a free trial.
        is_first_payment: Whether it is the first transaction of its subscription that is not a trial.
        price_per_month: The price in USD, normalized to a month.
        active_until: When the paid period and its grace period end, or the next transaction takes place.
        billing_issue_at: When its billing issue started: after the grace period, unless a payment came before.
    """

    is_trial: bool
    is_first_payment: bool
    price_per_month: Fraction
    active_until: int
    billing_issue_at: int | None


@frozen(kw_only=True)
class Purchase:
    """A transaction. Times are microseconds since 1970.

    Attributes:
        price: The price in USD; 0 for a trial, and in other currencies, because the sandbox has no rates.
        purchased_at: When it took place.
        refunded_at: When it was refunded, or None.
        renewal: What only a transaction of a subscription has; None for a one-time purchase.
        install: Its profile.
        dimensions: Its values by field of filters and segmentations.
    """

    price: Fraction
    purchased_at: int
    refunded_at: int | None
    renewal: Renewal | None = None
    install: Install
    dimensions: Mapping[str, str]

    def to_entry(self, at: int, amount: Fraction = Fraction(1), until: int = 0) -> Entry:
        """Return an entry of the purchase."""
        installed_at = self.install.created_at
        return Entry(at=at, until=until, amount=amount, installed_at=installed_at, dimensions=self.dimensions)


@frozen(kw_only=True)
class Dataset:
    """What the sandbox has, without transactions of the store's sandbox and of Family Sharing."""

    installs: list[Install]
    purchases: list[Purchase]


def load_dataset(context: Context) -> Dataset:
    """Return what the sandbox has."""
    installs = {
        profile_id: Install(created_at=created_at, dimensions=describe_profile(*map(json.loads, stored)))
        for profile_id, created_at, *stored in context.connection.execute(_PROFILES)
    }
    chains: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for profile_id, text in context.connection.execute(_TRANSACTIONS):
        body = json.loads(text)
        if body.get("environment") == "Sandbox" or body.get("is_family_shared"):
            continue
        own_id = () if body["purchase_type"] == "subscription" else (body["store_transaction_id"],)
        chains.setdefault((profile_id, body["store_original_transaction_id"], *own_id), []).append(body)
    purchases = [
        purchase
        for (profile_id, *_), bodies in chains.items()
        for purchase in _build_chain(bodies, installs[profile_id], context.settings)
    ]
    return Dataset(installs=list(installs.values()), purchases=purchases)


def _build_chain(bodies: list[Mapping[str, Any]], install: Install, settings: AppSettings) -> Iterator[Purchase]:
    """Yield a one-time purchase, or the transactions of a subscription in the order of purchase."""
    ordered = sorted(bodies, key=_purchased_at)  # stable: equal times in the order of receipt
    has_paid = False
    for index, body in enumerate(ordered):
        if body["purchase_type"] == "subscription":
            next_at = _purchased_at(ordered[index + 1]) if index + 1 < len(ordered) else None
            renewal = _build_renewal(body, next_at, has_paid=has_paid)
            has_paid = has_paid or not renewal.is_trial
            duration = find_duration(_purchased_at(body), parse_rfc3339(body["expires_at"]))
        else:
            renewal = None
            duration = UNCATEGORIZED if settings.is_consumable(body["store_product_id"]) else LIFETIME
        yield Purchase(
            price=_price_usd(body),
            purchased_at=_purchased_at(body),
            refunded_at=get_timestamp(body, "refunded_at"),
            renewal=renewal,
            install=install,
            dimensions={**install.dimensions, **describe_purchase(body, duration)},
        )


def _build_renewal(body: Mapping[str, Any], next_at: int | None, *, has_paid: bool) -> Renewal:
    purchased_at, expires_at = _purchased_at(body), parse_rfc3339(body["expires_at"])
    grace_ends_at = get_timestamp(body, "grace_period_expires_at", expires_at)
    active_until, billing_issue_at = max(expires_at, grace_ends_at), get_timestamp(body, "billing_issue_detected_at")
    if billing_issue_at is not None and grace_ends_at > expires_at:
        billing_issue_at = max(billing_issue_at, grace_ends_at)
    if next_at is not None:
        active_until = min(active_until, next_at)
        if billing_issue_at is not None and next_at <= billing_issue_at:
            billing_issue_at = None
    trial = is_trial(body)
    return Renewal(
        is_trial=trial,
        is_first_payment=not has_paid and not trial,
        price_per_month=price_per_month(_price_usd(body), purchased_at, expires_at),
        active_until=active_until,
        billing_issue_at=billing_issue_at,
    )


def _purchased_at(body: Mapping[str, Any]) -> int:
    return parse_rfc3339(body["purchased_at"])


def _price_usd(body: Mapping[str, Any]) -> Fraction:
    price = body["price"]
    if price["currency"] != "USD" or is_trial(body):
        return Fraction(0)
    # The shortest text that parses to the float is the amount that was sent.
    return Fraction(str(price["value"]))
