# Generated from openapi/webhooks.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.attribution_status import AttributionStatus, check_attribution_status
from ..types import UNSET, Unset

T = TypeVar("T", bound="Attribution")


@_attrs_define
class Attribution:
    """Where a user came from, by one source."""

    ad_group: None | str | Unset = UNSET
    """ The ad group. """
    ad_set: None | str | Unset = UNSET
    """ The ad set. """
    campaign: None | str | Unset = UNSET
    """ The campaign. """
    channel: None | str | Unset = UNSET
    """ The channel. """
    created_at: None | str | Unset = UNSET
    """ When the source reported it. """
    creative: None | str | Unset = UNSET
    """ The creative. """
    network_user_id: None | str | Unset = UNSET
    """ The source's own id of the user. """
    status: AttributionStatus | Unset = UNSET
    """ Whether the user came by an ad. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        ad_group: None | str | Unset
        if isinstance(self.ad_group, Unset):
            ad_group = UNSET
        else:
            ad_group = self.ad_group

        ad_set: None | str | Unset
        if isinstance(self.ad_set, Unset):
            ad_set = UNSET
        else:
            ad_set = self.ad_set

        campaign: None | str | Unset
        if isinstance(self.campaign, Unset):
            campaign = UNSET
        else:
            campaign = self.campaign

        channel: None | str | Unset
        if isinstance(self.channel, Unset):
            channel = UNSET
        else:
            channel = self.channel

        created_at: None | str | Unset
        if isinstance(self.created_at, Unset):
            created_at = UNSET
        else:
            created_at = self.created_at

        creative: None | str | Unset
        if isinstance(self.creative, Unset):
            creative = UNSET
        else:
            creative = self.creative

        network_user_id: None | str | Unset
        if isinstance(self.network_user_id, Unset):
            network_user_id = UNSET
        else:
            network_user_id = self.network_user_id

        status: str | Unset = UNSET
        if not isinstance(self.status, Unset):
            status = self.status

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if ad_group is not UNSET:
            field_dict["ad_group"] = ad_group
        if ad_set is not UNSET:
            field_dict["ad_set"] = ad_set
        if campaign is not UNSET:
            field_dict["campaign"] = campaign
        if channel is not UNSET:
            field_dict["channel"] = channel
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if creative is not UNSET:
            field_dict["creative"] = creative
        if network_user_id is not UNSET:
            field_dict["network_user_id"] = network_user_id
        if status is not UNSET:
            field_dict["status"] = status

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_ad_group(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        ad_group = _parse_ad_group(d.pop("ad_group", UNSET))

        def _parse_ad_set(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        ad_set = _parse_ad_set(d.pop("ad_set", UNSET))

        def _parse_campaign(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        campaign = _parse_campaign(d.pop("campaign", UNSET))

        def _parse_channel(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        channel = _parse_channel(d.pop("channel", UNSET))

        def _parse_created_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        created_at = _parse_created_at(d.pop("created_at", UNSET))

        def _parse_creative(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        creative = _parse_creative(d.pop("creative", UNSET))

        def _parse_network_user_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        network_user_id = _parse_network_user_id(d.pop("network_user_id", UNSET))

        _status = d.pop("status", UNSET)
        status: AttributionStatus | Unset
        if isinstance(_status, Unset):
            status = UNSET
        else:
            status = check_attribution_status(_status)

        attribution = cls(
            ad_group=ad_group,
            ad_set=ad_set,
            campaign=campaign,
            channel=channel,
            created_at=created_at,
            creative=creative,
            network_user_id=network_user_id,
            status=status,
        )

        attribution.additional_properties = d
        return attribution

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
