"""Adapty for Python backends: the server-side API and the Adapty Mail API, sync and async.

    from adapty import Adapty

    client = Adapty(mail_secret_key="...")
    client.mail.save_profile(external_profile_id=..., external_created_at=..., email=...)

`Adapty` is the blocking client and `AsyncAdapty` the async one; `adapty.errors` draws the tree of what they raise.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from adapty._version import __version__
from adapty.errors import (
    AdaptyAPIError,
    AdaptyConfigError,
    AdaptyConnectionError,
    AdaptyError,
    AdaptyTimeoutError,
    AdaptyUsageError,
    AuthenticationError,
    BadRequestError,
    CheckpointInUseError,
    ConflictError,
    FeatureNotEnabledError,
    InsufficientBalanceError,
    NotFoundError,
    PermissionDeniedError,
    ProfileNotFoundError,
    RateLimitError,
    ServerError,
    UnexpectedResponseError,
    UnprocessableEntityError,
    WebhookAuthorizationError,
    WebhookBodyError,
    WebhookError,
    WebhookUnavailableError,
)

if TYPE_CHECKING:
    from adapty._async.client import AsyncAdapty
    from adapty._core.not_given import NOT_GIVEN, NotGiven
    from adapty._sync.client import Adapty
    from adapty.config import Timeouts
    from adapty.flows import FLOW_BY_EVENT_TYPE, Flow, FlowEvent, TransactionEventType, current_flow, flow_for
    from adapty.models import (
        AccessLevel,
        CustomAttribute,
        DeletionReport,
        DeletionResult,
        DeviceInfo,
        InstallationMeta,
        IntegrationIdentifiers,
        MailProfile,
        NonSubscription,
        Offer,
        OfferCategory,
        OfferRequest,
        OfferType,
        OneTimePurchase,
        Paywall,
        PaywallListItem,
        PaywallProduct,
        Price,
        Profile,
        ProfileDeletion,
        ProfileSubscription,
        PurchaseOffer,
        RefundSaverSettings,
        RemoteConfig,
        Subscription,
        TransactionEvent,
        VirtualCurrencyBalance,
        VirtualCurrencyBalances,
        VirtualCurrencyHistoryItem,
        VirtualCurrencyTransaction,
        VirtualCurrencyTransactionItem,
    )

__all__ = [
    "FLOW_BY_EVENT_TYPE",
    "NOT_GIVEN",
    "AccessLevel",
    "Adapty",
    "AdaptyAPIError",
    "AdaptyConfigError",
    "AdaptyConnectionError",
    "AdaptyError",
    "AdaptyTimeoutError",
    "AdaptyUsageError",
    "AsyncAdapty",
    "AuthenticationError",
    "BadRequestError",
    "CheckpointInUseError",
    "ConflictError",
    "CustomAttribute",
    "DeletionReport",
    "DeletionResult",
    "DeviceInfo",
    "FeatureNotEnabledError",
    "Flow",
    "FlowEvent",
    "InstallationMeta",
    "InsufficientBalanceError",
    "IntegrationIdentifiers",
    "MailProfile",
    "NonSubscription",
    "NotFoundError",
    "NotGiven",
    "Offer",
    "OfferCategory",
    "OfferRequest",
    "OfferType",
    "OneTimePurchase",
    "Paywall",
    "PaywallListItem",
    "PaywallProduct",
    "PermissionDeniedError",
    "Price",
    "Profile",
    "ProfileDeletion",
    "ProfileNotFoundError",
    "ProfileSubscription",
    "PurchaseOffer",
    "RateLimitError",
    "RefundSaverSettings",
    "RemoteConfig",
    "ServerError",
    "Subscription",
    "Timeouts",
    "TransactionEvent",
    "TransactionEventType",
    "UnexpectedResponseError",
    "UnprocessableEntityError",
    "VirtualCurrencyBalance",
    "VirtualCurrencyBalances",
    "VirtualCurrencyHistoryItem",
    "VirtualCurrencyTransaction",
    "VirtualCurrencyTransactionItem",
    "WebhookAuthorizationError",
    "WebhookBodyError",
    "WebhookError",
    "WebhookUnavailableError",
    "__version__",
    "current_flow",
    "flow_for",
]

# Loaded when first asked for (PEP 562): httpx, attrs and dateutil take a while, and scripts start often.
_HOMES = {
    "FLOW_BY_EVENT_TYPE": "adapty.flows",
    "NOT_GIVEN": "adapty._core.not_given",
    "AccessLevel": "adapty.models",
    "Adapty": "adapty._sync.client",
    "AsyncAdapty": "adapty._async.client",
    "CustomAttribute": "adapty.models",
    "DeletionResult": "adapty.models",
    "DeletionReport": "adapty.models",
    "DeviceInfo": "adapty.models",
    "Flow": "adapty.flows",
    "FlowEvent": "adapty.flows",
    "InstallationMeta": "adapty.models",
    "IntegrationIdentifiers": "adapty.models",
    "MailProfile": "adapty.models",
    "NonSubscription": "adapty.models",
    "NotGiven": "adapty._core.not_given",
    "Offer": "adapty.models",
    "OfferCategory": "adapty.models",
    "OfferRequest": "adapty.models",
    "OfferType": "adapty.models",
    "OneTimePurchase": "adapty.models",
    "Paywall": "adapty.models",
    "PaywallListItem": "adapty.models",
    "PaywallProduct": "adapty.models",
    "Price": "adapty.models",
    "Profile": "adapty.models",
    "ProfileDeletion": "adapty.models",
    "ProfileSubscription": "adapty.models",
    "PurchaseOffer": "adapty.models",
    "RefundSaverSettings": "adapty.models",
    "RemoteConfig": "adapty.models",
    "Subscription": "adapty.models",
    "Timeouts": "adapty.config",
    "TransactionEvent": "adapty.models",
    "TransactionEventType": "adapty.flows",
    "VirtualCurrencyBalance": "adapty.models",
    "VirtualCurrencyBalances": "adapty.models",
    "VirtualCurrencyHistoryItem": "adapty.models",
    "VirtualCurrencyTransaction": "adapty.models",
    "VirtualCurrencyTransactionItem": "adapty.models",
    "current_flow": "adapty.flows",
    "flow_for": "adapty.flows",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        message = f"module 'adapty' has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
