# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from typing import Literal

AnalyticsDataRequestChartId = (
    Literal[
        "arppu",
        "arpu",
        "arr",
        "billing_issue",
        "grace_period",
        "installs",
        "mrr",
        "non_subscriptions",
        "refund_events",
        "refund_money",
        "revenue",
        "subscriptions_active",
        "subscriptions_expired",
        "subscriptions_new",
        "subscriptions_renewal_cancelled",
        "trials_active",
        "trials_expired",
        "trials_new",
        "trials_renewal_cancelled",
    ]
    | str
)

ANALYTICS_DATA_REQUEST_CHART_ID_VALUES: frozenset[str] = frozenset(
    [
        "arppu",
        "arpu",
        "arr",
        "billing_issue",
        "grace_period",
        "installs",
        "mrr",
        "non_subscriptions",
        "refund_events",
        "refund_money",
        "revenue",
        "subscriptions_active",
        "subscriptions_expired",
        "subscriptions_new",
        "subscriptions_renewal_cancelled",
        "trials_active",
        "trials_expired",
        "trials_new",
        "trials_renewal_cancelled",
    ]
)


def check_analytics_data_request_chart_id(value: str) -> AnalyticsDataRequestChartId:
    """Return any value, because the API may add values."""
    return value
