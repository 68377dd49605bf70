# Generated from openapi/webhooks.yaml by `make generate`; do not edit.

from typing import Literal

AccessLevelUpdatedPropertiesActivePromotionalOfferType = Literal["free_trial", "pay_as_you_go", "pay_up_front"] | str

ACCESS_LEVEL_UPDATED_PROPERTIES_ACTIVE_PROMOTIONAL_OFFER_TYPE_VALUES: frozenset[str] = frozenset(
    ["free_trial", "pay_as_you_go", "pay_up_front"]
)


def check_access_level_updated_properties_active_promotional_offer_type(
    value: str,
) -> AccessLevelUpdatedPropertiesActivePromotionalOfferType:
    """Return any value, because the API may add values."""
    return value
