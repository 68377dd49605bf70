"""Stripe and Paddle purchases to validate: schemas `StripeValidation...` and `PaddleValidationRequest`.

The body contains the user's ID here. It must be valid in a header too: other requests could not name the user
otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self, cast

import attrs

from adapty._core import server_side_validation, validation
from adapty._core.ids import validate_customer_user_id
from adapty.models._request import NESTED, RequestModel, coerce_nested, validate_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "PaddleValidationRequest",
    "StripeKind",
    "StripeValidationAttributes",
    "StripeValidationData",
    "StripeValidationRequest",
]

StripeKind = Literal["stripe_receipt_validation_result"]
_KIND: StripeKind = "stripe_receipt_validation_result"


def _kind(value: StripeKind) -> StripeKind:
    return cast("StripeKind", validation.one_of((_KIND,), value))


def _attributes(value: StripeValidationAttributes | Mapping[str, Any]) -> StripeValidationAttributes:
    return coerce_nested(StripeValidationAttributes, value)


def _data(value: StripeValidationData | Mapping[str, Any]) -> StripeValidationData:
    return coerce_nested(StripeValidationData, value)


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class StripeValidationAttributes(RequestModel):
    """The user and the purchase."""

    customer_user_id: str = attrs.field(converter=validate_customer_user_id, repr=False)
    stripe_token: str = attrs.field(converter=server_side_validation.stripe_token, repr=False)


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class StripeValidationData(RequestModel):
    """The JSON:API object around the attributes."""

    type: StripeKind = attrs.field(converter=_kind)
    attributes: StripeValidationAttributes = attrs.field(
        converter=_attributes, metadata={NESTED: StripeValidationAttributes}
    )


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class StripeValidationRequest(RequestModel):
    """The JSON:API document around the object."""

    data: StripeValidationData = attrs.field(converter=_data, metadata={NESTED: StripeValidationData})

    @classmethod
    def from_attributes(cls, attributes: StripeValidationAttributes) -> Self:
        """Create the document from the attributes."""
        return cls(data=StripeValidationData(type=_KIND, attributes=attributes))


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class PaddleValidationRequest(RequestModel):
    """The user and the purchase."""

    customer_user_id: str = attrs.field(converter=validate_customer_user_id, repr=False)
    paddle_token: str = attrs.field(converter=server_side_validation.paddle_token, repr=False)
