"""Who may post: the values of the Authorization header that are accepted, and how one is found and compared."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Protocol

from adapty._core.redact import hide_arguments
from adapty._core.validate import kind_of, unfit_for_a_header
from adapty.errors import AdaptyConfigError, AdaptyUsageError, WebhookAuthorizationError

__all__ = ["ENVIRONMENT", "Accepted", "Headers"]

ENVIRONMENT = "ADAPTY_WEBHOOK_AUTHORIZATION"
"""The variable that holds the accepted values, one a line, where they are not given as an argument."""


class _HasItems(Protocol):
    def items(self) -> Iterable[tuple[Any, Any]]:
        """Give pairs of name and value."""


Headers = _HasItems | Iterable[tuple[str | bytes, Any]]
"""Headers as frameworks have them: a mapping or pairs, of text or bytes; a WSGI environment too."""

_NAMES = frozenset({b"authorization", b"http_authorization"})
"""The header's name, and what WSGI calls it."""

_EXPECTED = "expected the text that the dashboard has for the Authorization header"


class Accepted:
    """The accepted values, of which only digests are kept.

    All of them are compared, each in the same time, whatever is given.

    Args:
        values: One value or several; those of `ADAPTY_WEBHOOK_AUTHORIZATION` where it is None.

    Raises:
        AdaptyConfigError: There is none, or one of them cannot come in a header.

    Example:
        >>> accepted = Accepted(["the new value", "the old value"])
        >>> accepted.refusal({"Authorization": "the old value"}) is None
        True
        >>> accepted.refusal({"Authorization": "another value"})
        WebhookAuthorizationError('the Authorization header has none of the accepted values')
    """

    @hide_arguments
    def __init__(self, values: str | Iterable[str] | None) -> None:
        self._digests = tuple({_digest(value.encode()): None for value in _checked(values)})

    def __len__(self) -> int:
        return len(self._digests)

    def refusal(self, headers: Headers) -> WebhookAuthorizationError | None:
        """Say why a request with these headers is refused; None where it is not.

        Raises:
            AdaptyUsageError: `headers` is nothing that headers could be read from.
        """
        given = _given(headers)
        digest = _digest(given[0] if given else b"")
        # A sum, not any(): which of them it is, and whether it is one, takes the same time.
        known = sum(compare_digest(accepted, digest) for accepted in self._digests)
        if len(given) > 1:
            return WebhookAuthorizationError("the Authorization header is given more than once")
        if not given:
            return WebhookAuthorizationError("the Authorization header is missing")
        return None if known else WebhookAuthorizationError("the Authorization header has none of the accepted values")


def _digest(value: bytes) -> bytes:
    """Give what is compared: of one length, so that the value's own length takes no time to tell."""
    return sha256(value).digest()


def _checked(values: str | Iterable[str] | None) -> list[str]:
    name, read = "authorization", values is None
    if values is None:
        # A line cannot be part of a header, so nothing that was meant as one value is taken for two.
        found = [line.strip() for line in os.environ.get(ENVIRONMENT, "").splitlines()]
        given: list[Any] = [line for line in found if line]
        if not given:
            raise AdaptyConfigError.of(name, f"is missing; give it, or set {ENVIRONMENT}")
    elif isinstance(values, str):
        given = [values]
    elif isinstance(values, Iterable) and not isinstance(values, bytes | bytearray | Mapping):
        given = list(values)
    else:
        raise AdaptyConfigError.of(name, f"is {kind_of(values)}; expected a str, or several")
    if not given:
        raise AdaptyConfigError.of(name, "holds no value; expected at least one, or nothing would be accepted")
    return [_value(name, value, f" (it comes from {ENVIRONMENT})" if read else "") for value in given]


def _value(name: str, value: Any, source: str) -> str:
    """Accept what a header carries unchanged; the message never holds it."""
    problem = unfit_for_a_header(value) if isinstance(value, str) else f"holds something {kind_of(value)}"
    if problem:
        raise AdaptyConfigError.of(name, f"{problem}; {_EXPECTED}{source}")
    return str.__str__(value)


def _given(headers: Headers) -> list[bytes]:
    """Give each value of the Authorization header, of which a request should have one."""
    found: list[bytes] = []
    try:
        pairs = headers.items() if hasattr(headers, "items") else headers
        for name, value in pairs:
            if _bytes(name).lower() in _NAMES:
                found += [_bytes(each) for each in value] if isinstance(value, list | tuple) else [_bytes(value)]
    except (TypeError, ValueError):
        expected = "expected a mapping of names to values, or pairs of them"
        raise AdaptyUsageError.of("headers", f"is {kind_of(headers)}, or holds something else; {expected}") from None
    return found


def _bytes(value: Any) -> bytes:
    """Give what stood on the wire: frameworks that have headers as text read them as Latin-1, or guess UTF-8."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if not isinstance(value, str):
        raise TypeError
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogatepass")
