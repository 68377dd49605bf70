# Generated from openapi/webhooks.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="PlayStorePurchaseToken")


@_attrs_define
class PlayStorePurchaseToken:
    """The identifiers of the purchase for Google Play's API. Only with *Send Play Store purchase token*."""

    product_id: None | str | Unset = UNSET
    """ The product's id at Google Play. """
    purchase_token: None | str | Unset = UNSET
    """ The purchase's token. """
    is_subscription: bool | None | Unset = UNSET
    """ Whether it is a subscription. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        product_id: None | str | Unset
        if isinstance(self.product_id, Unset):
            product_id = UNSET
        else:
            product_id = self.product_id

        purchase_token: None | str | Unset
        if isinstance(self.purchase_token, Unset):
            purchase_token = UNSET
        else:
            purchase_token = self.purchase_token

        is_subscription: bool | None | Unset
        if isinstance(self.is_subscription, Unset):
            is_subscription = UNSET
        else:
            is_subscription = self.is_subscription

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if product_id is not UNSET:
            field_dict["product_id"] = product_id
        if purchase_token is not UNSET:
            field_dict["purchase_token"] = purchase_token
        if is_subscription is not UNSET:
            field_dict["is_subscription"] = is_subscription

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_product_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        product_id = _parse_product_id(d.pop("product_id", UNSET))

        def _parse_purchase_token(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        purchase_token = _parse_purchase_token(d.pop("purchase_token", UNSET))

        def _parse_is_subscription(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        is_subscription = _parse_is_subscription(d.pop("is_subscription", UNSET))

        play_store_purchase_token = cls(
            product_id=product_id,
            purchase_token=purchase_token,
            is_subscription=is_subscription,
        )

        play_store_purchase_token.additional_properties = d
        return play_store_purchase_token

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
