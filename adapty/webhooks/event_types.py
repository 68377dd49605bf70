"""The names of what Adapty tells of: those of now, those of before, and those that a dashboard gives them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from adapty._core.validation import printable, suggest_choice, type_name
from adapty.errors import AdaptyConfigError

__all__ = ["EVENT_TYPES", "OLD_NAMES", "checked_event_names", "event_type_of"]

_log = logging.getLogger("adapty")

EVENT_TYPES = frozenset(
    {
        "subscription_started",
        "subscription_renewed",
        "subscription_renewal_cancelled",
        "subscription_renewal_reactivated",
        "subscription_expired",
        "subscription_paused",
        "subscription_deferred",
        "non_subscription_purchase",
        "trial_started",
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
"""The event types that Adapty is known to post; newer ones are read all the same."""

OLD_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "subscription_initial_purchase": "subscription_started",
        "subscription_cancelled": "subscription_renewal_cancelled",
        "trial_cancelled": "trial_renewal_cancelled",
    },
)
"""What some event types were called before."""


def event_type_of(name: str, event_names: Mapping[str, str]) -> str:
    """Give Adapty's own name of an event type; a name that nobody knows stays as it is.

    Args:
        name: The name that came.
        event_names: The names that were changed in the dashboard, each with Adapty's own.

    Example:
        >>> event_type_of("bought", {"bought": "subscription_started"}), event_type_of("trial_cancelled", {})
        ('subscription_started', 'trial_renewal_cancelled')
    """
    ours = event_names.get(name, name)
    return OLD_NAMES.get(ours, ours) if name not in event_names else ours


def checked_event_names(event_names: Mapping[str, str] | None) -> Mapping[str, str]:
    """Accept names of the dashboard with Adapty's own; give a copy, old names as those of now.

    A name of Adapty's that this version does not know may be a newer one: it is taken, and the log says so.

    Raises:
        AdaptyConfigError: It is no such mapping, or leads to what is plainly a misspelt name of Adapty's.
    """
    if event_names is None:
        return MappingProxyType({})
    if not isinstance(event_names, Mapping):
        expected = 'expected a mapping such as {"your name": "subscription_started"}'
        raise AdaptyConfigError.for_field("event_names", f"is {type_name(event_names)}; {expected}")
    return MappingProxyType({_name(name): _ours(name, ours) for name, ours in event_names.items()})


def _name(name: Any) -> str:
    if not isinstance(name, str) or not name:
        raise AdaptyConfigError.for_field(
            "event_names", f"has the name {printable(name)!r}; expected the dashboard's text"
        )
    return str.__str__(name)


def _ours(name: str, ours: Any) -> str:
    field = f"event_names.{printable(name)}"
    if not isinstance(ours, str) or not ours.strip():
        found = "is empty" if isinstance(ours, str) else f"is {type_name(ours)}"
        raise AdaptyConfigError.for_field(field, f"{found}; expected the name of an event type of Adapty's")
    plain = str.__str__(ours)
    now = OLD_NAMES.get(plain, plain)
    if now in EVENT_TYPES:
        return now
    problem = f"{printable(plain)!r} is no event type that this version knows"
    if name in EVENT_TYPES or any(_is_misspelt(plain, known) for known in EVENT_TYPES):
        advice = suggest_choice(plain, sorted(EVENT_TYPES))
        raise AdaptyConfigError.for_field(field, f"{problem}{advice}; the table leads from your names to these")
    _log.warning("%s: %s; its events are read as those of a newer type", field, problem)
    return plain


_CUT = 2
"""So many letters are missing at the end of a name that was copied in a hurry."""


def _is_misspelt(name: str, known: str) -> bool:
    """Tell whether a name can only be a slip: no newer name differs so little from one of now.

    Its letters are the known one's in another order or case, with one missing or cut off at the end. Another word, as
    in `subscription_resumed`, is none, nor is something added, as in `trial_started_again`.
    """
    letters, wanted = _letters(name), _letters(known)
    is_cut = wanted.startswith(letters) and len(wanted) - len(letters) <= _CUT
    lacks_one = any(wanted[:place] + wanted[place + 1 :] == letters for place in range(len(wanted)))
    return is_cut or lacks_one or sorted(letters) == sorted(wanted)


def _letters(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())
