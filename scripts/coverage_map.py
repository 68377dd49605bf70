"""The tables that map the contracts to the facade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from adapty import flows, models
from adapty.models import (
    _analytics_request,
    access,
    integrations,
    paywalls,
    profile_request,
    purchases,
    refund_saver,
    virtual_currency,
    web,
)
from adapty.webhooks import events

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapty._core.operations import Api
    from adapty.models._request import RequestModel
    from adapty.models._response import ResponseModel

__all__ = [
    "ALTERNATIVES",
    "COMMANDS",
    "COMMAND_OPTIONS",
    "ENUMS",
    "EVENTS",
    "FACADE_ARGUMENTS",
    "FLATTENED",
    "METHODS",
    "PARAMETERS",
    "REQUESTS",
    "RESPONSES",
    "SPLIT",
]

METHODS: Mapping[Api, Mapping[str, tuple[str, ...]]] = {
    "mail": {
        "saveProfile": ("mail.save_profile",),
        "saveTransactionEvent": ("mail.save_transaction_event",),
        "deleteProfile": ("mail.delete_profile",),
    },
    "server_side": {
        "getProfile": ("profiles.get",),
        "createProfile": ("profiles.create",),
        "updateProfile": ("profiles.update",),
        "deleteProfile": ("profiles.delete",),
        "setTransaction": ("transactions.set_one_time_purchase", "transactions.set_subscription"),
        "grantAccessLevel": ("access_levels.grant",),
        "revokeAccessLevel": ("access_levels.revoke",),
        "getRefundSaverSettings": ("refund_saver.get",),
        "setRefundSaverSettings": ("refund_saver.set",),
        "validateStripePurchase": ("purchases.validate_stripe",),
        "validatePaddlePurchase": ("purchases.validate_paddle",),
        "getIntegrationIdentifiers": ("integrations.get",),
        "setIntegrationIdentifiers": ("integrations.set",),
        "listPaywalls": ("paywalls.list",),
        "getPaywall": ("paywalls.get",),
        "updatePaywall": ("paywalls.update",),
        "createVirtualCurrencyTransaction": ("virtual_currencies.transact",),
        "listVirtualCurrencyTransactions": ("virtual_currencies.history",),
        "listVirtualCurrencyBalances": ("virtual_currencies.balances",),
        "getProfileV1": ("v1.profiles.get",),
        "createProfileV1": ("v1.profiles.create",),
        "updateProfileV1": ("v1.profiles.update",),
        "deleteProfileV1": ("v1.profiles.delete",),
        "grantAccessLevelV1": ("v1.access_levels.grant",),
    },
    "export_analytics": {
        "retrieveAnalyticsData": ("analytics.chart",),
        "retrieveCohortData": ("analytics.cohorts",),
        "retrieveConversionData": ("analytics.conversion",),
        "retrieveFunnelData": ("analytics.funnel",),
        "retrieveLTVData": ("analytics.ltv",),
        "retrieveRetentionData": ("analytics.retention",),
        "retrievePlacementInfo": ("analytics.placements",),
    },
    "web": {
        "getPaywall": ("web.get_paywall",),
        "recordPaywallView": ("web.record_paywall_view",),
        "addAttribution": ("web.add_attribution",),
    },
}
"""Operation to its methods; one method per request body."""

PARAMETERS: Mapping[str, str | None] = {
    "adapty-customer-user-id": "customer_user_id",
    "adapty-profile-id": "profile_id",
    "adapty-platform": "platform",
    "Idempotency-Key": "idempotency_key",
    "page[size]": "page_size",
    "limit": "page_size",
    # The iterators request the next page.
    "page[number]": None,
    "cursor": None,
}
"""Header or query parameter to argument, if the names differ; None if there is none."""

FACADE_ARGUMENTS = frozenset(
    {
        # Model instances, and fields of later API versions.
        *("profile", "event", "extra_fields"),
        # Flags in place of null, and a part of the product.
        *("lifetime", "immediate", "store_base_plan_id"),
        # The field that distinguishes the bodies of setTransaction, each of which has a method.
        "purchase_type",
        # A part of the path.
        "paywall_id",
        # A header that the vendor documents outside of the contract, and the file for a CSV response.
        *("timezone", "format", "output"),
    },
)
"""Arguments and fields that only the facade or only the contract has, on purpose."""

FLATTENED = frozenset({"filters"})
"""Fields of request bodies whose own fields are arguments."""

SPLIT: Mapping[str, tuple[str, ...]] = {
    "date": ("date_from", "date_to"),
    "compare_date": ("compare_from", "compare_to"),
}
"""Field of a flattened one to its arguments, if there are several."""

ALTERNATIVES: Mapping[str, str] = {"StripeValidationRequest": "StripeValidationAttributes"}
"""Body schema that only wraps another one, to the schema with the arguments."""

COMMANDS: Mapping[Api, Mapping[str, tuple[str, str]]] = {
    "mail": {
        "saveProfile": ("mail", "save-profile"),
        "saveTransactionEvent": ("mail", "save-event"),
        "deleteProfile": ("mail", "delete-profile"),
    },
    "server_side": {},
    "export_analytics": {
        "retrieveAnalyticsData": ("analytics", "chart"),
        "retrieveCohortData": ("analytics", "cohorts"),
        "retrieveConversionData": ("analytics", "conversion"),
        "retrieveFunnelData": ("analytics", "funnel"),
        "retrieveLTVData": ("analytics", "ltv"),
        "retrieveRetentionData": ("analytics", "retention"),
        "retrievePlacementInfo": ("analytics", "placements"),
    },
    "web": {},
}
"""Operation to the command that has an option for each of its fields."""

COMMAND_OPTIONS = frozenset({"help", "timezone", "format", "output", "plot", "as_json", "raw_csv", "metric"})
"""Options of commands that are no fields, and fields that commands set themselves."""

REQUESTS: Mapping[Api, Mapping[str, type[RequestModel | ResponseModel]]] = {
    "mail": {
        "ProfileDTO": models.MailProfile,
        "DeviceInfoDTO": models.DeviceInfo,
        "TransactionEventDTO": models.TransactionEvent,
        "ProfileDeleteDTO": models.ProfileDeletion,
        "Offer": models.Offer,
    },
    "server_side": {
        "ProfileRequest": profile_request.ProfileRequest,
        "CustomAttribute": models.CustomAttribute,
        "InstallationMeta": models.InstallationMeta,
        "OneTimePurchase": models.OneTimePurchase,
        "Subscription": models.Subscription,
        "Price": models.Price,
        "OfferRequest": models.OfferRequest,
        "GrantAccessRequest": access.GrantAccessRequest,
        "RevokeAccessRequest": access.RevokeAccessRequest,
        "RefundSaverSettingsRequest": refund_saver.RefundSaverSettingsRequest,
        "StripeValidationRequest": purchases.StripeValidationRequest,
        "StripeValidationData": purchases.StripeValidationData,
        "StripeValidationAttributes": purchases.StripeValidationAttributes,
        "PaddleValidationRequest": purchases.PaddleValidationRequest,
        "IntegrationIdentifiers": integrations.IntegrationIdentifiersRequest,
        "RemoteConfig": models.RemoteConfig,
        "PaywallUpdateRequest": paywalls.PaywallUpdateRequest,
        "VirtualCurrencyTransactionRequest": virtual_currency.VirtualCurrencyTransactionRequest,
        "VirtualCurrencyTransactionItem": models.VirtualCurrencyTransactionItem,
    },
    "export_analytics": {
        "MetricsFilters": _analytics_request.MetricsFilters,
        "AnalyticsDataRequest": _analytics_request.AnalyticsDataRequest,
        "CohortDataRequest": _analytics_request.CohortDataRequest,
        "ConversionDataRequest": _analytics_request.ConversionDataRequest,
        "FunnelDataRequest": _analytics_request.FunnelDataRequest,
        "LTVDataRequest": _analytics_request.LTVDataRequest,
        "RetentionDataRequest": _analytics_request.RetentionDataRequest,
        "PlacementInfoRequest": _analytics_request.PlacementInfoRequest,
    },
    "web": {
        "GetPaywallRequest": web.WebPaywallRequest,
        "RecordPaywallViewRequest": web.PaywallViewRequest,
        "AddAttributionRequest": web.AttributionRequest,
    },
}
"""Request schema to its class in adapty.models."""

RESPONSES: Mapping[Api, Mapping[type[ResponseModel] | None, tuple[str, ...]]] = {
    "mail": {},
    "server_side": {
        models.Profile: ("ProfileResponse", "Profile"),
        models.CustomAttribute: ("CustomAttribute",),
        models.AccessLevel: ("AccessLevel",),
        models.ProfileSubscription: ("ProfileSubscription",),
        models.NonSubscription: ("NonSubscription",),
        models.PurchaseOffer: ("Offer",),
        models.RefundSaverSettings: ("RefundSaverSettingsResponse", "RefundSaverSettings"),
        models.IntegrationIdentifiers: ("IntegrationIdentifiers",),
        models.Paywall: ("Paywall",),
        models.PaywallListItem: ("PaywallListItem",),
        models.PaywallProduct: ("PaywallProduct",),
        models.PaywallProductOffer: ("PaywallProductOffer",),
        models.PaywallScreenshot: ("PaywallScreenshot",),
        models.RemoteConfig: ("RemoteConfig",),
        paywalls.PaywallListResponse: ("PaywallListResponse",),
        paywalls.PaywallListMeta: ("PaywallListMeta",),
        paywalls.PagePagination: ("PagePagination",),
        models.VirtualCurrencyTransaction: ("VirtualCurrencyTransactionResponse",),
        models.VirtualCurrencyBalance: ("VirtualCurrencyBalance",),
        models.VirtualCurrencyBalances: ("VirtualCurrencyBalanceListResponse",),
        virtual_currency.VirtualCurrencyTransactionsHistoryResponse: ("VirtualCurrencyTransactionsHistoryResponse",),
        virtual_currency.CursorPagination: ("CursorPagination",),
        models.VirtualCurrencyHistoryItem: ("VirtualCurrencyHistoryItem",),
        models.VirtualCurrencyHistoryEntry: ("VirtualCurrencyHistoryEntry",),
        # Its one field is null on success.
        None: ("StripeValidationResponse",),
    },
    "export_analytics": {
        models.Chart: ("AnalyticsDataResponse",),
        models.ChartMetric: ("MetricData",),
        models.Cohorts: ("CohortDataResponse",),
        models.CohortSegment: ("CohortSegment",),
        models.CohortValue: ("CohortValue",),
        models.Conversion: ("ConversionDataResponse",),
        models.Funnel: ("FunnelDataResponse",),
        models.FunnelSegment: ("FunnelSegment",),
        models.FunnelStep: ("FunnelValue",),
        models.LTV: ("LTVDataResponse",),
        models.LTVMetric: ("LTVMetric",),
        models.LTVSegment: ("LTVData",),
        models.Retention: ("RetentionDataResponse",),
        models.Placements: ("PlacementInfoResponse",),
    },
    "web": {
        models.WebPaywall: ("PaywallResponse",),
        models.WebPaywallProduct: ("Product",),
        models.PurchaseOffer: ("Offer",),
        models.WebRemoteConfig: ("RemoteConfig",),
    },
}
"""Class in adapty.models to its response schemas; several if one only wraps the other."""

EVENTS: Mapping[str, type[ResponseModel] | None] = {
    "PurchaseEvent": events.WebhookEvent,
    "AccessLevelUpdatedEvent": events.WebhookEvent,
    "PurchaseEventProperties": events.PurchaseProperties,
    "AccessLevelUpdatedProperties": events.AccessLevelProperties,
    "SharingProfile": events.SharingProfile,
    "Attribution": events.Attribution,
    "PlayStorePurchaseToken": events.PlayStorePurchaseToken,
    # The receiver handles these two itself.
    "Verification": None,
    "VerificationAnswer": None,
}
"""Webhook schema to its class in adapty.webhooks."""

_PERIODIC = tuple(name for name in REQUESTS["export_analytics"] if name.endswith("DataRequest"))

ENUMS: Mapping[Api, Mapping[str, Any]] = {
    "mail": {
        "TransactionEventType": flows.TransactionEventType,
        "OfferCategory": models.OfferCategory,
        "OfferType": models.OfferType,
    },
    "server_side": {
        "Platform": models.Platform,
        "CancellationReason": models.CancellationReason,
        "ProfileRequest.gender": models.Gender,
        "ProfileRequest.store": models.ProfileStore,
        "ProfileRequest.att_status": models.AttStatus,
        "InstallationMeta.platform": models.InstallationPlatform,
        "OneTimePurchase.environment": models.Environment,
        "OneTimePurchase.purchase_type": Literal["one_time_purchase"],
        "Subscription.environment": models.Environment,
        "Subscription.purchase_type": Literal["subscription"],
        "OfferRequest.category": models.OfferRequestCategory,
        "OfferRequest.type": models.OfferRequestType,
        "RefundSaverSettingsRequest.custom_preference": models.RefundPreference,
        "StripeValidationData.type": purchases.StripeKind,
    },
    "export_analytics": {
        "AnalyticsDataRequest.chart_id": models.ChartId,
        **{
            f"{name}.{field}": literal
            for field, literal, names in (
                ("period_unit", models.PeriodUnit, _PERIODIC),
                ("format", _analytics_request.Format, _PERIODIC),
                ("date_type", models.DateType, ("AnalyticsDataRequest", "ConversionDataRequest")),
                ("period_type", models.PeriodType, ("CohortDataRequest", "LTVDataRequest")),
            )
            for name in names
        },
        "CohortDataRequest.value_type": models.CohortValueType,
        "CohortDataRequest.value_field": models.CohortValueField,
        "CohortDataRequest.accounting_type": models.AccountingType,
        "CohortDataRequest.prediction_months": models.PredictionMonths,
        "FunnelDataRequest.show_value_as": models.FunnelShowValueAs,
    },
    "web": {"AddAttributionRequest.status": models.AttributionStatus},
}
"""Request enum to its Literal type."""
