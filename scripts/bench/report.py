"""What is told of the measurements: a table for people, JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import asdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scripts.bench.measure import Measurement, Result
    from scripts.bench.samples import Quantity

__all__ = ["as_json", "as_table", "verdict"]

_HEADINGS = ("", "figure", "by", "measured", "against", "ratio", "spread", "rounds", "bar", "", "by wall")
_TO_THE_RIGHT = {"measured", "against", "ratio", "rounds", "by wall"}


def as_table(measurements: Sequence[Measurement]) -> str:
    """Give a line for each figure, and one for each bar beside that of the ratio."""
    rows = [_HEADINGS, *(row for measurement in measurements for row in _rows(measurement))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if heading in _TO_THE_RIGHT else cell.ljust(width)
            for heading, cell, width in zip(_HEADINGS, row, widths, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def verdict(result: Result) -> str:
    """Say whether the bar is met, in a word or two."""
    if result.bar is None:
        return "for information"
    if result.is_missed:
        return "GROSSLY MISSED" if result.grossly else "MISSED"
    return "met" if result.bar.is_met_by(result.value) else "missed, not grossly"


def as_json(measurements: Sequence[Measurement], machine: Mapping[str, str]) -> dict[str, Any]:
    """Give all that was measured."""
    return {"machine": dict(machine), "figures": [_told(measurement) for measurement in measurements]}


def _rows(measurement: Measurement) -> list[tuple[str, ...]]:
    figure, ratio, wall = measurement.figure, measurement.ratio, measurement.ratio_by_wall
    rows: list[tuple[str, ...]] = [
        (
            str(figure.number),
            figure.title_of(measurement.size),
            figure.quantity.name,
            _with_unit(measurement.alone.value, figure.quantity),
            _with_unit(measurement.other.value, figure.quantity),
            f"{ratio.value:.2f}",
            f"{min(ratio.values):.2f}..{max(ratio.values):.2f}",
            str(len(ratio.values)),
            "" if ratio.bar is None else str(ratio.bar),
            verdict(ratio),
            "" if wall is None else f"{wall.value:.2f}",
        )
    ]
    if measurement.alone.bar is not None:
        bar = f"{measurement.alone.bar} {figure.quantity.unit}"
        rows.append(("", "", "", rows[0][3], "", "", "", "", bar, verdict(measurement.alone), ""))
    return rows


def _with_unit(value: float, quantity: Quantity) -> str:
    """Give a value with three digits that count."""
    digits = 1 if value < 100 else 0  # noqa: PLR2004 - three digits
    return f"{value:,.{digits}f} {quantity.unit}"


def _told(measurement: Measurement) -> dict[str, Any]:
    figure, wall = measurement.figure, measurement.ratio_by_wall
    return {
        "number": figure.number,
        "title": figure.title_of(measurement.size),
        "form": "short" if measurement.short else "full",
        "quantity": figure.quantity.name,
        "unit": figure.quantity.unit,
        "ratio": _summary(measurement.ratio),
        "ratio_by_wall": None if wall is None else _summary(wall),
        "measured": {**_summary(measurement.alone), "rounds": [asdict(each) for each in measurement.measured]},
        "against": {**_summary(measurement.other), "rounds": [asdict(each) for each in measurement.against]},
        "missed": measurement.is_missed,
    }


def _summary(result: Result) -> dict[str, Any]:
    return {
        "median": result.value,
        "least": min(result.values),
        "most": max(result.values),
        "bar": None if result.bar is None else str(result.bar),
        "verdict": verdict(result),
    }
