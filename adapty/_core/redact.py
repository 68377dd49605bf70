"""Secrets and e-mail addresses kept out of everything that is printed, logged or raised."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["REDACTED", "Secret", "redact"]

REDACTED = "[redacted]"

_EMAIL = re.compile(r"[^\s@\"'<>(){}\[\],;:]+@[^\s@\"'<>(){}\[\],;:]+")


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
    for secret in secrets:
        text = text.replace(secret.value, REDACTED)
    return _EMAIL.sub(REDACTED, text)
