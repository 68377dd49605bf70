"""The Adapty Mail flow that each event type leads to.

The table is the one in the vendor's guide *Send emails and transactions via the Adapty Mail API*, section *Map your
events to flows*. Adapty derives a profile's flow from its events, and does not document the rule for overlapping
subscriptions or events at the same time. `current_flow` is a model of that rule. Whether past events that are imported
move a profile out of "never purchased" is unknown, too: the vendor's pages leave it open.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Protocol, cast, get_args

from adapty._core.validation import aware_datetime, one_of, type_name, validate
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

__all__ = ["FLOW_BY_EVENT_TYPE", "Flow", "FlowEvent", "TransactionEventType", "current_flow", "flow_for"]

TransactionEventType = Literal[
    "subscription_started",
    "subscription_renewed",
    "subscription_renewal_cancelled",
    "subscription_renewal_reactivated",
    "billing_issue_detected",
    "entered_grace_period",
    "subscription_refunded",
    "subscription_expired",
    "non_subscription_purchase",
    "non_subscription_purchase_refunded",
]
"""The event types of Adapty Mail: schema `TransactionEventType`."""


class Flow(StrEnum):
    """The state of a Mail profile, which determines its e-mails.

    Five marketing flows, and `ACTIVE`, for which Adapty Mail sends no re-engagement e-mails.

    Example:
        >>> Flow.BILLING_ISSUE
        <Flow.BILLING_ISSUE: 'billing issue'>
        >>> [str(flow) for flow in Flow if flow.sends_email]
        ['never purchased', 'renewal cancelled', 'billing issue', 'expired', 'refunded']
    """

    NEVER_PURCHASED = "never purchased"
    ACTIVE = "active"
    RENEWAL_CANCELLED = "renewal cancelled"
    BILLING_ISSUE = "billing issue"
    EXPIRED = "expired"
    REFUNDED = "refunded"

    @property
    def sends_email(self) -> bool:
        """Whether Adapty Mail has a re-engagement flow for this state (all but `ACTIVE`)."""
        return self is not Flow.ACTIVE


FLOW_BY_EVENT_TYPE: Mapping[TransactionEventType, Flow] = MappingProxyType(
    {
        "subscription_started": Flow.ACTIVE,
        "subscription_renewed": Flow.ACTIVE,
        "subscription_renewal_reactivated": Flow.ACTIVE,
        "non_subscription_purchase": Flow.ACTIVE,
        "subscription_renewal_cancelled": Flow.RENEWAL_CANCELLED,
        "billing_issue_detected": Flow.BILLING_ISSUE,
        "entered_grace_period": Flow.BILLING_ISSUE,
        "subscription_expired": Flow.EXPIRED,
        "subscription_refunded": Flow.REFUNDED,
        "non_subscription_purchase_refunded": Flow.REFUNDED,
    },
)
"""The vendor's table of event types and flows, read-only."""


class FlowEvent(Protocol):
    """The attributes that `current_flow` needs; `adapty.TransactionEvent` has them."""

    @property
    def event_type(self) -> str:
        """One of `TransactionEventType`."""

    @property
    def event_datetime(self) -> datetime:
        """When the event happened, aware."""


def validate_event_type(value: TransactionEventType) -> TransactionEventType:
    """Validate an event type, for use with `adapty._core.validation.validate`."""
    return cast("TransactionEventType", one_of(get_args(TransactionEventType), value))


def flow_for(event_type: str) -> Flow:
    """Return the flow that an event of this type leads to.

    Args:
        event_type: One of `TransactionEventType`.

    Raises:
        AdaptyUsageError: The event type is unknown; the message lists the known ones.

    Example:
        >>> flow_for("subscription_renewal_cancelled")
        <Flow.RENEWAL_CANCELLED: 'renewal cancelled'>
    """
    return FLOW_BY_EVENT_TYPE[validate("event_type", validate_event_type, event_type)]


def current_flow(events: Iterable[FlowEvent]) -> Flow:
    """Return the flow of a profile with these events, as Adapty Mail should derive it.

    The event with the latest `event_datetime` determines the flow; of events at the same time, the last one in
    `events`. A profile without events has never purchased.

    This is about events of Adapty Mail. Do not order webhook events by `event_datetime`, but by the time at which you
    received them. Mail has no event for the refund of an upgrade: `to_mail_event` skips it.

    Args:
        events: The profile's events in any order.

    Raises:
        AdaptyUsageError: An event's type is unknown or its time is naive.

    Example:
        >>> current_flow([])
        <Flow.NEVER_PURCHASED: 'never purchased'>
    """
    if not isinstance(events, Iterable):
        raise AdaptyUsageError.for_field("events", f"is {type_name(events)}; expected the events of one profile")
    latest: tuple[datetime, Flow] | None = None
    for event in events:
        try:
            when, event_type = event.event_datetime, event.event_type
        except AttributeError:
            raise AdaptyUsageError.for_field(
                "events", f"contains an item that is {type_name(event)}; expected TransactionEvent"
            ) from None
        time = validate("event_datetime", aware_datetime, when)
        flow = flow_for(event_type)
        if latest is None or time >= latest[0]:
            latest = (time, flow)
    return latest[1] if latest else Flow.NEVER_PURCHASED
