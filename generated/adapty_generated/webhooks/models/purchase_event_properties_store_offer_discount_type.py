# Generated from openapi/webhooks.yaml by `make generate`; do not edit.

from typing import Literal

PurchaseEventPropertiesStoreOfferDiscountType = Literal["free_trial", "pay_as_you_go", "pay_up_front"] | str

PURCHASE_EVENT_PROPERTIES_STORE_OFFER_DISCOUNT_TYPE_VALUES: frozenset[str] = frozenset(
    ["free_trial", "pay_as_you_go", "pay_up_front"]
)


def check_purchase_event_properties_store_offer_discount_type(
    value: str,
) -> PurchaseEventPropertiesStoreOfferDiscountType:
    """Return any value, because the API may add values."""
    return value
