"""The calls that erase a subscriber from Adapty Mail; used by the clients and by bulk runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from attrs import evolve

from adapty._generated import build_mail_call
from adapty.models import ProfileDeletion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from adapty._core.call import Call

__all__ = ["build_deletion_call", "build_lookup_deletion_call"]

T = TypeVar("T")


def build_deletion_call(body: ProfileDeletion, parse: Callable[[Mapping[str, Any]], T]) -> Call[T]:
    """Build the call of operation `deleteProfile`; `parse` returns its result."""
    return build_mail_call("deleteProfile", parse, body, not_found_is_success=body.by_email_alone)


def build_lookup_deletion_call(ids: Iterable[tuple[str, str]], parse: Callable[[str], T]) -> Call[T]:
    """Build a call that tries one kind of ID after the other until one finds a profile.

    Each kind of ID has its own request, because the response to a body with several IDs does not say which one found
    the profile.

    Args:
        ids: Kinds and IDs, in this order; at least one.
        parse: Returns the result for the kind of ID that found the profile.
    """
    (kind, value), *others = ids
    call = build_deletion_call(ProfileDeletion.from_arguments({kind: value}), lambda _: parse(kind))
    return evolve(call, if_not_found=build_lookup_deletion_call(others, parse)) if others else call
