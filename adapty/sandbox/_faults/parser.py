"""The text form of a fault, for a request header, for HTTP and for the command line.

It is the kind, followed by `name=value` for each field, separated by semicolons: `rate_limited;retry_after=2`,
`server_error;status=500;every=20`. Operation ids are separated by commas.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from attrs import frozen

from adapty._core.validation import quote, suggest_choice, type_name
from adapty.errors import AdaptyConfigError

__all__ = ["FIELD_FORMATS", "format_fault", "parse_fault", "raise_invalid"]

_INTEGER_PATTERN = re.compile(r"-?[0-9]{1,12}", re.ASCII)
_NUMBER_PATTERN = re.compile(
    r"-?([0-9]{1,20}(\.[0-9]{0,30})?|\.[0-9]{1,30})(e[+-]?[0-9]{1,3})?", re.ASCII | re.IGNORECASE
)


def raise_invalid(field: str, problem: str) -> NoReturn:
    """Raise the error for an invalid field.

    Raises:
        AdaptyConfigError: Always.
    """
    raise AdaptyConfigError.for_field(field, problem) from None


def parse_fault(text: str) -> tuple[str, dict[str, Any]]:
    """Parse the text form, without validating the values.

    Returns:
        The kind, and the fields by name.

    Raises:
        AdaptyConfigError: The text does not match the grammar.

    Example:
        >>> parse_fault("server_error; status=500; every=20")
        ('server_error', {'status': 500, 'every': 20})
    """
    if not isinstance(text, str):
        raise_invalid("fault", f"must be a string such as rate_limited;retry_after=2, not {type_name(text)}")
    kind, *parts = (part.strip() for part in text.split(";"))
    fields: dict[str, Any] = {}
    for part in parts:
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals:
            raise_invalid("fault", f"{quote(part)} has no =; expected name=value after each semicolon")
        if name not in FIELD_FORMATS:
            raise_invalid("fault", f"{quote(name)} is not known{suggest_choice(name, FIELD_FORMATS)}")
        if name in fields:
            raise_invalid(name, "appears twice; expected once")
        fields[name] = FIELD_FORMATS[name].parse(name, value)
    return kind, fields


def format_fault(kind: str, fields: Mapping[str, Any]) -> str:
    """Format a kind and fields as text.

    Example:
        >>> format_fault("slow", {"seconds": 2.0, "operations": ("saveProfile", "deleteProfile")})
        'slow;seconds=2;operations=saveProfile,deleteProfile'
    """
    return ";".join([kind, *(f"{name}={FIELD_FORMATS[name].format(value)}" for name, value in fields.items())])


@frozen
class _Format:
    parse: Callable[[str, str], Any]
    format: Callable[[Any], str]


def _parse_integer(name: str, value: str) -> int:
    if not _INTEGER_PATTERN.fullmatch(value):
        raise_invalid(name, f"must be a whole number such as 20 (got {quote(value)})")
    return int(value)


def _parse_number(name: str, value: str) -> float:
    if not _NUMBER_PATTERN.fullmatch(value):
        raise_invalid(name, f"must be a number such as 2 or 0.05 (got {quote(value)})")
    return float(value)


def _format_number(number: float) -> str:
    return str(int(number)) if number == int(number) else repr(float(number))


def _parse_names(_: str, value: str) -> list[str]:
    return [name.strip() for name in value.split(",")]


_INTEGER = _Format(_parse_integer, str)
_NUMBER = _Format(_parse_number, _format_number)

FIELD_FORMATS: Mapping[str, _Format] = {
    "status": _INTEGER,
    "retry_after": _INTEGER,
    "seconds": _NUMBER,
    "count": _INTEGER,
    "every": _INTEGER,
    "probability": _NUMBER,
    "operations": _Format(_parse_names, ",".join),
}
"""The text format of each field, in the order in which they are written."""
