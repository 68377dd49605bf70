# Generated from openapi/webhooks.yaml by `make generate`; do not edit.

from typing import Literal

PurchaseEventPropertiesStoreOfferCategory = (
    Literal["introductory", "offer_code", "promotional", "retention", "win_back"] | str
)

PURCHASE_EVENT_PROPERTIES_STORE_OFFER_CATEGORY_VALUES: frozenset[str] = frozenset(
    ["introductory", "offer_code", "promotional", "retention", "win_back"]
)


def check_purchase_event_properties_store_offer_category(value: str) -> PurchaseEventPropertiesStoreOfferCategory:
    """Return any value, because the API may add values."""
    return value
