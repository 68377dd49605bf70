# Generated from openapi/web.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="GetPaywallRequest")


@_attrs_define
class GetPaywallRequest:
    store: str
    """ `app_store`, `play_store`, `stripe`, or the Store ID of a custom store. """
    placement_id: str
    """ The ID of the placement, as set in the dashboard. """
    locale: str | Unset = UNSET
    """ The language of the remote config, with a region if needed, joined by a hyphen (`en`, `pt-br`). """
    customer_user_id: str | Unset = UNSET
    """ Your own ID of the user. This or `profile_id` is needed. """
    profile_id: str | Unset = UNSET
    """ Adapty's ID of the user. This or `customer_user_id` is needed. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        store = self.store

        placement_id = self.placement_id

        locale = self.locale

        customer_user_id = self.customer_user_id

        profile_id = self.profile_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "store": store,
                "placement_id": placement_id,
            }
        )
        if locale is not UNSET:
            field_dict["locale"] = locale
        if customer_user_id is not UNSET:
            field_dict["customer_user_id"] = customer_user_id
        if profile_id is not UNSET:
            field_dict["profile_id"] = profile_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        store = d.pop("store")

        placement_id = d.pop("placement_id")

        locale = d.pop("locale", UNSET)

        customer_user_id = d.pop("customer_user_id", UNSET)

        profile_id = d.pop("profile_id", UNSET)

        get_paywall_request = cls(
            store=store,
            placement_id=placement_id,
            locale=locale,
            customer_user_id=customer_user_id,
            profile_id=profile_id,
        )

        get_paywall_request.additional_properties = d
        return get_paywall_request

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
