# Generated from openapi/server_side.yaml by `make generate`; do not edit.

"""Contains all the data models used in inputs/outputs"""

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
from .virtual_currency_balance_list_response import VirtualCurrencyBalanceListResponse
from .virtual_currency_history_entry import VirtualCurrencyHistoryEntry
from .virtual_currency_history_item import VirtualCurrencyHistoryItem
from .virtual_currency_history_item_metadata import VirtualCurrencyHistoryItemMetadata
from .virtual_currency_transaction_item import VirtualCurrencyTransactionItem
from .virtual_currency_transaction_request import VirtualCurrencyTransactionRequest
from .virtual_currency_transaction_request_metadata import (
    VirtualCurrencyTransactionRequestMetadata,
)
from .virtual_currency_transaction_response import VirtualCurrencyTransactionResponse
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
