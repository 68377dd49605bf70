"""Read a request body: from bytes to JSON that can be stored."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, NoReturn

from adapty._core.nesting import is_too_deep
from adapty.sandbox._responses import InvalidBody, ValidationIssue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

__all__ = ["BODY_TOO_LONG", "MAX_BODY_BYTES", "MAX_NESTING", "find_unencodable", "parse_json", "read_body"]

MAX_BODY_BYTES = 1024 * 1024
"""The maximum size of a body, in bytes. A longer one gets a 413."""

BODY_TOO_LONG = f"Body is longer than {MAX_BODY_BYTES} bytes"
"""The message of that 413."""

MAX_NESTING = 100
"""The maximum depth of a body, far below what could exhaust the interpreter's stack."""

_TOO_DEEP = ValidationIssue(message=f"Body is nested deeper than {MAX_NESTING} levels")


async def read_body(request: Request) -> bytes | None:
    """Return the body, or None as soon as it exceeds `MAX_BODY_BYTES`."""
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MAX_BODY_BYTES:
            return None
    return bytes(raw)


def parse_json(raw: bytes) -> Any:
    """Parse a request body as JSON.

    Raises:
        InvalidBody: It is empty, not UTF-8, not JSON (NaN and Infinity are not), nested deeper than
            `MAX_NESTING`, or contains an integer of more digits than Python parses.

    Example:
        >>> parse_json(b'{"email": "jane@example.com"}')
        {'email': 'jane@example.com'}
    """
    if not raw.strip():
        raise InvalidBody(ValidationIssue(message="Body is empty; a JSON object is required"))
    try:
        value = json.loads(raw.decode(), parse_constant=_reject_constant)
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise InvalidBody(ValidationIssue(message="Body is not valid JSON in UTF-8")) from None
    except RecursionError:
        raise InvalidBody(_TOO_DEEP) from None
    except ValueError:
        # The interpreter limits the digits of an integer.
        raise InvalidBody(ValidationIssue(message="Body contains a number that is too long")) from None
    # The body's own object is a level too.
    if is_too_deep(value, MAX_NESTING - 1):
        raise InvalidBody(_TOO_DEEP)
    return value


def find_unencodable(value: Any) -> Iterator[ValidationIssue]:
    """Yield an issue for each part that cannot be encoded as JSON again: lone surrogates, numbers such as 1e999."""
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        for path, part in _walk(value):
            if isinstance(part, float) and not math.isfinite(part):
                yield ValidationIssue(message="Input should be a finite number", path=path)
            elif _has_lone_surrogate(part) or (path and _has_lone_surrogate(path[-1])):
                yield ValidationIssue(message="Input should be text without lone surrogates", path=path)


def _reject_constant(constant: str) -> NoReturn:
    message = "NaN and Infinity are not JSON"
    raise json.JSONDecodeError(message, constant, 0)


def _has_lone_surrogate(value: object) -> bool:
    return isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value)


def _walk(value: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield every value inside a parsed body with its path, without recursion."""
    pending: list[tuple[tuple[str | int, ...], Any]] = [((), value)]
    while pending:
        path, part = pending.pop()
        yield path, part
        items = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
        pending.extend([((*path, name), item) for name, item in items][::-1])
