"""A local stand-in for Adapty: start it, point the client at it, look inside.

It serves the server-side API and the Mail API with the paths, the authorization, the checks and the error bodies of
the contracts in `openapi/`, keeps what it is sent in SQLite, and shows it under `/_sandbox/`. It sends no e-mail,
charges nobody, and reaches out to nothing but the webhook that it is given, if it is given one. It fails on demand:
see `Fault`.

Needs the extra: `pip install "adapty[sandbox]"`. The constants and the faults come without it.

Example:
    >>> from adapty.sandbox import Sandbox
    >>> with Sandbox() as sandbox:
    ...     sandbox.url.startswith("http://127.0.0.1:")
    True
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapty.sandbox.app import create_app as create_app
    from adapty.sandbox.defaults import (
        DEFAULT_ACCESS_LEVEL as DEFAULT_ACCESS_LEVEL,
        DEFAULT_HOST as DEFAULT_HOST,
        DEFAULT_MAIL_KEY as DEFAULT_MAIL_KEY,
        DEFAULT_SECRET_KEY as DEFAULT_SECRET_KEY,
        DEFAULT_WEBHOOK_TIME_SCALE as DEFAULT_WEBHOOK_TIME_SCALE,
    )
    from adapty.sandbox.fault_list import Faults as Faults
    from adapty.sandbox.faults import Fault as Fault, FaultKind as FaultKind
    from adapty.sandbox.request_log import LoggedRequest as LoggedRequest
    from adapty.sandbox.server import Sandbox as Sandbox
    from adapty.sandbox.webhooks.control import Webhooks as Webhooks
    from adapty.sandbox.webhooks.deliveries import (
        WebhookDelivery as WebhookDelivery,
        WebhookVerification as WebhookVerification,
    )
else:
    from adapty._lazy import attach

    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            ".app": "create_app",
            ".defaults": """
                DEFAULT_ACCESS_LEVEL DEFAULT_HOST DEFAULT_MAIL_KEY DEFAULT_SECRET_KEY
                DEFAULT_WEBHOOK_TIME_SCALE
            """,
            ".fault_list": "Faults",
            ".faults": "Fault FaultKind",
            ".request_log": "LoggedRequest",
            ".server": "Sandbox",
            ".webhooks.control": "Webhooks",
            ".webhooks.deliveries": "WebhookDelivery WebhookVerification",
        },
        extra="sandbox",
        required={"jsonschema", "referencing", "starlette", "uvicorn"},
    )
