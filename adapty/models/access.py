"""Grants and revocations of access levels: schemas `GrantAccessRequest` and `RevokeAccessRequest`."""

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

Time = datetime | str | relativedelta | timedelta


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class GrantAccessRequest(RequestModel):
    """An access level to grant, with its start and end. None starts immediately, and never ends."""

    access_level_id: str = attrs.field(converter=validation.identifier)
    starts_at: datetime | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.future_datetime)
    )
    expires_at: datetime | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.future_datetime)
    )


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class RevokeAccessRequest(RequestModel):
    """An access level to revoke, and when. None revokes it immediately."""

    access_level_id: str = attrs.field(converter=validation.identifier)
    revoke_at: datetime | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.future_datetime)
    )


def grant_expiry(expires_at: Time | NotGiven, *, lifetime: bool) -> Time | None:
    """Return the end to send, or None for a grant without an end.

    Raises:
        AdaptyUsageError: Neither or both are given.
    """
    return _exclusive("expires_at", expires_at, "lifetime", is_set=lifetime)


def revocation_time(revoke_at: Time | NotGiven, *, immediate: bool) -> Time | None:
    """Return the time to send, or None to revoke immediately.

    Raises:
        AdaptyUsageError: Neither or both are given.
    """
    return _exclusive("revoke_at", revoke_at, "immediate", is_set=immediate)


def _exclusive(name: str, time: Time | NotGiven, flag: str, *, is_set: bool) -> Time | None:
    """Return the time, or None if the flag is set."""
    if not isinstance(is_set, bool):
        raise AdaptyUsageError.for_field(flag, f"is {validation.type_name(is_set)}; expected True or False")
    if is_set and time is not NOT_GIVEN:
        raise AdaptyUsageError.for_field(name, f"cannot be combined with {flag}=True; pass one or the other")
    if is_set:
        return None
    if time is None or isinstance(time, NotGiven):
        problem = "is None" if time is None else "is missing"
        raise AdaptyUsageError.for_field(name, f"{problem}; expected a time, or {flag}=True")
    return time
