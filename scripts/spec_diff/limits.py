"""The limits of a value: how each is read, how two of them hold together, and which of two is the tighter."""

from __future__ import annotations

import math
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Turn", "both", "limits_of", "shown", "turn"]

Limits = dict[str, Any]


class Turn(Enum):
    """What became of what is allowed."""

    TIGHTENED = "tightened"
    LOOSENED = "loosened"
    CHANGED = "changed"


_LEAST = {"string": "minLength", "array": "minItems", "object": "minProperties"}
_MOST = {"string": "maxLength", "array": "maxItems", "object": "maxProperties"}


def limits_of(kind: str, schema: Mapping[str, Any]) -> Limits:
    """Give the limits that a schema sets for values of one type, those that limit nothing left out."""
    limits: Limits = {}
    if schema.get(_LEAST.get(kind, "")):
        limits[_LEAST[kind]] = schema[_LEAST[kind]]
    if _MOST.get(kind) in schema:
        limits[_MOST[kind]] = schema[_MOST[kind]]
    if kind == "string" and "pattern" in schema:
        limits["pattern"] = frozenset({schema["pattern"]})
    if kind == "array" and schema.get("uniqueItems"):
        limits["uniqueItems"] = True
    if kind in {"integer", "number"}:
        limits |= _of_number(schema)
    return whole(limits) if kind == "integer" else limits


def _of_number(schema: Mapping[str, Any]) -> Limits:
    limits: Limits = {}
    low, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    high, below = schema.get("maximum"), schema.get("exclusiveMaximum")
    # OpenAPI 3.0 says with true that the other one is exclusive.
    low, above = (None, low) if above is True else (low, above)
    high, below = (None, high) if below is True else (high, below)
    # The greater pair is the tighter one for a minimum, the smaller pair for a maximum.
    lows = [*_pair(low, second=False), *_pair(above, second=True)]
    highs = [*_pair(high, second=True), *_pair(below, second=False)]
    if lows:
        limits["minimum"] = max(lows)
    if highs:
        limits["maximum"] = min(highs)
    if "multipleOf" in schema:
        limits["multipleOf"] = Fraction(str(schema["multipleOf"]))
    return limits


def _pair(value: Any, *, second: bool) -> list[tuple[float, bool]]:
    return [] if value is None or isinstance(value, bool) else [(value, second)]


def whole(limits: Limits) -> Limits:
    """Say limits of a number the way they hold for an integer: above 0 is from 1 on, a multiple of 1 says nothing."""
    limits = dict(limits)
    if "minimum" in limits:
        value, exclusive = limits["minimum"]
        limits["minimum"] = (math.floor(value) + 1 if exclusive else math.ceil(value), False)
    if "maximum" in limits:
        value, inclusive = limits["maximum"]
        limits["maximum"] = (math.floor(value) if inclusive else math.ceil(value) - 1, True)
    if limits.get("multipleOf") == 1:
        del limits["multipleOf"]
    return limits


def _least_common_multiple(one: Fraction, other: Fraction) -> Fraction:
    return Fraction(math.lcm(one.numerator, other.numerator), math.gcd(one.denominator, other.denominator))


_TOGETHER: Mapping[str, Callable[[Any, Any], Any]] = {
    **dict.fromkeys(("minimum", "minLength", "minItems", "minProperties"), max),
    **dict.fromkeys(("maximum", "maxLength", "maxItems", "maxProperties"), min),
    "multipleOf": _least_common_multiple,
    "pattern": frozenset.union,
    "uniqueItems": max,
}
"""What comes of two limits of a kind; where it is the new one of the two, that one is the tighter."""


def both(one: Limits, other: Limits) -> Limits:
    """Give the limits of what keeps to both."""
    shared = {name: _TOGETHER[name](one[name], other[name]) for name in one.keys() & other.keys()}
    return {**one, **other, **shared}


def turn(name: str, old: Any, new: Any) -> Turn:
    """Tell which way a limit went; None is no limit."""
    if old is None or new is None:
        return Turn.TIGHTENED if old is None else Turn.LOOSENED
    together = _TOGETHER[name](old, new)
    return Turn.TIGHTENED if together == new else Turn.LOOSENED if together == old else Turn.CHANGED


def shown(name: str, value: Any) -> str | None:
    """Say a limit in the contract's own words."""
    if value is None:
        return None
    if name == "pattern":
        return f"pattern {' and '.join(sorted(value))}"
    if name in {"minimum", "maximum"}:
        number, flag = value
        is_exclusive = flag == (name == "minimum")
        name, value = f"exclusiveM{name[1:]}" if is_exclusive else name, number
    if isinstance(value, Fraction):
        value = float(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return name if value is True else f"{name} {value}"
