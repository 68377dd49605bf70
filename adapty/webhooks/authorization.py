"""Who may post: the values of the Authorization header that are accepted, and how one is found and compared."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from hashlib import sha256
from hmac import compare_digest
from typing import Any

from adapty._core.redaction import hide_arguments
from adapty._core.validation import header_value_problem, type_name
from adapty.errors import AdaptyConfigError, WebhookAuthorizationError
from adapty.webhooks.headers import Headers, header_values

__all__ = ["ENVIRONMENT", "Accepted"]

ENVIRONMENT = "ADAPTY_WEBHOOK_AUTHORIZATION"
"""The variable that holds the accepted values, one a line, where they are not given as an argument."""


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
        given = header_values(headers, "authorization")
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
            raise AdaptyConfigError.for_field(name, f"is missing; give it, or set {ENVIRONMENT}")
    elif isinstance(values, str):
        given = [values]
    elif isinstance(values, Iterable) and not isinstance(values, bytes | bytearray | Mapping):
        given = list(values)
    else:
        raise AdaptyConfigError.for_field(name, f"is {type_name(values)}; expected a str, or several")
    if not given:
        raise AdaptyConfigError.for_field(name, "holds no value; expected at least one, or nothing would be accepted")
    return [_value(name, value, f" (it comes from {ENVIRONMENT})" if read else "") for value in given]


def _value(name: str, value: Any, source: str) -> str:
    """Accept what a header carries unchanged; the message never holds it."""
    problem = header_value_problem(value) if isinstance(value, str) else f"holds something {type_name(value)}"
    if problem:
        raise AdaptyConfigError.for_field(name, f"{problem}; {_EXPECTED}{source}")
    return str.__str__(value)
