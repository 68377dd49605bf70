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
    "decode_data",
    "parse_editable_paywall",
]

PAYWALL_STATES = frozenset({"draft", "live", "inactive", "archived"})
"""The known states of a paywall in responses."""

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
"""The known sets of a product in responses."""

RemoteConfigs = Mapping[str, str | Mapping[str, Any]] | Iterable["RemoteConfig | Mapping[str, Any]"]
"""A dict of locales to their data, or the API's own list of `locale` and `data`."""


def decode_data(data: str | None) -> Any:
    """Decode the JSON text of a remote config. Return None if it is None.

    Raises:
        AdaptyUsageError: It is not JSON.
    """
    try:
        return None if data is None else json.loads(data, parse_int=json_body.parse_bounded_int)
    except (ValueError, RecursionError):
        raise AdaptyUsageError.for_field("data", "is not JSON; read it as text") from None


@attrs.frozen(kw_only=True)
class RemoteConfig(ResponseModel):
    """The remote config of a paywall in one locale: schema `RemoteConfig`.

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
        """Decode the JSON in `data`. Return None if `data` is None.

        Raises:
            AdaptyUsageError: `data` is not JSON.
        """
        return decode_data(self.data)


@attrs.frozen(kw_only=True)
class PaywallProductOffer(ResponseModel):
    """The offer of a product on a paywall: schema `PaywallProductOffer`.

    Attributes:
        product_offer_id: Adapty's ID of the offer.
        title: The offer's title.
    """

    product_offer_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    title: str | None = attrs.field(default=None, metadata=scalar(parse_str))


@attrs.frozen(kw_only=True)
class PaywallProduct(ResponseModel):
    """A product on a paywall: schema `PaywallProduct`.

    Attributes:
        product_id: Adapty's ID of the product.
        title: The product's title.
        product_set: One of `PRODUCT_SETS`, or a newer one.
        offer: The offer on this paywall.
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
        paywall_id: The paywall's ID.
        use_paywall_builder: Whether it was created with the paywall builder.
        use_paywall_builder_legacy: Whether it was created with the legacy builder.
        updated_at: When it was last changed.
        created_at: When it was created.
        state: One of `PAYWALL_STATES`, or a newer one.
        is_deleted: Whether it is deleted.
        web_purchase_url: URL of the web purchase.
        products: Its products.
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
    """A screenshot of a paywall: schema `PaywallScreenshot`.

    Attributes:
        image_id: The image's ID.
        url: The image's URL.
    """

    image_id: int | None = attrs.field(default=None, metadata=scalar(parse_int))
    url: str | None = attrs.field(default=None, metadata=scalar(parse_str))


@attrs.frozen(kw_only=True)
class Paywall(PaywallListItem):
    """A paywall with its remote configs: schema `Paywall`. It has the fields of `PaywallListItem`, too.

    Attributes:
        remote_configs: The remote configs, one per locale.
        main_screenshot: The main screenshot.
    """

    remote_configs: tuple[RemoteConfig, ...] = attrs.field(default=(), metadata=list_of(RemoteConfig.from_dict))
    main_screenshot: PaywallScreenshot | None = attrs.field(default=None, metadata=scalar(PaywallScreenshot.from_dict))

    def remote_config(self, locale: str) -> RemoteConfig | None:
        """Return the remote config of a locale, or None."""
        return next((config for config in self.remote_configs if config.locale == locale), None)


@attrs.frozen(kw_only=True)
class PagePagination(ResponseModel):
    """The position of a page: schema `PagePagination`."""

    count: int | None = attrs.field(default=None, metadata=scalar(parse_int))
    page: int | None = attrs.field(default=None, metadata=scalar(parse_int))
    pages: int | None = attrs.field(default=None, metadata=scalar(parse_int))


@attrs.frozen(kw_only=True)
class PaywallListMeta(ResponseModel):
    """The metadata of a page: schema `PaywallListMeta`."""

    pagination: PagePagination | None = attrs.field(default=None, metadata=scalar(PagePagination.from_dict))


@attrs.frozen(kw_only=True)
class PaywallListResponse(ResponseModel):
    """One page of paywalls: schema `PaywallListResponse`."""

    data: tuple[PaywallListItem, ...] = attrs.field(default=(), metadata=list_of(PaywallListItem.from_dict))
    meta: PaywallListMeta | None = attrs.field(default=None, metadata=scalar(PaywallListMeta.from_dict))


def _remote_configs(value: RemoteConfigs) -> tuple[Mapping[str, Any], ...]:
    """Validate remote configs in any accepted form, and convert them to the API's own list."""
    by_locale: dict[str, Mapping[str, Any]] = {}
    for position, item, is_from_api in _iter_configs(value):
        try:
            locale = identifier(item.get("locale"))  # type: ignore[arg-type] # checked just here
        except Invalid as invalid:
            raise Invalid(invalid.problem, inside=f"{position}.locale") from None
        if locale in by_locale:
            raise Invalid("is given twice; expected each locale once", inside=format_name(locale))
        try:
            data = item.get("data") if is_from_api else json_text(item.get("data"))  # type: ignore[arg-type] # as above
            others = json_object({name: value for name, value in item.items() if name not in {"locale", "data"}})
        except Invalid as invalid:
            raise Invalid(invalid.problem, inside=f"{format_name(locale)}.{invalid.inside or 'data'}") from None
        by_locale[locale] = {"locale": locale, "data": data, **others}
    return tuple(by_locale.values())


def _iter_configs(value: Any) -> Iterable[tuple[str, Mapping[str, Any], bool]]:
    """Yield the position and fields of each config, and whether its data came from the API and is sent unchanged."""
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
    """The remote configs that replace those of a paywall."""

    remote_configs: tuple[Mapping[str, Any], ...] = attrs.field(converter=_remote_configs, hash=False)


def parse_editable_paywall(body: Mapping[str, Any]) -> Paywall:
    """Parse a paywall whose remote configs are to be written back.

    Raises:
        UnreadableAnswer: A remote config could not be parsed, and would be lost.
    """
    paywall = Paywall.from_dict(body)
    known = [config.locale for config in paywall.remote_configs]
    unparsed = [config for config in paywall.remote_configs if config.locale is None or config.data is None]
    if not isinstance(body.get("remote_configs"), list) or "remote_configs" in paywall.extra_fields:
        message = "the remote configs are missing or not what is documented, so none is written back"
        raise InvalidBody(message)
    if unparsed or len(set(known)) < len(known):
        message = "the remote configs were not understood as a whole, so none is written back"
        raise InvalidBody(message)
    return paywall


def build_locale_update(
    paywall: Paywall, locale: str, data: str | Mapping[str, Any], *, add: bool
) -> PaywallUpdateRequest:
    """Build an update with all remote configs of a paywall, one of them with new data.

    Raises:
        AdaptyUsageError: The paywall does not have the locale and `add` is False, or the data is not JSON.
    """
    known = [config.locale for config in paywall.remote_configs]
    if locale not in known and not add:
        locales = ", ".join(map(str, known)) or "none"
        raise AdaptyUsageError.for_field("locale", f"is not one of the paywall's ({locales}); add=True adds it")
    configs: dict[str | None, RemoteConfig | Mapping[str, Any]] = {
        config.locale: config for config in paywall.remote_configs
    }
    current = paywall.remote_config(locale)
    configs[locale] = {**(current.to_dict() if current else {}), "locale": locale, "data": data}
    return PaywallUpdateRequest(remote_configs=configs.values())
