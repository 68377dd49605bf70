# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from typing import Literal

CohortDataRequestPredictionMonths = Literal[3, 6, 9, 12, 18, 24] | int

COHORT_DATA_REQUEST_PREDICTION_MONTHS_VALUES: frozenset[int] = frozenset([3, 6, 9, 12, 18, 24])


def check_cohort_data_request_prediction_months(value: int) -> CohortDataRequestPredictionMonths:
    """Return any value, because the API may add values."""
    return value
