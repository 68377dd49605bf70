"""`Sandbox.webhooks`: the webhooks of a sandbox for its users."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from adapty._core.validation import type_name
from adapty.errors import AdaptyConfigError, AdaptyUsageError
from adapty.sandbox._body import find_unencodable
from adapty.sandbox._server_side.model import User
from adapty.sandbox._validation import is_uuid

if TYPE_CHECKING:
    from adapty.sandbox._webhooks.deliveries import WebhookDelivery, WebhookVerification
    from adapty.sandbox._webhooks.dispatcher import Dispatcher

__all__ = ["Webhooks"]

_MAX_WAIT_SECONDS = 1_000_000


class Webhooks:
    """The webhooks of a sandbox: wait for them, inspect them, and post more; thread-safe.

    A sandbox without a `webhook_url` has this object too, but posts nothing. See `Sandbox.webhooks`.
    """

    def __init__(self, dispatcher: Dispatcher | None) -> None:
        self._dispatcher = dispatcher

    @property
    def url(self) -> str | None:
        """The address that events are posted to, without the query; None without webhooks."""
        return None if self._dispatcher is None else self._dispatcher.config.public_url

    @property
    def verification(self) -> WebhookVerification | None:
        """The receiver's response to the verification request; None before it has responded."""
        return None if self._dispatcher is None else self._dispatcher.sender.verification

    def deliveries(self) -> list[WebhookDelivery]:
        """Return the last 1,000 deliveries, oldest first."""
        return [] if self._dispatcher is None else self._dispatcher.deliveries.last()

    def wait_until_idle(self, timeout: float = 10.0) -> bool:
        """Wait until no delivery is pending.

        Args:
            timeout: The longest time to wait, in seconds.

        Returns:
            Whether no delivery is pending.

        Raises:
            AdaptyUsageError: `timeout` is out of range.
        """
        if type(timeout) not in {int, float} or not 0 <= timeout <= _MAX_WAIT_SECONDS:
            raise AdaptyUsageError.for_field("timeout", f"must be a number of seconds from 0 to {_MAX_WAIT_SECONDS:,}")
        return True if self._dispatcher is None else self._dispatcher.deliveries.wait_until_idle(timeout)

    def post(
        self,
        event_type: str,
        *,
        customer_user_id: str | None = None,
        profile_id: str | None = None,
        event_properties: Mapping[str, Any] | None = None,
    ) -> WebhookDelivery:
        """Post an event to try a receiver, whatever has happened.

        It describes the profile's latest purchase or its access level; missing data is synthesized. The sandbox itself
        does not change.

        Args:
            event_type: The event type: one of Adapty's names, or a name that you configured in the dashboard.
            customer_user_id: The backend's own id of the user. Default: an anonymous profile.
            profile_id: Adapty's id of the user.
            event_properties: Properties that replace those of the event, unmodified.

        Raises:
            AdaptyUsageError: Both ids are given, or an argument cannot be sent.
            AdaptyConfigError: The sandbox has no `webhook_url`, or is not running.

        Example:
            >>> from adapty.sandbox import Sandbox
            >>> with Sandbox(webhook_url="http://127.0.0.1:9/") as sandbox:
            ...     sandbox.webhooks.post("trial_started", customer_user_id="user_12345").event_type
            'trial_started'
        """
        if self._dispatcher is None:
            raise AdaptyConfigError.for_field("webhook_url", "is missing; the sandbox has no address to post events to")
        if not isinstance(event_type, str) or not event_type:
            raise AdaptyUsageError.for_field("event_type", "must be a non-empty string such as subscription_started")
        user, properties = _parse_user(customer_user_id, profile_id), _parse_properties(event_properties)
        texts = {"event_type": event_type, "customer_user_id": customer_user_id, "event_properties": properties}
        for issue in find_unencodable(texts):
            raise AdaptyUsageError.for_field(issue.field_name, issue.message)
        return self._dispatcher.post_requested(user, event_type, properties)


def _parse_user(customer_user_id: str | None, profile_id: str | None) -> User:
    for name, value in (("customer_user_id", customer_user_id), ("profile_id", profile_id)):
        if value is not None and (not isinstance(value, str) or not value):
            raise AdaptyUsageError.for_field(name, "must be a non-empty string")
    if customer_user_id is not None and profile_id is not None:
        raise AdaptyUsageError.for_field(
            "profile_id", "cannot be combined with customer_user_id; expected one of the two"
        )
    if profile_id is not None and not is_uuid(profile_id):
        raise AdaptyUsageError.for_field("profile_id", "must be a UUID; expected one of Adapty's ids")
    return User(customer_user_id=customer_user_id, profile_id=profile_id and profile_id.lower())


def _parse_properties(properties: Mapping[str, Any] | None) -> dict[str, Any]:
    name = "event_properties"
    if properties is None:
        return {}
    if not isinstance(properties, Mapping):
        raise AdaptyUsageError.for_field(name, f"must map names to values, not {type_name(properties)}")
    try:
        parsed: dict[str, Any] = json.loads(json.dumps(dict(properties), allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        raise AdaptyUsageError.for_field(
            name, "cannot be encoded as JSON; expected strings, numbers, lists and objects"
        ) from None
    return parsed
