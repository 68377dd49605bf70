"""Convert any value of a record to JSON data, for the rejects file."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, time
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from adapty._core.json_body import MAX_DEPTH
from adapty._core.validation import type_name
from adapty.models._request import RequestModel

if TYPE_CHECKING:
    from adapty.bulk._inputs.rows import Row

__all__ = ["source_to_json", "to_json"]

_MAX_DIGITS = 30
_MAX_INT_BITS = 10_000
"""Python cannot convert an int of more than 4300 digits to text."""


def source_to_json(row: Row) -> dict[str, Any]:
    """Return a row as JSON data, as in its input; the fields of a ready record.

    Example:
        >>> from datetime import date
        >>> from adapty.bulk._inputs.rows import Row
        >>> source_to_json(Row(1, source={"email": "jane@example.com", "birthday": date(1990, 5, 21)}))
        {'email': 'jane@example.com', 'birthday': '1990-05-21'}
    """
    source = to_json(row.source if row.record is None else row.record)
    return source if isinstance(source, dict) else {}


def to_json(value: Any) -> Any:
    """Return a value as JSON data: times as ISO 8601 text, decimals as text, other objects by their type.

    It never raises.

    Example:
        >>> to_json({"price_usd": Decimal("9.90"), "more": [math.inf, b"bytes"], 2: None})
        {'price_usd': '9.90', 'more': ['inf', '(of type bytes)'], '2': None}
    """
    return _convert(value, ())


def _convert(value: Any, within: tuple[int, ...]) -> Any:
    """Convert a value; `within` has the ids of the values that contain it."""
    if value is None:
        return None
    try:
        for types, encode in _ENCODERS:
            if isinstance(value, types):
                return encode(value, within)
    except Exception:  # noqa: BLE001, S110 - the caller's objects, whose own code runs here
        pass
    return f"({type_name(value)})"


def _encode_int(value: int, _: tuple[int, ...]) -> int:
    if value.bit_length() > _MAX_INT_BITS:
        raise OverflowError
    return int(value)


def _encode_decimal(value: Decimal, _: tuple[int, ...]) -> str:
    # Without an exponent, 1E+999999999 would fill the memory.
    return format(value, "f") if value.is_finite() and abs(value.adjusted()) <= _MAX_DIGITS else str(value)


def _encode_list(value: Iterable[Any], within: tuple[int, ...]) -> list[Any]:
    deeper = _deeper(value, within)
    return [_convert(item, deeper) for item in value]


def _encode_mapping(value: Mapping[Any, Any], within: tuple[int, ...]) -> dict[str, Any]:
    deeper = _deeper(value, within)
    return {
        str.__str__(name) if isinstance(name, str) else str(_convert(name, deeper)): _convert(inner, deeper)
        for name, inner in value.items()
    }


def _deeper(value: object, within: tuple[int, ...]) -> tuple[int, ...]:
    if id(value) in within or len(within) >= MAX_DEPTH:
        raise RecursionError
    return (*within, id(value))


# The first match is used, so the narrower types come first.
_ENCODERS: tuple[tuple[type | tuple[type, ...], Callable[[Any, tuple[int, ...]], Any]], ...] = (
    (Enum, lambda value, within: _convert(value.value, within)),
    (str, lambda value, _: str.__str__(value)),
    (bool, lambda value, _: value),
    (int, _encode_int),
    (float, lambda value, _: float(value) if math.isfinite(value) else str(float(value))),
    ((date, time), lambda value, _: str(value.isoformat())),
    (Decimal, _encode_decimal),
    (UUID, lambda value, _: str(value)),
    (RequestModel, lambda value, _: value.to_dict()),
    (Mapping, _encode_mapping),
    ((list, tuple, AbstractSet), _encode_list),
)
