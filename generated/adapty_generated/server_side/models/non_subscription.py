# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="NonSubscription")


@_attrs_define
class NonSubscription:
    """A purchase that does not renew."""

    purchase_id: None | Unset | UUID = UNSET
    """ Adapty's id of the purchase. """
    store: None | str | Unset = UNSET
    """ Known: app_store, play_store, stripe, paddle, adapty, and the names of custom stores. """
    store_product_id: None | str | Unset = UNSET
    """ The product. """
    store_base_plan_id: None | str | Unset = UNSET
    """ Google's base plan. """
    store_transaction_id: None | str | Unset = UNSET
    """ The transaction. """
    store_original_transaction_id: None | str | Unset = UNSET
    """ The first transaction of the chain. """
    purchased_at: datetime.datetime | None | Unset = UNSET
    """ When it took place. """
    environment: None | str | Unset = UNSET
    """ Known: Sandbox, Production. """
    is_refund: bool | None | Unset = UNSET
    """ Whether it was refunded. """
    is_consumable: bool | None | Unset = UNSET
    """ Whether it can be bought again. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        purchase_id: None | str | Unset
        if isinstance(self.purchase_id, Unset):
            purchase_id = UNSET
        elif isinstance(self.purchase_id, UUID):
            purchase_id = str(self.purchase_id)
        else:
            purchase_id = self.purchase_id

        store: None | str | Unset
        if isinstance(self.store, Unset):
            store = UNSET
        else:
            store = self.store

        store_product_id: None | str | Unset
        if isinstance(self.store_product_id, Unset):
            store_product_id = UNSET
        else:
            store_product_id = self.store_product_id

        store_base_plan_id: None | str | Unset
        if isinstance(self.store_base_plan_id, Unset):
            store_base_plan_id = UNSET
        else:
            store_base_plan_id = self.store_base_plan_id

        store_transaction_id: None | str | Unset
        if isinstance(self.store_transaction_id, Unset):
            store_transaction_id = UNSET
        else:
            store_transaction_id = self.store_transaction_id

        store_original_transaction_id: None | str | Unset
        if isinstance(self.store_original_transaction_id, Unset):
            store_original_transaction_id = UNSET
        else:
            store_original_transaction_id = self.store_original_transaction_id

        purchased_at: None | str | Unset
        if isinstance(self.purchased_at, Unset):
            purchased_at = UNSET
        elif isinstance(self.purchased_at, datetime.datetime):
            purchased_at = self.purchased_at.isoformat()
        else:
            purchased_at = self.purchased_at

        environment: None | str | Unset
        if isinstance(self.environment, Unset):
            environment = UNSET
        else:
            environment = self.environment

        is_refund: bool | None | Unset
        if isinstance(self.is_refund, Unset):
            is_refund = UNSET
        else:
            is_refund = self.is_refund

        is_consumable: bool | None | Unset
        if isinstance(self.is_consumable, Unset):
            is_consumable = UNSET
        else:
            is_consumable = self.is_consumable

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if purchase_id is not UNSET:
            field_dict["purchase_id"] = purchase_id
        if store is not UNSET:
            field_dict["store"] = store
        if store_product_id is not UNSET:
            field_dict["store_product_id"] = store_product_id
        if store_base_plan_id is not UNSET:
            field_dict["store_base_plan_id"] = store_base_plan_id
        if store_transaction_id is not UNSET:
            field_dict["store_transaction_id"] = store_transaction_id
        if store_original_transaction_id is not UNSET:
            field_dict["store_original_transaction_id"] = store_original_transaction_id
        if purchased_at is not UNSET:
            field_dict["purchased_at"] = purchased_at
        if environment is not UNSET:
            field_dict["environment"] = environment
        if is_refund is not UNSET:
            field_dict["is_refund"] = is_refund
        if is_consumable is not UNSET:
            field_dict["is_consumable"] = is_consumable

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_purchase_id(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                purchase_id_type_0 = UUID(data)

                return purchase_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        purchase_id = _parse_purchase_id(d.pop("purchase_id", UNSET))

        def _parse_store(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        store = _parse_store(d.pop("store", UNSET))

        def _parse_store_product_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        store_product_id = _parse_store_product_id(d.pop("store_product_id", UNSET))

        def _parse_store_base_plan_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        store_base_plan_id = _parse_store_base_plan_id(d.pop("store_base_plan_id", UNSET))

        def _parse_store_transaction_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        store_transaction_id = _parse_store_transaction_id(d.pop("store_transaction_id", UNSET))

        def _parse_store_original_transaction_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        store_original_transaction_id = _parse_store_original_transaction_id(
            d.pop("store_original_transaction_id", UNSET)
        )

        def _parse_purchased_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                purchased_at_type_0 = datetime.datetime.fromisoformat(data)

                return purchased_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        purchased_at = _parse_purchased_at(d.pop("purchased_at", UNSET))

        def _parse_environment(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        environment = _parse_environment(d.pop("environment", UNSET))

        def _parse_is_refund(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        is_refund = _parse_is_refund(d.pop("is_refund", UNSET))

        def _parse_is_consumable(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        is_consumable = _parse_is_consumable(d.pop("is_consumable", UNSET))

        non_subscription = cls(
            purchase_id=purchase_id,
            store=store,
            store_product_id=store_product_id,
            store_base_plan_id=store_base_plan_id,
            store_transaction_id=store_transaction_id,
            store_original_transaction_id=store_original_transaction_id,
            purchased_at=purchased_at,
            environment=environment,
            is_refund=is_refund,
            is_consumable=is_consumable,
        )

        non_subscription.additional_properties = d
        return non_subscription

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
