"""Read a request body: from bytes to JSON that can be stored."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from adapty._core import json_body
from adapty.sandbox._responses import InvalidBody, ValidationIssue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

__all__ = ["BODY_TOO_LONG", "MAX_BODY_BYTES", "NOT_JSON", "find_unencodable", "parse_json", "read_body"]

MAX_BODY_BYTES = 1024 * 1024
"""The maximum size of a body, in bytes. A longer one gets a 413."""

BODY_TOO_LONG = f"Body is longer than {MAX_BODY_BYTES} bytes"
"""The message of that 413."""

NOT_JSON = "json"
"""The keyword of the issue of a body that is not JSON."""


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
        InvalidBody: It is empty, not UTF-8, not JSON (NaN and Infinity are not), or exceeds a limit.

    Example:
        >>> parse_json(b'{"email": "jane@example.com"}')
        {'email': 'jane@example.com'}
    """
    try:
        return json_body.parse_json(raw, "strict")
    except json_body.InvalidJson as problem:
        issue = ValidationIssue(message=f"Body {problem}; a JSON object is required", keyword=NOT_JSON)
        raise InvalidBody(issue) from None


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
