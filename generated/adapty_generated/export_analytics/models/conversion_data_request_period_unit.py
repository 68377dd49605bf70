# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from typing import Literal

ConversionDataRequestPeriodUnit = Literal["day", "month", "quarter", "week", "year"] | str

CONVERSION_DATA_REQUEST_PERIOD_UNIT_VALUES: frozenset[str] = frozenset(["day", "month", "quarter", "week", "year"])


def check_conversion_data_request_period_unit(value: str) -> ConversionDataRequestPeriodUnit:
    """Return any value, because the API may add values."""
    return value
