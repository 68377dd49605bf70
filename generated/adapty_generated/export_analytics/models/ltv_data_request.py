# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.ltv_data_request_format import (
    LTVDataRequestFormat,
    check_ltv_data_request_format,
)
from ..models.ltv_data_request_period_type import (
    LTVDataRequestPeriodType,
    check_ltv_data_request_period_type,
)
from ..models.ltv_data_request_period_unit import (
    LTVDataRequestPeriodUnit,
    check_ltv_data_request_period_unit,
)
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.metrics_filters import MetricsFilters


T = TypeVar("T", bound="LTVDataRequest")


@_attrs_define
class LTVDataRequest:
    filters: MetricsFilters
    period_unit: LTVDataRequestPeriodUnit | Unset = UNSET
    """ The length of a period. """
    period_type: LTVDataRequestPeriodType | Unset = UNSET
    """ Whether periods are renewals, or days after the install. """
    segmentation: str | Unset = UNSET
    """ The field whose values are the segments. """
    format_: LTVDataRequestFormat | Unset = "json"
    """ The format of the response. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        filters = self.filters.to_dict()

        period_unit: str | Unset = UNSET
        if not isinstance(self.period_unit, Unset):
            period_unit = self.period_unit

        period_type: str | Unset = UNSET
        if not isinstance(self.period_type, Unset):
            period_type = self.period_type

        segmentation = self.segmentation

        format_: str | Unset = UNSET
        if not isinstance(self.format_, Unset):
            format_ = self.format_

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "filters": filters,
            }
        )
        if period_unit is not UNSET:
            field_dict["period_unit"] = period_unit
        if period_type is not UNSET:
            field_dict["period_type"] = period_type
        if segmentation is not UNSET:
            field_dict["segmentation"] = segmentation
        if format_ is not UNSET:
            field_dict["format"] = format_

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.metrics_filters import MetricsFilters  # noqa: PLC0415

        d = dict(src_dict)
        filters = MetricsFilters.from_dict(d.pop("filters"))

        _period_unit = d.pop("period_unit", UNSET)
        period_unit: LTVDataRequestPeriodUnit | Unset
        if isinstance(_period_unit, Unset):
            period_unit = UNSET
        else:
            period_unit = check_ltv_data_request_period_unit(_period_unit)

        _period_type = d.pop("period_type", UNSET)
        period_type: LTVDataRequestPeriodType | Unset
        if isinstance(_period_type, Unset):
            period_type = UNSET
        else:
            period_type = check_ltv_data_request_period_type(_period_type)

        segmentation = d.pop("segmentation", UNSET)

        _format_ = d.pop("format", UNSET)
        format_: LTVDataRequestFormat | Unset
        if isinstance(_format_, Unset):
            format_ = UNSET
        else:
            format_ = check_ltv_data_request_format(_format_)

        ltv_data_request = cls(
            filters=filters,
            period_unit=period_unit,
            period_type=period_type,
            segmentation=segmentation,
            format_=format_,
        )

        ltv_data_request.additional_properties = d
        return ltv_data_request

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
