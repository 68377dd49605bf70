# Generated from openapi/webhooks.yaml by `make generate`; do not edit.

from typing import Literal

AccessLevelUpdatedPropertiesStoreOfferCategory = (
    Literal["introductory", "offer_code", "promotional", "retention", "win_back"] | str
)

ACCESS_LEVEL_UPDATED_PROPERTIES_STORE_OFFER_CATEGORY_VALUES: frozenset[str] = frozenset(
    ["introductory", "offer_code", "promotional", "retention", "win_back"]
)


def check_access_level_updated_properties_store_offer_category(
    value: str,
) -> AccessLevelUpdatedPropertiesStoreOfferCategory:
    """Return any value, because the API may add values."""
    return value
