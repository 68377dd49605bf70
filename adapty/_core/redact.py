"""Secrets and e-mail addresses kept out of everything that is printed, logged or raised."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["REDACTED", "Secret", "redact", "redact_data"]

REDACTED = "[redacted]"

# Each word is looked at once, from its start: a long body without an address costs no more than its length.
_LOCAL = r"[^\s@\"<>()\[\],;:\\]"
_DOMAIN = r"[^\s@\"'<>(){}\[\],;:\\]"
_EMAIL = re.compile(rf"(?<!{_LOCAL}){_LOCAL}++@{_DOMAIN}++")


@frozen(repr=False)
class Secret:
    """A key that shows itself only to who asks for `value`.

    Example:
        >>> Secret("secret_live_123")
        Secret('[redacted]')
    """

    value: str = field()

    def __repr__(self) -> str:
        """Hide the value; `str` and f-strings come here too."""
        return f"Secret({REDACTED!r})"


def redact(text: str, secrets: Iterable[Secret]) -> str:
    """Replace every secret and everything of an e-mail address's shape in `text`.

    Example:
        >>> redact("key abcdef for jane@example.com", [Secret("abcdef")])
        'key [redacted] for [redacted]'
    """
    for secret in sorted(secrets, key=lambda secret: -len(secret.value)):
        text = text.replace(secret.value, REDACTED)
    return _EMAIL.sub(REDACTED, text)


def redact_data(value: Any, secrets: tuple[Secret, ...]) -> Any:
    """Do the same to every text in decoded JSON, names included.

    Example:
        >>> redact_data({"to": ["jane@example.com", 1]}, ())
        {'to': ['[redacted]', 1]}
    """
    if isinstance(value, str):
        return redact(value, secrets)
    if isinstance(value, list):
        return [redact_data(item, secrets) for item in value]
    if isinstance(value, dict):
        return {redact(name, secrets): redact_data(item, secrets) for name, item in value.items()}
    return value
