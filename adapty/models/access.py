"""What grants and revokes an access level: schemas `GrantAccessRequest` and `RevokeAccessRequest`."""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs
from attrs.converters import optional
from dateutil.relativedelta import relativedelta

from adapty._core import validation
from adapty._core.sentinel import NOT_GIVEN, NotGiven
from adapty.errors import AdaptyUsageError
from adapty.models._request import RequestModel, validate_fields

__all__ = ["GrantAccessRequest", "RevokeAccessRequest", "grant_expiry", "revocation_time"]

Moment = datetime | str | relativedelta | timedelta


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class GrantAccessRequest(RequestModel):
    """An access level to give, from when and until when; None is at once and for life."""

    access_level_id: str = attrs.field(converter=validation.identifier)
    starts_at: datetime | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.future_datetime)
    )
    expires_at: datetime | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.future_datetime)
    )


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class RevokeAccessRequest(RequestModel):
    """An access level to end, and when; None is at once."""

    access_level_id: str = attrs.field(converter=validation.identifier)
    revoke_at: datetime | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.future_datetime)
    )


def grant_expiry(expires_at: Moment | NotGiven, *, lifetime: bool) -> Moment | None:
    """Give what the API is told: the end, or None for a grant without one.

    Raises:
        AdaptyUsageError: Neither or both are given.
    """
    return _exclusive("expires_at", expires_at, "lifetime", asked=lifetime)


def revocation_time(revoke_at: Moment | NotGiven, *, immediate: bool) -> Moment | None:
    """Give what the API is told: the time, or None for at once.

    Raises:
        AdaptyUsageError: Neither or both are given.
    """
    return _exclusive("revoke_at", revoke_at, "immediate", asked=immediate)


def _exclusive(name: str, moment: Moment | NotGiven, instead: str, *, asked: bool) -> Moment | None:
    """Give the moment, or None where `instead` is asked for by name."""
    if not isinstance(asked, bool):
        raise AdaptyUsageError.for_field(instead, f"is {validation.type_name(asked)}; expected True or False")
    if asked and moment is not NOT_GIVEN:
        raise AdaptyUsageError.for_field(name, f"is given beside {instead}=True; expected one of the two")
    if asked:
        return None
    if moment is None or isinstance(moment, NotGiven):
        how = "is None" if moment is None else "is missing"
        raise AdaptyUsageError.for_field(name, f"{how}; expected a time, or {instead}=True instead")
    return moment
