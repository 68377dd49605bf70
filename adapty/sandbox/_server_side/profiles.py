"""Store profiles."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from attrs import evolve

from adapty.sandbox._responses import ApiError, ValidationIssue
from adapty.sandbox._server_side.model import Profile
from adapty.sandbox._server_side.rules import MAX_ATTRIBUTES
from adapty.sandbox._storage import to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from adapty.sandbox._server_side.model import Context, User

__all__ = ["apply_update", "delete", "find", "get_or_404", "get_or_create", "save"]

_FIND = """
SELECT profile_id, customer_user_id, fields, custom_attributes, integration_identifiers, refund_saver, attributions
FROM customers WHERE profile_id = ? OR customer_user_id = ?
"""
_SAVE = """
INSERT INTO customers
    (profile_id, customer_user_id, created_at,
    fields, custom_attributes, integration_identifiers, refund_saver, attributions)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (profile_id) DO UPDATE SET
    fields = excluded.fields,
    custom_attributes = excluded.custom_attributes,
    integration_identifiers = excluded.integration_identifiers,
    refund_saver = excluded.refund_saver,
    attributions = excluded.attributions
"""
_DELETE = "DELETE FROM customers WHERE profile_id = ?"


def find(context: Context, user: User) -> Profile | None:
    """Return the profile of a user, or None."""
    row = context.connection.execute(_FIND, (user.profile_id, user.customer_user_id)).fetchone()
    if row is None:
        return None
    profile_id, customer_user_id, *stored = row
    fields, attributes, identifiers, refund_saver, attributions = map(json.loads, stored)
    return Profile(
        profile_id=profile_id,
        customer_user_id=customer_user_id,
        fields=fields,
        custom_attributes=attributes,
        integration_identifiers=identifiers,
        refund_saver=refund_saver,
        attributions=attributions,
    )


def get_or_404(
    context: Context,
    user: User,
    *,
    status: int = 404,
    error_code: str = "profile_does_not_exist",
) -> Profile:
    """Return the profile of a user.

    Raises:
        ApiError: There is no such profile. Status and code differ between endpoints.
    """
    profile = find(context, user)
    if profile is None:
        raise ApiError.single(status, "Profile not found", error_code, source=None)
    return profile


def get_or_create(context: Context, user: User) -> Profile:
    """Return the profile of a user, or create it. A new profile gets the given profile id, if there is one."""
    profile = find(context, user)
    if profile is None:
        profile = Profile(
            profile_id=user.profile_id or str(uuid4()),
            customer_user_id=user.customer_user_id,
        )
        save(context, profile)
    return profile


def apply_update(profile: Profile, body: Mapping[str, Any], *, platform: str | None) -> Profile:
    """Return a profile updated with a body: given fields replace stored ones, null clears, the rest is unchanged.

    Args:
        profile: The stored profile.
        body: The body of the request. If it contains the key of a custom attribute twice, the last one counts.
        platform: The platform that the request's headers name, if any.

    Raises:
        ApiError: The profile would have too many custom attributes.
    """
    fields = {**profile.fields, **body, **({"platform": platform} if platform else {})}
    fields.pop("custom_attributes", None)
    return evolve(
        profile,
        fields={name: value for name, value in fields.items() if value is not None},
        custom_attributes=_merge_attributes(profile.custom_attributes, body.get("custom_attributes", ())),
    )


def _merge_attributes(
    stored: Mapping[str, str | float], updates: Iterable[Mapping[str, Any]]
) -> dict[str, str | float]:
    merged = dict(stored)
    for attribute in updates:
        key, value = attribute["key"], attribute["value"]
        if value is None or value == "":
            merged.pop(key, None)
        else:
            merged[key] = value if isinstance(value, str) else float(value)
    if len(merged) > MAX_ATTRIBUTES:
        message = f"A profile has at most {MAX_ATTRIBUTES} custom attributes"
        raise ApiError(400, ValidationIssue(message=message, path=("custom_attributes",)))
    return merged


def save(context: Context, profile: Profile) -> None:
    """Store a profile."""
    stored = (
        profile.fields,
        profile.custom_attributes,
        profile.integration_identifiers,
        profile.refund_saver,
        profile.attributions,
    )
    ids = (profile.profile_id, profile.customer_user_id)
    context.connection.execute(_SAVE, (*ids, context.now, *map(to_json, stored)))


def delete(context: Context, profile: Profile) -> None:
    """Delete a profile and everything that belongs to it."""
    context.connection.execute(_DELETE, (profile.profile_id,))
