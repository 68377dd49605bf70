"""Reading a request body: bytes to JSON that can be kept, whatever was sent."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, NoReturn

from adapty._core.nesting import is_too_deep
from adapty.sandbox.flaws import BodyRefused, Flaw

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

__all__ = ["MAX_BODY_BYTES", "MAX_NESTING", "decoded", "received", "unkeepable"]

MAX_BODY_BYTES = 1024 * 1024
"""The longest body that is read, in bytes; a longer one is answered with 413."""

MAX_NESTING = 100
"""How deep a body may be nested, far below where reading it again could exhaust the interpreter's stack."""


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
    if not raw.strip():
        raise BodyRefused(Flaw(message="Body is empty; a JSON object is required"))
    try:
        value = json.loads(raw.decode(), parse_constant=_not_json)
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise BodyRefused(Flaw(message="Body is not valid JSON in UTF-8")) from None
    except RecursionError:
        raise BodyRefused(_TOO_DEEP) from None
    except ValueError:
        # The interpreter's own bound against integers that take very long to read.
        raise BodyRefused(Flaw(message="Body holds a number that is too long")) from None
    # The body's own object is a level too.
    if is_too_deep(value, MAX_NESTING - 1):
        raise BodyRefused(_TOO_DEEP)
    return value


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


_TOO_DEEP = Flaw(message=f"Body is nested deeper than {MAX_NESTING} levels")


def _not_json(constant: str) -> NoReturn:
    message = "NaN and Infinity are no JSON"
    raise json.JSONDecodeError(message, constant, 0)


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
