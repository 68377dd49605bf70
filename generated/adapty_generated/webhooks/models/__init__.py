# Generated from openapi/webhooks.yaml by `make generate`; do not edit.

"""The data models of requests and responses; each module is loaded on first use."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .access_level_updated_event import AccessLevelUpdatedEvent
    from .access_level_updated_event_attributions_type_0 import (
        AccessLevelUpdatedEventAttributionsType0,
    )
    from .access_level_updated_event_integration_ids import (
        AccessLevelUpdatedEventIntegrationIds,
    )
    from .access_level_updated_event_user_attributes_type_0 import (
        AccessLevelUpdatedEventUserAttributesType0,
    )
    from .access_level_updated_properties import AccessLevelUpdatedProperties
    from .access_level_updated_properties_active_introductory_offer_type import (
        AccessLevelUpdatedPropertiesActiveIntroductoryOfferType,
    )
    from .access_level_updated_properties_active_promotional_offer_type import (
        AccessLevelUpdatedPropertiesActivePromotionalOfferType,
    )
    from .access_level_updated_properties_environment import (
        AccessLevelUpdatedPropertiesEnvironment,
    )
    from .attribution import Attribution
    from .attribution_status import AttributionStatus
    from .play_store_purchase_token import PlayStorePurchaseToken
    from .purchase_event import PurchaseEvent
    from .purchase_event_attributions_type_0 import PurchaseEventAttributionsType0
    from .purchase_event_integration_ids import PurchaseEventIntegrationIds
    from .purchase_event_properties import PurchaseEventProperties
    from .purchase_event_properties_environment import (
        PurchaseEventPropertiesEnvironment,
    )
    from .purchase_event_properties_store_offer_category import (
        PurchaseEventPropertiesStoreOfferCategory,
    )
    from .purchase_event_properties_store_offer_discount_type import (
        PurchaseEventPropertiesStoreOfferDiscountType,
    )
    from .purchase_event_user_attributes_type_0 import PurchaseEventUserAttributesType0
    from .sharing_profile import SharingProfile
    from .verification import Verification
    from .verification_answer import VerificationAnswer

__all__ = (
    "AccessLevelUpdatedEvent",
    "AccessLevelUpdatedEventAttributionsType0",
    "AccessLevelUpdatedEventIntegrationIds",
    "AccessLevelUpdatedEventUserAttributesType0",
    "AccessLevelUpdatedProperties",
    "AccessLevelUpdatedPropertiesActiveIntroductoryOfferType",
    "AccessLevelUpdatedPropertiesActivePromotionalOfferType",
    "AccessLevelUpdatedPropertiesEnvironment",
    "Attribution",
    "AttributionStatus",
    "PlayStorePurchaseToken",
    "PurchaseEvent",
    "PurchaseEventAttributionsType0",
    "PurchaseEventIntegrationIds",
    "PurchaseEventProperties",
    "PurchaseEventPropertiesEnvironment",
    "PurchaseEventPropertiesStoreOfferCategory",
    "PurchaseEventPropertiesStoreOfferDiscountType",
    "PurchaseEventUserAttributesType0",
    "SharingProfile",
    "Verification",
    "VerificationAnswer",
)

_MODULES = {
    "AccessLevelUpdatedEvent": ".access_level_updated_event",
    "AccessLevelUpdatedEventAttributionsType0": ".access_level_updated_event_attributions_type_0",
    "AccessLevelUpdatedEventIntegrationIds": ".access_level_updated_event_integration_ids",
    "AccessLevelUpdatedEventUserAttributesType0": ".access_level_updated_event_user_attributes_type_0",
    "AccessLevelUpdatedProperties": ".access_level_updated_properties",
    "AccessLevelUpdatedPropertiesActiveIntroductoryOfferType": ".access_level_updated_properties_active_introductory_offer_type",
    "AccessLevelUpdatedPropertiesActivePromotionalOfferType": ".access_level_updated_properties_active_promotional_offer_type",
    "AccessLevelUpdatedPropertiesEnvironment": ".access_level_updated_properties_environment",
    "Attribution": ".attribution",
    "AttributionStatus": ".attribution_status",
    "PlayStorePurchaseToken": ".play_store_purchase_token",
    "PurchaseEvent": ".purchase_event",
    "PurchaseEventAttributionsType0": ".purchase_event_attributions_type_0",
    "PurchaseEventIntegrationIds": ".purchase_event_integration_ids",
    "PurchaseEventProperties": ".purchase_event_properties",
    "PurchaseEventPropertiesEnvironment": ".purchase_event_properties_environment",
    "PurchaseEventPropertiesStoreOfferCategory": ".purchase_event_properties_store_offer_category",
    "PurchaseEventPropertiesStoreOfferDiscountType": ".purchase_event_properties_store_offer_discount_type",
    "PurchaseEventUserAttributesType0": ".purchase_event_user_attributes_type_0",
    "SharingProfile": ".sharing_profile",
    "Verification": ".verification",
    "VerificationAnswer": ".verification_answer",
}

# Hidden from type checkers, which would accept any name.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(_MODULES[name], __name__), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
