"""The request models of the Mail API: a profile, a deletion and a transaction event.

They follow the schemas `ProfileDTO`, `DeviceInfoDTO`, `ProfileDeleteDTO`, `TransactionEventDTO` and `Offer` of
`openapi/mail.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, Required, TypedDict, cast, get_args

import attrs
from dateutil.relativedelta import relativedelta

from adapty._core import validation
from adapty._core.redaction import repr_masked, repr_redacted
from adapty._core.sentinel import NOT_GIVEN, NotGiven
from adapty.errors import AdaptyUsageError
from adapty.flows import Flow, TransactionEventType, flow_for, validate_event_type
from adapty.models._request import NESTED, RequestModel, coerce_nested, validate_fields

__all__ = [
    "DeviceInfo",
    "MailProfile",
    "MailProfileFields",
    "Offer",
    "OfferCategory",
    "OfferType",
    "ProfileDeletion",
    "TransactionEvent",
    "TransactionEventFields",
]

OfferCategory = Literal["introductory", "promotional", "offer_code", "win_back"]
"""The categories of offers of a store: schema `OfferCategory`."""

OfferType = Literal["free_trial", "pay_as_you_go", "pay_up_front"]
"""How an offer is paid: schema `OfferType`."""

ONE_TIME_EVENT_TYPES = frozenset({"non_subscription_purchase", "non_subscription_purchase_refunded"})
"""The event types of a purchase that never expires."""


def _offer_category(value: OfferCategory) -> OfferCategory:
    return cast("OfferCategory", validation.one_of(get_args(OfferCategory), value))


def _offer_type(value: OfferType) -> OfferType:
    return cast("OfferType", validation.one_of(get_args(OfferType), value))


def _device_info(value: DeviceInfo | Mapping[str, Any] | NotGiven) -> DeviceInfo:
    return coerce_nested(DeviceInfo, value)


def _offer(value: Offer | Mapping[str, Any] | NotGiven) -> Offer:
    return coerce_nested(Offer, value)


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class DeviceInfo(RequestModel):
    """The device that a user used last: schema `DeviceInfoDTO`.

    Attributes:
        platform: The platform, for example `iOS` or `Android`; required.
        device: The device's model, for example `iPhone15,2`.
        os: The operating system's version, for example `17.5`.
        locale: The user's locale, for example `en-US`.
        timezone: The user's time zone, for example `America/New_York`.
        app_version: The version of your app, for example `3.1.0`.

    Raises:
        AdaptyUsageError: A field is missing or not a str.

    Example:
        >>> DeviceInfo(platform="iOS", os="17.5").to_dict()
        {'platform': 'iOS', 'os': '17.5'}
    """

    platform: str = attrs.field(converter=validation.nonblank)
    device: str | NotGiven = attrs.field(default=NOT_GIVEN, converter=validation.text)
    os: str | NotGiven = attrs.field(default=NOT_GIVEN, converter=validation.text)
    locale: str | NotGiven = attrs.field(default=NOT_GIVEN, converter=validation.text)
    timezone: str | NotGiven = attrs.field(default=NOT_GIVEN, converter=validation.text)
    app_version: str | NotGiven = attrs.field(default=NOT_GIVEN, converter=validation.text)


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class Offer(RequestModel):
    """A promotional or introductory offer that a purchase was made with: schema `Offer`.

    Attributes:
        category: One of `OfferCategory`; required.
        offer_type: One of `OfferType`; required.
        offer_id: The store's ID of the offer.

    Raises:
        AdaptyUsageError: A field is missing or not one of the known values.

    Example:
        >>> Offer(category="introductory", offer_type="free_trial").to_dict()
        {'category': 'introductory', 'offer_type': 'free_trial'}
    """

    category: OfferCategory = attrs.field(converter=_offer_category)
    offer_type: OfferType = attrs.field(converter=_offer_type)
    offer_id: str | NotGiven = attrs.field(default=NOT_GIVEN, converter=validation.text)


class MailProfileFields(TypedDict, total=False):
    """The fields of a subscriber, as keyword arguments: those of `MailProfile`.

    Attributes:
        external_profile_id: Your own stable ID of the user; required. Never an anonymous or per-install ID.
        external_created_at: When the user was created: an aware datetime, or ISO 8601 text with an offset; required.
        email: The address that Mail sends to; required. Later saves do not change it.
        first_name: First name.
        last_name: Last name.
        gender: Gender, free text.
        birthday: Date of birth, or its ISO 8601 text.
        country: Two-letter code of ISO 3166-1, such as `US`; lower case is sent in upper case.
        store_country: Country of the store account, same code.
        custom_attributes: Names to strings or numbers, for segments.
        device_info: A `DeviceInfo`, or a dict of its fields.
        customer_user_id: Your own user ID if Adapty knows it too; links the user to the one of the mobile SDK. It finds
            the profile if no `external_profile_id` matches, before `email` does.
        extra_fields: Fields of the API that this release does not know, sent unchanged.
    """

    external_profile_id: Required[str]
    external_created_at: Required[datetime | str]
    email: Required[str]
    first_name: str | NotGiven
    last_name: str | NotGiven
    gender: str | NotGiven
    birthday: date | str | NotGiven
    country: str | NotGiven
    store_country: str | NotGiven
    custom_attributes: Mapping[str, str | int | float] | NotGiven
    device_info: DeviceInfo | Mapping[str, str] | NotGiven
    customer_user_id: str | NotGiven
    extra_fields: Mapping[str, Any] | NotGiven


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class MailProfile(RequestModel):
    """A subscriber of Adapty Mail: schema `ProfileDTO`.

    The fields are those of `MailProfileFields`.

    Raises:
        AdaptyUsageError: A field is missing or invalid; `field_name` is its name.

    Example:
        >>> profile = MailProfile(
        ...     external_profile_id="user_12345",
        ...     external_created_at="2026-06-01T10:30:00Z",
        ...     email="jane@example.com",
        ... )
        >>> profile.external_created_at
        datetime.datetime(2026, 6, 1, 10, 30, tzinfo=datetime.timezone.utc)
        >>> "jane" in repr(profile)
        False
    """

    external_profile_id: str = attrs.field(converter=validation.identifier)
    external_created_at: datetime = attrs.field(converter=validation.aware_datetime)
    email: str = attrs.field(converter=validation.email, repr=repr_redacted)
    first_name: str | NotGiven = attrs.field(default=NOT_GIVEN, converter=validation.text, repr=repr_redacted)
    last_name: str | NotGiven = attrs.field(default=NOT_GIVEN, converter=validation.text, repr=repr_redacted)
    gender: str | NotGiven = attrs.field(default=NOT_GIVEN, converter=validation.text, repr=repr_redacted)
    birthday: date | NotGiven = attrs.field(default=NOT_GIVEN, converter=validation.calendar_date, repr=repr_redacted)
    country: str | NotGiven = attrs.field(default=NOT_GIVEN, converter=validation.country)
    store_country: str | NotGiven = attrs.field(default=NOT_GIVEN, converter=validation.country)
    custom_attributes: Mapping[str, str | int | float] | NotGiven = attrs.field(
        default=NOT_GIVEN, converter=validation.attributes, repr=repr_redacted, hash=False
    )
    device_info: DeviceInfo | NotGiven = attrs.field(
        default=NOT_GIVEN, converter=_device_info, metadata={NESTED: DeviceInfo}
    )
    customer_user_id: str | NotGiven = attrs.field(default=NOT_GIVEN, converter=validation.identifier, repr=repr_masked)


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class ProfileDeletion(RequestModel):
    """A profile to erase: schema `ProfileDeleteDTO`. At least one identifier is required.

    Attributes:
        external_profile_id: The ID that the profile is saved with.
        customer_user_id: Your own user ID.
        email: The subscriber's address.

    Raises:
        AdaptyUsageError: No identifier is given, or one is invalid; `field_name` is its name.

    Example:
        >>> ProfileDeletion(email="jane@example.com").by_email_alone
        True
    """

    external_profile_id: str | NotGiven = attrs.field(
        default=NOT_GIVEN, converter=validation.identifier, repr=repr_masked
    )
    customer_user_id: str | NotGiven = attrs.field(default=NOT_GIVEN, converter=validation.identifier, repr=repr_masked)
    email: str | NotGiven = attrs.field(default=NOT_GIVEN, converter=validation.optional_email, repr=repr_redacted)

    def __attrs_post_init__(self) -> None:
        """Raise AdaptyUsageError if there is no identifier."""
        if not self.to_dict():
            others = "and so are customer_user_id and email"
            raise AdaptyUsageError.for_field("external_profile_id", f"is missing, {others}; expected at least one")

    @property
    def by_email_alone(self) -> bool:
        """Whether the address is the only identifier: a second deletion cannot find the profile then."""
        return self.external_profile_id is NOT_GIVEN and self.customer_user_id is NOT_GIVEN


class TransactionEventFields(TypedDict, total=False):
    """The fields of a transaction event, as keyword arguments: those of `TransactionEvent`.

    Attributes:
        event_type: One of `adapty.TransactionEventType`; required.
        event_id: Your own unique ID of the event; required. Saving the same event again changes nothing.
        event_datetime: When the event was recorded: an aware datetime, or ISO 8601 text with an offset; required.
        external_profile_id: The ID that the profile is saved with; required.
        store: The store, such as `app_store`, `play_store` or `stripe`; required.
        store_product_id: The store's ID of the product; required.
        store_transaction_id: The store's ID of this transaction, at most 50 characters; required.
        store_original_transaction_id: The store's ID of the first transaction in the chain; required. For a first
            purchase, equal to `store_transaction_id`.
        purchased_at: When this transaction occurred, aware; required.
        originally_purchased_at: When the subscription was first purchased, aware; required.
        price_usd: The exact amount in USD: a Decimal, an int or decimal text, never a float.
        expires_at: When the subscription expires or expired, aware; a relativedelta counts from now. Not allowed for
            one-time purchases.
        offer: An `Offer`, or a dict of its fields.
        customer_user_id: Your own user ID; finds the profile only if no `external_profile_id` matches.
        email: The subscriber's address; finds the profile only if neither ID matches.
        extra_fields: Fields of the API that this release does not know, sent unchanged.
    """

    event_type: Required[TransactionEventType]
    event_id: Required[str]
    event_datetime: Required[datetime | str]
    external_profile_id: Required[str]
    store: Required[str]
    store_product_id: Required[str]
    store_transaction_id: Required[str]
    store_original_transaction_id: Required[str]
    purchased_at: Required[datetime | str]
    originally_purchased_at: Required[datetime | str]
    price_usd: Decimal | str | int | NotGiven
    expires_at: datetime | str | relativedelta | timedelta | NotGiven
    offer: Offer | Mapping[str, str] | NotGiven
    customer_user_id: str | NotGiven
    email: str | NotGiven
    extra_fields: Mapping[str, Any] | NotGiven


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class TransactionEvent(RequestModel):
    """A transaction event of a store, which moves a profile between flows: schema `TransactionEventDTO`.

    The fields are those of `TransactionEventFields`.

    Raises:
        AdaptyUsageError: A field is missing or invalid; `field_name` is its name.

    Example:
        >>> event = TransactionEvent(
        ...     event_type="subscription_started",
        ...     event_id="evt_abc123",
        ...     event_datetime="2026-06-10T14:20:05Z",
        ...     external_profile_id="user_12345",
        ...     store="app_store",
        ...     store_product_id="premium_monthly",
        ...     store_transaction_id="1000000123456789",
        ...     store_original_transaction_id="1000000123456789",
        ...     purchased_at="2026-06-10T14:20:00Z",
        ...     originally_purchased_at="2026-06-10T14:20:00Z",
        ...     price_usd="9.99",
        ... )
        >>> event.price_usd, event.flow
        (Decimal('9.99'), <Flow.ACTIVE: 'active'>)
    """

    event_type: TransactionEventType = attrs.field(converter=validate_event_type)
    event_id: str = attrs.field(converter=validation.identifier)
    event_datetime: datetime = attrs.field(converter=validation.aware_datetime)
    external_profile_id: str = attrs.field(converter=validation.identifier)
    store: str = attrs.field(converter=validation.identifier)
    store_product_id: str = attrs.field(converter=validation.identifier)
    store_transaction_id: str = attrs.field(converter=validation.transaction_id)
    store_original_transaction_id: str = attrs.field(converter=validation.identifier)
    purchased_at: datetime = attrs.field(converter=validation.aware_datetime)
    originally_purchased_at: datetime = attrs.field(converter=validation.aware_datetime)
    price_usd: Decimal | NotGiven = attrs.field(default=NOT_GIVEN, converter=validation.decimal_amount)
    expires_at: datetime | NotGiven = attrs.field(default=NOT_GIVEN, converter=validation.future_datetime)
    offer: Offer | NotGiven = attrs.field(default=NOT_GIVEN, converter=_offer, metadata={NESTED: Offer})
    customer_user_id: str | NotGiven = attrs.field(default=NOT_GIVEN, converter=validation.identifier, repr=repr_masked)
    email: str | NotGiven = attrs.field(default=NOT_GIVEN, converter=validation.optional_email, repr=repr_redacted)

    @expires_at.validator
    def _check_expires_at(self, field: attrs.Attribute[Any], value: datetime | NotGiven) -> None:
        if self.event_type in ONE_TIME_EVENT_TYPES and not isinstance(value, NotGiven):
            raise AdaptyUsageError.for_field(
                field.name,
                f"is given for {self.event_type}, a one-time purchase that does not expire; leave it out",
            )

    @property
    def flow(self) -> Flow:
        """The flow that this event moves its profile into."""
        return flow_for(self.event_type)
