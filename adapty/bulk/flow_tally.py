"""Which flows an import leads to, worked out while its records go by."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from adapty.flows import Flow

if TYPE_CHECKING:
    from datetime import datetime

    from adapty.models import MailProfile, TransactionEvent

__all__ = ["FlowTally"]


class FlowTally:
    """Follows `adapty.current_flow` for every profile, without keeping the events."""

    def __init__(self) -> None:
        self._saved: set[str] = set()
        self._event_ids: set[str] = set()
        self._latest: dict[str, tuple[datetime, Flow]] = {}
        self._events: Counter[str] = Counter()

    def add_profile(self, profile: MailProfile) -> None:
        """Note a saved profile."""
        self._saved.add(profile.external_profile_id)

    def add_event(self, event: TransactionEvent) -> None:
        """Note a saved event; one with the id of an earlier one changes nothing, as at Adapty."""
        if event.event_id in self._event_ids:
            return
        self._event_ids.add(event.event_id)
        owner = event.external_profile_id
        self._events[owner] += 1
        if owner not in self._latest or event.event_datetime >= self._latest[owner][0]:
            self._latest[owner] = (event.event_datetime, event.flow)

    def flows(self, *, of_saved_profiles: bool) -> dict[Flow, int]:
        """Count profiles by flow: the saved ones, or those that events were seen of."""
        owners = self._saved if of_saved_profiles else self._latest
        never = (None, Flow.NEVER_PURCHASED)
        counts = Counter(self._latest.get(owner, never)[1] for owner in owners)
        return {flow: counts[flow] for flow in Flow}

    def events_without_profile(self) -> int:
        """Count the events whose profile was not saved here."""
        return sum(count for owner, count in self._events.items() if owner not in self._saved)
