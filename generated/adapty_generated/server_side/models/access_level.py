# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.offer import Offer


T = TypeVar("T", bound="AccessLevel")


@_attrs_define
class AccessLevel:
    """Access to a part of the app. It is active when `starts_at` is null or past and `expires_at` is null (for
    life) or in the future; in a grace period, `expires_at` is the end of that period.

    """

    access_level_id: None | str | Unset = UNSET
    """ The level's id, such as `premium`. """
    store: None | str | Unset = UNSET
    """ Known: app_store, play_store, stripe, paddle, adapty, and the names of custom stores. """
    store_product_id: None | str | Unset = UNSET
    """ The product that granted the level. """
    store_base_plan_id: None | str | Unset = UNSET
    """ Google's base plan. """
    store_transaction_id: None | str | Unset = UNSET
    """ The transaction that granted the level. """
    store_original_transaction_id: None | str | Unset = UNSET
    """ The first transaction of the chain. """
    offer: None | Offer | Unset = UNSET
    """ The offer that was used. """
    starts_at: datetime.datetime | None | Unset = UNSET
    """ When it begins; null for immediately. """
    purchased_at: datetime.datetime | None | Unset = UNSET
    """ When the latest transaction took place. """
    originally_purchased_at: datetime.datetime | None | Unset = UNSET
    """ When the first one took place. """
    expires_at: datetime.datetime | None | Unset = UNSET
    """ When it ends; null for never. """
    renewal_cancelled_at: datetime.datetime | None | Unset = UNSET
    """ When renewal was turned off. """
    billing_issue_detected_at: datetime.datetime | None | Unset = UNSET
    """ When a payment failed. """
    is_in_grace_period: bool | None | Unset = UNSET
    """ Whether the store still tries to charge. """
    cancellation_reason: None | str | Unset = UNSET
    """ Known: voluntarily_cancelled, billing_error, price_increase, product_was_not_available, refund,
    cancelled_by_developer, new_subscription_replace, upgraded, unknown, adapty_revoked.
     """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.offer import Offer  # noqa: PLC0415

        access_level_id: None | str | Unset
        if isinstance(self.access_level_id, Unset):
            access_level_id = UNSET
        else:
            access_level_id = self.access_level_id

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

        offer: dict[str, Any] | None | Unset
        if isinstance(self.offer, Unset):
            offer = UNSET
        elif isinstance(self.offer, Offer):
            offer = self.offer.to_dict()
        else:
            offer = self.offer

        starts_at: None | str | Unset
        if isinstance(self.starts_at, Unset):
            starts_at = UNSET
        elif isinstance(self.starts_at, datetime.datetime):
            starts_at = self.starts_at.isoformat()
        else:
            starts_at = self.starts_at

        purchased_at: None | str | Unset
        if isinstance(self.purchased_at, Unset):
            purchased_at = UNSET
        elif isinstance(self.purchased_at, datetime.datetime):
            purchased_at = self.purchased_at.isoformat()
        else:
            purchased_at = self.purchased_at

        originally_purchased_at: None | str | Unset
        if isinstance(self.originally_purchased_at, Unset):
            originally_purchased_at = UNSET
        elif isinstance(self.originally_purchased_at, datetime.datetime):
            originally_purchased_at = self.originally_purchased_at.isoformat()
        else:
            originally_purchased_at = self.originally_purchased_at

        expires_at: None | str | Unset
        if isinstance(self.expires_at, Unset):
            expires_at = UNSET
        elif isinstance(self.expires_at, datetime.datetime):
            expires_at = self.expires_at.isoformat()
        else:
            expires_at = self.expires_at

        renewal_cancelled_at: None | str | Unset
        if isinstance(self.renewal_cancelled_at, Unset):
            renewal_cancelled_at = UNSET
        elif isinstance(self.renewal_cancelled_at, datetime.datetime):
            renewal_cancelled_at = self.renewal_cancelled_at.isoformat()
        else:
            renewal_cancelled_at = self.renewal_cancelled_at

        billing_issue_detected_at: None | str | Unset
        if isinstance(self.billing_issue_detected_at, Unset):
            billing_issue_detected_at = UNSET
        elif isinstance(self.billing_issue_detected_at, datetime.datetime):
            billing_issue_detected_at = self.billing_issue_detected_at.isoformat()
        else:
            billing_issue_detected_at = self.billing_issue_detected_at

        is_in_grace_period: bool | None | Unset
        if isinstance(self.is_in_grace_period, Unset):
            is_in_grace_period = UNSET
        else:
            is_in_grace_period = self.is_in_grace_period

        cancellation_reason: None | str | Unset
        if isinstance(self.cancellation_reason, Unset):
            cancellation_reason = UNSET
        else:
            cancellation_reason = self.cancellation_reason

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if access_level_id is not UNSET:
            field_dict["access_level_id"] = access_level_id
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
        if offer is not UNSET:
            field_dict["offer"] = offer
        if starts_at is not UNSET:
            field_dict["starts_at"] = starts_at
        if purchased_at is not UNSET:
            field_dict["purchased_at"] = purchased_at
        if originally_purchased_at is not UNSET:
            field_dict["originally_purchased_at"] = originally_purchased_at
        if expires_at is not UNSET:
            field_dict["expires_at"] = expires_at
        if renewal_cancelled_at is not UNSET:
            field_dict["renewal_cancelled_at"] = renewal_cancelled_at
        if billing_issue_detected_at is not UNSET:
            field_dict["billing_issue_detected_at"] = billing_issue_detected_at
        if is_in_grace_period is not UNSET:
            field_dict["is_in_grace_period"] = is_in_grace_period
        if cancellation_reason is not UNSET:
            field_dict["cancellation_reason"] = cancellation_reason

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.offer import Offer  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_access_level_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        access_level_id = _parse_access_level_id(d.pop("access_level_id", UNSET))

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

        def _parse_starts_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                starts_at_type_0 = datetime.datetime.fromisoformat(data)

                return starts_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        starts_at = _parse_starts_at(d.pop("starts_at", UNSET))

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

        def _parse_originally_purchased_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                originally_purchased_at_type_0 = datetime.datetime.fromisoformat(data)

                return originally_purchased_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        originally_purchased_at = _parse_originally_purchased_at(d.pop("originally_purchased_at", UNSET))

        def _parse_expires_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                expires_at_type_0 = datetime.datetime.fromisoformat(data)

                return expires_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        expires_at = _parse_expires_at(d.pop("expires_at", UNSET))

        def _parse_renewal_cancelled_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                renewal_cancelled_at_type_0 = datetime.datetime.fromisoformat(data)

                return renewal_cancelled_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        renewal_cancelled_at = _parse_renewal_cancelled_at(d.pop("renewal_cancelled_at", UNSET))

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

        def _parse_is_in_grace_period(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        is_in_grace_period = _parse_is_in_grace_period(d.pop("is_in_grace_period", UNSET))

        def _parse_cancellation_reason(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        cancellation_reason = _parse_cancellation_reason(d.pop("cancellation_reason", UNSET))

        access_level = cls(
            access_level_id=access_level_id,
            store=store,
            store_product_id=store_product_id,
            store_base_plan_id=store_base_plan_id,
            store_transaction_id=store_transaction_id,
            store_original_transaction_id=store_original_transaction_id,
            offer=offer,
            starts_at=starts_at,
            purchased_at=purchased_at,
            originally_purchased_at=originally_purchased_at,
            expires_at=expires_at,
            renewal_cancelled_at=renewal_cancelled_at,
            billing_issue_detected_at=billing_issue_detected_at,
            is_in_grace_period=is_in_grace_period,
            cancellation_reason=cancellation_reason,
        )

        access_level.additional_properties = d
        return access_level

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
