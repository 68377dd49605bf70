# Generated from openapi/web.yaml by `make generate`; do not edit.

from typing import Literal

OfferCategory = Literal["introductory", "offer_code", "promotional", "retention", "win_back"] | str

OFFER_CATEGORY_VALUES: frozenset[str] = frozenset(
    ["introductory", "offer_code", "promotional", "retention", "win_back"]
)


def check_offer_category(value: str) -> OfferCategory:
    """Return any value, because the API may add values."""
    return value
