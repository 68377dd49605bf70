"""Convert webhook events to events for Adapty Mail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, get_args

import attrs
from attrs import field, frozen

from adapty._core.invisible_characters import describe_invisible_character
from adapty._core.redaction import SafeRepr
from adapty._core.validation import Invalid, identifier, quote, type_name
from adapty.errors import AdaptyUsageError, FieldProblem
from adapty.flows import FLOW_BY_EVENT_TYPE
from adapty.models._request import validate_fields
from adapty.models.mail import ONE_TIME_EVENT_TYPES, Offer, OfferCategory, OfferType, TransactionEvent
from adapty.webhooks.events import PurchaseProperties, WebhookEvent

if TYPE_CHECKING:
    from adapty.flows import TransactionEventType

__all__ = ["MAIL_EVENT_TYPES", "UNSUPPORTED", "MailConversion", "WebhookTransactionEvent", "to_mail_event"]

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
"""Mail's event type for each of Adapty's. Mail has no trials."""

UNSUPPORTED: Mapping[str, str] = MappingProxyType(
    {
        "subscription_paused": "Mail has no event type for a pause",
        "subscription_deferred": "Mail has no event type for a deferral",
        "subscription_active": "it reports that nothing has changed",
        "trial_active": "it reports that nothing has changed",
        "access_level_updated": "it is about an access level, and Mail's events are about purchases",
    },
)
"""The event types without one of Mail's, and why."""

REPLACED: frozenset[str] = frozenset({"upgraded", "new_subscription_replace"})
"""Values of `cancellation_reason` for a subscription that ended because the user changed to another product.

Adapty reports an upgrade as a `subscription_refunded` of the old product and a `subscription_started` of the new one.
"""

FIELD_SOURCES: Mapping[str, str] = MappingProxyType(
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
"""The webhook's field for each of Mail's."""

OPTIONAL = frozenset({"price_usd", "expires_at", "offer"})
"""Mail's optional fields. If one of them is invalid, it is dropped."""

SkipReason = Literal["unsupported", "replaced", "unknown_type", "anonymous", "incomplete", "invalid"]
"""Why there is no event for Mail: Mail does not support the type, the user changed to another product, the type is
unknown, the profile has no ID, a required field is missing or cannot be read, or Mail would reject a required field."""

TRIAL_OFFER = Offer(category="introductory", offer_type="free_trial")
"""Distinguishes the start of a trial from the start of a subscription."""

_OPTIONAL_IN_OFFER = frozenset({"offer_id"})
_CATEGORY_ALIASES = MappingProxyType({"winback": "win_back"})

ProfileIdResolver = Callable[[WebhookEvent], str | None]


@frozen
class MailConversion(SafeRepr):
    """The event for Mail, or the reason why there is none.

    Attributes:
        event: The event, or None.
        reason: Why there is no event, without personal data, or None.
        skip_reason: The same as a constant: `unsupported`, `replaced`, `unknown_type`, `anonymous`, `incomplete` or
            `invalid`.
        dropped_fields: The optional fields that were dropped because Mail would reject them.
    """

    event: TransactionEvent | None = None
    reason: str | None = None
    skip_reason: SkipReason | None = field(default=None, eq=False)
    dropped_fields: tuple[str, ...] = ()


_LONG_FIELD = "store_transaction_id"


def _validate_long_field(cls: type[Any], fields: list[attrs.Attribute[Any]]) -> list[attrs.Attribute[Any]]:
    """Add the validation to the field of this class, and put it at its parent's position."""
    (long_field,) = validate_fields(cls, [each for each in fields if each.name == _LONG_FIELD])
    by_name = {**{each.name: each for each in fields}, _LONG_FIELD: long_field}
    return [by_name[each.name] for each in attrs.fields(TransactionEvent)]


@attrs.frozen(kw_only=True, field_transformer=_validate_long_field)
class WebhookTransactionEvent(TransactionEvent):
    """A `TransactionEvent` whose `store_transaction_id` may be longer than 50 characters.

    The limit is documented for the server-side API. Adapty has accepted the ID of a webhook already, and Mail documents
    no limit.

    Attributes:
        store_transaction_id: The store's ID of this transaction; required.

    Raises:
        AdaptyUsageError: A field is missing or invalid; `field_name` names it.
    """

    store_transaction_id: str = attrs.field(converter=identifier)


def to_mail_event(event: WebhookEvent, *, external_profile_id: ProfileIdResolver | None = None) -> MailConversion:
    """Convert an event to the event for Adapty Mail, or explain why there is none.

    Trials become subscriptions, because Mail has no trials. Optional fields that are missing, null, cannot be read or
    are invalid are dropped, and so is an offer with a category that Mail does not have, such as `retention`. Events of
    a store's sandbox are converted like others: see `event_properties.environment`.

    An event is skipped as `replaced` if a subscription ended because the user changed to another product: its
    `cancellation_reason` is `upgraded` or `new_subscription_replace`. A `subscription_refunded` because of an upgrade
    would put a paying user into Mail's refunded flow. The new product has a `subscription_started` of its own.

    An event is skipped as `invalid` if the profile's ID has invisible characters, or spaces at its ends: imports and
    `mail.save_profile` reject such an ID, so no profile has it. `outbox_handler` logs a warning then.

    Args:
        event: The event.
        external_profile_id: Returns the profile's ID at Mail, or None if Mail has no such profile. Default: the event's
            `customer_user_id`; anonymous profiles have none.

    Raises:
        AdaptyUsageError: `event` is not a WebhookEvent, or `external_profile_id` returned neither text nor None.

    Example:
        >>> event = WebhookEvent.from_dict({"event_type": "subscription_paused", "customer_user_id": "user_12345"})
        >>> to_mail_event(event).reason
        'subscription_paused is skipped: Mail has no event type for a pause'
    """
    if not isinstance(event, WebhookEvent):
        raise AdaptyUsageError.for_field("event", f"is {type_name(event)}; expected a WebhookEvent")
    event_type = MAIL_EVENT_TYPES.get(event.event_type or "")
    if event_type is None:
        return _unsupported(event.event_type or "")
    if skipped := _skip_replaced(event, event_type):
        return skipped
    profile_id = _resolve_profile_id(event, external_profile_id)
    if isinstance(profile_id, MailConversion):
        return profile_id
    fields: dict[str, Any] = {"event_type": event_type, "external_profile_id": profile_id}
    for name, source in FIELD_SOURCES.items():
        if name == "expires_at" and event_type in ONE_TIME_EVENT_TYPES:
            continue
        value = getattr(event.event_properties, source, None)
        if value is None and name == "event_datetime":
            value = event.event_datetime
        if value is not None:
            fields[name] = value
        elif name not in OPTIONAL:
            return _missing_field(event, name)
    return _build({**fields, **_get_offer(event)})


def _build(fields: dict[str, Any]) -> MailConversion:
    """Create the event, without optional fields that are invalid."""
    model: type[TransactionEvent] = TransactionEvent
    dropped: list[str] = []
    while True:
        event = _try_build(model, fields)
        if isinstance(event, TransactionEvent):
            return MailConversion(event=event, dropped_fields=tuple(dropped))
        name = event.field_name or ""
        top, _, inner = name.partition(".")
        if name == _LONG_FIELD and model is TransactionEvent:
            model = WebhookTransactionEvent
            continue
        if top not in OPTIONAL:
            return MailConversion(reason=_describe_problems(event), skip_reason="invalid")
        dropped.append(name)
        if inner in _OPTIONAL_IN_OFFER:
            fields[top] = {key: value for key, value in fields[top].items() if key != inner}
        else:
            del fields[top]


def _describe_problems(error: AdaptyUsageError) -> str:
    """Return the problems of required fields, with the names that they have in the webhook."""
    required = [each for each in error.problems if (each.field_name or "").partition(".")[0] not in OPTIONAL]
    renamed = [FieldProblem(FIELD_SOURCES.get(name or "", name), problem) for name, problem in required]
    return str(AdaptyUsageError.for_problems(renamed))


def _try_build(model: type[TransactionEvent], fields: Mapping[str, Any]) -> TransactionEvent | AdaptyUsageError:
    try:
        return model(**fields)
    except AdaptyUsageError as error:
        return error


def _unsupported(name: str) -> MailConversion:
    if reason := UNSUPPORTED.get(name):
        return MailConversion(reason=f"{name} is skipped: {reason}", skip_reason="unsupported")
    return MailConversion(reason=f"the event type {quote(name)} is unknown", skip_reason="unknown_type")


def _skip_replaced(event: WebhookEvent, event_type: TransactionEventType) -> MailConversion | None:
    """Return why there is no event for Mail if it would send e-mails about a subscription that another one replaced."""
    reason = event.event_properties.cancellation_reason
    if reason not in REPLACED or not FLOW_BY_EVENT_TYPE[event_type].sends_email:
        return None
    change = f"the user changed to another product (cancellation_reason is {reason})"
    return MailConversion(reason=f"{event.event_type} is skipped: {change}", skip_reason="replaced")


def _resolve_profile_id(event: WebhookEvent, resolve: ProfileIdResolver | None) -> str | MailConversion:
    """Return the profile's ID at Mail, or why there is none."""
    found: Any = event.customer_user_id if resolve is None else resolve(event)
    if found is not None and not isinstance(found, str):
        problem = f"returned something {type_name(found)}; expected a str or None"
        raise AdaptyUsageError.for_field("external_profile_id", problem)
    if resolve is None and "customer_user_id" in event.extra_fields:
        reason = "customer_user_id: cannot be read; Mail requires it as external_profile_id"
        return MailConversion(reason=reason, skip_reason="incomplete")
    missing = "it has no customer_user_id" if resolve is None else "external_profile_id returned none"
    anonymous = f"the profile is anonymous: {missing}"
    if found is None or not found.strip():
        return MailConversion(reason=anonymous, skip_reason="anonymous")
    if unseen := describe_invisible_character(found):
        name = "customer_user_id" if resolve is None else "external_profile_id"
        return MailConversion(reason=f"{name}: {unseen}; no profile at Mail has such an ID", skip_reason="invalid")
    try:
        return identifier(found)
    except Invalid:  # a lone surrogate
        return MailConversion(reason=anonymous, skip_reason="invalid")


def _missing_field(event: WebhookEvent, name: str) -> MailConversion:
    source = FIELD_SOURCES[name]
    is_unreadable = source in event.event_properties.extra_fields or source in event.extra_fields
    problem = "cannot be read" if is_unreadable else "is missing"
    return MailConversion(reason=f"{source}: {problem}; Mail requires it as {name}", skip_reason="incomplete")


def _get_offer(event: WebhookEvent) -> Mapping[str, Any]:
    """Return the offer as a field, if it is one of Mail's."""
    if event.event_type == "trial_started":
        return {"offer": TRIAL_OFFER}
    properties = event.event_properties
    if not isinstance(properties, PurchaseProperties):
        return {}
    category = properties.store_offer_category or ""
    category = _CATEGORY_ALIASES.get(category, category)
    offer_type = properties.store_offer_discount_type
    if category not in get_args(OfferCategory) or offer_type not in get_args(OfferType):
        return {}
    offer_id = properties.promotional_offer_id
    return {"offer": {"category": category, "offer_type": offer_type, **({"offer_id": offer_id} if offer_id else {})}}
