# Generated from openapi/server_side.yaml by `make generate`; do not edit.

"""The data models of requests and responses; each module is loaded on first use."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .access_level import AccessLevel
    from .cancellation_reason import CancellationReason
    from .cursor_pagination import CursorPagination
    from .custom_attribute import CustomAttribute
    from .error_item import ErrorItem
    from .error_response import ErrorResponse
    from .grant_access_request import GrantAccessRequest
    from .installation_meta import InstallationMeta
    from .installation_meta_platform import InstallationMetaPlatform
    from .integration_identifiers import IntegrationIdentifiers
    from .non_subscription import NonSubscription
    from .offer import Offer
    from .offer_request import OfferRequest
    from .offer_request_category import OfferRequestCategory
    from .offer_request_type import OfferRequestType
    from .one_time_purchase import OneTimePurchase
    from .one_time_purchase_environment import OneTimePurchaseEnvironment
    from .one_time_purchase_purchase_type import OneTimePurchasePurchaseType
    from .paddle_validation_request import PaddleValidationRequest
    from .page_pagination import PagePagination
    from .paywall import Paywall
    from .paywall_list_item import PaywallListItem
    from .paywall_list_meta import PaywallListMeta
    from .paywall_list_response import PaywallListResponse
    from .paywall_product import PaywallProduct
    from .paywall_product_offer import PaywallProductOffer
    from .paywall_screenshot import PaywallScreenshot
    from .paywall_update_request import PaywallUpdateRequest
    from .platform import Platform
    from .price import Price
    from .profile import Profile
    from .profile_request import ProfileRequest
    from .profile_request_att_status import ProfileRequestAttStatus
    from .profile_request_gender import ProfileRequestGender
    from .profile_request_store import ProfileRequestStore
    from .profile_response import ProfileResponse
    from .profile_subscription import ProfileSubscription
    from .refund_saver_settings import RefundSaverSettings
    from .refund_saver_settings_request import RefundSaverSettingsRequest
    from .refund_saver_settings_request_custom_preference import (
        RefundSaverSettingsRequestCustomPreference,
    )
    from .refund_saver_settings_response import RefundSaverSettingsResponse
    from .remote_config import RemoteConfig
    from .revoke_access_request import RevokeAccessRequest
    from .stripe_error import StripeError
    from .stripe_error_response import StripeErrorResponse
    from .stripe_error_source import StripeErrorSource
    from .stripe_validation_attributes import StripeValidationAttributes
    from .stripe_validation_data import StripeValidationData
    from .stripe_validation_data_type import StripeValidationDataType
    from .stripe_validation_request import StripeValidationRequest
    from .stripe_validation_response import StripeValidationResponse
    from .stripe_validation_response_data import StripeValidationResponseData
    from .subscription import Subscription
    from .subscription_environment import SubscriptionEnvironment
    from .subscription_purchase_type import SubscriptionPurchaseType
    from .virtual_currency_balance import VirtualCurrencyBalance
    from .virtual_currency_balance_list_response import (
        VirtualCurrencyBalanceListResponse,
    )
    from .virtual_currency_history_entry import VirtualCurrencyHistoryEntry
    from .virtual_currency_history_item import VirtualCurrencyHistoryItem
    from .virtual_currency_history_item_metadata import (
        VirtualCurrencyHistoryItemMetadata,
    )
    from .virtual_currency_transaction_item import VirtualCurrencyTransactionItem
    from .virtual_currency_transaction_request import VirtualCurrencyTransactionRequest
    from .virtual_currency_transaction_request_metadata import (
        VirtualCurrencyTransactionRequestMetadata,
    )
    from .virtual_currency_transaction_response import (
        VirtualCurrencyTransactionResponse,
    )
    from .virtual_currency_transactions_history_response import (
        VirtualCurrencyTransactionsHistoryResponse,
    )

__all__ = (
    "AccessLevel",
    "CancellationReason",
    "CursorPagination",
    "CustomAttribute",
    "ErrorItem",
    "ErrorResponse",
    "GrantAccessRequest",
    "InstallationMeta",
    "InstallationMetaPlatform",
    "IntegrationIdentifiers",
    "NonSubscription",
    "Offer",
    "OfferRequest",
    "OfferRequestCategory",
    "OfferRequestType",
    "OneTimePurchase",
    "OneTimePurchaseEnvironment",
    "OneTimePurchasePurchaseType",
    "PaddleValidationRequest",
    "PagePagination",
    "Paywall",
    "PaywallListItem",
    "PaywallListMeta",
    "PaywallListResponse",
    "PaywallProduct",
    "PaywallProductOffer",
    "PaywallScreenshot",
    "PaywallUpdateRequest",
    "Platform",
    "Price",
    "Profile",
    "ProfileRequest",
    "ProfileRequestAttStatus",
    "ProfileRequestGender",
    "ProfileRequestStore",
    "ProfileResponse",
    "ProfileSubscription",
    "RefundSaverSettings",
    "RefundSaverSettingsRequest",
    "RefundSaverSettingsRequestCustomPreference",
    "RefundSaverSettingsResponse",
    "RemoteConfig",
    "RevokeAccessRequest",
    "StripeError",
    "StripeErrorResponse",
    "StripeErrorSource",
    "StripeValidationAttributes",
    "StripeValidationData",
    "StripeValidationDataType",
    "StripeValidationRequest",
    "StripeValidationResponse",
    "StripeValidationResponseData",
    "Subscription",
    "SubscriptionEnvironment",
    "SubscriptionPurchaseType",
    "VirtualCurrencyBalance",
    "VirtualCurrencyBalanceListResponse",
    "VirtualCurrencyHistoryEntry",
    "VirtualCurrencyHistoryItem",
    "VirtualCurrencyHistoryItemMetadata",
    "VirtualCurrencyTransactionItem",
    "VirtualCurrencyTransactionRequest",
    "VirtualCurrencyTransactionRequestMetadata",
    "VirtualCurrencyTransactionResponse",
    "VirtualCurrencyTransactionsHistoryResponse",
)

_MODULES = {
    "AccessLevel": ".access_level",
    "CancellationReason": ".cancellation_reason",
    "CursorPagination": ".cursor_pagination",
    "CustomAttribute": ".custom_attribute",
    "ErrorItem": ".error_item",
    "ErrorResponse": ".error_response",
    "GrantAccessRequest": ".grant_access_request",
    "InstallationMeta": ".installation_meta",
    "InstallationMetaPlatform": ".installation_meta_platform",
    "IntegrationIdentifiers": ".integration_identifiers",
    "NonSubscription": ".non_subscription",
    "Offer": ".offer",
    "OfferRequest": ".offer_request",
    "OfferRequestCategory": ".offer_request_category",
    "OfferRequestType": ".offer_request_type",
    "OneTimePurchase": ".one_time_purchase",
    "OneTimePurchaseEnvironment": ".one_time_purchase_environment",
    "OneTimePurchasePurchaseType": ".one_time_purchase_purchase_type",
    "PaddleValidationRequest": ".paddle_validation_request",
    "PagePagination": ".page_pagination",
    "Paywall": ".paywall",
    "PaywallListItem": ".paywall_list_item",
    "PaywallListMeta": ".paywall_list_meta",
    "PaywallListResponse": ".paywall_list_response",
    "PaywallProduct": ".paywall_product",
    "PaywallProductOffer": ".paywall_product_offer",
    "PaywallScreenshot": ".paywall_screenshot",
    "PaywallUpdateRequest": ".paywall_update_request",
    "Platform": ".platform",
    "Price": ".price",
    "Profile": ".profile",
    "ProfileRequest": ".profile_request",
    "ProfileRequestAttStatus": ".profile_request_att_status",
    "ProfileRequestGender": ".profile_request_gender",
    "ProfileRequestStore": ".profile_request_store",
    "ProfileResponse": ".profile_response",
    "ProfileSubscription": ".profile_subscription",
    "RefundSaverSettings": ".refund_saver_settings",
    "RefundSaverSettingsRequest": ".refund_saver_settings_request",
    "RefundSaverSettingsRequestCustomPreference": ".refund_saver_settings_request_custom_preference",
    "RefundSaverSettingsResponse": ".refund_saver_settings_response",
    "RemoteConfig": ".remote_config",
    "RevokeAccessRequest": ".revoke_access_request",
    "StripeError": ".stripe_error",
    "StripeErrorResponse": ".stripe_error_response",
    "StripeErrorSource": ".stripe_error_source",
    "StripeValidationAttributes": ".stripe_validation_attributes",
    "StripeValidationData": ".stripe_validation_data",
    "StripeValidationDataType": ".stripe_validation_data_type",
    "StripeValidationRequest": ".stripe_validation_request",
    "StripeValidationResponse": ".stripe_validation_response",
    "StripeValidationResponseData": ".stripe_validation_response_data",
    "Subscription": ".subscription",
    "SubscriptionEnvironment": ".subscription_environment",
    "SubscriptionPurchaseType": ".subscription_purchase_type",
    "VirtualCurrencyBalance": ".virtual_currency_balance",
    "VirtualCurrencyBalanceListResponse": ".virtual_currency_balance_list_response",
    "VirtualCurrencyHistoryEntry": ".virtual_currency_history_entry",
    "VirtualCurrencyHistoryItem": ".virtual_currency_history_item",
    "VirtualCurrencyHistoryItemMetadata": ".virtual_currency_history_item_metadata",
    "VirtualCurrencyTransactionItem": ".virtual_currency_transaction_item",
    "VirtualCurrencyTransactionRequest": ".virtual_currency_transaction_request",
    "VirtualCurrencyTransactionRequestMetadata": ".virtual_currency_transaction_request_metadata",
    "VirtualCurrencyTransactionResponse": ".virtual_currency_transaction_response",
    "VirtualCurrencyTransactionsHistoryResponse": ".virtual_currency_transactions_history_response",
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
