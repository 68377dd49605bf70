# Generated from openapi/mail.yaml by `make generate`; do not edit.

from typing import Literal

TransactionEventType = (
    Literal[
        "billing_issue_detected",
        "entered_grace_period",
        "non_subscription_purchase",
        "non_subscription_purchase_refunded",
        "subscription_expired",
        "subscription_refunded",
        "subscription_renewal_cancelled",
        "subscription_renewal_reactivated",
        "subscription_renewed",
        "subscription_started",
    ]
    | str
)

TRANSACTION_EVENT_TYPE_VALUES: frozenset[str] = frozenset(
    [
        "billing_issue_detected",
        "entered_grace_period",
        "non_subscription_purchase",
        "non_subscription_purchase_refunded",
        "subscription_expired",
        "subscription_refunded",
        "subscription_renewal_cancelled",
        "subscription_renewal_reactivated",
        "subscription_renewed",
        "subscription_started",
    ]
)


def check_transaction_event_type(value: str) -> TransactionEventType:
    """Return any value, because the API may add values."""
    return value
