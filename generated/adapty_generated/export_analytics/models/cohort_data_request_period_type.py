# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from typing import Literal

CohortDataRequestPeriodType = Literal["days", "renewals"] | str

COHORT_DATA_REQUEST_PERIOD_TYPE_VALUES: frozenset[str] = frozenset(["days", "renewals"])


def check_cohort_data_request_period_type(value: str) -> CohortDataRequestPeriodType:
    """Return any value, because the API may add values."""
    return value
