# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.analytics_data_request_chart_id import (
    AnalyticsDataRequestChartId,
    check_analytics_data_request_chart_id,
)
from ..models.analytics_data_request_date_type import (
    AnalyticsDataRequestDateType,
    check_analytics_data_request_date_type,
)
from ..models.analytics_data_request_format import (
    AnalyticsDataRequestFormat,
    check_analytics_data_request_format,
)
from ..models.analytics_data_request_period_unit import (
    AnalyticsDataRequestPeriodUnit,
    check_analytics_data_request_period_unit,
)
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.metrics_filters import MetricsFilters


T = TypeVar("T", bound="AnalyticsDataRequest")


@_attrs_define
class AnalyticsDataRequest:
    chart_id: AnalyticsDataRequestChartId
    """ The chart; one per request. """
    filters: MetricsFilters
    period_unit: AnalyticsDataRequestPeriodUnit | Unset = "month"
    """ The length of a period. """
    date_type: AnalyticsDataRequestDateType | Unset = "purchase_date"
    """ The date that decides whether a user belongs to the range. """
    segmentation: str | Unset = UNSET
    """ The field whose values are the segments. """
    format_: AnalyticsDataRequestFormat | Unset = "json"
    """ The format of the response. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        chart_id: str = self.chart_id

        filters = self.filters.to_dict()

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
                "chart_id": chart_id,
                "filters": filters,
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
        chart_id = check_analytics_data_request_chart_id(d.pop("chart_id"))

        filters = MetricsFilters.from_dict(d.pop("filters"))

        _period_unit = d.pop("period_unit", UNSET)
        period_unit: AnalyticsDataRequestPeriodUnit | Unset
        if isinstance(_period_unit, Unset):
            period_unit = UNSET
        else:
            period_unit = check_analytics_data_request_period_unit(_period_unit)

        _date_type = d.pop("date_type", UNSET)
        date_type: AnalyticsDataRequestDateType | Unset
        if isinstance(_date_type, Unset):
            date_type = UNSET
        else:
            date_type = check_analytics_data_request_date_type(_date_type)

        segmentation = d.pop("segmentation", UNSET)

        _format_ = d.pop("format", UNSET)
        format_: AnalyticsDataRequestFormat | Unset
        if isinstance(_format_, Unset):
            format_ = UNSET
        else:
            format_ = check_analytics_data_request_format(_format_)

        analytics_data_request = cls(
            chart_id=chart_id,
            filters=filters,
            period_unit=period_unit,
            date_type=date_type,
            segmentation=segmentation,
            format_=format_,
        )

        analytics_data_request.additional_properties = d
        return analytics_data_request

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
