"""Reading a request body: bytes to JSON that can be kept, whatever was sent."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from adapty._core.json_body import MAX_DEPTH, InvalidJson, parse_json
from adapty.sandbox.flaws import BodyRefused, Flaw

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

__all__ = ["MAX_BODY_BYTES", "MAX_NESTING", "decoded", "received", "unkeepable"]

MAX_BODY_BYTES = 1024 * 1024
"""The longest body that is read, in bytes; a longer one is answered with 413."""

MAX_NESTING = MAX_DEPTH
"""The maximum number of nested lists and objects in a body."""


async def received(request: Request) -> bytes | None:
    """Read the body, or give None as soon as it is too long."""
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MAX_BODY_BYTES:
            return None
    return bytes(raw)


def decoded(raw: bytes) -> Any:
    """Read a request body as JSON.

    Raises:
        BodyRefused: It is empty, not UTF-8, not JSON (NaN and Infinity are not), nested deeper than
            `MAX_NESTING`, or holds an integer of more digits than Python reads.

    Example:
        >>> decoded(b'{"email": "jane@example.com"}')
        {'email': 'jane@example.com'}
    """
    try:
        return parse_json(raw, "strict")
    except InvalidJson as exc:
        raise BodyRefused(Flaw(message=f"Body {exc}; a JSON object is required")) from None


def unkeepable(value: Any) -> Iterator[Flaw]:
    """Tell which parts of a body cannot be written as JSON again: lone surrogates, numbers such as 1e999."""
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        for path, part in _parts(value):
            if isinstance(part, float) and not math.isfinite(part):
                yield Flaw(message="Input should be a finite number", path=path)
            elif _splits_a_pair(part) or (path and _splits_a_pair(path[-1])):
                yield Flaw(message="Input should be text without lone surrogates", path=path)


def _splits_a_pair(value: object) -> bool:
    return isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value)


def _parts(value: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Give every value inside a decoded body with the path to it, without recursion."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), value)]
    while waiting:
        path, part = waiting.pop()
        yield path, part
        inside = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
        waiting.extend([((*path, name), held) for name, held in inside][::-1])
