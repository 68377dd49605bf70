"""Describe an unexpected exception for the command line."""

from __future__ import annotations

import logging
import os
import traceback

from adapty._core.redaction import Secret, redact
from adapty._escaping import escape_control

__all__ = ["describe_internal_error"]

_MAX_CHARACTERS = 500


def describe_internal_error(error: BaseException) -> str:
    """Return one line that names an exception, below its traceback if the package logs, without secrets."""
    secrets = _find_secrets()
    lines: list[str] = []
    if logging.getLogger("adapty").isEnabledFor(logging.DEBUG):
        lines += map(escape_control, redact("".join(traceback.format_exception(error)), secrets).splitlines())
    try:
        message = redact(str(error), secrets)[:_MAX_CHARACTERS]
    except Exception:  # noqa: BLE001 - an exception that cannot be printed
        message = ""
    lines.append(f"internal error: {type(error).__name__}: {escape_control(message)} (please report)")
    return "\n".join(lines)


def _find_secrets() -> tuple[Secret, ...]:
    """Return the values of the environment that a message must not contain."""
    values = [
        line.strip()
        for name, value in os.environ.items()
        if name.startswith("ADAPTY_") or name.lower().endswith("_proxy") or name == "PGPASSWORD"
        if not name.endswith("_URL")
        for line in value.splitlines()
    ]
    return tuple(Secret(value) for value in values if value)
