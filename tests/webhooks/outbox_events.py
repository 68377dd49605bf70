"""Events for the tests of the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapty import TransactionEvent
from adapty.webhooks._stores.protocol import EventUpdate
from tests.conftest import EVENT

if TYPE_CHECKING:
    from adapty.webhooks import BaseOutbox

__all__ = ["BOTH_STORES", "event", "events", "make_dead"]

BOTH_STORES = pytest.mark.parametrize("open_outbox", ["sqlite", "postgres"], indirect=True)
"""Run a test with an outbox in SQLite, and with one in PostgreSQL."""


def event(number: int = 0, *, profile: str = "user_12345", **fields: Any) -> TransactionEvent:
    """Return the event of a number, which is in its ID."""
    return TransactionEvent.from_dict(
        {**EVENT, "event_id": f"evt_{number:04}", "external_profile_id": profile, **fields}
    )


def events(count: int, profiles: int) -> list[TransactionEvent]:
    """Return events of some profiles in turn."""
    return [event(number, profile=f"user_{number % profiles}") for number in range(count)]


def make_dead(outbox: BaseOutbox, *event_ids: str) -> None:
    """Make events dead letters, as a worker does after a rejection."""
    seqs = {stored.event_id: stored.seq for stored in outbox._store.list_events("pending", after=0, limit=10_000)}
    updates = [EventUpdate(seqs[event_id], event_id, "dead", 3, "rejected") for event_id in event_ids]
    outbox._store.update(updates, max_failures=24, max_age=0)
