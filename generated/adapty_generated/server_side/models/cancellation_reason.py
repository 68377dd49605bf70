# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from typing import Literal

CancellationReason = (
    Literal[
        "adapty_revoked",
        "billing_error",
        "cancelled_by_developer",
        "new_subscription_replace",
        "price_increase",
        "product_was_not_available",
        "refund",
        "unknown",
        "upgraded",
        "voluntarily_cancelled",
    ]
    | str
)

CANCELLATION_REASON_VALUES: frozenset[str] = frozenset(
    [
        "adapty_revoked",
        "billing_error",
        "cancelled_by_developer",
        "new_subscription_replace",
        "price_increase",
        "product_was_not_available",
        "refund",
        "unknown",
        "upgraded",
        "voluntarily_cancelled",
    ]
)


def check_cancellation_reason(value: str) -> CancellationReason:
    """Return any value, because the API may add values."""
    return value
