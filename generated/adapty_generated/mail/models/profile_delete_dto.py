# Generated from openapi/mail.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="ProfileDeleteDTO")


@_attrs_define
class ProfileDeleteDTO:
    """The profile to erase; at least one of the three."""

    external_profile_id: str | Unset = UNSET
    """ The id that the profile is saved with. """
    customer_user_id: str | Unset = UNSET
    """ Your own user id. """
    email: str | Unset = UNSET
    """ The subscriber's address. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        external_profile_id = self.external_profile_id

        customer_user_id = self.customer_user_id

        email = self.email

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if external_profile_id is not UNSET:
            field_dict["external_profile_id"] = external_profile_id
        if customer_user_id is not UNSET:
            field_dict["customer_user_id"] = customer_user_id
        if email is not UNSET:
            field_dict["email"] = email

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        external_profile_id = d.pop("external_profile_id", UNSET)

        customer_user_id = d.pop("customer_user_id", UNSET)

        email = d.pop("email", UNSET)

        profile_delete_dto = cls(
            external_profile_id=external_profile_id,
            customer_user_id=customer_user_id,
            email=email,
        )

        profile_delete_dto.additional_properties = d
        return profile_delete_dto

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
