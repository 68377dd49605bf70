"""The endpoints of the Export Analytics API."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

from adapty._generated import openapi_spec
from adapty.sandbox._analytics.csv_format import CSV_WRITERS
from adapty.sandbox._analytics.dataset import load_dataset
from adapty.sandbox._analytics.metrics import build_metrics
from adapty.sandbox._analytics.query import TIME_ZONE, parse_query
from adapty.sandbox._analytics.reports import (
    build_cohorts,
    build_conversion,
    build_funnel,
    build_ltv,
    build_placements,
    build_retention,
)
from adapty.sandbox._analytics.rules import ANALYTICS_RULES
from adapty.sandbox._api_routes import api_routes, load_operations
from adapty.sandbox._responses import csv_success

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from starlette.routing import Route

    from adapty.sandbox._analytics.rate_limit import RequestLimit
    from adapty.sandbox._api_routes import Action, Operation
    from adapty.sandbox._security import Key
    from adapty.sandbox._server_side.model import Context, Params
    from adapty.sandbox._server_side.store import ServerSideStore

__all__ = ["ACTIONS", "analytics_routes"]

_CSV = "text/csv"


def _build_chart(context: Context, params: Params) -> dict[str, Any]:
    query = parse_query(params, context.now)
    return {"data": build_metrics(query, load_dataset(context))}


_BUILDERS: Mapping[str, Callable[[Context, Params], dict[str, Any]]] = {
    "retrieveAnalyticsData": _build_chart,
    "retrieveCohortData": build_cohorts,
    "retrieveConversionData": build_conversion,
    "retrieveFunnelData": build_funnel,
    "retrieveLTVData": build_ltv,
    "retrieveRetentionData": build_retention,
    "retrievePlacementInfo": build_placements,
}


def _act(operation_id: str, context: Context, params: Params) -> Any:
    content = _BUILDERS[operation_id](context, params)
    return csv_success(CSV_WRITERS[operation_id](content)) if _wants_csv(params) else content


def _wants_csv(params: Params) -> bool:
    """Return whether the body requests CSV, or the header `Accept` of an operation without `format`."""
    accepted = params.parameters.get("Accept") or ""
    return params.body.get("format") == "csv" or _CSV in accepted.lower()


ACTIONS: Mapping[str, Action] = {operation_id: partial(_act, operation_id) for operation_id in _BUILDERS}
"""What each operation does and returns, by operationId."""


def analytics_routes(store: ServerSideStore, key: Key, limit: RequestLimit | None) -> Iterator[Route]:
    """Yield the routes of the Export Analytics API; see `api_routes`.

    Args:
        store: The data.
        key: The required key.
        limit: The rate limit, or None for no limit.
    """
    return api_routes(_operations(), ACTIONS, store, key, None if limit is None else limit.admit)


@cache
def _operations() -> tuple[Operation, ...]:
    return tuple(load_operations(_add_documented_inputs(openapi_spec("export_analytics")), ANALYTICS_RULES))


def _add_documented_inputs(document: dict[str, Any]) -> dict[str, Any]:
    """Add what the vendor documents outside its contract: headers, and the number in an example of a conversion."""
    schemas = document["components"]["schemas"]
    schemas["ConversionDataRequest"]["properties"]["from_period"]["oneOf"].append({"type": "integer"})
    for item in document["paths"].values():
        operation = item["post"]
        names = [TIME_ZONE] if operation["operationId"] != "retrievePlacementInfo" else [TIME_ZONE, "Accept"]
        operation["parameters"] = [{"name": name, "in": "header", "schema": {"type": "string"}} for name in names]
    return document
