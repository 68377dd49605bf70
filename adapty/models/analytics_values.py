"""The values that the Export Analytics API accepts, and which of them it accepts together.

Names and values are those of `openapi/export_analytics.yaml`. The vendor lists the segmentations and the filters of
each chart on an older page of its documentation only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "FILTERS_BY_CHART",
    "FLOW_SEGMENTATIONS",
    "SEGMENTATIONS_BY_CHART",
    "AccountingType",
    "AnalyticsAttributionSource",
    "AnalyticsAttributionStatus",
    "AnalyticsDuration",
    "AnalyticsOfferCategory",
    "AnalyticsOfferType",
    "ChartId",
    "CohortValueField",
    "CohortValueType",
    "DateType",
    "FlowSegmentation",
    "FunnelShowValueAs",
    "PeriodType",
    "PeriodUnit",
    "PlacementType",
    "PredictionMonths",
    "Segmentation",
]

ChartId = Literal[
    "revenue",
    "mrr",
    "arr",
    "arppu",
    "subscriptions_active",
    "subscriptions_new",
    "subscriptions_renewal_cancelled",
    "subscriptions_expired",
    "trials_active",
    "trials_new",
    "trials_renewal_cancelled",
    "trials_expired",
    "grace_period",
    "billing_issue",
    "refund_events",
    "refund_money",
    "non_subscriptions",
    "arpu",
    "installs",
]
"""The charts."""

PeriodUnit = Literal["day", "week", "month", "quarter", "year"]
"""The length of a period."""

DateType = Literal["purchase_date", "profile_install_date"]
"""The date that decides whether a user belongs to the range."""

PeriodType = Literal["renewals", "days"]
"""Whether the periods of a cohort are renewals, or days after the install."""

CohortValueType = Literal["absolute", "relative"]
"""Whether the values of a cohort are absolute, or relative to its first period."""

CohortValueField = Literal["revenue", "arppu", "arpu", "arpas", "subscribers", "subscriptions"]
"""What a cohort measures."""

AccountingType = Literal["revenue", "proceeds", "net_revenue"]
"""Whether money is before the store's fee, after it, or after fee and taxes."""

PredictionMonths = Literal[3, 6, 9, 12, 18, 24]
"""How many months are predicted."""

FunnelShowValueAs = Literal["absolute", "relative", "both"]
"""Whether the values of a funnel are numbers of users, percentages, or both."""

PlacementType = Literal["paywall", "onboarding"]
"""What a placement shows."""

AnalyticsDuration = Literal[
    "Weekly", "Monthly", "2 months", "3 months", "6 months", "Annual", "Lifetime", "Uncategorized"
]
"""The durations of products, as a filter."""

AnalyticsAttributionSource = Literal["adjust", "airbridge", "apple_search_ads", "appsflyer", "branch", "custom"]
"""The sources of attributions, as a filter."""

AnalyticsAttributionStatus = Literal["organic", "non-organic", "unknown"]
"""The statuses of attributions, as a filter. With a hyphen, unlike in the other APIs."""

AnalyticsOfferCategory = Literal["no_offer", "introductory", "promotional", "offer_code", "win_back", "retention"]
"""The categories of offers, as a filter."""

AnalyticsOfferType = Literal["free_trial", "pay_as_you_go", "pay_up_front"]
"""How an offer is paid, as a filter."""

Segmentation = Literal[
    "country",
    "store",
    "attribution_status",
    "attribution_channel",
    "attribution_campaign",
    "attribution_adgroup",
    "attribution_adset",
    "attribution_creative",
    "attribution_source",
    "store_product_id",
    "paywall_id",
    "audience_id",
    "placement_id",
    "duration",
    "renewal_status",
    "cancellation_reason",
    "period",
    "offer_category",
    "offer_type",
    "offer_id",
]
"""The segmentations of charts; `SEGMENTATIONS_BY_CHART` has those of each chart."""

FlowSegmentation = Literal[
    "app_id",
    "period",
    "renewal_status",
    "cancellation_reason",
    "store_product_id",
    "country",
    "store",
    "purchase_container_id",
    "paywall_id",
    "audience_id",
    "placement_id",
    "attribution_source",
    "attribution_status",
    "attribution_channel",
    "attribution_campaign",
    "attribution_adgroup",
    "attribution_adset",
    "attribution_creative",
    "duration",
    "default",
]
"""The segmentations of conversions, funnels and retention."""

FLOW_SEGMENTATIONS: tuple[FlowSegmentation, ...] = get_args(FlowSegmentation)

_COMMON: tuple[Segmentation, ...] = (
    "country",
    "store",
    "attribution_status",
    "attribution_channel",
    "attribution_campaign",
    "attribution_adgroup",
    "attribution_adset",
    "attribution_creative",
    "attribution_source",
)
_PRODUCT: tuple[Segmentation, ...] = (
    *_COMMON,
    "store_product_id",
    "paywall_id",
    "audience_id",
    "placement_id",
    "duration",
)
_PAYING: tuple[Segmentation, ...] = (*_PRODUCT, "renewal_status", "period")
_OFFER: tuple[Segmentation, ...] = ("offer_category", "offer_type", "offer_id")

SEGMENTATIONS_BY_CHART: Mapping[ChartId, tuple[Segmentation, ...]] = {
    "revenue": (*_PAYING, *_OFFER),
    "mrr": (*_PAYING, *_OFFER),
    "arr": (*_PAYING, *_OFFER),
    "arppu": _PAYING,
    "subscriptions_active": (*_PAYING, *_OFFER),
    "subscriptions_new": (*_PRODUCT, *_OFFER),
    "subscriptions_renewal_cancelled": _PRODUCT,
    "subscriptions_expired": (*_PRODUCT, "cancellation_reason"),
    "trials_active": (*_PAYING, *_OFFER),
    "trials_new": (*_PRODUCT, *_OFFER),
    "trials_renewal_cancelled": _PRODUCT,
    "trials_expired": (*_PRODUCT, "cancellation_reason"),
    "grace_period": _PRODUCT,
    "billing_issue": _PRODUCT,
    "refund_events": (*_PRODUCT, *_OFFER),
    "refund_money": _PRODUCT,
    "non_subscriptions": _PRODUCT,
    "arpu": (*_COMMON, "period"),
    "installs": _COMMON,
}
"""The segmentations of each chart."""

_INSTALL_FILTERS = (
    "store",
    "country",
    "attribution_source",
    "attribution_status",
    "attribution_channel",
    "attribution_campaign",
    "attribution_adgroup",
    "attribution_adset",
    "attribution_creative",
)

FILTERS_BY_CHART: Mapping[ChartId, tuple[str, ...]] = {"arpu": _INSTALL_FILTERS, "installs": _INSTALL_FILTERS}
"""The filters, besides the range, of the charts that do not have all of them."""
