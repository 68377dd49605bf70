# Generated from openapi/webhooks.yaml by `make generate`; do not edit.

from typing import Literal

PurchaseEventPropertiesEnvironment = Literal["Production", "Sandbox"] | str

PURCHASE_EVENT_PROPERTIES_ENVIRONMENT_VALUES: frozenset[str] = frozenset(["Production", "Sandbox"])


def check_purchase_event_properties_environment(value: str) -> PurchaseEventPropertiesEnvironment:
    """Return any value, because the API may add values."""
    return value
