"""The operations beside charts: the documented shapes with zeros, and the placements of paywalls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapty.sandbox._analytics.query import DEFAULT_UNIT, parse_ranges, parse_time_zone
from adapty.sandbox._web.placements import list_variations

if TYPE_CHECKING:
    from adapty.sandbox._server_side.model import Context, Params
    from adapty.sandbox._web.placements import Variation

__all__ = [
    "build_cohorts",
    "build_conversion",
    "build_funnel",
    "build_ltv",
    "build_placements",
    "build_retention",
]

_DESCRIPTION = "Always 0: the sandbox does not compute it."
_ACCOUNTS = ("revenue", "proceeds", "net_revenue")
_AVERAGES = ("anrpas", "appas", "arpas", "anrppu", "apppu", "arppu", "anrpu", "appu", "arpu")
_COHORT_COUNTS = ("installs", "subscriptions", "subscribers")
_COHORT_RELATIVES = (*_ACCOUNTS, "subscriptions", "subscribers")
_STEPS = {-2: "Install", -1: "Paywall displayed"}


def build_cohorts(_: Context, params: Params) -> dict[str, Any]:
    """Return the total and a cohort for each period, with one period of values."""
    dates, zone = parse_ranges(params)[0], parse_time_zone(params)
    starts = [start[:10] for start in dates.periods(params.body.get("period_unit", DEFAULT_UNIT), zone).starts]
    cohorts = [("total", "Total", dates.first.isoformat()), *(("single", start, start) for start in starts)]
    return {"data": [_build_cohort(*cohort) for cohort in cohorts]}


def _build_cohort(kind: str, title: str, start: str) -> dict[str, Any]:
    return {
        "segment_start_date": start,
        "type": kind,
        "title": title,
        "total_installs": 0,
        "total_subscriptions": 0,
        "total_paid_subscribers": 0,
        **{f"total_{name}_usd": 0.0 for name in (*_ACCOUNTS, *_AVERAGES)},
        "predict": None,
        "values": [
            {
                "period": 1,
                **dict.fromkeys(_COHORT_COUNTS, 0),
                **{f"{name}_usd": 0.0 for name in (*_ACCOUNTS, *_AVERAGES)},
                **{f"{name}_relative": 0.0 for name in _COHORT_RELATIVES},
                "currently_active_period": False,
            }
        ],
    }


def build_conversion(_: Context, params: Params) -> dict[str, Any]:
    """Return a conversion of 0 users, without segments."""
    dates, compared = parse_ranges(params)
    parse_time_zone(params)
    start, end = params.body["from_period"], params.body["to_period"]
    return {
        "data": [],
        "value": 0.0,
        "value_from": 0,
        "value_to": 0,
        "compare_value_from": None if compared is None else 0,
        "compare_value_to": None if compared is None else 0,
        "title": f"Conversion from {'install' if start is None else start} to {end}",
        "type": "single" if params.body.get("segmentation") is None else "multi",
        "default_aggregation": "sum",
        "description": _DESCRIPTION,
        "metric_name": "conversion",
        "is_json": True,
        "unit": "percent",
        "recommended_period": {
            "date_from": dates.first.isoformat(),
            "date_to": dates.last.isoformat(),
            "period_unit": params.body.get("period_unit", DEFAULT_UNIT),
        },
    }


def build_funnel(_: Context, params: Params) -> dict[str, Any]:
    """Return the documented steps without users."""
    _check(params)
    drop_off = {"title": "Drop off", "value": 0, "value_relative": 0.0}
    steps = [
        {
            "period": period,
            "title": title,
            "value": 0,
            "value_relative": 0.0,
            "relative_changes": 0.0,
            "following_changes": drop_off,
            "churn_reason_title": "",
            "churn_reasons": [],
            "values": [],
        }
        for period, title in _STEPS.items()
    ]
    return {"data": [{"title": "Total", "type": "total", "values": steps}]}


def build_ltv(_: Context, params: Params) -> dict[str, Any]:
    """Return the three kinds of money, each with an empty total."""
    _check(params)
    total = {"title": "Total", "type": "total", "value": 0.0, "values": [], "cohort_size": 0}
    metric = {"data": [total], "description": _DESCRIPTION, "value": 0.0, "unit": "USD", "title": "LTV"}
    return dict.fromkeys(_ACCOUNTS, metric)


def build_retention(_: Context, params: Params) -> dict[str, Any]:
    """Return a retention without segments."""
    _check(params)
    name = "Subscription retention"
    return {"data": [], "title": name, "metric_name": name, "description": _DESCRIPTION, "value_type": None}


def _check(params: Params) -> None:
    """Raise `ApiError` if the time zone or a range is invalid."""
    parse_time_zone(params)
    parse_ranges(params)


def build_placements(context: Context, params: Params) -> dict[str, Any]:
    """Return the placements of paywalls, with a row for each variation. The sandbox has no onboardings."""
    is_for_paywalls = params.body["filters"]["placement_type"] == "paywall"
    return {"data": [_build_placement(one) for one in list_variations(context)] if is_for_paywalls else []}


def _build_placement(variation: Variation) -> dict[str, Any]:
    return {
        "developer_id": variation.placement_id,
        "placement_name": f"Placement {variation.placement_id}",
        "audience_name": "All users",
        "segment_name": "all_users",
        "cross_placement_ab_test_name": None,
        "ab_test_name": variation.ab_test_name,
        "paywall_name": variation.paywall["title"],
    }
