# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from typing import Literal

CohortDataRequestFormat = Literal["csv", "json"] | str

COHORT_DATA_REQUEST_FORMAT_VALUES: frozenset[str] = frozenset(["csv", "json"])


def check_cohort_data_request_format(value: str) -> CohortDataRequestFormat:
    """Return any value, because the API may add values."""
    return value
