# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from typing import Literal

FunnelDataRequestShowValueAs = Literal["absolute", "both", "relative"] | str

FUNNEL_DATA_REQUEST_SHOW_VALUE_AS_VALUES: frozenset[str] = frozenset(["absolute", "both", "relative"])


def check_funnel_data_request_show_value_as(value: str) -> FunnelDataRequestShowValueAs:
    """Return any value, because the API may add values."""
    return value
