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

from importlib import import_module
from typing import TYPE_CHECKING, Any

from adapty.sandbox.defaults import (
    DEFAULT_ACCESS_LEVEL,
    DEFAULT_HOST,
    DEFAULT_MAIL_KEY,
    DEFAULT_SECRET_KEY,
    DEFAULT_WEBHOOK_TIME_SCALE,
)

if TYPE_CHECKING:
    from adapty.sandbox.app import create_app
    from adapty.sandbox.fault_list import Faults
    from adapty.sandbox.faults import Fault, FaultKind
    from adapty.sandbox.request_log import LoggedRequest
    from adapty.sandbox.server import Sandbox
    from adapty.sandbox.webhooks.control import Webhooks
    from adapty.sandbox.webhooks.deliveries import WebhookDelivery, WebhookVerification

__all__ = [
    "DEFAULT_ACCESS_LEVEL",
    "DEFAULT_HOST",
    "DEFAULT_MAIL_KEY",
    "DEFAULT_SECRET_KEY",
    "DEFAULT_WEBHOOK_TIME_SCALE",
    "Fault",
    "FaultKind",
    "Faults",
    "LoggedRequest",
    "Sandbox",
    "WebhookDelivery",
    "WebhookVerification",
    "Webhooks",
    "create_app",
]

_MODULES = {
    "Fault": "faults",
    "FaultKind": "faults",
    "Faults": "fault_list",
    "LoggedRequest": "request_log",
    "Sandbox": "server",
    "WebhookDelivery": "webhooks.deliveries",
    "WebhookVerification": "webhooks.deliveries",
    "Webhooks": "webhooks.control",
    "create_app": "app",
}
_PACKAGES_OF_THE_EXTRA = frozenset({"jsonschema", "referencing", "starlette", "uvicorn"})


def __getattr__(name: str) -> Any:
    """Load the server only when it is asked for, so that the constants and the faults need no extra."""
    if name not in _MODULES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    try:
        module = import_module(f"{__name__}.{_MODULES[name]}")
    except ModuleNotFoundError as missing:
        package = str(missing.name).partition(".")[0]
        if package not in _PACKAGES_OF_THE_EXTRA:
            raise
        message = f'adapty.sandbox needs {package}; install it with: pip install "adapty[sandbox]"'
        raise ImportError(message, name=package) from missing
    globals()[name] = value = getattr(module, name)
    return value
