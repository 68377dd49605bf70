"""The calls that erase a subscriber of Adapty Mail, by one request or by one kind of id after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from attrs import evolve

from adapty._generated import build_mail_call
from adapty.models import ProfileDeletion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from adapty._core.call import Call

__all__ = ["deletion_by_kinds_call", "mail_deletion_call"]

T = TypeVar("T")


def mail_deletion_call(body: ProfileDeletion, read: Callable[[Mapping[str, Any]], T]) -> Call[T]:
    """Return the call of operation `deleteProfile`; `read` makes its result."""
    return build_mail_call("deleteProfile", read, body, not_found_is_success=body.by_email_alone)


def deletion_by_kinds_call(ids: Iterable[tuple[str, str]], read: Callable[[str], T]) -> Call[T]:
    """Return the call of operation `deleteProfile` by one kind of id after the other.

    Whether one body with several ids finds a profile that has all of them or one of them is not documented. So each
    kind of id has a request of its own, and the first that finds a profile ends the call.

    Args:
        ids: Kinds and ids, in this order until a profile is found; at least one.
        read: Makes the result out of the kind of id that found the profile.
    """
    (kind, value), *others = ids
    call = mail_deletion_call(ProfileDeletion.from_arguments({kind: value}), lambda _: read(kind))
    return evolve(call, if_not_found=deletion_by_kinds_call(others, read)) if others else call
