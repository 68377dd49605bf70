# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.cancellation_reason import CancellationReason, check_cancellation_reason
from ..models.one_time_purchase_environment import (
    OneTimePurchaseEnvironment,
    check_one_time_purchase_environment,
)
from ..models.one_time_purchase_purchase_type import (
    OneTimePurchasePurchaseType,
    check_one_time_purchase_purchase_type,
)
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.offer_request import OfferRequest
    from ..models.price import Price


T = TypeVar("T", bound="OneTimePurchase")


@_attrs_define
class OneTimePurchase:
    """A transaction of a purchase that does not renew."""

    purchase_type: OneTimePurchasePurchaseType
    """ Distinguishes the two bodies. """
    store: str
    """ The store: a known one, or the name of a custom store. """
    store_product_id: str
    """ The product; with a base plan, `product_id:base_plan_id`. """
    store_transaction_id: str
    """ The store's id of this transaction. """
    store_original_transaction_id: str
    """ The same id; a one-time purchase has no chain. """
    price: Price
    """ What was paid. """
    purchased_at: datetime.datetime
    """ When it took place. """
    environment: OneTimePurchaseEnvironment | Unset = "Production"
    """ Whether real money was paid. """
    is_family_shared: bool | Unset = False
    """ Whether a family shares it, at a price of 0. """
    variation_id: None | str | Unset = UNSET
    """ The paywall's variation that led to it. """
    offer: None | OfferRequest | Unset = UNSET
    """ The offer that was used. """
    refunded_at: datetime.datetime | None | Unset = UNSET
    """ When it was refunded, after `purchased_at`; only with the reason `refund`. """
    cancellation_reason: CancellationReason | None | Unset = UNSET
    """ Why it was cancelled. `refund` only with `refunded_at`. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.offer_request import OfferRequest  # noqa: PLC0415

        purchase_type: str = self.purchase_type

        store = self.store

        store_product_id = self.store_product_id

        store_transaction_id = self.store_transaction_id

        store_original_transaction_id = self.store_original_transaction_id

        price = self.price.to_dict()

        purchased_at = self.purchased_at.isoformat()

        environment: str | Unset = UNSET
        if not isinstance(self.environment, Unset):
            environment = self.environment

        is_family_shared = self.is_family_shared

        variation_id: None | str | Unset
        if isinstance(self.variation_id, Unset):
            variation_id = UNSET
        else:
            variation_id = self.variation_id

        offer: dict[str, Any] | None | Unset
        if isinstance(self.offer, Unset):
            offer = UNSET
        elif isinstance(self.offer, OfferRequest):
            offer = self.offer.to_dict()
        else:
            offer = self.offer

        refunded_at: None | str | Unset
        if isinstance(self.refunded_at, Unset):
            refunded_at = UNSET
        elif isinstance(self.refunded_at, datetime.datetime):
            refunded_at = self.refunded_at.isoformat()
        else:
            refunded_at = self.refunded_at

        cancellation_reason: None | str | Unset
        if isinstance(self.cancellation_reason, Unset):
            cancellation_reason = UNSET
        elif isinstance(self.cancellation_reason, str):
            cancellation_reason = self.cancellation_reason
        else:
            cancellation_reason = self.cancellation_reason

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "purchase_type": purchase_type,
                "store": store,
                "store_product_id": store_product_id,
                "store_transaction_id": store_transaction_id,
                "store_original_transaction_id": store_original_transaction_id,
                "price": price,
                "purchased_at": purchased_at,
            }
        )
        if environment is not UNSET:
            field_dict["environment"] = environment
        if is_family_shared is not UNSET:
            field_dict["is_family_shared"] = is_family_shared
        if variation_id is not UNSET:
            field_dict["variation_id"] = variation_id
        if offer is not UNSET:
            field_dict["offer"] = offer
        if refunded_at is not UNSET:
            field_dict["refunded_at"] = refunded_at
        if cancellation_reason is not UNSET:
            field_dict["cancellation_reason"] = cancellation_reason

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.offer_request import OfferRequest  # noqa: PLC0415
        from ..models.price import Price  # noqa: PLC0415

        d = dict(src_dict)
        purchase_type = check_one_time_purchase_purchase_type(d.pop("purchase_type"))

        store = d.pop("store")

        store_product_id = d.pop("store_product_id")

        store_transaction_id = d.pop("store_transaction_id")

        store_original_transaction_id = d.pop("store_original_transaction_id")

        price = Price.from_dict(d.pop("price"))

        purchased_at = datetime.datetime.fromisoformat(d.pop("purchased_at"))

        _environment = d.pop("environment", UNSET)
        environment: OneTimePurchaseEnvironment | Unset
        if isinstance(_environment, Unset):
            environment = UNSET
        else:
            environment = check_one_time_purchase_environment(_environment)

        is_family_shared = d.pop("is_family_shared", UNSET)

        def _parse_variation_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        variation_id = _parse_variation_id(d.pop("variation_id", UNSET))

        def _parse_offer(data: object) -> None | OfferRequest | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                offer_type_0 = OfferRequest.from_dict(data)

                return offer_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | OfferRequest | Unset, data)

        offer = _parse_offer(d.pop("offer", UNSET))

        def _parse_refunded_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                refunded_at_type_0 = datetime.datetime.fromisoformat(data)

                return refunded_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        refunded_at = _parse_refunded_at(d.pop("refunded_at", UNSET))

        def _parse_cancellation_reason(data: object) -> CancellationReason | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                cancellation_reason_type_0 = check_cancellation_reason(data)

                return cancellation_reason_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CancellationReason | None | Unset, data)

        cancellation_reason = _parse_cancellation_reason(d.pop("cancellation_reason", UNSET))

        one_time_purchase = cls(
            purchase_type=purchase_type,
            store=store,
            store_product_id=store_product_id,
            store_transaction_id=store_transaction_id,
            store_original_transaction_id=store_original_transaction_id,
            price=price,
            purchased_at=purchased_at,
            environment=environment,
            is_family_shared=is_family_shared,
            variation_id=variation_id,
            offer=offer,
            refunded_at=refunded_at,
            cancellation_reason=cancellation_reason,
        )

        one_time_purchase.additional_properties = d
        return one_time_purchase

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
