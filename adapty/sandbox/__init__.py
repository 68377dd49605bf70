"""A local stand-in for Adapty: start it, point the client at it, look inside.

It serves the server-side API and the Mail API with the paths, the authorization, the checks and the error bodies of
the contracts in `openapi/`, keeps what it is sent in SQLite, and shows it under `/_sandbox/`. It sends no e-mail,
charges nobody, and does not reach out to any network.

Needs the extra: `pip install "adapty[sandbox]"`. The constants come without it.

Example:
    >>> from adapty.sandbox import Sandbox
    >>> with Sandbox() as sandbox:
    ...     sandbox.url.startswith("http://127.0.0.1:")
    True
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapty.sandbox.defaults import DEFAULT_ACCESS_LEVEL, DEFAULT_HOST, DEFAULT_MAIL_KEY, DEFAULT_SECRET_KEY

if TYPE_CHECKING:
    from adapty.sandbox.app import create_app
    from adapty.sandbox.request_log import LoggedRequest
    from adapty.sandbox.server import Sandbox

__all__ = [
    "DEFAULT_ACCESS_LEVEL",
    "DEFAULT_HOST",
    "DEFAULT_MAIL_KEY",
    "DEFAULT_SECRET_KEY",
    "LoggedRequest",
    "Sandbox",
    "create_app",
]

_PACKAGES_OF_THE_EXTRA = frozenset({"jsonschema", "referencing", "starlette", "uvicorn"})


def __getattr__(name: str) -> Any:
    """Load the server only when it is asked for, so that the constants need no extra."""
    if name not in {"LoggedRequest", "Sandbox", "create_app"}:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    try:
        from adapty.sandbox.app import create_app  # noqa: PLC0415 - the point of this function
        from adapty.sandbox.request_log import LoggedRequest  # noqa: PLC0415
        from adapty.sandbox.server import Sandbox  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        package = str(missing.name).partition(".")[0]
        if package not in _PACKAGES_OF_THE_EXTRA:
            raise
        message = f'adapty.sandbox needs {package}; install it with: pip install "adapty[sandbox]"'
        raise ImportError(message, name=package) from missing
    globals().update(LoggedRequest=LoggedRequest, Sandbox=Sandbox, create_app=create_app)
    return globals()[name]
