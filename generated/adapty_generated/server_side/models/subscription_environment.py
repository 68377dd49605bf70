# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from typing import Literal

SubscriptionEnvironment = Literal["Production", "Sandbox"] | str

SUBSCRIPTION_ENVIRONMENT_VALUES: frozenset[str] = frozenset(["Production", "Sandbox"])


def check_subscription_environment(value: str) -> SubscriptionEnvironment:
    """Take any value: the API may know more of them than this release."""
    return value
