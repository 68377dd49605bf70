"""Funnels and retention of the Export Analytics API: schemas `FunnelDataResponse` and `RetentionDataResponse`."""

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

__all__ = ["Funnel", "FunnelChange", "FunnelSegment", "FunnelStep", "Retention"]


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
