"""The report of the measurements: a table and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import asdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scripts.bench.measure import Measurement, Result
    from scripts.bench.samples import Metric

__all__ = ["describe_verdict", "format_table", "to_json"]

_HEADINGS = ("", "benchmark", "by", "subject", "baseline", "ratio", "range", "samples", "threshold", "", "by wall")
_RIGHT_ALIGNED = {"subject", "baseline", "ratio", "samples", "by wall"}


def format_table(measurements: Sequence[Measurement]) -> str:
    """Return a line for each benchmark, and a line for each ceiling."""
    rows = [_HEADINGS, *(row for measurement in measurements for row in _rows(measurement))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if heading in _RIGHT_ALIGNED else cell.ljust(width)
            for heading, cell, width in zip(_HEADINGS, row, widths, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def describe_verdict(result: Result) -> str:
    """Return whether the threshold is met, in a word or two."""
    if result.threshold is None:
        return "for information"
    if result.is_missed:
        return "GROSS REGRESSION" if result.short else "MISSED"
    return "met" if result.threshold.is_met_by(result.median) else "missed, not grossly"


def to_json(measurements: Sequence[Measurement], machine: Mapping[str, str]) -> dict[str, Any]:
    """Return all samples and results."""
    return {"machine": dict(machine), "benchmarks": [_to_json(measurement) for measurement in measurements]}


def _rows(measurement: Measurement) -> list[tuple[str, ...]]:
    benchmark, ratio, wall = measurement.benchmark, measurement.ratio, measurement.wall_ratio
    subject = measurement.subject_value
    rows: list[tuple[str, ...]] = [
        (
            str(benchmark.number),
            measurement.title,
            benchmark.metric.name,
            _with_unit(subject.median, benchmark.metric),
            _with_unit(measurement.baseline_value.median, benchmark.metric),
            f"{ratio.median:.2f}",
            f"{min(ratio.values):.2f}..{max(ratio.values):.2f}",
            str(len(ratio.values)),
            "" if ratio.threshold is None else str(ratio.threshold),
            describe_verdict(ratio),
            "" if wall is None else f"{wall.median:.2f}",
        )
    ]
    if subject.threshold is not None:
        threshold = f"{subject.threshold} {benchmark.metric.unit}"
        rows.append(("", "", "", rows[0][3], "", "", "", "", threshold, describe_verdict(subject), ""))
    return rows


def _with_unit(value: float, metric: Metric) -> str:
    """Format a value with about three significant digits."""
    digits = 1 if value < 100 else 0  # noqa: PLR2004 - three digits
    return f"{value:,.{digits}f} {metric.unit}"


def _to_json(measurement: Measurement) -> dict[str, Any]:
    benchmark, wall = measurement.benchmark, measurement.wall_ratio
    return {
        "number": benchmark.number,
        "title": measurement.title,
        "form": "short" if measurement.short else "full",
        "metric": benchmark.metric.name,
        "unit": benchmark.metric.unit,
        "ratio": _summarize(measurement.ratio),
        "wall_ratio": None if wall is None else _summarize(wall),
        "subject": {**_summarize(measurement.subject_value), "samples": list(map(asdict, measurement.subject))},
        "baseline": {**_summarize(measurement.baseline_value), "samples": list(map(asdict, measurement.baseline))},
        "missed": measurement.is_missed,
    }


def _summarize(result: Result) -> dict[str, Any]:
    return {
        "median": result.median,
        "min": min(result.values),
        "max": max(result.values),
        "threshold": None if result.threshold is None else str(result.threshold),
        "verdict": describe_verdict(result),
    }
