# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from typing import Literal

LTVDataRequestFormat = Literal["csv", "json"] | str

LTV_DATA_REQUEST_FORMAT_VALUES: frozenset[str] = frozenset(["csv", "json"])


def check_ltv_data_request_format(value: str) -> LTVDataRequestFormat:
    """Return any value, because the API may add values."""
    return value
