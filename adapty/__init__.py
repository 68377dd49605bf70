"""Adapty for Python backends: the server-side API and the Adapty Mail API, sync and async.

    from adapty import Adapty

    client = Adapty(mail_secret_key="...")
    client.mail.save_profile(external_profile_id=..., external_created_at=..., email=...)

`Adapty` is the blocking client and `AsyncAdapty` the async one; `adapty.errors` draws the tree of what they raise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapty import (
        bulk as bulk,
        config as config,
        errors as errors,
        fast as fast,
        flows as flows,
        models as models,
        observer as observer,
        otel as otel,
        sandbox as sandbox,
        testing as testing,
        webhooks as webhooks,
    )
    from adapty._async.client import AsyncAdapty as AsyncAdapty
    from adapty._core.sentinel import NOT_GIVEN as NOT_GIVEN, NotGiven as NotGiven
    from adapty._sync.client import Adapty as Adapty
    from adapty._version import __version__ as __version__
    from adapty.config import Timeouts as Timeouts
    from adapty.errors import (
        AdaptyAPIError as AdaptyAPIError,
        AdaptyConfigError as AdaptyConfigError,
        AdaptyConnectionError as AdaptyConnectionError,
        AdaptyError as AdaptyError,
        AdaptyTimeoutError as AdaptyTimeoutError,
        AdaptyUsageError as AdaptyUsageError,
        AuthenticationError as AuthenticationError,
        BadRequestError as BadRequestError,
        CheckpointInUseError as CheckpointInUseError,
        ConflictError as ConflictError,
        FeatureNotEnabledError as FeatureNotEnabledError,
        FieldProblem as FieldProblem,
        InsufficientBalanceError as InsufficientBalanceError,
        NotFoundError as NotFoundError,
        PermissionDeniedError as PermissionDeniedError,
        ProfileNotFoundError as ProfileNotFoundError,
        RateLimitError as RateLimitError,
        ServerError as ServerError,
        UnexpectedResponseError as UnexpectedResponseError,
        UnprocessableEntityError as UnprocessableEntityError,
        WebhookAuthorizationError as WebhookAuthorizationError,
        WebhookBodyError as WebhookBodyError,
        WebhookError as WebhookError,
        WebhookUnavailableError as WebhookUnavailableError,
    )
    from adapty.flows import (
        FLOW_BY_EVENT_TYPE as FLOW_BY_EVENT_TYPE,
        Flow as Flow,
        FlowEvent as FlowEvent,
        TransactionEventType as TransactionEventType,
        current_flow as current_flow,
        flow_for as flow_for,
    )
    from adapty.models import (
        AccessLevel as AccessLevel,
        Chart as Chart,
        Cohorts as Cohorts,
        Conversion as Conversion,
        CustomAttribute as CustomAttribute,
        DeletionReport as DeletionReport,
        DeletionResult as DeletionResult,
        DeviceInfo as DeviceInfo,
        Funnel as Funnel,
        InstallationMeta as InstallationMeta,
        IntegrationIdentifiers as IntegrationIdentifiers,
        LTV as LTV,
        MailProfile as MailProfile,
        NonSubscription as NonSubscription,
        Offer as Offer,
        OfferCategory as OfferCategory,
        OfferRequest as OfferRequest,
        OfferType as OfferType,
        OneTimePurchase as OneTimePurchase,
        Paywall as Paywall,
        PaywallListItem as PaywallListItem,
        PaywallProduct as PaywallProduct,
        Placements as Placements,
        Price as Price,
        Profile as Profile,
        ProfileDeletion as ProfileDeletion,
        ProfileSubscription as ProfileSubscription,
        PurchaseOffer as PurchaseOffer,
        RefundSaverSettings as RefundSaverSettings,
        RemoteConfig as RemoteConfig,
        Retention as Retention,
        Subscription as Subscription,
        TransactionEvent as TransactionEvent,
        VirtualCurrencyBalance as VirtualCurrencyBalance,
        VirtualCurrencyBalances as VirtualCurrencyBalances,
        VirtualCurrencyHistoryItem as VirtualCurrencyHistoryItem,
        VirtualCurrencyTransaction as VirtualCurrencyTransaction,
        VirtualCurrencyTransactionItem as VirtualCurrencyTransactionItem,
        WebPaywall as WebPaywall,
        WebPaywallProduct as WebPaywallProduct,
        WebRemoteConfig as WebRemoteConfig,
    )
    from adapty.observer import Observer as Observer
else:
    from adapty._lazy import attach

    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "._async.client": "AsyncAdapty",
            "._core.sentinel": "NOT_GIVEN NotGiven",
            "._sync.client": "Adapty",
            "._version": "__version__",
            ".config": "Timeouts",
            ".errors": """
                AdaptyAPIError AdaptyConfigError AdaptyConnectionError AdaptyError
                AdaptyTimeoutError AdaptyUsageError AuthenticationError BadRequestError
                CheckpointInUseError ConflictError FeatureNotEnabledError FieldProblem InsufficientBalanceError
                NotFoundError PermissionDeniedError ProfileNotFoundError RateLimitError ServerError
                UnexpectedResponseError UnprocessableEntityError WebhookAuthorizationError
                WebhookBodyError WebhookError WebhookUnavailableError
            """,
            ".flows": "FLOW_BY_EVENT_TYPE Flow FlowEvent TransactionEventType current_flow flow_for",
            ".models": """
                AccessLevel Chart Cohorts Conversion Funnel LTV Placements Retention
                CustomAttribute DeletionReport DeletionResult DeviceInfo
                InstallationMeta IntegrationIdentifiers MailProfile NonSubscription Offer
                OfferCategory OfferRequest OfferType OneTimePurchase Paywall PaywallListItem
                PaywallProduct Price Profile ProfileDeletion ProfileSubscription PurchaseOffer
                RefundSaverSettings RemoteConfig Subscription TransactionEvent
                VirtualCurrencyBalance VirtualCurrencyBalances VirtualCurrencyHistoryItem
                VirtualCurrencyTransaction VirtualCurrencyTransactionItem WebPaywall
                WebPaywallProduct WebRemoteConfig
            """,
            ".observer": "Observer",
        },
        submodules="bulk config errors fast flows models observer otel sandbox testing webhooks",
    )
