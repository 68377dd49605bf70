# Generated from openapi/web.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.product import Product
    from ..models.remote_config import RemoteConfig


T = TypeVar("T", bound="PaywallResponse")


@_attrs_define
class PaywallResponse:
    placement_id: None | str | Unset = UNSET
    """ The ID of the placement. """
    variation_id: None | Unset | UUID = UNSET
    """ The ID of the variation; send it with views and transactions of this paywall. """
    paywall_id: None | Unset | UUID = UNSET
    """ The ID of the paywall. """
    ab_test_name: None | str | Unset = UNSET
    """ The name of the A/B test that the paywall is in. """
    paywall_name: None | str | Unset = UNSET
    """ The name of the paywall in the dashboard. """
    products: list[Product] | None | Unset = UNSET
    """ The products, in the order of the paywall. """
    remote_config: None | RemoteConfig | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.remote_config import RemoteConfig  # noqa: PLC0415

        placement_id: None | str | Unset
        if isinstance(self.placement_id, Unset):
            placement_id = UNSET
        else:
            placement_id = self.placement_id

        variation_id: None | str | Unset
        if isinstance(self.variation_id, Unset):
            variation_id = UNSET
        elif isinstance(self.variation_id, UUID):
            variation_id = str(self.variation_id)
        else:
            variation_id = self.variation_id

        paywall_id: None | str | Unset
        if isinstance(self.paywall_id, Unset):
            paywall_id = UNSET
        elif isinstance(self.paywall_id, UUID):
            paywall_id = str(self.paywall_id)
        else:
            paywall_id = self.paywall_id

        ab_test_name: None | str | Unset
        if isinstance(self.ab_test_name, Unset):
            ab_test_name = UNSET
        else:
            ab_test_name = self.ab_test_name

        paywall_name: None | str | Unset
        if isinstance(self.paywall_name, Unset):
            paywall_name = UNSET
        else:
            paywall_name = self.paywall_name

        products: list[dict[str, Any]] | None | Unset
        if isinstance(self.products, Unset):
            products = UNSET
        elif isinstance(self.products, list):
            products = []
            for products_type_0_item_data in self.products:
                products_type_0_item = products_type_0_item_data.to_dict()
                products.append(products_type_0_item)

        else:
            products = self.products

        remote_config: dict[str, Any] | None | Unset
        if isinstance(self.remote_config, Unset):
            remote_config = UNSET
        elif isinstance(self.remote_config, RemoteConfig):
            remote_config = self.remote_config.to_dict()
        else:
            remote_config = self.remote_config

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if placement_id is not UNSET:
            field_dict["placement_id"] = placement_id
        if variation_id is not UNSET:
            field_dict["variation_id"] = variation_id
        if paywall_id is not UNSET:
            field_dict["paywall_id"] = paywall_id
        if ab_test_name is not UNSET:
            field_dict["ab_test_name"] = ab_test_name
        if paywall_name is not UNSET:
            field_dict["paywall_name"] = paywall_name
        if products is not UNSET:
            field_dict["products"] = products
        if remote_config is not UNSET:
            field_dict["remote_config"] = remote_config

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.product import Product  # noqa: PLC0415
        from ..models.remote_config import RemoteConfig  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_placement_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        placement_id = _parse_placement_id(d.pop("placement_id", UNSET))

        def _parse_variation_id(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                variation_id_type_0 = UUID(data)

                return variation_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        variation_id = _parse_variation_id(d.pop("variation_id", UNSET))

        def _parse_paywall_id(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                paywall_id_type_0 = UUID(data)

                return paywall_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        paywall_id = _parse_paywall_id(d.pop("paywall_id", UNSET))

        def _parse_ab_test_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        ab_test_name = _parse_ab_test_name(d.pop("ab_test_name", UNSET))

        def _parse_paywall_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        paywall_name = _parse_paywall_name(d.pop("paywall_name", UNSET))

        def _parse_products(data: object) -> list[Product] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                products_type_0 = []
                _products_type_0 = data
                for products_type_0_item_data in _products_type_0:
                    products_type_0_item = Product.from_dict(products_type_0_item_data)

                    products_type_0.append(products_type_0_item)

                return products_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[Product] | None | Unset, data)

        products = _parse_products(d.pop("products", UNSET))

        def _parse_remote_config(data: object) -> None | RemoteConfig | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                remote_config_type_0 = RemoteConfig.from_dict(data)

                return remote_config_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RemoteConfig | Unset, data)

        remote_config = _parse_remote_config(d.pop("remote_config", UNSET))

        paywall_response = cls(
            placement_id=placement_id,
            variation_id=variation_id,
            paywall_id=paywall_id,
            ab_test_name=ab_test_name,
            paywall_name=paywall_name,
            products=products,
            remote_config=remote_config,
        )

        paywall_response.additional_properties = d
        return paywall_response

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
