"""What users of the sandbox have of its webhooks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from adapty._core.validation import type_name
from adapty.errors import AdaptyConfigError, AdaptyUsageError
from adapty.sandbox.body import unkeepable
from adapty.sandbox.formats import is_uuid
from adapty.sandbox.server_side.identity import User

if TYPE_CHECKING:
    from adapty.sandbox.webhooks.deliveries import WebhookDelivery, WebhookVerification
    from adapty.sandbox.webhooks.hook import Hook

__all__ = ["Webhooks"]

_LONGEST_WAIT_SECONDS = 1_000_000


class Webhooks:
    """What a sandbox posts, to wait for, to look at and to add to; safe to share between threads.

    A sandbox without a `webhook_url` has one too, which posts nothing. `Sandbox.webhooks` gives it.
    """

    def __init__(self, hook: Hook | None) -> None:
        self._hook = hook

    @property
    def url(self) -> str | None:
        """Where events are posted to, without the query; None where they are not."""
        return None if self._hook is None else self._hook.settings.shown_url

    @property
    def verification(self) -> WebhookVerification | None:
        """How the receiver answered the check of the address; None as long as it has not."""
        return None if self._hook is None else self._hook.sender.verification

    def deliveries(self) -> list[WebhookDelivery]:
        """Give the last events that were to be posted, the last one last; a thousand are kept."""
        return [] if self._hook is None else self._hook.deliveries.last()

    def wait_until_idle(self, timeout: float = 10.0) -> bool:
        """Wait until no event waits for an answer or for its next try.

        Args:
            timeout: The longest time to wait, in seconds.

        Returns:
            Whether that came about in time.

        Raises:
            AdaptyUsageError: `timeout` is no time.
        """
        if type(timeout) not in {int, float} or not 0 <= timeout <= _LONGEST_WAIT_SECONDS:
            raise AdaptyUsageError.for_field(
                "timeout", f"is no time; expected seconds, up to {_LONGEST_WAIT_SECONDS:,}"
            )
        return True if self._hook is None else self._hook.deliveries.wait_until_idle(timeout)

    def post(
        self,
        event_type: str,
        *,
        customer_user_id: str | None = None,
        profile_id: str | None = None,
        event_properties: Mapping[str, Any] | None = None,
    ) -> WebhookDelivery:
        """Post an event, whatever has happened: to try a receiver.

        It tells of the profile's latest purchase or its access level; what there is none of is made up, and not kept.
        Nothing in the sandbox changes.

        Args:
            event_type: What it says has happened: one of Adapty's names, or one that you gave it in the dashboard.
            customer_user_id: Whom it is about, by the backend's own id. With neither id it is an anonymous profile.
            profile_id: The same by Adapty's id.
            event_properties: Properties that take the place of what it would say, sent as they are.

        Raises:
            AdaptyUsageError: Both ids are given, or something cannot be sent.
            AdaptyConfigError: The sandbox has no `webhook_url`, or does not run.

        Example:
            >>> from adapty.sandbox import Sandbox
            >>> with Sandbox(webhook_url="http://127.0.0.1:9/") as sandbox:
            ...     sandbox.webhooks.post("trial_started", customer_user_id="user_12345").event_type
            'trial_started'
        """
        if self._hook is None:
            raise AdaptyConfigError.for_field("webhook_url", "is missing; the sandbox has nowhere to post events to")
        if not isinstance(event_type, str) or not event_type:
            raise AdaptyUsageError.for_field("event_type", "is no name; expected one such as subscription_started")
        user, properties = _user(customer_user_id, profile_id), _sendable(event_properties)
        texts = {"event_type": event_type, "customer_user_id": customer_user_id, "event_properties": properties}
        for flaw in unkeepable(texts):
            raise AdaptyUsageError.for_field(flaw.field_name, flaw.message)
        return self._hook.post(user, event_type, properties)


def _user(customer_user_id: str | None, profile_id: str | None) -> User:
    for name, value in (("customer_user_id", customer_user_id), ("profile_id", profile_id)):
        if value is not None and (not isinstance(value, str) or not value):
            raise AdaptyUsageError.for_field(name, "is no id; expected text")
    if customer_user_id is not None and profile_id is not None:
        raise AdaptyUsageError.for_field(
            "profile_id", "cannot be combined with customer_user_id; expected one of them at most"
        )
    if profile_id is not None and not is_uuid(profile_id):
        raise AdaptyUsageError.for_field("profile_id", "is no UUID; expected one of Adapty's ids")
    return User(customer_user_id=customer_user_id, profile_id=profile_id and profile_id.lower())


def _sendable(properties: Mapping[str, Any] | None) -> dict[str, Any]:
    name = "event_properties"
    if properties is None:
        return {}
    if not isinstance(properties, Mapping):
        raise AdaptyUsageError.for_field(name, f"is {type_name(properties)}; expected names and values")
    try:
        sent: dict[str, Any] = json.loads(json.dumps(dict(properties), allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        raise AdaptyUsageError.for_field(
            name, "cannot be written as JSON; expected text, numbers, lists and objects"
        ) from None
    return sent
