# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.ltv_metric import LTVMetric


T = TypeVar("T", bound="LTVDataResponse")


@_attrs_define
class LTVDataResponse:
    """The lifetime value."""

    revenue: LTVMetric | None | Unset = UNSET
    proceeds: LTVMetric | None | Unset = UNSET
    net_revenue: LTVMetric | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.ltv_metric import LTVMetric  # noqa: PLC0415

        revenue: dict[str, Any] | None | Unset
        if isinstance(self.revenue, Unset):
            revenue = UNSET
        elif isinstance(self.revenue, LTVMetric):
            revenue = self.revenue.to_dict()
        else:
            revenue = self.revenue

        proceeds: dict[str, Any] | None | Unset
        if isinstance(self.proceeds, Unset):
            proceeds = UNSET
        elif isinstance(self.proceeds, LTVMetric):
            proceeds = self.proceeds.to_dict()
        else:
            proceeds = self.proceeds

        net_revenue: dict[str, Any] | None | Unset
        if isinstance(self.net_revenue, Unset):
            net_revenue = UNSET
        elif isinstance(self.net_revenue, LTVMetric):
            net_revenue = self.net_revenue.to_dict()
        else:
            net_revenue = self.net_revenue

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if revenue is not UNSET:
            field_dict["revenue"] = revenue
        if proceeds is not UNSET:
            field_dict["proceeds"] = proceeds
        if net_revenue is not UNSET:
            field_dict["net_revenue"] = net_revenue

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.ltv_metric import LTVMetric  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_revenue(data: object) -> LTVMetric | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                revenue_type_0 = LTVMetric.from_dict(data)

                return revenue_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(LTVMetric | None | Unset, data)

        revenue = _parse_revenue(d.pop("revenue", UNSET))

        def _parse_proceeds(data: object) -> LTVMetric | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                proceeds_type_0 = LTVMetric.from_dict(data)

                return proceeds_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(LTVMetric | None | Unset, data)

        proceeds = _parse_proceeds(d.pop("proceeds", UNSET))

        def _parse_net_revenue(data: object) -> LTVMetric | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                net_revenue_type_0 = LTVMetric.from_dict(data)

                return net_revenue_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(LTVMetric | None | Unset, data)

        net_revenue = _parse_net_revenue(d.pop("net_revenue", UNSET))

        ltv_data_response = cls(
            revenue=revenue,
            proceeds=proceeds,
            net_revenue=net_revenue,
        )

        ltv_data_response.additional_properties = d
        return ltv_data_response

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
