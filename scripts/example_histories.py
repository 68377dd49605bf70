"""What happens to the example subscribers: draws who lives which life cycle, and lets it happen.

All chance comes from `Dice`, all dates are fixed: the same histories on every run and every Python.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from scripts.example_lifecycles import AT_ONCE, LIFECYCLES, PACKS, PURCHASES, STORES, WEEKLY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scripts.example_lifecycles import Lifecycle, Offer, Product, Step, Store, Terms

Item = TypeVar("Item")

MOST_RENEWALS = 50
FIRST_SIGN_UP = datetime(2025, 1, 1, tzinfo=UTC)
FIRST_PURCHASE = FIRST_SIGN_UP + timedelta(days=21)
LAST_DAY = datetime(2026, 7, 1, tzinfo=UTC)
RETRIES = timedelta(days=5)
"""How long ago, at most, the payment failed of a subscription that still runs."""


class Dice:
    """Chance that falls the same everywhere: only `random()`, whose sequence Python promises to keep."""

    def __init__(self, seed: int) -> None:
        """Start the sequence of this seed."""
        self._source = random.Random(seed)  # noqa: S311 - an example, not a secret

    def between(self, low: int, high: int) -> int:
        """Draw a whole number from low to high, both included."""
        return low + int(self._source.random() * (high - low + 1))

    def happens(self, percent: int) -> bool:
        """Be true in so many of a hundred cases."""
        return self.between(1, 100) <= percent

    def pick(self, items: Sequence[Item]) -> Item:
        """Draw one of the items."""
        return items[self.between(0, len(items) - 1)]

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """Give the items in a drawn order."""
        mixed = list(items)
        for last in range(len(mixed) - 1, 0, -1):
            other = self.between(0, last)
            mixed[last], mixed[other] = mixed[other], mixed[last]
        return mixed


@dataclass(frozen=True)
class Plan:
    """One subscriber's life cycle with everything drawn that is not a date."""

    number: int
    lifecycle: Lifecycle
    product: Product
    pack: Product
    store: Store
    renewals: int
    seed: int

    @property
    def profile_id(self) -> str:
        """The subscriber's `external_profile_id`."""
        return f"user_{self.number:05}"

    @property
    def steps(self) -> list[Step]:
        """The life cycle's steps, the repeated one as often as the subscription is renewed."""
        return [step for step in self.lifecycle.steps for _ in range(self.renewals if step.repeated else 1)]


@dataclass(frozen=True)
class Transaction:
    """A purchase or a renewal in a store."""

    transaction_id: str
    original_id: str
    renewal: int
    purchased_at: datetime
    originally_purchased_at: datetime
    terms: Terms
    offer: Offer | None

    @property
    def expires_at(self) -> datetime | None:
        """The end of the paid period; none for a one-time purchase."""
        return None if self.terms.period is None else self.purchased_at + self.terms.period


@dataclass(frozen=True)
class Event:
    """Something that happened to a subscriber's transaction."""

    plan: Plan
    number: int
    event_type: str
    recorded_at: datetime
    product: Product
    transaction: Transaction


@dataclass
class Life:
    """A subscriber's history while it is being told."""

    plan: Plan
    dice: Dice
    clock: datetime
    latest: dict[bool, Transaction] = field(default_factory=dict)
    """The latest transaction of the subscription (False) and of the one-time purchase (True)."""
    events: list[Event] = field(default_factory=list)

    def moment_of(self, step: Step) -> datetime:
        """Draw when the step happens."""
        if step.moment == AT_ONCE:
            return self.clock
        minutes = timedelta(minutes=1)
        start, unit = self.clock, minutes
        subscription = self.latest.get(False)
        if subscription and subscription.expires_at and step.moment.counted_from != "step_before":
            period = subscription.expires_at - subscription.purchased_at
            start, unit = {
                "purchase": (subscription.purchased_at, period // 100),
                "expiry": (subscription.expires_at, minutes),
            }[step.moment.counted_from]
        jitter = timedelta(seconds=self.dice.between(1, 59))
        return start + unit * self.dice.between(step.moment.low, step.moment.high) + jitter

    def buy(self, step: Step, product: Product, when: datetime) -> Transaction:
        """Make the step's own transaction: a renewal of the latest one, or the first of a new chain."""
        serial = self.plan.number * 100 + len(self.events)
        terms = product.terms[step.offer.offer_type if step.offer else "full"]
        before = self.latest.get(step.one_time)
        if before is None or step.event_type != "subscription_renewed":
            first_id = self.plan.store.first_transaction.format(serial=serial)
            return Transaction(first_id, first_id, 0, when, when, terms, step.offer)
        renewal_id = self.plan.store.renewal_transaction.format(
            serial=serial, original=before.original_id, renewal=before.renewal
        )
        return replace(
            before,
            transaction_id=renewal_id,
            renewal=before.renewal + 1,
            purchased_at=when,
            terms=terms,
            offer=step.offer,
        )

    def take(self, step: Step) -> None:
        """Let the step happen."""
        product = self.plan.pack if step.one_time else self.plan.product
        when = recorded_at = self.moment_of(step)
        if step.event_type in PURCHASES:
            self.latest[step.one_time] = self.buy(step, product, when)
        if step.moment != AT_ONCE:
            recorded_at += timedelta(seconds=self.dice.between(1, 60))
            recorded_at += timedelta(milliseconds=self.dice.between(1, 999) * self.dice.happens(20))
        self.events.append(
            Event(
                self.plan,
                len(self.events),
                step.event_type,
                recorded_at,
                product,
                self.latest[step.one_time],
            )
        )
        self.clock = recorded_at


def draw_plans(subscribers: int, events: int, dice: Dice) -> list[Plan]:
    """Draw who lives which life cycle, with exactly so many subscribers and events in all."""
    lives = [life for life in LIFECYCLES for _ in range(life.subscribers)]
    plans = []
    for number, life in enumerate(dice.shuffled(lives), start=1):
        product = dice.pick(life.products)
        renewals = dice.between(*product.renewals)
        pack, store, seed = dice.pick(PACKS), dice.pick(STORES), dice.between(0, 2**32)
        plans.append(Plan(number, life, product, pack, store, renewals, seed))
    missing = events - sum(len(plan.steps) for plan in plans)
    loyal = [
        index
        for index, plan in enumerate(plans)
        if plan.lifecycle.name == "several renewals" and plan.product is WEEKLY
    ]
    for turn in range(missing):
        index = loyal[turn % len(loyal)]
        plans[index] = replace(plans[index], renewals=plans[index].renewals + 1)
    most = max(plan.renewals for plan in plans)
    if len(plans) != subscribers or missing < 0 or most > MOST_RENEWALS:
        message = f"the tables give {len(plans)} profiles, {missing} events too few, up to {most} renewals"
        raise SystemExit(message)
    return plans


def tell(plan: Plan, start: datetime) -> list[Event]:
    """Tell a subscriber's history from the first purchase on; the same draws whatever the start."""
    life = Life(plan, Dice(plan.seed), start)
    for step in plan.steps:
        life.take(step)
    return life.events


def history(plan: Plan, dice: Dice) -> list[Event]:
    """Tell a history that ends by the last day, and lately if the subscription still runs."""
    if not plan.steps:
        return []
    rehearsed = tell(plan, FIRST_PURCHASE)
    length = rehearsed[-1].recorded_at - FIRST_PURCHASE
    drift = timedelta(days=plan.product.drift_days)
    latest_start = LAST_DAY - timedelta(hours=1) - drift - length
    room = latest_start - FIRST_PURCHASE
    if room < timedelta():
        message = f"life cycle {plan.lifecycle.name!r} with {plan.product.product_id} takes {length}: too long"
        raise SystemExit(message)
    if plan.lifecycle.still_runs:
        room = min(room, room_before_expiry(rehearsed, drift))
    return tell(plan, latest_start - timedelta(seconds=dice.between(0, int(room.total_seconds()))))


def room_before_expiry(events: list[Event], drift: timedelta) -> timedelta:
    """Say how long before the last day a history may end that leaves a running subscription behind."""
    now = events[-1].recorded_at
    paid = max(event.transaction.expires_at or now for event in events) - now
    return RETRIES if paid <= timedelta() else max(timedelta(), (paid - 2 * drift) / 2)
