"""Part of the pytest plugin."""

from __future__ import annotations

from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING, Any

from adapty._core.validation import aware_datetime, identifier, one_of, validate
from adapty.flows import Flow
from adapty.models._request import field_names
from adapty.models.mail import MailProfile, TransactionEvent
from adapty.testing._matching import find_differences, nearest_differences, require_known_fields
from adapty.testing._messages import failure, format_value
from adapty.testing._recorded import describe_rejected, require_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapty.sandbox import Sandbox

__all__ = ["assert_event_saved", "assert_flow", "assert_profile_saved"]


_MOST_LOOKED_AT = 1000

_MOST_SHOWN = 3


def assert_profile_saved(sandbox: Sandbox, external_profile_id: str, /, **fields: Any) -> dict[str, Any]:
    """Check that Adapty Mail has a profile.

    Args:
        sandbox: The sandbox.
        external_profile_id: The profile's id.
        fields: What it must hold, under the names that `mail.save_profile` has for it; the others do not matter.

    Returns:
        The profile as the sandbox has it.

    Raises:
        AssertionError: It is not so; the message says what differs, or who is there, and why a request was refused.
        AdaptyUsageError: A field is not known, a datetime is naive, or `sandbox` is none.

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
        AssertionError: the profile 'user_12345' is not as expected
          country: expected 'CA', is 'US'
    """
    __tracebackhide__ = True
    profile = _profile(sandbox, external_profile_id)
    require_known_fields(fields, field_names(MailProfile), profile)
    if found := find_differences(fields, profile):
        problem = f"the profile {format_value(external_profile_id)} is not as expected"
        raise failure(sandbox, problem, *found, *describe_rejected(sandbox, "saveProfile", "mail"))
    return profile


def assert_event_saved(sandbox: Sandbox, external_profile_id: str, /, **fields: Any) -> dict[str, Any]:
    """Check that Adapty Mail has an event of a profile, or one that waits for a profile with that id.

    Args:
        sandbox: The sandbox.
        external_profile_id: The profile's id.
        fields: What the event must hold, under the names that `mail.save_transaction_event` has for it.

    Returns:
        The event as the sandbox has it; of several, the one that came last.

    Raises:
        AssertionError: It is not so; the message says what differs in the event that comes closest, or where such an
            event went, and why a request was refused.
        AdaptyUsageError: As `assert_profile_saved`.

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
    who, refused = format_value(external_profile_id), describe_rejected(sandbox, "saveTransactionEvent", "mail")
    if not events:
        raise failure(sandbox, f"no event of {who} was saved", *_elsewhere(sandbox, fields), *refused)
    place, found = nearest_differences(fields, events)
    if found:
        problem = f"of the events of {who} ({len(events)}), none is as expected; what differs in the nearest one:"
        raise failure(sandbox, problem, *found, *refused)
    return events[place]


def assert_flow(sandbox: Sandbox, external_profile_id: str, flow: Flow | str) -> None:
    """Check which e-mail flow a profile of Adapty Mail is in, by the sandbox's model of the vendor's rule.

    Args:
        sandbox: The sandbox.
        external_profile_id: The profile's id.
        flow: The flow, or its name, such as `active`.

    Raises:
        AssertionError: It is in another one, or there is no such profile; the message names its latest event.
        AdaptyUsageError: There is no such flow, or `sandbox` is none.

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
        AssertionError: the profile 'user_12345' is in the flow 'never purchased', expected 'active'
          it has no events
          saveTransactionEvent was never asked for
    """
    __tracebackhide__ = True
    expected = validate("flow", lambda name: one_of([*Flow], name), flow)
    _profile(sandbox, external_profile_id)
    found = sandbox.flow(external_profile_id)
    if found == expected:
        return
    found_in = f"the flow {found.value!r}" if found else "no flow that is known"
    raise failure(
        sandbox,
        f"the profile {format_value(external_profile_id)} is in {found_in}, expected {expected!r}",
        _latest(sandbox.events(external_profile_id)),
        *describe_rejected(sandbox, "saveTransactionEvent", "mail"),
    )


def _profile(sandbox: Sandbox, external_profile_id: str) -> dict[str, Any]:
    """Give a profile as it is kept.

    Raises:
        AssertionError: There is none; the message names those with similar ids.
    """
    __tracebackhide__ = True
    require_sandbox(sandbox)
    profile = sandbox.profile(validate("external_profile_id", identifier, external_profile_id))
    if profile is None:
        problem = f"there is no profile {format_value(external_profile_id)}"
        others = _others(sandbox, external_profile_id)
        raise failure(sandbox, problem, others, *describe_rejected(sandbox, "saveProfile", "mail"))
    return profile


def _others(sandbox: Sandbox, external_profile_id: str) -> str:
    ids = [str(profile["external_profile_id"]) for profile in islice(sandbox.profiles(), _MOST_LOOKED_AT)]
    if not ids:
        return "there are no profiles"
    near = get_close_matches(external_profile_id, ids, n=_MOST_SHOWN) or ids[:_MOST_SHOWN]
    more = ", and others" if len(ids) > len(near) else ""
    return f"there are: {', '.join(map(format_value, near))}{more}"


def _elsewhere(sandbox: Sandbox, fields: dict[str, Any]) -> Iterator[str]:
    """Say whose events are as expected, where those of the profile in question are not there."""
    events = islice(sandbox.all_events(), _MOST_LOOKED_AT) if fields else ()
    found = {event["external_profile_id"]: None for event in events if not find_differences(fields, event)}
    for other in islice(found, _MOST_SHOWN):
        yield f"{format_value(other)} has such an event"


def _latest(events: list[dict[str, Any]]) -> str:
    if not events:
        return "it has no events"
    latest = max(reversed(events), key=lambda event: aware_datetime(event["event_datetime"]))
    return f"its latest event is {format_value(latest['event_type'])}, of {format_value(latest['event_datetime'])}"
