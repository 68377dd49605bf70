# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.refund_saver_settings_request_custom_preference import (
    RefundSaverSettingsRequestCustomPreference,
    check_refund_saver_settings_request_custom_preference,
)
from ..types import UNSET, Unset

T = TypeVar("T", bound="RefundSaverSettingsRequest")


@_attrs_define
class RefundSaverSettingsRequest:
    """At least one of the two is needed."""

    custom_preference: None | RefundSaverSettingsRequestCustomPreference | Unset = UNSET
    """ The decision that the store is asked for. """
    consent: bool | None | Unset = UNSET
    """ Whether the user consents to sharing usage data with the store. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        custom_preference: None | str | Unset
        if isinstance(self.custom_preference, Unset):
            custom_preference = UNSET
        elif isinstance(self.custom_preference, str):
            custom_preference = self.custom_preference
        else:
            custom_preference = self.custom_preference

        consent: bool | None | Unset
        if isinstance(self.consent, Unset):
            consent = UNSET
        else:
            consent = self.consent

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if custom_preference is not UNSET:
            field_dict["custom_preference"] = custom_preference
        if consent is not UNSET:
            field_dict["consent"] = consent

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_custom_preference(data: object) -> None | RefundSaverSettingsRequestCustomPreference | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                custom_preference_type_0 = check_refund_saver_settings_request_custom_preference(data)

                return custom_preference_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RefundSaverSettingsRequestCustomPreference | Unset, data)

        custom_preference = _parse_custom_preference(d.pop("custom_preference", UNSET))

        def _parse_consent(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        consent = _parse_consent(d.pop("consent", UNSET))

        refund_saver_settings_request = cls(
            custom_preference=custom_preference,
            consent=consent,
        )

        refund_saver_settings_request.additional_properties = d
        return refund_saver_settings_request

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
