# Generated from openapi/mail.yaml by `make generate`; do not edit.

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.transaction_event_type import (
    TransactionEventType,
    check_transaction_event_type,
)
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.offer import Offer


T = TypeVar("T", bound="TransactionEventDTO")


@_attrs_define
class TransactionEventDTO:
    event_type: TransactionEventType
    """ What happened. It decides the flow. """
    event_id: str
    """ Your own id of this event. An event sent again under the same id is counted once. """
    event_datetime: datetime.datetime
    """ When the event was recorded, ISO 8601 with an offset. """
    external_profile_id: str
    """ The id that the profile is saved with. """
    store: str
    """ Store of the purchase, such as `app_store`, `play_store` or `stripe`. """
    store_product_id: str
    """ The store's id of the product. """
    store_transaction_id: str
    """ The store's id of this transaction. """
    store_original_transaction_id: str
    """ The store's id of the first transaction in the chain; for a first purchase, the transaction's own. """
    purchased_at: datetime.datetime
    """ When this transaction took place, ISO 8601 with an offset. """
    originally_purchased_at: datetime.datetime
    """ When the subscription was bought first, ISO 8601 with an offset. """
    price_usd: str | Unset = UNSET
    """ Amount in US dollars as decimal text (`9.99`). """
    expires_at: datetime.datetime | Unset = UNSET
    """ When the subscription ends or ended, ISO 8601 with an offset. Not for one-time purchases. """
    offer: Offer | Unset = UNSET
    """ The offer of the purchase. """
    customer_user_id: str | Unset = UNSET
    """ Your own user id; finds the profile if no `external_profile_id` matches. Not stored. """
    email: str | Unset = UNSET
    """ The subscriber's address; finds the profile if no id matches. Not stored. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        event_type: str = self.event_type

        event_id = self.event_id

        event_datetime = self.event_datetime.isoformat()

        external_profile_id = self.external_profile_id

        store = self.store

        store_product_id = self.store_product_id

        store_transaction_id = self.store_transaction_id

        store_original_transaction_id = self.store_original_transaction_id

        purchased_at = self.purchased_at.isoformat()

        originally_purchased_at = self.originally_purchased_at.isoformat()

        price_usd = self.price_usd

        expires_at: str | Unset = UNSET
        if not isinstance(self.expires_at, Unset):
            expires_at = self.expires_at.isoformat()

        offer: dict[str, Any] | Unset = UNSET
        if not isinstance(self.offer, Unset):
            offer = self.offer.to_dict()

        customer_user_id = self.customer_user_id

        email = self.email

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "event_type": event_type,
                "event_id": event_id,
                "event_datetime": event_datetime,
                "external_profile_id": external_profile_id,
                "store": store,
                "store_product_id": store_product_id,
                "store_transaction_id": store_transaction_id,
                "store_original_transaction_id": store_original_transaction_id,
                "purchased_at": purchased_at,
                "originally_purchased_at": originally_purchased_at,
            }
        )
        if price_usd is not UNSET:
            field_dict["price_usd"] = price_usd
        if expires_at is not UNSET:
            field_dict["expires_at"] = expires_at
        if offer is not UNSET:
            field_dict["offer"] = offer
        if customer_user_id is not UNSET:
            field_dict["customer_user_id"] = customer_user_id
        if email is not UNSET:
            field_dict["email"] = email

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.offer import Offer  # noqa: PLC0415

        d = dict(src_dict)
        event_type = check_transaction_event_type(d.pop("event_type"))

        event_id = d.pop("event_id")

        event_datetime = datetime.datetime.fromisoformat(d.pop("event_datetime"))

        external_profile_id = d.pop("external_profile_id")

        store = d.pop("store")

        store_product_id = d.pop("store_product_id")

        store_transaction_id = d.pop("store_transaction_id")

        store_original_transaction_id = d.pop("store_original_transaction_id")

        purchased_at = datetime.datetime.fromisoformat(d.pop("purchased_at"))

        originally_purchased_at = datetime.datetime.fromisoformat(d.pop("originally_purchased_at"))

        price_usd = d.pop("price_usd", UNSET)

        _expires_at = d.pop("expires_at", UNSET)
        expires_at: datetime.datetime | Unset
        if isinstance(_expires_at, Unset):
            expires_at = UNSET
        else:
            expires_at = datetime.datetime.fromisoformat(_expires_at)

        _offer = d.pop("offer", UNSET)
        offer: Offer | Unset
        if isinstance(_offer, Unset):
            offer = UNSET
        else:
            offer = Offer.from_dict(_offer)

        customer_user_id = d.pop("customer_user_id", UNSET)

        email = d.pop("email", UNSET)

        transaction_event_dto = cls(
            event_type=event_type,
            event_id=event_id,
            event_datetime=event_datetime,
            external_profile_id=external_profile_id,
            store=store,
            store_product_id=store_product_id,
            store_transaction_id=store_transaction_id,
            store_original_transaction_id=store_original_transaction_id,
            purchased_at=purchased_at,
            originally_purchased_at=originally_purchased_at,
            price_usd=price_usd,
            expires_at=expires_at,
            offer=offer,
            customer_user_id=customer_user_id,
            email=email,
        )

        transaction_event_dto.additional_properties = d
        return transaction_event_dto

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
