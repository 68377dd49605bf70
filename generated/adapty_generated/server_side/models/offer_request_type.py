# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from typing import Literal

OfferRequestType = Literal["free_trial", "pay_as_you_go", "pay_up_front"] | str

OFFER_REQUEST_TYPE_VALUES: frozenset[str] = frozenset(["free_trial", "pay_as_you_go", "pay_up_front"])


def check_offer_request_type(value: str) -> OfferRequestType:
    """Return any value, because the API may add values."""
    return value
