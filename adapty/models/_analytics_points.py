"""Read the points of metrics, whose form the vendor does not document, and make rows of them.

Observed are segments, `{title, type, value, values: [{x, y}]}`, and points without a segment, `{date, value}`.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import attrs

from adapty._core.lazy import lazy_pattern
from adapty._core.redaction import SafeRepr
from adapty.models._response import parse_decimal

__all__ = [
    "AnalyticsPoint",
    "AnalyticsSegment",
    "Row",
    "build_rows",
    "iterate_skipped",
    "parse_day",
    "parse_segments",
    "report_skipped",
]

Row = dict[str, Any]
"""A flat dict: text, numbers, bools, dates and None under the names of columns."""

TOTAL_TITLE = "Total"
TOTAL_ID = "total"

logger = logging.getLogger("adapty.client")

_X_NAMES = ("x", "date", "period")
_Y_NAMES = ("y", "value")

# The time after the day is in the time zone of the response, so the day must not be converted.
_DAY = lazy_pattern(r"([0-9]{4}-[0-9]{2}-[0-9]{2})([Tt ].*)?", re.ASCII)


@attrs.frozen
class AnalyticsPoint(SafeRepr):
    """One value of a segment.

    Attributes:
        date: The first day of the period, in the time zone of the request; None if the point has no date.
        period: What the point has instead of a date, such as the number of a renewal; None if it has a date.
        value: The value, or None if there is none.
    """

    date: dt.date | None
    period: int | str | None
    value: Decimal | None


@attrs.frozen
class AnalyticsSegment(SafeRepr):
    """The values of one segment of a metric.

    Attributes:
        title: The title, such as `United States`. `Total` for points without a segment.
        id: The ID, such as `us` (countries are in lower case here) or `total`.
        value: The total of the segment, or None.
        points: The values.
        skipped_points: Points whose form this release does not know, unchanged.
    """

    title: str | None
    id: str | None
    value: Decimal | None = None
    points: tuple[AnalyticsPoint, ...] = ()
    skipped_points: tuple[Any, ...] = attrs.field(default=(), hash=False)


def parse_segments(data: Iterable[Any], *, needs_date: bool = False) -> tuple[AnalyticsSegment, ...]:
    """Parse the segments in `data`; points without a segment become the segment `Total`, at the end.

    Args:
        data: The items, as received.
        needs_date: Whether a point without a date counts as one of unknown form.
    """
    segments = []
    loose = []
    for item in data:
        if isinstance(item, Mapping) and _is_segment(item):
            points, skipped = _parse_points(_as_list(item.get("values")), needs_date=needs_date)
            title, id_ = (_text(item.get(name)) for name in ("title", "type"))
            segments.append(AnalyticsSegment(title, id_, _number(item.get("value")), points, skipped))
        else:
            loose.append(item)
    if loose:
        points, skipped = _parse_points(loose, needs_date=needs_date)
        segments.append(AnalyticsSegment(TOTAL_TITLE, TOTAL_ID, None, points, skipped))
    return tuple(segments)


def _is_segment(item: Mapping[str, Any]) -> bool:
    is_point = any(name in item for name in _X_NAMES)
    return "values" in item or (not is_point and ("title" in item or "type" in item))


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _parse_points(items: Iterable[Any], *, needs_date: bool) -> tuple[tuple[AnalyticsPoint, ...], tuple[Any, ...]]:
    """Split items into points, and those that are not points, unchanged."""
    points: list[AnalyticsPoint] = []
    skipped: list[Any] = []
    for item in items:
        point = _parse_point(item)
        if point is None or (needs_date and point.date is None):
            skipped.append(item)
        else:
            points.append(point)
    return tuple(points), tuple(skipped)


def _parse_point(item: Any) -> AnalyticsPoint | None:
    if not isinstance(item, Mapping):
        return None
    x = next((item[name] for name in _X_NAMES if name in item), None)
    y_name = next((name for name in _Y_NAMES if name in item), None)
    if y_name is None or isinstance(x, bool) or not isinstance(x, int | str):
        return None
    value = _number(item[y_name])
    if value is None and item[y_name] is not None:
        return None
    date = parse_day(x)
    return AnalyticsPoint(date, x if date is None else None, value)


def parse_day(value: Any) -> dt.date | None:
    """Return the day at the start of a text, or None. A time behind it is not converted.

    Example:
        >>> parse_day("2026-08-05T00:00:00.000000+0300")
        datetime.date(2026, 8, 5)
    """
    match = _DAY.fullmatch(value) if isinstance(value, str) else None
    try:
        return dt.date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def _number(value: Any) -> Decimal | None:
    try:
        return parse_decimal(value)
    except (TypeError, ValueError, ArithmeticError):
        return None


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    return str(value) if type(value) is int else None


def build_rows(rows: Iterable[Row], numbers: Iterable[str], *, is_money: bool = False) -> list[Row]:
    """Return rows whose columns of numbers have one type each: int if all values are whole, float otherwise.

    Libraries infer the type of a column from its first rows.

    Args:
        rows: The rows, with Decimal numbers.
        numbers: The columns of numbers.
        is_money: Whether all numbers are floats, also where all are whole.
    """
    built = list(rows)
    for name in numbers:
        values = [row[name] for row in built if row[name] is not None]
        as_float = is_money or any(value != int(value) for value in values)
        for row in built:
            if row[name] is not None:
                row[name] = float(row[name]) if as_float else int(row[name])
    return built


def report_skipped(what: str, skipped: Iterable[Any]) -> None:
    """Log a warning if points are missing in rows because their form is unknown."""
    if count := len(tuple(skipped)):
        logger.warning("%s: %d points have an unknown form and are not in the rows; see skipped_points", what, count)


def iterate_skipped(metric: str | None, segments: Iterable[AnalyticsSegment]) -> Iterator[Row]:
    """Yield the skipped points of segments, with the names of metric and segment."""
    for segment in segments:
        for point in segment.skipped_points:
            yield {"metric": metric, "segment": segment.title, "segment_id": segment.id, "point": point}
