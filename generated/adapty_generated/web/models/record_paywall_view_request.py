# Generated from openapi/web.yaml by `make generate`; do not edit.

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="RecordPaywallViewRequest")


@_attrs_define
class RecordPaywallViewRequest:
    store: str
    """ `app_store`, `play_store`, `stripe`, or the Store ID of a custom store. """
    variation_id: UUID
    """ The `variation_id` of the paywall. """
    customer_user_id: str | Unset = UNSET
    """ Your own ID of the user. This or `profile_id` is needed. """
    profile_id: str | Unset = UNSET
    """ Adapty's ID of the user. This or `customer_user_id` is needed. """
    visited_at: datetime.datetime | Unset = UNSET
    """ When the user saw the paywall. ISO 8601. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        store = self.store

        variation_id = str(self.variation_id)

        customer_user_id = self.customer_user_id

        profile_id = self.profile_id

        visited_at: str | Unset = UNSET
        if not isinstance(self.visited_at, Unset):
            visited_at = self.visited_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "store": store,
                "variation_id": variation_id,
            }
        )
        if customer_user_id is not UNSET:
            field_dict["customer_user_id"] = customer_user_id
        if profile_id is not UNSET:
            field_dict["profile_id"] = profile_id
        if visited_at is not UNSET:
            field_dict["visited_at"] = visited_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        store = d.pop("store")

        variation_id = UUID(d.pop("variation_id"))

        customer_user_id = d.pop("customer_user_id", UNSET)

        profile_id = d.pop("profile_id", UNSET)

        _visited_at = d.pop("visited_at", UNSET)
        visited_at: datetime.datetime | Unset
        if isinstance(_visited_at, Unset):
            visited_at = UNSET
        else:
            visited_at = datetime.datetime.fromisoformat(_visited_at)

        record_paywall_view_request = cls(
            store=store,
            variation_id=variation_id,
            customer_user_id=customer_user_id,
            profile_id=profile_id,
            visited_at=visited_at,
        )

        record_paywall_view_request.additional_properties = d
        return record_paywall_view_request

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
