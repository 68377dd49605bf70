# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.profile_request_att_status import (
    ProfileRequestAttStatus,
    check_profile_request_att_status,
)
from ..models.profile_request_gender import (
    ProfileRequestGender,
    check_profile_request_gender,
)
from ..models.profile_request_store import (
    ProfileRequestStore,
    check_profile_request_store,
)
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.custom_attribute import CustomAttribute
    from ..models.installation_meta import InstallationMeta


T = TypeVar("T", bound="ProfileRequest")


@_attrs_define
class ProfileRequest:
    """The fields of a new or changed profile; all are optional, and null clears a field."""

    first_name: None | str | Unset = UNSET
    """ First name. """
    last_name: None | str | Unset = UNSET
    """ Last name. """
    gender: None | ProfileRequestGender | Unset = UNSET
    """ Female, male or other. """
    email: None | str | Unset = UNSET
    """ E-mail address. """
    phone_number: None | str | Unset = UNSET
    """ Phone number. """
    birthday: datetime.date | None | Unset = UNSET
    """ Date of birth. """
    ip_country: None | str | Unset = UNSET
    """ Country of the IP address, ISO 3166-1 alpha-2. """
    ip_v4_address: None | str | Unset = UNSET
    """ IPv4 address. """
    store_country: None | str | Unset = UNSET
    """ Country of the store account, ISO 3166-1 alpha-2. """
    store: None | ProfileRequestStore | Unset = UNSET
    """ The store that the user buys in. """
    store_account_token: None | Unset | UUID = UNSET
    """ The token that ties store transactions to the user. """
    att_status: None | ProfileRequestAttStatus | Unset = UNSET
    """ App tracking transparency: 0 not determined, 1 restricted, 2 denied, 3 authorized. """
    analytics_disabled: bool | None | Unset = UNSET
    """ Keeps the user out of external analytics. """
    custom_attributes: list[CustomAttribute] | Unset = UNSET
    """ Attributes to set, at most 30 on a profile. An empty value deletes one; others stay.
     """
    installation_meta: InstallationMeta | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        first_name: None | str | Unset
        if isinstance(self.first_name, Unset):
            first_name = UNSET
        else:
            first_name = self.first_name

        last_name: None | str | Unset
        if isinstance(self.last_name, Unset):
            last_name = UNSET
        else:
            last_name = self.last_name

        gender: None | str | Unset
        if isinstance(self.gender, Unset):
            gender = UNSET
        elif isinstance(self.gender, str):
            gender = self.gender
        else:
            gender = self.gender

        email: None | str | Unset
        if isinstance(self.email, Unset):
            email = UNSET
        else:
            email = self.email

        phone_number: None | str | Unset
        if isinstance(self.phone_number, Unset):
            phone_number = UNSET
        else:
            phone_number = self.phone_number

        birthday: None | str | Unset
        if isinstance(self.birthday, Unset):
            birthday = UNSET
        elif isinstance(self.birthday, datetime.date):
            birthday = self.birthday.isoformat()
        else:
            birthday = self.birthday

        ip_country: None | str | Unset
        if isinstance(self.ip_country, Unset):
            ip_country = UNSET
        else:
            ip_country = self.ip_country

        ip_v4_address: None | str | Unset
        if isinstance(self.ip_v4_address, Unset):
            ip_v4_address = UNSET
        else:
            ip_v4_address = self.ip_v4_address

        store_country: None | str | Unset
        if isinstance(self.store_country, Unset):
            store_country = UNSET
        else:
            store_country = self.store_country

        store: None | str | Unset
        if isinstance(self.store, Unset):
            store = UNSET
        elif isinstance(self.store, str):
            store = self.store
        else:
            store = self.store

        store_account_token: None | str | Unset
        if isinstance(self.store_account_token, Unset):
            store_account_token = UNSET
        elif isinstance(self.store_account_token, UUID):
            store_account_token = str(self.store_account_token)
        else:
            store_account_token = self.store_account_token

        att_status: int | None | Unset
        if isinstance(self.att_status, Unset):
            att_status = UNSET
        elif isinstance(self.att_status, int):
            att_status = self.att_status
        else:
            att_status = self.att_status

        analytics_disabled: bool | None | Unset
        if isinstance(self.analytics_disabled, Unset):
            analytics_disabled = UNSET
        else:
            analytics_disabled = self.analytics_disabled

        custom_attributes: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.custom_attributes, Unset):
            custom_attributes = []
            for custom_attributes_item_data in self.custom_attributes:
                custom_attributes_item = custom_attributes_item_data.to_dict()
                custom_attributes.append(custom_attributes_item)

        installation_meta: dict[str, Any] | Unset = UNSET
        if not isinstance(self.installation_meta, Unset):
            installation_meta = self.installation_meta.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if first_name is not UNSET:
            field_dict["first_name"] = first_name
        if last_name is not UNSET:
            field_dict["last_name"] = last_name
        if gender is not UNSET:
            field_dict["gender"] = gender
        if email is not UNSET:
            field_dict["email"] = email
        if phone_number is not UNSET:
            field_dict["phone_number"] = phone_number
        if birthday is not UNSET:
            field_dict["birthday"] = birthday
        if ip_country is not UNSET:
            field_dict["ip_country"] = ip_country
        if ip_v4_address is not UNSET:
            field_dict["ip_v4_address"] = ip_v4_address
        if store_country is not UNSET:
            field_dict["store_country"] = store_country
        if store is not UNSET:
            field_dict["store"] = store
        if store_account_token is not UNSET:
            field_dict["store_account_token"] = store_account_token
        if att_status is not UNSET:
            field_dict["att_status"] = att_status
        if analytics_disabled is not UNSET:
            field_dict["analytics_disabled"] = analytics_disabled
        if custom_attributes is not UNSET:
            field_dict["custom_attributes"] = custom_attributes
        if installation_meta is not UNSET:
            field_dict["installation_meta"] = installation_meta

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.custom_attribute import CustomAttribute  # noqa: PLC0415
        from ..models.installation_meta import InstallationMeta  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_first_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        first_name = _parse_first_name(d.pop("first_name", UNSET))

        def _parse_last_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        last_name = _parse_last_name(d.pop("last_name", UNSET))

        def _parse_gender(data: object) -> None | ProfileRequestGender | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                gender_type_0 = check_profile_request_gender(data)

                return gender_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ProfileRequestGender | Unset, data)

        gender = _parse_gender(d.pop("gender", UNSET))

        def _parse_email(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        email = _parse_email(d.pop("email", UNSET))

        def _parse_phone_number(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        phone_number = _parse_phone_number(d.pop("phone_number", UNSET))

        def _parse_birthday(data: object) -> datetime.date | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                birthday_type_0 = datetime.date.fromisoformat(data)

                return birthday_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.date | None | Unset, data)

        birthday = _parse_birthday(d.pop("birthday", UNSET))

        def _parse_ip_country(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        ip_country = _parse_ip_country(d.pop("ip_country", UNSET))

        def _parse_ip_v4_address(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        ip_v4_address = _parse_ip_v4_address(d.pop("ip_v4_address", UNSET))

        def _parse_store_country(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        store_country = _parse_store_country(d.pop("store_country", UNSET))

        def _parse_store(data: object) -> None | ProfileRequestStore | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                store_type_0 = check_profile_request_store(data)

                return store_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ProfileRequestStore | Unset, data)

        store = _parse_store(d.pop("store", UNSET))

        def _parse_store_account_token(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                store_account_token_type_0 = UUID(data)

                return store_account_token_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        store_account_token = _parse_store_account_token(d.pop("store_account_token", UNSET))

        def _parse_att_status(data: object) -> None | ProfileRequestAttStatus | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, int):
                    raise TypeError()
                att_status_type_0 = check_profile_request_att_status(data)

                return att_status_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ProfileRequestAttStatus | Unset, data)

        att_status = _parse_att_status(d.pop("att_status", UNSET))

        def _parse_analytics_disabled(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        analytics_disabled = _parse_analytics_disabled(d.pop("analytics_disabled", UNSET))

        _custom_attributes = d.pop("custom_attributes", UNSET)
        custom_attributes: list[CustomAttribute] | Unset = UNSET
        if _custom_attributes is not UNSET:
            custom_attributes = []
            for custom_attributes_item_data in _custom_attributes:
                custom_attributes_item = CustomAttribute.from_dict(custom_attributes_item_data)

                custom_attributes.append(custom_attributes_item)

        _installation_meta = d.pop("installation_meta", UNSET)
        installation_meta: InstallationMeta | Unset
        if isinstance(_installation_meta, Unset):
            installation_meta = UNSET
        else:
            installation_meta = InstallationMeta.from_dict(_installation_meta)

        profile_request = cls(
            first_name=first_name,
            last_name=last_name,
            gender=gender,
            email=email,
            phone_number=phone_number,
            birthday=birthday,
            ip_country=ip_country,
            ip_v4_address=ip_v4_address,
            store_country=store_country,
            store=store,
            store_account_token=store_account_token,
            att_status=att_status,
            analytics_disabled=analytics_disabled,
            custom_attributes=custom_attributes,
            installation_meta=installation_meta,
        )

        profile_request.additional_properties = d
        return profile_request

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
