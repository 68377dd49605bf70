# Generated from openapi/webhooks.yaml by `make generate`; do not edit.

"""Contains all the data models used in inputs/outputs"""

from .access_level_updated_event import AccessLevelUpdatedEvent
from .access_level_updated_event_attributions_type_0 import (
    AccessLevelUpdatedEventAttributionsType0,
)
from .access_level_updated_event_integration_ids_type_0 import (
    AccessLevelUpdatedEventIntegrationIdsType0,
)
from .access_level_updated_event_user_attributes_type_0 import (
    AccessLevelUpdatedEventUserAttributesType0,
)
from .access_level_updated_properties import AccessLevelUpdatedProperties
from .access_level_updated_properties_environment import (
    AccessLevelUpdatedPropertiesEnvironment,
)
from .access_level_updated_properties_store_offer_category import (
    AccessLevelUpdatedPropertiesStoreOfferCategory,
)
from .access_level_updated_properties_store_offer_discount_type import (
    AccessLevelUpdatedPropertiesStoreOfferDiscountType,
)
from .attribution import Attribution
from .attribution_status import AttributionStatus
from .play_store_purchase_token import PlayStorePurchaseToken
from .purchase_event import PurchaseEvent
from .purchase_event_attributions_type_0 import PurchaseEventAttributionsType0
from .purchase_event_integration_ids_type_0 import PurchaseEventIntegrationIdsType0
from .purchase_event_properties import PurchaseEventProperties
from .purchase_event_properties_environment import PurchaseEventPropertiesEnvironment
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
    "AccessLevelUpdatedEventIntegrationIdsType0",
    "AccessLevelUpdatedEventUserAttributesType0",
    "AccessLevelUpdatedProperties",
    "AccessLevelUpdatedPropertiesEnvironment",
    "AccessLevelUpdatedPropertiesStoreOfferCategory",
    "AccessLevelUpdatedPropertiesStoreOfferDiscountType",
    "Attribution",
    "AttributionStatus",
    "PlayStorePurchaseToken",
    "PurchaseEvent",
    "PurchaseEventAttributionsType0",
    "PurchaseEventIntegrationIdsType0",
    "PurchaseEventProperties",
    "PurchaseEventPropertiesEnvironment",
    "PurchaseEventPropertiesStoreOfferCategory",
    "PurchaseEventPropertiesStoreOfferDiscountType",
    "PurchaseEventUserAttributesType0",
    "SharingProfile",
    "Verification",
    "VerificationAnswer",
)
