"""Refund Saver settings: schemas `RefundSaverSettings...`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self, cast, get_args

import attrs
from attrs.converters import optional

from adapty._core import server_side_validation, validation
from adapty._core.sentinel import NOT_GIVEN, NotGiven
from adapty.errors import AdaptyUsageError
from adapty.models._request import RequestModel, validate_fields
from adapty.models._response import ResponseModel, parse_bool, parse_str, scalar, unwrap

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["REFUND_PREFERENCES", "RefundPreference", "RefundSaverSettings", "RefundSaverSettingsRequest"]

RefundPreference = Literal["grant", "no_preference", "decline"]
"""The decision that Adapty suggests to the store."""

REFUND_PREFERENCES = frozenset(get_args(RefundPreference))
"""The known preferences in responses."""


def _preference(value: RefundPreference | NotGiven) -> RefundPreference:
    return cast("RefundPreference", validation.one_of(get_args(RefundPreference), value))


@attrs.frozen(kw_only=True)
class RefundSaverSettings(ResponseModel):
    """The Refund Saver settings of a user: schema `RefundSaverSettingsResponse`, flattened.

    Attributes:
        profile_id: Adapty's ID of the user.
        consent: Whether the user consents to sharing usage data with the store.
        custom_preference: One of `REFUND_PREFERENCES`, or a newer one.
    """

    profile_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    consent: bool | None = attrs.field(default=None, metadata=scalar(parse_bool))
    custom_preference: str | None = attrs.field(default=None, metadata=scalar(parse_str))

    @classmethod
    def from_response(cls, body: Mapping[str, Any]) -> Self:
        """Parse the body of a response."""
        return cls.from_dict(unwrap(body, "settings", keep={"profile_id"}))


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class RefundSaverSettingsRequest(RequestModel):
    """The settings to change, at least one of the two."""

    custom_preference: RefundPreference | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(_preference)
    )
    consent: bool | NotGiven | None = attrs.field(default=NOT_GIVEN, converter=optional(server_side_validation.boolean))

    def __attrs_post_init__(self) -> None:
        """Raise AdaptyUsageError if there is nothing to change."""
        given = {self.custom_preference, self.consent} - {NOT_GIVEN, None}
        if not given and not self.extra_fields:
            raise AdaptyUsageError.for_field(
                "custom_preference", "is missing, and so is consent; expected at least one"
            )
