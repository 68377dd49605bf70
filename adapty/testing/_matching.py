"""Part of the pytest plugin."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from attrs import frozen

from adapty._core.validation import Invalid, aware_datetime, format_name, suggest_choice, validate
from adapty.errors import AdaptyUsageError
from adapty.models._request import RequestModel
from adapty.models._response import parse_datetime, parse_decimal
from adapty.testing._messages import format_value

__all__ = ["MISSING", "Difference", "find_differences", "nearest_differences", "require_known_fields"]


MISSING: Final = object()
"""What is found where there is no such field."""


@frozen
class Difference:
    """A field that holds something else than expected.

    Attributes:
        path: Its name, dotted where it is nested.
        expected: What the test expects.
        found: What it holds, or `ABSENT`.
    """

    path: str
    expected: Any
    found: Any

    def __str__(self) -> str:
        """Say what is expected and what is there, for a failure's message."""
        expected = format_value(self.expected)
        if self.found is MISSING:
            return f"{self.path}: expected {expected}, is not there"
        found = format_value(self.found)
        if expected == found:
            return f"{self.path}: expected something else than is there, which cannot be shown"
        return f"{self.path}: expected {expected}, is {found}"


def find_differences(expected: Mapping[str, Any], stored: Mapping[str, Any], under: str = "") -> list[Difference]:
    """Find the fields that hold something else than expected; fields that are not named do not matter.

    Args:
        expected: What is expected, by field.
        stored: What the sandbox has.
        under: How the paths begin.

    Raises:
        AdaptyUsageError: A datetime that is expected is naive.

    Example:
        >>> stored = {"price_usd": "9.990", "custom_attributes": {"plan": "trial", "visits": 3}}
        >>> find_differences({"price_usd": Decimal("9.99"), "custom_attributes": {"visits": 3}}, stored)
        []
        >>> print(*find_differences({"country": "US", "custom_attributes": {"plan": "annual"}}, stored), sep="; ")
        country: expected 'US', is not there; custom_attributes.plan: expected 'annual', is 'trial'
    """
    found: list[Difference] = []
    for name, value in expected.items():
        path = f"{under}{format_name(name)}"
        held = stored.get(name, MISSING)
        wanted = value.to_dict() if isinstance(value, RequestModel) else value
        inside = _by_name(held)
        if isinstance(wanted, Mapping) and inside is not None:
            found += find_differences(wanted, inside, f"{path}.")
        elif not _is_same(path, wanted, None if held is MISSING else held):
            found.append(Difference(path, wanted, held))
    return found


def nearest_differences(
    expected: Mapping[str, Any], stored: Sequence[Mapping[str, Any]]
) -> tuple[int, list[Difference]]:
    """Find what comes closest to what is expected: its place, and what differs there.

    Args:
        expected: What is expected, by field.
        stored: What there is, at least one; of several that come as close, it is the last.

    Raises:
        AdaptyUsageError: A datetime that is expected is naive.

    Example:
        >>> nearest_differences({"store": "stripe"}, [{"store": "paddle"}, {"store": "stripe"}, {}])
        (1, [])
    """
    found = [find_differences(expected, one) for one in stored]
    place = min(range(len(found)), key=lambda place: (len(found[place]), -place))
    return place, found[place]


def require_known_fields(fields: Mapping[str, Any], known: tuple[str, ...], *stored: Mapping[str, Any]) -> None:
    """Refuse the name of a field that neither this release knows nor the sandbox has: it is spelled wrong.

    Raises:
        AdaptyUsageError: There is one.
    """
    for name in fields:
        if name not in known and not any(name in one for one in stored):
            shown_name = format_name(name)
            raise AdaptyUsageError.for_field(shown_name, f"is not a field{suggest_choice(shown_name, known)}")


def _by_name(held: Any) -> Mapping[str, Any] | None:
    """Take what can be asked by name: an object, nothing at all, or the API's list of `key` and `value`."""
    if held is None or held is MISSING:
        return {}
    if isinstance(held, list) and all(isinstance(item, Mapping) and item.keys() == {"key", "value"} for item in held):
        return {item["key"]: item["value"] for item in held}
    return held if isinstance(held, Mapping) else None


def _is_same(path: str, wanted: Any, held: Any) -> bool:
    if isinstance(wanted, datetime):
        wanted = validate(path, aware_datetime, wanted)
    for kind, same in _SAME.items():
        if isinstance(wanted, kind):
            try:
                return same(wanted, held)
            except (ArithmeticError, AttributeError, Invalid, TypeError, ValueError):
                return False  # what is held is of another kind
    return bool(wanted == held)


def _same_list(wanted: list[Any] | tuple[Any, ...], held: Any) -> bool:
    if not isinstance(held, list) or len(wanted) != len(held):
        return False
    return all(not find_differences({"item": one}, {"item": other}) for one, other in zip(wanted, held, strict=True))


def _same_text(wanted: str, held: Any) -> bool:
    if not isinstance(held, str):
        return False
    return wanted == held or aware_datetime(wanted) == parse_datetime(held)


def _same_number(wanted: float, held: Any) -> bool:
    return not isinstance(held, bool) and isinstance(held, int | float) and wanted == held


_SAME: Mapping[Any, Callable[[Any, Any], bool]] = {
    type(None): lambda _, held: held is None,
    datetime: lambda wanted, held: wanted == parse_datetime(held),
    date: lambda wanted, held: wanted.isoformat() == held,
    Decimal: lambda wanted, held: wanted == parse_decimal(held),
    bool: lambda wanted, held: wanted is held,
    int | float: _same_number,
    str: _same_text,
    UUID: lambda wanted, held: wanted == UUID(held),
    list | tuple: _same_list,
}
"""How a value of each kind is compared; the first kind that fits counts. Others compare themselves."""
