# Generated from openapi/webhooks.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.access_level_updated_properties_active_introductory_offer_type import (
    AccessLevelUpdatedPropertiesActiveIntroductoryOfferType,
    check_access_level_updated_properties_active_introductory_offer_type,
)
from ..models.access_level_updated_properties_active_promotional_offer_type import (
    AccessLevelUpdatedPropertiesActivePromotionalOfferType,
    check_access_level_updated_properties_active_promotional_offer_type,
)
from ..models.access_level_updated_properties_environment import (
    AccessLevelUpdatedPropertiesEnvironment,
    check_access_level_updated_properties_environment,
)
from ..types import UNSET, Unset

T = TypeVar("T", bound="AccessLevelUpdatedProperties")


@_attrs_define
class AccessLevelUpdatedProperties:
    """The current access level and its purchase; any field may be missing. It has no prices and no offer of the purchase."""

    ab_test_name: None | str | Unset = UNSET
    """ Name of the A/B test that the paywall was part of. """
    access_level_id: None | str | Unset = UNSET
    """ Id of the access level. """
    activated_at: None | str | Unset = UNSET
    """ When it was last activated. """
    active_introductory_offer_type: AccessLevelUpdatedPropertiesActiveIntroductoryOfferType | None | Unset = UNSET
    """ How the current introductory offer is paid; null without one. """
    active_promotional_offer_id: None | str | Unset = UNSET
    """ Adapty's id of the current promotional offer, as in the dashboard; null without one. """
    active_promotional_offer_type: AccessLevelUpdatedPropertiesActivePromotionalOfferType | None | Unset = UNSET
    """ How that offer is paid; null without one. """
    base_plan_id: None | str | Unset = UNSET
    """ Google Play's base plan, or Stripe's price. """
    billing_issue_detected_at: None | str | Unset = UNSET
    """ When a charge failed; null if none failed, or it was paid later. """
    cancellation_reason: None | str | Unset = UNSET
    """ Why the subscription ended or will end, as in events of purchases; null if it does not end. """
    cohort_name: None | str | Unset = UNSET
    """ Name of the audience that the user was in. """
    currency: None | str | Unset = UNSET
    """ ISO 4217 code of the local amounts. """
    developer_id: None | str | Unset = UNSET
    """ Id of the placement that the paywall was shown at. """
    environment: AccessLevelUpdatedPropertiesEnvironment | Unset = UNSET
    """ The environment of the purchase. """
    event_datetime: None | str | Unset = UNSET
    """ When it happened: the same as the envelope's. """
    expires_at: None | str | Unset = UNSET
    """ When access ends: the end of the grace period during one, the time of the cancellation after a refund or a
    cancellation; null if it never ends. """
    is_active: bool | None | Unset = UNSET
    """ Whether it was active when the event was created. """
    is_in_grace_period: bool | None | Unset = UNSET
    """ Whether it is active after a failed charge. """
    is_lifetime: bool | None | Unset = UNSET
    """ Whether it never ends. """
    is_refund: bool | None | Unset = UNSET
    """ Whether the purchase was refunded. """
    original_purchase_date: None | str | Unset = UNSET
    """ When the first transaction of the chain took place. """
    original_transaction_id: None | str | Unset = UNSET
    """ The store's id of the first transaction of the chain. """
    paywall_name: None | str | Unset = UNSET
    """ Name of the paywall of the purchase. """
    paywall_revision: None | str | Unset = UNSET
    """ Revision of that paywall. """
    profile_country: None | str | Unset = UNSET
    """ ISO 3166-1 alpha-2 code of the country that the user is in, by the IP address. """
    profile_event_id: None | Unset | UUID = UNSET
    """ The event's own id; an event that is sent again has the same id. """
    profile_has_access_level: bool | None | Unset = UNSET
    """ Whether the user has any access level that is active. """
    profile_id: None | Unset | UUID = UNSET
    """ Adapty's id of the user. """
    profile_ip_address: None | str | Unset = UNSET
    """ The user's IP address; null if the app's settings do not allow to collect it. """
    profile_total_revenue_usd: float | None | Unset = UNSET
    """ The user's total payments minus refunds, in USD. """
    purchase_date: None | str | Unset = UNSET
    """ When this transaction took place. """
    renewed_at: None | str | Unset = UNSET
    """ When it will be renewed. In the legacy API and the SDKs a field of this name is the last renewal. """
    starts_at: None | str | Unset = UNSET
    """ When it begins, possibly in the future; null if it began with the purchase. """
    store: None | str | Unset = UNSET
    """ The store: `app_store`, `play_store`, `stripe`, `paddle`, or the id of a custom store. """
    store_country: None | str | Unset = UNSET
    """ ISO 3166-1 alpha-2 code of the country of the store account. """
    subscription_expires_at: None | str | Unset = UNSET
    """ When the subscription ends or ended; in events of refunds, billing issues and grace periods, the time of the
    cancellation or the end of the grace period. Null for one-time purchases. """
    transaction_id: None | str | Unset = UNSET
    """ The store's id of this transaction. """
    trial_duration: None | str | Unset = UNSET
    """ How long the trial is, in words: `7 days`. """
    variation_id: None | Unset | UUID = UNSET
    """ Which variant of the A/B test was shown. """
    vendor_product_id: None | str | Unset = UNSET
    """ The store's id of the product; `adapty_server_side_product`, `adapty_dashboard_product` and
    `adapty_promotion` were granted without a purchase at a store. """
    will_renew: bool | None | Unset = UNSET
    """ Whether the store will renew it. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        ab_test_name: None | str | Unset
        if isinstance(self.ab_test_name, Unset):
            ab_test_name = UNSET
        else:
            ab_test_name = self.ab_test_name

        access_level_id: None | str | Unset
        if isinstance(self.access_level_id, Unset):
            access_level_id = UNSET
        else:
            access_level_id = self.access_level_id

        activated_at: None | str | Unset
        if isinstance(self.activated_at, Unset):
            activated_at = UNSET
        else:
            activated_at = self.activated_at

        active_introductory_offer_type: None | str | Unset
        if isinstance(self.active_introductory_offer_type, Unset):
            active_introductory_offer_type = UNSET
        elif isinstance(self.active_introductory_offer_type, str):
            active_introductory_offer_type = self.active_introductory_offer_type
        else:
            active_introductory_offer_type = self.active_introductory_offer_type

        active_promotional_offer_id: None | str | Unset
        if isinstance(self.active_promotional_offer_id, Unset):
            active_promotional_offer_id = UNSET
        else:
            active_promotional_offer_id = self.active_promotional_offer_id

        active_promotional_offer_type: None | str | Unset
        if isinstance(self.active_promotional_offer_type, Unset):
            active_promotional_offer_type = UNSET
        elif isinstance(self.active_promotional_offer_type, str):
            active_promotional_offer_type = self.active_promotional_offer_type
        else:
            active_promotional_offer_type = self.active_promotional_offer_type

        base_plan_id: None | str | Unset
        if isinstance(self.base_plan_id, Unset):
            base_plan_id = UNSET
        else:
            base_plan_id = self.base_plan_id

        billing_issue_detected_at: None | str | Unset
        if isinstance(self.billing_issue_detected_at, Unset):
            billing_issue_detected_at = UNSET
        else:
            billing_issue_detected_at = self.billing_issue_detected_at

        cancellation_reason: None | str | Unset
        if isinstance(self.cancellation_reason, Unset):
            cancellation_reason = UNSET
        else:
            cancellation_reason = self.cancellation_reason

        cohort_name: None | str | Unset
        if isinstance(self.cohort_name, Unset):
            cohort_name = UNSET
        else:
            cohort_name = self.cohort_name

        currency: None | str | Unset
        if isinstance(self.currency, Unset):
            currency = UNSET
        else:
            currency = self.currency

        developer_id: None | str | Unset
        if isinstance(self.developer_id, Unset):
            developer_id = UNSET
        else:
            developer_id = self.developer_id

        environment: str | Unset = UNSET
        if not isinstance(self.environment, Unset):
            environment = self.environment

        event_datetime: None | str | Unset
        if isinstance(self.event_datetime, Unset):
            event_datetime = UNSET
        else:
            event_datetime = self.event_datetime

        expires_at: None | str | Unset
        if isinstance(self.expires_at, Unset):
            expires_at = UNSET
        else:
            expires_at = self.expires_at

        is_active: bool | None | Unset
        if isinstance(self.is_active, Unset):
            is_active = UNSET
        else:
            is_active = self.is_active

        is_in_grace_period: bool | None | Unset
        if isinstance(self.is_in_grace_period, Unset):
            is_in_grace_period = UNSET
        else:
            is_in_grace_period = self.is_in_grace_period

        is_lifetime: bool | None | Unset
        if isinstance(self.is_lifetime, Unset):
            is_lifetime = UNSET
        else:
            is_lifetime = self.is_lifetime

        is_refund: bool | None | Unset
        if isinstance(self.is_refund, Unset):
            is_refund = UNSET
        else:
            is_refund = self.is_refund

        original_purchase_date: None | str | Unset
        if isinstance(self.original_purchase_date, Unset):
            original_purchase_date = UNSET
        else:
            original_purchase_date = self.original_purchase_date

        original_transaction_id: None | str | Unset
        if isinstance(self.original_transaction_id, Unset):
            original_transaction_id = UNSET
        else:
            original_transaction_id = self.original_transaction_id

        paywall_name: None | str | Unset
        if isinstance(self.paywall_name, Unset):
            paywall_name = UNSET
        else:
            paywall_name = self.paywall_name

        paywall_revision: None | str | Unset
        if isinstance(self.paywall_revision, Unset):
            paywall_revision = UNSET
        else:
            paywall_revision = self.paywall_revision

        profile_country: None | str | Unset
        if isinstance(self.profile_country, Unset):
            profile_country = UNSET
        else:
            profile_country = self.profile_country

        profile_event_id: None | str | Unset
        if isinstance(self.profile_event_id, Unset):
            profile_event_id = UNSET
        elif isinstance(self.profile_event_id, UUID):
            profile_event_id = str(self.profile_event_id)
        else:
            profile_event_id = self.profile_event_id

        profile_has_access_level: bool | None | Unset
        if isinstance(self.profile_has_access_level, Unset):
            profile_has_access_level = UNSET
        else:
            profile_has_access_level = self.profile_has_access_level

        profile_id: None | str | Unset
        if isinstance(self.profile_id, Unset):
            profile_id = UNSET
        elif isinstance(self.profile_id, UUID):
            profile_id = str(self.profile_id)
        else:
            profile_id = self.profile_id

        profile_ip_address: None | str | Unset
        if isinstance(self.profile_ip_address, Unset):
            profile_ip_address = UNSET
        else:
            profile_ip_address = self.profile_ip_address

        profile_total_revenue_usd: float | None | Unset
        if isinstance(self.profile_total_revenue_usd, Unset):
            profile_total_revenue_usd = UNSET
        else:
            profile_total_revenue_usd = self.profile_total_revenue_usd

        purchase_date: None | str | Unset
        if isinstance(self.purchase_date, Unset):
            purchase_date = UNSET
        else:
            purchase_date = self.purchase_date

        renewed_at: None | str | Unset
        if isinstance(self.renewed_at, Unset):
            renewed_at = UNSET
        else:
            renewed_at = self.renewed_at

        starts_at: None | str | Unset
        if isinstance(self.starts_at, Unset):
            starts_at = UNSET
        else:
            starts_at = self.starts_at

        store: None | str | Unset
        if isinstance(self.store, Unset):
            store = UNSET
        else:
            store = self.store

        store_country: None | str | Unset
        if isinstance(self.store_country, Unset):
            store_country = UNSET
        else:
            store_country = self.store_country

        subscription_expires_at: None | str | Unset
        if isinstance(self.subscription_expires_at, Unset):
            subscription_expires_at = UNSET
        else:
            subscription_expires_at = self.subscription_expires_at

        transaction_id: None | str | Unset
        if isinstance(self.transaction_id, Unset):
            transaction_id = UNSET
        else:
            transaction_id = self.transaction_id

        trial_duration: None | str | Unset
        if isinstance(self.trial_duration, Unset):
            trial_duration = UNSET
        else:
            trial_duration = self.trial_duration

        variation_id: None | str | Unset
        if isinstance(self.variation_id, Unset):
            variation_id = UNSET
        elif isinstance(self.variation_id, UUID):
            variation_id = str(self.variation_id)
        else:
            variation_id = self.variation_id

        vendor_product_id: None | str | Unset
        if isinstance(self.vendor_product_id, Unset):
            vendor_product_id = UNSET
        else:
            vendor_product_id = self.vendor_product_id

        will_renew: bool | None | Unset
        if isinstance(self.will_renew, Unset):
            will_renew = UNSET
        else:
            will_renew = self.will_renew

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if ab_test_name is not UNSET:
            field_dict["ab_test_name"] = ab_test_name
        if access_level_id is not UNSET:
            field_dict["access_level_id"] = access_level_id
        if activated_at is not UNSET:
            field_dict["activated_at"] = activated_at
        if active_introductory_offer_type is not UNSET:
            field_dict["active_introductory_offer_type"] = active_introductory_offer_type
        if active_promotional_offer_id is not UNSET:
            field_dict["active_promotional_offer_id"] = active_promotional_offer_id
        if active_promotional_offer_type is not UNSET:
            field_dict["active_promotional_offer_type"] = active_promotional_offer_type
        if base_plan_id is not UNSET:
            field_dict["base_plan_id"] = base_plan_id
        if billing_issue_detected_at is not UNSET:
            field_dict["billing_issue_detected_at"] = billing_issue_detected_at
        if cancellation_reason is not UNSET:
            field_dict["cancellation_reason"] = cancellation_reason
        if cohort_name is not UNSET:
            field_dict["cohort_name"] = cohort_name
        if currency is not UNSET:
            field_dict["currency"] = currency
        if developer_id is not UNSET:
            field_dict["developer_id"] = developer_id
        if environment is not UNSET:
            field_dict["environment"] = environment
        if event_datetime is not UNSET:
            field_dict["event_datetime"] = event_datetime
        if expires_at is not UNSET:
            field_dict["expires_at"] = expires_at
        if is_active is not UNSET:
            field_dict["is_active"] = is_active
        if is_in_grace_period is not UNSET:
            field_dict["is_in_grace_period"] = is_in_grace_period
        if is_lifetime is not UNSET:
            field_dict["is_lifetime"] = is_lifetime
        if is_refund is not UNSET:
            field_dict["is_refund"] = is_refund
        if original_purchase_date is not UNSET:
            field_dict["original_purchase_date"] = original_purchase_date
        if original_transaction_id is not UNSET:
            field_dict["original_transaction_id"] = original_transaction_id
        if paywall_name is not UNSET:
            field_dict["paywall_name"] = paywall_name
        if paywall_revision is not UNSET:
            field_dict["paywall_revision"] = paywall_revision
        if profile_country is not UNSET:
            field_dict["profile_country"] = profile_country
        if profile_event_id is not UNSET:
            field_dict["profile_event_id"] = profile_event_id
        if profile_has_access_level is not UNSET:
            field_dict["profile_has_access_level"] = profile_has_access_level
        if profile_id is not UNSET:
            field_dict["profile_id"] = profile_id
        if profile_ip_address is not UNSET:
            field_dict["profile_ip_address"] = profile_ip_address
        if profile_total_revenue_usd is not UNSET:
            field_dict["profile_total_revenue_usd"] = profile_total_revenue_usd
        if purchase_date is not UNSET:
            field_dict["purchase_date"] = purchase_date
        if renewed_at is not UNSET:
            field_dict["renewed_at"] = renewed_at
        if starts_at is not UNSET:
            field_dict["starts_at"] = starts_at
        if store is not UNSET:
            field_dict["store"] = store
        if store_country is not UNSET:
            field_dict["store_country"] = store_country
        if subscription_expires_at is not UNSET:
            field_dict["subscription_expires_at"] = subscription_expires_at
        if transaction_id is not UNSET:
            field_dict["transaction_id"] = transaction_id
        if trial_duration is not UNSET:
            field_dict["trial_duration"] = trial_duration
        if variation_id is not UNSET:
            field_dict["variation_id"] = variation_id
        if vendor_product_id is not UNSET:
            field_dict["vendor_product_id"] = vendor_product_id
        if will_renew is not UNSET:
            field_dict["will_renew"] = will_renew

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_ab_test_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        ab_test_name = _parse_ab_test_name(d.pop("ab_test_name", UNSET))

        def _parse_access_level_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        access_level_id = _parse_access_level_id(d.pop("access_level_id", UNSET))

        def _parse_activated_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        activated_at = _parse_activated_at(d.pop("activated_at", UNSET))

        def _parse_active_introductory_offer_type(
            data: object,
        ) -> AccessLevelUpdatedPropertiesActiveIntroductoryOfferType | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                active_introductory_offer_type_type_0 = (
                    check_access_level_updated_properties_active_introductory_offer_type(data)
                )

                return active_introductory_offer_type_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(AccessLevelUpdatedPropertiesActiveIntroductoryOfferType | None | Unset, data)

        active_introductory_offer_type = _parse_active_introductory_offer_type(
            d.pop("active_introductory_offer_type", UNSET)
        )

        def _parse_active_promotional_offer_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        active_promotional_offer_id = _parse_active_promotional_offer_id(d.pop("active_promotional_offer_id", UNSET))

        def _parse_active_promotional_offer_type(
            data: object,
        ) -> AccessLevelUpdatedPropertiesActivePromotionalOfferType | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                active_promotional_offer_type_type_0 = (
                    check_access_level_updated_properties_active_promotional_offer_type(data)
                )

                return active_promotional_offer_type_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(AccessLevelUpdatedPropertiesActivePromotionalOfferType | None | Unset, data)

        active_promotional_offer_type = _parse_active_promotional_offer_type(
            d.pop("active_promotional_offer_type", UNSET)
        )

        def _parse_base_plan_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        base_plan_id = _parse_base_plan_id(d.pop("base_plan_id", UNSET))

        def _parse_billing_issue_detected_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        billing_issue_detected_at = _parse_billing_issue_detected_at(d.pop("billing_issue_detected_at", UNSET))

        def _parse_cancellation_reason(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        cancellation_reason = _parse_cancellation_reason(d.pop("cancellation_reason", UNSET))

        def _parse_cohort_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        cohort_name = _parse_cohort_name(d.pop("cohort_name", UNSET))

        def _parse_currency(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        currency = _parse_currency(d.pop("currency", UNSET))

        def _parse_developer_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        developer_id = _parse_developer_id(d.pop("developer_id", UNSET))

        _environment = d.pop("environment", UNSET)
        environment: AccessLevelUpdatedPropertiesEnvironment | Unset
        if isinstance(_environment, Unset):
            environment = UNSET
        else:
            environment = check_access_level_updated_properties_environment(_environment)

        def _parse_event_datetime(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        event_datetime = _parse_event_datetime(d.pop("event_datetime", UNSET))

        def _parse_expires_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        expires_at = _parse_expires_at(d.pop("expires_at", UNSET))

        def _parse_is_active(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        is_active = _parse_is_active(d.pop("is_active", UNSET))

        def _parse_is_in_grace_period(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        is_in_grace_period = _parse_is_in_grace_period(d.pop("is_in_grace_period", UNSET))

        def _parse_is_lifetime(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        is_lifetime = _parse_is_lifetime(d.pop("is_lifetime", UNSET))

        def _parse_is_refund(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        is_refund = _parse_is_refund(d.pop("is_refund", UNSET))

        def _parse_original_purchase_date(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        original_purchase_date = _parse_original_purchase_date(d.pop("original_purchase_date", UNSET))

        def _parse_original_transaction_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        original_transaction_id = _parse_original_transaction_id(d.pop("original_transaction_id", UNSET))

        def _parse_paywall_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        paywall_name = _parse_paywall_name(d.pop("paywall_name", UNSET))

        def _parse_paywall_revision(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        paywall_revision = _parse_paywall_revision(d.pop("paywall_revision", UNSET))

        def _parse_profile_country(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        profile_country = _parse_profile_country(d.pop("profile_country", UNSET))

        def _parse_profile_event_id(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                profile_event_id_type_0 = UUID(data)

                return profile_event_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        profile_event_id = _parse_profile_event_id(d.pop("profile_event_id", UNSET))

        def _parse_profile_has_access_level(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        profile_has_access_level = _parse_profile_has_access_level(d.pop("profile_has_access_level", UNSET))

        def _parse_profile_id(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                profile_id_type_0 = UUID(data)

                return profile_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        profile_id = _parse_profile_id(d.pop("profile_id", UNSET))

        def _parse_profile_ip_address(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        profile_ip_address = _parse_profile_ip_address(d.pop("profile_ip_address", UNSET))

        def _parse_profile_total_revenue_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        profile_total_revenue_usd = _parse_profile_total_revenue_usd(d.pop("profile_total_revenue_usd", UNSET))

        def _parse_purchase_date(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        purchase_date = _parse_purchase_date(d.pop("purchase_date", UNSET))

        def _parse_renewed_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        renewed_at = _parse_renewed_at(d.pop("renewed_at", UNSET))

        def _parse_starts_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        starts_at = _parse_starts_at(d.pop("starts_at", UNSET))

        def _parse_store(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        store = _parse_store(d.pop("store", UNSET))

        def _parse_store_country(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        store_country = _parse_store_country(d.pop("store_country", UNSET))

        def _parse_subscription_expires_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        subscription_expires_at = _parse_subscription_expires_at(d.pop("subscription_expires_at", UNSET))

        def _parse_transaction_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        transaction_id = _parse_transaction_id(d.pop("transaction_id", UNSET))

        def _parse_trial_duration(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        trial_duration = _parse_trial_duration(d.pop("trial_duration", UNSET))

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

        def _parse_vendor_product_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        vendor_product_id = _parse_vendor_product_id(d.pop("vendor_product_id", UNSET))

        def _parse_will_renew(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        will_renew = _parse_will_renew(d.pop("will_renew", UNSET))

        access_level_updated_properties = cls(
            ab_test_name=ab_test_name,
            access_level_id=access_level_id,
            activated_at=activated_at,
            active_introductory_offer_type=active_introductory_offer_type,
            active_promotional_offer_id=active_promotional_offer_id,
            active_promotional_offer_type=active_promotional_offer_type,
            base_plan_id=base_plan_id,
            billing_issue_detected_at=billing_issue_detected_at,
            cancellation_reason=cancellation_reason,
            cohort_name=cohort_name,
            currency=currency,
            developer_id=developer_id,
            environment=environment,
            event_datetime=event_datetime,
            expires_at=expires_at,
            is_active=is_active,
            is_in_grace_period=is_in_grace_period,
            is_lifetime=is_lifetime,
            is_refund=is_refund,
            original_purchase_date=original_purchase_date,
            original_transaction_id=original_transaction_id,
            paywall_name=paywall_name,
            paywall_revision=paywall_revision,
            profile_country=profile_country,
            profile_event_id=profile_event_id,
            profile_has_access_level=profile_has_access_level,
            profile_id=profile_id,
            profile_ip_address=profile_ip_address,
            profile_total_revenue_usd=profile_total_revenue_usd,
            purchase_date=purchase_date,
            renewed_at=renewed_at,
            starts_at=starts_at,
            store=store,
            store_country=store_country,
            subscription_expires_at=subscription_expires_at,
            transaction_id=transaction_id,
            trial_duration=trial_duration,
            variation_id=variation_id,
            vendor_product_id=vendor_product_id,
            will_renew=will_renew,
        )

        access_level_updated_properties.additional_properties = d
        return access_level_updated_properties

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
