# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="PlacementInfoResponseDataItem")


@_attrs_define
class PlacementInfoResponseDataItem:
    developer_id: None | str | Unset = UNSET
    """ The ID of the placement. """
    placement_name: None | str | Unset = UNSET
    """ The name of the placement. """
    audience_name: None | str | Unset = UNSET
    """ The name of the audience. """
    segment_name: None | str | Unset = UNSET
    """ The ID of the audience. """
    cross_placement_ab_test_name: None | str | Unset = UNSET
    """ The name of the A/B test across placements. """
    ab_test_name: None | str | Unset = UNSET
    """ The name of the A/B test. """
    paywall_name: None | str | Unset = UNSET
    """ The name of the paywall, for placements of paywalls. """
    onboarding_name: None | str | Unset = UNSET
    """ The name of the onboarding, for placements of onboardings. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        developer_id: None | str | Unset
        if isinstance(self.developer_id, Unset):
            developer_id = UNSET
        else:
            developer_id = self.developer_id

        placement_name: None | str | Unset
        if isinstance(self.placement_name, Unset):
            placement_name = UNSET
        else:
            placement_name = self.placement_name

        audience_name: None | str | Unset
        if isinstance(self.audience_name, Unset):
            audience_name = UNSET
        else:
            audience_name = self.audience_name

        segment_name: None | str | Unset
        if isinstance(self.segment_name, Unset):
            segment_name = UNSET
        else:
            segment_name = self.segment_name

        cross_placement_ab_test_name: None | str | Unset
        if isinstance(self.cross_placement_ab_test_name, Unset):
            cross_placement_ab_test_name = UNSET
        else:
            cross_placement_ab_test_name = self.cross_placement_ab_test_name

        ab_test_name: None | str | Unset
        if isinstance(self.ab_test_name, Unset):
            ab_test_name = UNSET
        else:
            ab_test_name = self.ab_test_name

        paywall_name: None | str | Unset
        if isinstance(self.paywall_name, Unset):
            paywall_name = UNSET
        else:
            paywall_name = self.paywall_name

        onboarding_name: None | str | Unset
        if isinstance(self.onboarding_name, Unset):
            onboarding_name = UNSET
        else:
            onboarding_name = self.onboarding_name

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if developer_id is not UNSET:
            field_dict["developer_id"] = developer_id
        if placement_name is not UNSET:
            field_dict["placement_name"] = placement_name
        if audience_name is not UNSET:
            field_dict["audience_name"] = audience_name
        if segment_name is not UNSET:
            field_dict["segment_name"] = segment_name
        if cross_placement_ab_test_name is not UNSET:
            field_dict["cross_placement_ab_test_name"] = cross_placement_ab_test_name
        if ab_test_name is not UNSET:
            field_dict["ab_test_name"] = ab_test_name
        if paywall_name is not UNSET:
            field_dict["paywall_name"] = paywall_name
        if onboarding_name is not UNSET:
            field_dict["onboarding_name"] = onboarding_name

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_developer_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        developer_id = _parse_developer_id(d.pop("developer_id", UNSET))

        def _parse_placement_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        placement_name = _parse_placement_name(d.pop("placement_name", UNSET))

        def _parse_audience_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        audience_name = _parse_audience_name(d.pop("audience_name", UNSET))

        def _parse_segment_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        segment_name = _parse_segment_name(d.pop("segment_name", UNSET))

        def _parse_cross_placement_ab_test_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        cross_placement_ab_test_name = _parse_cross_placement_ab_test_name(d.pop("cross_placement_ab_test_name", UNSET))

        def _parse_ab_test_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        ab_test_name = _parse_ab_test_name(d.pop("ab_test_name", UNSET))

        def _parse_paywall_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        paywall_name = _parse_paywall_name(d.pop("paywall_name", UNSET))

        def _parse_onboarding_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        onboarding_name = _parse_onboarding_name(d.pop("onboarding_name", UNSET))

        placement_info_response_data_item = cls(
            developer_id=developer_id,
            placement_name=placement_name,
            audience_name=audience_name,
            segment_name=segment_name,
            cross_placement_ab_test_name=cross_placement_ab_test_name,
            ab_test_name=ab_test_name,
            paywall_name=paywall_name,
            onboarding_name=onboarding_name,
        )

        placement_info_response_data_item.additional_properties = d
        return placement_info_response_data_item

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
