"""Responses as CSV. The vendor documents the columns of the placements only; the others follow the JSON."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = ["CSV_WRITERS", "PLACEMENT_COLUMNS"]

PLACEMENT_COLUMNS = (
    "developer_id",
    "placement_name",
    "audience_name",
    "segment_name",
    "cross_placement_ab_test_name",
    "ab_test_name",
    "paywall_name",
)
"""The documented columns of the placements of paywalls."""

Row = dict[str, Any]


def _write(columns: Iterable[str], rows: Iterable[Row]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _chart_rows(content: Mapping[str, Any]) -> Iterator[Row]:
    for name, metric in content["data"].items():
        for segment in metric["data"]:
            for point in segment["values"]:
                yield {"metric": name, "segment": segment["title"], "date": point["x"], "value": point["y"]}


def _cohort_rows(content: Mapping[str, Any]) -> Iterator[Row]:
    for cohort in content["data"]:
        for value in cohort["values"]:
            yield {**cohort, **value}


def _funnel_rows(content: Mapping[str, Any]) -> Iterator[Row]:
    for segment in content["data"]:
        for step in segment["values"]:
            yield {"segment": segment["title"], **step}


def _ltv_rows(content: Mapping[str, Any]) -> Iterator[Row]:
    for name, metric in content.items():
        for segment in metric["data"]:
            yield {"metric": name, "segment": segment["title"], **segment}


def _write_cohorts(content: Mapping[str, Any]) -> str:
    rows = list(_cohort_rows(content))
    return _write([name for name in rows[0] if name not in {"values", "predict"}], rows)


CSV_WRITERS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "retrieveAnalyticsData": lambda content: _write(("metric", "segment", "date", "value"), _chart_rows(content)),
    "retrieveCohortData": _write_cohorts,
    "retrieveConversionData": lambda content: _write(("title", "value", "value_from", "value_to"), [dict(content)]),
    "retrieveFunnelData": lambda content: _write(
        ("segment", "period", "title", "value", "value_relative"), _funnel_rows(content)
    ),
    "retrieveLTVData": lambda content: _write(("metric", "segment", "value", "cohort_size"), _ltv_rows(content)),
    "retrieveRetentionData": lambda content: _write(("segment", "period", "value"), content["data"]),
    "retrievePlacementInfo": lambda content: _write(PLACEMENT_COLUMNS, content["data"]),
}
"""operationId to the function that writes a response as CSV."""
