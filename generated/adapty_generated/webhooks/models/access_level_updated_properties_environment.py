# Generated from openapi/webhooks.yaml by `make generate`; do not edit.

from typing import Literal

AccessLevelUpdatedPropertiesEnvironment = Literal["Production", "Sandbox"] | str

ACCESS_LEVEL_UPDATED_PROPERTIES_ENVIRONMENT_VALUES: frozenset[str] = frozenset(["Production", "Sandbox"])


def check_access_level_updated_properties_environment(value: str) -> AccessLevelUpdatedPropertiesEnvironment:
    """Return any value, because the API may add values."""
    return value
