"""What a database must do to store an outbox."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, Protocol

from attrs import frozen

__all__ = ["Backlog", "DeadLettered", "DueEvent", "EventUpdate", "OutboxStore", "State", "StoredEvent"]

State = Literal["pending", "dead", "delivered"]
"""The state of an event: to be delivered, a dead letter, or delivered."""


@frozen(kw_only=True)
class StoredEvent:
    """An event as it is stored. A damaged value has a substitute.

    Attributes:
        seq: Its number in the order of arrival.
        event_id: Its ID.
        profile: The profile's ID at Mail.
        data: Its fields.
        created_at: When it was put, aware, UTC.
        updated_at: When its state changed, aware, UTC.
        attempts: How many times it was sent.
        reason: Why the last attempt failed, or None.
        damage: What cannot be read, so that the event cannot be sent, or None.
    """

    seq: int
    event_id: str
    profile: str
    data: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime
    attempts: int
    reason: str | None
    damage: str | None


@frozen
class DueEvent:
    """An event that can be sent now.

    Attributes:
        seq: Its number in the order of arrival.
        event_id: Its ID.
        profile: The profile's ID at Mail.
        data: Its fields.
        failures: How often it failed since it was put or replayed, without failures during outages.
    """

    seq: int
    event_id: str
    profile: str
    data: Mapping[str, Any]
    failures: int = 0


@frozen
class EventUpdate:
    """A change of an event by the worker.

    Attributes:
        seq: The event's number.
        event_id: Its ID. Nothing changes if another event has the number, as in a file that was replaced.
        state: The new state. A pending event stays pending after a failure.
        attempts: How many times it was sent since the last change.
        reason: Why it failed, or None.
        failures: How many failures to count.
    """

    seq: int
    event_id: str
    state: State
    attempts: int = 1
    reason: str | None = None
    failures: int = 0


@frozen
class DeadLettered:
    """An event that became a dead letter because of its failures or its damage.

    Attributes:
        seq: Its number.
        event_id: Its ID.
        reason: Why.
    """

    seq: int
    event_id: str
    reason: str


@frozen
class Backlog:
    """What waits in an outbox.

    Attributes:
        pending: Number of pending events.
        dead_letters: Number of dead letters.
        oldest_age: Seconds since the first pending event was put, or 0 if there is none.
    """

    pending: int
    dead_letters: int
    oldest_age: float


class OutboxStore(Protocol):
    """Stores the events of an outbox. Every method is one transaction, and safe to call from any thread and process.

    Methods raise `WebhookUnavailableError` if the database cannot be used now, and `AdaptyUsageError` if it is damaged.
    """

    @property
    def location(self) -> str:
        """The path or address, without a password."""

    def open_for_worker(self) -> OutboxStore:
        """Return a store of the same events with a connection of its own, which can become the only worker."""

    def put(self, event_id: str, profile: str, event: str, *, retention: float) -> bool:
        """Insert a pending event; return whether its ID is new, or was delivered more than `retention` seconds ago."""

    def list_events(self, state: State, *, after: int, limit: int) -> list[StoredEvent]:
        """Return events in the order of arrival, from the first one after the number `after`."""

    def count(self) -> dict[State, int]:
        """Return the number of events by state."""

    def measure(self) -> Backlog:
        """Return what waits in the outbox. A worker with observers calls it every few seconds, so it must be cheap."""

    def replay(self, event_id: str | None) -> int:
        """Make a dead letter or pending event new, or all dead letters; return how many."""

    def delete(self, event_id: str | None) -> int:
        """Delete a dead letter or pending event, or all dead letters; return how many."""

    def read_due(self, waiting: Collection[str], limit: int) -> tuple[list[DueEvent], list[DeadLettered]]:
        """Return the first pending event of each profile that is not waiting, and make damaged ones dead letters."""

    def update(self, updates: Iterable[EventUpdate], *, max_failures: int, max_age: float) -> list[DeadLettered]:
        """Apply updates; return the events that became dead letters by both limits."""

    def find_changed(self, seqs: Collection[int]) -> frozenset[int]:
        """Return which of these pending events were deleted or replayed, or have no failed attempt any more."""

    def get_version(self) -> object:
        """Return a value that changes when another process or thread changes an event."""

    def purge(self, retention: float) -> None:
        """Delete the events that were delivered more than `retention` seconds ago, and check derived tables."""

    def try_lock(self) -> bool:
        """Become the only worker of the outbox until `close`; return False if another store is.

        Return True, too, if this store has the lock already.
        """

    def keep_lock(self) -> None:
        """Do what keeps the lock; the methods of a worker do it, too.

        They raise `WebhookUnavailableError` if the lock is lost. Another worker may have it then.
        """

    def has_lock(self) -> bool:
        """Return whether no other worker can have the lock now, without asking the database."""

    def close(self) -> None:
        """Close the connection and release the lock; the next use opens it again."""
