# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from typing import Literal

ProfileRequestStore = Literal["adapty", "app_store", "paddle", "play_store", "stripe"] | str

PROFILE_REQUEST_STORE_VALUES: frozenset[str] = frozenset(["adapty", "app_store", "paddle", "play_store", "stripe"])


def check_profile_request_store(value: str) -> ProfileRequestStore:
    """Return any value, because the API may add values."""
    return value
