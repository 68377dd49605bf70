# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from typing import Literal

OneTimePurchasePurchaseType = Literal["one_time_purchase"] | str

ONE_TIME_PURCHASE_PURCHASE_TYPE_VALUES: frozenset[str] = frozenset(["one_time_purchase"])


def check_one_time_purchase_purchase_type(value: str) -> OneTimePurchasePurchaseType:
    """Return any value, because the API may add values."""
    return value
