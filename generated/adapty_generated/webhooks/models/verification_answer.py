# Generated from openapi/webhooks.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="VerificationAnswer")


@_attrs_define
class VerificationAnswer:
    """An empty object, or the value of the former format."""

    adapty_check_response: None | str | Unset = UNSET
    """ The received value. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        adapty_check_response: None | str | Unset
        if isinstance(self.adapty_check_response, Unset):
            adapty_check_response = UNSET
        else:
            adapty_check_response = self.adapty_check_response

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if adapty_check_response is not UNSET:
            field_dict["adapty_check_response"] = adapty_check_response

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_adapty_check_response(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        adapty_check_response = _parse_adapty_check_response(d.pop("adapty_check_response", UNSET))

        verification_answer = cls(
            adapty_check_response=adapty_check_response,
        )

        verification_answer.additional_properties = d
        return verification_answer

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
