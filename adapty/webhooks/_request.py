"""Requests of any framework: headers, authorization and body."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Protocol

from adapty._core.json_body import MAX_DEPTH, InvalidJson, parse_json
from adapty._core.redaction import hide_arguments
from adapty._core.validation import header_value_problem, type_name
from adapty.errors import (
    AdaptyConfigError,
    AdaptyUsageError,
    WebhookAuthorizationError,
    WebhookBodyError,
    WebhookError,
    WebhookUnavailableError,
)

__all__ = [
    "AUTHORIZATION_VARIABLE",
    "MAX_BODY_BYTES",
    "RESPONSE_SECONDS",
    "AuthorizationVerifier",
    "Body",
    "Headers",
    "body_too_long",
    "missing_body",
    "parse_body",
    "read_body",
    "truncated_body",
    "validate_max_body_bytes",
]

AUTHORIZATION_VARIABLE = "ADAPTY_WEBHOOK_AUTHORIZATION"
"""The environment variable with the accepted values, one per line, for receivers without `authorization`."""

MAX_BODY_BYTES = 1024 * 1024
"""The default limit of a body, in bytes; an event has a few thousand."""

RESPONSE_SECONDS = 8.0
"""Time to respond in: to read the body, and to wait for threads and locks. Adapty waits for 10 seconds."""

_CHUNK_BYTES = 64 * 1024
_READ_BEFORE = "has a middleware, or other code in front of the receiver, read it before?"
_TOO_DEEP = f"is nested deeper than {MAX_DEPTH} levels"


class _HasItems(Protocol):
    def items(self) -> Iterable[tuple[Any, Any]]:
        """Return pairs of name and value."""


Headers = _HasItems | Iterable[tuple[str | bytes, Any]]
"""Headers of a framework: a mapping or pairs, of text or bytes, or a WSGI environment."""

Body = bytes | bytearray | memoryview | str
"""The body of a request, as a framework has it."""


def get_header_values(headers: Headers, name: str) -> list[bytes]:
    """Return all values of a header, as bytes.

    Args:
        headers: The headers of a request.
        name: The header in lower case.

    Raises:
        AdaptyUsageError: `headers` has the wrong type.
    """
    wsgi_name = name.replace("-", "_")
    names = {name.encode(), wsgi_name.encode(), f"http_{wsgi_name}".encode()}
    found: list[bytes] = []
    try:
        for key, value in headers.items() if hasattr(headers, "items") else headers:
            if (key if type(key) is bytes else _encode_header(key)).lower() in names:
                found += map(_encode_header, value) if isinstance(value, list | tuple) else [_encode_header(value)]
    except (TypeError, ValueError):
        expected = "expected a mapping of names to values, or pairs of them"
        problem = f"is {type_name(headers)}, or contains something else"
        raise AdaptyUsageError.for_field("headers", f"{problem}; {expected}") from None
    return found


def _encode_header(value: Any) -> bytes:
    """Return the bytes of the request: frameworks decode headers as Latin-1, or guess UTF-8."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if not isinstance(value, str):
        raise TypeError
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogatepass")


class AuthorizationVerifier:
    """Compares the Authorization header with the accepted values, of which it keeps only digests.

    Args:
        values: One value or several. Default: the lines of `ADAPTY_WEBHOOK_AUTHORIZATION`.

    Raises:
        AdaptyConfigError: There is no value, or a header cannot contain one of them.

    Example:
        >>> verifier = AuthorizationVerifier(["the new value", "the old value"])
        >>> verifier.verify({"Authorization": "the old value"}) is None
        True
        >>> verifier.verify({"Authorization": "another value"})
        WebhookAuthorizationError('the Authorization header has none of the accepted values')
    """

    @hide_arguments
    def __init__(self, values: str | Iterable[str] | None) -> None:
        self._digests = tuple({_digest(value.encode()): None for value in _validate_authorization(values)})

    def __len__(self) -> int:
        return len(self._digests)

    def verify(self, headers: Headers) -> WebhookAuthorizationError | None:
        """Return why the headers are rejected, or None; a raised error would show them in its traceback.

        Raises:
            AdaptyUsageError: `headers` has the wrong type.
        """
        values = get_header_values(headers, "authorization")
        digest = _digest(values[0] if values else b"")
        # A sum, not any(): the time must not depend on which value matches.
        matches = sum(compare_digest(accepted, digest) for accepted in self._digests)
        if len(values) > 1:
            return WebhookAuthorizationError("the Authorization header is repeated")
        if not values:
            return WebhookAuthorizationError("the Authorization header is missing")
        return (
            None if matches else WebhookAuthorizationError("the Authorization header has none of the accepted values")
        )


def _digest(value: bytes) -> bytes:
    """Return bytes of a fixed length, so that the time of a comparison does not depend on the value's length."""
    return sha256(value).digest()


def _validate_authorization(values: str | Iterable[str] | None) -> list[str]:
    name, source = "authorization", ""
    if values is None:
        # A header cannot contain a line break, so each line is a value of its own.
        lines = [line.strip() for line in os.environ.get(AUTHORIZATION_VARIABLE, "").splitlines()]
        values, source = [line for line in lines if line], f" (from {AUTHORIZATION_VARIABLE})"
        if not values:
            raise AdaptyConfigError.for_field(name, f"is missing; pass it, or set {AUTHORIZATION_VARIABLE}")
    elif isinstance(values, str):
        values = [values]
    elif not isinstance(values, Iterable) or isinstance(values, bytes | bytearray | Mapping):
        raise AdaptyConfigError.for_field(name, f"is {type_name(values)}; expected a str, or several")
    accepted = [_validate_authorization_value(value, source) for value in values]
    if not accepted:
        raise AdaptyConfigError.for_field(name, "is empty; expected at least one value")
    return accepted


def _validate_authorization_value(value: Any, source: str) -> str:
    """Return the value; an error never contains it."""
    problem = header_value_problem(value) if isinstance(value, str) else f"contains something {type_name(value)}"
    if problem:
        expected = "expected the text that the dashboard has for the Authorization header"
        raise AdaptyConfigError.for_field("authorization", f"{problem}; {expected}{source}")
    return str.__str__(value)


def validate_max_body_bytes(max_body_bytes: int) -> int:
    """Return a number of bytes.

    Raises:
        AdaptyConfigError: It is not a positive int.
    """
    if type(max_body_bytes) is not int or max_body_bytes < 1:
        raise AdaptyConfigError.for_field("max_body_bytes", "must be an int of 1 or more")
    return max_body_bytes


def read_body(environ: Mapping[str, Any], read: Callable[[int], bytes] | None, max_bytes: int) -> bytes:
    """Read the body of a WSGI request.

    Args:
        environ: The WSGI environment.
        read: Returns up to a number of bytes of the body. None if the server does not signal the end of the body, which
            is then not read: that could take forever.
        max_bytes: The maximum length of the body.

    Raises:
        WebhookBodyError: The body is too long.
        WebhookUnavailableError: The body is incomplete, its length is not a number, or the server in front does not
            pass on its chunks. Adapty posts the event again.
    """
    lengths = [value for value in get_header_values(environ, "content-length") if value.strip()]
    length = _parse_content_length(lengths)
    if lengths and length is None:
        raise WebhookUnavailableError("the Content-Length is not a number")
    body = _read_stream(read, length, max_bytes) if read else b""
    if not body and environ.get("HTTP_TRANSFER_ENCODING"):
        raise WebhookUnavailableError("the body comes in chunks, and the server in front passes none of them on")
    return body


def _read_stream(read: Callable[[int], bytes], length: int | None, max_bytes: int) -> bytes:
    if length is not None and length > max_bytes:
        raise body_too_long(max_bytes)
    wanted = max_bytes + 1 if length is None else length
    body = bytearray()
    try:
        while len(body) < wanted and (chunk := read(min(_CHUNK_BYTES, wanted - len(body)))):
            body += chunk
    except OSError as exc:
        raise WebhookUnavailableError(f"the body is incomplete ({type(exc).__name__})") from None
    if length is not None and len(body) < length:
        raise truncated_body(len(body), length)
    if len(body) > max_bytes:
        raise body_too_long(max_bytes)
    return bytes(body)


def parse_body(headers: Headers, body: Body, max_bytes: int = MAX_BODY_BYTES) -> dict[str, Any] | WebhookError:
    """Parse a body, or return the error: a raised one would show the body in its traceback.

    A body that is not a JSON object may be the rest of an event, after other code has read the beginning. Adapty posts
    again after that error, but not after a body that is too long or nested too deep.

    Args:
        headers: The headers; they only matter if the body is not a JSON object.
        body: The body.
        max_bytes: The maximum length of the body.

    Raises:
        AdaptyUsageError: `body` is neither bytes nor text, or `headers` has the wrong type.

    Example:
        >>> parse_body({}, b'{"price_usd": 9.99}')
        {'price_usd': Decimal('9.99')}
        >>> parse_body({}, b"[]")
        WebhookUnavailableError('the body is not a JSON object but list')
    """
    content = _encode_body(body)
    if len(content) > max_bytes:
        return body_too_long(max_bytes)
    try:
        value = parse_json(content)
    except InvalidJson as exc:
        problem = str(exc)
        if problem == _TOO_DEEP:
            return WebhookBodyError(f"the body {problem}")
    else:
        if isinstance(value, dict):
            return value
        problem = f"is not a JSON object but {type(value).__name__}"
    return _find_missing_bytes(headers, len(content)) or WebhookUnavailableError(
        f"the body {problem}{'; decompress it: it has a Content-Encoding' if _is_encoded(headers) else ''}"
    )


def _find_missing_bytes(headers: Headers, length: int) -> WebhookUnavailableError | None:
    """Return the error for a body that is shorter than its headers declare.

    Adapty never posts an empty body (its verification request is `{}`), so other code has read it.
    """
    declared = _parse_content_length(get_header_values(headers, "content-length")) or 0
    if length:
        return truncated_body(length, declared) if length < declared and not _is_encoded(headers) else None
    if declared:
        return truncated_body(length, declared)
    if any(get_header_values(headers, "transfer-encoding")):
        return missing_body("the body comes in chunks, and there are none")
    return missing_body("the body is empty")


def body_too_long(max_bytes: int) -> WebhookBodyError:
    """Return the error for a body that is too long."""
    return WebhookBodyError(f"the body is longer than {max_bytes:,} bytes")


def missing_body(problem: str) -> WebhookUnavailableError:
    """Return the error for a body that other code has probably read."""
    return WebhookUnavailableError(f"{problem}; {_READ_BEFORE}")


def truncated_body(length: int, declared: int) -> WebhookUnavailableError:
    """Return the error for a body that is shorter than its Content-Length."""
    if not length:
        return missing_body(f"the body is empty, and Content-Length is {declared:,}")
    return WebhookUnavailableError(f"the body is incomplete: it has {length:,} of {declared:,} bytes")


def _is_encoded(headers: Headers) -> bool:
    values = get_header_values(headers, "content-encoding")
    return any(value.strip().lower() not in {b"", b"identity"} for value in values)


def _parse_content_length(values: list[bytes]) -> int | None:
    """Return the length that Content-Length headers declare, or None if there are none, or different ones.

    A repeated length counts once: RFC 9110, section 8.6.

    Example:
        >>> _parse_content_length([b"78, 78", b" 78 "]), _parse_content_length([b"78, 79"])
        (78, None)
    """
    lengths = {part.strip() for value in values for part in value.split(b",")}
    length = lengths.pop() if len(lengths) == 1 else b""
    return int(length[:20]) if length.isdigit() else None


def _encode_body(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")  # which is not valid UTF-8 either
    if not isinstance(body, bytearray | memoryview):
        raise AdaptyUsageError.for_field("body", f"is {type_name(body)}; expected bytes")
    return bytes(body)
