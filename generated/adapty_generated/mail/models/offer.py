# Generated from openapi/mail.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.offer_category import OfferCategory, check_offer_category
from ..models.offer_type import OfferType, check_offer_type
from ..types import UNSET, Unset

T = TypeVar("T", bound="Offer")


@_attrs_define
class Offer:
    """The offer of the purchase."""

    category: OfferCategory
    offer_type: OfferType
    offer_id: str | Unset = UNSET
    """ The store's id of the offer. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        category: str = self.category

        offer_type: str = self.offer_type

        offer_id = self.offer_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "category": category,
                "offer_type": offer_type,
            }
        )
        if offer_id is not UNSET:
            field_dict["offer_id"] = offer_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        category = check_offer_category(d.pop("category"))

        offer_type = check_offer_type(d.pop("offer_type"))

        offer_id = d.pop("offer_id", UNSET)

        offer = cls(
            category=category,
            offer_type=offer_type,
            offer_id=offer_id,
        )

        offer.additional_properties = d
        return offer

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
