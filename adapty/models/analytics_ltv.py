"""Lifetime values of the Export Analytics API: schemas `LTVDataResponse` and `LTVMetric`."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from adapty.models._analytics_points import (
    AnalyticsSegment,
    Row,
    build_rows,
    iterate_skipped,
    parse_segments,
    report_skipped,
)
from adapty.models._response import ResponseModel, json_ready, list_of, parse_decimal, parse_int, parse_str, scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LTV", "LTVMetric", "LTVSegment"]


@attrs.frozen(kw_only=True)
class LTVSegment(ResponseModel):
    """The lifetime value of one segment: schema `LTVData`.

    Attributes:
        title: The title.
        type: The ID, such as `total`.
        value: The lifetime value.
        values: The values per period, as received; `segment` has them parsed.
        cohort_size: How many users.
    """

    title: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    type: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    value: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    values: tuple[Any, ...] = attrs.field(default=(), metadata=list_of(json_ready), hash=False, repr=False)
    cohort_size: int | None = attrs.field(default=None, metadata=scalar(parse_int))

    @property
    def segment(self) -> AnalyticsSegment:
        """The segment with its values parsed."""
        item = {"title": self.title, "type": self.type, "value": self.value, "values": list(self.values)}
        return parse_segments([item])[0]


@attrs.frozen(kw_only=True)
class LTVMetric(ResponseModel):
    """The lifetime value by one kind of money: schema `LTVMetric`.

    Attributes:
        data: The segments.
        description: How the value is computed, as HTML.
        value: The value of all segments.
        unit: The unit, such as `USD`.
        title: The title.
    """

    data: tuple[LTVSegment, ...] = attrs.field(default=(), metadata=list_of(LTVSegment.from_dict))
    description: str | None = attrs.field(default=None, metadata=scalar(parse_str), repr=False)
    value: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    unit: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    title: str | None = attrs.field(default=None, metadata=scalar(parse_str))


@attrs.frozen(kw_only=True)
class LTV(ResponseModel):
    """The lifetime value, which is the revenue per subscriber so far: schema `LTVDataResponse`.

    Attributes:
        revenue: By revenue.
        proceeds: By proceeds, after the store's fee.
        net_revenue: By net revenue, after fee and taxes.

    Example:
        >>> ltv = LTV.from_dict({"revenue": {"data": [{"title": "Total", "value": 9.5, "cohort_size": 4}]}})
        >>> row = ltv.rows()[0]
        >>> row["metric"], row["segment"], row["cohort_size"], row["period"], row["value"]
        ('revenue', 'Total', 4, None, 9.5)
    """

    COLUMNS: ClassVar[tuple[str, ...]] = (
        "metric",
        "segment",
        "segment_id",
        "cohort_size",
        "date",
        "period",
        "value",
    )
    """The keys of each row."""

    revenue: LTVMetric | None = attrs.field(default=None, metadata=scalar(LTVMetric.from_dict))
    proceeds: LTVMetric | None = attrs.field(default=None, metadata=scalar(LTVMetric.from_dict))
    net_revenue: LTVMetric | None = attrs.field(default=None, metadata=scalar(LTVMetric.from_dict))

    @property
    def skipped_points(self) -> tuple[Row, ...]:
        """The points that are in no row because their form is unknown, each as `point` with its metric and segment."""
        return tuple(skipped for name, data in self._segments() for skipped in iterate_skipped(name, [data.segment]))

    def rows(self) -> list[Row]:
        """Return one flat dict per metric, segment and period, with the keys `COLUMNS`.

        A point has a `date` or a `period`. A segment without points has one row with neither, and its own value.
        """
        report_skipped("ltv", self.skipped_points)
        return build_rows(self._rows(), ["value"], is_money=True)

    def _segments(self) -> Iterator[tuple[str, LTVSegment]]:
        for name in ("revenue", "proceeds", "net_revenue"):
            metric: LTVMetric | None = getattr(self, name)
            for data in metric.data if metric else ():
                yield name, data

    def _rows(self) -> Iterator[Row]:
        for name, data in self._segments():
            segment = data.segment
            own = {"metric": name, "segment": data.title, "segment_id": data.type, "cohort_size": data.cohort_size}
            for point in segment.points:
                yield {**own, "date": point.date, "period": point.period, "value": point.value}
            if not segment.points:
                yield {**own, "date": None, "period": None, "value": data.value}
