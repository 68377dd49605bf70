"""The series of a chart, and the ticks of its axes, for terminals and images alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

__all__ = [
    "COLORS",
    "MAX_SERIES",
    "NO_DATA",
    "Chart",
    "Series",
    "choose_x_ticks",
    "choose_y_ticks",
    "create_chart",
    "format_tick",
]

COLORS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
"""The palette of Okabe and Ito, which color-blind people can distinguish, without its black and yellow."""

MAX_SERIES = len(COLORS)
"""More lines cannot be distinguished."""

NO_DATA = "no data"

_NO_NAME = "-"
_MAX_NUMBER = 1e100
_MIN_SPAN = 1e-9
_GAP = 2
_STEPS = (1, 2, 5, 10)
_SUFFIXES = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K"))


@frozen
class Series:
    """One line of a chart.

    Attributes:
        name: The segment, as the API names it.
        values: The value at each position of the chart; None where there is none.
    """

    name: str
    values: Sequence[float | None]


@frozen
class Chart:
    """One metric over time.

    Attributes:
        positions: The positions on the x axis, ascending: the ordinals of the dates.
        labels: The labels of the positions.
        series: The lines, the largest first; at most MAX_SERIES.
        segments: How many segments the rows have.
    """

    positions: Sequence[int]
    labels: Sequence[str]
    series: Sequence[Series]
    segments: int

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.series

    @property
    def limits(self) -> tuple[float, float]:
        """The lowest and the highest value, with zero between them."""
        values = [value for each in self.series for value in each.values if value is not None]
        return min(0, *values), max(0, *values)

    @property
    def is_whole(self) -> bool:
        """Whether all values are whole numbers, such as numbers of users."""
        return all(value is None or value.is_integer() for each in self.series for value in each.values)


def create_chart(rows: Iterable[Mapping[str, Any]], *, period_unit: str) -> Chart:
    """Return the chart of rows with the keys `date`, `segment`, `segment_id` and `value`, all of one metric.

    It has the largest segments. The others are not added up, because a sum of averages means nothing.
    """
    values: dict[tuple[str, str | None], dict[date, float]] = {}
    for row in rows:
        name, id_ = row["segment"], row["segment_id"]
        segment = values.setdefault((name or id_ or _NO_NAME, id_), {})
        if row["value"] is not None and abs(row["value"]) < _MAX_NUMBER:
            segment[row["date"]] = float(row["value"])
    drawable = {segment: found for segment, found in values.items() if found}
    days = sorted({day for found in drawable.values() for day in found})
    largest = sorted(drawable, key=lambda segment: sum(map(abs, drawable[segment].values())), reverse=True)
    return Chart(
        positions=[day.toordinal() for day in days],
        labels=[_format_period(day, period_unit) for day in days],
        series=[Series(segment[0], [drawable[segment].get(day) for day in days]) for segment in largest[:MAX_SERIES]],
        segments=len(values),
    )


def _format_period(day: date, period_unit: str) -> str:
    match period_unit:
        case "year":
            return f"{day:%Y}"
        case "quarter":
            return f"{day:%Y}-Q{(day.month + 2) // 3}"
        case "month":
            return f"{day:%Y-%m}"
        case _:
            return day.isoformat()


def choose_x_ticks(chart: Chart, width: int) -> tuple[list[int], list[str]]:
    """Return positions with their labels, at equal intervals from the first on, that fit into a width in characters."""
    count = max(1, width // (max(map(len, chart.labels)) + _GAP))
    step = math.ceil(len(chart.positions) / count)
    return list(chart.positions[::step]), list(chart.labels[::step])


def choose_y_ticks(chart: Chart, count: int) -> list[float]:
    """Return about `count` round numbers that enclose the values; whole ones if all values are.

    Example:
        >>> chart = Chart(positions=[1], labels=["2026-01"], series=[Series("Total", [93.5])], segments=1)
        >>> choose_y_ticks(chart, 5)
        [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]
    """
    low, high = chart.limits
    if high - low < _MIN_SPAN:
        high = low + 1
    exact = (high - low) / count
    magnitude = 10.0 ** math.floor(math.log10(exact))
    step = next(factor * magnitude for factor in _STEPS if factor * magnitude >= exact * (1 - _MIN_SPAN))
    if chart.is_whole:
        step = max(1.0, step)
    digits = max(0, -math.floor(math.log10(step)))
    return [round(number * step, digits) for number in range(math.floor(low / step), math.ceil(high / step) + 1)]


def format_tick(value: float) -> str:
    """Return a short number.

    Example:
        >>> format_tick(0.5), format_tick(950), format_tick(12_500), format_tick(-3e6)
        ('0.5', '950', '12.5K', '-3M')
    """
    for limit, suffix in _SUFFIXES:
        if abs(value) >= limit:
            return f"{value / limit:g}{suffix}"
    return f"{value:g}"
