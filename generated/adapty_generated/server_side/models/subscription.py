# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.cancellation_reason import CancellationReason, check_cancellation_reason
from ..models.subscription_environment import (
    SubscriptionEnvironment,
    check_subscription_environment,
)
from ..models.subscription_purchase_type import (
    SubscriptionPurchaseType,
    check_subscription_purchase_type,
)
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.offer_request import OfferRequest
    from ..models.price import Price


T = TypeVar("T", bound="Subscription")


@_attrs_define
class Subscription:
    """A transaction of a subscription."""

    purchase_type: SubscriptionPurchaseType
    """ Distinguishes the two bodies. """
    store: str
    """ The store: a known one, or the name of a custom store. """
    store_product_id: str
    """ The product; with a base plan, `product_id:base_plan_id`. """
    store_transaction_id: str
    """ The store's id of this transaction. """
    store_original_transaction_id: str
    """ The first transaction of the chain. """
    price: Price
    """ What was paid. """
    purchased_at: datetime.datetime
    """ When this transaction took place. """
    originally_purchased_at: datetime.datetime
    """ When the subscription began; not after `purchased_at`. """
    expires_at: datetime.datetime
    """ When the paid period ends; after `purchased_at`. """
    renew_status: bool
    """ Whether it will renew. """
    environment: SubscriptionEnvironment | Unset = "Production"
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
    renew_status_changed_at: datetime.datetime | None | Unset = UNSET
    """ When renewal was turned on or off; after `purchased_at`. """
    billing_issue_detected_at: datetime.datetime | None | Unset = UNSET
    """ When a payment failed; after `purchased_at`. """
    grace_period_expires_at: datetime.datetime | None | Unset = UNSET
    """ When the grace period ends; not before `expires_at`, and only with `billing_issue_detected_at`. """
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

        originally_purchased_at = self.originally_purchased_at.isoformat()

        expires_at = self.expires_at.isoformat()

        renew_status = self.renew_status

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

        renew_status_changed_at: None | str | Unset
        if isinstance(self.renew_status_changed_at, Unset):
            renew_status_changed_at = UNSET
        elif isinstance(self.renew_status_changed_at, datetime.datetime):
            renew_status_changed_at = self.renew_status_changed_at.isoformat()
        else:
            renew_status_changed_at = self.renew_status_changed_at

        billing_issue_detected_at: None | str | Unset
        if isinstance(self.billing_issue_detected_at, Unset):
            billing_issue_detected_at = UNSET
        elif isinstance(self.billing_issue_detected_at, datetime.datetime):
            billing_issue_detected_at = self.billing_issue_detected_at.isoformat()
        else:
            billing_issue_detected_at = self.billing_issue_detected_at

        grace_period_expires_at: None | str | Unset
        if isinstance(self.grace_period_expires_at, Unset):
            grace_period_expires_at = UNSET
        elif isinstance(self.grace_period_expires_at, datetime.datetime):
            grace_period_expires_at = self.grace_period_expires_at.isoformat()
        else:
            grace_period_expires_at = self.grace_period_expires_at

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
                "originally_purchased_at": originally_purchased_at,
                "expires_at": expires_at,
                "renew_status": renew_status,
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
        if renew_status_changed_at is not UNSET:
            field_dict["renew_status_changed_at"] = renew_status_changed_at
        if billing_issue_detected_at is not UNSET:
            field_dict["billing_issue_detected_at"] = billing_issue_detected_at
        if grace_period_expires_at is not UNSET:
            field_dict["grace_period_expires_at"] = grace_period_expires_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.offer_request import OfferRequest  # noqa: PLC0415
        from ..models.price import Price  # noqa: PLC0415

        d = dict(src_dict)
        purchase_type = check_subscription_purchase_type(d.pop("purchase_type"))

        store = d.pop("store")

        store_product_id = d.pop("store_product_id")

        store_transaction_id = d.pop("store_transaction_id")

        store_original_transaction_id = d.pop("store_original_transaction_id")

        price = Price.from_dict(d.pop("price"))

        purchased_at = datetime.datetime.fromisoformat(d.pop("purchased_at"))

        originally_purchased_at = datetime.datetime.fromisoformat(d.pop("originally_purchased_at"))

        expires_at = datetime.datetime.fromisoformat(d.pop("expires_at"))

        renew_status = d.pop("renew_status")

        _environment = d.pop("environment", UNSET)
        environment: SubscriptionEnvironment | Unset
        if isinstance(_environment, Unset):
            environment = UNSET
        else:
            environment = check_subscription_environment(_environment)

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

        def _parse_renew_status_changed_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                renew_status_changed_at_type_0 = datetime.datetime.fromisoformat(data)

                return renew_status_changed_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        renew_status_changed_at = _parse_renew_status_changed_at(d.pop("renew_status_changed_at", UNSET))

        def _parse_billing_issue_detected_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                billing_issue_detected_at_type_0 = datetime.datetime.fromisoformat(data)

                return billing_issue_detected_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        billing_issue_detected_at = _parse_billing_issue_detected_at(d.pop("billing_issue_detected_at", UNSET))

        def _parse_grace_period_expires_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                grace_period_expires_at_type_0 = datetime.datetime.fromisoformat(data)

                return grace_period_expires_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        grace_period_expires_at = _parse_grace_period_expires_at(d.pop("grace_period_expires_at", UNSET))

        subscription = cls(
            purchase_type=purchase_type,
            store=store,
            store_product_id=store_product_id,
            store_transaction_id=store_transaction_id,
            store_original_transaction_id=store_original_transaction_id,
            price=price,
            purchased_at=purchased_at,
            originally_purchased_at=originally_purchased_at,
            expires_at=expires_at,
            renew_status=renew_status,
            environment=environment,
            is_family_shared=is_family_shared,
            variation_id=variation_id,
            offer=offer,
            refunded_at=refunded_at,
            cancellation_reason=cancellation_reason,
            renew_status_changed_at=renew_status_changed_at,
            billing_issue_detected_at=billing_issue_detected_at,
            grace_period_expires_at=grace_period_expires_at,
        )

        subscription.additional_properties = d
        return subscription

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
