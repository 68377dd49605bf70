"""What Adapty posts to a backend: taken, read, and turned into events for Adapty Mail.

    from adapty.webhooks import Receiver, SQLiteDedupStore, asgi_app

    receiver = Receiver("the value from the dashboard", dedup=SQLiteDedupStore("dedup.sqlite"))
    app = Starlette(routes=[Route("/webhooks/adapty", asgi_app(receiver, handle))])

`handle` is called with a `WebhookEvent`. Use `wsgi_app` for Flask, `django_view` for Django and `Receiver.handle` for
any other framework. Importing this package requires no framework.

`outbox_handler(Outbox("outbox.sqlite"))` stores events for Adapty Mail on disk before Adapty gets its response.
`Worker`, `run_worker` and `adapty-py webhooks run` send them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from adapty.webhooks.asgi_mount import asgi_app
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
    from adapty.webhooks.forwarding import OutboxHandler, outbox_handler
    from adapty.webhooks.mail import MAIL_EVENT_TYPES, MailConversion, to_mail_event
    from adapty.webhooks.outbox import DeadLetter, Outbox, OutboxCounts, PendingEvent
    from adapty.webhooks.outbox_sending import DrainReport
    from adapty.webhooks.receiver import Receiver
    from adapty.webhooks.replies import WebhookResponse
    from adapty.webhooks.seen import DedupStore, MemoryDedupStore
    from adapty.webhooks.sqlite_seen import SQLiteDedupStore
    from adapty.webhooks.worker import Worker, async_drain, async_run_worker, drain, run_worker
    from adapty.webhooks.wsgi_mount import wsgi_app

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
    "asgi_app",
    "async_drain",
    "async_run_worker",
    "django_view",
    "drain",
    "outbox_handler",
    "run_worker",
    "to_mail_event",
    "wsgi_app",
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
    "asgi_app": "asgi_mount",
    "async_drain": "worker",
    "async_run_worker": "worker",
    "django_view": "django_mount",
    "drain": "worker",
    "outbox_handler": "forwarding",
    "run_worker": "worker",
    "to_mail_event": "mail",
    "wsgi_app": "wsgi_mount",
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
