"""Moments: what time it is, and the ways in which the API spells a date-time."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

__all__ = ["DAY", "HOUR", "Spelling", "milliseconds", "now", "with_offset", "with_plain_offset", "with_z"]

Spelling = Callable[[int], str]
"""From microseconds since the start of 1970 to a date-time."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND

HOUR = timedelta(hours=1) // _MICROSECOND
"""In microseconds."""

DAY = timedelta(days=1) // _MICROSECOND
"""In microseconds."""


def now() -> int:
    """Tell the time, in microseconds since the start of 1970."""
    return time.time_ns() // 1000


def milliseconds(moment: int) -> int:
    """Give a moment as the API counts its own: in milliseconds.

    Example:
        >>> milliseconds(1_999_999)
        1999
    """
    return moment // 1000


def with_offset(moment: int) -> str:
    """Spell a moment with an offset; the fraction only where there is one.

    Example:
        >>> with_offset(1_000_000)
        '1970-01-01T00:00:01+00:00'
    """
    # An offset can take a moment out of the years that UTC has.
    within = min(max(moment, _FIRST), _LAST)
    return (_EPOCH + within * _MICROSECOND).isoformat()


def with_z(moment: int) -> str:
    """Spell a moment with a `Z`.

    Example:
        >>> with_z(1_500_000)
        '1970-01-01T00:00:01.500000Z'
    """
    return with_offset(moment).removesuffix("+00:00") + "Z"


def with_plain_offset(moment: int) -> str:
    """Spell a moment with six decimals and an offset without a colon.

    Example:
        >>> with_plain_offset(1_000_000)
        '1970-01-01T00:00:01.000000+0000'
    """
    second, _, fraction = with_offset(moment).removesuffix("+00:00").partition(".")
    return f"{second}.{fraction or '000000'}+0000"
