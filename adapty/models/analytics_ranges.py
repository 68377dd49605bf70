"""Split long ranges of days into ranges of whole calendar periods, one for each request."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, cast, get_args

import attrs

from adapty._clock import monotonic
from adapty._core.redaction import SafeRepr
from adapty._core.sentinel import NOT_GIVEN, NotGiven
from adapty._core.validation import bounded_int, one_of, validate
from adapty.errors import AdaptyUsageError
from adapty.models._analytics_query import build_query, parse_range
from adapty.models._analytics_request import AnalyticsDataRequest
from adapty.models.analytics_charts import Chart
from adapty.models.analytics_values import PeriodUnit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adapty.models._analytics_points import Row
    from adapty.models._analytics_query import AnalyticsQuery

__all__ = ["ChartPiece", "ChartPlan", "ChartProgress", "DateRange", "split_range"]

_MAX_PERIODS = 10_000
_DAYS_PER_WEEK = 7
_MONTHS_PER_YEAR = 12

_MONTHS: Mapping[str, int] = {"month": 1, "quarter": 3, "year": 12}
"""The months in a period, of the units that consist of months."""

_PERIODS_PER_REQUEST: Mapping[str, int] = {"day": 365, "week": 52, "month": 12, "quarter": 4, "year": 1}
"""About one year: the vendor has been seen to refuse more than 365 days."""


@attrs.frozen
class DateRange(SafeRepr):
    """A range of days, both of which are in it.

    Attributes:
        date_from: The first day.
        date_to: The last day.
    """

    date_from: dt.date
    date_to: dt.date


def split_range(
    date_from: dt.date | str,
    date_to: dt.date | str | NotGiven = NOT_GIVEN,
    by: PeriodUnit = "month",
    *,
    count: int = 1,
) -> tuple[DateRange, ...]:
    """Split a range of days at the borders of calendar periods, without gaps and overlaps.

    Args:
        date_from: The first day: a date, or its ISO 8601 text.
        date_to: The last day. Default: `date_from`.
        by: The unit of the periods. A week starts on Monday.
        count: The number of periods in each range, from 1 to 10000. The first and the last one may be shorter.

    Raises:
        AdaptyUsageError: An argument is invalid, or the last day is before the first.

    Example:
        >>> for part in split_range("2026-01-15", "2026-03-10"):
        ...     print(part.date_from, part.date_to)
        2026-01-15 2026-01-31
        2026-02-01 2026-02-28
        2026-03-01 2026-03-10
    """
    first, last = parse_range(date_from, date_to, ("date_from", "date_to"))
    unit = validate("by", lambda value: one_of(get_args(PeriodUnit), value), by)
    periods = bounded_int("count", count, _MAX_PERIODS)
    ranges = []
    start: dt.date | None = _start_of_period(first, unit)
    while start is not None and start <= last:
        following = _add_periods(start, unit, periods)
        end = last if following is None else min(last, following - dt.timedelta(days=1))
        ranges.append(DateRange(max(first, start), end))
        start = following
    return tuple(ranges)


def _start_of_period(day: dt.date, unit: str) -> dt.date:
    """Return the first day of the period that a day is in."""
    if unit in _MONTHS:
        months = _MONTHS[unit]
        return day.replace(month=(day.month - 1) // months * months + 1, day=1)
    return day if unit == "day" or day.toordinal() <= day.weekday() else day - dt.timedelta(days=day.weekday())


def _add_periods(start: dt.date, unit: str, count: int) -> dt.date | None:
    """Return the first day of a later period, or None if no date is so late."""
    try:
        if unit not in _MONTHS:
            return start + dt.timedelta(days=count * (_DAYS_PER_WEEK if unit == "week" else 1))
        months = start.year * _MONTHS_PER_YEAR + start.month - 1 + count * _MONTHS[unit]
        return dt.date(months // _MONTHS_PER_YEAR, months % _MONTHS_PER_YEAR + 1, 1)
    except (OverflowError, ValueError):
        return None


@attrs.frozen(kw_only=True)
class ChartPiece(SafeRepr):
    """A part of a chart over a long range.

    Attributes:
        date_from: The first day of the part.
        date_to: The last day of the part.
        chart: The chart of the part. Its totals and averages are those of the part.
    """

    date_from: dt.date
    date_to: dt.date
    chart: Chart

    def rows(self) -> list[Row]:
        """Return the rows of the part; see `Chart.rows`."""
        return self.chart.rows()


@attrs.frozen(kw_only=True)
class ChartProgress(SafeRepr):
    """The progress over a long range, as `on_progress` receives it.

    Attributes:
        completed: Requests that are complete.
        total: Requests in all.
        date_to: The last day that is complete. To resume later, start from the day after.
        elapsed: Seconds since the first request.
        eta: Estimated seconds until the last one is complete.

    Example:
        >>> f"{ChartProgress(completed=1, total=4, date_to=dt.date(2026, 1, 31), elapsed=0.5, eta=1.5).fraction:.0%}"
        '25%'
    """

    completed: int
    total: int
    date_to: dt.date
    elapsed: float
    eta: float

    @property
    def fraction(self) -> float:
        """The completed part, from 0 to 1."""
        return self.completed / self.total


class ChartPlan:
    """The requests for a chart over a long range, and their progress.

    Args:
        options: The arguments of `client.analytics.chart`.
        periods_per_request: The number of periods in each request, or None for about a year.

    Raises:
        AdaptyUsageError: An argument is invalid, or cannot be combined with a range that is split.
    """

    def __init__(self, options: Mapping[str, Any], periods_per_request: int | None) -> None:
        query = build_query(AnalyticsDataRequest, options)
        for name in ("compare_from", "compare_to", "format", "output"):
            if options.get(name, NOT_GIVEN) is not NOT_GIVEN:
                raise AdaptyUsageError.for_field(name, "cannot be combined with a range that is split; use chart()")
        body = cast("AnalyticsDataRequest", query.body)
        unit = cast("PeriodUnit", body.to_dict().get("period_unit", "month"))
        count = _PERIODS_PER_REQUEST[unit] if periods_per_request is None else periods_per_request
        bounded_int("periods_per_request", count, _MAX_PERIODS)
        self._query = query
        self._body = body
        self._ranges = split_range(body.filters.date[0], body.filters.date[-1], unit, count=count)
        self._completed = 0
        self._started = 0.0

    def requests(self) -> Iterator[tuple[DateRange, AnalyticsQuery]]:
        """Yield the range and the query of each request."""
        self._started = monotonic()
        for part in self._ranges:
            filters = attrs.evolve(self._body.filters, date=(part.date_from, part.date_to))
            yield part, attrs.evolve(self._query, body=attrs.evolve(self._body, filters=filters))

    def complete(self, part: DateRange) -> ChartProgress:
        """Count a request as complete, and return the progress."""
        self._completed += 1
        total = len(self._ranges)
        elapsed = monotonic() - self._started
        eta = elapsed / self._completed * (total - self._completed)
        return ChartProgress(completed=self._completed, total=total, date_to=part.date_to, elapsed=elapsed, eta=eta)
