"""From lifecycle events to deliveries, including the events that the passing of time causes."""

from __future__ import annotations

import asyncio
from functools import partial
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from adapty.errors import AdaptyConfigError
from adapty.sandbox import _timestamps
from adapty.sandbox._server_side.lifecycle import events_at
from adapty.sandbox._server_side.model import ScheduledCheck
from adapty.sandbox._webhooks.deliveries import Deliveries
from adapty.sandbox._webhooks.payload import build_event, build_requested_event
from adapty.sandbox._webhooks.sender import Sender

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from adapty.sandbox._server_side.model import PendingEvents, User
    from adapty.sandbox._server_side.store import ServerSideStore
    from adapty.sandbox._webhooks.config import WebhookConfig
    from adapty.sandbox._webhooks.deliveries import WebhookDelivery
    from adapty.sandbox._webhooks.payload import WebhookEvent

__all__ = ["Dispatcher"]

_MICROSECONDS = 1_000_000

_MIN_DELAY_SECONDS = 0.02
"""The clock may stand still just before a check. Polling it must not use up a processor."""

_MAX_DELAY_SECONDS = 0.25
"""The clock may jump past a check. This is the longest time until that is noticed."""


class Dispatcher:
    """Posts the events of a sandbox; thread-safe.

    Args:
        config: The address and the time scale.

    Attributes:
        config: The address and the time scale.
        deliveries: The state of the deliveries.
        sender: Posts the events.
    """

    def __init__(self, config: WebhookConfig) -> None:
        self.config = config
        self.deliveries = Deliveries()
        self.sender = Sender(config, self.deliveries)
        self._timer = _CheckTimer(self._run_check)
        self._store: ServerSideStore | None = None

    def start(self, store: ServerSideStore) -> None:
        """Start posting.

        Args:
            store: The profiles, which scheduled checks read again.
        """
        self._store = store
        self.sender.start()

    def publish(self, pending: PendingEvents) -> None:
        """Post the events of a request, and schedule its checks."""
        self._post(map(build_event, pending.events))
        for check in pending.checks:
            self.sender.call_soon(partial(self._timer.add, check))

    def post_requested(self, user: User, event_type: str, overrides: Mapping[str, Any]) -> WebhookDelivery:
        """Post an event that a user requests.

        Raises:
            AdaptyConfigError: The sandbox is not running.
        """
        if self._store is None:
            message = "The sandbox is not running; start it before posting an event"
            raise AdaptyConfigError(message)
        with self._store.read() as context:
            event = build_requested_event(context, user, event_type, overrides)
        (delivery,) = self._post([event])
        return delivery

    def reset(self) -> None:
        """Cancel all deliveries and checks, and remove them."""
        self.sender.call_soon(self._timer.clear)
        self.sender.cancel_all()
        self.deliveries.clear()

    def close(self) -> None:
        """Cancel all work. Closing twice is allowed."""
        self._store = None
        self.sender.call_soon(self._timer.clear)
        self.sender.close()
        self.deliveries.drop_pending()

    def _post(self, events: Iterable[WebhookEvent]) -> list[WebhookDelivery]:
        added = [(*self.deliveries.add(event), event) for event in events]
        self.sender.post((number, event) for number, _, event in added)
        return [delivery for _, delivery, _ in added]

    def _run_check(self, check: ScheduledCheck) -> None:
        store = self._store
        if store is not None:
            with store.read() as context:
                events = events_at(context, check)
            self._post(map(build_event, events))


class _CheckTimer:
    """Calls back when the wall clock reaches a check. A test may freeze the clock, or move it in either direction.

    Use it in the event loop's thread only.

    Args:
        on_check: The callback.
    """

    def __init__(self, on_check: Callable[[ScheduledCheck], object]) -> None:
        self._on_check = on_check
        self._checks: set[ScheduledCheck] = set()
        self._heap: list[tuple[int, str]] = []
        self._handle: asyncio.TimerHandle | None = None

    def add(self, check: ScheduledCheck) -> None:
        """Add a check. Adding it twice has no effect."""
        if check not in self._checks:
            self._checks.add(check)
            heappush(self._heap, (check.at, check.profile_id))
            self._schedule(min_delay=0.0)

    def clear(self) -> None:
        """Remove all checks."""
        self._checks.clear()
        self._heap.clear()
        self._schedule(min_delay=0.0)

    def _poll(self) -> None:
        loop, now = asyncio.get_running_loop(), _timestamps.now()
        while self._heap and self._heap[0][0] <= now:
            at, profile_id = heappop(self._heap)
            check = ScheduledCheck(profile_id=profile_id, at=at)
            self._checks.discard(check)
            loop.call_soon(self._on_check, check)
        self._schedule(min_delay=_MIN_DELAY_SECONDS)

    def _schedule(self, *, min_delay: float) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        if self._heap:
            remaining = (self._heap[0][0] - _timestamps.now()) / _MICROSECONDS
            delay = min(max(remaining, min_delay), _MAX_DELAY_SECONDS)
            self._handle = asyncio.get_running_loop().call_later(delay, self._poll)
