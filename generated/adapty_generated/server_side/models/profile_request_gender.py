# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from typing import Literal

ProfileRequestGender = Literal["f", "m", "o"] | str

PROFILE_REQUEST_GENDER_VALUES: frozenset[str] = frozenset(["f", "m", "o"])


def check_profile_request_gender(value: str) -> ProfileRequestGender:
    """Return any value, because the API may add values."""
    return value
