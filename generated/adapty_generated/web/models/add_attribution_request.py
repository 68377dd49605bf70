# Generated from openapi/web.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.add_attribution_request_status import (
    AddAttributionRequestStatus,
    check_add_attribution_request_status,
)
from ..types import UNSET, Unset

T = TypeVar("T", bound="AddAttributionRequest")


@_attrs_define
class AddAttributionRequest:
    status: AddAttributionRequestStatus
    """ Whether a campaign brought the user. """
    attribution_user_id: str | Unset = UNSET
    """ The ID of the user in the source of the attribution. """
    channel: str | Unset = UNSET
    """ The marketing channel. """
    campaign: str | Unset = UNSET
    """ The marketing campaign. """
    ad_group: str | Unset = UNSET
    """ The ad group. """
    ad_set: str | Unset = UNSET
    """ The ad set. """
    creative: str | Unset = UNSET
    """ The creative of the ad. """
    customer_user_id: str | Unset = UNSET
    """ Your own ID of the user. This or `profile_id` is needed. """
    profile_id: str | Unset = UNSET
    """ Adapty's ID of the user. This or `customer_user_id` is needed. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status: str = self.status

        attribution_user_id = self.attribution_user_id

        channel = self.channel

        campaign = self.campaign

        ad_group = self.ad_group

        ad_set = self.ad_set

        creative = self.creative

        customer_user_id = self.customer_user_id

        profile_id = self.profile_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "status": status,
            }
        )
        if attribution_user_id is not UNSET:
            field_dict["attribution_user_id"] = attribution_user_id
        if channel is not UNSET:
            field_dict["channel"] = channel
        if campaign is not UNSET:
            field_dict["campaign"] = campaign
        if ad_group is not UNSET:
            field_dict["ad_group"] = ad_group
        if ad_set is not UNSET:
            field_dict["ad_set"] = ad_set
        if creative is not UNSET:
            field_dict["creative"] = creative
        if customer_user_id is not UNSET:
            field_dict["customer_user_id"] = customer_user_id
        if profile_id is not UNSET:
            field_dict["profile_id"] = profile_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        status = check_add_attribution_request_status(d.pop("status"))

        attribution_user_id = d.pop("attribution_user_id", UNSET)

        channel = d.pop("channel", UNSET)

        campaign = d.pop("campaign", UNSET)

        ad_group = d.pop("ad_group", UNSET)

        ad_set = d.pop("ad_set", UNSET)

        creative = d.pop("creative", UNSET)

        customer_user_id = d.pop("customer_user_id", UNSET)

        profile_id = d.pop("profile_id", UNSET)

        add_attribution_request = cls(
            status=status,
            attribution_user_id=attribution_user_id,
            channel=channel,
            campaign=campaign,
            ad_group=ad_group,
            ad_set=ad_set,
            creative=creative,
            customer_user_id=customer_user_id,
            profile_id=profile_id,
        )

        add_attribution_request.additional_properties = d
        return add_attribution_request

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
