"""What became of the events that were posted: the last of them, safe to share between threads."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Condition
from typing import TYPE_CHECKING, Any, Literal

from attrs import evolve, field, frozen

from adapty._core.redaction import SafeRepr, repr_masked

if TYPE_CHECKING:
    from adapty.sandbox.webhooks.news import Event

__all__ = ["KEPT_DELIVERIES", "Deliveries", "DeliveryState", "WebhookDelivery", "WebhookVerification"]

KEPT_DELIVERIES = 1000
"""How many deliveries are kept to be looked at; older ones go on, and are no longer shown."""

DeliveryState = Literal["waiting", "delivered", "given up", "dropped"]
"""How far a delivery is; `dropped` is what was waiting when the sandbox was closed."""


@frozen(kw_only=True)
class WebhookVerification(SafeRepr):
    """How the receiver answered the request that checks the address, an empty object.

    Attributes:
        accepted: Whether it answered with a 2xx and a JSON body, as Adapty wants it.
        status: The HTTP status; None where no answer came.
        problem: What was wrong, in words; None where nothing was.
    """

    accepted: bool
    status: int | None
    problem: str | None


@frozen(kw_only=True)
class WebhookDelivery(SafeRepr):
    """One event, and how far its delivery is.

    Attributes:
        event_type: What happened, by the name that it is posted with.
        event_id: Its `profile_event_id`, the same at each try; None where it has none.
        profile_id: Whom it is about, by Adapty's id.
        state: `waiting` for an answer or for the next try, `delivered`, `given up` after the last try, or `dropped`
            when the sandbox was closed.
        tries: How often it was posted so far.
        last_status: The HTTP status of the last answer; None where no answer came.
        problem: Why the last try failed, in words; None where it did not.
        body: What is posted. It holds what is personal, and shows in no repr.
    """

    event_type: str = field(repr=repr_masked)
    event_id: str | None = field(repr=repr_masked)
    profile_id: str
    state: DeliveryState = "waiting"
    tries: int = 0
    last_status: int | None = None
    problem: str | None = None
    body: Mapping[str, Any] = field(repr=False)


class Deliveries:
    """The last `KEPT_DELIVERIES` deliveries, by numbers that are given to them."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._kept: dict[int, WebhookDelivery] = {}
        self._waiting: set[int] = set()
        self._count = 0

    def add(self, event: Event) -> tuple[int, WebhookDelivery]:
        """Keep an event that is to be posted, under a new number."""
        delivery = WebhookDelivery(
            event_type=event.event_type,
            event_id=event.event_id,
            profile_id=event.profile_id,
            body=event.body,
        )
        with self._changed:
            self._count += 1
            self._kept[self._count] = delivery
            self._waiting.add(self._count)
            if len(self._kept) > KEPT_DELIVERIES:
                del self._kept[next(iter(self._kept))]
            return self._count, delivery

    def tried(self, number: int, *, state: DeliveryState, status: int | None, problem: str | None) -> None:
        """Note how a try ended. What was forgotten meanwhile stays so."""
        with self._changed:
            if number in self._kept:
                known = self._kept[number]
                self._kept[number] = evolve(
                    known, state=state, tries=known.tries + 1, last_status=status, problem=problem
                )
            if state != "waiting":
                self._waiting.discard(number)
                self._changed.notify_all()

    def last(self) -> list[WebhookDelivery]:
        """Give those that are kept, the last one last."""
        with self._changed:
            return list(self._kept.values())

    def wait_until_idle(self, timeout: float) -> bool:
        """Wait until none is waiting; tell whether that came about in time."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting, timeout)

    def forget(self) -> None:
        """Forget all of them, those that wait too."""
        with self._changed:
            self._kept.clear()
            self._waiting.clear()
            self._changed.notify_all()

    def drop(self) -> None:
        """Note that what waits will not be posted any more."""
        with self._changed:
            for number in self._waiting & self._kept.keys():
                self._kept[number] = evolve(self._kept[number], state="dropped")
            self._waiting.clear()
            self._changed.notify_all()
