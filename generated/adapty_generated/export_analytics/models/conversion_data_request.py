# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.conversion_data_request_date_type import (
    ConversionDataRequestDateType,
    check_conversion_data_request_date_type,
)
from ..models.conversion_data_request_format import (
    ConversionDataRequestFormat,
    check_conversion_data_request_format,
)
from ..models.conversion_data_request_period_unit import (
    ConversionDataRequestPeriodUnit,
    check_conversion_data_request_period_unit,
)
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.metrics_filters import MetricsFilters


T = TypeVar("T", bound="ConversionDataRequest")


@_attrs_define
class ConversionDataRequest:
    filters: MetricsFilters
    from_period: None | str
    """ The first state: a number of payments (`1`), or null for the install. """
    to_period: str
    """ The second state, such as `2` or `6+`. """
    period_unit: ConversionDataRequestPeriodUnit | Unset = "month"
    """ The length of a period. """
    date_type: ConversionDataRequestDateType | Unset = "purchase_date"
    """ The date that decides whether a user belongs to the range. """
    segmentation: str | Unset = UNSET
    """ The field whose values are the segments. """
    format_: ConversionDataRequestFormat | Unset = "json"
    """ The format of the response. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        filters = self.filters.to_dict()

        from_period: None | str
        from_period = self.from_period

        to_period = self.to_period

        period_unit: str | Unset = UNSET
        if not isinstance(self.period_unit, Unset):
            period_unit = self.period_unit

        date_type: str | Unset = UNSET
        if not isinstance(self.date_type, Unset):
            date_type = self.date_type

        segmentation = self.segmentation

        format_: str | Unset = UNSET
        if not isinstance(self.format_, Unset):
            format_ = self.format_

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "filters": filters,
                "from_period": from_period,
                "to_period": to_period,
            }
        )
        if period_unit is not UNSET:
            field_dict["period_unit"] = period_unit
        if date_type is not UNSET:
            field_dict["date_type"] = date_type
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

        def _parse_from_period(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        from_period = _parse_from_period(d.pop("from_period"))

        to_period = d.pop("to_period")

        _period_unit = d.pop("period_unit", UNSET)
        period_unit: ConversionDataRequestPeriodUnit | Unset
        if isinstance(_period_unit, Unset):
            period_unit = UNSET
        else:
            period_unit = check_conversion_data_request_period_unit(_period_unit)

        _date_type = d.pop("date_type", UNSET)
        date_type: ConversionDataRequestDateType | Unset
        if isinstance(_date_type, Unset):
            date_type = UNSET
        else:
            date_type = check_conversion_data_request_date_type(_date_type)

        segmentation = d.pop("segmentation", UNSET)

        _format_ = d.pop("format", UNSET)
        format_: ConversionDataRequestFormat | Unset
        if isinstance(_format_, Unset):
            format_ = UNSET
        else:
            format_ = check_conversion_data_request_format(_format_)

        conversion_data_request = cls(
            filters=filters,
            from_period=from_period,
            to_period=to_period,
            period_unit=period_unit,
            date_type=date_type,
            segmentation=segmentation,
            format_=format_,
        )

        conversion_data_request.additional_properties = d
        return conversion_data_request

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
