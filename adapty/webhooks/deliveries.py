"""One post of Adapty's, and the hold on its event until that is handled."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Self

from attrs import field, frozen

from adapty._core.redaction import SafeRepr
from adapty._core.validation import quote
from adapty.webhooks.events import WebhookEvent
from adapty.webhooks.replies import WebhookResponse
from adapty.webhooks.seen import DedupStore

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Claim", "Delivery"]

_log = logging.getLogger("adapty")

_OK = WebhookResponse.from_json({})


@frozen
class Claim:
    """An event that is held until it is handled or given back."""

    dedup: DedupStore
    event_id: str
    owner: str

    def complete(self) -> None:
        """Mark the event as completed."""
        try:
            self.dedup.complete(self.event_id, self.owner)
        except Exception as problem:  # noqa: BLE001 - it is handled, whatever the store says
            _log.warning("webhook: %s is handled, but not marked as completed: %s", self, type(problem).__name__)

    def release(self) -> None:
        """Give the event back."""
        try:
            self.dedup.release(self.event_id, self.owner)
        except Exception as problem:  # noqa: BLE001 - the claim ends by itself
            _log.warning("webhook: %s is held until its claim ends: %s", self, type(problem).__name__)

    def __str__(self) -> str:
        return f"event {quote(self.event_id)}"


@frozen(kw_only=True)
class Delivery(SafeRepr):
    """One post of Adapty's that was taken.

    Use it as a context manager around the handler: the event is marked as completed when the block ends, and released
    when the block raises, so that it is handled when Adapty posts it again. Without the receiver's `dedup=` neither has
    an effect.

    Attributes:
        event: The event; None where Adapty only tries out the address.
        duplicate: Whether the event was handled already: then there is nothing to do but to answer.
        response: What to answer once the event is handled.
    """

    event: WebhookEvent | None
    duplicate: bool = False
    response: WebhookResponse = _OK
    _claim: Claim | None = field(default=None, repr=False, eq=False)

    def complete(self) -> None:
        """Mark the event as completed: it is handled."""
        if self._claim:
            self._claim.complete()

    def release(self) -> None:
        """Give the event back: it is not handled."""
        if self._claim:
            self._claim.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exc_type is None:
            self.complete()
        else:
            self.release()
