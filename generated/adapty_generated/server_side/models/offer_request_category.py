# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from typing import Literal

OfferRequestCategory = Literal["introductory", "offer_code", "promotional", "win_back"] | str

OFFER_REQUEST_CATEGORY_VALUES: frozenset[str] = frozenset(["introductory", "offer_code", "promotional", "win_back"])


def check_offer_request_category(value: str) -> OfferRequestCategory:
    """Return any value, because the API may add values."""
    return value
