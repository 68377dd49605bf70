"""Charts and conversions of the Export Analytics API: schemas `AnalyticsDataResponse` and `ConversionDataResponse`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, ClassVar

import attrs

from adapty.models._analytics_points import (
    AnalyticsPoint,
    AnalyticsSegment,
    Row,
    build_rows,
    iterate_skipped,
    parse_segments,
    report_skipped,
)
from adapty.models._response import (
    ResponseModel,
    json_ready,
    list_of,
    map_of,
    parse_bool,
    parse_decimal,
    parse_int,
    parse_str,
    scalar,
)

__all__ = [
    "AnalyticsPoint",
    "AnalyticsSegment",
    "Chart",
    "ChartMetric",
    "Conversion",
    "RecommendedPeriod",
    "join_rows",
]

_MONEY = frozenset({"revenue", "proceeds", "net_revenue", "gross_revenue"})
_FRACTIONAL_UNITS = frozenset({"USD", "percent"})


@attrs.frozen(kw_only=True)
class RecommendedPeriod(ResponseModel):
    """The range that the dashboard recommends.

    Attributes:
        date_from: The first day.
        date_to: The last day.
        period_unit: The length of a period.
    """

    date_from: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    date_to: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    period_unit: str | None = attrs.field(default=None, metadata=scalar(parse_str))


@attrs.frozen(kw_only=True)
class _Metric(ResponseModel):
    """The fields that charts and conversions have in common."""

    data: tuple[Any, ...] = attrs.field(default=(), metadata=list_of(json_ready), hash=False, repr=False)
    value: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    compare_value_from: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    compare_value_to: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    title: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    type: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    default_aggregation: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    description: str | None = attrs.field(default=None, metadata=scalar(parse_str), repr=False)
    metric_name: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    is_json: bool | None = attrs.field(default=None, metadata=scalar(parse_bool))
    unit: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    recommended_period: RecommendedPeriod | None = attrs.field(
        default=None, metadata=scalar(RecommendedPeriod.from_dict)
    )

    @property
    def segments(self) -> tuple[AnalyticsSegment, ...]:
        """The segments in `data`, with their values."""
        return parse_segments(self.data, needs_date=True)


@attrs.frozen(kw_only=True)
class ChartMetric(_Metric):
    """One metric of a chart: schema `MetricData`.

    Attributes:
        data: The segments with their values, as received; `segments` has them parsed.
        value: The value of the whole range, combined as `default_aggregation` says.
        value_from: The value at the start of the range.
        value_to: The value at the end of the range.
        compare_value_from: The value at the start of the compared range.
        compare_value_to: The value at the end of the compared range.
        title: The title.
        type: Such as `multi` or `single`.
        default_aggregation: How values are combined, such as `sum` or `average`.
        description: What the metric means, as HTML.
        metric_name: The name.
        is_json: Whether the data is JSON.
        unit: The unit, such as `USD` or `percent`.
        recommended_period: The range that the dashboard recommends.
    """

    value_from: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    value_to: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))


@attrs.frozen(kw_only=True)
class Chart(ResponseModel):
    """A chart: schema `AnalyticsDataResponse`.

    Attributes:
        data: The metrics by name. Charts of money have `revenue`, `proceeds` and `net_revenue` (or
            `gross_revenue`), the others have `common`.

    Example:
        >>> chart = Chart.from_dict({
        ...     "data": {"common": {"data": [{"title": "Total", "values": [{"x": "2026-08-01", "y": 3}]}], "value": 3}},
        ... })
        >>> chart.data["common"].value
        Decimal('3')
        >>> chart.rows()
        [{'date': datetime.date(2026, 8, 1), 'metric': 'common', 'segment': 'Total', 'segment_id': None, 'value': 3}]
    """

    COLUMNS: ClassVar[tuple[str, ...]] = ("date", "metric", "segment", "segment_id", "value")
    """The keys of each row."""

    data: Mapping[str, ChartMetric] = attrs.field(factory=dict, metadata=map_of(ChartMetric.from_dict), hash=False)

    @property
    def skipped_points(self) -> tuple[Row, ...]:
        """The points that are in no row because their form is unknown, each as `point` with its metric and segment."""
        return tuple(
            skipped for name, metric in self.data.items() for skipped in iterate_skipped(name, metric.segments)
        )

    def rows(self) -> list[Row]:
        """Return one flat dict per metric, segment and period, with the keys `COLUMNS`.

        `date` is the first day of the period in the time zone of the request. `value` is an int or a float, the same in
        all rows, or None; `data` has the exact values. pandas, polars and `csv.DictWriter` take the list as it is.
        """
        return join_rows([self])

    def unrounded_rows(self) -> Iterator[Row]:
        """Yield the rows with their exact values, as Decimal."""
        for name, metric in self.data.items():
            for segment in metric.segments:
                for point in segment.points:
                    yield {
                        "date": point.date,
                        "metric": name,
                        "segment": segment.title,
                        "segment_id": segment.id,
                        "value": point.value,
                    }


def join_rows(charts: Iterable[Chart]) -> list[Row]:
    """Return the rows of charts in order; `value` has one type in all of them."""
    rows: list[Row] = []
    is_money = False
    for chart in charts:
        report_skipped("chart", chart.skipped_points)
        is_money = is_money or any(
            name in _MONEY or each.unit in _FRACTIONAL_UNITS for name, each in chart.data.items()
        )
        rows += chart.unrounded_rows()
    return build_rows(rows, ["value"], is_money=is_money)


@attrs.frozen(kw_only=True)
class Conversion(_Metric):
    """How many users moved from one state to another: schema `ConversionDataResponse`.

    Attributes:
        data: The segments with their values, as received; `segments` has them parsed.
        value: The conversion rate of the whole range, as a percentage.
        value_from: Users in the first state.
        value_to: Users in the second state.
        compare_value_from: Users in the first state, in the compared range.
        compare_value_to: Users in the second state, in the compared range.
        title: The title.
        type: Such as `multi`.
        default_aggregation: How values are combined, such as `sum`.
        description: How the rate is computed.
        metric_name: The name.
        is_json: Whether the data is JSON.
        unit: The unit, such as `percent`.
        recommended_period: The range that the dashboard recommends.

    Example:
        >>> Conversion.from_dict({"data": [{"x": "2026-08-01", "y": 12.5}], "value_from": 8, "value_to": 1}).rows()
        [{'date': datetime.date(2026, 8, 1), 'segment': 'Total', 'segment_id': 'total', 'value': 12.5}]
    """

    COLUMNS: ClassVar[tuple[str, ...]] = ("date", "segment", "segment_id", "value")
    """The keys of each row."""

    value_from: int | None = attrs.field(default=None, metadata=scalar(parse_int))
    value_to: int | None = attrs.field(default=None, metadata=scalar(parse_int))

    @property
    def skipped_points(self) -> tuple[Row, ...]:
        """The points that are in no row because their form is unknown, each as `point` with its segment."""
        return tuple(iterate_skipped(self.metric_name, self.segments))

    def rows(self) -> list[Row]:
        """Return one flat dict per segment and period, with the keys `COLUMNS`; `value` is a percentage, or None."""
        report_skipped("conversion", self.skipped_points)
        rows = (
            {"date": point.date, "segment": segment.title, "segment_id": segment.id, "value": point.value}
            for segment in self.segments
            for point in segment.points
        )
        return build_rows(rows, ["value"], is_money=True)
