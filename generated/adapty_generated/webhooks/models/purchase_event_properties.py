# Generated from openapi/webhooks.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.purchase_event_properties_environment import (
    PurchaseEventPropertiesEnvironment,
    check_purchase_event_properties_environment,
)
from ..models.purchase_event_properties_store_offer_category import (
    PurchaseEventPropertiesStoreOfferCategory,
    check_purchase_event_properties_store_offer_category,
)
from ..models.purchase_event_properties_store_offer_discount_type import (
    PurchaseEventPropertiesStoreOfferDiscountType,
    check_purchase_event_properties_store_offer_discount_type,
)
from ..types import UNSET, Unset

T = TypeVar("T", bound="PurchaseEventProperties")


@_attrs_define
class PurchaseEventProperties:
    """The details of the event; any field may be missing. A Google subscription that replaces another one can send a
    `subscription_started` with zero amounts, which is not revenue. `subscription_renewal_reactivated` has the product
    from before the cancellation, even if the user bought another one; the new product follows with
    `subscription_renewed`.

    """

    ab_test_name: None | str | Unset = UNSET
    """ Name of the A/B test that the paywall was part of. """
    ab_test_revision: int | None | Unset = UNSET
    """ Revision of that A/B test. """
    base_plan_id: None | str | Unset = UNSET
    """ Google Play's base plan, or Stripe's price. """
    cancellation_reason: None | str | Unset = UNSET
    """ Why the subscription ended or will end, according to the store: `voluntarily_cancelled`, `billing_error`,
    `price_increase`, `product_was_not_available`, `refund`, `cancelled_by_developer`, `new_subscription_replace`,
    `upgraded`, `unknown` or `adapty_revoked`. A `subscription_refunded` with `upgraded` is an upgrade to another
    product. """
    cohort_name: None | str | Unset = UNSET
    """ Name of the audience that the user was in. """
    consecutive_payments: int | None | Unset = UNSET
    """ The number of consecutive paid periods, including this one. """
    currency: None | str | Unset = UNSET
    """ ISO 4217 code of the local amounts. """
    developer_id: None | str | Unset = UNSET
    """ Id of the placement that the paywall was shown at. """
    discount_amount_local: float | None | Unset = UNSET
    """ Standard price minus the charged price, in the local currency: 0 for a full price, the standard price for a
    free trial; null if the standard price is unknown, and always for pay-up-front offers of the App Store. """
    discount_amount_usd: float | None | Unset = UNSET
    """ The same in USD. """
    environment: PurchaseEventPropertiesEnvironment | Unset = UNSET
    """ The environment of the purchase. """
    event_datetime: None | str | Unset = UNSET
    """ When it happened: the same as the envelope's. """
    net_revenue_local: float | None | Unset = UNSET
    """ Revenue after the store's commission and taxes, in the local currency. Only in `subscription_started`,
    `subscription_renewed`, `subscription_refunded` and `non_subscription_purchase`. """
    net_revenue_usd: float | None | Unset = UNSET
    """ The same in USD. """
    original_price_local: float | None | Unset = UNSET
    """ Standard price without a discount, in the local currency: the renewal price of a subscription, the charged
    price of a one-time purchase; null if the store does not report it. """
    original_price_usd: float | None | Unset = UNSET
    """ The same in USD. """
    original_purchase_date: None | str | Unset = UNSET
    """ When the first transaction of the chain took place. """
    original_transaction_id: None | str | Unset = UNSET
    """ The store's id of the first transaction of the chain. """
    paywall_name: None | str | Unset = UNSET
    """ Name of the paywall of the purchase. """
    paywall_revision: None | str | Unset = UNSET
    """ Revision of that paywall. """
    price_local: float | None | Unset = UNSET
    """ Charged price before the store's commission, in the local currency; null for a free trial. With *Send Trial
    Price* `trial_started` has the price of the subscription. """
    price_usd: float | None | Unset = UNSET
    """ The same in USD. """
    proceeds_local: float | None | Unset = UNSET
    """ Price after the store's commission, in the local currency. Only in `subscription_started`,
    `subscription_renewed`, `subscription_refunded` and `non_subscription_purchase`. """
    proceeds_usd: float | None | Unset = UNSET
    """ The same in USD. """
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
    promotional_offer_id: None | str | Unset = UNSET
    """ Adapty's id of the offer that was used, which you set when you create the offer in the dashboard; not the
    store's id. """
    purchase_date: None | str | Unset = UNSET
    """ When this transaction took place. """
    rate_after_first_year: bool | None | Unset = UNSET
    """ Whether the store's lower commission after the first year applies. """
    store: None | str | Unset = UNSET
    """ The store: `app_store`, `play_store`, `stripe`, `paddle`, or the id of a custom store. """
    store_country: None | str | Unset = UNSET
    """ ISO 3166-1 alpha-2 code of the country of the store account. """
    store_offer_category: None | PurchaseEventPropertiesStoreOfferCategory | Unset = UNSET
    """ What kind of offer was used; null without one. """
    store_offer_discount_type: None | PurchaseEventPropertiesStoreOfferDiscountType | Unset = UNSET
    """ How the offer is paid; null without one. """
    store_offer_number_of_periods: int | None | Unset = UNSET
    """ How many billing periods the offer lasts. Only with an offer; null if the store does not report it, and for
    pay-up-front offers of the App Store. """
    subscription_expires_at: None | str | Unset = UNSET
    """ When the subscription ends or ended; in events of refunds, billing issues and grace periods, the time of the
    cancellation or the end of the grace period. Null for one-time purchases. """
    tax_amount_local: float | None | Unset = UNSET
    """ Tax, in the local currency. Only in `subscription_started`, `subscription_renewed`, `subscription_refunded`
    and `non_subscription_purchase`. """
    tax_amount_usd: float | None | Unset = UNSET
    """ The same in USD. """
    transaction_id: None | str | Unset = UNSET
    """ The store's id of this transaction. """
    trial_duration: None | str | Unset = UNSET
    """ How long the trial is, in days: `7 days`. Only in events of trials. """
    variation_id: None | Unset | UUID = UNSET
    """ Which variant of the A/B test was shown. """
    vendor_product_id: None | str | Unset = UNSET
    """ The store's id of the product; `adapty_server_side_product`, `adapty_dashboard_product` and
    `adapty_promotion` were granted without a purchase at a store. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        ab_test_name: None | str | Unset
        if isinstance(self.ab_test_name, Unset):
            ab_test_name = UNSET
        else:
            ab_test_name = self.ab_test_name

        ab_test_revision: int | None | Unset
        if isinstance(self.ab_test_revision, Unset):
            ab_test_revision = UNSET
        else:
            ab_test_revision = self.ab_test_revision

        base_plan_id: None | str | Unset
        if isinstance(self.base_plan_id, Unset):
            base_plan_id = UNSET
        else:
            base_plan_id = self.base_plan_id

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

        consecutive_payments: int | None | Unset
        if isinstance(self.consecutive_payments, Unset):
            consecutive_payments = UNSET
        else:
            consecutive_payments = self.consecutive_payments

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

        discount_amount_local: float | None | Unset
        if isinstance(self.discount_amount_local, Unset):
            discount_amount_local = UNSET
        else:
            discount_amount_local = self.discount_amount_local

        discount_amount_usd: float | None | Unset
        if isinstance(self.discount_amount_usd, Unset):
            discount_amount_usd = UNSET
        else:
            discount_amount_usd = self.discount_amount_usd

        environment: str | Unset = UNSET
        if not isinstance(self.environment, Unset):
            environment = self.environment

        event_datetime: None | str | Unset
        if isinstance(self.event_datetime, Unset):
            event_datetime = UNSET
        else:
            event_datetime = self.event_datetime

        net_revenue_local: float | None | Unset
        if isinstance(self.net_revenue_local, Unset):
            net_revenue_local = UNSET
        else:
            net_revenue_local = self.net_revenue_local

        net_revenue_usd: float | None | Unset
        if isinstance(self.net_revenue_usd, Unset):
            net_revenue_usd = UNSET
        else:
            net_revenue_usd = self.net_revenue_usd

        original_price_local: float | None | Unset
        if isinstance(self.original_price_local, Unset):
            original_price_local = UNSET
        else:
            original_price_local = self.original_price_local

        original_price_usd: float | None | Unset
        if isinstance(self.original_price_usd, Unset):
            original_price_usd = UNSET
        else:
            original_price_usd = self.original_price_usd

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

        price_local: float | None | Unset
        if isinstance(self.price_local, Unset):
            price_local = UNSET
        else:
            price_local = self.price_local

        price_usd: float | None | Unset
        if isinstance(self.price_usd, Unset):
            price_usd = UNSET
        else:
            price_usd = self.price_usd

        proceeds_local: float | None | Unset
        if isinstance(self.proceeds_local, Unset):
            proceeds_local = UNSET
        else:
            proceeds_local = self.proceeds_local

        proceeds_usd: float | None | Unset
        if isinstance(self.proceeds_usd, Unset):
            proceeds_usd = UNSET
        else:
            proceeds_usd = self.proceeds_usd

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

        promotional_offer_id: None | str | Unset
        if isinstance(self.promotional_offer_id, Unset):
            promotional_offer_id = UNSET
        else:
            promotional_offer_id = self.promotional_offer_id

        purchase_date: None | str | Unset
        if isinstance(self.purchase_date, Unset):
            purchase_date = UNSET
        else:
            purchase_date = self.purchase_date

        rate_after_first_year: bool | None | Unset
        if isinstance(self.rate_after_first_year, Unset):
            rate_after_first_year = UNSET
        else:
            rate_after_first_year = self.rate_after_first_year

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

        store_offer_category: None | str | Unset
        if isinstance(self.store_offer_category, Unset):
            store_offer_category = UNSET
        elif isinstance(self.store_offer_category, str):
            store_offer_category = self.store_offer_category
        else:
            store_offer_category = self.store_offer_category

        store_offer_discount_type: None | str | Unset
        if isinstance(self.store_offer_discount_type, Unset):
            store_offer_discount_type = UNSET
        elif isinstance(self.store_offer_discount_type, str):
            store_offer_discount_type = self.store_offer_discount_type
        else:
            store_offer_discount_type = self.store_offer_discount_type

        store_offer_number_of_periods: int | None | Unset
        if isinstance(self.store_offer_number_of_periods, Unset):
            store_offer_number_of_periods = UNSET
        else:
            store_offer_number_of_periods = self.store_offer_number_of_periods

        subscription_expires_at: None | str | Unset
        if isinstance(self.subscription_expires_at, Unset):
            subscription_expires_at = UNSET
        else:
            subscription_expires_at = self.subscription_expires_at

        tax_amount_local: float | None | Unset
        if isinstance(self.tax_amount_local, Unset):
            tax_amount_local = UNSET
        else:
            tax_amount_local = self.tax_amount_local

        tax_amount_usd: float | None | Unset
        if isinstance(self.tax_amount_usd, Unset):
            tax_amount_usd = UNSET
        else:
            tax_amount_usd = self.tax_amount_usd

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

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if ab_test_name is not UNSET:
            field_dict["ab_test_name"] = ab_test_name
        if ab_test_revision is not UNSET:
            field_dict["ab_test_revision"] = ab_test_revision
        if base_plan_id is not UNSET:
            field_dict["base_plan_id"] = base_plan_id
        if cancellation_reason is not UNSET:
            field_dict["cancellation_reason"] = cancellation_reason
        if cohort_name is not UNSET:
            field_dict["cohort_name"] = cohort_name
        if consecutive_payments is not UNSET:
            field_dict["consecutive_payments"] = consecutive_payments
        if currency is not UNSET:
            field_dict["currency"] = currency
        if developer_id is not UNSET:
            field_dict["developer_id"] = developer_id
        if discount_amount_local is not UNSET:
            field_dict["discount_amount_local"] = discount_amount_local
        if discount_amount_usd is not UNSET:
            field_dict["discount_amount_usd"] = discount_amount_usd
        if environment is not UNSET:
            field_dict["environment"] = environment
        if event_datetime is not UNSET:
            field_dict["event_datetime"] = event_datetime
        if net_revenue_local is not UNSET:
            field_dict["net_revenue_local"] = net_revenue_local
        if net_revenue_usd is not UNSET:
            field_dict["net_revenue_usd"] = net_revenue_usd
        if original_price_local is not UNSET:
            field_dict["original_price_local"] = original_price_local
        if original_price_usd is not UNSET:
            field_dict["original_price_usd"] = original_price_usd
        if original_purchase_date is not UNSET:
            field_dict["original_purchase_date"] = original_purchase_date
        if original_transaction_id is not UNSET:
            field_dict["original_transaction_id"] = original_transaction_id
        if paywall_name is not UNSET:
            field_dict["paywall_name"] = paywall_name
        if paywall_revision is not UNSET:
            field_dict["paywall_revision"] = paywall_revision
        if price_local is not UNSET:
            field_dict["price_local"] = price_local
        if price_usd is not UNSET:
            field_dict["price_usd"] = price_usd
        if proceeds_local is not UNSET:
            field_dict["proceeds_local"] = proceeds_local
        if proceeds_usd is not UNSET:
            field_dict["proceeds_usd"] = proceeds_usd
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
        if promotional_offer_id is not UNSET:
            field_dict["promotional_offer_id"] = promotional_offer_id
        if purchase_date is not UNSET:
            field_dict["purchase_date"] = purchase_date
        if rate_after_first_year is not UNSET:
            field_dict["rate_after_first_year"] = rate_after_first_year
        if store is not UNSET:
            field_dict["store"] = store
        if store_country is not UNSET:
            field_dict["store_country"] = store_country
        if store_offer_category is not UNSET:
            field_dict["store_offer_category"] = store_offer_category
        if store_offer_discount_type is not UNSET:
            field_dict["store_offer_discount_type"] = store_offer_discount_type
        if store_offer_number_of_periods is not UNSET:
            field_dict["store_offer_number_of_periods"] = store_offer_number_of_periods
        if subscription_expires_at is not UNSET:
            field_dict["subscription_expires_at"] = subscription_expires_at
        if tax_amount_local is not UNSET:
            field_dict["tax_amount_local"] = tax_amount_local
        if tax_amount_usd is not UNSET:
            field_dict["tax_amount_usd"] = tax_amount_usd
        if transaction_id is not UNSET:
            field_dict["transaction_id"] = transaction_id
        if trial_duration is not UNSET:
            field_dict["trial_duration"] = trial_duration
        if variation_id is not UNSET:
            field_dict["variation_id"] = variation_id
        if vendor_product_id is not UNSET:
            field_dict["vendor_product_id"] = vendor_product_id

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

        def _parse_ab_test_revision(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        ab_test_revision = _parse_ab_test_revision(d.pop("ab_test_revision", UNSET))

        def _parse_base_plan_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        base_plan_id = _parse_base_plan_id(d.pop("base_plan_id", UNSET))

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

        def _parse_consecutive_payments(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        consecutive_payments = _parse_consecutive_payments(d.pop("consecutive_payments", UNSET))

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

        def _parse_discount_amount_local(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        discount_amount_local = _parse_discount_amount_local(d.pop("discount_amount_local", UNSET))

        def _parse_discount_amount_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        discount_amount_usd = _parse_discount_amount_usd(d.pop("discount_amount_usd", UNSET))

        _environment = d.pop("environment", UNSET)
        environment: PurchaseEventPropertiesEnvironment | Unset
        if isinstance(_environment, Unset):
            environment = UNSET
        else:
            environment = check_purchase_event_properties_environment(_environment)

        def _parse_event_datetime(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        event_datetime = _parse_event_datetime(d.pop("event_datetime", UNSET))

        def _parse_net_revenue_local(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        net_revenue_local = _parse_net_revenue_local(d.pop("net_revenue_local", UNSET))

        def _parse_net_revenue_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        net_revenue_usd = _parse_net_revenue_usd(d.pop("net_revenue_usd", UNSET))

        def _parse_original_price_local(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        original_price_local = _parse_original_price_local(d.pop("original_price_local", UNSET))

        def _parse_original_price_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        original_price_usd = _parse_original_price_usd(d.pop("original_price_usd", UNSET))

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

        def _parse_price_local(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        price_local = _parse_price_local(d.pop("price_local", UNSET))

        def _parse_price_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        price_usd = _parse_price_usd(d.pop("price_usd", UNSET))

        def _parse_proceeds_local(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        proceeds_local = _parse_proceeds_local(d.pop("proceeds_local", UNSET))

        def _parse_proceeds_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        proceeds_usd = _parse_proceeds_usd(d.pop("proceeds_usd", UNSET))

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

        def _parse_promotional_offer_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        promotional_offer_id = _parse_promotional_offer_id(d.pop("promotional_offer_id", UNSET))

        def _parse_purchase_date(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        purchase_date = _parse_purchase_date(d.pop("purchase_date", UNSET))

        def _parse_rate_after_first_year(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        rate_after_first_year = _parse_rate_after_first_year(d.pop("rate_after_first_year", UNSET))

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

        def _parse_store_offer_category(data: object) -> None | PurchaseEventPropertiesStoreOfferCategory | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                store_offer_category_type_0 = check_purchase_event_properties_store_offer_category(data)

                return store_offer_category_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | PurchaseEventPropertiesStoreOfferCategory | Unset, data)

        store_offer_category = _parse_store_offer_category(d.pop("store_offer_category", UNSET))

        def _parse_store_offer_discount_type(
            data: object,
        ) -> None | PurchaseEventPropertiesStoreOfferDiscountType | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                store_offer_discount_type_type_0 = check_purchase_event_properties_store_offer_discount_type(data)

                return store_offer_discount_type_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | PurchaseEventPropertiesStoreOfferDiscountType | Unset, data)

        store_offer_discount_type = _parse_store_offer_discount_type(d.pop("store_offer_discount_type", UNSET))

        def _parse_store_offer_number_of_periods(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        store_offer_number_of_periods = _parse_store_offer_number_of_periods(
            d.pop("store_offer_number_of_periods", UNSET)
        )

        def _parse_subscription_expires_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        subscription_expires_at = _parse_subscription_expires_at(d.pop("subscription_expires_at", UNSET))

        def _parse_tax_amount_local(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        tax_amount_local = _parse_tax_amount_local(d.pop("tax_amount_local", UNSET))

        def _parse_tax_amount_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        tax_amount_usd = _parse_tax_amount_usd(d.pop("tax_amount_usd", UNSET))

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

        purchase_event_properties = cls(
            ab_test_name=ab_test_name,
            ab_test_revision=ab_test_revision,
            base_plan_id=base_plan_id,
            cancellation_reason=cancellation_reason,
            cohort_name=cohort_name,
            consecutive_payments=consecutive_payments,
            currency=currency,
            developer_id=developer_id,
            discount_amount_local=discount_amount_local,
            discount_amount_usd=discount_amount_usd,
            environment=environment,
            event_datetime=event_datetime,
            net_revenue_local=net_revenue_local,
            net_revenue_usd=net_revenue_usd,
            original_price_local=original_price_local,
            original_price_usd=original_price_usd,
            original_purchase_date=original_purchase_date,
            original_transaction_id=original_transaction_id,
            paywall_name=paywall_name,
            paywall_revision=paywall_revision,
            price_local=price_local,
            price_usd=price_usd,
            proceeds_local=proceeds_local,
            proceeds_usd=proceeds_usd,
            profile_country=profile_country,
            profile_event_id=profile_event_id,
            profile_has_access_level=profile_has_access_level,
            profile_id=profile_id,
            profile_ip_address=profile_ip_address,
            profile_total_revenue_usd=profile_total_revenue_usd,
            promotional_offer_id=promotional_offer_id,
            purchase_date=purchase_date,
            rate_after_first_year=rate_after_first_year,
            store=store,
            store_country=store_country,
            store_offer_category=store_offer_category,
            store_offer_discount_type=store_offer_discount_type,
            store_offer_number_of_periods=store_offer_number_of_periods,
            subscription_expires_at=subscription_expires_at,
            tax_amount_local=tax_amount_local,
            tax_amount_usd=tax_amount_usd,
            transaction_id=transaction_id,
            trial_duration=trial_duration,
            variation_id=variation_id,
            vendor_product_id=vendor_product_id,
        )

        purchase_event_properties.additional_properties = d
        return purchase_event_properties

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
