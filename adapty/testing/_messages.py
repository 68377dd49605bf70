"""Part of the pytest plugin."""

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


_MOST_CHARACTERS = 300

_IN_WORDS = ("never", "once", "twice")


def failure(sandbox: Sandbox, problem: str, *details: object) -> AssertionError:
    """Make the error of an assertion.

    Args:
        sandbox: The sandbox, whose keys are kept out.
        problem: What was expected and is not so.
        details: What is there instead, a line each.
    """
    text = "\n".join([escape_control(problem), *(f"  {escape_control(str(detail))}" for detail in details)])
    return AssertionError(redact(text, (Secret(sandbox.secret_key), Secret(sandbox.mail_key))))


def format_value(value: Any) -> str:
    """Put a value into words; what looks like an e-mail address stays hidden.

    Example:
        >>> format_value({"plan": "trial", "contact": "jane@example.com"})
        "{'plan': 'trial', 'contact': '[redacted]'}"
    """
    try:
        text = redact(repr(redact_data(_plain(value), ())), ())
    except Exception:  # noqa: BLE001 - a foreign object, whose own code runs here and may fail
        text = f"something {type_name(value)}"
    return text if len(text) <= _MOST_CHARACTERS else f"{text[: _MOST_CHARACTERS - 3]}..."


def format_count(times: int) -> str:
    """Say how often.

    Example:
        >>> format_count(1), format_count(3)
        ('once', '3 times')
    """
    return _IN_WORDS[times] if times < len(_IN_WORDS) else f"{times} times"


def _plain(value: Any) -> Any:
    """Give what is comparable with what JSON holds, where there is such a thing."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(held) for name, held in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Decimal | UUID) else value
