# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from typing import Literal

FunnelDataRequestFormat = Literal["csv", "json"] | str

FUNNEL_DATA_REQUEST_FORMAT_VALUES: frozenset[str] = frozenset(["csv", "json"])


def check_funnel_data_request_format(value: str) -> FunnelDataRequestFormat:
    """Return any value, because the API may add values."""
    return value
