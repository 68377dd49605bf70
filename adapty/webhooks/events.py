"""Webhook events: an event, and its properties of a purchase or an access level.

The classes follow the schemas of `openapi/webhooks.yaml`. They are parsed like responses: nothing that Adapty adds,
omits or changes is an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NoReturn, Self

import attrs

from adapty._core.redaction import repr_masked, repr_redacted
from adapty._core.validation import Invalid, nonblank, type_name
from adapty.errors import AdaptyUsageError
from adapty.models._response import (
    ResponseModel,
    json_ready,
    list_of,
    map_of,
    parse_bool,
    parse_datetime,
    parse_decimal,
    parse_identifier,
    parse_int,
    parse_str,
    parse_str_or_number,
    scalar,
)
from adapty.webhooks.event_types import EVENT_TYPES, LEGACY_NAMES

__all__ = [
    "AccessLevelProperties",
    "Attribution",
    "PlayStorePurchaseToken",
    "PurchaseProperties",
    "SharingProfile",
    "WebhookEvent",
]

ACCESS_LEVEL_UPDATED = "access_level_updated"
"""The only event type whose properties are those of an access level."""

_PROPERTIES = "event_properties"


def _parse_attribute(value: Any) -> str | float | None:
    return None if value is None else parse_str_or_number(value)


def _parse_optional_id(value: Any) -> str | None:
    return None if value is None else parse_identifier(value)


@attrs.frozen(kw_only=True)
class SharingProfile(ResponseModel):
    """A user who shares an access level of another user's purchase: schema `SharingProfile`.

    Attributes:
        profile_id: Adapty's ID of the user.
        customer_user_id: Your own ID of the user.
    """

    profile_id: str | None = attrs.field(default=None, metadata=scalar(parse_identifier))
    customer_user_id: str | None = attrs.field(default=None, repr=repr_masked, metadata=scalar(parse_identifier))


@attrs.frozen(kw_only=True)
class Attribution(ResponseModel):
    """The origin of a user according to one source: schema `Attribution`.

    Attributes:
        ad_group: The ad group.
        ad_set: The ad set.
        campaign: The campaign.
        channel: The channel.
        created_at: When the source reported it.
        creative: The creative.
        network_user_id: The source's own ID of the user.
        status: `organic`, `non_organic`, `unknown`, or a newer one.
    """

    ad_group: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    ad_set: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    campaign: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    channel: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    created_at: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))
    creative: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    network_user_id: str | None = attrs.field(default=None, repr=repr_redacted, metadata=scalar(parse_identifier))
    status: str | None = attrs.field(default=None, metadata=scalar(parse_str))


@attrs.frozen(kw_only=True)
class PlayStorePurchaseToken(ResponseModel):
    """The data with which Google Play's API looks up a purchase: schema `PlayStorePurchaseToken`.

    Attributes:
        product_id: The product's ID at Google Play.
        purchase_token: The purchase's token.
        is_subscription: Whether it is a subscription.
    """

    product_id: str | None = attrs.field(default=None, metadata=scalar(parse_identifier))
    purchase_token: str | None = attrs.field(default=None, repr=repr_redacted, metadata=scalar(parse_str))
    is_subscription: bool | None = attrs.field(default=None, metadata=scalar(parse_bool))


@attrs.frozen(kw_only=True)
class PurchaseProperties(ResponseModel):
    """The properties of a purchase event: schema `PurchaseEventProperties`. Any field can be None.

    Amounts are exact. A Google subscription that replaces another one can send a `subscription_started` whose amounts
    are all zero: it is not revenue. Only `subscription_started`, `subscription_renewed`, `subscription_refunded` and
    `non_subscription_purchase` have net revenue, proceeds and taxes.

    A `subscription_refunded` whose `cancellation_reason` is `upgraded` means that the user changed to another product.
    `subscription_renewal_reactivated` has the product from before the cancellation.

    Attributes:
        ab_test_name: Name of the A/B test that the paywall was part of.
        ab_test_revision: Revision of that A/B test.
        base_plan_id: Google Play's base plan, or Stripe's price.
        cancellation_reason: One of `adapty.models.CANCELLATION_REASONS`, or a newer one.
        cohort_name: Name of the audience that the user was in.
        consecutive_payments: Number of consecutive paid periods, including this one.
        currency: ISO 4217 code of the local amounts.
        developer_id: ID of the placement that the paywall was shown at.
        discount_amount_local: Standard price minus charged price, in the local currency: 0 for a full price, the
            standard price for a free trial. None if unknown, and for pay-up-front offers of the App Store.
        discount_amount_usd: The same in USD.
        environment: One of `adapty.models.ENVIRONMENTS`, or a newer one.
        event_datetime: When it happened, as in the event.
        net_revenue_local: Price after the store's commission and taxes, in the local currency.
        net_revenue_usd: The same in USD.
        original_price_local: Price before the discount, in the local currency; None if the store does not report it.
        original_price_usd: The same in USD.
        original_purchase_date: When the first transaction of the chain was made.
        original_transaction_id: The store's ID of the first transaction of the chain.
        paywall_name: Name of the paywall that the purchase was made on.
        paywall_revision: Revision of that paywall.
        price_local: Charged price, in the local currency; None for a free trial. With the option Send Trial Price,
            `trial_started` has the price of the subscription.
        price_usd: The same in USD.
        proceeds_local: Price after the store's commission, in the local currency.
        proceeds_usd: The same in USD.
        profile_country: Two-letter code of the user's country, by the IP address.
        profile_event_id: The event's ID, the same in each delivery.
        profile_has_access_level: Whether the user has an active access level.
        profile_id: Adapty's ID of the user.
        profile_ip_address: The user's IP address; None if the app's settings do not allow to collect it.
        profile_total_revenue_usd: Total payments of the user, minus refunds, in USD.
        promotional_offer_id: Adapty's ID of the offer that was used, as in the dashboard; not the store's.
        purchase_date: When this transaction was made.
        rate_after_first_year: Whether the store takes the lower commission of the second year.
        store: `app_store`, `play_store`, `stripe`, `paddle`, or the ID of a custom store.
        store_country: Two-letter code of the country of the store account.
        store_offer_category: One of `adapty.models.OFFER_CATEGORIES`, or a newer one.
        store_offer_discount_type: One of `adapty.models.OFFER_TYPES`, or a newer one.
        store_offer_number_of_periods: Number of billing periods of the offer; None if unknown, and for pay-up-front
            offers of the App Store.
        subscription_expires_at: When the subscription ends or ended: the time of a cancellation or the end of a grace
            period in events of those; None for one-time purchases.
        tax_amount_local: Tax, in the local currency.
        tax_amount_usd: Tax, in USD.
        transaction_id: The store's ID of this transaction.
        trial_duration: Length of the trial in words: `7 days`.
        variation_id: The shown variant of the A/B test.
        vendor_product_id: The store's ID of the product; `adapty_server_side_product`, `adapty_dashboard_product` and
            `adapty_promotion` were granted without a purchase at a store.
    """

    ab_test_name: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    ab_test_revision: int | None = attrs.field(default=None, metadata=scalar(parse_int))
    base_plan_id: str | None = attrs.field(default=None, metadata=scalar(parse_identifier))
    cancellation_reason: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    cohort_name: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    consecutive_payments: int | None = attrs.field(default=None, metadata=scalar(parse_int))
    currency: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    developer_id: str | None = attrs.field(default=None, metadata=scalar(parse_identifier))
    discount_amount_local: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    discount_amount_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    environment: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    event_datetime: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))
    net_revenue_local: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    net_revenue_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    original_price_local: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    original_price_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    original_purchase_date: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))
    original_transaction_id: str | None = attrs.field(default=None, metadata=scalar(parse_identifier))
    paywall_name: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    paywall_revision: str | None = attrs.field(default=None, metadata=scalar(parse_identifier))
    price_local: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    price_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    proceeds_local: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    proceeds_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    profile_country: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    profile_event_id: str | None = attrs.field(default=None, metadata=scalar(parse_identifier))
    profile_has_access_level: bool | None = attrs.field(default=None, metadata=scalar(parse_bool))
    profile_id: str | None = attrs.field(default=None, metadata=scalar(parse_identifier))
    profile_ip_address: str | None = attrs.field(default=None, repr=repr_redacted, metadata=scalar(parse_str))
    profile_total_revenue_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    promotional_offer_id: str | None = attrs.field(default=None, metadata=scalar(parse_identifier))
    purchase_date: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))
    rate_after_first_year: bool | None = attrs.field(default=None, metadata=scalar(parse_bool))
    store: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    store_country: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    store_offer_category: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    store_offer_discount_type: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    store_offer_number_of_periods: int | None = attrs.field(default=None, metadata=scalar(parse_int))
    subscription_expires_at: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))
    tax_amount_local: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    tax_amount_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    transaction_id: str | None = attrs.field(default=None, metadata=scalar(parse_identifier))
    trial_duration: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    variation_id: str | None = attrs.field(default=None, metadata=scalar(parse_identifier))
    vendor_product_id: str | None = attrs.field(default=None, metadata=scalar(parse_identifier))


@attrs.frozen(kw_only=True)
class AccessLevelProperties(ResponseModel):
    """The current state of an access level, and its purchase: schema `AccessLevelUpdatedProperties`.

    Any field can be None. Adapty posts the event if it is enabled, for every profile that shares the access level. It
    is the only event of a purchase that is shared through Apple's Family Sharing.

    Attributes:
        ab_test_name: Name of the A/B test that the paywall was part of.
        access_level_id: ID of the access level, such as `premium`.
        activated_at: When it was last activated.
        active_introductory_offer_type: Payment type of the current introductory offer.
        active_promotional_offer_id: Adapty's ID of the current promotional offer, as in the dashboard.
        active_promotional_offer_type: Payment type of that offer.
        base_plan_id: Google Play's base plan, or Stripe's price.
        billing_issue_detected_at: When a charge failed; None if none failed, or it succeeded later.
        cancellation_reason: One of `adapty.models.CANCELLATION_REASONS`, or a newer one.
        cohort_name: Name of the audience that the user was in.
        currency: ISO 4217 code of the local amounts.
        developer_id: ID of the placement that the paywall was shown at.
        environment: One of `adapty.models.ENVIRONMENTS`, or a newer one.
        event_datetime: When it happened, as in the event.
        expires_at: When access ends: during a grace period its end, after a refund or cancellation the time of that;
            None if it never ends.
        is_active: Whether it was active when the event was created.
        is_in_grace_period: Whether it is active although a charge failed.
        is_lifetime: Whether it never ends.
        is_refund: Whether the purchase was refunded.
        original_purchase_date: When the first transaction of the chain was made.
        original_transaction_id: The store's ID of the first transaction of the chain.
        paywall_name: Name of the paywall that the purchase was made on.
        paywall_revision: Revision of that paywall.
        profile_country: Two-letter code of the user's country, by the IP address.
        profile_event_id: The event's ID, the same in each delivery.
        profile_has_access_level: Whether the user has an active access level.
        profile_id: Adapty's ID of the user.
        profile_ip_address: The user's IP address.
        profile_total_revenue_usd: Total payments of the user, minus refunds, in USD.
        purchase_date: When this transaction was made.
        renewed_at: When it will be renewed, by Adapty's reference. A field of this name in the legacy API and the SDKs
            is the last renewal.
        starts_at: When it starts; possibly in the future.
        store: `app_store`, `play_store`, `stripe`, `paddle`, or the ID of a custom store.
        store_country: Two-letter code of the country of the store account.
        subscription_expires_at: When the subscription ends or ended: the time of a cancellation or the end of a grace
            period in events of those; None for one-time purchases.
        transaction_id: The store's ID of this transaction.
        trial_duration: Length of the trial in words: `7 days`.
        variation_id: The shown variant of the A/B test.
        vendor_product_id: The store's ID of the product; `adapty_server_side_product`, `adapty_dashboard_product` and
            `adapty_promotion` were granted without a purchase at a store.
        will_renew: Whether the store will renew it.
    """

    ab_test_name: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    access_level_id: str | None = attrs.field(default=None, metadata=scalar(parse_identifier))
    activated_at: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))
    active_introductory_offer_type: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    active_promotional_offer_id: str | None = attrs.field(default=None, metadata=scalar(parse_identifier))
    active_promotional_offer_type: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    base_plan_id: str | None = attrs.field(default=None, metadata=scalar(parse_identifier))
    billing_issue_detected_at: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))
    cancellation_reason: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    cohort_name: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    currency: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    developer_id: str | None = attrs.field(default=None, metadata=scalar(parse_identifier))
    environment: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    event_datetime: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))
    expires_at: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))
    is_active: bool | None = attrs.field(default=None, metadata=scalar(parse_bool))
    is_in_grace_period: bool | None = attrs.field(default=None, metadata=scalar(parse_bool))
    is_lifetime: bool | None = attrs.field(default=None, metadata=scalar(parse_bool))
    is_refund: bool | None = attrs.field(default=None, metadata=scalar(parse_bool))
    original_purchase_date: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))
    original_transaction_id: str | None = attrs.field(default=None, metadata=scalar(parse_identifier))
    paywall_name: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    paywall_revision: str | None = attrs.field(default=None, metadata=scalar(parse_identifier))
    profile_country: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    profile_event_id: str | None = attrs.field(default=None, metadata=scalar(parse_identifier))
    profile_has_access_level: bool | None = attrs.field(default=None, metadata=scalar(parse_bool))
    profile_id: str | None = attrs.field(default=None, metadata=scalar(parse_identifier))
    profile_ip_address: str | None = attrs.field(default=None, repr=repr_redacted, metadata=scalar(parse_str))
    profile_total_revenue_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    purchase_date: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))
    renewed_at: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))
    starts_at: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))
    store: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    store_country: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    subscription_expires_at: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))
    transaction_id: str | None = attrs.field(default=None, metadata=scalar(parse_identifier))
    trial_duration: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    variation_id: str | None = attrs.field(default=None, metadata=scalar(parse_identifier))
    vendor_product_id: str | None = attrs.field(default=None, metadata=scalar(parse_identifier))
    will_renew: bool | None = attrs.field(default=None, metadata=scalar(parse_bool))


def _reject(_: Any) -> NoReturn:
    """Leave properties that are not an object to `extra_fields`; `WebhookEvent.from_dict` parses the others."""
    raise TypeError


@attrs.frozen(kw_only=True)
class WebhookEvent(ResponseModel):
    """A webhook event: schemas `PurchaseEvent` and `AccessLevelUpdatedEvent`.

    Attributes:
        profile_id: Adapty's ID of the user.
        customer_user_id: Your own ID of the user; None for an anonymous one.
        idfv: Apple's identifier for the vendor.
        idfa: Apple's identifier for advertisers.
        advertising_id: Google's advertising ID.
        profile_install_datetime: When the app was installed.
        user_agent: The device's user agent.
        email: The user's e-mail address, if the app or your backend has set it.
        event_type: Adapty's current name of the event type: one of `EVENT_TYPES`, or a newer one. `raw` has the posted
            name.
        event_datetime: The time in the life of the purchase, such as that of the expiration. Do not order events by it:
            several can have the same time, and they arrive out of order. Order them by the time at which you received
            them.
        event_properties: The properties of the purchase, or of the access level for `access_level_updated`. Check with
            `isinstance` before you read a field that only one of the two has, such as `price_usd`.
        event_api_version: Version of the format; 1.
        profiles_sharing_access_level: Other users who have the access level through the same purchase.
        attributions: The origins of the user, by source.
        user_attributes: The user's custom attributes.
        integration_ids: The user's IDs at other services.
        play_store_purchase_token: The data with which Google Play's API looks up the purchase.
        raw: The whole event unchanged, ready for `json.dumps`; `from_dict` parses it to the same event.

    Example:
        >>> event = WebhookEvent.from_dict(
        ...     {
        ...         "event_type": "subscription_started",
        ...         "event_datetime": "2026-06-10T14:20:05.000000+0000",
        ...         "event_properties": {"price_usd": 9.99, "profile_event_id": "3f0c7a0e"},
        ...     }
        ... )
        >>> event.event_id, event.event_properties.price_usd
        ('3f0c7a0e', Decimal('9.99'))
    """

    profile_id: str | None = attrs.field(default=None, metadata=scalar(parse_identifier))
    customer_user_id: str | None = attrs.field(default=None, repr=repr_masked, metadata=scalar(parse_identifier))
    idfv: str | None = attrs.field(default=None, repr=repr_redacted, metadata=scalar(parse_str))
    idfa: str | None = attrs.field(default=None, repr=repr_redacted, metadata=scalar(parse_str))
    advertising_id: str | None = attrs.field(default=None, repr=repr_redacted, metadata=scalar(parse_str))
    profile_install_datetime: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))
    user_agent: str | None = attrs.field(default=None, repr=repr_redacted, metadata=scalar(parse_str))
    email: str | None = attrs.field(default=None, repr=repr_redacted, metadata=scalar(parse_str))
    event_type: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    event_datetime: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))
    event_api_version: int | None = attrs.field(default=None, metadata=scalar(parse_int))
    profiles_sharing_access_level: tuple[SharingProfile, ...] = attrs.field(
        default=(), metadata=list_of(SharingProfile.from_dict)
    )
    attributions: Mapping[str, Attribution] = attrs.field(
        factory=dict, hash=False, metadata=map_of(Attribution.from_dict)
    )
    user_attributes: Mapping[str, str | float | None] = attrs.field(
        factory=dict, repr=repr_redacted, hash=False, metadata=map_of(_parse_attribute)
    )
    integration_ids: Mapping[str, str | None] = attrs.field(
        factory=dict, repr=repr_redacted, hash=False, metadata=map_of(_parse_optional_id)
    )
    play_store_purchase_token: PlayStorePurchaseToken | None = attrs.field(
        default=None, metadata=scalar(PlayStorePurchaseToken.from_dict)
    )
    event_properties: PurchaseProperties | AccessLevelProperties = attrs.field(
        factory=PurchaseProperties, metadata=scalar(_reject)
    )
    raw: Mapping[str, Any] = attrs.field(factory=dict, repr=False, eq=False)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], event_names: Mapping[str, str] = MappingProxyType({})) -> Self:
        """Parse a decoded JSON object. No value is rejected, and none is lost.

        Args:
            data: The object.
            event_names: The event names that were changed in the dashboard, each with Adapty's own name.

        Raises:
            AdaptyUsageError: `data` is not a mapping.
        """
        if not isinstance(data, Mapping):
            raise AdaptyUsageError(f"WebhookEvent: expected a mapping of its fields (got something {type_name(data)})")
        fields = dict(data)
        name = fields.get("event_type")
        event_type = _resolve_event_type(name, event_names) if isinstance(name, str) else None
        properties = fields.get(_PROPERTIES)
        if isinstance(properties, Mapping):
            del fields[_PROPERTIES]
        else:
            properties = {}
        parsed = cls.parse_fields(fields)
        if parsed.get("event_type"):
            parsed["event_type"] = event_type
        parsed[_PROPERTIES] = _properties_class(parsed.get("event_type"), properties).from_dict(properties)
        return cls(**parsed, raw=json_ready(dict(data)))

    @property
    def event_id(self) -> str | None:
        """The event's ID, the same in each delivery; None if it has no usable ID."""
        try:
            return nonblank(self.event_properties.profile_event_id or "")
        except Invalid:  # blank, or with a lone surrogate, which databases reject
            return None


def _resolve_event_type(name: str, event_names: Mapping[str, str]) -> str:
    """Return Adapty's current name of an event type; unknown names are returned unchanged."""
    return event_names[name] if name in event_names else LEGACY_NAMES.get(name, name)


def _properties_class(
    event_type: str | None, properties: Mapping[str, Any]
) -> type[PurchaseProperties | AccessLevelProperties]:
    """Return the class of an event type, or for unknown types the class that fits the properties."""
    if event_type in EVENT_TYPES:
        return AccessLevelProperties if event_type == ACCESS_LEVEL_UPDATED else PurchaseProperties
    return AccessLevelProperties if "access_level_id" in properties else PurchaseProperties
