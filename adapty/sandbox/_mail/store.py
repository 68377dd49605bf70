"""The data of the Mail API: profiles and transaction events."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from attrs import frozen

from adapty.flows import FLOW_BY_EVENT_TYPE, Flow
from adapty.sandbox._mail.identity import (
    EXTERNAL_PROFILE_ID,
    LOOKUP_ONLY,
    Identifier,
    erase_profile,
    is_any_erased,
    parse_identifiers,
    profile_for_event,
)
from adapty.sandbox._storage import Database, to_json
from adapty.sandbox._timestamps import parse_rfc3339

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

__all__ = ["UNKNOWN_FLOW", "History", "MailStore", "Overview"]

UNKNOWN_FLOW = "unknown"
"""The flow of a profile whose latest event type is in the spec but not in `adapty.flows`."""

_SAVE_PROFILE = """
INSERT INTO profiles (external_profile_id, customer_user_id, email, body) VALUES (?, ?, ?, ?)
ON CONFLICT (external_profile_id) DO UPDATE SET customer_user_id = excluded.customer_user_id, body = excluded.body
"""
_SAVE_EVENT = """
INSERT INTO events (event_id, external_profile_id, occurred_at, event_type, body) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (event_id) DO NOTHING
"""
_COUNTS = """
SELECT (SELECT count(*) FROM profiles), (SELECT count(*) FROM events), (
    SELECT count(*) FROM events WHERE external_profile_id NOT IN (SELECT external_profile_id FROM profiles)
), (SELECT count(*) FROM tombstones WHERE is_profile)
"""
_PAGE_OF_PROFILES = "SELECT saved, body FROM profiles WHERE saved > ? ORDER BY saved LIMIT ?"
_PAGE_OF_EVENTS = "SELECT received, body FROM events WHERE received > ? ORDER BY received LIMIT ?"
_PAGE_SIZE = 1000
_LATEST_EVENT_TYPES = "SELECT latest_event_type, count(*) FROM latest_events GROUP BY latest_event_type"


@frozen(kw_only=True)
class Overview:
    """Counts of the stored data.

    Attributes:
        flows: Profiles per flow, in the order of `Flow`. All six flows are present.
        unknown_flow: Profiles in none of them; see `UNKNOWN_FLOW`.
        profiles: All profiles.
        events: All events.
        unlinked_events: Events without a profile.
        erased: Erased profiles.
    """

    flows: dict[Flow, int]
    unknown_flow: int
    profiles: int
    events: int
    unlinked_events: int
    erased: int


@frozen(kw_only=True)
class History:
    """The data stored for one external profile id.

    Attributes:
        profile: The stored profile, or None if there are only events.
        flow: The flow of the profile, or None without a profile or with an unknown flow.
        events: The stored events in the order of receipt.
    """

    profile: dict[str, Any] | None
    flow: Flow | None
    events: list[dict[str, Any]]


class MailStore:
    """Profiles and transaction events, stored by the rules of the Mail API; thread-safe.

    Args:
        database: The path of an SQLite file, created if it does not exist; `:memory:` for memory only.

    Attributes:
        database: The open database, with the tables of all APIs.

    Raises:
        AdaptyConfigError: The file cannot be opened, or is not a sandbox database.

    Example:
        >>> store = MailStore()
        >>> store.overview().profiles
        0
        >>> store.close()
    """

    def __init__(self, database: str | PathLike[str] = ":memory:") -> None:
        self.database = Database(database)

    def save_profile(self, profile: Mapping[str, Any]) -> None:
        """Create or update a profile. Given fields replace stored ones, except the email.

        A profile with an identifier of an erased profile is not stored, unless the stored profile has it too.

        Args:
            profile: A body that matches the spec's `ProfileDTO`.
        """
        external_profile_id = profile["external_profile_id"]
        with self.database.write() as connection:
            row = connection.execute(
                "SELECT body FROM profiles WHERE external_profile_id = ?", (external_profile_id,)
            ).fetchone()
            stored = json.loads(row[0]) if row else {}
            if is_any_erased(connection, set(parse_identifiers(profile)).difference(parse_identifiers(stored))):
                return
            email = stored.get("email", profile["email"])
            merged = {**stored, **profile, "email": email}
            connection.execute(
                _SAVE_PROFILE, (external_profile_id, merged.get("customer_user_id"), email, to_json(merged))
            )

    def save_transaction_event(self, event: Mapping[str, Any]) -> None:
        """Store an event, with or without a profile. A known `event_id` changes nothing.

        Events of erased profiles are dropped; see `profile_for_event`. Fields in `LOOKUP_ONLY` are not stored.

        Args:
            event: A body that matches the spec's `TransactionEventDTO`.
        """
        occurred_at = parse_rfc3339(event["event_datetime"])
        body = to_json({name: value for name, value in event.items() if name not in LOOKUP_ONLY})
        with self.database.write() as connection:
            profile = profile_for_event(connection, event)
            if profile is not None:
                connection.execute(_SAVE_EVENT, (event["event_id"], profile, occurred_at, event["event_type"], body))

    def delete_profile(self, body: Mapping[str, Any]) -> None:
        """Erase a profile and its events; see `erase_profile`.

        Args:
            body: A body that matches the spec's `ProfileDeleteDTO`.

        Raises:
            ProfileNotFound: None of the identifiers belongs to a profile, or belonged to one.
        """
        with self.database.erase() as connection:
            erase_profile(connection, body)

    def overview(self) -> Overview:
        """Count the stored data, and the profiles in each flow."""
        with self.database.read() as connection:
            profiles, events, unlinked, erased = connection.execute(_COUNTS).fetchone()
            latest = connection.execute(_LATEST_EVENT_TYPES).fetchall()
        counts = dict.fromkeys([*Flow, None], 0)
        for event_type, count in latest:
            counts[_find_flow(event_type)] += count
        unknown = counts.pop(None)
        flows = cast("dict[Flow, int]", counts)
        return Overview(
            flows=flows,
            unknown_flow=unknown,
            profiles=profiles,
            events=events,
            unlinked_events=unlinked,
            erased=erased,
        )

    def history(self, external_profile_id: str) -> History:
        """Return the profile of an id, its flow, and the events that belong to it or wait for it."""
        with self.database.read() as connection:
            row = connection.execute(
                "SELECT body, latest_event_type FROM latest_events WHERE external_profile_id = ?",
                (external_profile_id,),
            ).fetchone()
            events = connection.execute(
                "SELECT body FROM events WHERE external_profile_id = ? ORDER BY received",
                (external_profile_id,),
            ).fetchall()
        return History(
            profile=json.loads(row[0]) if row else None,
            flow=_find_flow(row[1]) if row else None,
            events=[json.loads(body) for (body,) in events],
        )

    def is_erased(self, external_profile_id: str) -> bool:
        """Return whether a profile with this `external_profile_id` was erased."""
        with self.database.read() as connection:
            return is_any_erased(connection, [Identifier(EXTERNAL_PROFILE_ID, external_profile_id)])

    def profiles_after(self, number: int) -> list[tuple[int, dict[str, Any]]]:
        """Return a page of stored profiles with their row numbers, in the order of first receipt.

        Args:
            number: The last row number of the previous page; 0 for the first page.

        Returns:
            The page; empty after the last one.
        """
        return self._page(_PAGE_OF_PROFILES, number)

    def events_after(self, number: int) -> list[tuple[int, dict[str, Any]]]:
        """Return a page of stored events with their row numbers, in the order of receipt; see `profiles_after`."""
        return self._page(_PAGE_OF_EVENTS, number)

    def _page(self, statement: str, number: int) -> list[tuple[int, dict[str, Any]]]:
        with self.database.read() as connection:
            rows = connection.execute(statement, (number, _PAGE_SIZE)).fetchall()
        return [(row, json.loads(body)) for row, body in rows]

    def reset(self) -> None:
        """Delete all profiles, events and tombstones."""
        with self.database.write() as connection:
            connection.execute("DELETE FROM events")
            connection.execute("DELETE FROM profiles")
            connection.execute("DELETE FROM tombstones")

    def close(self) -> None:
        """Close the database. Closing twice is allowed."""
        self.database.close()


def _find_flow(latest_event_type: str | None) -> Flow | None:
    if latest_event_type is None:
        return Flow.NEVER_PURCHASED
    return cast("Mapping[str, Flow]", FLOW_BY_EVENT_TYPE).get(latest_event_type)
