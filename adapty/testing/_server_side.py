"""Part of the pytest plugin."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from adapty._core.ids import user_headers
from adapty._core.validation import aware_datetime, identifier, one_of, validate
from adapty.models._request import field_names
from adapty.models.profile import Profile
from adapty.models.profile_request import ProfileRequest
from adapty.models.transactions import OneTimePurchase, Subscription
from adapty.testing._matching import find_differences, nearest_differences, require_known_fields
from adapty.testing._messages import failure, format_value
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
    "user_and_profile",
]


_NAMED_BY = {"customer_user_id": "user", "profile_id": "user with profile_id"}

_BASE_PLAN = "store_base_plan_id"

_TRANSACTION_FIELDS = tuple(dict.fromkeys([*field_names(Subscription), *field_names(OneTimePurchase), _BASE_PLAN]))


def assert_server_side_profile(
    sandbox: Sandbox,
    *,
    customer_user_id: str | None = None,
    profile_id: str | UUID | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """Check that the server-side API has a user's profile.

    Args:
        sandbox: The sandbox.
        customer_user_id: The backend's own id of the user; exactly one of the two ids is needed.
        profile_id: Adapty's id of the user.
        fields: What the profile must hold, under the names that `profiles.create` has for it, or those of
            `Sandbox.server_side_profile`, such as `refund_saver_settings`; the others do not matter.

    Returns:
        The profile as the sandbox has it.

    Raises:
        AssertionError: It is not so; the message says what differs, or why a request was refused.
        AdaptyUsageError: No id is given, a field is not known, a datetime is naive, or `sandbox` is none.

    Example:
        >>> profile = client.profiles.create(customer_user_id="user_12345", custom_attributes={"plan": "trial"})
        >>> profile = assert_server_side_profile(
        ...     adapty_sandbox, customer_user_id="user_12345", custom_attributes={"plan": "trial", "coupon": None}
        ... )
    """
    __tracebackhide__ = True
    user, profile = _existing(sandbox, customer_user_id, profile_id)
    require_known_fields(fields, tuple(dict.fromkeys([*field_names(ProfileRequest), *profile])))
    if found := find_differences(fields, profile):
        asked = [
            *describe_rejected(sandbox, "createProfile", "server_side"),
            *describe_rejected(sandbox, "updateProfile", "server_side"),
        ]
        raise failure(sandbox, f"the profile of {user} is not as expected", *found, *asked)
    return profile


def assert_transaction_saved(
    sandbox: Sandbox,
    *,
    customer_user_id: str | None = None,
    profile_id: str | UUID | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """Check that the server-side API has a transaction of a user: a subscription's, or a one-time purchase.

    Args:
        sandbox: The sandbox.
        customer_user_id: The backend's own id of the user; exactly one of the two ids is needed.
        profile_id: Adapty's id of the user.
        fields: What the transaction must hold, under the names that `transactions.set_subscription` has for it.

    Returns:
        The transaction as the sandbox has it; of several, the one that came last.

    Raises:
        AssertionError: It is not so; the message says what differs in the transaction that comes closest.
        AdaptyUsageError: As `assert_server_side_profile`.

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
    user, profile = _existing(sandbox, customer_user_id, profile_id)
    stored: list[dict[str, Any]] = profile["transactions"]
    require_known_fields(fields, _TRANSACTION_FIELDS, *stored)
    refused = describe_rejected(sandbox, "setTransaction", "server_side")
    if not stored:
        raise failure(sandbox, f"{user} has no transactions", *refused)
    place, found = nearest_differences(fields, [_with_base_plan(fields, transaction) for transaction in stored])
    if found:
        problem = (
            f"of the transactions of {user} ({len(stored)}), none is as expected; what differs in the nearest one:"
        )
        raise failure(sandbox, problem, *found, *refused)
    return stored[place]


def assert_access(
    sandbox: Sandbox,
    access_level_id: str,
    *,
    customer_user_id: str | None = None,
    profile_id: str | UUID | None = None,
    at: datetime | str | None = None,
) -> None:
    """Check that an access level is open to a user.

    Args:
        sandbox: The sandbox.
        access_level_id: The level's id, such as `premium`.
        customer_user_id: The backend's own id of the user; exactly one of the two ids is needed.
        profile_id: Adapty's id of the user.
        at: The moment to judge, aware; now, where left out.

    Raises:
        AssertionError: It is not, or there is no such user; the message tells the levels that the user has.
        AdaptyUsageError: No id is given, `at` is naive, or `sandbox` is none.

    Example:
        >>> profile = client.profiles.create(customer_user_id="user_12345")
        >>> profile = client.access_levels.grant("premium", customer_user_id="user_12345", lifetime=True)
        >>> assert_access(adapty_sandbox, "premium", customer_user_id="user_12345")
        >>> assert_access(adapty_sandbox, "gold", customer_user_id="user_12345")
        Traceback (most recent call last):
            ...
        AssertionError: user 'user_12345' has no access to 'gold'
          'premium' is open for life
    """
    __tracebackhide__ = True
    level, judged = _level_and_moment(access_level_id, at)
    user, profile = _existing(sandbox, customer_user_id, profile_id)
    if not Profile.from_dict(profile).has_access(level, judged):
        raise failure(sandbox, f"{user} has no access to {format_value(level)}", *_levels(profile, judged))


def assert_no_access(
    sandbox: Sandbox,
    access_level_id: str,
    *,
    customer_user_id: str | None = None,
    profile_id: str | UUID | None = None,
    at: datetime | str | None = None,
) -> None:
    """Check that an access level is not open to a user, whom the API knows all the same.

    Args:
        sandbox: The sandbox.
        access_level_id: The level's id, such as `premium`.
        customer_user_id: The backend's own id of the user; exactly one of the two ids is needed.
        profile_id: Adapty's id of the user.
        at: The moment to judge, aware; now, where left out.

    Raises:
        AssertionError: It is, or there is no such user: no access of somebody who was never there proves nothing.
        AdaptyUsageError: As `assert_access`.

    Example:
        >>> profile = client.profiles.create(customer_user_id="user_12345")
        >>> assert_no_access(adapty_sandbox, "premium", customer_user_id="user_12345")
    """
    __tracebackhide__ = True
    level, judged = _level_and_moment(access_level_id, at)
    user, profile = _existing(sandbox, customer_user_id, profile_id)
    if Profile.from_dict(profile).has_access(level, judged):
        raise failure(sandbox, f"{user} has access to {format_value(level)}", *_levels(profile, judged))


def assert_balance(
    sandbox: Sandbox,
    currency_code: str,
    balance: int,
    *,
    customer_user_id: str | None = None,
    profile_id: str | UUID | None = None,
) -> None:
    """Check what a user has of a virtual currency.

    Args:
        sandbox: The sandbox.
        currency_code: The currency's code, such as `GOLD`.
        balance: How much there must be.
        customer_user_id: The backend's own id of the user; exactly one of the two ids is needed.
        profile_id: Adapty's id of the user.

    Raises:
        AssertionError: There is another amount, or no such user; the message tells what was refused.
        AdaptyUsageError: No id is given, the sandbox has no such currency, or `sandbox` is none.

    Example:
        >>> profile = client.profiles.create(customer_user_id="user_12345")
        >>> transaction = client.virtual_currencies.credit("GOLD", 100, customer_user_id="user_12345")
        >>> assert_balance(adapty_sandbox, "GOLD", 100, customer_user_id="user_12345")
    """
    __tracebackhide__ = True
    user, profile = _existing(sandbox, customer_user_id, profile_id)
    held: dict[str, int] = profile["virtual_currencies"]
    code = validate("currency_code", lambda name: one_of(held, name), currency_code)
    if found := find_differences({code: balance}, held):
        refused = describe_rejected(sandbox, "createVirtualCurrencyTransaction", "server_side")
        raise failure(sandbox, f"{user} has another balance", *found, *refused)


def user_and_profile(
    sandbox: Sandbox,
    customer_user_id: str | None,
    profile_id: str | UUID | None,
) -> tuple[str, dict[str, Any] | None]:
    """Give a user in words, and the profile as it is kept, or None where there is none.

    Raises:
        AdaptyUsageError: Not exactly one of the ids is given, it is none, or `sandbox` is none.
    """
    require_sandbox(sandbox)
    ((kind, value),) = user_headers(customer_user_id, profile_id).items()
    kind = kind.removeprefix("adapty_")
    return f"{_NAMED_BY[kind]} {format_value(value)}", sandbox.server_side_profile(**{kind: value})


def _existing(
    sandbox: Sandbox,
    customer_user_id: str | None,
    profile_id: str | UUID | None,
) -> tuple[str, dict[str, Any]]:
    """Give the same of a user who is there.

    Raises:
        AssertionError: There is no such user.
    """
    __tracebackhide__ = True
    user, profile = user_and_profile(sandbox, customer_user_id, profile_id)
    if profile is None:
        problem = f"there is no {user}"
        raise failure(sandbox, problem, *describe_rejected(sandbox, "createProfile", "server_side"))
    return user, profile


def _with_base_plan(fields: Mapping[str, Any], transaction: dict[str, Any]) -> Mapping[str, Any]:
    """Take product and base plan apart, where a test asks for them so; the API keeps them as `product:plan`."""
    if _BASE_PLAN not in fields:
        return transaction
    product, _, plan = transaction["store_product_id"].partition(":")
    return {**transaction, "store_product_id": product, _BASE_PLAN: plan or None}


def _level_and_moment(access_level_id: str, at: datetime | str | None) -> tuple[str, datetime]:
    level = validate("access_level_id", identifier, access_level_id)
    return level, datetime.now(UTC) if at is None else validate("at", aware_datetime, at)


def _levels(profile: dict[str, Any], at: datetime) -> list[str]:
    levels = Profile.from_dict(profile).access_levels
    if not levels:
        return ["there are no access levels"]
    return [f"{format_value(level.access_level_id)} {_state(level, at)}" for level in levels]


def _state(level: AccessLevel, at: datetime) -> str:
    if level.starts_at is not None and level.starts_at > at:
        return f"begins {level.starts_at.isoformat()}"
    if level.expires_at is None:
        return "is open for life"
    return f"{'ends' if level.is_active(at) else 'ended'} {level.expires_at.isoformat()}"
