# Generated from openapi/mail.yaml by `make generate`; do not edit.

from typing import Literal

OfferCategory = Literal["introductory", "offer_code", "promotional", "win_back"] | str

OFFER_CATEGORY_VALUES: frozenset[str] = frozenset(["introductory", "offer_code", "promotional", "win_back"])


def check_offer_category(value: str) -> OfferCategory:
    """Take any value: the API may know more of them than this release."""
    return value
