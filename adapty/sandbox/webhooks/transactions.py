"""Which events the transactions of a profile tell of, by what was known of them before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from adapty.sandbox.formats import instant
from adapty.sandbox.server_side.purchases import Transaction, current
from adapty.sandbox.server_side.standing import Standing, moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Happening", "expiry", "happenings", "has_expired", "is_trial"]

# Field that is set, event that tells of it, and the field with the time of that event.
_SIGNS = (
    ("billing_issue_detected_at", "billing_issue_detected", "billing_issue_detected_at"),
    ("grace_period_expires_at", "entered_grace_period", "expires_at"),
    ("refunded_at", "subscription_refunded", "refunded_at"),
)


@frozen(kw_only=True)
class Happening:
    """Something that happened to a purchase.

    Attributes:
        event_type: What happened.
        at: When, in microseconds since the start of 1970.
        transaction: The transaction that tells of it.
    """

    event_type: str
    at: int
    transaction: Transaction


def is_trial(body: Mapping[str, Any]) -> bool:
    """Tell whether a transaction is one of a free trial."""
    return body["purchase_type"] == "subscription" and (body.get("offer") or {}).get("type") == "free_trial"


def happenings(before: Sequence[Transaction], after: Sequence[Transaction], now: int) -> Iterator[Happening]:
    """Tell what happened between two states of a profile, in order.

    A transaction that comes for the first time tells all that it has to tell: one that is refunded already tells of
    the purchase, and of the refund.

    Args:
        before: The transactions that were known.
        after: Those that are known now.
        now: The moment.
    """
    known = {one.received: one for one in before}
    latest_before, latest = current(before), current(after)
    for one in after:
        was = known.get(one.received)
        if was is not None and was.body == one.body:
            continue
        if was is not None and was.is_subscription != one.is_subscription:
            was = None  # a purchase of another kind under the same ids
        if not one.is_subscription:
            yield from _one_time(was, one)
            continue
        if was is None:
            yield Happening(event_type=_beginning(one, after), at=instant(one.body["purchased_at"]), transaction=one)
        yield from _renewal(was, one, now)
        yield from _signs(was, one)
        ended_before = was is not None and was in latest_before and has_expired(was, now)
        if one in latest and has_expired(one, now) and not ended_before:
            yield expiry(one, now)


def has_expired(transaction: Transaction, now: int) -> bool:
    """Tell whether a subscription has run out; one that was refunded has not, it was ended."""
    expires_at = Standing.of(transaction.body, now).expires_at
    return transaction.body.get("refunded_at") is None and expires_at is not None and expires_at <= now


def expiry(transaction: Transaction, now: int) -> Happening:
    """Tell of the end of a subscription that has run out."""
    expires_at = Standing.of(transaction.body, now).expires_at
    name = "trial_expired" if is_trial(transaction.body) else "subscription_expired"
    return Happening(event_type=name, at=now if expires_at is None else expires_at, transaction=transaction)


def _one_time(was: Transaction | None, one: Transaction) -> Iterator[Happening]:
    if was is None:
        at = instant(one.body["purchased_at"])
        yield Happening(event_type="non_subscription_purchase", at=at, transaction=one)
    refunded_at = moment(one.body, "refunded_at")
    if refunded_at is not None and not _is_set(was, "refunded_at"):
        yield Happening(event_type="non_subscription_purchase_refunded", at=refunded_at, transaction=one)


def _beginning(one: Transaction, history: Sequence[Transaction]) -> str:
    """Name what a new transaction of a subscription is, by the one before it in its chain."""
    chain = sorted((other for other in history if other.is_subscription and _same_chain(one, other)), key=_place)
    place = chain.index(one)
    if is_trial(one.body):
        return "trial_started"
    if place == 0:
        return "subscription_started"
    return "trial_converted" if is_trial(chain[place - 1].body) else "subscription_renewed"


def _renewal(was: Transaction | None, one: Transaction, now: int) -> Iterator[Happening]:
    """Tell whether renewal was turned off or on; a new transaction comes with it turned on."""
    renews, renewed = one.body["renew_status"], was is None or was.body["renew_status"]
    if renews != renewed:
        kind = "trial" if is_trial(one.body) else "subscription"
        name = f"{kind}_renewal_{'reactivated' if renews else 'cancelled'}"
        yield Happening(event_type=name, at=moment(one.body, "renew_status_changed_at", now), transaction=one)


def _signs(was: Transaction | None, one: Transaction) -> Iterator[Happening]:
    for field, name, time in _SIGNS:
        if one.body.get(field) is not None and not _is_set(was, field):
            yield Happening(event_type=name, at=instant(one.body[time]), transaction=one)


def _is_set(was: Transaction | None, field: str) -> bool:
    return was is not None and was.body.get(field) is not None


def _same_chain(one: Transaction, other: Transaction) -> bool:
    return bool(one.body["store_original_transaction_id"] == other.body["store_original_transaction_id"])


def _place(one: Transaction) -> tuple[int, int]:
    return instant(one.body["purchased_at"]), one.received
