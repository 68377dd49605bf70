"""Redact secrets and e-mail addresses from everything that is printed, logged or raised."""

from __future__ import annotations

import re
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any, NoReturn, ParamSpec, Self, TypeVar

from adapty._core.lazy import lazy_pattern
from adapty._core.sentinel import NotGiven
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["REDACTED", "SafeRepr", "Secret", "hide_arguments", "redact", "redact_data", "repr_masked", "repr_redacted"]

P = ParamSpec("P")
T = TypeVar("T")

REDACTED = "[redacted]"

_MIN_REDACTED = 8
"""Shorter values are not keys of Adapty, and would match parts of ordinary text."""

_MIN_ANYWHERE = 16
"""Values of this length are also redacted inside a word: they cannot match by chance."""

# Possessive quantifiers: the time is linear even for a long body without an address.
_LOCAL = r"[^\s@\"<>()\[\],;:\\]"
_DOMAIN = r"[^\s@\"'<>(){}\[\],;:\\]"
_EMAIL = lazy_pattern(rf"(?<!{_LOCAL}){_LOCAL}++@{_DOMAIN}++")


class Secret:
    """A key that only `value` reveals.

    Not an attrs class: rich and `attrs.asdict` would reveal the key.

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

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: dict[int, Any]) -> Self:
        return self

    def __reduce_ex__(self, _: object) -> NoReturn:
        message = "a secret cannot be pickled; create the client in each process"
        raise TypeError(message)


def redact(text: str, secrets: Iterable[Secret]) -> str:
    """Replace every secret and everything that looks like an e-mail address.

    Secrets are also found when escaped for URLs, JSON and HTML. Those of fewer than 16 characters are only replaced as
    whole words, those of fewer than 8 not at all: they are keys of tests.

    Example:
        >>> redact("key abcdefgh for jane@example.com", [Secret("abcdefgh")])
        'key [redacted] for [redacted]'
    """
    pattern = _pattern(tuple(secrets))
    return _EMAIL.sub(REDACTED, pattern.sub(REDACTED, text) if pattern else text)


@lru_cache(maxsize=64)
def _pattern(secrets: tuple[Secret, ...]) -> re.Pattern[str] | None:
    """Return a pattern for these secrets, the longest first."""
    values = sorted({secret.value for secret in secrets}, key=lambda value: (-len(value), value))
    found = []
    for value in values:
        pattern = "".join(map(_character_pattern, value))
        if len(value) >= _MIN_ANYWHERE:
            found.append(pattern)
        elif len(value) >= _MIN_REDACTED:
            found.append(rf"(?<![^\W_]){pattern}(?![^\W_])")
    return re.compile("|".join(found)) if found else None


def _character_pattern(character: str) -> str:
    """Return a pattern for a character, literal or escaped; letters and digits are never escaped."""
    if character.isalnum():
        return re.escape(character)
    code = f"{ord(character):02x}"
    either = "".join(f"[{digit}{digit.upper()}]" for digit in code)
    from html import escape  # noqa: PLC0415 - its table of entities is large, and only redaction needs it

    in_html = [re.escape(escape(character)), f"&#{ord(character)};", f"&#x{either};"]
    escaped = {*in_html, f"%{either}", rf"\\u00{either}", rf"\\{re.escape(character)}"}
    return f"(?:{'|'.join([re.escape(character), *sorted(escaped)])})"


def hide_arguments(function: Callable[P, T]) -> Callable[P, T]:
    """Decorate a function whose arguments may contain secrets, so that its errors do not reveal them.

    Its AdaptyUsageErrors lose their frames and linked exceptions, whose locals contain the arguments.
    """

    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except AdaptyUsageError as exc:
            error = exc
        finally:
            del args, kwargs
        error.__cause__ = error.__context__ = None
        raise error.with_traceback(None)

    return wrapper


def redact_data(value: Any, secrets: tuple[Secret, ...]) -> Any:
    """Redact every text in parsed JSON, including names; see `redact`.

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


def repr_redacted(value: object) -> str:
    """Return the repr of a personal value, for `attrs.field(repr=...)`."""
    return repr(value) if value is None or isinstance(value, NotGiven) else REDACTED


def repr_masked(value: object) -> str:
    """Return the repr of an ID that may be an e-mail address, for `attrs.field(repr=...)`."""
    return REDACTED if isinstance(value, str) and "@" in value else repr(value)


class SafeRepr:
    """A base class whose `__repr__`, also the one generated by attrs, never fails.

    Tools that print locals also print objects whose `__init__` raised, which have no attributes yet.
    """

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        """Wrap the class's `__repr__`. attrs creates slotted classes again, so this also gets the generated one."""
        super().__init_subclass__()
        own = cls.__dict__.get("__repr__")
        if own is not None and not hasattr(own, "__wrapped__"):
            cls.__repr__ = _without_errors(own)  # type: ignore[method-assign]


def _without_errors(represent: Callable[[Any], str]) -> Callable[[Any], str]:
    @wraps(represent)
    def safe(self: Any) -> str:
        try:
            return represent(self)
        except Exception:  # noqa: BLE001 - usually a missing attribute
            return f"<{type(self).__name__}: incomplete>"

    return safe
