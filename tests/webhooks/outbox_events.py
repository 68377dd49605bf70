"""What the tests of the outbox share: events that differ in what a test is about, and events that are dead."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from adapty import TransactionEvent
from adapty.webhooks._stores.sqlite_outbox import Books, Note
from tests.conftest import EVENT

if TYPE_CHECKING:
    from adapty.webhooks.outbox import Outbox

__all__ = ["event", "events", "kill_off"]


def event(number: int = 0, *, profile: str = "user_12345", **fields: Any) -> TransactionEvent:
    """Make the event of a number, which is in its id."""
    return TransactionEvent.from_dict(
        {**EVENT, "event_id": f"evt_{number:04}", "external_profile_id": profile, **fields}
    )


def events(count: int, profiles: int) -> list[TransactionEvent]:
    """Make some events, of so many profiles in turn."""
    return [event(number, profile=f"user_{number % profiles}") for number in range(count)]


def kill_off(outbox: Outbox, *event_ids: str) -> None:
    """Note that these are refused for good, as a worker does."""
    with Books(outbox.path) as books:
        with books._database.reading() as connection:
            places = dict(connection.execute("SELECT event_id, place FROM events"))
        for event_id in event_ids:
            books.note(Note(places[event_id], "dead", 3, "refused"))
        asyncio.run(books.settle())
