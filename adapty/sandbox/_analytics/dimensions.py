"""The fields by which charts are filtered and segmented, and their values for profiles and purchases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapty.sandbox._analytics.durations import DURATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ATTRIBUTION",
    "FILTERS",
    "KNOWN_VALUES",
    "PROFILE_FILTERS",
    "describe_profile",
    "describe_purchase",
    "normalize",
    "segment_type",
]

_UNKNOWN = "unknown"
_NO_OFFER = "no_offer"

_ATTRIBUTION_FIELDS = {
    "attribution_status": "status",
    "attribution_channel": "channel",
    "attribution_campaign": "campaign",
    "attribution_adgroup": "ad_group",
    "attribution_adset": "ad_set",
    "attribution_creative": "creative",
}
"""Field of the analytics to the field of a profile's attribution."""

ATTRIBUTION = (*_ATTRIBUTION_FIELDS, "attribution_source")

PROFILE_FILTERS = ("store", "country", *ATTRIBUTION)
"""The filters of charts that count profiles."""

FILTERS = (*PROFILE_FILTERS, "store_product_id", "duration", "offer_category", "offer_type", "offer_id")
"""All filters but the dates. The sandbox also computes segments of each."""

KNOWN_VALUES: Mapping[str, tuple[str, ...]] = {
    "duration": DURATIONS,
    "attribution_source": ("adjust", "airbridge", "apple_search_ads", "appsflyer", "branch", "custom"),
    "attribution_status": ("organic", "non-organic", _UNKNOWN),
    "offer_category": (_NO_OFFER, "introductory", "promotional", "offer_code", "win_back", "retention"),
    "offer_type": ("free_trial", "pay_as_you_go", "pay_up_front"),
}
"""Filter to its documented values."""


def describe_profile(fields: Mapping[str, Any], attributions: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return the values of a profile by field; `unknown` for what the sandbox does not know.

    Args:
        fields: The fields that create and update sent.
        attributions: Where the user came from, by source. The last source counts.
    """
    source = next(reversed(list(attributions)), None)
    attribution: Mapping[str, Any] = {} if source is None else attributions[source]
    values = {
        "store": fields.get("store"),
        "country": fields.get("ip_country") or fields.get("store_country"),
        "attribution_source": source,
        **{name: attribution.get(field) for name, field in _ATTRIBUTION_FIELDS.items()},
    }
    return {name: normalize(name, value or _UNKNOWN) for name, value in values.items()}


def describe_purchase(body: Mapping[str, Any], duration: str) -> dict[str, str]:
    """Return the values of a transaction by field, without those of its profile."""
    offer = body.get("offer") or {}
    return {
        "store": body["store"],
        "country": normalize("country", body["price"]["country"]),
        "store_product_id": body["store_product_id"],
        "duration": duration,
        "offer_category": offer.get("category") or _NO_OFFER,
        "offer_type": offer.get("type") or _NO_OFFER,
        "offer_id": offer.get("id") or _NO_OFFER,
    }


def normalize(field: str, value: str) -> str:
    """Return a value in the spelling of the analytics: upper-case countries, `non-organic` with a hyphen.

    Example:
        >>> normalize("country", "us"), normalize("attribution_status", "non_organic")
        ('US', 'non-organic')
    """
    if field == "country":
        return value.upper() if value != _UNKNOWN else value
    return value.replace("_", "-") if field == "attribution_status" else value


def segment_type(field: str, value: str) -> str:
    """Return the `type` of a segment: a country in lower case, as observed, and other values as they are."""
    return value.lower() if field == "country" else value
