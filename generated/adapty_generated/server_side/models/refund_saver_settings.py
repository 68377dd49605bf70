# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="RefundSaverSettings")


@_attrs_define
class RefundSaverSettings:
    consent: bool | None | Unset = UNSET
    """ Whether the user consents to sharing usage data with the store. """
    custom_preference: None | str | Unset = UNSET
    """ Known: grant, no_preference, decline. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        consent: bool | None | Unset
        if isinstance(self.consent, Unset):
            consent = UNSET
        else:
            consent = self.consent

        custom_preference: None | str | Unset
        if isinstance(self.custom_preference, Unset):
            custom_preference = UNSET
        else:
            custom_preference = self.custom_preference

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if consent is not UNSET:
            field_dict["consent"] = consent
        if custom_preference is not UNSET:
            field_dict["custom_preference"] = custom_preference

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_consent(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        consent = _parse_consent(d.pop("consent", UNSET))

        def _parse_custom_preference(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        custom_preference = _parse_custom_preference(d.pop("custom_preference", UNSET))

        refund_saver_settings = cls(
            consent=consent,
            custom_preference=custom_preference,
        )

        refund_saver_settings.additional_properties = d
        return refund_saver_settings

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
