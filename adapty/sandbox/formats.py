"""The formats of the contracts, enforced: `date-time` as in RFC 3339, `date`, `email`, `uuid`, `int32`."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from jsonschema import FormatChecker

from adapty._core.ids import UUID_PATTERN
from adapty._core.validation import Invalid, email

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["formats", "instant", "is_uuid"]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATE_TIME = re.compile(
    r"(?P<minute>\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):[0-5]\d):(?P<second>[0-5]\d|60)(?P<fraction>\.\d+)?"
    r"(?P<offset>Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    re.ASCII | re.IGNORECASE,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1) // _MICROSECOND
_DAY = timedelta(days=1) // _MICROSECOND
_KEPT_OF_FRACTION = len(".123456")


def instant(text: str) -> int:
    """Read an RFC 3339 date-time as microseconds since the start of 1970 in UTC; finer fractions are cut off.

    The offset is required. A leap second is taken where one can be, in the last minute of a day in UTC, and
    counts as the second after it.

    Raises:
        ValueError: The text is no RFC 3339 date-time, or no day of the calendar.

    Example:
        >>> instant("1970-01-01T01:00:01+01:00")
        1000000
    """
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        message = "not an RFC 3339 date-time"
        raise ValueError(message)
    leaps = match["second"] == "60"
    second = "59" if leaps else match["second"]
    fraction = (match["fraction"] or "")[:_KEPT_OF_FRACTION]
    moment = datetime.fromisoformat(f"{match['minute']}:{second}{fraction}{match['offset']}".upper())
    microseconds = (moment - _EPOCH) // _MICROSECOND
    if leaps:
        microseconds += _SECOND
        if microseconds % _DAY >= _SECOND:
            message = "no leap second can be there"
            raise ValueError(message)
    return microseconds


def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or isinstance(instant(value), int)


def _is_date(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return _DATE.fullmatch(value) is not None and bool(date.fromisoformat(value))


def _is_email(value: object) -> bool:
    return not isinstance(value, str) or bool(email(value))


def is_uuid(text: str) -> bool:
    """Tell whether the text is a UUID as RFC 9562 writes it, in any case.

    Example:
        >>> is_uuid("772204CE-ebf6-4ed9-82b0-d8688ab62b01"), is_uuid("772204ceebf64ed982b0d8688ab62b01")
        (True, False)
    """
    return UUID_PATTERN.fullmatch(text) is not None


def _is_uuid(value: object) -> bool:
    return not isinstance(value, str) or is_uuid(value)


def _is_int32(value: object) -> bool:
    return not isinstance(value, int | float) or -(2**31) <= value < 2**31


_CHECKS: Mapping[str, tuple[Callable[[object], bool], type[Exception] | tuple[()]]] = {
    "date-time": (_is_date_time, ValueError),
    "date": (_is_date, ValueError),
    "email": (_is_email, Invalid),
    "uuid": (_is_uuid, ()),
    "int32": (_is_int32, ()),
}


def formats(*names: str) -> FormatChecker:
    """Make a checker of these formats and no other; a value of another type is left to the schema's `type`."""
    checker = FormatChecker(formats=())
    for name in names:
        check, raises = _CHECKS[name]
        checker.checks(name, raises=raises)(check)
    return checker
