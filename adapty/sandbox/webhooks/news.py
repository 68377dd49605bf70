"""What there is to post: events, and the moments to come at which there will be more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

__all__ = ["Event", "News", "Turn"]


@frozen
class Event:
    """One event, whole.

    Attributes:
        body: What is posted.
    """

    body: Mapping[str, Any] = field(repr=False)

    @property
    def event_type(self) -> str:
        """What happened, by the name that it is posted with."""
        return str(self.body["event_type"])

    @property
    def event_id(self) -> str | None:
        """The id that stays the same over all tries; None where somebody asked for an event without one."""
        found = self.body["event_properties"].get("profile_event_id")
        return found if isinstance(found, str) else None

    @property
    def profile_id(self) -> str:
        """Whom it is about, by Adapty's id."""
        return str(self.body["profile_id"])


@frozen(kw_only=True)
class Turn:
    """A moment to come at which access of a profile begins or ends, unless something comes in between.

    Attributes:
        profile_id: Whose it is.
        at: The moment, in microseconds since the start of 1970.
    """

    profile_id: str
    at: int


@frozen
class News:
    """What one request leads to, collected until its changes are kept.

    Attributes:
        events: What is to be posted, in order.
        turns: When to look at the profile again.
    """

    events: list[Event] = field(factory=list)
    turns: list[Turn] = field(factory=list)
