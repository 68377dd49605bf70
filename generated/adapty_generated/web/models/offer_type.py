# Generated from openapi/web.yaml by `make generate`; do not edit.

from typing import Literal

OfferType = Literal["free_trial", "pay_as_you_go", "pay_up_front", "unknown"] | str

OFFER_TYPE_VALUES: frozenset[str] = frozenset(["free_trial", "pay_as_you_go", "pay_up_front", "unknown"])


def check_offer_type(value: str) -> OfferType:
    """Return any value, because the API may add values."""
    return value
