"""Rows of a chart for the tests."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from adapty._cli.charts.series import Chart, create_chart

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["make_chart", "make_rows"]


def make_rows(segments: Mapping[str, Sequence[float | None]]) -> list[dict[str, Any]]:
    """Return a row for each value, in successive months from 2025-01 on."""
    return [
        {
            "date": date(2025 + month // 12, month % 12 + 1, 1),
            "metric": "revenue",
            "segment": segment,
            "segment_id": segment.lower(),
            "value": value,
        }
        for segment, values in segments.items()
        for month, value in enumerate(values)
    ]


def make_chart(segments: Mapping[str, Sequence[float | None]]) -> Chart:
    """Return a chart of months."""
    return create_chart(make_rows(segments), period_unit="month")
