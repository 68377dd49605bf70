"""The data of the server-side API: users, profiles, transactions, events, and the context of an operation."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from adapty.sandbox._server_side.settings import AppSettings

__all__ = [
    "ANONYMOUS",
    "AccessLevel",
    "Context",
    "LifecycleEvent",
    "Params",
    "PendingEvents",
    "Profile",
    "ScheduledCheck",
    "Snapshot",
    "Transaction",
    "User",
]

AccessLevel = dict[str, Any]
"""An access level as the API's responses contain it."""


@frozen(kw_only=True)
class User:
    """An end user, by one of two ids.

    Attributes:
        customer_user_id: The backend's own id.
        profile_id: Adapty's id, in lower case.
    """

    customer_user_id: str | None = None
    profile_id: str | None = None


ANONYMOUS = User()
"""The user of an operation that concerns no user."""


@frozen(kw_only=True)
class Profile:
    """One end user, as stored.

    Attributes:
        profile_id: Adapty's id.
        customer_user_id: The backend's own id, if it is known.
        fields: The fields that create and update sent, without the custom attributes.
        custom_attributes: The custom attributes, by key.
        integration_identifiers: The integration identifiers that are set.
        refund_saver: The refund saver settings that are set.
        attributions: Where the user came from, by source, in the form of a webhook.
    """

    profile_id: str
    customer_user_id: str | None = None
    fields: Mapping[str, Any] = field(factory=dict)
    custom_attributes: Mapping[str, str | float] = field(factory=dict)
    integration_identifiers: Mapping[str, str] = field(factory=dict)
    refund_saver: Mapping[str, Any] = field(factory=dict)
    attributions: Mapping[str, Any] = field(factory=dict)


@frozen(kw_only=True)
class Transaction:
    """One transaction of a profile.

    Attributes:
        received: Its number, in the order of receipt.
        body: The body of the last request that sent it.
        revoked_at: When the access that it unlocks was revoked, in microseconds since 1970.
    """

    received: int
    body: Mapping[str, Any]
    revoked_at: int | None

    @property
    def is_subscription(self) -> bool:
        """Whether it belongs to a subscription."""
        return bool(self.body["purchase_type"] == "subscription")


@frozen(kw_only=True)
class Snapshot:
    """A profile at one point in time.

    Attributes:
        profile: The profile.
        history: Its transactions, in the order of receipt.
        levels: Its access levels, by id.
        now: The time, in microseconds since 1970.
    """

    profile: Profile
    history: tuple[Transaction, ...] = ()
    levels: Mapping[str, AccessLevel]
    now: int


@frozen(kw_only=True)
class LifecycleEvent:
    """Something that happened to a purchase or an access level.

    Attributes:
        event_type: What happened.
        occurred_at: When it happened, in microseconds since 1970.
        snapshot: The profile afterwards.
        subject: The transaction or the access level that it happened to.
    """

    event_type: str
    occurred_at: int
    snapshot: Snapshot
    subject: Transaction | AccessLevel


@frozen(kw_only=True)
class ScheduledCheck:
    """A future time at which access of a profile starts or ends, unless the profile changes before.

    Attributes:
        profile_id: The profile.
        at: The time, in microseconds since 1970.
    """

    profile_id: str
    at: int


@frozen
class PendingEvents:
    """The events of one request, collected until its changes are committed.

    Attributes:
        events: The events, in order.
        checks: When to check the profile again.
    """

    events: list[LifecycleEvent] = field(factory=list)
    checks: list[ScheduledCheck] = field(factory=list)


@frozen(kw_only=True)
class Params:
    """The validated input of an operation.

    Attributes:
        user: The user that it concerns.
        body: The body; empty if the operation has none.
        parameters: Its other parameters, by name.
    """

    user: User = ANONYMOUS
    body: Mapping[str, Any] = field(factory=dict)
    parameters: Mapping[str, Any] = field(factory=dict)


@frozen(kw_only=True)
class Context:
    """What an operation works with: one database transaction, at one point in time.

    Attributes:
        connection: The database, in a transaction that the caller ends.
        now: The time, in microseconds since 1970.
        timestamp: The same in milliseconds, greater than that of all previous responses.
        settings: The settings of the dashboard.
        pending: Where lifecycle events are added; None without webhooks.
    """

    connection: sqlite3.Connection
    now: int
    timestamp: int
    settings: AppSettings
    pending: PendingEvents | None = None
