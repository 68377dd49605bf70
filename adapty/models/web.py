"""The models of the Web API: schemas of `openapi/web.yaml`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, cast, get_args

import attrs

from adapty._core import validation
from adapty._core.ids import validate_customer_user_id, validate_uuid
from adapty._core.redaction import repr_masked, repr_redacted
from adapty._core.sentinel import NOT_GIVEN, NotGiven
from adapty._core.server_side_validation import optional_uuid
from adapty.models._request import RequestModel, validate_fields
from adapty.models._response import ResponseModel, list_of, parse_bool, parse_str, scalar
from adapty.models.paywalls import decode_data
from adapty.models.profile import PurchaseOffer

__all__ = [
    "AttributionRequest",
    "AttributionStatus",
    "PaywallViewRequest",
    "WebPaywall",
    "WebPaywallProduct",
    "WebPaywallRequest",
    "WebRemoteConfig",
]

AttributionStatus = Literal["organic", "non_organic", "unknown"]
"""Whether a campaign brought the user: field `status` of `AddAttributionRequest`."""


@attrs.frozen(kw_only=True)
class WebRemoteConfig(ResponseModel):
    """The remote config of a paywall in one locale: schema `RemoteConfig`.

    Attributes:
        lang: The locale, such as `en` or `pt-br`.
        data: The config as JSON text.

    Example:
        >>> WebRemoteConfig(lang="en", data='{"headline": "Go premium"}').decoded()
        {'headline': 'Go premium'}
    """

    lang: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    data: str | None = attrs.field(default=None, metadata=scalar(parse_str))

    def decoded(self) -> Any:
        """Decode the JSON in `data`. Return None if `data` is None.

        Raises:
            AdaptyUsageError: `data` is not JSON.
        """
        return decode_data(self.data)


@attrs.frozen(kw_only=True)
class WebPaywallProduct(ResponseModel):
    """A product on a paywall: schema `Product`.

    Attributes:
        title: The product's name in the dashboard.
        is_consumable: Whether it is consumable.
        adapty_product_id: Adapty's ID of the product.
        vendor_product_id: The store's ID of the product.
        introductory_offer_eligibility: Whether the user may get an introductory offer (iOS).
        promotional_offer_eligibility: Whether the user may get a promotional offer.
        base_plan_id: The base plan of Google Play, or the price ID of Stripe.
        offer: The offer that applies.
    """

    title: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    is_consumable: bool | None = attrs.field(default=None, metadata=scalar(parse_bool))
    adapty_product_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    vendor_product_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    introductory_offer_eligibility: bool | None = attrs.field(default=None, metadata=scalar(parse_bool))
    promotional_offer_eligibility: bool | None = attrs.field(default=None, metadata=scalar(parse_bool))
    base_plan_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    offer: PurchaseOffer | None = attrs.field(default=None, metadata=scalar(PurchaseOffer.from_dict))


@attrs.frozen(kw_only=True)
class WebPaywall(ResponseModel):
    """The paywall that a placement shows to a user: schema `PaywallResponse`.

    Attributes:
        placement_id: The placement.
        variation_id: The variation, for `web.record_paywall_view` and for the transactions that follow.
        paywall_id: The paywall's ID.
        ab_test_name: The name of the A/B test, if there is one.
        paywall_name: The paywall's name in the dashboard.
        products: Its products, in the order of the paywall.
        remote_config: Its remote config in one locale.
    """

    placement_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    variation_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    paywall_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    ab_test_name: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    paywall_name: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    products: tuple[WebPaywallProduct, ...] = attrs.field(default=(), metadata=list_of(WebPaywallProduct.from_dict))
    remote_config: WebRemoteConfig | None = attrs.field(default=None, metadata=scalar(WebRemoteConfig.from_dict))


def _status(value: AttributionStatus) -> AttributionStatus:
    return cast("AttributionStatus", validation.one_of(get_args(AttributionStatus), value))


def _user_id(value: str | NotGiven) -> str:
    return validate_customer_user_id(cast("str", value))


@attrs.frozen(kw_only=True)
class _UserRequest(RequestModel):
    """A request about one user. `user_fields` checks that exactly one ID is given."""

    customer_user_id: str | NotGiven = attrs.field(default=NOT_GIVEN, converter=_user_id, repr=repr_masked)
    profile_id: str | NotGiven = attrs.field(default=NOT_GIVEN, converter=optional_uuid)


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class WebPaywallRequest(_UserRequest):
    """The placement whose paywall is requested: schema `GetPaywallRequest`."""

    store: str = attrs.field(converter=validation.identifier)
    placement_id: str = attrs.field(converter=validation.identifier)
    locale: str | NotGiven = attrs.field(default=NOT_GIVEN, converter=validation.identifier)


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class PaywallViewRequest(_UserRequest):
    """A view of a paywall: schema `RecordPaywallViewRequest`."""

    store: str = attrs.field(converter=validation.identifier)
    variation_id: str = attrs.field(converter=validate_uuid)
    visited_at: datetime | NotGiven = attrs.field(default=NOT_GIVEN, converter=validation.optional_datetime)


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class AttributionRequest(_UserRequest):
    """The source of a user: schema `AddAttributionRequest`."""

    status: AttributionStatus = attrs.field(converter=_status)
    attribution_user_id: str | NotGiven = attrs.field(default=NOT_GIVEN, converter=validation.text, repr=repr_redacted)
    channel: str | NotGiven = attrs.field(default=NOT_GIVEN, converter=validation.text)
    campaign: str | NotGiven = attrs.field(default=NOT_GIVEN, converter=validation.text)
    ad_group: str | NotGiven = attrs.field(default=NOT_GIVEN, converter=validation.text)
    ad_set: str | NotGiven = attrs.field(default=NOT_GIVEN, converter=validation.text)
    creative: str | NotGiven = attrs.field(default=NOT_GIVEN, converter=validation.text)
