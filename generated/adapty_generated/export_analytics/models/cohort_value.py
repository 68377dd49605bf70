# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="CohortValue")


@_attrs_define
class CohortValue:
    """A cohort in one period."""

    arpas_usd: float | None | Unset = UNSET
    """ Average revenue per active subscriber in this period, in USD. """
    appas_usd: float | None | Unset = UNSET
    """ Average proceeds per active subscriber in this period, in USD. """
    anrpas_usd: float | None | Unset = UNSET
    """ Average net revenue per active subscriber in this period, in USD. """
    anrppu_usd: float | None | Unset = UNSET
    """ Average net revenue per paying user in this period, in USD. """
    apppu_usd: float | None | Unset = UNSET
    """ Average proceeds per paying user in this period, in USD. """
    arppu_usd: float | None | Unset = UNSET
    """ Average revenue per paying user in this period, in USD. """
    anrpu_usd: float | None | Unset = UNSET
    """ Average net revenue per user in this period, in USD. """
    appu_usd: float | None | Unset = UNSET
    """ Average proceeds per user in this period, in USD. """
    arpu_usd: float | None | Unset = UNSET
    """ Average revenue per user in this period, in USD. """
    installs: int | None | Unset = UNSET
    """ Installs. """
    period: int | None | Unset = UNSET
    """ The number of the period, from 1. """
    revenue_usd: float | None | Unset = UNSET
    """ Revenue in USD. """
    proceeds_usd: float | None | Unset = UNSET
    """ Proceeds in USD, after the fee of the store. """
    net_revenue_usd: float | None | Unset = UNSET
    """ Net revenue in USD, after fee and taxes. """
    revenue_relative: float | None | Unset = UNSET
    """ Revenue as a percentage of the first period. """
    proceeds_relative: float | None | Unset = UNSET
    """ Proceeds as a percentage of the first period. """
    net_revenue_relative: float | None | Unset = UNSET
    """ Net revenue as a percentage of the first period. """
    subscriptions: int | None | Unset = UNSET
    """ Subscriptions. """
    subscriptions_relative: float | None | Unset = UNSET
    """ Subscriptions as a percentage of the first period. """
    subscribers: int | None | Unset = UNSET
    """ Subscribers. """
    subscribers_relative: float | None | Unset = UNSET
    """ Subscribers as a percentage of the first period. """
    currently_active_period: bool | None | Unset = UNSET
    """ Whether the period has not ended. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        arpas_usd: float | None | Unset
        if isinstance(self.arpas_usd, Unset):
            arpas_usd = UNSET
        else:
            arpas_usd = self.arpas_usd

        appas_usd: float | None | Unset
        if isinstance(self.appas_usd, Unset):
            appas_usd = UNSET
        else:
            appas_usd = self.appas_usd

        anrpas_usd: float | None | Unset
        if isinstance(self.anrpas_usd, Unset):
            anrpas_usd = UNSET
        else:
            anrpas_usd = self.anrpas_usd

        anrppu_usd: float | None | Unset
        if isinstance(self.anrppu_usd, Unset):
            anrppu_usd = UNSET
        else:
            anrppu_usd = self.anrppu_usd

        apppu_usd: float | None | Unset
        if isinstance(self.apppu_usd, Unset):
            apppu_usd = UNSET
        else:
            apppu_usd = self.apppu_usd

        arppu_usd: float | None | Unset
        if isinstance(self.arppu_usd, Unset):
            arppu_usd = UNSET
        else:
            arppu_usd = self.arppu_usd

        anrpu_usd: float | None | Unset
        if isinstance(self.anrpu_usd, Unset):
            anrpu_usd = UNSET
        else:
            anrpu_usd = self.anrpu_usd

        appu_usd: float | None | Unset
        if isinstance(self.appu_usd, Unset):
            appu_usd = UNSET
        else:
            appu_usd = self.appu_usd

        arpu_usd: float | None | Unset
        if isinstance(self.arpu_usd, Unset):
            arpu_usd = UNSET
        else:
            arpu_usd = self.arpu_usd

        installs: int | None | Unset
        if isinstance(self.installs, Unset):
            installs = UNSET
        else:
            installs = self.installs

        period: int | None | Unset
        if isinstance(self.period, Unset):
            period = UNSET
        else:
            period = self.period

        revenue_usd: float | None | Unset
        if isinstance(self.revenue_usd, Unset):
            revenue_usd = UNSET
        else:
            revenue_usd = self.revenue_usd

        proceeds_usd: float | None | Unset
        if isinstance(self.proceeds_usd, Unset):
            proceeds_usd = UNSET
        else:
            proceeds_usd = self.proceeds_usd

        net_revenue_usd: float | None | Unset
        if isinstance(self.net_revenue_usd, Unset):
            net_revenue_usd = UNSET
        else:
            net_revenue_usd = self.net_revenue_usd

        revenue_relative: float | None | Unset
        if isinstance(self.revenue_relative, Unset):
            revenue_relative = UNSET
        else:
            revenue_relative = self.revenue_relative

        proceeds_relative: float | None | Unset
        if isinstance(self.proceeds_relative, Unset):
            proceeds_relative = UNSET
        else:
            proceeds_relative = self.proceeds_relative

        net_revenue_relative: float | None | Unset
        if isinstance(self.net_revenue_relative, Unset):
            net_revenue_relative = UNSET
        else:
            net_revenue_relative = self.net_revenue_relative

        subscriptions: int | None | Unset
        if isinstance(self.subscriptions, Unset):
            subscriptions = UNSET
        else:
            subscriptions = self.subscriptions

        subscriptions_relative: float | None | Unset
        if isinstance(self.subscriptions_relative, Unset):
            subscriptions_relative = UNSET
        else:
            subscriptions_relative = self.subscriptions_relative

        subscribers: int | None | Unset
        if isinstance(self.subscribers, Unset):
            subscribers = UNSET
        else:
            subscribers = self.subscribers

        subscribers_relative: float | None | Unset
        if isinstance(self.subscribers_relative, Unset):
            subscribers_relative = UNSET
        else:
            subscribers_relative = self.subscribers_relative

        currently_active_period: bool | None | Unset
        if isinstance(self.currently_active_period, Unset):
            currently_active_period = UNSET
        else:
            currently_active_period = self.currently_active_period

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if arpas_usd is not UNSET:
            field_dict["arpas_usd"] = arpas_usd
        if appas_usd is not UNSET:
            field_dict["appas_usd"] = appas_usd
        if anrpas_usd is not UNSET:
            field_dict["anrpas_usd"] = anrpas_usd
        if anrppu_usd is not UNSET:
            field_dict["anrppu_usd"] = anrppu_usd
        if apppu_usd is not UNSET:
            field_dict["apppu_usd"] = apppu_usd
        if arppu_usd is not UNSET:
            field_dict["arppu_usd"] = arppu_usd
        if anrpu_usd is not UNSET:
            field_dict["anrpu_usd"] = anrpu_usd
        if appu_usd is not UNSET:
            field_dict["appu_usd"] = appu_usd
        if arpu_usd is not UNSET:
            field_dict["arpu_usd"] = arpu_usd
        if installs is not UNSET:
            field_dict["installs"] = installs
        if period is not UNSET:
            field_dict["period"] = period
        if revenue_usd is not UNSET:
            field_dict["revenue_usd"] = revenue_usd
        if proceeds_usd is not UNSET:
            field_dict["proceeds_usd"] = proceeds_usd
        if net_revenue_usd is not UNSET:
            field_dict["net_revenue_usd"] = net_revenue_usd
        if revenue_relative is not UNSET:
            field_dict["revenue_relative"] = revenue_relative
        if proceeds_relative is not UNSET:
            field_dict["proceeds_relative"] = proceeds_relative
        if net_revenue_relative is not UNSET:
            field_dict["net_revenue_relative"] = net_revenue_relative
        if subscriptions is not UNSET:
            field_dict["subscriptions"] = subscriptions
        if subscriptions_relative is not UNSET:
            field_dict["subscriptions_relative"] = subscriptions_relative
        if subscribers is not UNSET:
            field_dict["subscribers"] = subscribers
        if subscribers_relative is not UNSET:
            field_dict["subscribers_relative"] = subscribers_relative
        if currently_active_period is not UNSET:
            field_dict["currently_active_period"] = currently_active_period

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_arpas_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        arpas_usd = _parse_arpas_usd(d.pop("arpas_usd", UNSET))

        def _parse_appas_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        appas_usd = _parse_appas_usd(d.pop("appas_usd", UNSET))

        def _parse_anrpas_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        anrpas_usd = _parse_anrpas_usd(d.pop("anrpas_usd", UNSET))

        def _parse_anrppu_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        anrppu_usd = _parse_anrppu_usd(d.pop("anrppu_usd", UNSET))

        def _parse_apppu_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        apppu_usd = _parse_apppu_usd(d.pop("apppu_usd", UNSET))

        def _parse_arppu_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        arppu_usd = _parse_arppu_usd(d.pop("arppu_usd", UNSET))

        def _parse_anrpu_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        anrpu_usd = _parse_anrpu_usd(d.pop("anrpu_usd", UNSET))

        def _parse_appu_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        appu_usd = _parse_appu_usd(d.pop("appu_usd", UNSET))

        def _parse_arpu_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        arpu_usd = _parse_arpu_usd(d.pop("arpu_usd", UNSET))

        def _parse_installs(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        installs = _parse_installs(d.pop("installs", UNSET))

        def _parse_period(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        period = _parse_period(d.pop("period", UNSET))

        def _parse_revenue_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        revenue_usd = _parse_revenue_usd(d.pop("revenue_usd", UNSET))

        def _parse_proceeds_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        proceeds_usd = _parse_proceeds_usd(d.pop("proceeds_usd", UNSET))

        def _parse_net_revenue_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        net_revenue_usd = _parse_net_revenue_usd(d.pop("net_revenue_usd", UNSET))

        def _parse_revenue_relative(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        revenue_relative = _parse_revenue_relative(d.pop("revenue_relative", UNSET))

        def _parse_proceeds_relative(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        proceeds_relative = _parse_proceeds_relative(d.pop("proceeds_relative", UNSET))

        def _parse_net_revenue_relative(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        net_revenue_relative = _parse_net_revenue_relative(d.pop("net_revenue_relative", UNSET))

        def _parse_subscriptions(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        subscriptions = _parse_subscriptions(d.pop("subscriptions", UNSET))

        def _parse_subscriptions_relative(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        subscriptions_relative = _parse_subscriptions_relative(d.pop("subscriptions_relative", UNSET))

        def _parse_subscribers(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        subscribers = _parse_subscribers(d.pop("subscribers", UNSET))

        def _parse_subscribers_relative(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        subscribers_relative = _parse_subscribers_relative(d.pop("subscribers_relative", UNSET))

        def _parse_currently_active_period(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        currently_active_period = _parse_currently_active_period(d.pop("currently_active_period", UNSET))

        cohort_value = cls(
            arpas_usd=arpas_usd,
            appas_usd=appas_usd,
            anrpas_usd=anrpas_usd,
            anrppu_usd=anrppu_usd,
            apppu_usd=apppu_usd,
            arppu_usd=arppu_usd,
            anrpu_usd=anrpu_usd,
            appu_usd=appu_usd,
            arpu_usd=arpu_usd,
            installs=installs,
            period=period,
            revenue_usd=revenue_usd,
            proceeds_usd=proceeds_usd,
            net_revenue_usd=net_revenue_usd,
            revenue_relative=revenue_relative,
            proceeds_relative=proceeds_relative,
            net_revenue_relative=net_revenue_relative,
            subscriptions=subscriptions,
            subscriptions_relative=subscriptions_relative,
            subscribers=subscribers,
            subscribers_relative=subscribers_relative,
            currently_active_period=currently_active_period,
        )

        cohort_value.additional_properties = d
        return cohort_value

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
