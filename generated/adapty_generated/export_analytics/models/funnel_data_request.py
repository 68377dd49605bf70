# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.funnel_data_request_format import (
    FunnelDataRequestFormat,
    check_funnel_data_request_format,
)
from ..models.funnel_data_request_period_unit import (
    FunnelDataRequestPeriodUnit,
    check_funnel_data_request_period_unit,
)
from ..models.funnel_data_request_show_value_as import (
    FunnelDataRequestShowValueAs,
    check_funnel_data_request_show_value_as,
)
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.metrics_filters import MetricsFilters


T = TypeVar("T", bound="FunnelDataRequest")


@_attrs_define
class FunnelDataRequest:
    filters: MetricsFilters
    period_unit: FunnelDataRequestPeriodUnit | Unset = UNSET
    """ The length of a period. """
    show_value_as: FunnelDataRequestShowValueAs | Unset = UNSET
    """ Whether values are numbers of users, percentages, or both. """
    segmentation: str | Unset = UNSET
    """ The field whose values are the segments. """
    format_: FunnelDataRequestFormat | Unset = "json"
    """ The format of the response. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        filters = self.filters.to_dict()

        period_unit: str | Unset = UNSET
        if not isinstance(self.period_unit, Unset):
            period_unit = self.period_unit

        show_value_as: str | Unset = UNSET
        if not isinstance(self.show_value_as, Unset):
            show_value_as = self.show_value_as

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
        if show_value_as is not UNSET:
            field_dict["show_value_as"] = show_value_as
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
        period_unit: FunnelDataRequestPeriodUnit | Unset
        if isinstance(_period_unit, Unset):
            period_unit = UNSET
        else:
            period_unit = check_funnel_data_request_period_unit(_period_unit)

        _show_value_as = d.pop("show_value_as", UNSET)
        show_value_as: FunnelDataRequestShowValueAs | Unset
        if isinstance(_show_value_as, Unset):
            show_value_as = UNSET
        else:
            show_value_as = check_funnel_data_request_show_value_as(_show_value_as)

        segmentation = d.pop("segmentation", UNSET)

        _format_ = d.pop("format", UNSET)
        format_: FunnelDataRequestFormat | Unset
        if isinstance(_format_, Unset):
            format_ = UNSET
        else:
            format_ = check_funnel_data_request_format(_format_)

        funnel_data_request = cls(
            filters=filters,
            period_unit=period_unit,
            show_value_as=show_value_as,
            segmentation=segmentation,
            format_=format_,
        )

        funnel_data_request.additional_properties = d
        return funnel_data_request

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
