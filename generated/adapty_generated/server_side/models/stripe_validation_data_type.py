# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from typing import Literal

StripeValidationDataType = Literal["stripe_receipt_validation_result"] | str

STRIPE_VALIDATION_DATA_TYPE_VALUES: frozenset[str] = frozenset(["stripe_receipt_validation_result"])


def check_stripe_validation_data_type(value: str) -> StripeValidationDataType:
    """Return any value, because the API may add values."""
    return value
