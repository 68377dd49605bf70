"""Cohorts of the Export Analytics API: schemas `CohortDataResponse`, `CohortSegment` and `CohortValue`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, ClassVar

import attrs

from adapty.models._analytics_points import Row, build_rows, parse_day
from adapty.models._response import (
    ResponseModel,
    json_ready,
    list_of,
    parse_bool,
    parse_decimal,
    parse_int,
    parse_str,
    scalar,
)

__all__ = ["CohortSegment", "CohortValue", "Cohorts"]


@attrs.frozen(kw_only=True)
class CohortValue(ResponseModel):
    """A cohort in one period: schema `CohortValue`.

    Attributes:
        period: The number of the period, from 1.
        installs: Installs.
        subscriptions: Subscriptions.
        subscribers: Subscribers.
        revenue_usd: Revenue in USD.
        proceeds_usd: Proceeds in USD, after the store's fee.
        net_revenue_usd: Net revenue in USD, after fee and taxes.
        arpu_usd: Average revenue per user in this period, in USD.
        appu_usd: Average proceeds per user in this period, in USD.
        anrpu_usd: Average net revenue per user in this period, in USD.
        arppu_usd: Average revenue per paying user in this period, in USD.
        apppu_usd: Average proceeds per paying user in this period, in USD.
        anrppu_usd: Average net revenue per paying user in this period, in USD.
        arpas_usd: Average revenue per active subscriber in this period, in USD.
        appas_usd: Average proceeds per active subscriber in this period, in USD.
        anrpas_usd: Average net revenue per active subscriber in this period, in USD.
        revenue_relative: Revenue as a percentage of the first period.
        proceeds_relative: Proceeds as a percentage of the first period.
        net_revenue_relative: Net revenue as a percentage of the first period.
        subscriptions_relative: Subscriptions as a percentage of the first period.
        subscribers_relative: Subscribers as a percentage of the first period.
        currently_active_period: Whether the period has not ended.
    """

    period: int | None = attrs.field(default=None, metadata=scalar(parse_int))
    installs: int | None = attrs.field(default=None, metadata=scalar(parse_int))
    subscriptions: int | None = attrs.field(default=None, metadata=scalar(parse_int))
    subscribers: int | None = attrs.field(default=None, metadata=scalar(parse_int))
    revenue_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    proceeds_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    net_revenue_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    arpu_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    appu_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    anrpu_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    arppu_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    apppu_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    anrppu_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    arpas_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    appas_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    anrpas_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    revenue_relative: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    proceeds_relative: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    net_revenue_relative: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    subscriptions_relative: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    subscribers_relative: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    currently_active_period: bool | None = attrs.field(default=None, metadata=scalar(parse_bool))


_VALUE_NAMES = tuple(field.name for field in attrs.fields(CohortValue) if field.name != "extra_fields")
_COUNTS = ("installs", "subscriptions", "subscribers")
_AMOUNTS = tuple(name for name in _VALUE_NAMES if name.endswith(("_usd", "_relative")))


def _parse_object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError
    return dict(json_ready(dict(value)))


@attrs.frozen(kw_only=True)
class CohortSegment(ResponseModel):
    """The users whose install is in the same period: schema `CohortSegment`.

    Attributes:
        segment_start_date: The first day of the cohort.
        type: Such as `total` or `single`.
        title: The title.
        total_installs: Installs.
        total_subscriptions: Subscriptions.
        total_paid_subscribers: Paying subscribers.
        total_revenue_usd: Revenue in USD.
        total_proceeds_usd: Proceeds in USD, after the store's fee.
        total_net_revenue_usd: Net revenue in USD, after fee and taxes.
        total_arpu_usd: Average revenue per user, in USD.
        total_appu_usd: Average proceeds per user, in USD.
        total_anrpu_usd: Average net revenue per user, in USD.
        total_arppu_usd: Average revenue per paying user, in USD.
        total_apppu_usd: Average proceeds per paying user, in USD.
        total_anrppu_usd: Average net revenue per paying user, in USD.
        total_arpas_usd: Average revenue per active subscriber, in USD.
        total_appas_usd: Average proceeds per active subscriber, in USD.
        total_anrpas_usd: Average net revenue per active subscriber, in USD.
        predict: The prediction, as received, or None.
        values: The values per period.
    """

    segment_start_date: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    type: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    title: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    total_installs: int | None = attrs.field(default=None, metadata=scalar(parse_int))
    total_subscriptions: int | None = attrs.field(default=None, metadata=scalar(parse_int))
    total_paid_subscribers: int | None = attrs.field(default=None, metadata=scalar(parse_int))
    total_revenue_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    total_proceeds_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    total_net_revenue_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    total_arpu_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    total_appu_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    total_anrpu_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    total_arppu_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    total_apppu_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    total_anrppu_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    total_arpas_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    total_appas_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    total_anrpas_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    predict: Mapping[str, Any] | None = attrs.field(
        default=None, metadata=scalar(_parse_object), hash=False, repr=False
    )
    values: tuple[CohortValue, ...] = attrs.field(default=(), metadata=list_of(CohortValue.from_dict))


@attrs.frozen(kw_only=True)
class Cohorts(ResponseModel):
    """Users by the period of their install: schema `CohortDataResponse`.

    Attributes:
        data: The cohorts; the first one may be the total.

    Example:
        >>> cohorts = Cohorts.from_dict({
        ...     "data": [{"segment_start_date": "2026-08-01", "values": [{"period": 1, "installs": 2}]}],
        ... })
        >>> row = cohorts.rows()[0]
        >>> row["date"], row["period"], row["installs"], row["revenue_usd"]
        (datetime.date(2026, 8, 1), 1, 2, None)
    """

    COLUMNS: ClassVar[tuple[str, ...]] = ("date", "segment", "segment_id", *_VALUE_NAMES)
    """The keys of each row."""

    data: tuple[CohortSegment, ...] = attrs.field(default=(), metadata=list_of(CohortSegment.from_dict))

    def rows(self) -> list[Row]:
        """Return one flat dict per cohort and period, with the keys `COLUMNS`: the fields of `CohortValue`.

        `date` is the first day of the cohort, or None. The totals of a cohort are in `data` only.
        """
        return build_rows(build_rows(self._rows(), _COUNTS), _AMOUNTS, is_money=True)

    def _rows(self) -> Iterator[Row]:
        for segment in self.data:
            for value in segment.values:
                yield {
                    "date": parse_day(segment.segment_start_date),
                    "segment": segment.title,
                    "segment_id": segment.type,
                    **{name: getattr(value, name) for name in _VALUE_NAMES},
                }
