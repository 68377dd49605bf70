"""The profile of an end user: schemas `Profile`, `AccessLevel` and their parts."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

import attrs

from adapty._core.redaction import repr_masked, repr_redacted
from adapty._core.validation import aware_datetime, nonblank, type_name, validate
from adapty.errors import AdaptyUsageError
from adapty.models._response import (
    ResponseModel,
    list_of,
    parse_bool,
    parse_datetime,
    parse_decimal,
    parse_int,
    parse_str,
    parse_str_or_number,
    scalar,
    unwrap,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ACCESS_STORES",
    "CANCELLATION_REASONS",
    "ENVIRONMENTS",
    "OFFER_CATEGORIES",
    "OFFER_TYPES",
    "AccessLevel",
    "CustomAttribute",
    "NonSubscription",
    "Profile",
    "ProfileSubscription",
    "PurchaseOffer",
    "active",
    "is_active",
]

ACCESS_STORES = frozenset({"app_store", "play_store", "stripe", "paddle", "adapty"})
"""The known stores in responses. A custom store has its own name."""

ENVIRONMENTS = frozenset({"Sandbox", "Production"})
"""The known environments in responses."""

OFFER_CATEGORIES = frozenset({"introductory", "promotional", "offer_code", "win_back", "retention"})
"""The known categories of offers in responses."""

OFFER_TYPES = frozenset({"free_trial", "pay_as_you_go", "pay_up_front", "unknown"})
"""The known types of offers in responses."""

CANCELLATION_REASONS = frozenset(
    {
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
    },
)
"""The known reasons of a cancellation in responses."""


@attrs.frozen(kw_only=True)
class PurchaseOffer(ResponseModel):
    """The offer that a purchase was made with: schema `Offer`.

    Attributes:
        category: One of `OFFER_CATEGORIES`, or a newer one.
        type: One of `OFFER_TYPES`, or a newer one.
        id: The store's ID of the offer.
    """

    category: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    type: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    id: str | None = attrs.field(default=None, metadata=scalar(parse_str))


@attrs.frozen(kw_only=True)
class CustomAttribute(ResponseModel):
    """A custom attribute of a profile: schema `CustomAttribute`.

    Attributes:
        key: Its name.
        value: Text or a number.
    """

    key: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    value: str | float | None = attrs.field(default=None, repr=repr_redacted, metadata=scalar(parse_str_or_number))


@attrs.frozen(kw_only=True)
class AccessLevel(ResponseModel):
    """A level of access to the app: schema `AccessLevel`.

    Attributes:
        access_level_id: The level's ID, such as `premium`.
        store: One of `ACCESS_STORES`, or the name of a custom store.
        store_product_id: The product that granted the level.
        store_base_plan_id: Google's base plan.
        store_transaction_id: The transaction that granted the level.
        store_original_transaction_id: The first transaction of the chain.
        offer: The offer that was used.
        starts_at: When access starts; None for immediately.
        purchased_at: When the latest transaction took place.
        originally_purchased_at: When the first one took place.
        expires_at: When access ends; in a grace period, the end of the grace period. None for never.
        renewal_cancelled_at: When renewal was turned off.
        billing_issue_detected_at: When a payment failed.
        is_in_grace_period: Whether the store is still trying to charge the user.
        cancellation_reason: One of `CANCELLATION_REASONS`, or a newer one.

    Example:
        >>> level = AccessLevel.from_dict({"access_level_id": "premium", "expires_at": "2026-07-01T00:00:00Z"})
        >>> level.is_active(at="2026-06-30T23:59:59Z"), level.is_active(at="2026-07-01T00:00:00Z")
        (True, False)
    """

    access_level_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    store: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    store_product_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    store_base_plan_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    store_transaction_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    store_original_transaction_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    offer: PurchaseOffer | None = attrs.field(default=None, metadata=scalar(PurchaseOffer.from_dict))
    starts_at: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))
    purchased_at: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))
    originally_purchased_at: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))
    expires_at: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))
    renewal_cancelled_at: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))
    billing_issue_detected_at: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))
    is_in_grace_period: bool | None = attrs.field(default=None, metadata=scalar(parse_bool))
    cancellation_reason: str | None = attrs.field(default=None, metadata=scalar(parse_str))

    def is_active(self, at: datetime | str | None = None) -> bool:
        """Return whether the level is active: it has started and has not ended.

        A level whose start or end could not be parsed (it is in `extra_fields`) is not active.

        Args:
            at: The time to check: an aware datetime, or ISO 8601 text with an offset. Default: now.

        Raises:
            AdaptyUsageError: `at` is naive or not a time.
        """
        checked_at = datetime.now(UTC) if at is None else validate("at", aware_datetime, at)
        if "starts_at" in self.extra_fields or "expires_at" in self.extra_fields:
            return False
        # Validated again: the level may have been created without `from_dict`.
        starts_at = None if self.starts_at is None else validate("starts_at", aware_datetime, self.starts_at)
        expires_at = None if self.expires_at is None else validate("expires_at", aware_datetime, self.expires_at)
        return (starts_at is None or starts_at <= checked_at) and (expires_at is None or checked_at < expires_at)

    @property
    def is_lifetime(self) -> bool:
        """Whether the level has no end."""
        return self.expires_at is None and "expires_at" not in self.extra_fields


@attrs.frozen(kw_only=True)
class ProfileSubscription(ResponseModel):
    """A subscription in a store: schema `ProfileSubscription`.

    Attributes:
        store: One of `ACCESS_STORES`, or the name of a custom store.
        store_product_id: The product.
        store_base_plan_id: Google's base plan.
        store_transaction_id: The latest transaction.
        store_original_transaction_id: The first transaction of the chain.
        offer: The offer that was used.
        environment: One of `ENVIRONMENTS`, or a newer one.
        purchased_at: When the latest transaction took place.
        originally_purchased_at: When the first one took place.
        expires_at: When the paid period ends.
        renewal_cancelled_at: When renewal was turned off.
        billing_issue_detected_at: When a payment failed.
        is_in_grace_period: Whether the store is still trying to charge the user.
        cancellation_reason: One of `CANCELLATION_REASONS`, or a newer one.
    """

    store: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    store_product_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    store_base_plan_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    store_transaction_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    store_original_transaction_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    offer: PurchaseOffer | None = attrs.field(default=None, metadata=scalar(PurchaseOffer.from_dict))
    environment: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    purchased_at: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))
    originally_purchased_at: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))
    expires_at: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))
    renewal_cancelled_at: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))
    billing_issue_detected_at: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))
    is_in_grace_period: bool | None = attrs.field(default=None, metadata=scalar(parse_bool))
    cancellation_reason: str | None = attrs.field(default=None, metadata=scalar(parse_str))


@attrs.frozen(kw_only=True)
class NonSubscription(ResponseModel):
    """A one-time purchase: schema `NonSubscription`.

    Attributes:
        purchase_id: Adapty's ID of the purchase.
        store: One of `ACCESS_STORES`, or the name of a custom store.
        store_product_id: The product.
        store_base_plan_id: Google's base plan.
        store_transaction_id: The transaction.
        store_original_transaction_id: The first transaction of the chain.
        purchased_at: When it took place.
        environment: One of `ENVIRONMENTS`, or a newer one.
        is_refund: Whether it was refunded.
        is_consumable: Whether it is a consumable.
    """

    purchase_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    store: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    store_product_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    store_base_plan_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    store_transaction_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    store_original_transaction_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    purchased_at: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))
    environment: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    is_refund: bool | None = attrs.field(default=None, metadata=scalar(parse_bool))
    is_consumable: bool | None = attrs.field(default=None, metadata=scalar(parse_bool))


@attrs.frozen(kw_only=True)
class Profile(ResponseModel):
    """An end user: schema `Profile`.

    Attributes:
        app_id: The app.
        profile_id: Adapty's ID of the user.
        customer_user_id: Your own ID of the user, if known.
        total_revenue_usd: The user's total revenue in USD.
        segment_hash: Changes when the user's segments change.
        timestamp: When the API created this response, in milliseconds since 1970.
        custom_attributes: The custom attributes; `attributes` is a mapping of them.
        access_levels: The access levels, active or not; see `has_access`.
        subscriptions: The subscriptions.
        non_subscriptions: The one-time purchases.

    Example:
        >>> profile = Profile.from_dict({"access_levels": [{"access_level_id": "premium", "expires_at": None}]})
        >>> profile.has_access("premium"), profile.has_access("gold")
        (True, False)
    """

    app_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    profile_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    customer_user_id: str | None = attrs.field(default=None, repr=repr_masked, metadata=scalar(parse_str))
    total_revenue_usd: Decimal | None = attrs.field(default=None, metadata=scalar(parse_decimal))
    segment_hash: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    timestamp: int | None = attrs.field(default=None, metadata=scalar(parse_int))
    custom_attributes: tuple[CustomAttribute, ...] = attrs.field(
        default=(), metadata=list_of(CustomAttribute.from_dict)
    )
    access_levels: tuple[AccessLevel, ...] = attrs.field(default=(), metadata=list_of(AccessLevel.from_dict))
    subscriptions: tuple[ProfileSubscription, ...] = attrs.field(
        default=(), metadata=list_of(ProfileSubscription.from_dict)
    )
    non_subscriptions: tuple[NonSubscription, ...] = attrs.field(
        default=(), metadata=list_of(NonSubscription.from_dict)
    )

    @classmethod
    def from_response(cls, body: Mapping[str, Any]) -> Self:
        """Parse the body of a response: schema `ProfileResponse`."""
        return cls.from_dict(unwrap(body, "data"))

    @property
    def attributes(self) -> Mapping[str, str | float | None]:
        """The custom attributes by name."""
        return MappingProxyType({each.key: each.value for each in self.custom_attributes if each.key is not None})

    def access_level(self, access_level_id: str) -> AccessLevel | None:
        """Return the level of this ID, an active one if there are several, or None.

        Raises:
            AdaptyUsageError: `access_level_id` is not an ID.
        """
        level_id = validate("access_level_id", nonblank, access_level_id)
        levels = [level for level in self.access_levels if level.access_level_id == level_id]
        return next((level for level in levels if level.is_active()), levels[0] if levels else None)

    def active_access_levels(self, at: datetime | str | None = None) -> tuple[AccessLevel, ...]:
        """Return the active levels.

        Args:
            at: The time to check, as in `AccessLevel.is_active`.

        Raises:
            AdaptyUsageError: `at` is naive or not a time.
        """
        checked_at = datetime.now(UTC) if at is None else validate("at", aware_datetime, at)
        return tuple(level for level in self.access_levels if level.is_active(checked_at))

    def has_access(self, access_level_id: str, at: datetime | str | None = None) -> bool:
        """Return whether the level of this ID is active.

        Args:
            access_level_id: The level's ID, such as `premium`.
            at: The time to check, as in `AccessLevel.is_active`.

        Raises:
            AdaptyUsageError: `access_level_id` is no id, or `at` is naive or not a time.
        """
        level_id = validate("access_level_id", nonblank, access_level_id)
        return any(level.access_level_id == level_id for level in self.active_access_levels(at))


def is_active(level: AccessLevel | None, at: datetime | str | None = None) -> bool:
    """Return whether a level is active; None is not.

    Raises:
        AdaptyUsageError: `level` is not an access level, or `at` is naive or not a time.
    """
    if level is not None and not isinstance(level, AccessLevel):
        raise AdaptyUsageError.for_field("level", f"is {type_name(level)}; expected an AccessLevel, or None")
    return level is not None and level.is_active(at)


def active(profile: Profile, at: datetime | str | None = None) -> tuple[AccessLevel, ...]:
    """Return the active levels of a profile.

    Raises:
        AdaptyUsageError: `profile` is not a profile, or `at` is naive or not a time.
    """
    if not isinstance(profile, Profile):
        raise AdaptyUsageError.for_field("profile", f"is {type_name(profile)}; expected a Profile")
    return profile.active_access_levels(at)
