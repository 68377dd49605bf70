"""Assertions on Adapty Mail."""

from __future__ import annotations

from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING, Any

from adapty._core.validation import aware_datetime, identifier, one_of, validate
from adapty.flows import Flow
from adapty.models._request import field_names
from adapty.models.mail import MailProfile, TransactionEvent
from adapty.testing._matching import find_differences, nearest_differences, require_known_fields
from adapty.testing._messages import failure, format_count, format_value
from adapty.testing._recorded import describe_rejected, require_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapty.sandbox import Sandbox

__all__ = ["assert_event_saved", "assert_flow", "assert_profile_saved"]

_MAX_SEARCHED = 1000
_MAX_LISTED = 3


def assert_profile_saved(sandbox: Sandbox, external_profile_id: str, /, **fields: Any) -> dict[str, Any]:
    """Assert that Adapty Mail has a profile.

    Args:
        sandbox: The sandbox.
        external_profile_id: The id of the profile.
        fields: The expected values, by the names of `mail.save_profile`; other fields are ignored.

    Returns:
        The stored profile.

    Raises:
        AssertionError: It has not; the message contains the differences or similar ids, and why requests failed.
        AdaptyUsageError: A field is unknown, a datetime is naive, or `sandbox` is not a sandbox.

    Example:
        >>> client.mail.save_profile(
        ...     external_profile_id="user_12345",
        ...     external_created_at="2026-06-01T10:30:00Z",
        ...     email="jane@example.com",
        ...     country="US",
        ... )
        >>> profile = assert_profile_saved(adapty_sandbox, "user_12345", country="US", first_name=None)
        >>> assert_profile_saved(adapty_sandbox, "user_12345", country="CA")
        Traceback (most recent call last):
            ...
        AssertionError: the profile 'user_12345' differs
          country: expected 'CA', but it is 'US'
    """
    __tracebackhide__ = True
    profile = _require_profile(sandbox, external_profile_id)
    require_known_fields(fields, field_names(MailProfile), profile)
    if found := find_differences(fields, profile):
        problem = f"the profile {format_value(external_profile_id)} differs"
        raise failure(sandbox, problem, *found, *describe_rejected(sandbox, "saveProfile", "mail"))
    return profile


def assert_event_saved(sandbox: Sandbox, external_profile_id: str, /, **fields: Any) -> dict[str, Any]:
    """Assert that Adapty Mail has an event of a profile, or one that waits for a profile with that id.

    Args:
        sandbox: The sandbox.
        external_profile_id: The id of the profile.
        fields: The expected values, by the names of `mail.save_transaction_event`.

    Returns:
        The stored event; if several match, the last one.

    Raises:
        AssertionError: It has not; the message contains the differences of the most similar event, or the profiles
            that have such an event, and why requests failed.
        AdaptyUsageError: See `assert_profile_saved`.

    Example:
        >>> client.mail.save_transaction_event(
        ...     event_type="subscription_started",
        ...     event_id="evt_abc123",
        ...     event_datetime="2026-06-10T14:20:05Z",
        ...     external_profile_id="user_12345",
        ...     store="app_store",
        ...     store_product_id="premium_monthly",
        ...     store_transaction_id="1000000123456789",
        ...     store_original_transaction_id="1000000123456789",
        ...     purchased_at="2026-06-10T14:20:00Z",
        ...     originally_purchased_at="2026-06-10T14:20:00Z",
        ...     expires_at="2026-07-10T14:20:00Z",
        ... )
        >>> event = assert_event_saved(adapty_sandbox, "user_12345", event_type="subscription_started")
        >>> event["event_id"]
        'evt_abc123'
    """
    __tracebackhide__ = True
    require_sandbox(sandbox)
    events = sandbox.events(validate("external_profile_id", identifier, external_profile_id))
    require_known_fields(fields, field_names(TransactionEvent), *events)
    name, rejected = format_value(external_profile_id), describe_rejected(sandbox, "saveTransactionEvent", "mail")
    if not events:
        raise failure(sandbox, f"no event of {name} was saved", *_find_elsewhere(sandbox, fields), *rejected)
    index, found = nearest_differences(fields, events)
    if found:
        count = format_count(len(events), "event")
        problem = f"{count} of {name}, but none matches; differences of the most similar one:"
        raise failure(sandbox, problem, *found, *rejected)
    return events[index]


def assert_flow(sandbox: Sandbox, external_profile_id: str, flow: Flow | str) -> None:
    """Assert that a profile of Adapty Mail is in an e-mail flow, by the sandbox's model of the vendor's rule.

    Args:
        sandbox: The sandbox.
        external_profile_id: The id of the profile.
        flow: The flow, or its name, such as `active`.

    Raises:
        AssertionError: It is in another flow, or there is no such profile; the message contains its latest event.
        AdaptyUsageError: There is no such flow, or `sandbox` is not a sandbox.

    Example:
        >>> from adapty import Flow
        >>> client.mail.save_profile(
        ...     external_profile_id="user_12345",
        ...     external_created_at="2026-06-01T10:30:00Z",
        ...     email="jane@example.com",
        ... )
        >>> assert_flow(adapty_sandbox, "user_12345", Flow.NEVER_PURCHASED)
        >>> assert_flow(adapty_sandbox, "user_12345", "active")
        Traceback (most recent call last):
            ...
        AssertionError: the profile 'user_12345' is in the flow 'never purchased'; expected 'active'
          it has no events
          saveTransactionEvent was never requested
    """
    __tracebackhide__ = True
    expected = validate("flow", lambda name: one_of([*Flow], name), flow)
    _require_profile(sandbox, external_profile_id)
    actual = sandbox.flow(external_profile_id)
    if actual == expected:
        return
    actual_name = f"the flow {actual.value!r}" if actual else "no known flow"
    raise failure(
        sandbox,
        f"the profile {format_value(external_profile_id)} is in {actual_name}; expected {expected!r}",
        _describe_latest(sandbox.events(external_profile_id)),
        *describe_rejected(sandbox, "saveTransactionEvent", "mail"),
    )


def _require_profile(sandbox: Sandbox, external_profile_id: str) -> dict[str, Any]:
    """Return a stored profile.

    Raises:
        AssertionError: There is none; the message contains similar ids.
    """
    __tracebackhide__ = True
    require_sandbox(sandbox)
    profile = sandbox.profile(validate("external_profile_id", identifier, external_profile_id))
    if profile is None:
        problem = f"there is no profile {format_value(external_profile_id)}"
        others = _list_profiles(sandbox, external_profile_id)
        raise failure(sandbox, problem, others, *describe_rejected(sandbox, "saveProfile", "mail"))
    return profile


def _list_profiles(sandbox: Sandbox, external_profile_id: str) -> str:
    ids = [str(profile["external_profile_id"]) for profile in islice(sandbox.profiles(), _MAX_SEARCHED)]
    if not ids:
        return "there are no profiles"
    similar = get_close_matches(external_profile_id, ids, n=_MAX_LISTED) or ids[:_MAX_LISTED]
    more = ", and others" if len(ids) > len(similar) else ""
    return f"existing profiles: {', '.join(map(format_value, similar))}{more}"


def _find_elsewhere(sandbox: Sandbox, fields: dict[str, Any]) -> Iterator[str]:
    """Yield lines about other profiles that have a matching event."""
    events = islice(sandbox.all_events(), _MAX_SEARCHED) if fields else ()
    found = {event["external_profile_id"]: None for event in events if not find_differences(fields, event)}
    for other in islice(found, _MAX_LISTED):
        yield f"{format_value(other)} has such an event"


def _describe_latest(events: list[dict[str, Any]]) -> str:
    if not events:
        return "it has no events"
    latest = max(reversed(events), key=lambda event: aware_datetime(event["event_datetime"]))
    return f"its latest event is {format_value(latest['event_type'])}, of {format_value(latest['event_datetime'])}"
