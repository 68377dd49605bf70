"""What Adapty posts: an event, and what it says of a purchase or of an access level.

They follow the schemas of `openapi/webhooks.yaml`, and are read as answers are: whatever Adapty adds, leaves out or
changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Self

import attrs

from adapty._core.redact import hidden, masked
from adapty._core.validate import Refused, nonblank
from adapty.models._response import (
    Received,
    flag,
    identifier_text,
    json_ready,
    moment,
    named,
    number,
    one,
    several,
    text,
    text_or_number,
    whole,
)
from adapty.webhooks.event_types import EVENT_TYPES, event_type_of

__all__ = [
    "AccessLevelProperties",
    "Attribution",
    "PlayStorePurchaseToken",
    "PurchaseProperties",
    "SharingProfile",
    "WebhookEvent",
]

ACCESS_LEVEL_UPDATED = "access_level_updated"
"""The one event type that tells of an access level."""

_PROPERTIES = "event_properties"


def _attribute(value: Any) -> str | float | None:
    return None if value is None else text_or_number(value)


def _id_or_none(value: Any) -> str | None:
    return None if value is None else identifier_text(value)


@attrs.frozen(kw_only=True)
class SharingProfile(Received):
    """A user who has an access level through somebody's purchase: schema `SharingProfile`.

    Attributes:
        profile_id: Adapty's id of the user.
        customer_user_id: Your own id of the user.
    """

    profile_id: str | None = attrs.field(default=None, metadata=one(identifier_text))
    customer_user_id: str | None = attrs.field(default=None, repr=masked, metadata=one(identifier_text))


@attrs.frozen(kw_only=True)
class Attribution(Received):
    """Where a user came from, by one source: schema `Attribution`.

    Attributes:
        ad_group: The ad group.
        ad_set: The ad set.
        campaign: The campaign.
        channel: The channel.
        created_at: When the source told it.
        creative: The creative.
        network_user_id: The source's own id of the user.
        status: `organic`, `non_organic`, `unknown`, or a newer one.
    """

    ad_group: str | None = attrs.field(default=None, metadata=one(text))
    ad_set: str | None = attrs.field(default=None, metadata=one(text))
    campaign: str | None = attrs.field(default=None, metadata=one(text))
    channel: str | None = attrs.field(default=None, metadata=one(text))
    created_at: datetime | None = attrs.field(default=None, metadata=one(moment))
    creative: str | None = attrs.field(default=None, metadata=one(text))
    network_user_id: str | None = attrs.field(default=None, repr=hidden, metadata=one(identifier_text))
    status: str | None = attrs.field(default=None, metadata=one(text))


@attrs.frozen(kw_only=True)
class PlayStorePurchaseToken(Received):
    """What Google Play's API asks for to look a purchase up: schema `PlayStorePurchaseToken`.

    Attributes:
        product_id: The product's id at Google Play.
        purchase_token: The purchase's token.
        is_subscription: Whether it is a subscription.
    """

    product_id: str | None = attrs.field(default=None, metadata=one(identifier_text))
    purchase_token: str | None = attrs.field(default=None, repr=hidden, metadata=one(text))
    is_subscription: bool | None = attrs.field(default=None, metadata=one(flag))


@attrs.frozen(kw_only=True)
class PurchaseProperties(Received):
    """What happened to a purchase: schema `PurchaseEventProperties`. Anything may be None.

    Amounts are exact. A Google subscription that replaces another one can send a `subscription_started` whose amounts
    are all zero, which is no revenue.

    Attributes:
        ab_test_name: Name of the A/B test that the paywall was part of.
        ab_test_revision: Revision of that A/B test.
        base_plan_id: Google Play's base plan, or Stripe's price.
        cancellation_reason: One of `adapty.models.CANCELLATION_REASONS`, or a newer one.
        cohort_name: Name of the audience that the user was in.
        consecutive_payments: How many periods were paid without a break, this one included.
        currency: ISO 4217 code of the local amounts.
        developer_id: Id of the placement that the paywall was shown at.
        discount_amount_local: Discount, in the local currency.
        discount_amount_usd: Discount, in USD.
        environment: One of `adapty.models.ENVIRONMENTS`, or a newer one.
        event_datetime: When it happened, as in the event.
        net_revenue_local: What is left after the store's cut and taxes, in the local currency.
        net_revenue_usd: The same in USD.
        original_price_local: Price before the discount, in the local currency.
        original_price_usd: The same in USD.
        original_purchase_date: When the first transaction of the chain was made.
        original_transaction_id: The store's id of the first transaction of the chain.
        paywall_name: Name of the paywall that the purchase was made on.
        paywall_revision: Revision of that paywall.
        price_local: Price, in the local currency; None for a free trial.
        price_usd: The same in USD.
        proceeds_local: Price after the store's cut, in the local currency.
        proceeds_usd: The same in USD.
        profile_country: Two-letter code of the country that the user is in, by the IP address.
        profile_event_id: The event's own id, the same each time that it is posted.
        profile_has_access_level: Whether the user has any access level that is active.
        profile_id: Adapty's id of the user.
        profile_ip_address: The user's IP address.
        profile_total_revenue_usd: What the user has paid in all, refunds taken off, in USD.
        promotional_offer_id: The store's id of the offer that was used.
        purchase_date: When this transaction was made.
        rate_after_first_year: Whether the store takes the lower cut of a second year.
        store: `app_store`, `play_store`, `stripe`, or the name of a custom store.
        store_country: Two-letter code of the country of the store account.
        store_offer_category: One of `adapty.models.OFFER_CATEGORIES`, or a newer one.
        store_offer_discount_type: One of `adapty.models.OFFER_TYPES`, or a newer one.
        store_offer_number_of_periods: How many periods the offer lasts.
        subscription_expires_at: When the subscription ends or ended; None for one-time purchases.
        tax_amount_local: Tax, in the local currency.
        tax_amount_usd: Tax, in USD.
        transaction_id: The store's id of this transaction.
        trial_duration: How long the trial is, in words: `7 days`.
        variation_id: Which variant of the A/B test was shown.
        vendor_product_id: The store's id of the product; `adapty_server_side_product`, `adapty_dashboard_product` and
            `adapty_promotion` were granted without a purchase at a store.
    """

    ab_test_name: str | None = attrs.field(default=None, metadata=one(text))
    ab_test_revision: int | None = attrs.field(default=None, metadata=one(whole))
    base_plan_id: str | None = attrs.field(default=None, metadata=one(identifier_text))
    cancellation_reason: str | None = attrs.field(default=None, metadata=one(text))
    cohort_name: str | None = attrs.field(default=None, metadata=one(text))
    consecutive_payments: int | None = attrs.field(default=None, metadata=one(whole))
    currency: str | None = attrs.field(default=None, metadata=one(text))
    developer_id: str | None = attrs.field(default=None, metadata=one(identifier_text))
    discount_amount_local: Decimal | None = attrs.field(default=None, metadata=one(number))
    discount_amount_usd: Decimal | None = attrs.field(default=None, metadata=one(number))
    environment: str | None = attrs.field(default=None, metadata=one(text))
    event_datetime: datetime | None = attrs.field(default=None, metadata=one(moment))
    net_revenue_local: Decimal | None = attrs.field(default=None, metadata=one(number))
    net_revenue_usd: Decimal | None = attrs.field(default=None, metadata=one(number))
    original_price_local: Decimal | None = attrs.field(default=None, metadata=one(number))
    original_price_usd: Decimal | None = attrs.field(default=None, metadata=one(number))
    original_purchase_date: datetime | None = attrs.field(default=None, metadata=one(moment))
    original_transaction_id: str | None = attrs.field(default=None, metadata=one(identifier_text))
    paywall_name: str | None = attrs.field(default=None, metadata=one(text))
    paywall_revision: str | None = attrs.field(default=None, metadata=one(identifier_text))
    price_local: Decimal | None = attrs.field(default=None, metadata=one(number))
    price_usd: Decimal | None = attrs.field(default=None, metadata=one(number))
    proceeds_local: Decimal | None = attrs.field(default=None, metadata=one(number))
    proceeds_usd: Decimal | None = attrs.field(default=None, metadata=one(number))
    profile_country: str | None = attrs.field(default=None, metadata=one(text))
    profile_event_id: str | None = attrs.field(default=None, metadata=one(identifier_text))
    profile_has_access_level: bool | None = attrs.field(default=None, metadata=one(flag))
    profile_id: str | None = attrs.field(default=None, metadata=one(identifier_text))
    profile_ip_address: str | None = attrs.field(default=None, repr=hidden, metadata=one(text))
    profile_total_revenue_usd: Decimal | None = attrs.field(default=None, metadata=one(number))
    promotional_offer_id: str | None = attrs.field(default=None, metadata=one(identifier_text))
    purchase_date: datetime | None = attrs.field(default=None, metadata=one(moment))
    rate_after_first_year: bool | None = attrs.field(default=None, metadata=one(flag))
    store: str | None = attrs.field(default=None, metadata=one(text))
    store_country: str | None = attrs.field(default=None, metadata=one(text))
    store_offer_category: str | None = attrs.field(default=None, metadata=one(text))
    store_offer_discount_type: str | None = attrs.field(default=None, metadata=one(text))
    store_offer_number_of_periods: int | None = attrs.field(default=None, metadata=one(whole))
    subscription_expires_at: datetime | None = attrs.field(default=None, metadata=one(moment))
    tax_amount_local: Decimal | None = attrs.field(default=None, metadata=one(number))
    tax_amount_usd: Decimal | None = attrs.field(default=None, metadata=one(number))
    transaction_id: str | None = attrs.field(default=None, metadata=one(identifier_text))
    trial_duration: str | None = attrs.field(default=None, metadata=one(text))
    variation_id: str | None = attrs.field(default=None, metadata=one(identifier_text))
    vendor_product_id: str | None = attrs.field(default=None, metadata=one(identifier_text))


@attrs.frozen(kw_only=True)
class AccessLevelProperties(Received):
    """An access level as it is now, and the purchase behind it: schema `AccessLevelUpdatedProperties`.

    Anything may be None. Adapty does not post `access_level_updated` when a level runs out: `expires_at` says when.

    Attributes:
        ab_test_name: Name of the A/B test that the paywall was part of.
        ab_test_revision: Revision of that A/B test.
        access_level_id: Id of the access level, such as `premium`.
        activated_at: When it was opened.
        active_introductory_offer_type: How the introductory offer that is running is paid.
        active_promotional_offer_id: The store's id of the promotional offer that is running.
        active_promotional_offer_type: How that offer is paid.
        base_plan_id: Google Play's base plan, or Stripe's price.
        billing_issue_detected_at: When a charge failed; None where none has, or it was made good.
        cancellation_reason: One of `adapty.models.CANCELLATION_REASONS`, or a newer one.
        cohort_name: Name of the audience that the user was in.
        consecutive_payments: How many periods were paid without a break, this one included.
        currency: ISO 4217 code of the local amounts.
        developer_id: Id of the placement that the paywall was shown at.
        environment: One of `adapty.models.ENVIRONMENTS`, or a newer one.
        event_datetime: When it happened, as in the event.
        expires_at: When access ends: the end of the grace period already, or the time of a refund.
        is_active: Whether it opens now.
        is_in_grace_period: Whether it is open although a charge has failed.
        is_lifetime: Whether it never ends.
        is_refund: Whether the purchase was refunded.
        original_purchase_date: When the first transaction of the chain was made.
        original_transaction_id: The store's id of the first transaction of the chain.
        paywall_name: Name of the paywall that the purchase was made on.
        paywall_revision: Revision of that paywall.
        price_local: Price, in the local currency; None for a free trial.
        price_usd: The same in USD.
        profile_country: Two-letter code of the country that the user is in, by the IP address.
        profile_event_id: The event's own id, the same each time that it is posted.
        profile_has_access_level: Whether the user has any access level that is active.
        profile_id: Adapty's id of the user.
        profile_ip_address: The user's IP address.
        profile_total_revenue_usd: What the user has paid in all, refunds taken off, in USD.
        promotional_offer_id: The store's id of the offer that was used.
        purchase_date: When this transaction was made.
        rate_after_first_year: Whether the store takes the lower cut of a second year.
        renewed_at: When it was last renewed.
        starts_at: When it opens; in the future where it is planned.
        store: `app_store`, `play_store`, `stripe`, or the name of a custom store.
        store_country: Two-letter code of the country of the store account.
        store_offer_category: One of `adapty.models.OFFER_CATEGORIES`, or a newer one.
        store_offer_discount_type: One of `adapty.models.OFFER_TYPES`, or a newer one.
        subscription_expires_at: When the subscription ends or ended; None for one-time purchases.
        transaction_id: The store's id of this transaction.
        trial_duration: How long the trial is, in words: `7 days`.
        variation_id: Which variant of the A/B test was shown.
        vendor_product_id: The store's id of the product; `adapty_server_side_product`, `adapty_dashboard_product` and
            `adapty_promotion` were granted without a purchase at a store.
        will_renew: Whether the store will renew it.
    """

    ab_test_name: str | None = attrs.field(default=None, metadata=one(text))
    ab_test_revision: int | None = attrs.field(default=None, metadata=one(whole))
    access_level_id: str | None = attrs.field(default=None, metadata=one(identifier_text))
    activated_at: datetime | None = attrs.field(default=None, metadata=one(moment))
    active_introductory_offer_type: str | None = attrs.field(default=None, metadata=one(text))
    active_promotional_offer_id: str | None = attrs.field(default=None, metadata=one(identifier_text))
    active_promotional_offer_type: str | None = attrs.field(default=None, metadata=one(text))
    base_plan_id: str | None = attrs.field(default=None, metadata=one(identifier_text))
    billing_issue_detected_at: datetime | None = attrs.field(default=None, metadata=one(moment))
    cancellation_reason: str | None = attrs.field(default=None, metadata=one(text))
    cohort_name: str | None = attrs.field(default=None, metadata=one(text))
    consecutive_payments: int | None = attrs.field(default=None, metadata=one(whole))
    currency: str | None = attrs.field(default=None, metadata=one(text))
    developer_id: str | None = attrs.field(default=None, metadata=one(identifier_text))
    environment: str | None = attrs.field(default=None, metadata=one(text))
    event_datetime: datetime | None = attrs.field(default=None, metadata=one(moment))
    expires_at: datetime | None = attrs.field(default=None, metadata=one(moment))
    is_active: bool | None = attrs.field(default=None, metadata=one(flag))
    is_in_grace_period: bool | None = attrs.field(default=None, metadata=one(flag))
    is_lifetime: bool | None = attrs.field(default=None, metadata=one(flag))
    is_refund: bool | None = attrs.field(default=None, metadata=one(flag))
    original_purchase_date: datetime | None = attrs.field(default=None, metadata=one(moment))
    original_transaction_id: str | None = attrs.field(default=None, metadata=one(identifier_text))
    paywall_name: str | None = attrs.field(default=None, metadata=one(text))
    paywall_revision: str | None = attrs.field(default=None, metadata=one(identifier_text))
    price_local: Decimal | None = attrs.field(default=None, metadata=one(number))
    price_usd: Decimal | None = attrs.field(default=None, metadata=one(number))
    profile_country: str | None = attrs.field(default=None, metadata=one(text))
    profile_event_id: str | None = attrs.field(default=None, metadata=one(identifier_text))
    profile_has_access_level: bool | None = attrs.field(default=None, metadata=one(flag))
    profile_id: str | None = attrs.field(default=None, metadata=one(identifier_text))
    profile_ip_address: str | None = attrs.field(default=None, repr=hidden, metadata=one(text))
    profile_total_revenue_usd: Decimal | None = attrs.field(default=None, metadata=one(number))
    promotional_offer_id: str | None = attrs.field(default=None, metadata=one(identifier_text))
    purchase_date: datetime | None = attrs.field(default=None, metadata=one(moment))
    rate_after_first_year: bool | None = attrs.field(default=None, metadata=one(flag))
    renewed_at: datetime | None = attrs.field(default=None, metadata=one(moment))
    starts_at: datetime | None = attrs.field(default=None, metadata=one(moment))
    store: str | None = attrs.field(default=None, metadata=one(text))
    store_country: str | None = attrs.field(default=None, metadata=one(text))
    store_offer_category: str | None = attrs.field(default=None, metadata=one(text))
    store_offer_discount_type: str | None = attrs.field(default=None, metadata=one(text))
    subscription_expires_at: datetime | None = attrs.field(default=None, metadata=one(moment))
    transaction_id: str | None = attrs.field(default=None, metadata=one(identifier_text))
    trial_duration: str | None = attrs.field(default=None, metadata=one(text))
    variation_id: str | None = attrs.field(default=None, metadata=one(identifier_text))
    vendor_product_id: str | None = attrs.field(default=None, metadata=one(identifier_text))
    will_renew: bool | None = attrs.field(default=None, metadata=one(flag))


def _properties(value: Any) -> PurchaseProperties | AccessLevelProperties:
    """Read the properties of a type that is not known, by what they have."""
    kind = AccessLevelProperties if "access_level_id" in value else PurchaseProperties
    return kind.from_dict(value)


@attrs.frozen(kw_only=True)
class WebhookEvent(Received):
    """An event as Adapty posts it: schemas `PurchaseEvent` and `AccessLevelUpdatedEvent`.

    Attributes:
        profile_id: Adapty's id of the user.
        customer_user_id: Your own id of the user; None for an anonymous one.
        idfv: Apple's identifier for the vendor.
        idfa: Apple's identifier for advertisers.
        advertising_id: Google's advertising id.
        profile_install_datetime: When the app was installed.
        user_agent: What the device says of itself.
        email: The user's e-mail address, if the app has told it.
        event_type: What happened, by Adapty's own name of now: one of `EVENT_TYPES`, or a newer one. `raw` has the
            name that came.
        event_datetime: When it happened, which is the time to order events by; several may share it.
        event_properties: What happened to a purchase, or an access level as it is now.
        event_api_version: Version of the format; 1.
        profiles_sharing_access_level: Other users who have the access level through the same purchase.
        attributions: By source, where the user came from.
        user_attributes: The user's custom attributes.
        integration_ids: The ids that other services know the user by.
        play_store_purchase_token: What Google Play's API asks for to look the purchase up.
        raw: The whole event as it came, ready for `json.dumps`; `from_dict` makes the same event of it.

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

    profile_id: str | None = attrs.field(default=None, metadata=one(identifier_text))
    customer_user_id: str | None = attrs.field(default=None, repr=masked, metadata=one(identifier_text))
    idfv: str | None = attrs.field(default=None, repr=hidden, metadata=one(text))
    idfa: str | None = attrs.field(default=None, repr=hidden, metadata=one(text))
    advertising_id: str | None = attrs.field(default=None, repr=hidden, metadata=one(text))
    profile_install_datetime: datetime | None = attrs.field(default=None, metadata=one(moment))
    user_agent: str | None = attrs.field(default=None, repr=hidden, metadata=one(text))
    email: str | None = attrs.field(default=None, repr=hidden, metadata=one(text))
    event_type: str | None = attrs.field(default=None, metadata=one(text))
    event_datetime: datetime | None = attrs.field(default=None, metadata=one(moment))
    event_api_version: int | None = attrs.field(default=None, metadata=one(whole))
    profiles_sharing_access_level: tuple[SharingProfile, ...] = attrs.field(
        default=(), metadata=several(SharingProfile.from_dict)
    )
    attributions: Mapping[str, Attribution] = attrs.field(
        factory=dict, hash=False, metadata=named(Attribution.from_dict)
    )
    user_attributes: Mapping[str, str | float | None] = attrs.field(
        factory=dict, repr=hidden, hash=False, metadata=named(_attribute)
    )
    integration_ids: Mapping[str, str | None] = attrs.field(
        factory=dict, repr=hidden, hash=False, metadata=named(_id_or_none)
    )
    play_store_purchase_token: PlayStorePurchaseToken | None = attrs.field(
        default=None, metadata=one(PlayStorePurchaseToken.from_dict)
    )
    event_properties: PurchaseProperties | AccessLevelProperties = attrs.field(
        factory=PurchaseProperties, metadata=one(_properties)
    )
    raw: Mapping[str, Any] = attrs.field(factory=dict, repr=False, eq=False)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], event_names: Mapping[str, str] = MappingProxyType({})) -> Self:
        """Read a decoded JSON object; whatever it holds, nothing is refused and nothing is lost.

        Args:
            data: The object.
            event_names: The names of event types that were changed in the dashboard, each with Adapty's own.

        Raises:
            AdaptyUsageError: `data` is no mapping.
        """
        event = super().from_dict(data)
        event_type = event.event_type and event_type_of(event.event_type, event_names)
        properties = event.event_properties
        if kind := _kind_of_properties(event_type):
            given = data.get(_PROPERTIES)
            properties = kind.from_dict(given if isinstance(given, Mapping) else {})
        return attrs.evolve(event, event_type=event_type, event_properties=properties, raw=json_ready(dict(data)))

    @property
    def event_id(self) -> str | None:
        """The event's own id, the same each time that it is posted; None where it has none to go by."""
        try:
            return nonblank(self.event_properties.profile_event_id or "")
        except Refused:  # blank, or with half of a surrogate pair, which no database takes
            return None


def _kind_of_properties(event_type: str | None) -> type[PurchaseProperties | AccessLevelProperties] | None:
    if event_type == ACCESS_LEVEL_UPDATED:
        return AccessLevelProperties
    return PurchaseProperties if event_type in EVENT_TYPES else None
