"""The webhooks as a type checker sees them; checked by `make types`, never run.

An ignored error here is an expectation: the type checker reports it once the error is gone.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, assert_type

from adapty import TransactionEvent
from adapty.webhooks import (
    AccessLevelProperties,
    DedupStore,
    MemoryDedupStore,
    PurchaseProperties,
    Receiver,
    SQLiteDedupStore,
    WebhookEvent,
    asgi_app,
    to_mail_event,
    wsgi_app,
)

if TYPE_CHECKING:
    from starlette.datastructures import Headers
    from werkzeug.datastructures import Headers as FlaskHeaders

    from adapty.webhooks.dedup import ClaimStatus


def plain(event: WebhookEvent) -> int:
    """Handle an event."""
    assert_type(event.event_properties, PurchaseProperties | AccessLevelProperties)
    assert_type(event.event_properties.vendor_product_id, str | None)
    if isinstance(event.event_properties, AccessLevelProperties):
        assert_type(event.event_properties.is_active, bool | None)
    else:
        assert_type(event.event_properties.price_usd, Decimal | None)
    return 1


async def asynchronous(event: WebhookEvent) -> None:
    """Handle an event, on the loop."""
    assert_type(event.event_id, str | None)


def handlers_are_of_the_kind_that_a_mount_takes(receiver: Receiver) -> None:
    """ASGI accepts both kinds, WSGI only handlers that are not async; a handler takes one event."""
    asgi_app(receiver, plain)
    asgi_app(receiver, asynchronous)
    wsgi_app(receiver, plain)
    asgi_app(receiver, Receiver.authenticate)  # type: ignore[arg-type]


def headers_are_those_of_any_framework(receiver: Receiver, starlette: Headers, flask: FlaskHeaders) -> None:
    """A mapping or pairs, text or bytes, a WSGI environment; no text by itself."""
    receiver.accept(starlette, b"")
    receiver.accept(flask, b"")
    receiver.accept([(b"authorization", b"x")], bytearray())
    receiver.accept({"HTTP_AUTHORIZATION": "x", "wsgi.version": (1, 0)}, "{}")
    receiver.accept({"Authorization": "x"}, {})  # type: ignore[arg-type]


class Redis:
    """A store of one's own."""

    def acquire(self, event_id: str, owner: str) -> ClaimStatus:
        """Claim."""
        return "new" if event_id == owner else "completed"

    def complete(self, event_id: str, owner: str) -> None:
        """Mark."""

    def release(self, event_id: str, owner: str) -> None:
        """Release."""


def stores_are_whatever_has_the_methods() -> list[DedupStore]:
    """Ours, and one of one's own; yes or no is no status."""

    class Yes(Redis):
        def acquire(self, event_id: str, owner: str) -> bool:  # type: ignore[override]
            return event_id == owner

    Receiver("x", dedup=Yes())  # type: ignore[arg-type]
    return [MemoryDedupStore(), SQLiteDedupStore("dedup.sqlite"), Redis()]


def what_mail_is_told(event: WebhookEvent, ids: dict[str, str]) -> None:
    """A rule gives text or nothing."""
    outcome = to_mail_event(event, external_profile_id=lambda event: ids.get(event.profile_id or ""))
    assert_type(outcome.event, TransactionEvent | None)
    assert_type(outcome.reason, str | None)
    assert_type(event.raw, Any)  # type: ignore[assert-type]
