# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.analytics_data_response_data_type_0 import (
        AnalyticsDataResponseDataType0,
    )


T = TypeVar("T", bound="AnalyticsDataResponse")


@_attrs_define
class AnalyticsDataResponse:
    """A chart."""

    data: AnalyticsDataResponseDataType0 | None | Unset = UNSET
    """ The metrics of the chart, by name. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.analytics_data_response_data_type_0 import (
            AnalyticsDataResponseDataType0,  # noqa: PLC0415
        )

        data: dict[str, Any] | None | Unset
        if isinstance(self.data, Unset):
            data = UNSET
        elif isinstance(self.data, AnalyticsDataResponseDataType0):
            data = self.data.to_dict()
        else:
            data = self.data

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if data is not UNSET:
            field_dict["data"] = data

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.analytics_data_response_data_type_0 import (
            AnalyticsDataResponseDataType0,  # noqa: PLC0415
        )

        d = dict(src_dict)

        def _parse_data(data: object) -> AnalyticsDataResponseDataType0 | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                data_type_0 = AnalyticsDataResponseDataType0.from_dict(data)

                return data_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(AnalyticsDataResponseDataType0 | None | Unset, data)

        data = _parse_data(d.pop("data", UNSET))

        analytics_data_response = cls(
            data=data,
        )

        analytics_data_response.additional_properties = d
        return analytics_data_response

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
