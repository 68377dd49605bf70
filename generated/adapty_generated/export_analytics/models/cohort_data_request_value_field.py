# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from typing import Literal

CohortDataRequestValueField = Literal["arpas", "arppu", "arpu", "revenue", "subscribers", "subscriptions"] | str

COHORT_DATA_REQUEST_VALUE_FIELD_VALUES: frozenset[str] = frozenset(
    ["arpas", "arppu", "arpu", "revenue", "subscribers", "subscriptions"]
)


def check_cohort_data_request_value_field(value: str) -> CohortDataRequestValueField:
    """Return any value, because the API may add values."""
    return value
