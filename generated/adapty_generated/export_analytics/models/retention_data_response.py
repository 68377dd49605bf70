# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.retention_data_response_data_type_0_item import (
        RetentionDataResponseDataType0Item,
    )


T = TypeVar("T", bound="RetentionDataResponse")


@_attrs_define
class RetentionDataResponse:
    """The retention."""

    data: list[RetentionDataResponseDataType0Item] | None | Unset = UNSET
    """ The segments with their values; empty if there are none. """
    title: None | str | Unset = UNSET
    """ The title. """
    metric_name: None | str | Unset = UNSET
    """ The name of the metric. """
    description: None | str | Unset = UNSET
    """ How the retention is computed. """
    value_type: None | str | Unset = UNSET
    """ Whether values are absolute or relative. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        data: list[dict[str, Any]] | None | Unset
        if isinstance(self.data, Unset):
            data = UNSET
        elif isinstance(self.data, list):
            data = []
            for data_type_0_item_data in self.data:
                data_type_0_item = data_type_0_item_data.to_dict()
                data.append(data_type_0_item)

        else:
            data = self.data

        title: None | str | Unset
        if isinstance(self.title, Unset):
            title = UNSET
        else:
            title = self.title

        metric_name: None | str | Unset
        if isinstance(self.metric_name, Unset):
            metric_name = UNSET
        else:
            metric_name = self.metric_name

        description: None | str | Unset
        if isinstance(self.description, Unset):
            description = UNSET
        else:
            description = self.description

        value_type: None | str | Unset
        if isinstance(self.value_type, Unset):
            value_type = UNSET
        else:
            value_type = self.value_type

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if data is not UNSET:
            field_dict["data"] = data
        if title is not UNSET:
            field_dict["title"] = title
        if metric_name is not UNSET:
            field_dict["metric_name"] = metric_name
        if description is not UNSET:
            field_dict["description"] = description
        if value_type is not UNSET:
            field_dict["value_type"] = value_type

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.retention_data_response_data_type_0_item import (
            RetentionDataResponseDataType0Item,  # noqa: PLC0415
        )

        d = dict(src_dict)

        def _parse_data(data: object) -> list[RetentionDataResponseDataType0Item] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                data_type_0 = []
                _data_type_0 = data
                for data_type_0_item_data in _data_type_0:
                    data_type_0_item = RetentionDataResponseDataType0Item.from_dict(data_type_0_item_data)

                    data_type_0.append(data_type_0_item)

                return data_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[RetentionDataResponseDataType0Item] | None | Unset, data)

        data = _parse_data(d.pop("data", UNSET))

        def _parse_title(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        title = _parse_title(d.pop("title", UNSET))

        def _parse_metric_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        metric_name = _parse_metric_name(d.pop("metric_name", UNSET))

        def _parse_description(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        description = _parse_description(d.pop("description", UNSET))

        def _parse_value_type(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        value_type = _parse_value_type(d.pop("value_type", UNSET))

        retention_data_response = cls(
            data=data,
            title=title,
            metric_name=metric_name,
            description=description,
            value_type=value_type,
        )

        retention_data_response.additional_properties = d
        return retention_data_response

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
