"""What Adapty posts to a backend: taken, read, and turned into events for Adapty Mail.

    from adapty.webhooks import Receiver, SQLiteDedupStore, asgi

    receiver = Receiver("the value from the dashboard", seen=SQLiteDedupStore("seen.sqlite"))
    app = Starlette(routes=[Route("/webhooks/adapty", asgi(receiver, handle))])

`handle` is given a `WebhookEvent`. `wsgi` and `django_view` are the same for Flask and Django, and `Receiver.answer`
for any other framework. No framework is needed to import this.

`forward(Outbox("outbox.sqlite"))` puts what Mail should hear of on the disk before Adapty is answered; `Worker`,
`run_worker` and `python -m adapty webhooks run` send it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from adapty.webhooks.asgi_mount import asgi
    from adapty.webhooks.deliveries import Delivery
    from adapty.webhooks.django_mount import django_view
    from adapty.webhooks.event_types import EVENT_TYPES
    from adapty.webhooks.events import (
        AccessLevelProperties,
        Attribution,
        PlayStorePurchaseToken,
        PurchaseProperties,
        SharingProfile,
        WebhookEvent,
    )
    from adapty.webhooks.forwarding import OutboxHandler, forward
    from adapty.webhooks.mail import MAIL_EVENT_TYPES, MailConversion, to_mail_event
    from adapty.webhooks.outbox import DeadLetter, Outbox, OutboxCounts, PendingEvent
    from adapty.webhooks.outbox_sending import DrainReport
    from adapty.webhooks.receiver import Receiver
    from adapty.webhooks.replies import WebhookResponse
    from adapty.webhooks.seen import DedupStore, MemoryDedupStore
    from adapty.webhooks.sqlite_seen import SQLiteDedupStore
    from adapty.webhooks.worker import Worker, async_drain, async_run_worker, drain, run_worker
    from adapty.webhooks.wsgi_mount import wsgi

__all__ = [
    "EVENT_TYPES",
    "MAIL_EVENT_TYPES",
    "AccessLevelProperties",
    "Attribution",
    "DeadLetter",
    "DedupStore",
    "Delivery",
    "DrainReport",
    "MailConversion",
    "MemoryDedupStore",
    "Outbox",
    "OutboxCounts",
    "OutboxHandler",
    "PendingEvent",
    "PlayStorePurchaseToken",
    "PurchaseProperties",
    "Receiver",
    "SQLiteDedupStore",
    "SharingProfile",
    "WebhookEvent",
    "WebhookResponse",
    "Worker",
    "asgi",
    "async_drain",
    "async_run_worker",
    "django_view",
    "drain",
    "forward",
    "run_worker",
    "to_mail_event",
    "wsgi",
]

# Loaded when first asked for, as in adapty itself.
_HOMES = {
    "EVENT_TYPES": "event_types",
    "MAIL_EVENT_TYPES": "mail",
    "AccessLevelProperties": "events",
    "Attribution": "events",
    "DeadLetter": "outbox",
    "Delivery": "deliveries",
    "DrainReport": "outbox_sending",
    "OutboxHandler": "forwarding",
    "MailConversion": "mail",
    "MemoryDedupStore": "seen",
    "Outbox": "outbox",
    "OutboxCounts": "outbox",
    "PendingEvent": "outbox",
    "PlayStorePurchaseToken": "events",
    "PurchaseProperties": "events",
    "Receiver": "receiver",
    "WebhookResponse": "replies",
    "SQLiteDedupStore": "sqlite_seen",
    "DedupStore": "seen",
    "SharingProfile": "events",
    "WebhookEvent": "events",
    "Worker": "worker",
    "asgi": "asgi_mount",
    "async_drain": "worker",
    "async_run_worker": "worker",
    "django_view": "django_mount",
    "drain": "worker",
    "forward": "forwarding",
    "run_worker": "worker",
    "to_mail_event": "mail",
    "wsgi": "wsgi_mount",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
