# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from typing import Literal

AnalyticsDataRequestFormat = Literal["csv", "json"] | str

ANALYTICS_DATA_REQUEST_FORMAT_VALUES: frozenset[str] = frozenset(["csv", "json"])


def check_analytics_data_request_format(value: str) -> AnalyticsDataRequestFormat:
    """Return any value, because the API may add values."""
    return value
