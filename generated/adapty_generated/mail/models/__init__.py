# Generated from openapi/mail.yaml by `make generate`; do not edit.

"""The data models of requests and responses; each module is loaded on first use."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

_MODULES = {
    "DeviceInfoDTO": ".device_info_dto",
    "Errors": ".errors_body",
    "ErrorsErrorsItem": ".errors_errors_item",
    "Offer": ".offer",
    "OfferCategory": ".offer_category",
    "OfferType": ".offer_type",
    "ProfileDeleteDTO": ".profile_delete_dto",
    "ProfileDTO": ".profile_dto",
    "ProfileDTOCustomAttributes": ".profile_dto_custom_attributes",
    "SaveProfileResponse200": ".save_profile_response_200",
    "SaveTransactionEventResponse200": ".save_transaction_event_response_200",
    "TransactionEventDTO": ".transaction_event_dto",
    "TransactionEventType": ".transaction_event_type",
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
