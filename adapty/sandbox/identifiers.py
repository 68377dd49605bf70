"""What the Mail API knows a subscriber by, and the profile that it leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

__all__ = ["EMAIL", "EXTERNAL_PROFILE_ID", "FINDERS", "Identifier", "holder", "identifiers"]

EXTERNAL_PROFILE_ID = "external_profile_id"
EMAIL = "email"

_CUSTOMER_USER_ID = "customer_user_id"

FINDERS = (_CUSTOMER_USER_ID, EMAIL)
"""The fields of an event that only find its profile, and are not stored."""

# Of several profiles with the same one, the one that was saved first.
_HOLDERS: Mapping[str, str] = {
    EXTERNAL_PROFILE_ID: "SELECT external_profile_id FROM profiles WHERE external_profile_id = ?",
    _CUSTOMER_USER_ID: "SELECT external_profile_id FROM profiles WHERE customer_user_id = ? ORDER BY saved LIMIT 1",
    EMAIL: "SELECT external_profile_id FROM profiles WHERE email = ? ORDER BY saved LIMIT 1",
}


class Identifier(NamedTuple):
    """One thing that somebody is known by; two are the same to the last character, or not at all.

    Attributes:
        kind: The name of the field that holds it.
        value: What it is.
    """

    kind: str
    value: str


def identifiers(body: Mapping[str, Any]) -> list[Identifier]:
    """Give what a body names somebody by: `external_profile_id`, `customer_user_id`, `email`, in this order.

    A blank `customer_user_id` names nobody: it would make one person of all whom a backend has no id for.

    Example:
        >>> [kind for kind, _ in identifiers({"email": "jane@example.com", "customer_user_id": "jane"})]
        ['customer_user_id', 'email']
    """
    named = [Identifier(kind, body[kind]) for kind in _HOLDERS if kind in body]
    return [one for one in named if one.kind != _CUSTOMER_USER_ID or one.value.strip()]


def holder(connection: sqlite3.Connection, identifier: Identifier) -> str | None:
    """Give the `external_profile_id` of the profile that has an identifier, or None where none has it."""
    row = connection.execute(_HOLDERS[identifier.kind], (identifier.value,)).fetchone()
    return None if row is None else str(row[0])
