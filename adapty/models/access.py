"""What grants and revokes an access level: schemas `GrantAccessRequest` and `RevokeAccessRequest`."""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs
from attrs.converters import optional
from dateutil.relativedelta import relativedelta

from adapty._core import validate
from adapty._core.not_given import NOT_GIVEN, NotGiven
from adapty.errors import AdaptyUsageError
from adapty.models._request import Record, checked_fields

__all__ = ["GrantAccessRequest", "RevokeAccessRequest", "end_of_grant", "time_of_revocation"]

Moment = datetime | str | relativedelta | timedelta


@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class GrantAccessRequest(Record):
    """An access level to give, from when and until when; None is at once and for life."""

    access_level_id: str = attrs.field(converter=validate.identifier)
    starts_at: datetime | NotGiven | None = attrs.field(default=NOT_GIVEN, converter=optional(validate.future_datetime))
    expires_at: datetime | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validate.future_datetime)
    )


@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class RevokeAccessRequest(Record):
    """An access level to end, and when; None is at once."""

    access_level_id: str = attrs.field(converter=validate.identifier)
    revoke_at: datetime | NotGiven | None = attrs.field(default=NOT_GIVEN, converter=optional(validate.future_datetime))


def end_of_grant(expires_at: Moment | NotGiven, *, lifetime: bool) -> Moment | None:
    """Give what the API is told: the end, or None for a grant without one.

    Raises:
        AdaptyUsageError: Neither or both are given.
    """
    return _one_of("expires_at", expires_at, "lifetime", asked=lifetime)


def time_of_revocation(revoke_at: Moment | NotGiven, *, immediate: bool) -> Moment | None:
    """Give what the API is told: the time, or None for at once.

    Raises:
        AdaptyUsageError: Neither or both are given.
    """
    return _one_of("revoke_at", revoke_at, "immediate", asked=immediate)


def _one_of(name: str, moment: Moment | NotGiven, instead: str, *, asked: bool) -> Moment | None:
    """Give the moment, or None where `instead` is asked for by name."""
    if not isinstance(asked, bool):
        raise AdaptyUsageError.of(instead, f"is {validate.kind_of(asked)}; expected True or False")
    if asked and moment is not NOT_GIVEN:
        raise AdaptyUsageError.of(name, f"is given beside {instead}=True; expected one of the two")
    if asked:
        return None
    if moment is None or isinstance(moment, NotGiven):
        how = "is None" if moment is None else "is missing"
        raise AdaptyUsageError.of(name, f"{how}; expected a time, or {instead}=True instead")
    return moment
