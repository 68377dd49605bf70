"""Which profiles wait for another try of their next event, until when, and whose fault that is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from attrs import define, field

from adapty.webhooks._stores.sqlite_outbox import Due

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["PutOffs"]

_IN_A_ROW = 5
"""So many events in a row that fail, and it is not the events' fault."""

_MOST = 1000
"""If events of so many profiles meet trouble, it is not the events' any more."""


@define(eq=False)
class _PutOff:
    """A profile whose next event met trouble that passes.

    Attributes:
        due: The event.
        failures: How many times it was put off.
        until: When it is tried again, by the event loop's clock.
        fault: Whose fault it is: `unknown` yet, that of an `outage` of Mail's; `excused` was an outage's, which is
            over, and is the event's `own` if it happens again. Mail took others after it where it is the event's own.
        is_blamed: Whether this time is counted against the event.
    """

    due: Due
    failures: int
    until: float
    fault: Literal["unknown", "outage", "excused", "own"] = "unknown"
    is_blamed: bool = False


@define(eq=False)
class PutOffs:
    """The profiles that wait, and what tells an event's own trouble from an outage.

    When an outage is over, what it put off is tried again at once. What is put off for its own trouble waits longer
    each time, whatever else succeeds.
    """

    _by_profile: dict[str, _PutOff] = field(factory=dict)
    _since_a_success: dict[str, _PutOff] = field(factory=dict)
    _of_an_outage: list[_PutOff] = field(factory=list)
    _in_a_row: int = 0

    def __len__(self) -> int:
        return len(self._by_profile)

    def waiting(self, now: float) -> list[Due]:
        """Give the events that are not to be tried yet."""
        return [each.due for each in self._by_profile.values() if each.until > now]

    def next_try(self, now: float) -> float:
        """Tell when the next event is to be tried again, of those that wait beyond this moment."""
        return min((each.until for each in self._by_profile.values() if each.until > now), default=math.inf)

    def failures(self, due: Due) -> int:
        """Tell how many times an event was put off, one after the other."""
        before = self._by_profile.get(due.profile)
        return before.failures if before else 0

    def put_off(self, due: Due, until: float, *, is_blamed: bool) -> bool:
        """Have an event wait, and its profile's next ones with it.

        Args:
            due: The event.
            until: The end of the wait, by the event loop's clock.
            is_blamed: Whether this time is counted against the event already.

        Returns:
            Whether Mail may still be taking other events.
        """
        before = self._by_profile.get(due.profile)
        own = before is not None and before.fault in {"excused", "own"}
        each = _PutOff(due, self.failures(due) + 1, until, "own" if own else "unknown", is_blamed)
        self._by_profile[due.profile] = each
        self._since_a_success[due.profile] = each
        self._in_a_row += not own
        return self._in_a_row < _IN_A_ROW and len(self) <= _MOST

    def answered(self, due: Due) -> None:
        """Note that an event has come to its end."""
        self._by_profile.pop(due.profile, None)
        self._since_a_success.pop(due.profile, None)
        self._in_a_row = 0

    def succeeded(self, now: float) -> list[Due]:
        """Note that Mail takes events; give those that it did not take before, and that are to be blamed for it."""
        self._in_a_row = 0
        for each in self._of_an_outage:
            each.fault, each.until = "excused", now
        self._of_an_outage.clear()
        to_blame = [each.due for each in self._since_a_success.values() if not each.is_blamed]
        for each in self._since_a_success.values():
            each.fault, each.is_blamed = "own", True
        self._since_a_success.clear()
        return to_blame

    def excuse(self) -> None:
        """Note that Mail takes no events now: what failed since it last took one is not to blame."""
        for each in self._since_a_success.values():
            if each.fault == "unknown":
                each.fault = "outage"
                self._of_an_outage.append(each)
        self._since_a_success.clear()
        self._in_a_row = 0

    def release(self, places: Collection[int]) -> None:
        """Have these events wait no longer."""
        for profile, each in list(self._by_profile.items()):
            if each.due.place in places:
                del self._by_profile[profile]
