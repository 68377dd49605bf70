"""What Adapty posts to a backend: taken, read, and turned into events for Adapty Mail.

    from adapty.webhooks import Receiver, SQLiteDedupStore, asgi_app

    receiver = Receiver("the value from the dashboard", dedup=SQLiteDedupStore("dedup.sqlite"))
    app = Starlette(routes=[Route("/webhooks/adapty", asgi_app(receiver, handle))])

`handle` is called with a `WebhookEvent`. Use `wsgi_app` for Flask, `django_view` for Django and `Receiver.handle` for
any other framework. Importing this package requires no framework.

`outbox_handler(Outbox("outbox.sqlite"))` stores events for Adapty Mail on disk before Adapty gets its response.
`Worker`, `run_worker` and `adapty-py webhooks run` send them.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapty.webhooks._delivery import DrainReport as DrainReport
    from adapty.webhooks._response import WebhookResponse as WebhookResponse
    from adapty.webhooks._stores.postgres_dedup import PostgresDedupStore as PostgresDedupStore
    from adapty.webhooks._stores.sqlite_dedup import SQLiteDedupStore as SQLiteDedupStore
    from adapty.webhooks.dedup import DedupStore as DedupStore, MemoryDedupStore as MemoryDedupStore
    from adapty.webhooks.event_types import EVENT_TYPES as EVENT_TYPES
    from adapty.webhooks.events import (
        AccessLevelProperties as AccessLevelProperties,
        Attribution as Attribution,
        PlayStorePurchaseToken as PlayStorePurchaseToken,
        PurchaseProperties as PurchaseProperties,
        SharingProfile as SharingProfile,
        WebhookEvent as WebhookEvent,
    )
    from adapty.webhooks.frameworks import asgi_app as asgi_app, django_view as django_view, wsgi_app as wsgi_app
    from adapty.webhooks.mail_events import (
        MAIL_EVENT_TYPES as MAIL_EVENT_TYPES,
        MailConversion as MailConversion,
        to_mail_event as to_mail_event,
    )
    from adapty.webhooks.outbox import (
        BaseOutbox as BaseOutbox,
        DeadLetter as DeadLetter,
        Outbox as Outbox,
        OutboxCounts as OutboxCounts,
        OutboxHandler as OutboxHandler,
        PendingEvent as PendingEvent,
        outbox_handler as outbox_handler,
    )
    from adapty.webhooks.postgres_outbox import PostgresOutbox as PostgresOutbox
    from adapty.webhooks.receiver import Delivery as Delivery, Receiver as Receiver
    from adapty.webhooks.worker import (
        Worker as Worker,
        WorkerOptions as WorkerOptions,
        async_drain as async_drain,
        async_run_worker as async_run_worker,
        drain as drain,
        run_worker as run_worker,
    )
else:
    from adapty._lazy import attach

    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "._delivery": "DrainReport",
            "._response": "WebhookResponse",
            "._stores.postgres_dedup": "PostgresDedupStore",
            "._stores.sqlite_dedup": "SQLiteDedupStore",
            ".dedup": "DedupStore MemoryDedupStore",
            ".event_types": "EVENT_TYPES",
            ".events": """
                AccessLevelProperties Attribution PlayStorePurchaseToken PurchaseProperties
                SharingProfile WebhookEvent
            """,
            ".frameworks": "asgi_app django_view wsgi_app",
            ".mail_events": "MAIL_EVENT_TYPES MailConversion to_mail_event",
            ".outbox": "BaseOutbox DeadLetter Outbox OutboxCounts OutboxHandler PendingEvent outbox_handler",
            ".postgres_outbox": "PostgresOutbox",
            ".receiver": "Delivery Receiver",
            ".worker": "Worker WorkerOptions async_drain async_run_worker drain run_worker",
        },
    )
