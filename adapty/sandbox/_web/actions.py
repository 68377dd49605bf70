"""What each operation of the Web API does, and what it returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from attrs import evolve

from adapty.sandbox._responses import ApiError
from adapty.sandbox._server_side import paywall_views, profiles
from adapty.sandbox._server_side.model import User
from adapty.sandbox._timestamps import format_with_plain_offset, format_with_z
from adapty.sandbox._web.placements import find_variation, select_variation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from adapty.sandbox._server_side.model import Context, Params, Profile

__all__ = ["ACTIONS"]

_CUSTOM = "custom"
"""The source of attribution that is not of an attribution service."""

_ATTRIBUTION_FIELDS: Mapping[str, str] = {
    "status": "status",
    "channel": "channel",
    "campaign": "campaign",
    "ad_group": "ad_group",
    "ad_set": "ad_set",
    "creative": "creative",
    "attribution_user_id": "network_user_id",
}
"""Field of a request to the field of a webhook."""


def _get_paywall(context: Context, params: Params) -> dict[str, Any]:
    profile = _get_profile(context, params.body)
    variation = select_variation(context, params.body["placement_id"], profile)
    if variation is None:
        _raise_no_variation("The placement does not exist, or shows nothing to this user")
    paywall = variation.paywall
    products = [_format_product(context, product) for product in paywall["products"]]
    response = {
        "placement_id": variation.placement_id,
        "variation_id": variation.variation_id,
        "paywall_id": paywall["paywall_id"],
        "ab_test_name": variation.ab_test_name,
        "paywall_name": paywall["title"],
        "products": products,
        "remote_config": _select_config(paywall["remote_configs"], params.body.get("locale")),
    }
    return {name: value for name, value in response.items() if value is not None}


def _format_product(context: Context, product: Mapping[str, Any]) -> dict[str, Any]:
    """Return a product as the spec's `Product`. The server-side API has no store ID of it."""
    vendor_product_id = f"premium_{product['product_set']}"
    offer = product["offer"]
    return {
        "title": product["title"],
        "is_consumable": context.settings.is_consumable(vendor_product_id),
        "adapty_product_id": product["product_id"],
        "vendor_product_id": vendor_product_id,
        "introductory_offer_eligibility": offer is not None,
        "promotional_offer_eligibility": False,
        "base_plan_id": None,
        "offer": offer and {"category": "introductory", "type": "free_trial", "id": offer["product_offer_id"]},
    }


def _select_config(configs: Iterable[Mapping[str, str]], locale: str | None) -> dict[str, str] | None:
    """Return the remote config of the locale, of its language, or the first one; None if there is none."""
    by_locale = {config["locale"].lower(): config for config in reversed(list(configs))}
    wanted = (locale or "").lower()
    for name in (wanted, wanted.partition("-")[0], next(reversed(by_locale), "")):
        if name in by_locale:
            return {"lang": by_locale[name]["locale"], "data": by_locale[name]["data"]}
    return None


def _record_paywall_view(context: Context, params: Params) -> None:
    """Record a view, of the current time if the request has none. The same request again records another one.

    The vendor documents no error for an unknown variation; the code is that of `getPaywall`.
    """
    body = params.body
    profile = _get_profile(context, body)
    variation = find_variation(context, body["variation_id"])
    if variation is None:
        _raise_no_variation("No placement has this variation")
    view = {
        "paywall_id": variation.paywall["paywall_id"],
        "placement_id": variation.placement_id,
        "variation_id": variation.variation_id,
        "store": body["store"],
        "visited_at": body.get("visited_at", format_with_z(context.now)),
    }
    paywall_views.save(context, profile, view)


def _add_attribution(context: Context, params: Params) -> None:
    """Store custom attribution in place of an earlier one."""
    profile = _get_profile(context, params.body)
    given = {name: params.body[field] for field, name in _ATTRIBUTION_FIELDS.items() if field in params.body}
    custom = {**given, "created_at": format_with_plain_offset(context.now)}
    profiles.save(context, evolve(profile, attributions={**profile.attributions, _CUSTOM: custom}))


def _get_profile(context: Context, body: Mapping[str, Any]) -> Profile:
    customer_user_id, profile_id = body.get("customer_user_id"), body.get("profile_id")
    if (customer_user_id is None) == (profile_id is None):
        message = "Exactly one of customer_user_id and profile_id is required"
        raise ApiError.single(400, message, "parse_error", source=None)
    return profiles.get_or_404(
        context, User(customer_user_id=customer_user_id, profile_id=profile_id and profile_id.lower())
    )


def _raise_no_variation(message: str) -> NoReturn:
    raise ApiError.single(404, message, "VARIATION_DOES_NOT_EXIST_ERROR", source=None)


ACTIONS: Mapping[str, Callable[[Context, Params], Any]] = {
    "getPaywall": _get_paywall,
    "recordPaywallView": _record_paywall_view,
    "addAttribution": _add_attribution,
}
"""What each operation does and returns, by operationId. Other operations are not served."""
