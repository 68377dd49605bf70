# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.offer_request_category import (
    OfferRequestCategory,
    check_offer_request_category,
)
from ..models.offer_request_type import OfferRequestType, check_offer_request_type
from ..types import UNSET, Unset

T = TypeVar("T", bound="OfferRequest")


@_attrs_define
class OfferRequest:
    """The offer of a transaction."""

    category: OfferRequestCategory
    """ The kind of offer. """
    type_: OfferRequestType
    """ How it is paid. `free_trial` needs a price of 0, and a subscription. """
    id: None | str | Unset = UNSET
    """ The store's id of the offer; needed for every category but `introductory`. The vendor's schema has null, but
    its rules refuse it: omit the field instead.
     """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        category: str = self.category

        type_: str = self.type_

        id: None | str | Unset
        if isinstance(self.id, Unset):
            id = UNSET
        else:
            id = self.id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "category": category,
                "type": type_,
            }
        )
        if id is not UNSET:
            field_dict["id"] = id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        category = check_offer_request_category(d.pop("category"))

        type_ = check_offer_request_type(d.pop("type"))

        def _parse_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        id = _parse_id(d.pop("id", UNSET))

        offer_request = cls(
            category=category,
            type_=type_,
            id=id,
        )

        offer_request.additional_properties = d
        return offer_request

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
