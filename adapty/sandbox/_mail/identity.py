"""How the Mail API identifies a subscriber: which profile an identifier or an event belongs to, and erasure.

Adapty Mail looks for a profile by `external_profile_id`, then by `customer_user_id`, then by `email`. The sandbox does
so for events and deletions. Unlike Adapty Mail, it does not join a save to a profile with another
`external_profile_id`: which ID the joined profile has is not documented.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

__all__ = [
    "EXTERNAL_PROFILE_ID",
    "LOOKUP_ONLY",
    "Identifier",
    "ProfileNotFound",
    "erase_profile",
    "is_any_erased",
    "parse_identifiers",
    "profile_for_event",
]

EXTERNAL_PROFILE_ID = "external_profile_id"
_CUSTOMER_USER_ID = "customer_user_id"
_EMAIL = "email"

LOOKUP_ONLY = (_CUSTOMER_USER_ID, _EMAIL)
"""The fields of an event that only select its profile, and are not stored."""

# If several profiles have the same value, the oldest one is found.
_LOOKUPS: Mapping[str, str] = {
    EXTERNAL_PROFILE_ID: "SELECT external_profile_id FROM profiles WHERE external_profile_id = ?",
    _CUSTOMER_USER_ID: "SELECT external_profile_id FROM profiles WHERE customer_user_id = ? ORDER BY saved LIMIT 1",
    _EMAIL: "SELECT external_profile_id FROM profiles WHERE email = ? ORDER BY saved LIMIT 1",
}
_ADD_TOMBSTONE = "INSERT INTO tombstones (digest, is_profile) VALUES (?, ?) ON CONFLICT DO NOTHING"


class ProfileNotFound(Exception):  # noqa: N818 - never leaves the sandbox: it becomes a 404
    """No profile has, or had, the given identifiers."""


class Identifier(NamedTuple):
    """An identifier of a subscriber. Two are equal only if every character is.

    Attributes:
        kind: The field name.
        value: The value.
    """

    kind: str
    value: str


def parse_identifiers(body: Mapping[str, Any]) -> list[Identifier]:
    """Return the identifiers in a body, in the order `external_profile_id`, `customer_user_id`, `email`.

    A blank `customer_user_id` is ignored: it would merge all users without an id into one.

    Example:
        >>> [kind for kind, _ in parse_identifiers({"email": "jane@example.com", "customer_user_id": "jane"})]
        ['customer_user_id', 'email']
    """
    found = [Identifier(kind, body[kind]) for kind in _LOOKUPS if kind in body]
    return [one for one in found if one.kind != _CUSTOMER_USER_ID or one.value.strip()]


def profile_for_event(connection: sqlite3.Connection, event: Mapping[str, Any]) -> str | None:
    """Return the `external_profile_id` that an event belongs to, or None if the event must not be stored.

    The identifiers are looked up in the order `external_profile_id`, `customer_user_id`, `email`. The first known one
    decides: a profile has it and gets the event, or an erased profile had it and the event is dropped. If none is
    known, the event waits for a profile with its `external_profile_id`.

    Args:
        connection: The database.
        event: A body that matches the spec's `TransactionEventDTO`.
    """
    for identifier in parse_identifiers(event):
        profile = _find_profile(connection, identifier)
        if profile is not None:
            return profile
        if is_any_erased(connection, [identifier]):
            return None
    return str(event[EXTERNAL_PROFILE_ID])


def erase_profile(connection: sqlite3.Connection, body: Mapping[str, Any]) -> None:
    """Erase one profile with its events, and store only digests of its identifiers.

    The first identifier that belongs to a profile selects it, in the order `external_profile_id`, `customer_user_id`,
    `email`. If several profiles have the same value, the oldest one is selected. Given identifiers that belong to no
    profile are erased with it, including waiting events; those of another profile are unaffected.

    If there is no profile, an `external_profile_id` or a `customer_user_id` of an erased profile succeeds and changes
    nothing. An erased address is unknown.

    Args:
        connection: The database, in a write transaction.
        body: A body that matches the spec's `ProfileDeleteDTO`.

    Raises:
        ProfileNotFound: None of the identifiers belongs to a profile, or belonged to one.
    """
    owners = {one: _find_profile(connection, one) for one in parse_identifiers(body)}
    profile = next((found for found in owners.values() if found is not None), None)
    if profile is None:
        if is_any_erased(connection, (one for one in owners if one.kind != _EMAIL)):
            return
        raise ProfileNotFound
    (stored,) = connection.execute("SELECT body FROM profiles WHERE external_profile_id = ?", (profile,)).fetchone()
    erased = {*parse_identifiers(json.loads(stored)), *(one for one, found in owners.items() if found is None)}
    connection.execute("DELETE FROM profiles WHERE external_profile_id = ?", (profile,))
    connection.executemany(
        "DELETE FROM events WHERE external_profile_id = ?",
        [(one.value,) for one in erased if one.kind == EXTERNAL_PROFILE_ID],
    )
    own_id = Identifier(EXTERNAL_PROFILE_ID, profile)
    connection.executemany(_ADD_TOMBSTONE, [(_digest(one), one == own_id) for one in erased])


def is_any_erased(connection: sqlite3.Connection, identifiers: Iterable[Identifier]) -> bool:
    """Return whether an erased profile had one of the identifiers."""
    find = "SELECT 1 FROM tombstones WHERE digest = ?"
    return any(connection.execute(find, (_digest(one),)).fetchone() for one in identifiers)


def _find_profile(connection: sqlite3.Connection, identifier: Identifier) -> str | None:
    row = connection.execute(_LOOKUPS[identifier.kind], (identifier.value,)).fetchone()
    return None if row is None else str(row[0])


def _digest(identifier: Identifier) -> bytes:
    return sha256(f"{identifier.kind}:{identifier.value}".encode()).digest()
