"""What an event is for Adapty Mail: the table, and the event that Mail is told of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, get_args

from attrs import field, frozen

from adapty._core.invisible_characters import describe_invisible_character
from adapty._core.redaction import SafeRepr
from adapty._core.validation import Invalid, identifier, quote, type_name
from adapty.errors import AdaptyUsageError
from adapty.models.mail import ONE_TIME_EVENT_TYPES, Offer, OfferCategory, OfferType, TransactionEvent
from adapty.webhooks.events import WebhookEvent
from adapty.webhooks.told_events import ToldEvent

if TYPE_CHECKING:
    from adapty.flows import TransactionEventType

__all__ = ["MAIL_EVENT_TYPES", "NOT_FOR_MAIL", "MailConversion", "to_mail_event"]

MAIL_EVENT_TYPES: Mapping[str, TransactionEventType] = MappingProxyType(
    {
        "subscription_started": "subscription_started",
        "subscription_renewed": "subscription_renewed",
        "subscription_renewal_cancelled": "subscription_renewal_cancelled",
        "subscription_renewal_reactivated": "subscription_renewal_reactivated",
        "billing_issue_detected": "billing_issue_detected",
        "entered_grace_period": "entered_grace_period",
        "subscription_refunded": "subscription_refunded",
        "subscription_expired": "subscription_expired",
        "non_subscription_purchase": "non_subscription_purchase",
        "non_subscription_purchase_refunded": "non_subscription_purchase_refunded",
        "trial_started": "subscription_started",
        "trial_converted": "subscription_renewed",
        "trial_renewal_cancelled": "subscription_renewal_cancelled",
        "trial_renewal_reactivated": "subscription_renewal_reactivated",
        "trial_expired": "subscription_expired",
    },
)
"""Which of Mail's event types stands for which of Adapty's; Mail knows no trials."""

NOT_FOR_MAIL: Mapping[str, str] = MappingProxyType(
    {
        "subscription_paused": "Mail has no event type for a pause",
        "subscription_deferred": "Mail has no event type for a deferral",
        "access_level_updated": "it tells of an access level, and Mail is told of purchases",
    },
)
"""The event types that Mail is not told of, and why."""

SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "event_id": "profile_event_id",
        "event_datetime": "event_datetime",
        "store": "store",
        "store_product_id": "vendor_product_id",
        "store_transaction_id": "transaction_id",
        "store_original_transaction_id": "original_transaction_id",
        "purchased_at": "purchase_date",
        "originally_purchased_at": "original_purchase_date",
        "price_usd": "price_usd",
        "expires_at": "subscription_expires_at",
    },
)
"""Which of the webhook's fields holds which of Mail's."""

OPTIONAL = frozenset({"price_usd", "expires_at", "offer"})
"""Mail's fields that may be missing: none of them costs the event."""

SkipReason = Literal["not for Mail", "unknown type", "anonymous", "incomplete", "refused"]
"""Why there is no event for Mail: its type is not for Mail or not known, its profile has no id, what Mail requires is
missing or cannot be read, or is what Mail would refuse."""

TRIAL_OFFER = Offer(category="introductory", offer_type="free_trial")
"""What tells the start of a trial from that of a subscription."""

_OPTIONAL_IN_OFFER = frozenset({"offer_id"})

_OTHER_SPELLINGS = MappingProxyType({"winback": "win_back"})

ProfileRule = Callable[[WebhookEvent], str | None]


@frozen
class MailConversion(SafeRepr):
    """What an event is for Mail: an event to send, or the reason why there is none.

    Attributes:
        event: The event to send, or None.
        reason: Why there is none, in words that hold nothing personal; None where there is one.
        skipped: The same in a word or two, of which there are five: `not for Mail`, `unknown type`, `anonymous`,
            `incomplete` and `refused`.
        dropped_fields: Which optional fields came and are not in the event, for Mail would refuse them.
    """

    event: TransactionEvent | None = None
    reason: str | None = None
    skip_reason: SkipReason | None = field(default=None, eq=False)
    dropped_fields: tuple[str, ...] = ()


def to_mail_event(event: WebhookEvent, *, external_profile_id: ProfileRule | None = None) -> MailConversion:
    """Make the event that Adapty Mail is told of, or say why there is none.

    Trials become subscriptions, for Mail knows no trials. Optional fields that are missing or cannot be read, or that
    Mail would refuse, are left out; so is an offer without a category of Mail's, such as `retention`. What was bought
    in a store's sandbox becomes an event like any other: `event_properties.environment` tells it.

    An event is skipped as `refused` where the id has white space around it or invisible characters in it: no profile is
    saved under such an id, for imports and `mail.save_profile` refuse it too. `outbox_handler` logs a warning then.

    Args:
        event: The event as it was posted.
        external_profile_id: Gives the id that Mail has the profile under, or None where it has none. Where left out,
            it is `customer_user_id`, and an anonymous profile has none.

    Raises:
        AdaptyUsageError: `event` is something else, or the rule gave something else than text or None.

    Example:
        >>> event = WebhookEvent.from_dict({"event_type": "subscription_paused", "customer_user_id": "user_12345"})
        >>> to_mail_event(event).reason
        'subscription_paused is skipped: Mail has no event type for a pause'
    """
    if not isinstance(event, WebhookEvent):
        raise AdaptyUsageError.for_field("event", f"is {type_name(event)}; expected a WebhookEvent")
    event_type = MAIL_EVENT_TYPES.get(event.event_type or "")
    if event_type is None:
        return _not_for_mail(event.event_type or "")
    profile = _profile(event, external_profile_id)
    if isinstance(profile, MailConversion):
        return profile
    found = {name: _value(event, source) for name, source in SOURCES.items() if _has(event_type, name)}
    for name, value in found.items():
        if value is None and name not in OPTIONAL:
            return _incomplete(event, name)
    fields = {name: value for name, value in found.items() if value is not None}
    return _built({"event_type": event_type, "external_profile_id": profile, **fields, **_offer(event)})


def _built(fields: dict[str, Any]) -> MailConversion:
    """Make the event, without the optional fields that the record's checks refuse."""
    kind: type[TransactionEvent] = TransactionEvent
    dropped_fields: list[str] = []
    while True:
        outcome = _tried(kind, fields)
        if isinstance(outcome, TransactionEvent):
            return MailConversion(event=outcome, dropped_fields=tuple(dropped_fields))
        name = outcome.field_name or ""
        top, _, inner = name.partition(".")
        if name == "store_transaction_id" and kind is TransactionEvent:
            kind = ToldEvent
            continue
        if top not in OPTIONAL:
            return MailConversion(reason=str(outcome).replace(name, SOURCES.get(name, name), 1), skip_reason="refused")
        dropped_fields.append(name)
        if inner in _OPTIONAL_IN_OFFER:
            fields[top] = {key: value for key, value in fields[top].items() if key != inner}
        else:
            del fields[top]


def _tried(kind: type[TransactionEvent], fields: Mapping[str, Any]) -> TransactionEvent | AdaptyUsageError:
    try:
        return kind(**fields)
    except AdaptyUsageError as refused:
        return refused


def _not_for_mail(name: str) -> MailConversion:
    if why := NOT_FOR_MAIL.get(name):
        return MailConversion(reason=f"{name} is skipped: {why}", skip_reason="not for Mail")
    return MailConversion(reason=f"the event type {quote(name)} is not known", skip_reason="unknown type")


def _profile(event: WebhookEvent, rule: ProfileRule | None) -> str | MailConversion:
    """Give the id that Mail has the profile under, or why there is none."""
    found: Any = event.customer_user_id if rule is None else rule(event)
    if found is not None and not isinstance(found, str):
        raise AdaptyUsageError.for_field(
            "external_profile_id", f"gave something {type_name(found)}; expected a str, or None"
        )
    if rule is None and "customer_user_id" in event.extra_fields:
        words = "customer_user_id: cannot be read; Mail requires it as external_profile_id"
        return MailConversion(reason=words, skip_reason="incomplete")
    none = "it has no customer_user_id" if rule is None else "external_profile_id gave none"
    reason = f"the profile is anonymous: {none}"
    if found is None or not found.strip():
        return MailConversion(reason=reason, skip_reason="anonymous")
    # Below, it is somebody, but nobody whom Mail could know: no profile can be saved under such an id.
    if problem := describe_invisible_character(found):
        name = "customer_user_id" if rule is None else "external_profile_id"
        return MailConversion(reason=f"{name}: {problem}; Mail knows no profile by such an id", skip_reason="refused")
    try:
        return identifier(found)
    except Invalid:  # half of a surrogate pair
        return MailConversion(reason=reason, skip_reason="refused")


def _has(event_type: TransactionEventType, name: str) -> bool:
    """Tell whether events of this type have the field: a one-time purchase does not expire."""
    return name != "expires_at" or event_type not in ONE_TIME_EVENT_TYPES


def _value(event: WebhookEvent, source: str) -> Any:
    value = getattr(event.event_properties, source, None)
    return event.event_datetime if value is None and source == "event_datetime" else value


def _incomplete(event: WebhookEvent, name: str) -> MailConversion:
    source = SOURCES[name]
    came = source in event.event_properties.extra_fields or source in event.extra_fields
    problem = "cannot be read" if came else "is missing"
    return MailConversion(reason=f"{source}: {problem}; Mail requires it as {name}", skip_reason="incomplete")


def _offer(event: WebhookEvent) -> Mapping[str, Any]:
    """Give the offer, where it is one of those that Mail has."""
    if event.event_type == "trial_started":
        return {"offer": TRIAL_OFFER}
    properties = event.event_properties
    category, offer_type = properties.store_offer_category or "", properties.store_offer_discount_type
    category = _OTHER_SPELLINGS.get(category, category)
    if category not in get_args(OfferCategory) or offer_type not in get_args(OfferType):
        return {}
    offer_id = properties.promotional_offer_id
    return {"offer": {"category": category, "offer_type": offer_type, **({"offer_id": offer_id} if offer_id else {})}}
