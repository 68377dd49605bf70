"""Assertions on all APIs: requests and erasures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from adapty._core.validation import identifier, type_name, validate
from adapty.errors import AdaptyUsageError
from adapty.testing._matching import require_count
from adapty.testing._messages import failure, format_count, format_value
from adapty.testing._recorded import (
    is_truncated,
    recorded_requests,
    require_api,
    require_operation,
    require_sandbox,
)
from adapty.testing._server_side import find_profile

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from adapty._core.operations import Api
    from adapty.sandbox import LoggedRequest, Sandbox
    from adapty.testing._recorded import RecordedRequest

__all__ = ["assert_erased", "assert_nothing_sent", "assert_requests"]

_MAX_LISTED = 20

_DELETIONS: Mapping[Api, Collection[str]] = {
    "mail": {"deleteProfile"},
    "server_side": {"deleteProfile", "deleteProfileV1"},
}
_DELETED = 204


def assert_requests(
    sandbox: Sandbox,
    operation: str,
    *,
    count: int | None = None,
    statuses: Sequence[int] | None = None,
    api: Api | None = None,
) -> list[LoggedRequest]:
    """Assert that an operation was requested. Every attempt counts, including those that met a fault.

    Args:
        sandbox: The sandbox.
        operation: The operationId, such as `saveProfile` or `grantAccessLevel`.
        count: The expected number of requests. Default: at least one.
        statuses: The expected statuses of the responses, in order; 0 if a fault dropped the connection.
        api: The API of an operation that two have: `mail` or `server_side` for `deleteProfile`, `server_side` or `web`
            for `getPaywall`. Default: all.

    Returns:
        The requests, in order.

    Raises:
        AssertionError: The requests are not the expected ones; the message lists them.
        AdaptyUsageError: There is no such operation, an argument is invalid, or the sandbox has dropped older requests
            from its log.

    Example:
        >>> profile = client.profiles.create(customer_user_id="user_12345")
        >>> [request.path for request in assert_requests(adapty_sandbox, "createProfile", statuses=[200])]
        ['/api/v2/server-side-api/profile/']
    """
    __tracebackhide__ = True
    require_sandbox(sandbox)
    if api is not None:
        require_api(api)
    require_operation(operation, api)
    require_count(count)
    if statuses is not None and (isinstance(statuses, str | bytes) or not isinstance(statuses, Sequence)):
        raise AdaptyUsageError.for_field("statuses", f"is {type_name(statuses)}; expected a list such as [429, 200]")
    received = recorded_requests(sandbox)
    found = [one.request for one in received if one.operation == operation and api in {None, one.api}]
    if is_truncated(received) and not (found and count is None and statuses is None):
        message = f"the sandbox's log contains only the last {len(received)} requests; older ones are unknown"
        raise AdaptyUsageError(message)
    actual = [request.status for request in found]
    if count is None and statuses is None and not found:
        raise failure(sandbox, f"{operation} was never requested", *_list_requests(received))
    if count is not None and count != len(found):
        problem = f"expected {format_count(count, f'{operation} request')}, got {len(found)}"
        raise failure(sandbox, problem, *_list_requests(received))
    if statuses is not None and list(statuses) != actual:
        problem = f"expected {operation} to return {list(statuses)}, got {actual}"
        raise failure(sandbox, problem, *_list_requests(received))
    return found


def assert_nothing_sent(sandbox: Sandbox) -> None:
    """Assert that no API received a request.

    Args:
        sandbox: The sandbox.

    Raises:
        AssertionError: There were requests; the message lists them.
        AdaptyUsageError: `sandbox` is not a sandbox.

    Example:
        >>> assert_nothing_sent(adapty_sandbox)
    """
    __tracebackhide__ = True
    require_sandbox(sandbox)
    received = recorded_requests(sandbox)
    if received:
        raise failure(sandbox, "expected no requests", *_list_requests(received))


def _list_requests(received: list[RecordedRequest]) -> list[str]:
    if not received:
        return ["no requests were received"]
    last = received[-_MAX_LISTED:]
    is_complete = len(last) == len(received)
    heading = "received requests:" if is_complete else f"the last {len(last)} of {len(received)} requests:"
    return [heading, *(f"  {one}" for one in last)]


def assert_erased(
    sandbox: Sandbox,
    external_profile_id: str | None = None,
    *,
    customer_user_id: str | None = None,
    profile_id: str | UUID | None = None,
) -> None:
    """Assert that nothing is stored for a user, because of a deletion.

    The sandbox does not store which user a deletion concerned, so any successful deletion in the API counts.

    Args:
        sandbox: The sandbox.
        external_profile_id: The id in Adapty Mail. If no profile with this id was erased, no profile may have it as
            `customer_user_id` either; if one was, such a profile is another user. Combined with one of the other ids,
            both APIs are checked.
        customer_user_id: The backend's own id of the user in the server-side API.
        profile_id: Adapty's id of the user in the server-side API.

    Raises:
        AssertionError: Data is stored, or no deletion succeeded in that API.
        AdaptyUsageError: No id or both ids of the server-side API are given, or `sandbox` is not a sandbox.

    Example:
        >>> profile = client.profiles.create(customer_user_id="user_12345")
        >>> deletion = client.profiles.delete(customer_user_id="user_12345")
        >>> assert_erased(adapty_sandbox, customer_user_id="user_12345")
        >>> assert_erased(adapty_sandbox, "user_12345")
        Traceback (most recent call last):
            ...
        AssertionError: Adapty Mail has no profile 'user_12345', but no deletion succeeded there
    """
    __tracebackhide__ = True
    require_sandbox(sandbox)
    if external_profile_id is None and customer_user_id is None and profile_id is None:
        problem = "is missing, and so are customer_user_id and profile_id; expected one of them"
        raise AdaptyUsageError.for_field("external_profile_id", problem)
    if external_profile_id is not None:
        _assert_not_in_mail(sandbox, validate("external_profile_id", identifier, external_profile_id))
    if customer_user_id is not None or profile_id is not None:
        _assert_not_in_server_side(sandbox, customer_user_id, profile_id)


def _assert_not_in_mail(sandbox: Sandbox, external_profile_id: str) -> None:
    __tracebackhide__ = True
    name, events = format_value(external_profile_id), sandbox.events(external_profile_id)
    if sandbox.profile(external_profile_id) is not None:
        raise failure(sandbox, f"Adapty Mail has the profile {name}", *_list_deletions(sandbox, "mail"))
    if events:
        problem = f"Adapty Mail has {format_count(len(events), 'event')} of {name}"
        raise failure(sandbox, problem, *_list_deletions(sandbox, "mail"))
    # A bare id is tried as the second kind only if the first one finds no profile, see `BARE_ID_KINDS`.
    was_erased = sandbox._state.mail.is_erased(external_profile_id)  # noqa: SLF001 - part of the same project
    if not was_erased and any(one.get("customer_user_id") == external_profile_id for one in sandbox.profiles()):
        problem = f"Adapty Mail has a profile with the customer_user_id {name}"
        raise failure(sandbox, problem, *_list_deletions(sandbox, "mail"))
    _assert_deletion(sandbox, "mail", f"Adapty Mail has no profile {name}")


def _assert_not_in_server_side(sandbox: Sandbox, customer_user_id: str | None, profile_id: str | UUID | None) -> None:
    __tracebackhide__ = True
    user, profile = find_profile(sandbox, customer_user_id, profile_id)
    if profile is not None:
        raise failure(sandbox, f"the server-side API has {user}", *_list_deletions(sandbox, "server_side"))
    _assert_deletion(sandbox, "server_side", f"the server-side API has no {user}")


def _assert_deletion(sandbox: Sandbox, api: Api, absence: str) -> None:
    """Assert that a deletion was executed, with or without a response: a user who never existed is not erased."""
    __tracebackhide__ = True
    received = recorded_requests(sandbox)
    deletions = [one.request for one in received if one.api == api and one.operation in _DELETIONS[api]]
    if any(request.status == _DELETED or request.fault == "drop_after" for request in deletions):
        return
    if is_truncated(received):
        message = f"the sandbox's log contains only the last {len(received)} requests; older deletions are unknown"
        raise AdaptyUsageError(message)
    raise failure(sandbox, f"{absence}, but no deletion succeeded there", *_list_deletions(sandbox, api))


def _list_deletions(sandbox: Sandbox, api: Api) -> list[str]:
    return [str(one) for one in recorded_requests(sandbox) if one.api == api and one.operation in _DELETIONS[api]][-3:]
