# Generated from openapi/mail.yaml by `make generate`; do not edit.

"""Contains all the data models used in inputs/outputs"""

from .device_info_dto import DeviceInfoDTO
from .errors_body import Errors
from .errors_errors_item import ErrorsErrorsItem
from .offer import Offer
from .offer_category import OfferCategory
from .offer_type import OfferType
from .profile_delete_dto import ProfileDeleteDTO
from .profile_dto import ProfileDTO
from .profile_dto_custom_attributes import ProfileDTOCustomAttributes
from .save_profile_response_200 import SaveProfileResponse200
from .save_transaction_event_response_200 import SaveTransactionEventResponse200
from .transaction_event_dto import TransactionEventDTO
from .transaction_event_type import TransactionEventType

__all__ = (
    "DeviceInfoDTO",
    "Errors",
    "ErrorsErrorsItem",
    "Offer",
    "OfferCategory",
    "OfferType",
    "ProfileDeleteDTO",
    "ProfileDTO",
    "ProfileDTOCustomAttributes",
    "SaveProfileResponse200",
    "SaveTransactionEventResponse200",
    "TransactionEventDTO",
    "TransactionEventType",
)
