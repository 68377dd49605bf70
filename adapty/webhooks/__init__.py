"""What Adapty posts to a backend: taken, read, and turned into events for Adapty Mail.

    from adapty.webhooks import Receiver, SQLiteDedupStore, asgi_app

    receiver = Receiver("the value from the dashboard", dedup=SQLiteDedupStore("dedup.sqlite"))
    app = Starlette(routes=[Route("/webhooks/adapty", asgi_app(receiver, handle))])

`handle` is called with a `WebhookEvent`. Use `wsgi_app` for Flask, `django_view` for Django and `Receiver.handle` for
any other framework. Importing this package requires no framework.

`outbox_handler(Outbox("outbox.sqlite"))` stores events for Adapty Mail on disk before Adapty gets its response.
`Worker`, `run_worker` and `adapty-py webhooks run` send them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapty.webhooks.asgi_mount import asgi_app as asgi_app
    from adapty.webhooks.deliveries import Delivery as Delivery
    from adapty.webhooks.django_mount import django_view as django_view
    from adapty.webhooks.event_types import EVENT_TYPES as EVENT_TYPES
    from adapty.webhooks.events import (
        AccessLevelProperties as AccessLevelProperties,
        Attribution as Attribution,
        PlayStorePurchaseToken as PlayStorePurchaseToken,
        PurchaseProperties as PurchaseProperties,
        SharingProfile as SharingProfile,
        WebhookEvent as WebhookEvent,
    )
    from adapty.webhooks.forwarding import OutboxHandler as OutboxHandler, outbox_handler as outbox_handler
    from adapty.webhooks.mail import (
        MAIL_EVENT_TYPES as MAIL_EVENT_TYPES,
        MailConversion as MailConversion,
        to_mail_event as to_mail_event,
    )
    from adapty.webhooks.outbox import (
        DeadLetter as DeadLetter,
        Outbox as Outbox,
        OutboxCounts as OutboxCounts,
        PendingEvent as PendingEvent,
    )
    from adapty.webhooks.outbox_sending import DrainReport as DrainReport
    from adapty.webhooks.receiver import Receiver as Receiver
    from adapty.webhooks.replies import WebhookResponse as WebhookResponse
    from adapty.webhooks.seen import DedupStore as DedupStore, MemoryDedupStore as MemoryDedupStore
    from adapty.webhooks.sqlite_seen import SQLiteDedupStore as SQLiteDedupStore
    from adapty.webhooks.worker import (
        Worker as Worker,
        async_drain as async_drain,
        async_run_worker as async_run_worker,
        drain as drain,
        run_worker as run_worker,
    )
    from adapty.webhooks.wsgi_mount import wsgi_app as wsgi_app
else:
    from adapty._lazy import attach

    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            ".asgi_mount": "asgi_app",
            ".deliveries": "Delivery",
            ".django_mount": "django_view",
            ".event_types": "EVENT_TYPES",
            ".events": """
                AccessLevelProperties Attribution PlayStorePurchaseToken PurchaseProperties
                SharingProfile WebhookEvent
            """,
            ".forwarding": "OutboxHandler outbox_handler",
            ".mail": "MAIL_EVENT_TYPES MailConversion to_mail_event",
            ".outbox": "DeadLetter Outbox OutboxCounts PendingEvent",
            ".outbox_sending": "DrainReport",
            ".receiver": "Receiver",
            ".replies": "WebhookResponse",
            ".seen": "DedupStore MemoryDedupStore",
            ".sqlite_seen": "SQLiteDedupStore",
            ".worker": "Worker async_drain async_run_worker drain run_worker",
            ".wsgi_mount": "wsgi_app",
        },
    )
