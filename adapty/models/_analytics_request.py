"""The requests to the Export Analytics API: schemas `MetricsFilters` and `...DataRequest`.

The methods of `client.analytics` build them from keyword arguments with `adapty.models._analytics_query`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Literal, get_args

import attrs
from attrs.converters import optional

from adapty._core import validation
from adapty._core.sentinel import NOT_GIVEN, NotGiven
from adapty._core.server_side_validation import boolean
from adapty._core.validation import Invalid, quote, type_name, validate_each
from adapty.models import analytics_values as values
from adapty.models._request import NESTED, VALIDATE, RequestModel, coerce_nested, validate_fields

__all__ = [
    "AnalyticsDataRequest",
    "CohortDataRequest",
    "ConversionDataRequest",
    "Format",
    "FunnelDataRequest",
    "LTVDataRequest",
    "MetricsFilters",
    "PlacementFilters",
    "PlacementInfoRequest",
    "RetentionDataRequest",
    "choice",
    "day",
    "days",
    "several",
]

Format = Literal["json", "csv"]
"""The format of a response."""

Validator = Callable[[Any], Any]

_DATE_EXPECTED = "expected a date or ISO 8601 text such as 2026-01-31"
_MAX_DAYS = 100_000


def day(value: dt.date | str) -> dt.date:
    """Return a calendar date from a date or from ISO 8601 text."""
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(str.__str__(value))
        except ValueError:
            raise Invalid(f"{quote(value)} is not a date; {_DATE_EXPECTED}") from None
    if isinstance(value, dt.datetime):
        raise Invalid("is a datetime; expected a date: pass the .date() of it, in the time zone that you mean")
    if not isinstance(value, dt.date):
        raise Invalid(f"is {type_name(value)}; {_DATE_EXPECTED}")
    return dt.date(value.year, value.month, value.day)


def days(value: Iterable[dt.date]) -> tuple[dt.date, ...]:
    """Return the first and the last day of a range, or one day."""
    return tuple(map(day, value))


def choice(literal: Any) -> Validator:
    """Return a validator of the values of a Literal type of text."""
    return partial(validation.one_of, get_args(literal))


def several(item: Callable[[Any], str]) -> Validator:
    """Return a validator that turns one str or several into the values of a filter, each once."""

    def validate_several(value: object) -> tuple[str, ...]:
        if isinstance(value, str):
            return (item(value),)
        if isinstance(value, bytes | bytearray | Mapping) or not isinstance(value, Iterable):
            raise Invalid(f"is {type_name(value)}; expected a str or several")
        found = tuple(dict.fromkeys(validate_each(item, value)))
        if not found:
            raise Invalid("has no values; omit it instead")
        return found

    return validate_several


def _prediction_months(value: object) -> int:
    months = get_args(values.PredictionMonths)
    if type(value) is not int or value not in months:
        got = value if type(value) is int and abs(value) < _MAX_DAYS else type_name(value)
        raise Invalid(f"is {got}; expected one of {', '.join(map(str, months))}")
    return value


def _renewal_days(value: object) -> tuple[int, ...]:
    expected = f"expected numbers of days, each from 0 to {_MAX_DAYS}"
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise Invalid(f"is {type_name(value)}; {expected}")
    found = tuple(value)
    for number in found:
        if type(number) is not int or not 0 <= number <= _MAX_DAYS:
            raise Invalid(f"contains {validation.describe(number)}; {expected}")
    if not found:
        raise Invalid("has no values; omit it instead")
    return found


def _state(value: str | int) -> str:
    """Return a state of a conversion: a number of payments, or text such as `6+`."""
    if type(value) is int:
        if not 0 <= value <= _MAX_DAYS:
            raise Invalid(f"is {validation.describe(value)}; expected a number of payments from 0 to {_MAX_DAYS}")
        return str(value)
    if not isinstance(value, str):
        raise Invalid(f"is {type_name(value)}; expected a number of payments, or text such as 6+")
    return validation.nonblank(value)


def _filters(value: MetricsFilters) -> MetricsFilters:
    return coerce_nested(MetricsFilters, value)


def _placement_filters(value: PlacementFilters) -> PlacementFilters:
    return coerce_nested(PlacementFilters, value)


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class MetricsFilters(RequestModel):
    """What a metric is computed of: schema `MetricsFilters`."""

    date: tuple[dt.date, ...] = attrs.field(metadata={VALIDATE: days})
    compare_date: tuple[dt.date, ...] | NotGiven = attrs.field(default=NOT_GIVEN, metadata={VALIDATE: days})
    store: tuple[str, ...] | NotGiven = attrs.field(
        default=NOT_GIVEN, metadata={VALIDATE: several(validation.nonblank)}
    )
    country: tuple[str, ...] | NotGiven = attrs.field(
        default=NOT_GIVEN, metadata={VALIDATE: several(validation.country)}
    )
    store_product_id: tuple[str, ...] | NotGiven = attrs.field(
        default=NOT_GIVEN, metadata={VALIDATE: several(validation.nonblank)}
    )
    duration: tuple[str, ...] | NotGiven = attrs.field(
        default=NOT_GIVEN, metadata={VALIDATE: several(choice(values.AnalyticsDuration))}
    )
    attribution_source: tuple[str, ...] | NotGiven = attrs.field(
        default=NOT_GIVEN, metadata={VALIDATE: several(choice(values.AnalyticsAttributionSource))}
    )
    attribution_status: tuple[str, ...] | NotGiven = attrs.field(
        default=NOT_GIVEN, metadata={VALIDATE: several(choice(values.AnalyticsAttributionStatus))}
    )
    attribution_channel: tuple[str, ...] | NotGiven = attrs.field(
        default=NOT_GIVEN, metadata={VALIDATE: several(validation.nonblank)}
    )
    attribution_campaign: tuple[str, ...] | NotGiven = attrs.field(
        default=NOT_GIVEN, metadata={VALIDATE: several(validation.nonblank)}
    )
    attribution_adgroup: tuple[str, ...] | NotGiven = attrs.field(
        default=NOT_GIVEN, metadata={VALIDATE: several(validation.nonblank)}
    )
    attribution_adset: tuple[str, ...] | NotGiven = attrs.field(
        default=NOT_GIVEN, metadata={VALIDATE: several(validation.nonblank)}
    )
    attribution_creative: tuple[str, ...] | NotGiven = attrs.field(
        default=NOT_GIVEN, metadata={VALIDATE: several(validation.nonblank)}
    )
    offer_category: tuple[str, ...] | NotGiven = attrs.field(
        default=NOT_GIVEN, metadata={VALIDATE: several(choice(values.AnalyticsOfferCategory))}
    )
    offer_type: tuple[str, ...] | NotGiven = attrs.field(
        default=NOT_GIVEN, metadata={VALIDATE: several(choice(values.AnalyticsOfferType))}
    )
    offer_id: tuple[str, ...] | NotGiven = attrs.field(
        default=NOT_GIVEN, metadata={VALIDATE: several(validation.nonblank)}
    )


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class AnalyticsDataRequest(RequestModel):
    """A chart to retrieve: schema `AnalyticsDataRequest`."""

    chart_id: str = attrs.field(metadata={VALIDATE: choice(values.ChartId)})
    filters: MetricsFilters = attrs.field(converter=_filters, metadata={NESTED: MetricsFilters})
    period_unit: str | NotGiven = attrs.field(default=NOT_GIVEN, metadata={VALIDATE: choice(values.PeriodUnit)})
    date_type: str | NotGiven = attrs.field(default=NOT_GIVEN, metadata={VALIDATE: choice(values.DateType)})
    segmentation: str | NotGiven = attrs.field(default=NOT_GIVEN, metadata={VALIDATE: validation.nonblank})
    format: str | NotGiven = attrs.field(default=NOT_GIVEN, metadata={VALIDATE: choice(Format)})


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class CohortDataRequest(RequestModel):
    """Cohorts to retrieve: schema `CohortDataRequest`."""

    filters: MetricsFilters = attrs.field(converter=_filters, metadata={NESTED: MetricsFilters})
    period_unit: str | NotGiven = attrs.field(default=NOT_GIVEN, metadata={VALIDATE: choice(values.PeriodUnit)})
    period_type: str | NotGiven = attrs.field(default=NOT_GIVEN, metadata={VALIDATE: choice(values.PeriodType)})
    value_type: str | NotGiven = attrs.field(default=NOT_GIVEN, metadata={VALIDATE: choice(values.CohortValueType)})
    value_field: str | NotGiven = attrs.field(default=NOT_GIVEN, metadata={VALIDATE: choice(values.CohortValueField)})
    accounting_type: str | NotGiven = attrs.field(default=NOT_GIVEN, metadata={VALIDATE: choice(values.AccountingType)})
    renewal_days: tuple[int, ...] | NotGiven = attrs.field(default=NOT_GIVEN, metadata={VALIDATE: _renewal_days})
    prediction_months: int | NotGiven = attrs.field(default=NOT_GIVEN, metadata={VALIDATE: _prediction_months})
    format: str | NotGiven = attrs.field(default=NOT_GIVEN, metadata={VALIDATE: choice(Format)})


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class ConversionDataRequest(RequestModel):
    """A conversion to retrieve: schema `ConversionDataRequest`."""

    filters: MetricsFilters = attrs.field(converter=_filters, metadata={NESTED: MetricsFilters})
    from_period: str | None = attrs.field(converter=optional(_state))
    to_period: str = attrs.field(converter=_state)
    period_unit: str | NotGiven = attrs.field(default=NOT_GIVEN, metadata={VALIDATE: choice(values.PeriodUnit)})
    date_type: str | NotGiven = attrs.field(default=NOT_GIVEN, metadata={VALIDATE: choice(values.DateType)})
    segmentation: str | NotGiven = attrs.field(default=NOT_GIVEN, metadata={VALIDATE: choice(values.FlowSegmentation)})
    format: str | NotGiven = attrs.field(default=NOT_GIVEN, metadata={VALIDATE: choice(Format)})


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class FunnelDataRequest(RequestModel):
    """A funnel to retrieve: schema `FunnelDataRequest`."""

    filters: MetricsFilters = attrs.field(converter=_filters, metadata={NESTED: MetricsFilters})
    period_unit: str | NotGiven = attrs.field(default=NOT_GIVEN, metadata={VALIDATE: choice(values.PeriodUnit)})
    show_value_as: str | NotGiven = attrs.field(
        default=NOT_GIVEN, metadata={VALIDATE: choice(values.FunnelShowValueAs)}
    )
    segmentation: str | NotGiven = attrs.field(default=NOT_GIVEN, metadata={VALIDATE: choice(values.FlowSegmentation)})
    format: str | NotGiven = attrs.field(default=NOT_GIVEN, metadata={VALIDATE: choice(Format)})


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class LTVDataRequest(RequestModel):
    """Lifetime values to retrieve: schema `LTVDataRequest`."""

    filters: MetricsFilters = attrs.field(converter=_filters, metadata={NESTED: MetricsFilters})
    period_unit: str | NotGiven = attrs.field(default=NOT_GIVEN, metadata={VALIDATE: choice(values.PeriodUnit)})
    period_type: str | NotGiven = attrs.field(default=NOT_GIVEN, metadata={VALIDATE: choice(values.PeriodType)})
    segmentation: str | NotGiven = attrs.field(default=NOT_GIVEN, metadata={VALIDATE: validation.nonblank})
    format: str | NotGiven = attrs.field(default=NOT_GIVEN, metadata={VALIDATE: choice(Format)})


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class RetentionDataRequest(RequestModel):
    """Retention to retrieve: schema `RetentionDataRequest`."""

    filters: MetricsFilters = attrs.field(converter=_filters, metadata={NESTED: MetricsFilters})
    period_unit: str | NotGiven = attrs.field(default=NOT_GIVEN, metadata={VALIDATE: choice(values.PeriodUnit)})
    segmentation: str | NotGiven = attrs.field(default=NOT_GIVEN, metadata={VALIDATE: choice(values.FlowSegmentation)})
    use_trial: bool | NotGiven = attrs.field(default=NOT_GIVEN, converter=boolean)
    format: str | NotGiven = attrs.field(default=NOT_GIVEN, metadata={VALIDATE: choice(Format)})


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class PlacementFilters(RequestModel):
    """Which placements to retrieve: the filters of schema `PlacementInfoRequest`."""

    placement_type: str = attrs.field(metadata={VALIDATE: choice(values.PlacementType)})


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class PlacementInfoRequest(RequestModel):
    """Placements to retrieve: schema `PlacementInfoRequest`."""

    filters: PlacementFilters = attrs.field(converter=_placement_filters, metadata={NESTED: PlacementFilters})
