"""Which Adapty Mail flow an event type puts a profile into.

The table is the one of the vendor's guide *Send emails and transactions via the Adapty Mail API*, section
*Map your events to flows*. Adapty derives a profile's state "from its event history" and publishes no rule for
overlapping subscriptions or for events of the same instant; `current_flow` is therefore a **model** of that rule.
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
"""The event types that Adapty Mail knows: schema `TransactionEventType` of the Mail contract."""


class Flow(StrEnum):
    """The state of a Mail profile, which decides the e-mails it gets.

    Five marketing flows, and `ACTIVE`, which has no re-engagement flow.

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
"""The vendor's event-type-to-flow table, read-only."""


class FlowEvent(Protocol):
    """What `current_flow` needs of an event; `adapty.TransactionEvent` has it."""

    @property
    def event_type(self) -> str:
        """One of `TransactionEventType`."""

    @property
    def event_datetime(self) -> datetime:
        """When the event happened, aware."""


def known_event_type(value: TransactionEventType) -> TransactionEventType:
    """Accept one of the ten names only: a check, to be used with `adapty._core.validation.checked`."""
    return cast("TransactionEventType", one_of(get_args(TransactionEventType), value))


def flow_for(event_type: str) -> Flow:
    """Tell which flow an event of this type puts a profile into.

    Args:
        event_type: One of the ten names of the contract's `TransactionEventType`.

    Raises:
        AdaptyUsageError: The name is not one of them; the message lists them.

    Example:
        >>> flow_for("subscription_renewal_cancelled")
        <Flow.RENEWAL_CANCELLED: 'renewal cancelled'>
    """
    return FLOW_BY_EVENT_TYPE[validate("event_type", known_event_type, event_type)]


def current_flow(events: Iterable[FlowEvent]) -> Flow:
    """Tell the flow of a profile with this history: a model of what Adapty Mail derives.

    The latest event by `event_datetime` decides; among events of the same instant, the one that comes last in
    `events` does, taken to be the one received last. A profile without events has never purchased.

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
                "events", f"holds something {type_name(event)}; expected TransactionEvent"
            ) from None
        moment = validate("event_datetime", aware_datetime, when)
        flow = flow_for(event_type)
        if latest is None or moment >= latest[0]:
            latest = (moment, flow)
    return latest[1] if latest else Flow.NEVER_PURCHASED
