# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from typing import Literal

OneTimePurchaseEnvironment = Literal["Production", "Sandbox"] | str

ONE_TIME_PURCHASE_ENVIRONMENT_VALUES: frozenset[str] = frozenset(["Production", "Sandbox"])


def check_one_time_purchase_environment(value: str) -> OneTimePurchaseEnvironment:
    """Return any value, because the API may add values."""
    return value
