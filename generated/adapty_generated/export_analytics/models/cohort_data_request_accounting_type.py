# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from typing import Literal

CohortDataRequestAccountingType = Literal["net_revenue", "proceeds", "revenue"] | str

COHORT_DATA_REQUEST_ACCOUNTING_TYPE_VALUES: frozenset[str] = frozenset(["net_revenue", "proceeds", "revenue"])


def check_cohort_data_request_accounting_type(value: str) -> CohortDataRequestAccountingType:
    """Return any value, because the API may add values."""
    return value
