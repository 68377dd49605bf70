"""Names of event types: current ones, older ones, and those that were changed in the dashboard."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from adapty._core.validation import format_name, suggest_choice, type_name
from adapty.errors import AdaptyConfigError

__all__ = ["EVENT_TYPES", "LEGACY_NAMES", "validate_event_names"]

_log = logging.getLogger("adapty.webhooks")

EVENT_TYPES = frozenset(
    {
        "subscription_started",
        "subscription_renewed",
        "subscription_renewal_cancelled",
        "subscription_renewal_reactivated",
        "subscription_expired",
        "subscription_paused",
        "subscription_deferred",
        "subscription_active",
        "non_subscription_purchase",
        "trial_started",
        "trial_active",
        "trial_converted",
        "trial_renewal_cancelled",
        "trial_renewal_reactivated",
        "trial_expired",
        "entered_grace_period",
        "billing_issue_detected",
        "subscription_refunded",
        "non_subscription_purchase_refunded",
        "access_level_updated",
    },
)
"""The known event types. Events of newer types are parsed all the same.

Adapty does not send `trial_active` and `subscription_active` unless you enable them in the dashboard. They say once, a
number of days after the start, that the trial or subscription has not ended. A converted trial starts no
`subscription_active`.
"""

LEGACY_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "subscription_initial_purchase": "subscription_started",
        "subscription_cancelled": "subscription_renewal_cancelled",
        "trial_cancelled": "trial_renewal_cancelled",
    },
)
"""Older names of event types, each with the current one."""


def validate_event_names(event_names: Mapping[str, str] | None) -> Mapping[str, str]:
    """Return a copy of a mapping from changed names to Adapty's, legacy names replaced by current ones.

    A name of Adapty's that this version does not know may be a newer one: it is accepted, and a warning is logged.

    Raises:
        AdaptyConfigError: `event_names` is not such a mapping.

    Example:
        >>> dict(validate_event_names({"bought": "subscription_initial_purchase"}))
        {'bought': 'subscription_started'}
    """
    if event_names is None:
        return MappingProxyType({})
    if not isinstance(event_names, Mapping):
        expected = 'expected a mapping such as {"your name": "subscription_started"}'
        raise AdaptyConfigError.for_field("event_names", f"is {type_name(event_names)}; {expected}")
    return MappingProxyType(
        {_validate_name(name): _validate_target(name, target) for name, target in event_names.items()}
    )


def _validate_name(name: Any) -> str:
    if not isinstance(name, str) or not name:
        problem = f"has the name {format_name(name)!r}; expected the text of the dashboard"
        raise AdaptyConfigError.for_field("event_names", problem)
    return str.__str__(name)


def _validate_target(name: str, target: Any) -> str:
    """Return the current name of Adapty's."""
    field = f"event_names.{format_name(name)}"
    if not isinstance(target, str) or not target.strip():
        found = "is empty" if isinstance(target, str) else f"is {type_name(target)}"
        raise AdaptyConfigError.for_field(field, f"{found}; expected the name of one of Adapty's event types")
    plain = str.__str__(target)
    current = LEGACY_NAMES.get(plain, plain)
    if current in EVENT_TYPES:
        return current
    problem = f"{format_name(plain)!r} is not a known event type{suggest_choice(plain, sorted(EVENT_TYPES))}"
    if name in EVENT_TYPES:
        raise AdaptyConfigError.for_field(field, f"{problem}; the mapping is from your names to Adapty's")
    _log.warning("%s: %s; its events are parsed as those of a newer type", field, problem)
    return plain
