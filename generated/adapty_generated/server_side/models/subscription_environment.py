# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from typing import Literal

SubscriptionEnvironment = Literal["Production", "Sandbox"] | str

SUBSCRIPTION_ENVIRONMENT_VALUES: frozenset[str] = frozenset(["Production", "Sandbox"])


def check_subscription_environment(value: str) -> SubscriptionEnvironment:
    """Return any value, because the API may add values."""
    return value
