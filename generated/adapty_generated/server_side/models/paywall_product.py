# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.paywall_product_offer import PaywallProductOffer


T = TypeVar("T", bound="PaywallProduct")


@_attrs_define
class PaywallProduct:
    product_id: None | Unset | UUID = UNSET
    """ Adapty's id of the product. """
    title: None | str | Unset = UNSET
    """ The product's title. """
    product_set: None | str | Unset = UNSET
    """ Known: weekly, monthly, trimonthly, semiannual, annual, lifetime, uncategorised, nonsubscriptions,
    two_months, consumable.
     """
    offer: None | PaywallProductOffer | Unset = UNSET
    """ The offer of the paywall for it. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.paywall_product_offer import PaywallProductOffer  # noqa: PLC0415

        product_id: None | str | Unset
        if isinstance(self.product_id, Unset):
            product_id = UNSET
        elif isinstance(self.product_id, UUID):
            product_id = str(self.product_id)
        else:
            product_id = self.product_id

        title: None | str | Unset
        if isinstance(self.title, Unset):
            title = UNSET
        else:
            title = self.title

        product_set: None | str | Unset
        if isinstance(self.product_set, Unset):
            product_set = UNSET
        else:
            product_set = self.product_set

        offer: dict[str, Any] | None | Unset
        if isinstance(self.offer, Unset):
            offer = UNSET
        elif isinstance(self.offer, PaywallProductOffer):
            offer = self.offer.to_dict()
        else:
            offer = self.offer

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if product_id is not UNSET:
            field_dict["product_id"] = product_id
        if title is not UNSET:
            field_dict["title"] = title
        if product_set is not UNSET:
            field_dict["product_set"] = product_set
        if offer is not UNSET:
            field_dict["offer"] = offer

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.paywall_product_offer import PaywallProductOffer  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_product_id(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                product_id_type_0 = UUID(data)

                return product_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        product_id = _parse_product_id(d.pop("product_id", UNSET))

        def _parse_title(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        title = _parse_title(d.pop("title", UNSET))

        def _parse_product_set(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        product_set = _parse_product_set(d.pop("product_set", UNSET))

        def _parse_offer(data: object) -> None | PaywallProductOffer | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                offer_type_0 = PaywallProductOffer.from_dict(data)

                return offer_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | PaywallProductOffer | Unset, data)

        offer = _parse_offer(d.pop("offer", UNSET))

        paywall_product = cls(
            product_id=product_id,
            title=title,
            product_set=product_set,
            offer=offer,
        )

        paywall_product.additional_properties = d
        return paywall_product

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
