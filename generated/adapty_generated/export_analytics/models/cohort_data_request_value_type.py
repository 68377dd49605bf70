# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from typing import Literal

CohortDataRequestValueType = Literal["absolute", "relative"] | str

COHORT_DATA_REQUEST_VALUE_TYPE_VALUES: frozenset[str] = frozenset(["absolute", "relative"])


def check_cohort_data_request_value_type(value: str) -> CohortDataRequestValueType:
    """Return any value, because the API may add values."""
    return value
