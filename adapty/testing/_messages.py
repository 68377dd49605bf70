"""The messages of failed assertions, without keys and e-mail addresses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from adapty._core.redaction import Secret, redact, redact_data
from adapty._core.validation import type_name
from adapty._escaping import escape_control

if TYPE_CHECKING:
    from adapty.sandbox import Sandbox

__all__ = ["failure", "format_count", "format_value"]

_MAX_LENGTH = 300


def failure(sandbox: Sandbox, problem: str, *details: object) -> AssertionError:
    """Create the error of a failed assertion.

    Args:
        sandbox: The sandbox, whose keys are redacted.
        problem: What is wrong.
        details: Additional lines.
    """
    text = "\n".join([escape_control(problem), *(f"  {escape_control(str(detail))}" for detail in details)])
    return AssertionError(redact(text, tuple(map(Secret, (sandbox.secret_key, sandbox.mail_key, sandbox.public_key)))))


def format_value(value: Any) -> str:
    """Format a value; e-mail addresses are redacted.

    Example:
        >>> format_value({"plan": "trial", "contact": "jane@example.com"})
        "{'plan': 'trial', 'contact': '[redacted]'}"
    """
    try:
        text = redact(repr(redact_data(_to_plain(value), ())), ())
    except Exception:  # noqa: BLE001 - the repr of a foreign object may raise anything
        text = f"an object {type_name(value)}"
    return text if len(text) <= _MAX_LENGTH else f"{text[: _MAX_LENGTH - 3]}..."


def format_count(count: int, noun: str) -> str:
    """Format a count with its noun.

    Example:
        >>> format_count(1, "request"), format_count(3, "request")
        ('1 request', '3 requests')
    """
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _to_plain(value: Any) -> Any:
    """Return the JSON data for a value, where there is such data."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _to_plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_to_plain(item) for item in value]
    return str(value) if isinstance(value, Decimal | UUID) else value
