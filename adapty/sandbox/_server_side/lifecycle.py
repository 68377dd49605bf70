"""The events that follow from a change of a profile, and from the passing of time."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from adapty.sandbox._server_side import profiles
from adapty.sandbox._server_side.access_levels import format_access_levels, is_active
from adapty.sandbox._server_side.model import LifecycleEvent, ScheduledCheck, Snapshot, User
from adapty.sandbox._server_side.purchases import (
    PurchaseState,
    get_timestamp,
    is_trial,
    latest_transactions,
    load_transactions,
)
from adapty.sandbox._timestamps import format_with_plain_offset, parse_rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from adapty.sandbox._server_side.model import AccessLevel, Context, Profile, Transaction

__all__ = ["events_at", "record_changes", "take_snapshot"]

# After the end of any grace period.
_FAR_FUTURE = 2**62

_ACCESS_LEVEL_UPDATED = "access_level_updated"

_UPGRADED = "upgraded"
"""The cancellation reason of a subscription that ended because the user changed to another product."""

# Field that is set, the event for it, and the field with the time of that event.
_FIELD_EVENTS = (
    ("billing_issue_detected_at", "billing_issue_detected", "billing_issue_detected_at"),
    ("grace_period_expires_at", "entered_grace_period", "expires_at"),
)


@contextmanager
def record_changes(context: Context, profile: Profile) -> Iterator[None]:
    """Append the events that follow from the changes in a block to `context.pending`, if there are webhooks.

    Events of purchases come first, then one `access_level_updated` for each access level that changed.
    """
    if context.pending is None:
        yield
        return
    before = take_snapshot(context, profile)
    yield
    after = take_snapshot(context, profile)
    context.pending.events.extend(_diff_transactions(before.history, after))
    context.pending.events.extend(_level_events(after, _changed_levels(before, after)))
    context.pending.checks.extend(_scheduled_checks(after) - _scheduled_checks(before))


def events_at(context: Context, check: ScheduledCheck) -> list[LifecycleEvent]:
    """Return the events of a scheduled check: what started or ended at that time, unless it changed since."""
    profile = profiles.find(context, User(profile_id=check.profile_id))
    if profile is None:
        return []
    snapshot = take_snapshot(context, profile)
    ended = [
        one
        for one in latest_transactions(snapshot.history)
        if _subscription_end(one) == check.at and _has_expired(one, snapshot.now)
    ]
    levels = [one for one in snapshot.levels.values() if is_active(one, check.at - 1) != is_active(one, check.at)]
    return [*(_expiration(one, snapshot) for one in ended), *_level_events(snapshot, levels)]


def take_snapshot(context: Context, profile: Profile) -> Snapshot:
    """Return the profile with its transactions and access levels."""
    history = load_transactions(context, profile)
    levels = {level["access_level_id"]: level for level in format_access_levels(context, profile, history)}
    return Snapshot(profile=profile, history=tuple(history), levels=levels, now=context.now)


def _level_events(snapshot: Snapshot, levels: Iterable[AccessLevel]) -> Iterator[LifecycleEvent]:
    for level in levels:
        yield LifecycleEvent(
            event_type=_ACCESS_LEVEL_UPDATED, occurred_at=snapshot.now, snapshot=snapshot, subject=level
        )


def _changed_levels(before: Snapshot, after: Snapshot) -> Iterator[AccessLevel]:
    for name in {**before.levels, **after.levels}:
        old, new = before.levels.get(name), after.levels.get(name)
        if new is None and old is not None:
            # The purchase that unlocked it was corrected, and unlocks another one.
            yield {**old, "expires_at": format_with_plain_offset(after.now)}
        elif new is not None and new != old:
            yield new


def _scheduled_checks(snapshot: Snapshot) -> set[ScheduledCheck]:
    """Return the future times at which a subscription ends, or an access level starts or ends."""
    texts = (level[name] for level in snapshot.levels.values() for name in ("starts_at", "expires_at"))
    times = {*map(_subscription_end, latest_transactions(snapshot.history)), *map(_parse_plain_offset, texts)}
    return {
        ScheduledCheck(profile_id=snapshot.profile.profile_id, at=at)
        for at in times
        if at is not None and at > snapshot.now
    }


def _parse_plain_offset(text: str | None) -> int | None:
    """Parse the output of `format_with_plain_offset`."""
    return None if text is None else parse_rfc3339(text.removesuffix("+0000") + "Z")


def _subscription_end(transaction: Transaction) -> int | None:
    """Return the end of a subscription; None if it was refunded or upgraded."""
    if not transaction.is_subscription or _is_refunded(transaction):
        return None
    return PurchaseState.from_transaction(transaction.body, _FAR_FUTURE).expires_at


def _diff_transactions(before: Sequence[Transaction], after: Snapshot) -> Iterator[LifecycleEvent]:
    """Yield the events between two states of a profile, in order.

    A new transaction causes all events that apply to it: one that is already refunded causes the event of the purchase
    and that of the refund.

    Args:
        before: The transactions before.
        after: The profile afterwards.
    """
    known = {one.received: one for one in before}
    latest_before, latest = latest_transactions(before), latest_transactions(after.history)
    for one in after.history:
        old = known.get(one.received)
        if old is not None and old.body == one.body:
            continue
        if old is not None and old.is_subscription != one.is_subscription:
            old = None  # a purchase of another kind with the same ids
        if not one.is_subscription:
            yield from _one_time_events(old, one, after)
            continue
        if old is None:
            yield _event(_start_event_type(one, after.history), parse_rfc3339(one.body["purchased_at"]), one, after)
        yield from _renewal_events(old, one, after)
        yield from _field_events(old, one, after)
        if _is_refunded(one) and not (old and _is_refunded(old)):
            yield _event("subscription_refunded", _refunded_at(one, after), one, after)
        had_ended = old is not None and old in latest_before and _has_expired(old, after.now)
        if one in latest and _has_expired(one, after.now) and not had_ended:
            yield _expiration(one, after)


def _event(event_type: str, at: int, transaction: Transaction, snapshot: Snapshot) -> LifecycleEvent:
    return LifecycleEvent(event_type=event_type, occurred_at=at, snapshot=snapshot, subject=transaction)


def _has_expired(transaction: Transaction, now: int) -> bool:
    """Return whether a subscription has expired. A refunded or upgraded one has not expired: it was ended."""
    expires_at = PurchaseState.from_transaction(transaction.body, now).expires_at
    return not _is_refunded(transaction) and expires_at is not None and expires_at <= now


def _is_refunded(transaction: Transaction) -> bool:
    """Return whether a subscription has ended with a `subscription_refunded`, as an upgraded one does."""
    return transaction.body.get("refunded_at") is not None or _is_upgraded(transaction)


def _is_upgraded(transaction: Transaction) -> bool:
    return transaction.body.get("cancellation_reason") == _UPGRADED


def _refunded_at(transaction: Transaction, snapshot: Snapshot) -> int:
    changed_at = get_timestamp(transaction.body, "renew_status_changed_at", snapshot.now)
    return get_timestamp(transaction.body, "refunded_at", changed_at)


def _expiration(transaction: Transaction, snapshot: Snapshot) -> LifecycleEvent:
    expires_at = PurchaseState.from_transaction(transaction.body, snapshot.now).expires_at
    name = "trial_expired" if is_trial(transaction.body) else "subscription_expired"
    return _event(name, snapshot.now if expires_at is None else expires_at, transaction, snapshot)


def _one_time_events(old: Transaction | None, one: Transaction, snapshot: Snapshot) -> Iterator[LifecycleEvent]:
    if old is None:
        yield _event("non_subscription_purchase", parse_rfc3339(one.body["purchased_at"]), one, snapshot)
    refunded_at = get_timestamp(one.body, "refunded_at")
    if refunded_at is not None and not _is_set(old, "refunded_at"):
        yield _event("non_subscription_purchase_refunded", refunded_at, one, snapshot)


def _start_event_type(one: Transaction, history: Sequence[Transaction]) -> str:
    """Return the event type of a new transaction of a subscription, by its predecessor in the chain.

    After an upgrade a new subscription starts, also in the same chain.
    """
    chain = sorted((other for other in history if other.is_subscription and _is_same_chain(one, other)), key=_order)
    index = chain.index(one)
    if is_trial(one.body):
        return "trial_started"
    if index == 0 or _is_upgraded(chain[index - 1]):
        return "subscription_started"
    return "trial_converted" if is_trial(chain[index - 1].body) else "subscription_renewed"


def _renewal_events(old: Transaction | None, one: Transaction, snapshot: Snapshot) -> Iterator[LifecycleEvent]:
    """Yield the event of renewal being turned off or on. It is on before a new transaction. An upgrade has none."""
    renews, did_renew = one.body["renew_status"], old is None or old.body["renew_status"]
    if renews != did_renew and not _is_upgraded(one):
        kind = "trial" if is_trial(one.body) else "subscription"
        name = f"{kind}_renewal_{'reactivated' if renews else 'cancelled'}"
        yield _event(name, get_timestamp(one.body, "renew_status_changed_at", snapshot.now), one, snapshot)


def _field_events(old: Transaction | None, one: Transaction, snapshot: Snapshot) -> Iterator[LifecycleEvent]:
    for field, name, time in _FIELD_EVENTS:
        if one.body.get(field) is not None and not _is_set(old, field):
            yield _event(name, parse_rfc3339(one.body[time]), one, snapshot)


def _is_set(old: Transaction | None, field: str) -> bool:
    return old is not None and old.body.get(field) is not None


def _is_same_chain(one: Transaction, other: Transaction) -> bool:
    return bool(one.body["store_original_transaction_id"] == other.body["store_original_transaction_id"])


def _order(one: Transaction) -> tuple[int, int]:
    return parse_rfc3339(one.body["purchased_at"]), one.received
