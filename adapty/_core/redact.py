"""Secrets and e-mail addresses kept out of everything that is printed, logged or raised."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from adapty._core.not_given import NotGiven

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["REDACTED", "Secret", "hidden", "masked", "redact", "redact_data"]

REDACTED = "[redacted]"

# Each word is looked at once, from its start: a long body without an address costs no more than its length.
_LOCAL = r"[^\s@\"<>()\[\],;:\\]"
_DOMAIN = r"[^\s@\"'<>(){}\[\],;:\\]"
_EMAIL = re.compile(rf"(?<!{_LOCAL}){_LOCAL}++@{_DOMAIN}++")


class Secret:
    """A key that shows itself only to who asks for `value`.

    Not an attrs class: tools that take those apart (rich, `attrs.asdict`) would find the key.

    Example:
        >>> Secret("secret_live_123")
        Secret('[redacted]')
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    @property
    def value(self) -> str:
        """The key itself."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({REDACTED!r})"

    def __eq__(self, other: object) -> bool:
        return self._value == other.value if isinstance(other, Secret) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._value)


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


def hidden(value: object) -> str:
    """Represent a personal value: attrs' `repr=` of such a field."""
    return repr(value) if value is None or isinstance(value, NotGiven) else REDACTED


def masked(value: object) -> str:
    """Represent an id that people may have put an e-mail address into: attrs' `repr=` of such a field."""
    return REDACTED if isinstance(value, str) and "@" in value else repr(value)
