"""The settings of an app that the sandbox supports."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from attrs import Attribute, field, frozen

from adapty._core.validation import type_name
from adapty.errors import AdaptyConfigError
from adapty.sandbox._constants import DEFAULT_ACCESS_LEVEL

__all__ = ["AppSettings", "parse_base_plan_id", "parse_product_id"]


def parse_product_id(store_product_id: str) -> str:
    """Return the product id in a store's product id, without the base plan.

    Example:
        >>> parse_product_id("premium:yearly")
        'premium'
    """
    return store_product_id.partition(":")[0]


def parse_base_plan_id(store_product_id: str) -> str | None:
    """Return the base plan in a store's product id, or None.

    Example:
        >>> parse_base_plan_id("premium:yearly"), parse_base_plan_id("premium")
        ('yearly', None)
    """
    return store_product_id.partition(":")[2] or None


def _validate_levels(value: Any) -> Mapping[str, str]:
    value = {} if value is None else value
    if not isinstance(value, Mapping):
        problem = f"must map product ids to access levels, not {type_name(value)}"
        raise AdaptyConfigError.for_field("access_levels", problem)
    if not all(isinstance(text, str) and text for pair in value.items() for text in pair):
        raise AdaptyConfigError.for_field(
            "access_levels", "must map product ids to access levels, all non-empty strings"
        )
    return MappingProxyType(dict(value))


def _validate_products(value: Any) -> frozenset[str]:
    if isinstance(value, str) or not isinstance(value, Collection):
        raise AdaptyConfigError.for_field("consumables", f"must be a collection of product ids, not {type_name(value)}")
    if not all(isinstance(text, str) for text in value):
        raise AdaptyConfigError.for_field("consumables", "must contain only strings; expected product ids")
    return frozenset(value)


def _validate_flag(_: object, attribute: Attribute[bool], value: object) -> None:
    if not isinstance(value, bool):
        raise AdaptyConfigError.for_field(attribute.name, f"must be True or False, not {type_name(value)}")


@frozen(kw_only=True)
class AppSettings:
    """The products, the features and the limits of the app.

    Attributes:
        access_levels: Product id, with or without a base plan, to the access level that it unlocks. Default for other
            products: `DEFAULT_ACCESS_LEVEL`. These and the default are the access levels of the app.
        consumables: Product ids of consumable one-time purchases. They unlock no access level.
        virtual_currencies: Whether virtual currencies are enabled.
        strict_rate_limits: Whether the Export Analytics API enforces its rate limit.

    Raises:
        AdaptyConfigError: A setting has the wrong type.

    Example:
        >>> AppSettings(access_levels={"gold_yearly": "gold"}).access_level("gold_yearly:promo")
        'gold'
        >>> AppSettings().access_level("anything")
        'premium'
    """

    access_levels: Mapping[str, str] = field(default=None, converter=_validate_levels)
    consumables: frozenset[str] = field(factory=frozenset, converter=_validate_products)
    virtual_currencies: bool = field(default=True, validator=_validate_flag)
    strict_rate_limits: bool = field(default=False, validator=_validate_flag)

    def access_level(self, store_product_id: str) -> str:
        """Return the access level that a product unlocks."""
        for name in (store_product_id, parse_product_id(store_product_id)):
            if name in self.access_levels:
                return self.access_levels[name]
        return DEFAULT_ACCESS_LEVEL

    def has_access_level(self, access_level_id: str) -> bool:
        """Return whether the app has an access level: the default one, or one that a product unlocks."""
        return access_level_id in {DEFAULT_ACCESS_LEVEL, *self.access_levels.values()}

    def is_consumable(self, store_product_id: str) -> bool:
        """Return whether a one-time purchase is consumable."""
        return not self.consumables.isdisjoint({store_product_id, parse_product_id(store_product_id)})
