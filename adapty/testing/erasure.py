"""Who was erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapty._core.validation import identifier, validate
from adapty.errors import AdaptyUsageError
from adapty.testing.arrivals import arrivals, known_sandbox, may_be_forgotten
from adapty.testing.server_side import user_and_profile
from adapty.testing.wording import failure, shown

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from adapty._core.operations import Api
    from adapty.sandbox import Sandbox

__all__ = ["assert_erased"]

_DELETIONS: Mapping[Api, Collection[str]] = {
    "mail": {"deleteProfile"},
    "server_side": {"deleteProfile", "deleteProfileV1"},
}
_DELETED = 204


def assert_erased(
    sandbox: Sandbox,
    external_profile_id: str | None = None,
    *,
    customer_user_id: str | None = None,
    profile_id: str | UUID | None = None,
) -> None:
    """Check that nothing is left of somebody, and that it is because of a deletion.

    Whom it was about, the sandbox keeps of no deletion. So any that was carried out in the API counts.

    Args:
        sandbox: The sandbox.
        external_profile_id: The id in Adapty Mail. If nobody was erased by it, no profile may have it as
            `customer_user_id` either; if somebody was, such a profile is another person. With one of the others beside
            it, both APIs are looked at.
        customer_user_id: The backend's own id of the user in the server-side API.
        profile_id: Adapty's id of the user in the server-side API.

    Raises:
        AssertionError: Something is left, or no deletion was carried out in that API.
        AdaptyUsageError: No id is given, both of the server-side API's are, or `sandbox` is none.

    Example:
        >>> profile = client.profiles.create(customer_user_id="user_12345")
        >>> deletion = client.profiles.delete(customer_user_id="user_12345")
        >>> assert_erased(adapty_sandbox, customer_user_id="user_12345")
        >>> assert_erased(adapty_sandbox, "user_12345")
        Traceback (most recent call last):
            ...
        AssertionError: Adapty Mail has no profile 'user_12345', but it was asked for no deletion that it carried out
    """
    __tracebackhide__ = True
    known_sandbox(sandbox)
    if external_profile_id is None and customer_user_id is None and profile_id is None:
        problem = "is missing, and so are customer_user_id and profile_id; expected one of them"
        raise AdaptyUsageError.for_field("external_profile_id", problem)
    if external_profile_id is not None:
        _not_in_mail(sandbox, validate("external_profile_id", identifier, external_profile_id))
    if customer_user_id is not None or profile_id is not None:
        _not_in_server_side(sandbox, customer_user_id, profile_id)


def _not_in_mail(sandbox: Sandbox, external_profile_id: str) -> None:
    __tracebackhide__ = True
    who, events = shown(external_profile_id), sandbox.events(external_profile_id)
    if sandbox.profile(external_profile_id) is not None:
        raise failure(sandbox, f"Adapty Mail has the profile {who}", *_deletions(sandbox, "mail"))
    if events:
        raise failure(sandbox, f"Adapty Mail has events of {who} ({len(events)})", *_deletions(sandbox, "mail"))
    # The second kind is only asked for if the first one finds no profile: see `MAIL_LOOKUP_KINDS`.
    was_found = sandbox._now_running().state.mail.has_erased(external_profile_id)  # noqa: SLF001 - of the same package
    if not was_found and any(profile.get("customer_user_id") == external_profile_id for profile in sandbox.profiles()):
        problem = f"Adapty Mail has a profile with the customer_user_id {who}"
        raise failure(sandbox, problem, *_deletions(sandbox, "mail"))
    _was_deletion(sandbox, "mail", f"Adapty Mail has no profile {who}")


def _not_in_server_side(sandbox: Sandbox, customer_user_id: str | None, profile_id: str | UUID | None) -> None:
    __tracebackhide__ = True
    user, profile = user_and_profile(sandbox, customer_user_id, profile_id)
    if profile is not None:
        raise failure(sandbox, f"the server-side API has {user}", *_deletions(sandbox, "server_side"))
    _was_deletion(sandbox, "server_side", f"the server-side API has no {user}")


def _was_deletion(sandbox: Sandbox, api: Api, absence: str) -> None:
    """Check that a deletion was carried out, cut off afterwards or not: who was never there is not erased."""
    __tracebackhide__ = True
    arrived = arrivals(sandbox)
    asked = [one.request for one in arrived if one.api == api and one.operation in _DELETIONS[api]]
    if any(request.status == _DELETED or request.fault == "drop_after" for request in asked):
        return
    if may_be_forgotten(arrived):
        message = f"the sandbox remembers the last {len(arrived)} requests; of deletions before, it knows nothing"
        raise AdaptyUsageError(message)
    problem = f"{absence}, but it was asked for no deletion that it carried out"
    raise failure(sandbox, problem, *_deletions(sandbox, api))


def _deletions(sandbox: Sandbox, api: Api) -> list[str]:
    return [str(one) for one in arrivals(sandbox) if one.api == api and one.operation in _DELETIONS[api]][-3:]
