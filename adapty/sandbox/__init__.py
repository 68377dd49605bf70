"""A local stand-in for Adapty: start it, point the client at it, and inspect what arrived.

It serves the server-side API, the Web API, the Mail API and the Export Analytics API with the paths, the authorization,
the validation and the error bodies of the specs in `openapi/`, stores what it receives in SQLite, and exposes it under
`/_sandbox/`. It sends no e-mail and makes no charges. Its only outgoing requests are webhooks, if you configure an
address. It fails on demand: see `Fault`.

The placements of the Web API are `onboarding` (the first live paywall), `onboarding_ab` (an A/B test of the first two)
and the ID of each live paywall; see `Sandbox.paywalls`.

Requires the extra: `pip install "adapty[sandbox]"`. The constants and the faults work without it.

Example:
    >>> from adapty.sandbox import Sandbox
    >>> with Sandbox() as sandbox:
    ...     sandbox.url.startswith("http://127.0.0.1:")
    True
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapty.sandbox._app import create_app as create_app
    from adapty.sandbox._constants import (
        DEFAULT_ACCESS_LEVEL as DEFAULT_ACCESS_LEVEL,
        DEFAULT_HOST as DEFAULT_HOST,
        DEFAULT_MAIL_KEY as DEFAULT_MAIL_KEY,
        DEFAULT_PUBLIC_KEY as DEFAULT_PUBLIC_KEY,
        DEFAULT_SECRET_KEY as DEFAULT_SECRET_KEY,
        DEFAULT_WEBHOOK_TIME_SCALE as DEFAULT_WEBHOOK_TIME_SCALE,
        FaultKind as FaultKind,
    )
    from adapty.sandbox._faults.injector import Faults as Faults
    from adapty.sandbox._faults.model import Fault as Fault
    from adapty.sandbox._request_log import LoggedRequest as LoggedRequest
    from adapty.sandbox._server import Sandbox as Sandbox
    from adapty.sandbox._uvicorn import UvicornProtocol as UvicornProtocol
    from adapty.sandbox._webhooks.api import Webhooks as Webhooks
    from adapty.sandbox._webhooks.deliveries import (
        WebhookDelivery as WebhookDelivery,
        WebhookVerification as WebhookVerification,
    )
else:
    from adapty._lazy import attach

    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "._app": "create_app",
            "._constants": """
                DEFAULT_ACCESS_LEVEL DEFAULT_HOST DEFAULT_MAIL_KEY DEFAULT_PUBLIC_KEY DEFAULT_SECRET_KEY
                DEFAULT_WEBHOOK_TIME_SCALE FaultKind
            """,
            "._faults.injector": "Faults",
            "._faults.model": "Fault",
            "._request_log": "LoggedRequest",
            "._server": "Sandbox",
            "._uvicorn": "UvicornProtocol",
            "._webhooks.api": "Webhooks",
            "._webhooks.deliveries": "WebhookDelivery WebhookVerification",
        },
        extra="sandbox",
        required={"anyio", "jsonschema", "referencing", "starlette", "uvicorn"},
    )
