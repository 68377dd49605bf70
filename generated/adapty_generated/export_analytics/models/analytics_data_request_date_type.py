# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from typing import Literal

AnalyticsDataRequestDateType = Literal["profile_install_date", "purchase_date"] | str

ANALYTICS_DATA_REQUEST_DATE_TYPE_VALUES: frozenset[str] = frozenset(["profile_install_date", "purchase_date"])


def check_analytics_data_request_date_type(value: str) -> AnalyticsDataRequestDateType:
    """Return any value, because the API may add values."""
    return value
