"""Paywalls and their remote configs: schemas `Paywall...` and `RemoteConfig`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import attrs

from adapty._core import json_body
from adapty._core.call import InvalidBody
from adapty._core.server_side_validation import json_text
from adapty._core.validation import Invalid, format_name, identifier, json_object, type_name
from adapty.errors import AdaptyUsageError
from adapty.models._request import RequestModel, validate_fields
from adapty.models._response import ResponseModel, list_of, parse_bool, parse_datetime, parse_int, parse_str, scalar

__all__ = [
    "PAYWALL_STATES",
    "PRODUCT_SETS",
    "PagePagination",
    "Paywall",
    "PaywallListItem",
    "PaywallListMeta",
    "PaywallListResponse",
    "PaywallProduct",
    "PaywallProductOffer",
    "PaywallScreenshot",
    "PaywallUpdateRequest",
    "RemoteConfig",
    "build_locale_update",
    "parse_editable_paywall",
]

PAYWALL_STATES = frozenset({"draft", "live", "inactive", "archived"})
"""The states of a paywall that answers are known to name."""

PRODUCT_SETS = frozenset(
    {
        "weekly",
        "monthly",
        "trimonthly",
        "semiannual",
        "annual",
        "lifetime",
        "uncategorised",
        "nonsubscriptions",
        "two_months",
        "consumable",
    },
)
"""The sets of a product that answers are known to name."""

RemoteConfigs = Mapping[str, str | Mapping[str, Any]] | Iterable["RemoteConfig | Mapping[str, Any]"]
"""Locales with their data, or the API's own list of `locale` and `data`."""


@attrs.frozen(kw_only=True)
class RemoteConfig(ResponseModel):
    """What a paywall shows in one locale: schema `RemoteConfig`.

    Attributes:
        locale: The locale, such as `en`.
        data: The config as JSON text.

    Example:
        >>> RemoteConfig(locale="en", data='{"headline": "Go premium"}').decoded()
        {'headline': 'Go premium'}
    """

    locale: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    data: str | None = attrs.field(default=None, metadata=scalar(parse_str))

    def decoded(self) -> Any:
        """Give `data` as what its JSON says, or None where there is none.

        Raises:
            AdaptyUsageError: `data` is not JSON.
        """
        try:
            return None if self.data is None else json.loads(self.data, parse_int=json_body.parse_bounded_int)
        except (ValueError, RecursionError):
            raise AdaptyUsageError.for_field("data", "is not JSON; read it as text") from None


@attrs.frozen(kw_only=True)
class PaywallProductOffer(ResponseModel):
    """The offer that a paywall makes with a product: schema `PaywallProductOffer`.

    Attributes:
        product_offer_id: Adapty's id of the offer.
        title: The offer's title.
    """

    product_offer_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    title: str | None = attrs.field(default=None, metadata=scalar(parse_str))


@attrs.frozen(kw_only=True)
class PaywallProduct(ResponseModel):
    """A product on a paywall: schema `PaywallProduct`.

    Attributes:
        product_id: Adapty's id of the product.
        title: The product's title.
        product_set: One of `PRODUCT_SETS`, or a newer one.
        offer: The offer that the paywall makes with it.
    """

    product_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    title: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    product_set: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    offer: PaywallProductOffer | None = attrs.field(default=None, metadata=scalar(PaywallProductOffer.from_dict))


@attrs.frozen(kw_only=True)
class PaywallListItem(ResponseModel):
    """A paywall without its remote configs: schema `PaywallListItem`.

    Attributes:
        title: The paywall's title.
        paywall_id: The paywall's id.
        use_paywall_builder: Whether it is made with the paywall builder.
        use_paywall_builder_legacy: Whether it is made with the builder before that.
        updated_at: When it was last changed.
        created_at: When it was made.
        state: One of `PAYWALL_STATES`, or a newer one.
        is_deleted: Whether it is deleted.
        web_purchase_url: Where it is bought on the web.
        products: What it offers.
    """

    title: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    paywall_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    use_paywall_builder: bool | None = attrs.field(default=None, metadata=scalar(parse_bool))
    use_paywall_builder_legacy: bool | None = attrs.field(default=None, metadata=scalar(parse_bool))
    updated_at: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))
    created_at: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))
    state: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    is_deleted: bool | None = attrs.field(default=None, metadata=scalar(parse_bool))
    web_purchase_url: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    products: tuple[PaywallProduct, ...] = attrs.field(default=(), metadata=list_of(PaywallProduct.from_dict))


@attrs.frozen(kw_only=True)
class PaywallScreenshot(ResponseModel):
    """What a paywall looks like: schema `PaywallScreenshot`.

    Attributes:
        image_id: The image's id.
        url: Where the image is.
    """

    image_id: int | None = attrs.field(default=None, metadata=scalar(parse_int))
    url: str | None = attrs.field(default=None, metadata=scalar(parse_str))


@attrs.frozen(kw_only=True)
class Paywall(PaywallListItem):
    """A paywall with its remote configs: schema `Paywall`. The fields of `PaywallListItem`, and two more.

    Attributes:
        remote_configs: One remote config for each locale.
        main_screenshot: What it looks like.
    """

    remote_configs: tuple[RemoteConfig, ...] = attrs.field(default=(), metadata=list_of(RemoteConfig.from_dict))
    main_screenshot: PaywallScreenshot | None = attrs.field(default=None, metadata=scalar(PaywallScreenshot.from_dict))

    def remote_config(self, locale: str) -> RemoteConfig | None:
        """Give the remote config of a locale, or None where there is none."""
        return next((config for config in self.remote_configs if config.locale == locale), None)


@attrs.frozen(kw_only=True)
class PagePagination(ResponseModel):
    """Where a page stands: schema `PagePagination`."""

    count: int | None = attrs.field(default=None, metadata=scalar(parse_int))
    page: int | None = attrs.field(default=None, metadata=scalar(parse_int))
    pages: int | None = attrs.field(default=None, metadata=scalar(parse_int))


@attrs.frozen(kw_only=True)
class PaywallListMeta(ResponseModel):
    """What is said of a page: schema `PaywallListMeta`."""

    pagination: PagePagination | None = attrs.field(default=None, metadata=scalar(PagePagination.from_dict))


@attrs.frozen(kw_only=True)
class PaywallListResponse(ResponseModel):
    """One page of paywalls: schema `PaywallListResponse`."""

    data: tuple[PaywallListItem, ...] = attrs.field(default=(), metadata=list_of(PaywallListItem.from_dict))
    meta: PaywallListMeta | None = attrs.field(default=None, metadata=scalar(PaywallListMeta.from_dict))


def _remote_configs(value: RemoteConfigs) -> tuple[Mapping[str, Any], ...]:
    """Accept what `RemoteConfigs` says; give the API's own list, each locale once and each data JSON."""
    kept: dict[str, Mapping[str, Any]] = {}
    for place, item, as_it_is in _iter_configs(value):
        try:
            locale = identifier(item.get("locale"))  # type: ignore[arg-type] # checked just here
        except Invalid as refused:
            raise Invalid(refused.problem, inside=f"{place}.locale") from None
        if locale in kept:
            raise Invalid("is given twice; expected each locale once", inside=format_name(locale))
        try:
            data = item.get("data") if as_it_is else json_text(item.get("data"))  # type: ignore[arg-type] # as above
            others = json_object({name: held for name, held in item.items() if name not in {"locale", "data"}})
        except Invalid as refused:
            raise Invalid(refused.problem, inside=f"{format_name(locale)}.{refused.inside or 'data'}") from None
        kept[locale] = {"locale": locale, "data": data, **others}
    return tuple(kept.values())


def _iter_configs(value: Any) -> Iterable[tuple[str, Mapping[str, Any], bool]]:
    """Give each config with its place, and whether it comes from the API and is sent back as it is, JSON or not."""
    if isinstance(value, Mapping):
        yield from ((format_name(locale), {"locale": locale, "data": data}, False) for locale, data in value.items())
        return
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise Invalid(f"is {type_name(value)}; expected a dict of locales to their data")
    for number, item in enumerate(value):
        plain = item.to_dict() if isinstance(item, RemoteConfig) else item
        if not isinstance(plain, Mapping):
            raise Invalid(f"is {type_name(item)}; expected a RemoteConfig, or a dict of its fields", inside=str(number))
        yield str(number), plain, isinstance(item, RemoteConfig) and isinstance(item.data, str)


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class PaywallUpdateRequest(RequestModel):
    """All remote configs that a paywall is to have."""

    remote_configs: tuple[Mapping[str, Any], ...] = attrs.field(converter=_remote_configs, hash=False)


def parse_editable_paywall(body: Mapping[str, Any]) -> Paywall:
    """Read a paywall whose remote configs are to be written back, and so have to be understood as a whole.

    Raises:
        UnreadableAnswer: They were not, and writing them back would lose some.
    """
    paywall = Paywall.from_dict(body)
    known = [config.locale for config in paywall.remote_configs]
    unread = [config for config in paywall.remote_configs if config.locale is None or config.data is None]
    if not isinstance(body.get("remote_configs"), list) or "remote_configs" in paywall.extra_fields:
        message = "the remote configs are missing or not what is documented, so none is written back"
        raise InvalidBody(message)
    if unread or len(set(known)) < len(known):
        message = "the remote configs were not understood as a whole, so none is written back"
        raise InvalidBody(message)
    return paywall


def build_locale_update(
    paywall: Paywall, locale: str, data: str | Mapping[str, Any], *, add: bool
) -> PaywallUpdateRequest:
    """Give all remote configs of a paywall, the one of a locale with other data.

    Raises:
        AdaptyUsageError: The locale is not among them and `add` is not asked for, or the data is no JSON.
    """
    known = [config.locale for config in paywall.remote_configs]
    if locale not in known and not add:
        there = ", ".join(map(str, known)) or "none"
        raise AdaptyUsageError.for_field("locale", f"is not one of the paywall's ({there}); add=True adds it")
    configs: dict[str | None, RemoteConfig | Mapping[str, Any]] = {
        config.locale: config for config in paywall.remote_configs
    }
    held = paywall.remote_config(locale)
    configs[locale] = {**(held.to_dict() if held else {}), "locale": locale, "data": data}
    return PaywallUpdateRequest(remote_configs=configs.values())
