"""Compare fields with what a test expects, by meaning: the same moment, amount or country in any format is equal."""

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

__all__ = [
    "MISSING",
    "Difference",
    "find_differences",
    "nearest_differences",
    "require_count",
    "require_known_fields",
]

MISSING: Final = object()
"""The actual value of a missing field."""


@frozen
class Difference:
    """A field whose value is not the expected one.

    Attributes:
        path: The field name, dotted if it is nested.
        expected: The expected value.
        actual: The actual value, or `MISSING`.
    """

    path: str
    expected: Any
    actual: Any

    def __str__(self) -> str:
        """Return a line for the message of a failure."""
        expected = format_value(self.expected)
        if self.actual is MISSING:
            return f"{self.path}: expected {expected}, but it is missing"
        actual = format_value(self.actual)
        if expected == actual:
            return f"{self.path}: expected another value, which cannot be shown"
        return f"{self.path}: expected {expected}, but it is {actual}"


def find_differences(expected: Mapping[str, Any], stored: Mapping[str, Any], prefix: str = "") -> list[Difference]:
    """Return the fields whose values are not the expected ones; other fields are ignored.

    Args:
        expected: The expected values, by field.
        stored: The data of the sandbox.
        prefix: The prefix of the paths.

    Raises:
        AdaptyUsageError: An expected datetime is naive.

    Example:
        >>> stored = {"price_usd": "9.990", "custom_attributes": {"plan": "trial", "visits": 3}}
        >>> find_differences({"price_usd": Decimal("9.99"), "custom_attributes": {"visits": 3}}, stored)
        []
        >>> print(*find_differences({"country": "US", "custom_attributes": {"plan": "annual"}}, stored), sep="; ")
        country: expected 'US', but it is missing; custom_attributes.plan: expected 'annual', but it is 'trial'
    """
    found: list[Difference] = []
    for name, value in expected.items():
        path = f"{prefix}{format_name(name)}"
        actual = stored.get(name, MISSING)
        wanted = value.to_dict() if isinstance(value, RequestModel) else value
        fields = _as_mapping(actual)
        if isinstance(wanted, Mapping) and fields is not None:
            found += find_differences(wanted, fields, f"{path}.")
        elif not _is_equal(path, wanted, None if actual is MISSING else actual):
            found.append(Difference(path, wanted, actual))
    return found


def nearest_differences(
    expected: Mapping[str, Any], stored: Sequence[Mapping[str, Any]]
) -> tuple[int, list[Difference]]:
    """Return the index of the object with the fewest differences, and its differences.

    Args:
        expected: The expected values, by field.
        stored: The objects, at least one. If several have as few differences, the last one is returned.

    Raises:
        AdaptyUsageError: An expected datetime is naive.

    Example:
        >>> nearest_differences({"store": "stripe"}, [{"store": "paddle"}, {"store": "stripe"}, {}])
        (1, [])
    """
    found = [find_differences(expected, one) for one in stored]
    index = min(range(len(found)), key=lambda index: (len(found[index]), -index))
    return index, found[index]


def require_count(count: int | None) -> None:
    """Raise an error unless an expected count is None, or an integer of at least 0.

    Raises:
        AdaptyUsageError: It is something else.
    """
    if count is not None and (type(count) is not int or count < 0):
        raise AdaptyUsageError.for_field("count", "must be an integer, 0 or more")


def require_known_fields(fields: Mapping[str, Any], known: tuple[str, ...], *stored: Mapping[str, Any]) -> None:
    """Raise an error for a field name that neither this release nor the sandbox knows: it is misspelled.

    Raises:
        AdaptyUsageError: A field is unknown.
    """
    for name in fields:
        if name not in known and not any(name in one for one in stored):
            field_name = format_name(name)
            raise AdaptyUsageError.for_field(field_name, f"is not a field{suggest_choice(field_name, known)}")


def _as_mapping(actual: Any) -> Mapping[str, Any] | None:
    """Return an object, no object, or the API's list of `key` and `value` as a mapping; None for other values."""
    if actual is None or actual is MISSING:
        return {}
    if isinstance(actual, list) and all(
        isinstance(item, Mapping) and item.keys() == {"key", "value"} for item in actual
    ):
        return {item["key"]: item["value"] for item in actual}
    return actual if isinstance(actual, Mapping) else None


_COUNTRIES = frozenset({"country", "store_country", "ip_country", "price.country"})
"""The paths of country codes, whose case has no meaning."""


def _is_equal(path: str, wanted: Any, actual: Any) -> bool:
    if isinstance(wanted, datetime):
        wanted = validate(path, aware_datetime, wanted)
    if path in _COUNTRIES and isinstance(wanted, str):
        return isinstance(actual, str) and wanted.upper() == actual.upper()
    for kind, is_equal in _COMPARISONS.items():
        if isinstance(wanted, kind):
            try:
                return is_equal(wanted, actual)
            except (ArithmeticError, AttributeError, Invalid, TypeError, ValueError):
                return False  # the actual value has another type
    return bool(wanted == actual)


def _is_equal_list(wanted: list[Any] | tuple[Any, ...], actual: Any) -> bool:
    if not isinstance(actual, list) or len(wanted) != len(actual):
        return False
    return all(not find_differences({"item": one}, {"item": other}) for one, other in zip(wanted, actual, strict=True))


def _is_equal_text(wanted: str, actual: Any) -> bool:
    if not isinstance(actual, str):
        return False
    return wanted == actual or aware_datetime(wanted) == parse_datetime(actual)


def _is_equal_number(wanted: float, actual: Any) -> bool:
    return not isinstance(actual, bool) and isinstance(actual, int | float) and wanted == actual


_COMPARISONS: Mapping[Any, Callable[[Any, Any], bool]] = {
    type(None): lambda _, actual: actual is None,
    datetime: lambda wanted, actual: wanted == parse_datetime(actual),
    date: lambda wanted, actual: wanted.isoformat() == actual,
    Decimal: lambda wanted, actual: wanted == parse_decimal(actual),
    bool: lambda wanted, actual: wanted is actual,
    int | float: _is_equal_number,
    str: _is_equal_text,
    UUID: lambda wanted, actual: wanted == UUID(actual),
    list | tuple: _is_equal_list,
}
"""How expected values are compared, by type; the first match counts. Other objects compare themselves."""
