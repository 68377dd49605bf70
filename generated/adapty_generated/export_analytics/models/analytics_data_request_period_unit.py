# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from typing import Literal

AnalyticsDataRequestPeriodUnit = Literal["day", "month", "quarter", "week", "year"] | str

ANALYTICS_DATA_REQUEST_PERIOD_UNIT_VALUES: frozenset[str] = frozenset(["day", "month", "quarter", "week", "year"])


def check_analytics_data_request_period_unit(value: str) -> AnalyticsDataRequestPeriodUnit:
    """Return any value, because the API may add values."""
    return value
