"""Assertions on the server-side API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from adapty._core.ids import user_fields
from adapty._core.validation import aware_datetime, identifier, one_of, validate
from adapty.models._request import field_names
from adapty.models.profile import Profile
from adapty.models.profile_request import ProfileRequest
from adapty.models.transactions import OneTimePurchase, Subscription
from adapty.testing._matching import find_differences, nearest_differences, require_known_fields
from adapty.testing._messages import failure, format_count, format_value
from adapty.testing._recorded import describe_rejected, require_sandbox

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from adapty.models.profile import AccessLevel
    from adapty.sandbox import Sandbox

__all__ = [
    "assert_access",
    "assert_balance",
    "assert_no_access",
    "assert_server_side_profile",
    "assert_transaction_saved",
    "find_profile",
    "require_profile",
]

_USER_NAMES = {"customer_user_id": "user", "profile_id": "user with profile_id"}
_BASE_PLAN = "store_base_plan_id"
_TRANSACTION_FIELDS = tuple(dict.fromkeys([*field_names(Subscription), *field_names(OneTimePurchase), _BASE_PLAN]))


def assert_server_side_profile(
    sandbox: Sandbox,
    *,
    customer_user_id: str | None = None,
    profile_id: str | UUID | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """Assert that the server-side API has the profile of a user.

    Args:
        sandbox: The sandbox.
        customer_user_id: The backend's own id of the user; exactly one of the two ids is required.
        profile_id: Adapty's id of the user.
        fields: The expected values, by the names of `profiles.create` or `Sandbox.server_side_profile`, such as
            `refund_saver_settings`; other fields are ignored.

    Returns:
        The stored profile.

    Raises:
        AssertionError: It has not; the message contains the differences, and why requests failed.
        AdaptyUsageError: No id is given, a field is unknown, a datetime is naive, or `sandbox` is not a sandbox.

    Example:
        >>> profile = client.profiles.create(customer_user_id="user_12345", custom_attributes={"plan": "trial"})
        >>> profile = assert_server_side_profile(
        ...     adapty_sandbox, customer_user_id="user_12345", custom_attributes={"plan": "trial", "coupon": None}
        ... )
    """
    __tracebackhide__ = True
    user, profile = require_profile(sandbox, customer_user_id, profile_id)
    require_known_fields(fields, tuple(dict.fromkeys([*field_names(ProfileRequest), *profile])))
    if found := find_differences(fields, profile):
        rejected = (
            *describe_rejected(sandbox, "createProfile", "server_side"),
            *describe_rejected(sandbox, "updateProfile", "server_side"),
        )
        raise failure(sandbox, f"the profile of {user} differs", *found, *rejected)
    return profile


def assert_transaction_saved(
    sandbox: Sandbox,
    *,
    customer_user_id: str | None = None,
    profile_id: str | UUID | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """Assert that the server-side API has a transaction of a user, of a subscription or a one-time purchase.

    Args:
        sandbox: The sandbox.
        customer_user_id: The backend's own id of the user; exactly one of the two ids is required.
        profile_id: Adapty's id of the user.
        fields: The expected values, by the names of `transactions.set_subscription`.

    Returns:
        The stored transaction; if several match, the last one.

    Raises:
        AssertionError: It has not; the message contains the differences of the most similar transaction.
        AdaptyUsageError: See `assert_server_side_profile`.

    Example:
        >>> profile = client.profiles.create(customer_user_id="user_12345")
        >>> profile = client.transactions.set_one_time_purchase(
        ...     customer_user_id="user_12345",
        ...     store="web_shop",
        ...     store_product_id="extra_lives",
        ...     store_transaction_id="order_1003",
        ...     store_original_transaction_id="order_1003",
        ...     price={"country": "US", "currency": "USD", "value": 5},
        ...     purchased_at="2026-06-10T14:20:00Z",
        ... )
        >>> transaction = assert_transaction_saved(
        ...     adapty_sandbox, customer_user_id="user_12345", store_product_id="extra_lives", price={"value": 5}
        ... )
        >>> transaction["store_transaction_id"]
        'order_1003'
    """
    __tracebackhide__ = True
    user, profile = require_profile(sandbox, customer_user_id, profile_id)
    stored: list[dict[str, Any]] = profile["transactions"]
    require_known_fields(fields, _TRANSACTION_FIELDS, *stored)
    rejected = describe_rejected(sandbox, "setTransaction", "server_side")
    if not stored:
        raise failure(sandbox, f"{user} has no transactions", *rejected)
    index, found = nearest_differences(fields, [_with_base_plan(fields, transaction) for transaction in stored])
    if found:
        count = format_count(len(stored), "transaction")
        problem = f"{count} of {user}, but none matches; differences of the most similar one:"
        raise failure(sandbox, problem, *found, *rejected)
    return stored[index]


def assert_access(
    sandbox: Sandbox,
    access_level_id: str,
    *,
    customer_user_id: str | None = None,
    profile_id: str | UUID | None = None,
    at: datetime | str | None = None,
) -> None:
    """Assert that a user has access to an access level.

    Args:
        sandbox: The sandbox.
        access_level_id: The level's id, such as `premium`.
        customer_user_id: The backend's own id of the user; exactly one of the two ids is required.
        profile_id: Adapty's id of the user.
        at: The time, an aware datetime. Default: now.

    Raises:
        AssertionError: The user has no access, or does not exist; the message contains the user's access levels.
        AdaptyUsageError: No id is given, `at` is naive, or `sandbox` is not a sandbox.

    Example:
        >>> profile = client.profiles.create(customer_user_id="user_12345")
        >>> profile = client.access_levels.grant("premium", customer_user_id="user_12345", lifetime=True)
        >>> assert_access(adapty_sandbox, "premium", customer_user_id="user_12345")
        >>> assert_access(adapty_sandbox, "gold", customer_user_id="user_12345")
        Traceback (most recent call last):
            ...
        AssertionError: user 'user_12345' has no access to 'gold'
          'premium' has no end
    """
    __tracebackhide__ = True
    level, time = _parse_arguments(access_level_id, at)
    user, profile = require_profile(sandbox, customer_user_id, profile_id)
    if not Profile.from_dict(profile).has_access(level, time):
        raise failure(sandbox, f"{user} has no access to {format_value(level)}", *_list_levels(profile, time))


def assert_no_access(
    sandbox: Sandbox,
    access_level_id: str,
    *,
    customer_user_id: str | None = None,
    profile_id: str | UUID | None = None,
    at: datetime | str | None = None,
) -> None:
    """Assert that a user, who exists, has no access to an access level.

    Args:
        sandbox: The sandbox.
        access_level_id: The level's id, such as `premium`.
        customer_user_id: The backend's own id of the user; exactly one of the two ids is required.
        profile_id: Adapty's id of the user.
        at: The time, an aware datetime. Default: now.

    Raises:
        AssertionError: The user has access, or does not exist: that a missing user has no access proves nothing.
        AdaptyUsageError: See `assert_access`.

    Example:
        >>> profile = client.profiles.create(customer_user_id="user_12345")
        >>> assert_no_access(adapty_sandbox, "premium", customer_user_id="user_12345")
    """
    __tracebackhide__ = True
    level, time = _parse_arguments(access_level_id, at)
    user, profile = require_profile(sandbox, customer_user_id, profile_id)
    if Profile.from_dict(profile).has_access(level, time):
        raise failure(sandbox, f"{user} has access to {format_value(level)}", *_list_levels(profile, time))


def assert_balance(
    sandbox: Sandbox,
    currency_code: str,
    balance: int,
    *,
    customer_user_id: str | None = None,
    profile_id: str | UUID | None = None,
) -> None:
    """Assert that a user has a balance of a virtual currency.

    Args:
        sandbox: The sandbox.
        currency_code: The code of the currency, such as `GOLD`.
        balance: The expected balance.
        customer_user_id: The backend's own id of the user; exactly one of the two ids is required.
        profile_id: Adapty's id of the user.

    Raises:
        AssertionError: The balance differs, or there is no such user; the message says why requests failed.
        AdaptyUsageError: No id is given, the sandbox has no such currency, or `sandbox` is not a sandbox.

    Example:
        >>> profile = client.profiles.create(customer_user_id="user_12345")
        >>> transaction = client.virtual_currencies.credit("GOLD", 100, customer_user_id="user_12345")
        >>> assert_balance(adapty_sandbox, "GOLD", 100, customer_user_id="user_12345")
    """
    __tracebackhide__ = True
    user, profile = require_profile(sandbox, customer_user_id, profile_id)
    balances: dict[str, int] = profile["virtual_currencies"]
    code = validate("currency_code", lambda name: one_of(balances, name), currency_code)
    if found := find_differences({code: balance}, balances):
        rejected = describe_rejected(sandbox, "createVirtualCurrencyTransaction", "server_side")
        raise failure(sandbox, f"the balance of {user} differs", *found, *rejected)


def find_profile(
    sandbox: Sandbox,
    customer_user_id: str | None,
    profile_id: str | UUID | None,
) -> tuple[str, dict[str, Any] | None]:
    """Return a description of a user, and the stored profile or None.

    Raises:
        AdaptyUsageError: None or both of the ids are given, an id is invalid, or `sandbox` is not a sandbox.
    """
    require_sandbox(sandbox)
    ((kind, value),) = user_fields(customer_user_id, profile_id).items()
    return f"{_USER_NAMES[kind]} {format_value(value)}", sandbox.server_side_profile(**{kind: value})


def require_profile(
    sandbox: Sandbox,
    customer_user_id: str | None,
    profile_id: str | UUID | None,
) -> tuple[str, dict[str, Any]]:
    """Return a description of a user, and the stored profile.

    Raises:
        AssertionError: There is no such user.
    """
    __tracebackhide__ = True
    user, profile = find_profile(sandbox, customer_user_id, profile_id)
    if profile is None:
        problem = f"there is no {user}"
        raise failure(sandbox, problem, *describe_rejected(sandbox, "createProfile", "server_side"))
    return user, profile


def _with_base_plan(fields: Mapping[str, Any], transaction: dict[str, Any]) -> Mapping[str, Any]:
    """Split the product id into product and base plan, if a test names the base plan; the API stores `product:plan`."""
    if _BASE_PLAN not in fields:
        return transaction
    product, _, plan = transaction["store_product_id"].partition(":")
    return {**transaction, "store_product_id": product, _BASE_PLAN: plan or None}


def _parse_arguments(access_level_id: str, at: datetime | str | None) -> tuple[str, datetime]:
    level = validate("access_level_id", identifier, access_level_id)
    return level, datetime.now(UTC) if at is None else validate("at", aware_datetime, at)


def _list_levels(profile: dict[str, Any], at: datetime) -> list[str]:
    levels = Profile.from_dict(profile).access_levels
    if not levels:
        return ["there are no access levels"]
    return [f"{format_value(level.access_level_id)} {_state(level, at)}" for level in levels]


def _state(level: AccessLevel, at: datetime) -> str:
    if level.starts_at is not None and level.starts_at > at:
        return f"starts {level.starts_at.isoformat()}"
    if level.expires_at is None:
        return "has no end"
    return f"{'ends' if level.is_active(at) else 'ended'} {level.expires_at.isoformat()}"
