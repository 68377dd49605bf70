"""Simulate the example subscribers: draw their life cycles and create their events.

All randomness comes from `Rng`, and all dates are fixed, so each run on each Python gives the same events.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from scripts.example_lifecycles import IMMEDIATELY, LIFECYCLES, PACKS, PURCHASES, STORES, WEEKLY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scripts.example_lifecycles import Lifecycle, Offer, Product, Step, Store, Terms

Item = TypeVar("Item")

MAX_RENEWALS = 50
FIRST_SIGN_UP = datetime(2025, 1, 1, tzinfo=UTC)
FIRST_PURCHASE = FIRST_SIGN_UP + timedelta(days=21)
LAST_DAY = datetime(2026, 7, 1, tzinfo=UTC)
BILLING_RETRY_PERIOD = timedelta(days=5)
"""The maximum time since a failed payment of an active subscription."""


class Rng:
    """A random number generator with a stable sequence: it uses `random()` only, which Python keeps stable."""

    def __init__(self, seed: int) -> None:
        """Start the sequence of a seed."""
        self._source = random.Random(seed)  # noqa: S311 - not for secrets

    def between(self, low: int, high: int) -> int:
        """Return an integer from low to high, both included."""
        return low + int(self._source.random() * (high - low + 1))

    def happens(self, percent: int) -> bool:
        """Return true with this probability."""
        return self.between(1, 100) <= percent

    def pick(self, items: Sequence[Item]) -> Item:
        """Return one of the items."""
        return items[self.between(0, len(items) - 1)]

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """Return the items in random order."""
        mixed = list(items)
        for last in range(len(mixed) - 1, 0, -1):
            other = self.between(0, last)
            mixed[last], mixed[other] = mixed[other], mixed[last]
        return mixed


@dataclass(frozen=True)
class Plan:
    """The life cycle of a subscriber, with all random choices but the dates."""

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
        """The steps of the life cycle, with one repeated step per renewal."""
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
        """The end of the paid period; None for a one-time purchase."""
        return None if self.terms.period is None else self.purchased_at + self.terms.period


@dataclass(frozen=True)
class Event:
    """An event of a transaction."""

    plan: Plan
    number: int
    event_type: str
    recorded_at: datetime
    product: Product
    transaction: Transaction


@dataclass
class Simulation:
    """The simulation of a subscriber."""

    plan: Plan
    rng: Rng
    clock: datetime
    latest: dict[bool, Transaction] = field(default_factory=dict)
    """The latest transaction of the subscription (False) and of the one-time purchase (True)."""
    events: list[Event] = field(default_factory=list)

    def draw_time(self, step: Step) -> datetime:
        """Return the time of the step."""
        if step.moment == IMMEDIATELY:
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
        jitter = timedelta(seconds=self.rng.between(1, 59))
        return start + unit * self.rng.between(step.moment.low, step.moment.high) + jitter

    def buy(self, step: Step, product: Product, when: datetime) -> Transaction:
        """Return the transaction of the step: a renewal of the latest one, or the first of a new chain."""
        serial = self.plan.number * 100 + len(self.events)
        terms = product.terms[step.offer.offer_type if step.offer else "full"]
        previous = self.latest.get(step.one_time)
        if previous is None or step.event_type != "subscription_renewed":
            first_id = self.plan.store.first_transaction.format(serial=serial)
            return Transaction(first_id, first_id, 0, when, when, terms, step.offer)
        renewal_id = self.plan.store.renewal_transaction.format(
            serial=serial, original=previous.original_id, renewal=previous.renewal
        )
        return replace(
            previous,
            transaction_id=renewal_id,
            renewal=previous.renewal + 1,
            purchased_at=when,
            terms=terms,
            offer=step.offer,
        )

    def run_step(self, step: Step) -> None:
        """Run a step."""
        product = self.plan.pack if step.one_time else self.plan.product
        when = recorded_at = self.draw_time(step)
        if step.event_type in PURCHASES:
            self.latest[step.one_time] = self.buy(step, product, when)
        if step.moment != IMMEDIATELY:
            recorded_at += timedelta(seconds=self.rng.between(1, 60))
            recorded_at += timedelta(milliseconds=self.rng.between(1, 999) * self.rng.happens(20))
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


def draw_plans(subscribers: int, events: int, rng: Rng) -> list[Plan]:
    """Return the plans of the subscribers, with exactly these numbers of subscribers and events."""
    lifecycles = [lifecycle for lifecycle in LIFECYCLES for _ in range(lifecycle.subscribers)]
    plans = []
    for number, lifecycle in enumerate(rng.shuffled(lifecycles), start=1):
        product = rng.pick(lifecycle.products)
        renewals = rng.between(*product.renewals)
        pack, store, seed = rng.pick(PACKS), rng.pick(STORES), rng.between(0, 2**32)
        plans.append(Plan(number, lifecycle, product, pack, store, renewals, seed))
    missing = events - sum(len(plan.steps) for plan in plans)
    renewing = [
        index
        for index, plan in enumerate(plans)
        if plan.lifecycle.name == "several renewals" and plan.product is WEEKLY
    ]
    for turn in range(missing):
        index = renewing[turn % len(renewing)]
        plans[index] = replace(plans[index], renewals=plans[index].renewals + 1)
    max_renewals = max(plan.renewals for plan in plans)
    if len(plans) != subscribers or missing < 0 or max_renewals > MAX_RENEWALS:
        message = f"the tables give {len(plans)} profiles, {missing} missing events, up to {max_renewals} renewals"
        raise SystemExit(message)
    return plans


def simulate(plan: Plan, start: datetime) -> list[Event]:
    """Return the events of a subscriber from the first purchase on; the start does not change the random choices."""
    simulation = Simulation(plan, Rng(plan.seed), start)
    for step in plan.steps:
        simulation.run_step(step)
    return simulation.events


def create_events(plan: Plan, rng: Rng) -> list[Event]:
    """Return events that end by the last day, and shortly before it if the subscription is active."""
    if not plan.steps:
        return []
    rehearsal = simulate(plan, FIRST_PURCHASE)
    length = rehearsal[-1].recorded_at - FIRST_PURCHASE
    drift = timedelta(days=plan.product.drift_days)
    latest_start = LAST_DAY - timedelta(hours=1) - drift - length
    room = latest_start - FIRST_PURCHASE
    if room < timedelta():
        message = f"life cycle {plan.lifecycle.name!r} with {plan.product.product_id} takes {length}: too long"
        raise SystemExit(message)
    if plan.lifecycle.is_active:
        room = min(room, room_before_expiry(rehearsal, drift))
    return simulate(plan, latest_start - timedelta(seconds=rng.between(0, int(room.total_seconds()))))


def room_before_expiry(events: list[Event], drift: timedelta) -> timedelta:
    """Return how long before the last day the events of an active subscription may end."""
    now = events[-1].recorded_at
    paid = max(event.transaction.expires_at or now for event in events) - now
    return BILLING_RETRY_PERIOD if paid <= timedelta() else max(timedelta(), (paid - 2 * drift) / 2)
