# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from typing import Literal

RetentionDataRequestFormat = Literal["csv", "json"] | str

RETENTION_DATA_REQUEST_FORMAT_VALUES: frozenset[str] = frozenset(["csv", "json"])


def check_retention_data_request_format(value: str) -> RetentionDataRequestFormat:
    """Return any value, because the API may add values."""
    return value
