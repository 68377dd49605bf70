"""Part of the pytest plugin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from adapty._core.validation import identifier, type_name, validate
from adapty.errors import AdaptyUsageError
from adapty.testing._messages import failure, format_count, format_value
from adapty.testing._recorded import is_truncated, recorded_requests, require_api, require_operation, require_sandbox
from adapty.testing._server_side import user_and_profile

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from adapty._core.operations import Api
    from adapty.sandbox import LoggedRequest, Sandbox
    from adapty.testing._recorded import RecordedRequest


__all__ = ["assert_erased", "assert_nothing_sent", "assert_requests"]


_MOST_SHOWN = 20


def assert_requests(
    sandbox: Sandbox,
    operation: str,
    *,
    times: int | None = None,
    statuses: Sequence[int] | None = None,
    api: Api | None = None,
) -> list[LoggedRequest]:
    """Check that an operation was asked for. Each try of a call counts, those that met a fault too.

    Args:
        sandbox: The sandbox.
        operation: The contract's name of the operation, such as `saveProfile` or `grantAccessLevel`.
        times: How many requests for it there must be; where left out, one or more.
        statuses: The statuses of their answers, in order; 0 where a fault cut the connection.
        api: `mail` or `server_side`, for `deleteProfile`, which both have; where left out, either of the two.

    Returns:
        The requests, in order.

    Raises:
        AssertionError: It is not so; the message lists the requests that arrived.
        AdaptyUsageError: There is no such operation, an argument is of another kind, or the sandbox does not remember
            enough to tell.

    Example:
        >>> profile = adapty.profiles.create(customer_user_id="user_12345")
        >>> [request.path for request in assert_requests(adapty_sandbox, "createProfile", statuses=[200])]
        ['/api/v2/server-side-api/profile/']
    """
    __tracebackhide__ = True
    require_sandbox(sandbox)
    if api is not None:
        require_api(api)
    require_operation(operation, api)
    _check_count("times", times)
    if statuses is not None and (isinstance(statuses, str | bytes) or not isinstance(statuses, Sequence)):
        raise AdaptyUsageError.for_field("statuses", f"is {type_name(statuses)}; expected a list such as [429, 200]")
    arrived = recorded_requests(sandbox)
    found = [one.request for one in arrived if one.operation == operation and api in {None, one.api}]
    if is_truncated(arrived) and not (found and times is None and statuses is None):
        message = f"the sandbox remembers the last {len(arrived)} requests; which came before, it cannot tell"
        raise AdaptyUsageError(message)
    answered = [request.status for request in found]
    if times is None and statuses is None and not found:
        raise failure(sandbox, f"{operation} was never asked for", *_instead(arrived))
    if times is not None and times != len(found):
        asked = f"was asked for {format_count(len(found))}" if found else "was never asked for"
        problem = f"expected {operation} {format_count(times)}, it {asked}"
        raise failure(sandbox, problem, *_instead(arrived))
    if statuses is not None and list(statuses) != answered:
        problem = f"expected {operation} to be answered with {list(statuses)}, it was with {answered}"
        raise failure(sandbox, problem, *_instead(arrived))
    return found


def assert_nothing_sent(sandbox: Sandbox) -> None:
    """Check that no request arrived, of either API.

    Args:
        sandbox: The sandbox.

    Raises:
        AssertionError: Some did; the message lists them.
        AdaptyUsageError: `sandbox` is none.

    Example:
        >>> assert_nothing_sent(adapty_sandbox)
    """
    __tracebackhide__ = True
    require_sandbox(sandbox)
    arrived = recorded_requests(sandbox)
    if arrived:
        raise failure(sandbox, "expected no request", *_instead(arrived))


def _check_count(name: str, value: int | None) -> None:
    if value is not None and (type(value) is not int or value < 0):
        raise AdaptyUsageError.for_field(name, "is no number of requests; expected an int, 0 or more")


def _instead(arrived: list[RecordedRequest]) -> list[str]:
    if not arrived:
        return ["no request arrived"]
    last = arrived[-_MOST_SHOWN:]
    head = "what arrived:" if len(last) == len(arrived) else f"the last {len(last)} of {len(arrived)} that arrived:"
    return [head, *(f"  {one}" for one in last)]


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
        >>> profile = adapty.profiles.create(customer_user_id="user_12345")
        >>> deletion = adapty.profiles.delete(customer_user_id="user_12345")
        >>> assert_erased(adapty_sandbox, customer_user_id="user_12345")
        >>> assert_erased(adapty_sandbox, "user_12345")
        Traceback (most recent call last):
            ...
        AssertionError: Adapty Mail has no profile 'user_12345', but it was asked for no deletion that it carried out
    """
    __tracebackhide__ = True
    require_sandbox(sandbox)
    if external_profile_id is None and customer_user_id is None and profile_id is None:
        problem = "is missing, and so are customer_user_id and profile_id; expected one of them"
        raise AdaptyUsageError.for_field("external_profile_id", problem)
    if external_profile_id is not None:
        _not_in_mail(sandbox, validate("external_profile_id", identifier, external_profile_id))
    if customer_user_id is not None or profile_id is not None:
        _not_in_server_side(sandbox, customer_user_id, profile_id)


def _not_in_mail(sandbox: Sandbox, external_profile_id: str) -> None:
    __tracebackhide__ = True
    who, events = format_value(external_profile_id), sandbox.events(external_profile_id)
    if sandbox.profile(external_profile_id) is not None:
        raise failure(sandbox, f"Adapty Mail has the profile {who}", *_deletions(sandbox, "mail"))
    if events:
        raise failure(sandbox, f"Adapty Mail has events of {who} ({len(events)})", *_deletions(sandbox, "mail"))
    # A bare id is tried as the second kind only where the first one finds nobody, see `BARE_ID_KINDS`.
    was_found = sandbox._state.mail.is_erased(external_profile_id)  # noqa: SLF001 - of the same package
    if not was_found and any(profile.get("customer_user_id") == external_profile_id for profile in sandbox.profiles()):
        problem = f"Adapty Mail has a profile with the customer_user_id {who}"
        raise failure(sandbox, problem, *_deletions(sandbox, "mail"))
    _is_deletion(sandbox, "mail", f"Adapty Mail has no profile {who}")


def _not_in_server_side(sandbox: Sandbox, customer_user_id: str | None, profile_id: str | UUID | None) -> None:
    __tracebackhide__ = True
    user, profile = user_and_profile(sandbox, customer_user_id, profile_id)
    if profile is not None:
        raise failure(sandbox, f"the server-side API has {user}", *_deletions(sandbox, "server_side"))
    _is_deletion(sandbox, "server_side", f"the server-side API has no {user}")


def _is_deletion(sandbox: Sandbox, api: Api, absence: str) -> None:
    """Check that a deletion was carried out, cut off afterwards or not: who was never there is not erased."""
    __tracebackhide__ = True
    arrived = recorded_requests(sandbox)
    asked = [one.request for one in arrived if one.api == api and one.operation in _DELETIONS[api]]
    if any(request.status == _DELETED or request.fault == "drop_after" for request in asked):
        return
    if is_truncated(arrived):
        message = f"the sandbox remembers the last {len(arrived)} requests; of deletions before, it knows nothing"
        raise AdaptyUsageError(message)
    problem = f"{absence}, but it was asked for no deletion that it carried out"
    raise failure(sandbox, problem, *_deletions(sandbox, api))


def _deletions(sandbox: Sandbox, api: Api) -> list[str]:
    return [str(one) for one in recorded_requests(sandbox) if one.api == api and one.operation in _DELETIONS[api]][-3:]
