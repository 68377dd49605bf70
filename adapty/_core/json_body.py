"""Parse JSON bodies of requests and responses, within limits on depth, number of values and length of numbers."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Literal, NoReturn

__all__ = ["MAX_DEPTH", "MAX_DIGITS", "InvalidJson", "is_too_deep", "parse_bounded_int", "parse_json"]

MAX_DEPTH = 50
"""The maximum number of nested lists and objects, including the outermost one."""

MAX_VALUES = 1_000_000
"""The maximum number of values in one document. The largest documented response has some thousands."""

MAX_DIGITS = 300
"""The maximum length of a number. Python cannot parse very long ones, and a large exponent could fill the memory."""

Numbers = Literal["decimal", "float", "strict"]
"""How to parse numbers.

- `decimal`: exact, as Decimal if there is a point or an exponent. NaN and Infinity become a str.
- `float`: as Python's json does.
- `strict`: as `float`, but NaN, Infinity and numbers that Python cannot parse are errors. In the other forms, a number
  of more than `MAX_DIGITS` characters becomes a str, so that one bad number does not lose the whole document.
"""


class InvalidJson(Exception):  # noqa: N818 - internal: converted to an exception that names the request or response
    """A body cannot be parsed; the message completes the sentence "the body ..." and does not quote it."""


def parse_json(body: bytes | str, numbers: Numbers = "decimal") -> Any:
    """Parse a JSON document. If a name occurs twice in one object, the last value counts.

    Args:
        body: The document. Bytes are UTF-8; a byte order mark is an error only with `strict`.
        numbers: How to parse numbers.

    Raises:
        InvalidJson: The body is empty, not UTF-8, not JSON, or over a limit.

    Example:
        >>> parse_json(b'{"price": 9.99, "odd": NaN}')
        {'price': Decimal('9.99'), 'odd': 'NaN'}
        >>> parse_json(b"<html>")
        Traceback (most recent call last):
            ...
        adapty._core.json_body.InvalidJson: is not JSON, or is incomplete
    """
    if _has_too_many_values(body):
        raise InvalidJson(f"has more than {MAX_VALUES:,} values")
    try:
        text = body if isinstance(body, str) else body.decode("utf-8" if numbers == "strict" else "utf-8-sig")
        value = _DECODERS[numbers].decode(text)
    except UnicodeDecodeError:
        problem = "is not UTF-8"
    except RecursionError:
        problem = _TOO_DEEP
    except ValueError:
        problem = "is not JSON, or is incomplete" if body.strip() else "is empty"
    else:
        if not is_too_deep(value, body):
            return value
        problem = _TOO_DEEP
    raise InvalidJson(problem)


def is_too_deep(value: Any, document: bytes | str | None = None) -> bool:
    """Return whether parsed JSON has more than `MAX_DEPTH` levels of lists and objects.

    Args:
        value: Parsed JSON, or what will be written as JSON.
        document: The JSON that the value was parsed from. It decides faster if there are only a few brackets in it.

    Example:
        >>> is_too_deep({"a": [1]})
        False
    """
    if document is not None and _count(document, "[") + _count(document, "{") <= MAX_DEPTH:
        return False
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [item for item in level if isinstance(item, dict | list | tuple)]
        if not level:
            return False
        level = [inner for item in level for inner in (item.values() if isinstance(item, dict) else item)]
    return True


def parse_bounded_int(digits: str) -> int | str:
    """Parse a JSON integer; return a number of more than `MAX_DIGITS` characters as a str.

    For `json.loads(..., parse_int=parse_bounded_int)`. Without it, a number of more than 4,300 digits is an error.
    """
    return int(digits) if len(digits) <= MAX_DIGITS else digits


def _parse_decimal(digits: str) -> Decimal | str:
    if len(digits) > MAX_DIGITS:
        return digits
    try:
        number = Decimal(digits)
    except ArithmeticError:
        return digits
    return number if number.is_finite() and abs(number.adjusted()) <= MAX_DIGITS else digits


def _parse_strict_int(digits: str) -> int:
    try:
        return int(digits)
    except ValueError:
        raise InvalidJson("contains a number that is too long") from None


def _reject_constant(constant: str) -> NoReturn:
    raise ValueError(constant)


_TOO_DEEP = f"is nested deeper than {MAX_DEPTH} levels"

# Created once: json.loads would create one for each call.
_DECODERS: dict[Numbers, json.JSONDecoder] = {
    "decimal": json.JSONDecoder(parse_float=_parse_decimal, parse_int=parse_bounded_int, parse_constant=str),
    "float": json.JSONDecoder(parse_int=parse_bounded_int),
    "strict": json.JSONDecoder(parse_int=_parse_strict_int, parse_constant=_reject_constant),
}


def _has_too_many_values(document: bytes | str) -> bool:
    """Return whether a document may have more than `MAX_VALUES` values, without parsing it.

    An empty object takes 3 bytes of JSON and 20 times as much memory. Each value but the first follows a comma, a
    bracket or a brace; those inside strings count as well.
    """
    return len(document) > MAX_VALUES and sum(_count(document, mark) for mark in ",[{") > MAX_VALUES


def _count(document: bytes | str, mark: str) -> int:
    return document.count(mark) if isinstance(document, str) else document.count(mark.encode())
