# Generated from openapi/webhooks.yaml by `make generate`; do not edit.

from typing import Literal

AttributionStatus = Literal["non_organic", "organic", "unknown"] | str

ATTRIBUTION_STATUS_VALUES: frozenset[str] = frozenset(["non_organic", "organic", "unknown"])


def check_attribution_status(value: str) -> AttributionStatus:
    """Return any value, because the API may add values."""
    return value
