# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from typing import Literal

LTVDataRequestPeriodType = Literal["days", "renewals"] | str

LTV_DATA_REQUEST_PERIOD_TYPE_VALUES: frozenset[str] = frozenset(["days", "renewals"])


def check_ltv_data_request_period_type(value: str) -> LTVDataRequestPeriodType:
    """Return any value, because the API may add values."""
    return value
