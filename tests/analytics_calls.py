"""Calls and responses of each operation of the Export Analytics API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from adapty._generated import openapi_spec

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

__all__ = [
    "CALLS",
    "CONTRACT",
    "FILTERS",
    "FULL",
    "PATHS",
    "POINTS",
    "RANGE",
    "Chunks",
    "example",
    "schema_of",
]

CONTRACT = openapi_spec("export_analytics")

RANGE: Mapping[str, Any] = {"date_from": "2026-01-01", "date_to": "2026-06-30"}

CALLS: Mapping[str, Callable[..., Any]] = {
    "retrieveAnalyticsData": lambda client, **more: client.analytics.chart("revenue", **RANGE, **more),
    "retrieveCohortData": lambda client, **more: client.analytics.cohorts(**RANGE, **more),
    "retrieveConversionData": lambda client, **more: client.analytics.conversion(
        **RANGE, from_period=None, to_period="6+", **more
    ),
    "retrieveFunnelData": lambda client, **more: client.analytics.funnel(**RANGE, **more),
    "retrieveLTVData": lambda client, **more: client.analytics.ltv(**RANGE, **more),
    "retrieveRetentionData": lambda client, **more: client.analytics.retention(**RANGE, **more),
    "retrievePlacementInfo": lambda client, **more: client.analytics.placements("paywall", **more),
}
"""Operation to a call with the minimum of arguments; the async client's is to be awaited."""

PATHS = {operation["operationId"]: path for path, item in CONTRACT["paths"].items() for operation in item.values()}

FILTERS: Mapping[str, Any] = {
    "compare_from": "2025-01-01",
    "compare_to": "2025-06-30",
    "store": "app_store",
    "country": ["us", "DE", "US"],
    "store_product_id": ("monthly", "yearly"),
    "duration": ["Weekly", "2 months"],
    "attribution_source": "apple_search_ads",
    "attribution_status": "non-organic",
    "attribution_channel": "social",
    "attribution_campaign": "spring",
    "attribution_adgroup": "a",
    "attribution_adset": "b",
    "attribution_creative": "c",
    "offer_category": ["no_offer", "win_back"],
    "offer_type": "free_trial",
    "offer_id": "offer_1",
}

_PERIODS = {"period_unit": "week", "date_type": "profile_install_date"}

FULL: Mapping[str, Mapping[str, Any]] = {
    "retrieveAnalyticsData": {**FILTERS, **_PERIODS, "segmentation": "country", "format": "json"},
    "retrieveCohortData": {
        **FILTERS,
        "period_unit": "quarter",
        "period_type": "days",
        "value_type": "relative",
        "value_field": "arpas",
        "accounting_type": "proceeds",
        "renewal_days": [0, 7],
        "prediction_months": 24,
        "format": "json",
    },
    "retrieveConversionData": {**FILTERS, **_PERIODS, "segmentation": "default", "format": "json"},
    "retrieveFunnelData": {
        **FILTERS,
        "period_unit": "day",
        "show_value_as": "both",
        "segmentation": "app_id",
        "format": "json",
    },
    "retrieveLTVData": {
        **FILTERS,
        "period_unit": "year",
        "period_type": "renewals",
        "segmentation": "audience",
        "format": "json",
    },
    "retrieveRetentionData": {
        **FILTERS,
        "period_unit": "month",
        "use_trial": True,
        "segmentation": "period",
        "format": "json",
    },
    "retrievePlacementInfo": {},
}
"""Every argument of each operation besides those of `CALLS`."""

POINTS: Mapping[str, Any] = {
    "data": {
        name: {
            "data": [
                {
                    "title": "United States",
                    "type": "us",
                    "value": 1380.73,
                    "values": [
                        {"x": "2026-08-05T00:00:00.000000+0300", "y": 1380.73},
                        {"x": "2026-08-06T00:00:00.000000+0300", "y": 0},
                    ],
                },
                {"title": "Germany", "type": "de", "value": 3, "values": [{"x": "2026-08-05", "y": 3}]},
            ],
            "value": 1383.73,
            "unit": "USD",
        }
        for name in ("revenue", "proceeds")
    }
}
"""A chart in the form that has been observed."""


def example(operation: str) -> Any:
    """Return the documented success of an operation."""
    content = CONTRACT["paths"][PATHS[operation]]["post"]["responses"]["200"]["content"]["application/json"]
    return next(iter(content["examples"].values()))["value"]


def schema_of(operation: str) -> dict[str, Any]:
    """Return the schema of an operation's body, with all referenced schemas."""
    body = CONTRACT["paths"][PATHS[operation]]["post"]["requestBody"]["content"]["application/json"]["schema"]
    return {**body, "components": CONTRACT["components"]}


class Chunks(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A response body that arrives in parts, and may break.

    Args:
        parts: Creates the parts.
        error: Raised behind the last part, if any.
    """

    def __init__(self, parts: Callable[[], Iterator[bytes]], error: Exception | None = None) -> None:
        self._parts = parts
        self._error = error

    def __iter__(self) -> Iterator[bytes]:
        yield from self._parts()
        if self._error:
            raise self._error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self:
            yield part
