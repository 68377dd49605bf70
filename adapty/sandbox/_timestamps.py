"""Timestamps in microseconds since 1970: the current time, parsing, and the date-time formats of the API."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

__all__ = [
    "DAY",
    "HOUR",
    "Formatter",
    "format_with_offset",
    "format_with_plain_offset",
    "format_with_z",
    "now",
    "parse_rfc3339",
    "to_milliseconds",
]

Formatter = Callable[[int], str]
"""From microseconds since 1970 to a date-time."""

_DATE_TIME = re.compile(
    r"(?P<minute>\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):[0-5]\d):(?P<second>[0-5]\d|60)(?P<fraction>\.\d+)?"
    r"(?P<offset>Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    re.ASCII | re.IGNORECASE,
)
_FRACTION_LENGTH = len(".123456")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1) // _MICROSECOND
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND

HOUR = timedelta(hours=1) // _MICROSECOND
"""In microseconds."""

DAY = timedelta(days=1) // _MICROSECOND
"""In microseconds."""


def now() -> int:
    """Return the current time in microseconds since 1970."""
    return time.time_ns() // 1000


def parse_rfc3339(text: str) -> int:
    """Parse an RFC 3339 date-time into microseconds since 1970; finer fractions are truncated.

    The offset is required. A leap second is valid in the last minute of a UTC day, and counts as the second after it.

    Raises:
        ValueError: The text is not an RFC 3339 date-time, or not a date of the calendar.

    Example:
        >>> parse_rfc3339("1970-01-01T01:00:01+01:00")
        1000000
    """
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        message = "not an RFC 3339 date-time"
        raise ValueError(message)
    is_leap_second = match["second"] == "60"
    second = "59" if is_leap_second else match["second"]
    fraction = (match["fraction"] or "")[:_FRACTION_LENGTH]
    moment = datetime.fromisoformat(f"{match['minute']}:{second}{fraction}{match['offset']}".upper())
    timestamp = (moment - _EPOCH) // _MICROSECOND
    if is_leap_second:
        timestamp += _SECOND
        if timestamp % DAY >= _SECOND:
            message = "not a possible leap second"
            raise ValueError(message)
    return timestamp


def to_milliseconds(timestamp: int) -> int:
    """Convert a timestamp to milliseconds, the unit of the API's own timestamps.

    Example:
        >>> to_milliseconds(1_999_999)
        1999
    """
    return timestamp // 1000


def format_with_offset(timestamp: int) -> str:
    """Format a timestamp with an offset; the fraction is omitted if it is zero.

    Example:
        >>> format_with_offset(1_000_000)
        '1970-01-01T00:00:01+00:00'
    """
    # A local date-time near the bounds of the calendar can lie outside of them in UTC.
    bounded = min(max(timestamp, _FIRST), _LAST)
    return (_EPOCH + bounded * _MICROSECOND).isoformat()


def format_with_z(timestamp: int) -> str:
    """Format a timestamp with a `Z`.

    Example:
        >>> format_with_z(1_500_000)
        '1970-01-01T00:00:01.500000Z'
    """
    return format_with_offset(timestamp).removesuffix("+00:00") + "Z"


def format_with_plain_offset(timestamp: int) -> str:
    """Format a timestamp with six decimals and an offset without a colon.

    Example:
        >>> format_with_plain_offset(1_000_000)
        '1970-01-01T00:00:01.000000+0000'
    """
    second, _, fraction = format_with_offset(timestamp).removesuffix("+00:00").partition(".")
    return f"{second}.{fraction or '000000'}+0000"
