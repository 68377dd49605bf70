"""Print a profile and its access levels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from adapty import AccessLevel
from adapty._cli.format import print_table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from adapty import Profile

__all__ = ["expiry", "level_to_dict", "print_levels", "print_profile"]


def expiry(level: AccessLevel) -> datetime | str:
    """Return the end of a level: "never" for a lifetime level, the API's text for an end that cannot be parsed."""
    return "never" if level.is_lifetime else level.expires_at or str(level.extra_fields["expires_at"])


_Columns = Mapping[str, Callable[[Any], object]]

_FIELDS: _Columns = {
    "profile id": attrgetter("profile_id"),
    "customer user id": attrgetter("customer_user_id"),
    "revenue in USD": attrgetter("total_revenue_usd"),
}
_ATTRIBUTE: _Columns = {"Name": attrgetter("key"), "Value": attrgetter("value")}
_LEVEL: _Columns = {
    "Level": attrgetter("access_level_id"),
    "Active": AccessLevel.is_active,
    "Store": attrgetter("store"),
    "Product": attrgetter("store_product_id"),
    "Starts": lambda level: level.starts_at or level.extra_fields.get("starts_at"),
    "Expires": expiry,
    "Grace period": attrgetter("is_in_grace_period"),
}
_SUBSCRIPTION: _Columns = {
    "Product": attrgetter("store_product_id"),
    "Store": attrgetter("store"),
    "Purchased": attrgetter("purchased_at"),
    "Expires": attrgetter("expires_at"),
    "Renewal cancelled": attrgetter("renewal_cancelled_at"),
    "Grace period": attrgetter("is_in_grace_period"),
    "Environment": attrgetter("environment"),
}
_ONE_TIME_PURCHASE: _Columns = {
    "Product": attrgetter("store_product_id"),
    "Store": attrgetter("store"),
    "Purchased": attrgetter("purchased_at"),
    "Refunded": attrgetter("is_refund"),
    "Consumable": attrgetter("is_consumable"),
    "Environment": attrgetter("environment"),
}


def print_profile(profile: Profile) -> None:
    """Print a profile as tables."""
    print_table("Profile", ("Field", "Value"), ((name, get(profile)) for name, get in _FIELDS.items()))
    _print("Custom attributes", _ATTRIBUTE, profile.custom_attributes)
    print_levels(profile.access_levels)
    _print("Subscriptions", _SUBSCRIPTION, profile.subscriptions)
    _print("One-time purchases", _ONE_TIME_PURCHASE, profile.non_subscriptions)


def print_levels(levels: Iterable[AccessLevel]) -> None:
    """Print access levels as a table."""
    _print("Access levels", _LEVEL, levels)


def level_to_dict(access_level_id: str, level: AccessLevel | None, at: str | None = None) -> dict[str, Any]:
    """Return a level for JSON, with `active`. If the user does not have it, the keys are the same, without values."""
    return {
        **(level or AccessLevel()).to_dict(),
        "access_level_id": access_level_id,
        "active": level is not None and level.is_active(at),
    }


def _print(title: str, columns: _Columns, rows: Iterable[object]) -> None:
    print_table(title, tuple(columns), ([get(row) for get in columns.values()] for row in rows))
