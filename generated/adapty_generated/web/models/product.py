# Generated from openapi/web.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.offer import Offer


T = TypeVar("T", bound="Product")


@_attrs_define
class Product:
    title: None | str | Unset = UNSET
    """ The name of the product in the dashboard. """
    is_consumable: bool | None | Unset = UNSET
    """ Whether the product is consumable. """
    adapty_product_id: None | Unset | UUID = UNSET
    """ Adapty's ID of the product. """
    vendor_product_id: None | str | Unset = UNSET
    """ The store's ID of the product. """
    introductory_offer_eligibility: bool | None | Unset = UNSET
    """ Whether the user may get an introductory offer (iOS). """
    promotional_offer_eligibility: bool | None | Unset = UNSET
    """ Whether the user may get a promotional offer. """
    base_plan_id: None | str | Unset = UNSET
    """ The base plan of Google Play, or the price ID of Stripe. """
    offer: None | Offer | Unset = UNSET
    """ The offer that applies, if any. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.offer import Offer  # noqa: PLC0415

        title: None | str | Unset
        if isinstance(self.title, Unset):
            title = UNSET
        else:
            title = self.title

        is_consumable: bool | None | Unset
        if isinstance(self.is_consumable, Unset):
            is_consumable = UNSET
        else:
            is_consumable = self.is_consumable

        adapty_product_id: None | str | Unset
        if isinstance(self.adapty_product_id, Unset):
            adapty_product_id = UNSET
        elif isinstance(self.adapty_product_id, UUID):
            adapty_product_id = str(self.adapty_product_id)
        else:
            adapty_product_id = self.adapty_product_id

        vendor_product_id: None | str | Unset
        if isinstance(self.vendor_product_id, Unset):
            vendor_product_id = UNSET
        else:
            vendor_product_id = self.vendor_product_id

        introductory_offer_eligibility: bool | None | Unset
        if isinstance(self.introductory_offer_eligibility, Unset):
            introductory_offer_eligibility = UNSET
        else:
            introductory_offer_eligibility = self.introductory_offer_eligibility

        promotional_offer_eligibility: bool | None | Unset
        if isinstance(self.promotional_offer_eligibility, Unset):
            promotional_offer_eligibility = UNSET
        else:
            promotional_offer_eligibility = self.promotional_offer_eligibility

        base_plan_id: None | str | Unset
        if isinstance(self.base_plan_id, Unset):
            base_plan_id = UNSET
        else:
            base_plan_id = self.base_plan_id

        offer: dict[str, Any] | None | Unset
        if isinstance(self.offer, Unset):
            offer = UNSET
        elif isinstance(self.offer, Offer):
            offer = self.offer.to_dict()
        else:
            offer = self.offer

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if title is not UNSET:
            field_dict["title"] = title
        if is_consumable is not UNSET:
            field_dict["is_consumable"] = is_consumable
        if adapty_product_id is not UNSET:
            field_dict["adapty_product_id"] = adapty_product_id
        if vendor_product_id is not UNSET:
            field_dict["vendor_product_id"] = vendor_product_id
        if introductory_offer_eligibility is not UNSET:
            field_dict["introductory_offer_eligibility"] = introductory_offer_eligibility
        if promotional_offer_eligibility is not UNSET:
            field_dict["promotional_offer_eligibility"] = promotional_offer_eligibility
        if base_plan_id is not UNSET:
            field_dict["base_plan_id"] = base_plan_id
        if offer is not UNSET:
            field_dict["offer"] = offer

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.offer import Offer  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_title(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        title = _parse_title(d.pop("title", UNSET))

        def _parse_is_consumable(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        is_consumable = _parse_is_consumable(d.pop("is_consumable", UNSET))

        def _parse_adapty_product_id(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                adapty_product_id_type_0 = UUID(data)

                return adapty_product_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        adapty_product_id = _parse_adapty_product_id(d.pop("adapty_product_id", UNSET))

        def _parse_vendor_product_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        vendor_product_id = _parse_vendor_product_id(d.pop("vendor_product_id", UNSET))

        def _parse_introductory_offer_eligibility(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        introductory_offer_eligibility = _parse_introductory_offer_eligibility(
            d.pop("introductory_offer_eligibility", UNSET)
        )

        def _parse_promotional_offer_eligibility(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        promotional_offer_eligibility = _parse_promotional_offer_eligibility(
            d.pop("promotional_offer_eligibility", UNSET)
        )

        def _parse_base_plan_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        base_plan_id = _parse_base_plan_id(d.pop("base_plan_id", UNSET))

        def _parse_offer(data: object) -> None | Offer | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                offer_type_0 = Offer.from_dict(data)

                return offer_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Offer | Unset, data)

        offer = _parse_offer(d.pop("offer", UNSET))

        product = cls(
            title=title,
            is_consumable=is_consumable,
            adapty_product_id=adapty_product_id,
            vendor_product_id=vendor_product_id,
            introductory_offer_eligibility=introductory_offer_eligibility,
            promotional_offer_eligibility=promotional_offer_eligibility,
            base_plan_id=base_plan_id,
            offer=offer,
        )

        product.additional_properties = d
        return product

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
