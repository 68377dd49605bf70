"""Reading what was posted: bytes to a JSON object, whatever was sent."""

from __future__ import annotations

import json
from typing import Any

from adapty._core.nesting import MAX_DEPTH, is_too_deep
from adapty._core.numbers import parse_decimal, parse_int
from adapty._core.validate import kind_of
from adapty.errors import AdaptyConfigError, AdaptyUsageError, WebhookBodyError, WebhookUnavailableError
from adapty.webhooks.headers import Headers, header_values

__all__ = ["MAX_BODY_BYTES", "READ_BEFORE", "Body", "checked_limit", "decoded", "incomplete", "too_long", "too_short"]

Body = bytes | bytearray | memoryview | str
"""A body as frameworks have it."""

MAX_BODY_BYTES = 1024 * 1024
"""The longest body that is read unless another limit is given, in bytes; an event takes a few thousand."""

READ_BEFORE = "has a middleware, or other code in front of the receiver, read it before?"
"""The probable cause of a body that does not come."""

_TOO_DEEP = f"is nested deeper than {MAX_DEPTH} levels"


def decoded(
    body: bytes | bytearray | memoryview | str, most: int = MAX_BODY_BYTES
) -> dict[str, Any] | WebhookBodyError:
    """Read a body, numbers exact; or give the error, for one that is raised holds the body in its frames.

    What can stand in one field must not lose the event: NaN, and numbers that are too long to be any, are text, and of
    two values under one name the last one counts, as everywhere.

    Args:
        body: What was posted.
        most: How many bytes it may have.

    Raises:
        AdaptyUsageError: It is neither bytes nor text.

    Example:
        >>> decoded(b'{"price_usd": 9.99}')
        {'price_usd': Decimal('9.99')}
        >>> decoded(b"[]")
        WebhookBodyError('the body is not a JSON object but list')
    """
    raw = _bytes(body)
    if len(raw) > most:
        return too_long(most)
    try:
        value = json.loads(raw.decode("utf-8-sig"), parse_float=parse_decimal, parse_int=parse_int, parse_constant=str)
    except UnicodeDecodeError:
        problem = "is not text in UTF-8"
    except RecursionError:
        problem = _TOO_DEEP
    except ValueError:
        problem = "is not JSON, or cut short" if raw.strip() else "is empty"
    else:
        if isinstance(value, dict) and not is_too_deep(value):
            return value
        problem = _TOO_DEEP if isinstance(value, dict) else f"is not a JSON object but {type(value).__name__}"
    return WebhookBodyError(f"the body {problem}")


def too_long(most: int) -> WebhookBodyError:
    """Make the error for a body that has more bytes than these."""
    return WebhookBodyError(f"the body is longer than {most:,} bytes")


def incomplete(headers: Headers, body: Body) -> WebhookUnavailableError | None:
    """Return the error for a body of which a part is missing, as the headers say; None where nothing is.

    No event is lost by that: Adapty posts it again.

    Args:
        headers: The request's headers.
        body: The request's body, as the framework has it; it may have decoded or decompressed it.

    Raises:
        AdaptyUsageError: The body is neither bytes nor text, or `headers` is nothing that headers could be read from.
    """
    length = len(_bytes(body))
    declared = _declared_length(headers) or 0
    if not length and declared:
        return too_short(length, declared)
    if not length and any(header_values(headers, "transfer-encoding")):
        return WebhookUnavailableError(f"the body comes in chunks, and there are none; {READ_BEFORE}")
    is_changed = isinstance(body, str) or any(header_values(headers, "content-encoding"))
    if length < declared and not is_changed:
        return too_short(length, declared)
    return None


def too_short(length: int, declared: int) -> WebhookUnavailableError:
    """Return the error for a body that has fewer bytes than its Content-Length says."""
    if not length:
        return WebhookUnavailableError(f"the body is empty, and Content-Length is {declared:,}; {READ_BEFORE}")
    return WebhookUnavailableError(f"the body broke off: {length:,} of {declared:,} bytes are there")


def _declared_length(headers: Headers) -> int | None:
    """Return the Content-Length; None where there is none, or none to go by."""
    given = header_values(headers, "content-length")
    return int(given[0][:20]) if len(given) == 1 and given[0].isdigit() else None


def checked_limit(max_body_bytes: int) -> int:
    """Accept a number of bytes.

    Raises:
        AdaptyConfigError: It is none.
    """
    if type(max_body_bytes) is not int or max_body_bytes < 1:
        raise AdaptyConfigError.of("max_body_bytes", "is no number of bytes; expected an int, 1 or more")
    return max_body_bytes


def _bytes(body: Any) -> bytes:
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")  # which cannot be decoded again
    if not isinstance(body, bytes | bytearray | memoryview):
        raise AdaptyUsageError.of("body", f"is {kind_of(body)}; expected bytes")
    return bytes(body)
