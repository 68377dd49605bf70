"""Erasing a subscriber of the Mail API for good, and knowing afterwards that it was done."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from adapty.sandbox.identifiers import EMAIL, EXTERNAL_PROFILE_ID, Identifier, holder, identifiers

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

__all__ = ["NoSuchProfile", "any_erased", "erase"]

_REMEMBER = "INSERT INTO erased (digest, is_profile) VALUES (?, ?) ON CONFLICT DO NOTHING"


class NoSuchProfile(Exception):  # noqa: N818 - never leaves the sandbox: it becomes an answer of status 404
    """Nobody is, or was, known by what was named."""


def erase(connection: sqlite3.Connection, named: Mapping[str, Any]) -> None:
    """Erase one profile with its events, and remember no more of it than digests of what it was known by.

    It is the profile that any of the identifiers leads to: the first that does decides, in the order
    `external_profile_id`, `customer_user_id`, `email`. Of several profiles with the same one, it is the one that was
    saved first. What else was named and belongs to nobody is erased along with it, waiting events too; what belongs
    to another profile stays as it is.

    Where no profile is found, an `external_profile_id` or a `customer_user_id` of somebody erased is done with: it
    changes nothing. An erased address is unknown.

    Args:
        connection: The database, open for changes.
        named: A body that the contract's `ProfileDeleteDTO` accepts.

    Raises:
        NoSuchProfile: None of the identifiers leads to anybody.
    """
    leads = {one: holder(connection, one) for one in identifiers(named)}
    profile = next((found for found in leads.values() if found is not None), None)
    if profile is None:
        if any_erased(connection, (one for one in leads if one.kind != EMAIL)):
            return
        raise NoSuchProfile
    (body,) = connection.execute("SELECT body FROM profiles WHERE external_profile_id = ?", (profile,)).fetchone()
    gone = {*identifiers(json.loads(body)), *(one for one, found in leads.items() if found is None)}
    connection.execute("DELETE FROM profiles WHERE external_profile_id = ?", (profile,))
    connection.executemany(
        "DELETE FROM events WHERE external_profile_id = ?",
        [(one.value,) for one in gone if one.kind == EXTERNAL_PROFILE_ID],
    )
    of_profile = Identifier(EXTERNAL_PROFILE_ID, profile)
    connection.executemany(_REMEMBER, [(_digest(one), one == of_profile) for one in gone])


def any_erased(connection: sqlite3.Connection, named: Iterable[Identifier]) -> bool:
    """Tell whether somebody who was erased was known by one of these."""
    return any(connection.execute("SELECT 1 FROM erased WHERE digest = ?", (_digest(one),)).fetchone() for one in named)


def _digest(identifier: Identifier) -> bytes:
    return sha256(f"{identifier.kind}:{identifier.value}".encode()).digest()
