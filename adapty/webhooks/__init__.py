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
    from adapty.webhooks._delivery import DrainReport
    from adapty.webhooks._stores.sqlite_dedup import SQLiteDedupStore
    from adapty.webhooks.dedup import DedupStore, MemoryDedupStore
    from adapty.webhooks.event_types import EVENT_TYPES
    from adapty.webhooks.events import (
        AccessLevelProperties,
        Attribution,
        PlayStorePurchaseToken,
        PurchaseProperties,
        SharingProfile,
        WebhookEvent,
    )
    from adapty.webhooks.frameworks import asgi_app, django_view, wsgi_app
    from adapty.webhooks.mail_events import MAIL_EVENT_TYPES, MailConversion, to_mail_event
    from adapty.webhooks.outbox import DeadLetter, Outbox, OutboxCounts, OutboxHandler, PendingEvent, outbox_handler
    from adapty.webhooks.receiver import Delivery, Receiver, WebhookResponse
    from adapty.webhooks.worker import Worker, WorkerOptions, async_drain, async_run_worker, drain, run_worker

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
    "WorkerOptions",
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
    "MAIL_EVENT_TYPES": "mail_events",
    "AccessLevelProperties": "events",
    "Attribution": "events",
    "DeadLetter": "outbox",
    "Delivery": "receiver",
    "DrainReport": "_delivery",
    "OutboxHandler": "outbox",
    "MailConversion": "mail_events",
    "MemoryDedupStore": "dedup",
    "Outbox": "outbox",
    "OutboxCounts": "outbox",
    "PendingEvent": "outbox",
    "PlayStorePurchaseToken": "events",
    "PurchaseProperties": "events",
    "Receiver": "receiver",
    "WebhookResponse": "receiver",
    "SQLiteDedupStore": "_stores.sqlite_dedup",
    "DedupStore": "dedup",
    "SharingProfile": "events",
    "WebhookEvent": "events",
    "Worker": "worker",
    "WorkerOptions": "worker",
    "asgi_app": "frameworks",
    "async_drain": "worker",
    "async_run_worker": "worker",
    "django_view": "frameworks",
    "drain": "worker",
    "outbox_handler": "outbox",
    "run_worker": "worker",
    "to_mail_event": "mail_events",
    "wsgi_app": "frameworks",
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
