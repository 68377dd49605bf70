"""The state of recent deliveries."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Condition
from typing import TYPE_CHECKING, Any, Literal

from attrs import evolve, field, frozen

from adapty._core.redaction import SafeRepr, repr_masked

if TYPE_CHECKING:
    from adapty.sandbox._webhooks.payload import WebhookEvent

__all__ = ["MAX_DELIVERIES", "Deliveries", "DeliveryState", "WebhookDelivery", "WebhookVerification"]

MAX_DELIVERIES = 1000
"""The number of deliveries in the list. Older ones continue, but are no longer listed."""

DeliveryState = Literal["pending", "delivered", "failed", "dropped"]
"""The state of a delivery; see `WebhookDelivery`."""


@frozen(kw_only=True)
class WebhookVerification(SafeRepr):
    """The receiver's response to the verification request, an empty object.

    Attributes:
        accepted: Whether it responded with a 2xx and a JSON body, as Adapty requires.
        status: The HTTP status; None without a response.
        problem: What was wrong; None if nothing was.
    """

    accepted: bool
    status: int | None
    problem: str | None


@frozen(kw_only=True)
class WebhookDelivery(SafeRepr):
    """One event, and the state of its delivery.

    Attributes:
        event_type: The type, by the name that is posted.
        event_id: Its `profile_event_id`, equal in all attempts; None if it has none.
        profile_id: Adapty's id of the user.
        state: `pending` before a response or the next attempt, `delivered`, `failed` after the last attempt, or
            `dropped` if the sandbox was closed before.
        attempts: The number of attempts so far.
        last_status: The HTTP status of the last response; None without a response.
        problem: Why the last attempt failed; None if it did not.
        body: The posted body. It contains personal data, and is not in the repr.
    """

    event_type: str = field(repr=repr_masked)
    event_id: str | None = field(repr=repr_masked)
    profile_id: str
    state: DeliveryState = "pending"
    attempts: int = 0
    last_status: int | None = None
    problem: str | None = None
    body: Mapping[str, Any] = field(repr=False)


class Deliveries:
    """The last `MAX_DELIVERIES` deliveries, by number; thread-safe."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._listed: dict[int, WebhookDelivery] = {}
        self._pending: set[int] = set()
        self._last_number = 0

    def add(self, event: WebhookEvent) -> tuple[int, WebhookDelivery]:
        """Add an event, and return its number and its delivery."""
        delivery = WebhookDelivery(
            event_type=event.event_type,
            event_id=event.event_id,
            profile_id=event.profile_id,
            body=event.body,
        )
        with self._changed:
            self._last_number += 1
            self._listed[self._last_number] = delivery
            self._pending.add(self._last_number)
            if len(self._listed) > MAX_DELIVERIES:
                del self._listed[next(iter(self._listed))]
            return self._last_number, delivery

    def record_attempt(self, number: int, *, state: DeliveryState, status: int | None, problem: str | None) -> None:
        """Record the outcome of an attempt. A delivery that is no longer listed stays so."""
        with self._changed:
            if number in self._listed:
                delivery = self._listed[number]
                self._listed[number] = evolve(
                    delivery, state=state, attempts=delivery.attempts + 1, last_status=status, problem=problem
                )
            if state != "pending":
                self._pending.discard(number)
                self._changed.notify_all()

    def last(self) -> list[WebhookDelivery]:
        """Return the listed deliveries, oldest first."""
        with self._changed:
            return list(self._listed.values())

    def wait_until_idle(self, timeout: float) -> bool:
        """Wait until no delivery is pending, and return whether this happened in time."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._pending, timeout)

    def clear(self) -> None:
        """Remove all deliveries, including pending ones."""
        with self._changed:
            self._listed.clear()
            self._pending.clear()
            self._changed.notify_all()

    def drop_pending(self) -> None:
        """Mark pending deliveries as dropped."""
        with self._changed:
            for number in self._pending & self._listed.keys():
                self._listed[number] = evolve(self._listed[number], state="dropped")
            self._pending.clear()
            self._changed.notify_all()
