# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from typing import Literal

StripeValidationDataType = Literal["stripe_receipt_validation_result"] | str

STRIPE_VALIDATION_DATA_TYPE_VALUES: frozenset[str] = frozenset(["stripe_receipt_validation_result"])


def check_stripe_validation_data_type(value: str) -> StripeValidationDataType:
    """Take any value: the API may know more of them than this release."""
    return value
