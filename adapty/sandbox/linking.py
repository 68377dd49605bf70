"""Which profile an event of the Mail API counts for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapty.sandbox.erasures import any_erased
from adapty.sandbox.identifiers import EXTERNAL_PROFILE_ID, holder, identifiers

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

__all__ = ["owner"]


def owner(connection: sqlite3.Connection, event: Mapping[str, Any]) -> str | None:
    """Give the `external_profile_id` that an event counts for, or None where it must not be kept.

    The identifiers are looked at in the order `external_profile_id`, `customer_user_id`, `email`. The first that is
    known decides: a profile has it and gets the event, or somebody erased had it and the event is dropped. Where none
    is known, the event waits for a profile with its `external_profile_id`.

    Args:
        connection: The database.
        event: A body that the contract's `TransactionEventDTO` accepts.
    """
    for one in identifiers(event):
        profile = holder(connection, one)
        if profile is not None:
            return profile
        if any_erased(connection, [one]):
            return None
    return str(event[EXTERNAL_PROFILE_ID])
