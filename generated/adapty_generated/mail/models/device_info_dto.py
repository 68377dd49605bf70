# Generated from openapi/mail.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="DeviceInfoDTO")


@_attrs_define
class DeviceInfoDTO:
    platform: str
    """ Platform, such as `iOS` or `Android`. """
    device: str | Unset = UNSET
    """ Model of the device, such as `iPhone15,2`. """
    os: str | Unset = UNSET
    """ Version of the operating system, such as `17.5`. """
    locale: str | Unset = UNSET
    """ Locale, such as `en-US`. """
    timezone: str | Unset = UNSET
    """ Time zone by its IANA name, such as `America/New_York`. """
    app_version: str | Unset = UNSET
    """ Version of your app, such as `3.1.0`. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        platform = self.platform

        device = self.device

        os = self.os

        locale = self.locale

        timezone = self.timezone

        app_version = self.app_version

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "platform": platform,
            }
        )
        if device is not UNSET:
            field_dict["device"] = device
        if os is not UNSET:
            field_dict["os"] = os
        if locale is not UNSET:
            field_dict["locale"] = locale
        if timezone is not UNSET:
            field_dict["timezone"] = timezone
        if app_version is not UNSET:
            field_dict["app_version"] = app_version

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        platform = d.pop("platform")

        device = d.pop("device", UNSET)

        os = d.pop("os", UNSET)

        locale = d.pop("locale", UNSET)

        timezone = d.pop("timezone", UNSET)

        app_version = d.pop("app_version", UNSET)

        device_info_dto = cls(
            platform=platform,
            device=device,
            os=os,
            locale=locale,
            timezone=timezone,
            app_version=app_version,
        )

        device_info_dto.additional_properties = d
        return device_info_dto

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
