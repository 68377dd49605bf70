# Generated from openapi/web.yaml by `make generate`; do not edit.

"""The data models of requests and responses; each module is loaded on first use."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .add_attribution_request import AddAttributionRequest
    from .add_attribution_request_status import AddAttributionRequestStatus
    from .get_paywall_request import GetPaywallRequest
    from .invalid_date_format_error import InvalidDateFormatError
    from .invalid_date_format_error_errors_item import InvalidDateFormatErrorErrorsItem
    from .invalid_enumeration_member_error import InvalidEnumerationMemberError
    from .invalid_enumeration_member_error_errors_item import (
        InvalidEnumerationMemberErrorErrorsItem,
    )
    from .offer import Offer
    from .offer_category import OfferCategory
    from .offer_type import OfferType
    from .parse_error import ParseError
    from .parse_error_errors_item import ParseErrorErrorsItem
    from .paywall_response import PaywallResponse
    from .product import Product
    from .profile_not_found_error import ProfileNotFoundError
    from .profile_not_found_error_errors_item import ProfileNotFoundErrorErrorsItem
    from .record_paywall_view_request import RecordPaywallViewRequest
    from .remote_config import RemoteConfig
    from .unauthorized_error import UnauthorizedError
    from .unauthorized_error_errors_item import UnauthorizedErrorErrorsItem
    from .variation_id_not_found_error import VariationIdNotFoundError
    from .variation_id_not_found_error_errors_item import (
        VariationIdNotFoundErrorErrorsItem,
    )

__all__ = (
    "AddAttributionRequest",
    "AddAttributionRequestStatus",
    "GetPaywallRequest",
    "InvalidDateFormatError",
    "InvalidDateFormatErrorErrorsItem",
    "InvalidEnumerationMemberError",
    "InvalidEnumerationMemberErrorErrorsItem",
    "Offer",
    "OfferCategory",
    "OfferType",
    "ParseError",
    "ParseErrorErrorsItem",
    "PaywallResponse",
    "Product",
    "ProfileNotFoundError",
    "ProfileNotFoundErrorErrorsItem",
    "RecordPaywallViewRequest",
    "RemoteConfig",
    "UnauthorizedError",
    "UnauthorizedErrorErrorsItem",
    "VariationIdNotFoundError",
    "VariationIdNotFoundErrorErrorsItem",
)

_MODULES = {
    "AddAttributionRequest": ".add_attribution_request",
    "AddAttributionRequestStatus": ".add_attribution_request_status",
    "GetPaywallRequest": ".get_paywall_request",
    "InvalidDateFormatError": ".invalid_date_format_error",
    "InvalidDateFormatErrorErrorsItem": ".invalid_date_format_error_errors_item",
    "InvalidEnumerationMemberError": ".invalid_enumeration_member_error",
    "InvalidEnumerationMemberErrorErrorsItem": ".invalid_enumeration_member_error_errors_item",
    "Offer": ".offer",
    "OfferCategory": ".offer_category",
    "OfferType": ".offer_type",
    "ParseError": ".parse_error",
    "ParseErrorErrorsItem": ".parse_error_errors_item",
    "PaywallResponse": ".paywall_response",
    "Product": ".product",
    "ProfileNotFoundError": ".profile_not_found_error",
    "ProfileNotFoundErrorErrorsItem": ".profile_not_found_error_errors_item",
    "RecordPaywallViewRequest": ".record_paywall_view_request",
    "RemoteConfig": ".remote_config",
    "UnauthorizedError": ".unauthorized_error",
    "UnauthorizedErrorErrorsItem": ".unauthorized_error_errors_item",
    "VariationIdNotFoundError": ".variation_id_not_found_error",
    "VariationIdNotFoundErrorErrorsItem": ".variation_id_not_found_error_errors_item",
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
