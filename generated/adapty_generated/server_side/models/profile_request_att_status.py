# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from typing import Literal

ProfileRequestAttStatus = Literal[0, 1, 2, 3] | int

PROFILE_REQUEST_ATT_STATUS_VALUES: frozenset[int] = frozenset([0, 1, 2, 3])


def check_profile_request_att_status(value: int) -> ProfileRequestAttStatus:
    """Return any value, because the API may add values."""
    return value
