"""Reading what was posted: bytes to a JSON object, whatever was sent."""

from __future__ import annotations

from typing import Any

from adapty._core.json_body import MAX_DEPTH, InvalidJson, parse_json
from adapty._core.validation import type_name
from adapty.errors import (
    AdaptyConfigError,
    AdaptyUsageError,
    WebhookBodyError,
    WebhookError,
    WebhookUnavailableError,
)
from adapty.webhooks.headers import Headers, header_values

__all__ = [
    "MAX_BODY_BYTES",
    "READ_BEFORE",
    "Body",
    "checked_limit",
    "decoded",
    "incomplete",
    "is_encoded",
    "parse_content_length",
    "too_long",
    "too_short",
]

Body = bytes | bytearray | memoryview | str
"""A body as frameworks have it."""

MAX_BODY_BYTES = 1024 * 1024
"""The longest body that is read unless another limit is given, in bytes; an event takes a few thousand."""

READ_BEFORE = "has a middleware, or other code in front of the receiver, read it before?"
"""The probable cause of a body that does not come."""

_TOO_DEEP = f"is nested deeper than {MAX_DEPTH} levels"
_COMPRESSED = "; it has a Content-Encoding: decompress it before the receiver gets it"


def decoded(
    body: bytes | bytearray | memoryview | str, most: int = MAX_BODY_BYTES, *, is_encoded: bool = False
) -> dict[str, Any] | WebhookError:
    """Read a body, numbers exact; or give the error, for one that is raised holds the body in its frames.

    What is not a JSON object may be the rest of an event of which something else has read the beginning. So the error
    is one after which Adapty posts again; a body that is too long, or nested too deep, is not posted again.

    What can stand in one field must not lose the event: NaN, and numbers that are too long to be any, are text, and of
    two values under one name the last one counts, as everywhere.

    Args:
        body: What was posted.
        most: How many bytes it may have.
        is_encoded: Whether its headers say that it is compressed.

    Raises:
        AdaptyUsageError: It is neither bytes nor text.

    Example:
        >>> decoded(b'{"price_usd": 9.99}')
        {'price_usd': Decimal('9.99')}
        >>> decoded(b"[]")
        WebhookUnavailableError('the body is not a JSON object but list')
    """
    raw = _bytes(body)
    if len(raw) > most:
        return too_long(most)
    try:
        value = parse_json(raw)
    except InvalidJson as exc:
        problem = str(exc)
        if problem == _TOO_DEEP:
            return WebhookBodyError(f"the body {problem}")
    else:
        if isinstance(value, dict):
            return value
        problem = f"is not a JSON object but {type(value).__name__}"
    return WebhookUnavailableError(f"the body {problem}{_COMPRESSED if is_encoded else ''}")


def too_long(most: int) -> WebhookBodyError:
    """Make the error for a body that has more bytes than these."""
    return WebhookBodyError(f"the body is longer than {most:,} bytes")


def incomplete(headers: Headers, body: Body) -> WebhookUnavailableError | None:
    """Return why a body that is no JSON object may be incomplete; None where the headers say nothing of it.

    The headers of a JSON object do not matter: a part of one cannot be parsed, and a framework may have decoded or
    formatted the body again. Adapty never posts an empty body: its verification request has the body `{}`. So something
    else has read it, and the error is one after which Adapty posts it again.

    Args:
        headers: The request's headers.
        body: The request's body, as the framework has it; it may have decompressed it.

    Raises:
        AdaptyUsageError: The body is neither bytes nor text, or `headers` is nothing that headers could be read from.
    """
    length = len(_bytes(body))
    declared = parse_content_length(header_values(headers, "content-length")) or 0
    if length:
        return too_short(length, declared) if length < declared and not is_encoded(headers) else None
    if declared:
        return too_short(length, declared)
    if any(header_values(headers, "transfer-encoding")):
        return WebhookUnavailableError(f"the body comes in chunks, and there are none; {READ_BEFORE}")
    return WebhookUnavailableError(f"the body is empty; {READ_BEFORE}")


def is_encoded(headers: Headers) -> bool:
    """Return whether the headers say that the body is compressed."""
    return any(value.strip().lower() not in {b"", b"identity"} for value in header_values(headers, "content-encoding"))


def too_short(length: int, declared: int) -> WebhookUnavailableError:
    """Return the error for a body that has fewer bytes than its Content-Length says."""
    if not length:
        return WebhookUnavailableError(f"the body is empty, and Content-Length is {declared:,}; {READ_BEFORE}")
    return WebhookUnavailableError(f"the body broke off: {length:,} of {declared:,} bytes are there")


def parse_content_length(values: list[bytes]) -> int | None:
    """Return the length that Content-Length headers declare; None where they declare none, or different ones.

    A length that is repeated counts once: RFC 9110, section 8.6.

    Example:
        >>> parse_content_length([b"78, 78", b" 78 "]), parse_content_length([b"78, 79"])
        (78, None)
    """
    lengths = {part.strip() for value in values for part in value.split(b",")}
    length = lengths.pop() if len(lengths) == 1 else b""
    return int(length[:20]) if length.isdigit() else None


def checked_limit(max_body_bytes: int) -> int:
    """Accept a number of bytes.

    Raises:
        AdaptyConfigError: It is none.
    """
    if type(max_body_bytes) is not int or max_body_bytes < 1:
        raise AdaptyConfigError.for_field("max_body_bytes", "is no number of bytes; expected an int, 1 or more")
    return max_body_bytes


def _bytes(body: Any) -> bytes:
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")  # which cannot be decoded again
    if not isinstance(body, bytes | bytearray | memoryview):
        raise AdaptyUsageError.for_field("body", f"is {type_name(body)}; expected bytes")
    return bytes(body)
