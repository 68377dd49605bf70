# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from typing import Literal

OfferRequestCategory = Literal["introductory", "offer_code", "promotional", "win_back"] | str

OFFER_REQUEST_CATEGORY_VALUES: frozenset[str] = frozenset(["introductory", "offer_code", "promotional", "win_back"])


def check_offer_request_category(value: str) -> OfferRequestCategory:
    """Take any value: the API may know more of them than this release."""
    return value
