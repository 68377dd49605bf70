# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="ConversionDataResponseRecommendedPeriodType0")


@_attrs_define
class ConversionDataResponseRecommendedPeriodType0:
    """The range that the dashboard recommends."""

    date_from: str | Unset = UNSET
    """ The first day. """
    date_to: str | Unset = UNSET
    """ The last day. """
    period_unit: str | Unset = UNSET
    """ The length of a period. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        date_from = self.date_from

        date_to = self.date_to

        period_unit = self.period_unit

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if date_from is not UNSET:
            field_dict["date_from"] = date_from
        if date_to is not UNSET:
            field_dict["date_to"] = date_to
        if period_unit is not UNSET:
            field_dict["period_unit"] = period_unit

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        date_from = d.pop("date_from", UNSET)

        date_to = d.pop("date_to", UNSET)

        period_unit = d.pop("period_unit", UNSET)

        conversion_data_response_recommended_period_type_0 = cls(
            date_from=date_from,
            date_to=date_to,
            period_unit=period_unit,
        )

        conversion_data_response_recommended_period_type_0.additional_properties = d
        return conversion_data_response_recommended_period_type_0

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
