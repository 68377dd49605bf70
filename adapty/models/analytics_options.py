"""The keyword arguments of the methods of `client.analytics`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Required, TypedDict
from zoneinfo import ZoneInfo

from adapty._core.sentinel import NotGiven
from adapty.models import analytics_values as values

__all__ = [
    "AnalyticsFilters",
    "ChartOptions",
    "CohortOptions",
    "ConversionOptions",
    "FunnelOptions",
    "LTVOptions",
    "RetentionOptions",
]


class AnalyticsFilters(TypedDict, total=False):
    """What a metric is computed of, as keyword arguments. A filter is one str or several, of which any may match.

    Attributes:
        date_from: The first day: a date, or its ISO 8601 text; required.
        date_to: The last day. Default: `date_from`, so that the range is one day. The vendor has been seen to refuse a
            range of more than 365 days with `period_unit` `day`.
        compare_from: The first day of a range to compare with.
        compare_to: The last day of the range to compare with. Default: `compare_from`.
        store: `app_store`, `play_store`, `stripe`, or the Store ID of a custom store.
        country: Two-letter codes of ISO 3166-1, in either case, such as `US`.
        store_product_id: The store's IDs of products.
        duration: Some of `adapty.models.AnalyticsDuration`.
        attribution_source: Some of `adapty.models.AnalyticsAttributionSource`.
        attribution_status: Some of `adapty.models.AnalyticsAttributionStatus`.
        attribution_channel: Marketing channels.
        attribution_campaign: Marketing campaigns.
        attribution_adgroup: Ad groups.
        attribution_adset: Ad sets.
        attribution_creative: Creatives.
        offer_category: Some of `adapty.models.AnalyticsOfferCategory`.
        offer_type: Some of `adapty.models.AnalyticsOfferType`.
        offer_id: IDs of offers.
        timezone: The IANA name of the time zone in which a day starts, or a ZoneInfo. The vendor does not document
            the default.
        extra_fields: Fields of the API that this release does not know, sent unchanged.
    """

    date_from: Required[dt.date | str]
    date_to: dt.date | str | NotGiven
    compare_from: dt.date | str | NotGiven
    compare_to: dt.date | str | NotGiven
    store: str | Iterable[str] | NotGiven
    country: str | Iterable[str] | NotGiven
    store_product_id: str | Iterable[str] | NotGiven
    duration: values.AnalyticsDuration | Iterable[values.AnalyticsDuration] | NotGiven
    attribution_source: values.AnalyticsAttributionSource | Iterable[values.AnalyticsAttributionSource] | NotGiven
    attribution_status: values.AnalyticsAttributionStatus | Iterable[values.AnalyticsAttributionStatus] | NotGiven
    attribution_channel: str | Iterable[str] | NotGiven
    attribution_campaign: str | Iterable[str] | NotGiven
    attribution_adgroup: str | Iterable[str] | NotGiven
    attribution_adset: str | Iterable[str] | NotGiven
    attribution_creative: str | Iterable[str] | NotGiven
    offer_category: values.AnalyticsOfferCategory | Iterable[values.AnalyticsOfferCategory] | NotGiven
    offer_type: values.AnalyticsOfferType | Iterable[values.AnalyticsOfferType] | NotGiven
    offer_id: str | Iterable[str] | NotGiven
    timezone: str | ZoneInfo | NotGiven
    extra_fields: Mapping[str, Any] | NotGiven


class ChartOptions(AnalyticsFilters, total=False):
    """The arguments of `client.analytics.chart`: those of `AnalyticsFilters`, and these.

    Attributes:
        period_unit: The length of a period. Default: `month`.
        date_type: The date that decides whether a user belongs to the range. Default: `purchase_date`.
        segmentation: The field whose values are the segments; see `adapty.models.SEGMENTATIONS_BY_CHART`.
    """

    period_unit: values.PeriodUnit | NotGiven
    date_type: values.DateType | NotGiven
    segmentation: values.Segmentation | NotGiven


class CohortOptions(AnalyticsFilters, total=False):
    """The arguments of `client.analytics.cohorts`: those of `AnalyticsFilters`, and these.

    Attributes:
        period_unit: The length of a period, which makes a cohort. Default: `month`.
        period_type: Whether values are by renewal, or by days after the install. Default: `renewals`.
        value_type: Whether values are absolute, or relative to the first period. Default: `absolute`.
        value_field: What is measured. Default: `revenue`.
        accounting_type: Whether money is before the store's fee, after it, or after fee and taxes. Default: `revenue`.
        renewal_days: Days after the install, for `period_type="days"` only.
        prediction_months: How many months to predict. Default: 12.
    """

    period_unit: values.PeriodUnit | NotGiven
    period_type: values.PeriodType | NotGiven
    value_type: values.CohortValueType | NotGiven
    value_field: values.CohortValueField | NotGiven
    accounting_type: values.AccountingType | NotGiven
    renewal_days: Iterable[int] | NotGiven
    prediction_months: values.PredictionMonths | NotGiven


class ConversionOptions(AnalyticsFilters, total=False):
    """The arguments of `client.analytics.conversion`: those of `AnalyticsFilters`, and these.

    Attributes:
        from_period: The first state: a number of payments, or None for the install; required.
        to_period: The second state: a number of payments, or text such as `6+`; required.
        period_unit: The length of a period. Default: `month`.
        date_type: The date that decides whether a user belongs to the range. Default: `purchase_date`.
        segmentation: The field whose values are the segments.
    """

    from_period: Required[str | int | None]
    to_period: Required[str | int]
    period_unit: values.PeriodUnit | NotGiven
    date_type: values.DateType | NotGiven
    segmentation: values.FlowSegmentation | NotGiven


class FunnelOptions(AnalyticsFilters, total=False):
    """The arguments of `client.analytics.funnel`: those of `AnalyticsFilters`, and these.

    Attributes:
        period_unit: The length of a period.
        show_value_as: Whether values are numbers of users, percentages, or both.
        segmentation: The field whose values are the segments.
    """

    period_unit: values.PeriodUnit | NotGiven
    show_value_as: values.FunnelShowValueAs | NotGiven
    segmentation: values.FlowSegmentation | NotGiven


class LTVOptions(AnalyticsFilters, total=False):
    """The arguments of `client.analytics.ltv`: those of `AnalyticsFilters`, and these.

    Attributes:
        period_unit: The length of a period.
        period_type: Whether values are by renewal, or by days after the install.
        segmentation: The field whose values are the segments. The vendor's pages disagree on the names, so any name is
            sent.
    """

    period_unit: values.PeriodUnit | NotGiven
    period_type: values.PeriodType | NotGiven
    segmentation: str | NotGiven


class RetentionOptions(AnalyticsFilters, total=False):
    """The arguments of `client.analytics.retention`: those of `AnalyticsFilters`, and these.

    Attributes:
        period_unit: The length of a period.
        segmentation: The field whose values are the segments.
        use_trial: Whether the trial is the first step. Default: False.
    """

    period_unit: values.PeriodUnit | NotGiven
    segmentation: values.FlowSegmentation | NotGiven
    use_trial: bool | NotGiven
