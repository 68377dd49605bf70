# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from typing import Literal

SubscriptionPurchaseType = Literal["subscription"] | str

SUBSCRIPTION_PURCHASE_TYPE_VALUES: frozenset[str] = frozenset(["subscription"])


def check_subscription_purchase_type(value: str) -> SubscriptionPurchaseType:
    """Return any value, because the API may add values."""
    return value
