"""Makes anything a program puts into a record something that JSON can carry, for the file of refused records."""

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
    from adapty.bulk.rows import Row

__all__ = ["json_ready", "source_as_json"]

_MAX_DIGITS = 30
_MAX_INT_BITS = 10_000
"""Python spells no int of more than 4300 digits."""


def source_as_json(row: Row) -> dict[str, Any]:
    """Give a row as its input has it, of a ready record its fields, as something that JSON can carry.

    Example:
        >>> from datetime import date
        >>> from adapty.bulk.rows import Row
        >>> source_as_json(Row(1, source={"email": "jane@example.com", "birthday": date(1990, 5, 21)}))
        {'email': 'jane@example.com', 'birthday': '1990-05-21'}
    """
    held = json_ready(row.source if row.record is None else row.record)
    return held if isinstance(held, dict) else {}


def json_ready(value: Any) -> Any:
    """Give the value as JSON data: times and dates as ISO 8601 text, exact amounts as text, the unknown by its kind.

    It never raises.

    Example:
        >>> json_ready({"price_usd": Decimal("9.90"), "more": [math.inf, b"bytes"], 2: None})
        {'price_usd': '9.90', 'more': ['inf', '(of type bytes)'], '2': None}
    """
    return _ready(value, ())


def _ready(value: Any, within: tuple[int, ...]) -> Any:
    """Make one value ready; those that hold it are known by their ids."""
    if value is None:
        return None
    try:
        for kinds, make in _MAKERS:
            if isinstance(value, kinds):
                return make(value, within)
    except Exception:  # noqa: BLE001, S110 - foreign objects, whose own code runs here
        pass
    return f"({type_name(value)})"


def _int(value: int, _: tuple[int, ...]) -> int:
    if value.bit_length() > _MAX_INT_BITS:
        raise OverflowError
    return int(value)


def _decimal(value: Decimal, _: tuple[int, ...]) -> str:
    # Written out, the exponent could fill the memory.
    return format(value, "f") if value.is_finite() and abs(value.adjusted()) <= _MAX_DIGITS else str(value)


def _several(value: Iterable[Any], within: tuple[int, ...]) -> list[Any]:
    deeper = _deeper(value, within)
    return [_ready(item, deeper) for item in value]


def _named(value: Mapping[Any, Any], within: tuple[int, ...]) -> dict[str, Any]:
    deeper = _deeper(value, within)
    return {
        str.__str__(name) if isinstance(name, str) else str(_ready(name, deeper)): _ready(held, deeper)
        for name, held in value.items()
    }


def _deeper(value: object, within: tuple[int, ...]) -> tuple[int, ...]:
    if id(value) in within or len(within) >= MAX_DEPTH:
        raise RecursionError
    return (*within, id(value))


# The first one that fits, so the narrower ones come first.
_MAKERS: tuple[tuple[type | tuple[type, ...], Callable[[Any, tuple[int, ...]], Any]], ...] = (
    (Enum, lambda value, within: _ready(value.value, within)),
    (str, lambda value, _: str.__str__(value)),
    (bool, lambda value, _: value),
    (int, _int),
    (float, lambda value, _: float(value) if math.isfinite(value) else str(float(value))),
    ((date, time), lambda value, _: str(value.isoformat())),
    (Decimal, _decimal),
    (UUID, lambda value, _: str(value)),
    (RequestModel, lambda value, _: value.to_dict()),
    (Mapping, _named),
    ((list, tuple, AbstractSet), _several),
)
