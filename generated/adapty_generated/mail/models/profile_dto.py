# Generated from openapi/mail.yaml by `make generate`; do not edit.

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.device_info_dto import DeviceInfoDTO
    from ..models.profile_dto_custom_attributes import ProfileDTOCustomAttributes


T = TypeVar("T", bound="ProfileDTO")


@_attrs_define
class ProfileDTO:
    external_profile_id: str
    """ Your own id of the user, the same for the user's whole life; not an anonymous or per-install one. """
    external_created_at: datetime.datetime
    """ When the user was created on your side, ISO 8601 with an offset. Segments can use it. """
    email: str
    """ Where campaigns are delivered. """
    first_name: str | Unset = UNSET
    """ First name. """
    last_name: str | Unset = UNSET
    """ Last name. """
    gender: str | Unset = UNSET
    """ Gender, as free text. """
    birthday: datetime.date | Unset = UNSET
    """ Date of birth, ISO 8601 (`1990-05-21`). """
    country: str | Unset = UNSET
    """ Country of the user, two letters of ISO 3166-1 alpha-2 (`US`). """
    store_country: str | Unset = UNSET
    """ Country of the user's store account, two letters of ISO 3166-1 alpha-2 (`US`). """
    custom_attributes: ProfileDTOCustomAttributes | Unset = UNSET
    """ Custom names to strings or numbers, for segments (`plan`, `trial_days`). """
    device_info: DeviceInfoDTO | Unset = UNSET
    customer_user_id: str | Unset = UNSET
    """ Your own user id where Adapty knows it too; joins the person who comes through the mobile SDK. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        external_profile_id = self.external_profile_id

        external_created_at = self.external_created_at.isoformat()

        email = self.email

        first_name = self.first_name

        last_name = self.last_name

        gender = self.gender

        birthday: str | Unset = UNSET
        if not isinstance(self.birthday, Unset):
            birthday = self.birthday.isoformat()

        country = self.country

        store_country = self.store_country

        custom_attributes: dict[str, Any] | Unset = UNSET
        if not isinstance(self.custom_attributes, Unset):
            custom_attributes = self.custom_attributes.to_dict()

        device_info: dict[str, Any] | Unset = UNSET
        if not isinstance(self.device_info, Unset):
            device_info = self.device_info.to_dict()

        customer_user_id = self.customer_user_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "external_profile_id": external_profile_id,
                "external_created_at": external_created_at,
                "email": email,
            }
        )
        if first_name is not UNSET:
            field_dict["first_name"] = first_name
        if last_name is not UNSET:
            field_dict["last_name"] = last_name
        if gender is not UNSET:
            field_dict["gender"] = gender
        if birthday is not UNSET:
            field_dict["birthday"] = birthday
        if country is not UNSET:
            field_dict["country"] = country
        if store_country is not UNSET:
            field_dict["store_country"] = store_country
        if custom_attributes is not UNSET:
            field_dict["custom_attributes"] = custom_attributes
        if device_info is not UNSET:
            field_dict["device_info"] = device_info
        if customer_user_id is not UNSET:
            field_dict["customer_user_id"] = customer_user_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.device_info_dto import DeviceInfoDTO  # noqa: PLC0415
        from ..models.profile_dto_custom_attributes import ProfileDTOCustomAttributes  # noqa: PLC0415

        d = dict(src_dict)
        external_profile_id = d.pop("external_profile_id")

        external_created_at = datetime.datetime.fromisoformat(d.pop("external_created_at"))

        email = d.pop("email")

        first_name = d.pop("first_name", UNSET)

        last_name = d.pop("last_name", UNSET)

        gender = d.pop("gender", UNSET)

        _birthday = d.pop("birthday", UNSET)
        birthday: datetime.date | Unset
        if isinstance(_birthday, Unset):
            birthday = UNSET
        else:
            birthday = datetime.date.fromisoformat(_birthday)

        country = d.pop("country", UNSET)

        store_country = d.pop("store_country", UNSET)

        _custom_attributes = d.pop("custom_attributes", UNSET)
        custom_attributes: ProfileDTOCustomAttributes | Unset
        if isinstance(_custom_attributes, Unset):
            custom_attributes = UNSET
        else:
            custom_attributes = ProfileDTOCustomAttributes.from_dict(_custom_attributes)

        _device_info = d.pop("device_info", UNSET)
        device_info: DeviceInfoDTO | Unset
        if isinstance(_device_info, Unset):
            device_info = UNSET
        else:
            device_info = DeviceInfoDTO.from_dict(_device_info)

        customer_user_id = d.pop("customer_user_id", UNSET)

        profile_dto = cls(
            external_profile_id=external_profile_id,
            external_created_at=external_created_at,
            email=email,
            first_name=first_name,
            last_name=last_name,
            gender=gender,
            birthday=birthday,
            country=country,
            store_country=store_country,
            custom_attributes=custom_attributes,
            device_info=device_info,
            customer_user_id=customer_user_id,
        )

        profile_dto.additional_properties = d
        return profile_dto

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
