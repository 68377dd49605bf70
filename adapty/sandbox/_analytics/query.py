"""A validated request of a chart."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, tzinfo
from typing import TYPE_CHECKING, Any

from attrs import frozen

from adapty.sandbox._analytics.charts import CHARTS, Chart
from adapty.sandbox._analytics.dimensions import FILTERS, normalize
from adapty.sandbox._analytics.periods import MAX_PERIODS, DateRange, parse_zone
from adapty.sandbox._responses import ApiError, ValidationIssue

if TYPE_CHECKING:
    from adapty.sandbox._server_side.model import Params

__all__ = ["DEFAULT_UNIT", "TIME_ZONE", "Query", "parse_query", "parse_ranges", "parse_time_zone"]

TIME_ZONE = "Adapty-Tz"
"""The header with the time zone."""

DEFAULT_UNIT = "month"


@frozen(kw_only=True)
class Query:
    """A validated request of a chart.

    Attributes:
        chart: The chart.
        dates: The range.
        compared: The range to compare with, or None.
        unit: The length of periods.
        zone: The time zone.
        is_by_install: Whether the creation of a profile decides about the range.
        filters: Filter to accepted values.
        segmentation: The field whose values are the segments, or None.
        now: The time, in microseconds since 1970.
    """

    chart: Chart
    dates: DateRange
    compared: DateRange | None
    unit: str
    zone: tzinfo
    is_by_install: bool
    filters: Mapping[str, frozenset[str]]
    segmentation: str | None
    now: int

    def accepts(self, dimensions: Mapping[str, str]) -> bool:
        """Return whether the filters accept these values."""
        return all(dimensions[name] in accepted for name, accepted in self.filters.items())


def parse_query(params: Params, now: int) -> Query:
    """Return the request of a chart.

    Args:
        params: The input, which the schema and the rules of fields accept.
        now: The time, in microseconds since 1970.

    Raises:
        ApiError: The time zone is unknown, or the chart does not support a filter, the segmentation or the range.
    """
    body = params.body
    chart, segmentation = CHARTS[body["chart_id"]], body.get("segmentation")
    zone = parse_time_zone(params)
    dates, compared = parse_ranges(params)
    _require_supported(chart, body["filters"], segmentation)
    return Query(
        chart=chart,
        dates=dates,
        compared=compared,
        unit=body.get("period_unit", DEFAULT_UNIT),
        zone=zone,
        is_by_install=body.get("date_type") == "profile_install_date",
        filters={
            name: frozenset(normalize(name, value) for value in body["filters"][name])
            for name in FILTERS
            if name in body["filters"]
        },
        segmentation=segmentation,
        now=now,
    )


def parse_ranges(params: Params) -> tuple[DateRange, DateRange | None]:
    """Return the range of a request, and the range to compare with.

    Raises:
        ApiError: A range has too many periods.
    """
    unit = params.body.get("period_unit", DEFAULT_UNIT)
    ranges = {name: params.body["filters"].get(name) for name in ("date", "compare_date")}
    parsed = [days and DateRange(date.fromisoformat(days[0]), date.fromisoformat(days[-1])) for days in ranges.values()]
    for name, dates in zip(ranges, parsed, strict=True):
        if dates and dates.count_periods(unit) > MAX_PERIODS:
            message = f"Range should have at most {MAX_PERIODS} periods of the period_unit {unit}"
            raise ApiError(400, ValidationIssue(message=message, path=("filters", name)))
    return parsed[0], parsed[1]


def parse_time_zone(params: Params) -> tzinfo:
    """Return the time zone of a request. Default: UTC.

    Raises:
        ApiError: There is no such zone.
    """
    try:
        return parse_zone(params.parameters.get(TIME_ZONE))
    except ValueError:
        message = "Header should be a time zone of the IANA database, such as Europe/Berlin"
        raise ApiError(400, ValidationIssue(message=message, path=(TIME_ZONE,))) from None


def _require_supported(chart: Chart, filters: Mapping[str, Any], segmentation: str | None) -> None:
    issues = [
        ValidationIssue(
            message=f"Filter is not supported by this chart; expected {', '.join(chart.filters)}",
            path=("filters", name),
        )
        for name in FILTERS
        if name in filters and name not in chart.filters
    ]
    if segmentation is not None and segmentation not in chart.segmentations:
        choices = ", ".join(chart.segmentations)
        issues.append(
            ValidationIssue(
                message=f"Segmentation is not supported by this chart; expected {choices}", path=("segmentation",)
            )
        )
    if issues:
        raise ApiError(400, *issues)
