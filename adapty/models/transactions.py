"""Transactions to save: schemas `Subscription`, `OneTimePurchase`, `Price` and `OfferRequest`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, Required, TypedDict, cast, get_args

import attrs
from attrs.converters import optional
from dateutil.relativedelta import relativedelta

from adapty._core import server_side_validation, validation
from adapty._core.sentinel import NOT_GIVEN, NotGiven
from adapty._core.validation import Invalid
from adapty.errors import AdaptyUsageError
from adapty.models._request import NESTED, SERIALIZE, RequestModel, coerce_nested, validate_fields
from adapty.models._response import json_number

__all__ = [
    "CancellationReason",
    "Environment",
    "OfferRequest",
    "OfferRequestCategory",
    "OfferRequestType",
    "OneTimePurchase",
    "OneTimePurchaseFields",
    "Price",
    "Subscription",
    "SubscriptionFields",
    "coerce_transaction",
    "join_base_plan",
]

Environment = Literal["Production", "Sandbox"]
"""Whether the purchase is real."""

OfferRequestCategory = Literal["introductory", "promotional", "offer_code", "win_back"]
"""The categories of offers of a transaction."""

OfferRequestType = Literal["free_trial", "pay_as_you_go", "pay_up_front"]
"""How an offer is paid."""

CancellationReason = Literal[
    "voluntarily_cancelled",
    "billing_error",
    "price_increase",
    "product_was_not_available",
    "refund",
    "cancelled_by_developer",
    "new_subscription_replace",
    "upgraded",
    "unknown",
    "adapty_revoked",
]
"""Why a purchase was cancelled: schema `CancellationReason`."""

Time = datetime | str
"""An aware datetime, or ISO 8601 text with an offset."""


def _environment(value: Environment | NotGiven) -> Environment:
    return cast("Environment", validation.one_of(get_args(Environment), value))


def _category(value: OfferRequestCategory) -> OfferRequestCategory:
    return cast("OfferRequestCategory", validation.one_of(get_args(OfferRequestCategory), value))


def _type(value: OfferRequestType) -> OfferRequestType:
    return cast("OfferRequestType", validation.one_of(get_args(OfferRequestType), value))


def _reason(value: CancellationReason | NotGiven) -> CancellationReason:
    return cast("CancellationReason", validation.one_of(get_args(CancellationReason), value))


def _subscription(value: Literal["subscription"] | NotGiven) -> Literal["subscription"]:
    return cast("Literal['subscription']", validation.one_of(("subscription",), value))


def _one_time_purchase(value: Literal["one_time_purchase"] | NotGiven) -> Literal["one_time_purchase"]:
    return cast("Literal['one_time_purchase']", validation.one_of(("one_time_purchase",), value))


def _price_country(value: str) -> str:
    return validation.country(value)


def _renews(value: bool) -> bool:  # noqa: FBT001 - a check takes the value alone
    return server_side_validation.boolean(value)


def _price(value: Price | Mapping[str, Any]) -> Price:
    return coerce_nested(Price, value)


def _offer(value: OfferRequest | Mapping[str, Any] | NotGiven) -> OfferRequest:
    return coerce_nested(OfferRequest, value)


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class Price(RequestModel):
    """What was paid: schema `Price`.

    Attributes:
        country: The store's country, two-letter code of ISO 3166-1, in either case; required.
        currency: The currency, three uppercase letters of ISO 4217; required.
        value: The exact amount in this currency, of at most 15 digits; required. A float is converted as `str` shows
            it.

    Raises:
        AdaptyUsageError: A field is missing or invalid; `field_name` is its name.

    Example:
        >>> Price(country="US", currency="USD", value="9.99").to_dict()
        {'country': 'US', 'currency': 'USD', 'value': 9.99}
    """

    country: str = attrs.field(converter=_price_country)
    currency: str = attrs.field(converter=server_side_validation.currency)
    value: Decimal = attrs.field(converter=server_side_validation.price_amount, metadata={SERIALIZE: json_number})


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class OfferRequest(RequestModel):
    """The offer that a transaction was made with: schema `OfferRequest`.

    Attributes:
        category: One of `OfferRequestCategory`; required.
        type: One of `OfferRequestType`; required.
        id: The store's ID of the offer. The API requires it for every category but `introductory`, and refuses None:
            omit it instead.

    Raises:
        AdaptyUsageError: A field is missing or invalid; `field_name` is its name.

    Example:
        >>> OfferRequest(category="introductory", type="free_trial").to_dict()
        {'category': 'introductory', 'type': 'free_trial'}
    """

    category: OfferRequestCategory = attrs.field(converter=_category)
    type: OfferRequestType = attrs.field(converter=_type)
    id: str | NotGiven | None = attrs.field(default=NOT_GIVEN, converter=optional(validation.text))


class OneTimePurchaseFields(TypedDict, total=False):
    """The fields of a one-time purchase, as keyword arguments: schema `OneTimePurchase`.

    The API documents rules between fields, which are below at the fields. The client does not check them, because they
    may change: a `BadRequestError` names the broken one as `hint`.

    Attributes:
        store: The store: a known one such as `stripe`, or the name of a custom store; required.
        environment: One of `Environment`. Default: `Production`.
        store_product_id: The product; required.
        store_base_plan_id: Google's base plan, sent as `store_product_id:store_base_plan_id`.
        store_transaction_id: The store's ID of this transaction, at most 50 characters; required.
        store_original_transaction_id: The first transaction of the chain; required. For a one-time purchase the API
            requires the same ID as `store_transaction_id`.
        is_family_shared: Whether it is shared by Family Sharing. The API then requires a price of 0.
        price: A `Price`, or a dict of its fields; required. The API requires a value of 0 with an offer of type
            `free_trial`.
        purchased_at: When it took place, aware, or ISO 8601 text with an offset; required.
        variation_id: The variation ID of the paywall.
        offer: An `OfferRequest`, or a dict of its fields. The API refuses the type `free_trial` for one-time purchases.
        refunded_at: When it was refunded. The API requires a time after `purchased_at`, and
            `cancellation_reason="refund"`.
        cancellation_reason: One of `CancellationReason`. The API requires `refunded_at` with `refund`.
        extra_fields: Fields of the API that this release does not know, sent unchanged.
    """

    store: Required[str]
    environment: Environment
    store_product_id: Required[str]
    store_base_plan_id: str
    store_transaction_id: Required[str]
    store_original_transaction_id: Required[str]
    is_family_shared: bool
    price: Required[Price | Mapping[str, Any]]
    purchased_at: Required[Time]
    variation_id: str | None
    offer: OfferRequest | Mapping[str, Any] | None
    refunded_at: Time | None
    cancellation_reason: CancellationReason | None
    extra_fields: Mapping[str, Any]


class SubscriptionFields(OneTimePurchaseFields, total=False):
    """The fields of a subscription's transaction, as keyword arguments: schema `Subscription`.

    They include those of `OneTimePurchaseFields`.

    Attributes:
        originally_purchased_at: When the subscription started; required. Not after `purchased_at`.
        expires_at: When the paid period ends; required. A relativedelta or timedelta counts from now. The API requires
            a time after `purchased_at`.
        renew_status: Whether it will renew; required.
        renew_status_changed_at: When renewal was turned on or off. The API requires a time after `purchased_at`.
        billing_issue_detected_at: When a payment failed. The API requires a time after `purchased_at`.
        grace_period_expires_at: When the grace period ends. The API requires `billing_issue_detected_at` with it, and a
            time not before `expires_at`.
    """

    originally_purchased_at: Required[Time]
    expires_at: Required[Time | relativedelta | timedelta]
    renew_status: Required[bool]
    renew_status_changed_at: Time | None
    billing_issue_detected_at: Time | None
    grace_period_expires_at: Time | relativedelta | timedelta | None


@attrs.frozen(kw_only=True)
class _Transaction(RequestModel):
    """The fields of both kinds of transactions, in the API's order."""

    store: str = attrs.field(converter=validation.identifier)
    environment: Environment | NotGiven = attrs.field(default=NOT_GIVEN, converter=_environment)
    store_product_id: str = attrs.field(converter=validation.identifier)
    store_transaction_id: str = attrs.field(converter=validation.transaction_id)
    store_original_transaction_id: str = attrs.field(converter=validation.identifier)
    is_family_shared: bool | NotGiven = attrs.field(default=NOT_GIVEN, converter=server_side_validation.boolean)
    price: Price = attrs.field(converter=_price, metadata={NESTED: Price})
    purchased_at: datetime = attrs.field(converter=validation.aware_datetime)
    variation_id: str | NotGiven | None = attrs.field(default=NOT_GIVEN, converter=optional(validation.text))
    offer: OfferRequest | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(_offer), metadata={NESTED: OfferRequest}
    )
    refunded_at: datetime | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.optional_datetime)
    )
    cancellation_reason: CancellationReason | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(_reason)
    )


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class OneTimePurchase(_Transaction):
    """A one-time purchase: schema `OneTimePurchase`.

    Attributes:
        purchase_type: Always `one_time_purchase`; optional. A guide of the vendor shows other values, such as
            `PRODUCT_PERIOD`, which the API does not accept.

    Raises:
        AdaptyUsageError: A field is missing or invalid; `field_name` is its name.

    The other fields are those of `OneTimePurchaseFields`, without `store_base_plan_id`: append a base plan to
    `store_product_id` with a colon.

    Example:
        >>> OneTimePurchase(
        ...     store="web_shop",
        ...     store_product_id="premium_lifetime",
        ...     store_transaction_id="order_1001",
        ...     store_original_transaction_id="order_1001",
        ...     price={"country": "US", "currency": "USD", "value": 99},
        ...     purchased_at="2026-06-10T14:20:00Z",
        ... ).price
        Price(country='US', currency='USD', value=Decimal('99'))
    """

    purchase_type: Literal["one_time_purchase"] = attrs.field(default="one_time_purchase", converter=_one_time_purchase)


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class Subscription(_Transaction):
    """A transaction of a subscription: schema `Subscription`.

    Attributes:
        purchase_type: Always `subscription`; optional. A guide of the vendor shows other values, such as
            `PRODUCT_PERIOD`, which the API does not accept.

    Raises:
        AdaptyUsageError: A field is missing or invalid; `field_name` is its name.

    The other fields are those of `SubscriptionFields`, without `store_base_plan_id`: append a base plan to
    `store_product_id` with a colon.

    Example:
        >>> try:
        ...     Subscription.from_dict({"purchase_type": "subscription", "store": "stripe"})
        ... except AdaptyUsageError as error:
        ...     [problem.field_name for problem in error.problems][:3]
        ['store_product_id', 'store_transaction_id', 'store_original_transaction_id']
    """

    purchase_type: Literal["subscription"] = attrs.field(default="subscription", converter=_subscription)
    originally_purchased_at: datetime = attrs.field(converter=validation.aware_datetime)
    expires_at: datetime = attrs.field(converter=validation.end_datetime)
    renew_status: bool = attrs.field(converter=_renews)
    renew_status_changed_at: datetime | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.optional_datetime)
    )
    billing_issue_detected_at: datetime | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.optional_datetime)
    )
    grace_period_expires_at: datetime | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.future_datetime)
    )


def join_base_plan(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Append the base plan, if there is one, to the product, as the API expects it: `product:plan`.

    Raises:
        AdaptyUsageError: The base plan is invalid, or the product has one already.
    """
    plan = fields.get("store_base_plan_id", NOT_GIVEN)
    others = {name: value for name, value in fields.items() if name != "store_base_plan_id"}
    product = fields.get("store_product_id", NOT_GIVEN)
    if plan is NOT_GIVEN or product is NOT_GIVEN:
        return others
    product = validation.validate("store_product_id", validation.identifier, product)
    checked_plan = validation.validate("store_base_plan_id", _base_plan, plan)
    if ":" in product:
        raise AdaptyUsageError.for_field(
            "store_base_plan_id", "is given, and store_product_id has one too; expected one"
        )
    return {**others, "store_product_id": f"{product}:{checked_plan}"}


def _base_plan(value: str) -> str:
    plan = validation.identifier(value)
    if ":" in plan:
        raise Invalid("has a colon, which joins product and base plan; expected the plan's id alone")
    return plan


def coerce_transaction(
    transaction: Subscription | OneTimePurchase | Mapping[str, Any],
) -> Subscription | OneTimePurchase:
    """Return a transaction as it is, or create it from a mapping by its `purchase_type`.

    Raises:
        AdaptyUsageError: It is neither, or a field is invalid.
    """
    if isinstance(transaction, Subscription | OneTimePurchase):
        return transaction
    if not isinstance(transaction, Mapping):
        expected = "expected a Subscription, a OneTimePurchase or a dict of its fields"
        raise AdaptyUsageError.for_field("transaction", f"is {validation.type_name(transaction)}; {expected}")
    kind = transaction.get("purchase_type")
    if kind is None:
        expected = f"expected one of {', '.join(RECORD_BY_PURCHASE_TYPE)}"
        raise AdaptyUsageError.for_field("purchase_type", f"is missing; {expected}")
    name = validation.validate("purchase_type", lambda value: validation.one_of(RECORD_BY_PURCHASE_TYPE, value), kind)
    return RECORD_BY_PURCHASE_TYPE[name].from_dict(join_base_plan(transaction))


RECORD_BY_PURCHASE_TYPE: Mapping[str, type[Subscription | OneTimePurchase]] = {
    "subscription": Subscription,
    "one_time_purchase": OneTimePurchase,
}
"""The models of `setTransaction` by their `purchase_type`."""
