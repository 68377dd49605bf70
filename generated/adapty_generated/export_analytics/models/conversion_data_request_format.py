# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from typing import Literal

ConversionDataRequestFormat = Literal["csv", "json"] | str

CONVERSION_DATA_REQUEST_FORMAT_VALUES: frozenset[str] = frozenset(["csv", "json"])


def check_conversion_data_request_format(value: str) -> ConversionDataRequestFormat:
    """Return any value, because the API may add values."""
    return value
