# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.placement_info_request_filters_placement_type import (
    PlacementInfoRequestFiltersPlacementType,
    check_placement_info_request_filters_placement_type,
)

T = TypeVar("T", bound="PlacementInfoRequestFilters")


@_attrs_define
class PlacementInfoRequestFilters:
    """Which placements to return."""

    placement_type: PlacementInfoRequestFiltersPlacementType
    """ What the placements show. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        placement_type: str = self.placement_type

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "placement_type": placement_type,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        placement_type = check_placement_info_request_filters_placement_type(d.pop("placement_type"))

        placement_info_request_filters = cls(
            placement_type=placement_type,
        )

        placement_info_request_filters.additional_properties = d
        return placement_info_request_filters

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
