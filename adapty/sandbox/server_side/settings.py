"""What is set up in Adapty's dashboard, as far as the sandbox knows it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from attrs import field, frozen

from adapty._core.validate import kind_of
from adapty.errors import AdaptyConfigError
from adapty.sandbox.defaults import DEFAULT_ACCESS_LEVEL

__all__ = ["Settings", "base_plan", "product"]


def product(store_product_id: str) -> str:
    """Give the product of a store's product id, without the base plan.

    Example:
        >>> product("premium:yearly")
        'premium'
    """
    return store_product_id.partition(":")[0]


def base_plan(store_product_id: str) -> str | None:
    """Give the base plan of a store's product id, where it has one.

    Example:
        >>> base_plan("premium:yearly"), base_plan("premium")
        ('yearly', None)
    """
    return store_product_id.partition(":")[2] or None


def _levels(value: Any) -> Mapping[str, str]:
    value = {} if value is None else value
    if not isinstance(value, Mapping):
        raise AdaptyConfigError.for_field(
            "access_levels", f"is {kind_of(value)}; expected product ids and their levels"
        )
    if not all(isinstance(text, str) and text for pair in value.items() for text in pair):
        raise AdaptyConfigError.for_field(
            "access_levels", "holds something else than text; expected product ids and levels"
        )
    return MappingProxyType(dict(value))


def _products(value: Any) -> frozenset[str]:
    if isinstance(value, str) or not isinstance(value, Collection):
        raise AdaptyConfigError.for_field(
            "consumables", f"is {kind_of(value)}; expected product ids, such as a set of them"
        )
    if not all(isinstance(text, str) for text in value):
        raise AdaptyConfigError.for_field("consumables", "holds something else than text; expected product ids")
    return frozenset(value)


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise AdaptyConfigError.for_field("virtual_currencies", f"is {kind_of(value)}; expected True or False")
    return value


@frozen(kw_only=True)
class Settings:
    """What a product does, and which features the app has.

    Attributes:
        access_levels: Product id, with or without a base plan, to the access level that it opens;
            `DEFAULT_ACCESS_LEVEL` for any other product.
        consumables: Product ids of one-time purchases that are used up. These open no access level.
        virtual_currencies: Whether the app has virtual currencies.

    Raises:
        AdaptyConfigError: A setting is of another kind.

    Example:
        >>> Settings(access_levels={"gold_yearly": "gold"}).access_level("gold_yearly:promo")
        'gold'
        >>> Settings().access_level("anything")
        'premium'
    """

    access_levels: Mapping[str, str] = field(default=None, converter=_levels)
    consumables: frozenset[str] = field(factory=frozenset, converter=_products)
    virtual_currencies: bool = field(default=True, converter=_switch)

    def access_level(self, store_product_id: str) -> str:
        """Name the level that a product opens."""
        for name in (store_product_id, product(store_product_id)):
            if name in self.access_levels:
                return self.access_levels[name]
        return DEFAULT_ACCESS_LEVEL

    def is_consumable(self, store_product_id: str) -> bool:
        """Tell whether a one-time purchase is used up."""
        return not self.consumables.isdisjoint({store_product_id, product(store_product_id)})
