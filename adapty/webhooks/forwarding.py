"""A handler that puts what Adapty posts into an outbox for Adapty Mail."""

from __future__ import annotations

import logging
from collections import Counter
from threading import Lock
from typing import TYPE_CHECKING

from adapty._core.redaction import SafeRepr, repr_masked
from adapty._core.validation import type_name
from adapty.errors import AdaptyUsageError
from adapty.webhooks.outbox import Outbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapty.webhooks.events import WebhookEvent
    from adapty.webhooks.mail_events import MailConversion

__all__ = ["OutboxHandler", "outbox_handler"]

logger = logging.getLogger("adapty")

_AS_USUAL = frozenset({"not for Mail", "anonymous"})
"""Why events are passed over every day; whatever else is passed over should have got to Mail."""


def outbox_handler(
    outbox: Outbox,
    *,
    external_profile_id: Callable[[WebhookEvent], str | None] | None = None,
) -> OutboxHandler:
    """Give a handler for `asgi_app`, `wsgi_app`, `django_view` or `Receiver.handle`, which puts events into an outbox.

    What it was given is on the disk when it returns, so that Adapty may be told that the event has come. What is passed
    over is logged with the reason: at INFO what Mail has no use for, at WARNING what should have got there. An event of
    an id that the outbox knows changes nothing, so that the receiver needs no `dedup=` for it.

    Args:
        outbox: Where the events go, for a worker to send.
        external_profile_id: Gives the id that Mail has the profile under, or None where it has none. Where left out,
            it is `customer_user_id`, and an anonymous profile has none.

    Raises:
        AdaptyUsageError: An argument is wrong.

    Example:
        >>> outbox = Outbox("outbox.sqlite")
        >>> handle = outbox_handler(outbox)
        >>> handle.counts
        {}
    """
    if not isinstance(outbox, Outbox):
        raise AdaptyUsageError.for_field("outbox", f"is {type_name(outbox)}; expected an Outbox")
    if external_profile_id is not None and not callable(external_profile_id):
        expected = "expected a function of a WebhookEvent that gives an id or None"
        raise AdaptyUsageError.for_field("external_profile_id", f"is {type_name(external_profile_id)}; {expected}")
    return OutboxHandler(outbox, external_profile_id)


class OutboxHandler(SafeRepr):
    """What `outbox_handler` gives: to be called with each event, from any thread."""

    def __init__(self, outbox: Outbox, external_profile_id: Callable[[WebhookEvent], str | None] | None) -> None:
        self._outbox = outbox
        self._external_profile_id = external_profile_id
        self._counts: Counter[str] = Counter()
        self._lock = Lock()

    def __call__(self, event: WebhookEvent) -> None:
        """Put an event into the outbox, unless it is not for Mail.

        Raises:
            WebhookUnavailableError: It is not in the outbox; Adapty has to post it again.
            AdaptyUsageError: The outbox is damaged, or the rule for ids gave something else than text or None.
        """
        outcome = _outcome(event, self._external_profile_id)
        name = repr_masked(event.event_id)
        if outcome.event is None:
            level = logging.INFO if outcome.skip_reason in _AS_USUAL else logging.WARNING
            logger.log(level, "webhook: event %s is not forwarded: %s", name, outcome.reason)
            self._count(f"skipped: {outcome.skip_reason}")
            return
        if outcome.dropped_fields:
            without = ", ".join(outcome.dropped_fields)
            logger.warning("webhook: event %s is forwarded without %s, which Mail would refuse", name, without)
        self._count("forwarded" if self._outbox.put(outcome.event) else "repeated")

    @property
    def counts(self) -> dict[str, int]:
        """How many events this process has `forwarded`, found `repeated`, and `skipped: ` why.

        Why is one of `not for Mail`, `unknown type`, `anonymous`, `incomplete` and `refused`, as in
        `MailConversion.skip_reason`.
        """
        with self._lock:
            return dict(self._counts)

    def _count(self, word: str) -> None:
        with self._lock:
            self._counts[word] += 1

    def __repr__(self) -> str:
        return f"<outbox_handler for {self._outbox!r}>"


def _outcome(event: WebhookEvent, external_profile_id: Callable[[WebhookEvent], str | None] | None) -> MailConversion:
    from adapty.webhooks.mail_events import to_mail_event  # noqa: PLC0415 - which needs what only a receiver needs

    return to_mail_event(event, external_profile_id=external_profile_id)
