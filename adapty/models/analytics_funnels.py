"""Funnels, lifetime values, retention and placements of the Export Analytics API."""

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

__all__ = [
    "LTV",
    "Funnel",
    "FunnelChange",
    "FunnelSegment",
    "FunnelStep",
    "LTVMetric",
    "LTVSegment",
    "Placement",
    "Placements",
    "Retention",
]


@attrs.frozen(kw_only=True)
class FunnelChange(ResponseModel):
    """The users who did not reach the next step of a funnel.

    Attributes:
        title: The title, such as `Drop off`.
        value: How many users.
        value_relative: The same as a percentage.
    """

    title: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    value: int | None = attrs.field(default=None, metadata=scalar(parse_int))
    value_relative: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))


@attrs.frozen(kw_only=True)
class FunnelStep(ResponseModel):
    """One step of a funnel: schema `FunnelValue`.

    Attributes:
        period: The number of the step; -2 is the install, -1 the paywall.
        title: The title.
        value: Users who reached the step.
        value_relative: The same as a percentage of the first step.
        relative_changes: The change of the rate since the step before.
        following_changes: The users who did not reach the next step.
        churn_reason_title: The title of the reasons.
        churn_reasons: Why users left, as received.
        values: Further values of the step, as received.
    """

    period: int | None = attrs.field(default=None, metadata=scalar(parse_int))
    title: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    value: int | None = attrs.field(default=None, metadata=scalar(parse_int))
    value_relative: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    relative_changes: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    following_changes: FunnelChange | None = attrs.field(default=None, metadata=scalar(FunnelChange.from_dict))
    churn_reason_title: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    churn_reasons: tuple[Any, ...] = attrs.field(default=(), metadata=list_of(json_ready), hash=False, repr=False)
    values: tuple[Any, ...] = attrs.field(default=(), metadata=list_of(json_ready), hash=False, repr=False)


@attrs.frozen(kw_only=True)
class FunnelSegment(ResponseModel):
    """The funnel of one segment: schema `FunnelSegment`.

    Attributes:
        title: The title.
        type: The ID, such as `total`.
        values: The steps.
    """

    title: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    type: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    values: tuple[FunnelStep, ...] = attrs.field(default=(), metadata=list_of(FunnelStep.from_dict))


@attrs.frozen(kw_only=True)
class Funnel(ResponseModel):
    """How many users reached each step, from the install to the renewals: schema `FunnelDataResponse`.

    Attributes:
        data: The segments.

    Example:
        >>> funnel = Funnel.from_dict({"data": [{"title": "Total", "values": [{"period": -2, "value": 8}]}]})
        >>> row = funnel.rows()[0]
        >>> row["segment"], row["period"], row["value"], row["drop_off"]
        ('Total', -2, 8, None)
    """

    COLUMNS: ClassVar[tuple[str, ...]] = (
        "segment",
        "segment_id",
        "period",
        "step",
        "value",
        "value_relative",
        "relative_changes",
        "drop_off",
        "drop_off_relative",
    )
    """The keys of each row."""

    data: tuple[FunnelSegment, ...] = attrs.field(default=(), metadata=list_of(FunnelSegment.from_dict))

    def rows(self) -> list[Row]:
        """Return one flat dict per segment and step, with the keys `COLUMNS`.

        `step` is the title of the step, `drop_off` the number of users who did not reach the next one. Reasons and
        further values of a step are in `data` only.
        """
        return build_rows(self._rows(), ("value_relative", "relative_changes", "drop_off_relative"), is_money=True)

    def _rows(self) -> Iterator[Row]:
        for segment in self.data:
            for step in segment.values:
                following = step.following_changes or FunnelChange()
                yield {
                    "segment": segment.title,
                    "segment_id": segment.type,
                    "period": step.period,
                    "step": step.title,
                    "value": step.value,
                    "value_relative": step.value_relative,
                    "relative_changes": step.relative_changes,
                    "drop_off": following.value,
                    "drop_off_relative": following.value_relative,
                }


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


@attrs.frozen(kw_only=True)
class Retention(ResponseModel):
    """How many subscribers stayed, per renewal: schema `RetentionDataResponse`.

    Attributes:
        data: The segments with their values, as received; `segments` has them parsed.
        title: The title.
        metric_name: The name.
        description: How the retention is computed.
        value_type: Whether values are absolute or relative, or None.

    Example:
        >>> Retention.from_dict({"data": [{"title": "Total", "type": "total", "values": [{"x": 1, "y": 40}]}]}).rows()
        [{'segment': 'Total', 'segment_id': 'total', 'date': None, 'period': 1, 'value': 40}]
    """

    COLUMNS: ClassVar[tuple[str, ...]] = ("segment", "segment_id", "date", "period", "value")
    """The keys of each row."""

    data: tuple[Any, ...] = attrs.field(default=(), metadata=list_of(json_ready), hash=False, repr=False)
    title: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    metric_name: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    description: str | None = attrs.field(default=None, metadata=scalar(parse_str), repr=False)
    value_type: str | None = attrs.field(default=None, metadata=scalar(parse_str))

    @property
    def segments(self) -> tuple[AnalyticsSegment, ...]:
        """The segments in `data`, with their values."""
        return parse_segments(self.data)

    @property
    def skipped_points(self) -> tuple[Row, ...]:
        """The points that are in no row because their form is unknown, each as `point` with its segment."""
        return tuple(iterate_skipped(self.metric_name, self.segments))

    def rows(self) -> list[Row]:
        """Return one flat dict per segment and period, with the keys `COLUMNS`. A point has a `date` or a `period`."""
        report_skipped("retention", self.skipped_points)
        return build_rows(
            (
                {
                    "segment": segment.title,
                    "segment_id": segment.id,
                    "date": point.date,
                    "period": point.period,
                    "value": point.value,
                }
                for segment in self.segments
                for point in segment.points
            ),
            ["value"],
        )


@attrs.frozen(kw_only=True)
class Placement(ResponseModel):
    """What a placement shows to an audience: an item of schema `PlacementInfoResponse`.

    Attributes:
        developer_id: The ID of the placement.
        placement_name: The name of the placement.
        audience_name: The name of the audience.
        segment_name: The ID of the audience.
        cross_placement_ab_test_name: The name of the A/B test across placements, or None.
        ab_test_name: The name of the A/B test, or None.
        paywall_name: The name of the paywall, for placements of paywalls.
        onboarding_name: The name of the onboarding, for placements of onboardings.
    """

    developer_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    placement_name: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    audience_name: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    segment_name: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    cross_placement_ab_test_name: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    ab_test_name: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    paywall_name: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    onboarding_name: str | None = attrs.field(default=None, metadata=scalar(parse_str))


@attrs.frozen(kw_only=True)
class Placements(ResponseModel):
    """The placements of the app: schema `PlacementInfoResponse`.

    Attributes:
        data: One item per placement, audience and variation.

    Example:
        >>> placements = Placements.from_dict({"data": [{"developer_id": "main", "paywall_name": "Spring"}]})
        >>> placements.rows()[0]["developer_id"], placements.rows()[0]["onboarding_name"]
        ('main', None)
    """

    COLUMNS: ClassVar[tuple[str, ...]] = tuple(
        field.name for field in attrs.fields(Placement) if field.name != "extra_fields"
    )
    """The keys of each row."""

    data: tuple[Placement, ...] = attrs.field(default=(), metadata=list_of(Placement.from_dict))

    def rows(self) -> list[Row]:
        """Return one flat dict per item, with the keys `COLUMNS`."""
        return [{name: getattr(item, name) for name in self.COLUMNS} for item in self.data]
