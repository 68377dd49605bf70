# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="FunnelValueFollowingChangesType0")


@_attrs_define
class FunnelValueFollowingChangesType0:
    """The users who did not reach the next step."""

    title: str | Unset = UNSET
    """ The title. """
    value: int | Unset = UNSET
    """ How many users. """
    value_relative: float | Unset = UNSET
    """ The same as a percentage. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        title = self.title

        value = self.value

        value_relative = self.value_relative

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if title is not UNSET:
            field_dict["title"] = title
        if value is not UNSET:
            field_dict["value"] = value
        if value_relative is not UNSET:
            field_dict["value_relative"] = value_relative

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        title = d.pop("title", UNSET)

        value = d.pop("value", UNSET)

        value_relative = d.pop("value_relative", UNSET)

        funnel_value_following_changes_type_0 = cls(
            title=title,
            value=value,
            value_relative=value_relative,
        )

        funnel_value_following_changes_type_0.additional_properties = d
        return funnel_value_following_changes_type_0

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
