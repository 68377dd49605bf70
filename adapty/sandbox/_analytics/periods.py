"""Ranges of days and their periods, in the time zone of a request."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from attrs import frozen

__all__ = ["FIRST_DAY", "LAST_DAY", "MAX_PERIODS", "UNITS", "DateRange", "Periods", "parse_zone"]

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(9998, 12, 31)
"""The first and the last day of a range."""

MAX_PERIODS = 10_000
"""The maximum number of periods of a chart: 27 years of days. Adapty documents no limit."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@frozen
class _Unit:
    """A length of periods.

    Attributes:
        start_of: Returns the first day of the period that contains a day.
        longest: The number of days of the longest period.
    """

    start_of: Callable[[date], date]
    longest: int

    def next_start(self, start: date) -> date:
        """Return the first day of the period after the one that starts on a day."""
        return self.start_of(start + timedelta(days=self.longest))


UNITS: Mapping[str, _Unit] = {
    "day": _Unit(lambda day: day, 1),
    "week": _Unit(lambda day: day - timedelta(days=day.weekday()), 7),
    "month": _Unit(lambda day: day.replace(day=1), 31),
    "quarter": _Unit(lambda day: day.replace(month=day.month - (day.month - 1) % 3, day=1), 92),
    "year": _Unit(lambda day: day.replace(month=1, day=1), 366),
}
"""`period_unit` to the length of periods. A week starts on Monday."""


def parse_zone(name: str | None) -> tzinfo:
    """Return the time zone of an IANA name. Default: UTC.

    Raises:
        ValueError: There is no such zone.

    Example:
        >>> parse_zone("Europe/Berlin")
        zoneinfo.ZoneInfo(key='Europe/Berlin')
    """
    if name is None:
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, OSError) as error:  # unknown, or a directory of the database
        raise ValueError(str(error)) from None


def _start_of_day(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _to_timestamp(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


@frozen
class DateRange:
    """A range of days, both included.

    Example:
        >>> january = DateRange(date(2026, 1, 1), date(2026, 1, 31))
        >>> january.periods("week", UTC).starts[0]
        '2025-12-29T00:00:00.000000+0000'
    """

    first: date
    last: date

    def periods(self, unit: str, zone: tzinfo) -> Periods:
        """Return the periods that contain days of the range. Only the days of the range count."""
        rule = UNITS[unit]
        starts = [rule.start_of(self.first)]
        while (following := rule.next_start(starts[-1])) <= self.last:
            starts.append(following)
        days = [self.first, *starts[1:], self.last + timedelta(days=1)]
        return Periods(
            starts=tuple(f"{_start_of_day(day, zone):%Y-%m-%dT%H:%M:%S.%f%z}" for day in starts),
            bounds=tuple(_to_timestamp(_start_of_day(day, zone)) for day in days),
        )

    def count_periods(self, unit: str) -> int:
        """Return the least number of periods that a range of this length has."""
        return (self.last - self.first).days // UNITS[unit].longest + 1


@frozen(kw_only=True)
class Periods:
    """Consecutive periods.

    Attributes:
        starts: The start of each period in the calendar, as responses contain it.
        bounds: The start of each counted part of a period, and the end of the last one, in microseconds since 1970.
    """

    starts: tuple[str, ...]
    bounds: tuple[int, ...]

    def find(self, at: int) -> int | None:
        """Return the index of the period that contains a time, or None."""
        index = bisect_right(self.bounds, at) - 1
        return index if 0 <= index < len(self.starts) else None

    def ends(self, now: int) -> list[int]:
        """Return the last microsecond of each period, or now if that is earlier."""
        return [min(bound - 1, now) for bound in self.bounds[1:]]
