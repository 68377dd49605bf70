"""The webhooks of one sandbox: what is posted, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapty.errors import AdaptyConfigError
from adapty.sandbox.webhooks.changes import turned
from adapty.sandbox.webhooks.deliveries import Deliveries
from adapty.sandbox.webhooks.on_demand import asked_for
from adapty.sandbox.webhooks.sender import Sender

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from adapty.sandbox.server_side.identity import User
    from adapty.sandbox.server_side.state import ServerSide
    from adapty.sandbox.webhooks.deliveries import WebhookDelivery
    from adapty.sandbox.webhooks.news import Event, News, Turn
    from adapty.sandbox.webhooks.settings import WebhookSettings

__all__ = ["Hook"]


class Hook:
    """Takes news from any thread, and posts it from its own.

    Args:
        settings: Where to.

    Attributes:
        settings: Where to.
        deliveries: What became of the events.
        sender: What posts them.
    """

    def __init__(self, settings: WebhookSettings) -> None:
        self.settings = settings
        self.deliveries = Deliveries()
        self.sender = Sender(settings, self.deliveries)
        self._server_side: ServerSide | None = None

    def start(self, server_side: ServerSide) -> None:
        """Begin to post.

        Args:
            server_side: Where the profiles are that are looked at again when a moment has come.
        """
        self._server_side = server_side
        self.sender.start(self._tell_of_turn)

    def tell(self, news: News) -> None:
        """Post what a request has led to, and look again when more is to come."""
        self._post(news.events)
        self.sender.watch(news.turns)

    def post(self, user: User, event_type: str, given: Mapping[str, Any]) -> WebhookDelivery:
        """Post an event that somebody asks for.

        Raises:
            AdaptyConfigError: The sandbox does not run.
        """
        if self._server_side is None:
            message = "The sandbox does not run; start it before it posts something"
            raise AdaptyConfigError(message)
        with self._server_side.reading() as work:
            event = asked_for(work, user, event_type, given)
        (delivery,) = self._post([event])
        return delivery

    def reset(self) -> None:
        """Forget all deliveries, and post nothing any more of what waits."""
        self.sender.drop()
        self.deliveries.forget()

    def close(self) -> None:
        """Break off whatever is under way. Closing again does nothing."""
        self._server_side = None
        self.sender.close()
        self.deliveries.drop()

    def _post(self, events: Iterable[Event]) -> list[WebhookDelivery]:
        added = [(*self.deliveries.add(event), event) for event in events]
        self.sender.post((number, event) for number, _, event in added)
        return [delivery for _, delivery, _ in added]

    def _tell_of_turn(self, turn: Turn) -> None:
        server_side = self._server_side
        if server_side is not None:
            with server_side.reading() as work:
                events = turned(work, turn)
            self._post(events)
