# Generated from openapi/web.yaml by `make generate`; do not edit.

from typing import Literal

AddAttributionRequestStatus = Literal["non_organic", "organic", "unknown"] | str

ADD_ATTRIBUTION_REQUEST_STATUS_VALUES: frozenset[str] = frozenset(["non_organic", "organic", "unknown"])


def check_add_attribution_request_status(value: str) -> AddAttributionRequestStatus:
    """Return any value, because the API may add values."""
    return value
