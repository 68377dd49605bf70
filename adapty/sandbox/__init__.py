"""A local stand-in for Adapty: start it, point the client at it, and inspect what arrived.

It serves the server-side API and the Mail API with the paths, the authorization, the validation and the error bodies of
the specs in `openapi/`, stores what it receives in SQLite, and exposes it under `/_sandbox/`. It sends no e-mail and
charges nobody. Its only outgoing requests are webhooks, if you configure an address. It fails on demand: see `Fault`.

Requires the extra: `pip install "adapty[sandbox]"`. The constants and the faults work without it.

Example:
    >>> from adapty.sandbox import Sandbox
    >>> with Sandbox() as sandbox:
    ...     sandbox.url.startswith("http://127.0.0.1:")
    True
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from adapty.sandbox._constants import (
    DEFAULT_ACCESS_LEVEL,
    DEFAULT_HOST,
    DEFAULT_MAIL_KEY,
    DEFAULT_SECRET_KEY,
    DEFAULT_WEBHOOK_TIME_SCALE,
    FaultKind,
)

if TYPE_CHECKING:
    from adapty.sandbox._app import create_app
    from adapty.sandbox._faults.injector import Faults
    from adapty.sandbox._faults.model import Fault
    from adapty.sandbox._request_log import LoggedRequest
    from adapty.sandbox._server import Sandbox
    from adapty.sandbox._uvicorn import UvicornProtocol
    from adapty.sandbox._webhooks.api import Webhooks
    from adapty.sandbox._webhooks.deliveries import WebhookDelivery, WebhookVerification

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
    "UvicornProtocol",
    "WebhookDelivery",
    "WebhookVerification",
    "Webhooks",
    "create_app",
]

_MODULES = {
    "Fault": "_faults.model",
    "Faults": "_faults.injector",
    "LoggedRequest": "_request_log",
    "Sandbox": "_server",
    "UvicornProtocol": "_uvicorn",
    "WebhookDelivery": "_webhooks.deliveries",
    "WebhookVerification": "_webhooks.deliveries",
    "Webhooks": "_webhooks.api",
    "create_app": "_app",
}
_EXTRA_PACKAGES = frozenset({"anyio", "jsonschema", "referencing", "starlette", "uvicorn"})


def __getattr__(name: str) -> Any:
    """Load a name when it is first used, so that the constants and the faults need no extra (PEP 562)."""
    if name not in _MODULES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    try:
        module = import_module(f"{__name__}.{_MODULES[name]}")
    except ModuleNotFoundError as missing:
        package = str(missing.name).partition(".")[0]
        if package not in _EXTRA_PACKAGES:
            raise
        message = f'adapty.sandbox needs {package}; install it with: pip install "adapty[sandbox]"'
        raise ImportError(message, name=package) from missing
    globals()[name] = value = getattr(module, name)
    return value
