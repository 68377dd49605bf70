"""Request and response models: small frozen classes.

Request models are validated when they are created, by the rules that the API documents. Response models accept whatever
the API adds, omits or changes; the frozen sets contain the values that are known today.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapty._core.deletions import (
        DeletionOutcome as DeletionOutcome,
        DeletionReport as DeletionReport,
        DeletionResult as DeletionResult,
    )
    from adapty.models.analytics_charts import (
        AnalyticsPoint as AnalyticsPoint,
        AnalyticsSegment as AnalyticsSegment,
        Chart as Chart,
        ChartMetric as ChartMetric,
        Conversion as Conversion,
        RecommendedPeriod as RecommendedPeriod,
    )
    from adapty.models.analytics_cohorts import (
        CohortSegment as CohortSegment,
        CohortValue as CohortValue,
        Cohorts as Cohorts,
    )
    from adapty.models.analytics_options import (
        AnalyticsFilters as AnalyticsFilters,
        ChartOptions as ChartOptions,
        CohortOptions as CohortOptions,
        ConversionOptions as ConversionOptions,
        FunnelOptions as FunnelOptions,
        LTVOptions as LTVOptions,
        RetentionOptions as RetentionOptions,
    )
    from adapty.models.analytics_ranges import (
        ChartPiece as ChartPiece,
        ChartProgress as ChartProgress,
        DateRange as DateRange,
        split_range as split_range,
    )
    from adapty.models.analytics_funnels import (
        Funnel as Funnel,
        FunnelChange as FunnelChange,
        FunnelSegment as FunnelSegment,
        FunnelStep as FunnelStep,
        Retention as Retention,
    )
    from adapty.models.analytics_ltv import LTV as LTV, LTVMetric as LTVMetric, LTVSegment as LTVSegment
    from adapty.models.analytics_placements import Placement as Placement, Placements as Placements
    from adapty.models.analytics_values import (
        FILTERS_BY_CHART as FILTERS_BY_CHART,
        SEGMENTATIONS_BY_CHART as SEGMENTATIONS_BY_CHART,
        AccountingType as AccountingType,
        AnalyticsAttributionSource as AnalyticsAttributionSource,
        AnalyticsAttributionStatus as AnalyticsAttributionStatus,
        AnalyticsDuration as AnalyticsDuration,
        AnalyticsOfferCategory as AnalyticsOfferCategory,
        AnalyticsOfferType as AnalyticsOfferType,
        ChartId as ChartId,
        CohortValueField as CohortValueField,
        CohortValueType as CohortValueType,
        DateType as DateType,
        FlowSegmentation as FlowSegmentation,
        FunnelShowValueAs as FunnelShowValueAs,
        PeriodType as PeriodType,
        PeriodUnit as PeriodUnit,
        PlacementType as PlacementType,
        PredictionMonths as PredictionMonths,
        Segmentation as Segmentation,
    )
    from adapty.models.integrations import (
        IntegrationIdentifierFields as IntegrationIdentifierFields,
        IntegrationIdentifiers as IntegrationIdentifiers,
    )
    from adapty.models.mail import (
        DeviceInfo as DeviceInfo,
        MailProfile as MailProfile,
        MailProfileFields as MailProfileFields,
        Offer as Offer,
        OfferCategory as OfferCategory,
        OfferType as OfferType,
        ProfileDeletion as ProfileDeletion,
        TransactionEvent as TransactionEvent,
        TransactionEventFields as TransactionEventFields,
    )
    from adapty.models.paywalls import (
        PAYWALL_STATES as PAYWALL_STATES,
        PRODUCT_SETS as PRODUCT_SETS,
        Paywall as Paywall,
        PaywallListItem as PaywallListItem,
        PaywallProduct as PaywallProduct,
        PaywallProductOffer as PaywallProductOffer,
        PaywallScreenshot as PaywallScreenshot,
        RemoteConfig as RemoteConfig,
    )
    from adapty.models.profile import (
        ACCESS_STORES as ACCESS_STORES,
        CANCELLATION_REASONS as CANCELLATION_REASONS,
        ENVIRONMENTS as ENVIRONMENTS,
        OFFER_CATEGORIES as OFFER_CATEGORIES,
        OFFER_TYPES as OFFER_TYPES,
        AccessLevel as AccessLevel,
        CustomAttribute as CustomAttribute,
        NonSubscription as NonSubscription,
        Profile as Profile,
        ProfileSubscription as ProfileSubscription,
        PurchaseOffer as PurchaseOffer,
    )
    from adapty.models.profile_request import (
        AttStatus as AttStatus,
        Gender as Gender,
        InstallationMeta as InstallationMeta,
        InstallationPlatform as InstallationPlatform,
        Platform as Platform,
        ProfileFields as ProfileFields,
        ProfileStore as ProfileStore,
    )
    from adapty.models.refund_saver import (
        REFUND_PREFERENCES as REFUND_PREFERENCES,
        RefundPreference as RefundPreference,
        RefundSaverSettings as RefundSaverSettings,
    )
    from adapty.models.transactions import (
        CancellationReason as CancellationReason,
        Environment as Environment,
        OfferRequest as OfferRequest,
        OfferRequestCategory as OfferRequestCategory,
        OfferRequestType as OfferRequestType,
        OneTimePurchase as OneTimePurchase,
        OneTimePurchaseFields as OneTimePurchaseFields,
        Price as Price,
        Subscription as Subscription,
        SubscriptionFields as SubscriptionFields,
    )
    from adapty.models.virtual_currency import (
        CURRENCY_TRANSACTION_TYPES as CURRENCY_TRANSACTION_TYPES,
        VirtualCurrencyBalance as VirtualCurrencyBalance,
        VirtualCurrencyBalances as VirtualCurrencyBalances,
        VirtualCurrencyHistoryEntry as VirtualCurrencyHistoryEntry,
        VirtualCurrencyHistoryItem as VirtualCurrencyHistoryItem,
        VirtualCurrencyTransaction as VirtualCurrencyTransaction,
        VirtualCurrencyTransactionItem as VirtualCurrencyTransactionItem,
    )
    from adapty.models.web import (
        AttributionStatus as AttributionStatus,
        WebPaywall as WebPaywall,
        WebPaywallProduct as WebPaywallProduct,
        WebRemoteConfig as WebRemoteConfig,
    )
else:
    from adapty._lazy import attach

    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "adapty._core.deletions": "DeletionOutcome DeletionReport DeletionResult",
            ".analytics_charts": "AnalyticsPoint AnalyticsSegment Chart ChartMetric Conversion RecommendedPeriod",
            ".analytics_cohorts": "CohortSegment CohortValue Cohorts",
            ".analytics_options": """
                AnalyticsFilters ChartOptions CohortOptions ConversionOptions FunnelOptions
                LTVOptions RetentionOptions
            """,
            ".analytics_ranges": "ChartPiece ChartProgress DateRange split_range",
            ".analytics_funnels": "Funnel FunnelChange FunnelSegment FunnelStep Retention",
            ".analytics_ltv": "LTV LTVMetric LTVSegment",
            ".analytics_placements": "Placement Placements",
            ".analytics_values": """
                FILTERS_BY_CHART SEGMENTATIONS_BY_CHART AccountingType
                AnalyticsAttributionSource AnalyticsAttributionStatus AnalyticsDuration
                AnalyticsOfferCategory AnalyticsOfferType ChartId CohortValueField
                CohortValueType DateType FlowSegmentation FunnelShowValueAs PeriodType
                PeriodUnit PlacementType PredictionMonths Segmentation
            """,
            ".integrations": "IntegrationIdentifierFields IntegrationIdentifiers",
            ".mail": """
                DeviceInfo MailProfile MailProfileFields Offer OfferCategory OfferType ProfileDeletion
                TransactionEvent TransactionEventFields
            """,
            ".paywalls": """
                PAYWALL_STATES PRODUCT_SETS Paywall PaywallListItem PaywallProduct
                PaywallProductOffer PaywallScreenshot RemoteConfig
            """,
            ".profile": """
                ACCESS_STORES CANCELLATION_REASONS ENVIRONMENTS OFFER_CATEGORIES OFFER_TYPES
                AccessLevel CustomAttribute NonSubscription Profile ProfileSubscription
                PurchaseOffer
            """,
            ".profile_request": """
                AttStatus Gender InstallationMeta InstallationPlatform Platform ProfileFields
                ProfileStore
            """,
            ".refund_saver": "REFUND_PREFERENCES RefundPreference RefundSaverSettings",
            ".transactions": """
                CancellationReason Environment OfferRequest OfferRequestCategory OfferRequestType
                OneTimePurchase OneTimePurchaseFields Price Subscription SubscriptionFields
            """,
            ".virtual_currency": """
                CURRENCY_TRANSACTION_TYPES VirtualCurrencyBalance VirtualCurrencyBalances
                VirtualCurrencyHistoryEntry VirtualCurrencyHistoryItem VirtualCurrencyTransaction
                VirtualCurrencyTransactionItem
            """,
            ".web": "AttributionStatus WebPaywall WebPaywallProduct WebRemoteConfig",
        },
    )
