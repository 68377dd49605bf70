"""The profiles: who there is, and what is stored of each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from attrs import evolve, field, frozen

from adapty.sandbox.database import as_text
from adapty.sandbox.flaws import Flaw
from adapty.sandbox.server_side.declined import Declined
from adapty.sandbox.server_side.rules import MAX_ATTRIBUTES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapty.sandbox.server_side.identity import User
    from adapty.sandbox.server_side.work import Work

__all__ = ["Profile", "changed", "created", "delete", "existing", "find", "keep"]

_FIND = """
SELECT profile_id, customer_user_id, fields, custom_attributes, integration_identifiers, refund_saver
FROM customers WHERE profile_id = ? OR customer_user_id = ?
"""
_KEEP = """
INSERT INTO customers
    (profile_id, customer_user_id, fields, custom_attributes, integration_identifiers, refund_saver)
VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (profile_id) DO UPDATE SET
    fields = excluded.fields,
    custom_attributes = excluded.custom_attributes,
    integration_identifiers = excluded.integration_identifiers,
    refund_saver = excluded.refund_saver
"""
_DELETE = "DELETE FROM customers WHERE profile_id = ?"


@frozen(kw_only=True)
class Profile:
    """One end user.

    Attributes:
        profile_id: Adapty's id.
        customer_user_id: The backend's own id, if it is known.
        fields: What create and update were sent, the custom attributes left out.
        custom_attributes: The custom attributes, by key.
        integration_identifiers: Those that are set.
        refund_saver: The refund saver's settings that are set.
    """

    profile_id: str
    customer_user_id: str | None = None
    fields: Mapping[str, Any] = field(factory=dict)
    custom_attributes: Mapping[str, str | float] = field(factory=dict)
    integration_identifiers: Mapping[str, str] = field(factory=dict)
    refund_saver: Mapping[str, Any] = field(factory=dict)


def find(work: Work, user: User) -> Profile | None:
    """Give a user's profile, or None where there is none."""
    row = work.connection.execute(_FIND, (user.profile_id, user.customer_user_id)).fetchone()
    if row is None:
        return None
    profile_id, customer_user_id, *stored = row
    fields, attributes, identifiers, refund_saver = map(json.loads, stored)
    return Profile(
        profile_id=profile_id,
        customer_user_id=customer_user_id,
        fields=fields,
        custom_attributes=attributes,
        integration_identifiers=identifiers,
        refund_saver=refund_saver,
    )


def existing(
    work: Work,
    user: User,
    *,
    status: int = 404,
    error_code: str = "profile_does_not_exist",
) -> Profile:
    """Give a user's profile.

    Raises:
        Declined: There is none. The endpoints differ in how they say so.
    """
    profile = find(work, user)
    if profile is None:
        raise Declined.because(status, "Profile not found", error_code, source=None)
    return profile


def created(work: Work, user: User) -> Profile:
    """Give a user's profile, a new one where there is none. An unknown profile id becomes the new one's."""
    profile = find(work, user)
    if profile is None:
        profile = Profile(
            profile_id=user.profile_id or str(uuid4()),
            customer_user_id=user.customer_user_id,
        )
        keep(work, profile)
    return profile


def changed(profile: Profile, body: Mapping[str, Any], *, platform: str | None) -> Profile:
    """Give a profile as a body changes it: given fields replace, null clears, what is left out stays.

    Args:
        profile: The profile before.
        body: What was sent. Custom attributes are told apart by their keys; the last of two with the same key
            counts.
        platform: The platform that the request speaks for, if it says so.

    Raises:
        Declined: The profile would have too many custom attributes.
    """
    fields = {**profile.fields, **body, **({"platform": platform} if platform else {})}
    fields.pop("custom_attributes", None)
    return evolve(
        profile,
        fields={name: value for name, value in fields.items() if value is not None},
        custom_attributes=_merged(profile.custom_attributes, body.get("custom_attributes", ())),
    )


def _merged(before: Mapping[str, str | float], sent: Iterable[Mapping[str, Any]]) -> dict[str, str | float]:
    kept = dict(before)
    for attribute in sent:
        key, value = attribute["key"], attribute["value"]
        if value is None or value == "":
            kept.pop(key, None)
        else:
            kept[key] = value if isinstance(value, str) else float(value)
    if len(kept) > MAX_ATTRIBUTES:
        message = f"A profile has at most {MAX_ATTRIBUTES} custom attributes"
        raise Declined(400, Flaw(message=message, path=("custom_attributes",)))
    return kept


def keep(work: Work, profile: Profile) -> None:
    """Store a profile as it is now."""
    stored = (profile.fields, profile.custom_attributes, profile.integration_identifiers, profile.refund_saver)
    work.connection.execute(_KEEP, (profile.profile_id, profile.customer_user_id, *map(as_text, stored)))


def delete(work: Work, profile: Profile) -> None:
    """Delete a profile and all that belongs to it."""
    work.connection.execute(_DELETE, (profile.profile_id,))
