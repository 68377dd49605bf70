"""The call that erases a subscriber of Adapty Mail, by one kind of id or by several, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from adapty._generated import mail_call, nothing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapty._core.call import Call
    from adapty.models import ProfileDeletion

__all__ = ["mail_deletion_call"]


def mail_deletion_call(bodies: Sequence[ProfileDeletion]) -> Call[None]:
    """Return the call of operation `deleteProfile`.

    Whether one body with several ids finds a profile that has all of them or one of them is not documented. So each
    kind of id has a request of its own, and the first that finds a profile ends the call.

    Args:
        bodies: Whom to erase, in this order until a profile is found; at least one.
    """
    first, *others = bodies
    call = mail_call("deleteProfile", nothing, first, gone_is_done=first.by_email_alone)
    return evolve(call, if_not_found=mail_deletion_call(others)) if others else call
