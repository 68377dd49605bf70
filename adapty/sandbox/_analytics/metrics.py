"""From a query to the metrics of a chart, in the shape that is observed in Adapty's responses."""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from attrs import frozen

from adapty.sandbox._analytics.charts import STORE_FEE
from adapty.sandbox._analytics.dimensions import FILTERS, segment_type

if TYPE_CHECKING:
    from adapty.sandbox._analytics.dataset import Dataset, Entry
    from adapty.sandbox._analytics.periods import DateRange, Periods
    from adapty.sandbox._analytics.query import Query

__all__ = ["build_metrics", "to_number"]

_Segment = tuple[str, str]
"""Title and type."""

_Values = list[Fraction]
"""A value for each period."""

_TOTAL: _Segment = ("Total", "total")
_MAX_FLOAT = Fraction(sys.float_info.max)


def build_metrics(query: Query, data: Dataset) -> dict[str, Any]:
    """Return the metrics of a chart by name, as the contract's `AnalyticsDataResponse` contains them."""
    entries = [one for one in query.chart.list_entries(data) if query.accepts(one.dimensions)]
    result = _Result.from_entries(entries, query)
    if not query.chart.has_proceeds:
        return {"common": result.to_metric(query, Fraction(1))}
    after_fee = 1 - STORE_FEE
    shares = {"revenue": Fraction(1), "proceeds": after_fee, "net_revenue": after_fee}
    return {name: result.to_metric(query, share) for name, share in shares.items()}


@frozen(kw_only=True)
class _Result:
    """The values of a chart.

    Attributes:
        starts: The start of each period.
        segments: Title and type of each segment, with its values.
        total: The values of all segments together.
        compared: The values of the compared range, or None.
    """

    starts: Sequence[str]
    segments: Mapping[_Segment, _Values]
    total: _Values
    compared: _Values | None

    @classmethod
    def from_entries(cls, entries: list[Entry], query: Query) -> _Result:
        # The others need data that the sandbox does not have, and have one segment.
        field = query.segmentation if query.segmentation in FILTERS else None
        segments = _count(entries, query, query.dates, field)
        compared = None if query.compared is None else _count(entries, query, query.compared)[_TOTAL]
        total = segments[_TOTAL]
        if field is not None:
            del segments[_TOTAL]
        return cls(
            starts=query.dates.periods(query.unit, query.zone).starts,
            segments=dict(sorted(segments.items())),
            total=total,
            compared=compared,
        )

    def to_metric(self, query: Query, share: Fraction) -> dict[str, Any]:
        chart = query.chart

        def number(amount: Fraction) -> float:
            return to_number(amount * share, is_money=chart.is_money)

        def summarize(values: _Values) -> float:
            return number(values[-1] if chart.is_active else sum(values, Fraction()))

        return {
            "data": [
                {
                    "title": title,
                    "type": kind,
                    "value": summarize(values),
                    "values": [{"x": x, "y": number(value)} for x, value in zip(self.starts, values, strict=True)],
                }
                for (title, kind), values in self.segments.items()
            ],
            "value": summarize(self.total),
            "value_from": number(self.total[0]),
            "value_to": number(self.total[-1]),
            "compare_value_from": None if self.compared is None else number(self.compared[0]),
            "compare_value_to": None if self.compared is None else number(self.compared[-1]),
            "title": chart.title,
            "type": "single" if query.segmentation is None else "multi",
            "default_aggregation": "last" if chart.is_active else "sum",
            "description": f"<div>{chart.definition}</div>",
            "metric_name": chart.title,
            "is_json": True,
            **({"unit": "USD"} if chart.is_money else {}),
            "recommended_period": None,
        }


def _count(
    entries: Iterable[Entry], query: Query, dates: DateRange, field: str | None = None
) -> dict[_Segment, _Values]:
    """Return the value of each period of a range: of all entries as `_TOTAL`, and by the values of a field."""
    periods = dates.periods(query.unit, query.zone)
    ends = periods.ends(query.now)
    # By how much the value changes from the period before, which is exact with fractions, and fast for long ranges.
    changes = {_TOTAL: [Fraction()] * (len(ends) + 1)}
    for one in entries:
        counted = _find_periods(one, query, periods, ends)
        if not counted:
            continue
        segments = [_TOTAL]
        if field is not None:
            segments.append((one.dimensions[field], segment_type(field, one.dimensions[field])))
        for segment in segments:
            of_segment = changes.setdefault(segment, [Fraction()] * (len(ends) + 1))
            of_segment[counted.start] += one.amount
            of_segment[counted.stop] -= one.amount
    return {segment: list(accumulate(of_segment[:-1])) for segment, of_segment in changes.items()}


def _find_periods(entry: Entry, query: Query, periods: Periods, ends: list[int]) -> range:
    """Return the indexes of the periods in which an entry counts."""
    placed = periods.find(entry.installed_at if query.is_by_install else entry.at)
    if not query.chart.is_active:
        return range(0) if placed is None else range(placed, placed + 1)
    if query.is_by_install and placed is None:
        return range(0)
    # Active at each end from its start on, up to its own end.
    return range(bisect_left(ends, entry.at), bisect_left(ends, entry.until))


def to_number(amount: Fraction, *, is_money: bool) -> float:
    """Return an amount as the nearest float, or a count as an integer. An amount beyond a double becomes the largest.

    Example:
        >>> to_number(Fraction("19.98"), is_money=True), to_number(Fraction(2), is_money=False)
        (19.98, 2)
    """
    return float(min(max(amount, -_MAX_FLOAT), _MAX_FLOAT)) if is_money else int(amount)
