# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from typing import Literal

ConversionDataRequestDateType = Literal["profile_install_date", "purchase_date"] | str

CONVERSION_DATA_REQUEST_DATE_TYPE_VALUES: frozenset[str] = frozenset(["profile_install_date", "purchase_date"])


def check_conversion_data_request_date_type(value: str) -> ConversionDataRequestDateType:
    """Return any value, because the API may add values."""
    return value
