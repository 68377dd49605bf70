# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.stripe_validation_data_type import (
    StripeValidationDataType,
    check_stripe_validation_data_type,
)

if TYPE_CHECKING:
    from ..models.stripe_validation_attributes import StripeValidationAttributes


T = TypeVar("T", bound="StripeValidationData")


@_attrs_define
class StripeValidationData:
    type_: StripeValidationDataType
    """ Always this. """
    attributes: StripeValidationAttributes
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_: str = self.type_

        attributes = self.attributes.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "type": type_,
                "attributes": attributes,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.stripe_validation_attributes import StripeValidationAttributes  # noqa: PLC0415

        d = dict(src_dict)
        type_ = check_stripe_validation_data_type(d.pop("type"))

        attributes = StripeValidationAttributes.from_dict(d.pop("attributes"))

        stripe_validation_data = cls(
            type_=type_,
            attributes=attributes,
        )

        stripe_validation_data.additional_properties = d
        return stripe_validation_data

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
