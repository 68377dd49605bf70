"""What the Mail API has been sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from attrs import frozen

from adapty.flows import FLOW_BY_EVENT_TYPE, Flow
from adapty.sandbox.database import Database, as_text
from adapty.sandbox.erasures import any_erased, erase
from adapty.sandbox.formats import instant
from adapty.sandbox.identifiers import EXTERNAL_PROFILE_ID, FINDERS, Identifier, identifiers
from adapty.sandbox.linking import owner

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

__all__ = ["UNKNOWN_FLOW", "History", "Overview", "Store"]

UNKNOWN_FLOW = "unknown"
"""The flow of a profile whose latest event is of a type that the contract has and `adapty.flows` has not."""

_SAVE_PROFILE = """
INSERT INTO profiles (external_profile_id, customer_user_id, email, body) VALUES (?, ?, ?, ?)
ON CONFLICT (external_profile_id) DO UPDATE SET customer_user_id = excluded.customer_user_id, body = excluded.body
"""
_SAVE_EVENT = """
INSERT INTO events (event_id, external_profile_id, moment, event_type, body) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (event_id) DO NOTHING
"""
_COUNTS = """
SELECT (SELECT count(*) FROM profiles), (SELECT count(*) FROM events), (
    SELECT count(*) FROM events WHERE external_profile_id NOT IN (SELECT external_profile_id FROM profiles)
), (SELECT count(*) FROM erased WHERE is_profile)
"""
_PAGE_OF_PROFILES = "SELECT saved, body FROM profiles WHERE saved > ? ORDER BY saved LIMIT ?"
_PAGE_OF_EVENTS = "SELECT received, body FROM events WHERE received > ? ORDER BY received LIMIT ?"
_PAGE = 1000
_LATEST_EVENT_TYPES = "SELECT latest_event_type, count(*) FROM standing GROUP BY latest_event_type"


@frozen(kw_only=True)
class Overview:
    """How much the sandbox holds.

    Attributes:
        flows: How many profiles are in each flow, in the order of `Flow`, all six named.
        unknown_flow: How many profiles are in none of them; see `UNKNOWN_FLOW`.
        profiles: How many profiles there are.
        events: How many events there are.
        unlinked_events: How many of these have no profile yet.
        erased: How many profiles were erased.
    """

    flows: dict[Flow, int]
    unknown_flow: int
    profiles: int
    events: int
    unlinked_events: int
    erased: int


@frozen(kw_only=True)
class History:
    """What is known under one external profile id.

    Attributes:
        profile: The profile as stored, or None where only events came so far.
        flow: The profile's flow, or None where there is no profile, or no flow for its latest event.
        events: The events as stored, in the order of receipt.
    """

    profile: dict[str, Any] | None
    flow: Flow | None
    events: list[dict[str, Any]]


class Store:
    """Profiles and transaction events, kept by the rules of the Mail API; safe to share between threads.

    Args:
        database: The path of an SQLite file, made where there is none; `:memory:` keeps all in memory.

    Attributes:
        database: The open database, which has tables for both APIs.

    Raises:
        AdaptyConfigError: The file cannot be opened, or is not one of the sandbox's.

    Example:
        >>> store = Store()
        >>> store.overview().profiles
        0
        >>> store.close()
    """

    def __init__(self, database: str | PathLike[str] = ":memory:") -> None:
        self.database = Database(database)

    def save_profile(self, profile: Mapping[str, Any]) -> None:
        """Keep a profile, or change the one of that id: given fields replace the kept ones, the email never.

        Nothing is kept of a profile that names an identifier of somebody erased, unless the profile is there and has
        the same one.

        Args:
            profile: A body that the contract's `ProfileDTO` accepts.
        """
        external_profile_id = profile["external_profile_id"]
        with self.database.writing() as connection:
            found = connection.execute(
                "SELECT body FROM profiles WHERE external_profile_id = ?", (external_profile_id,)
            ).fetchone()
            own = json.loads(found[0]) if found else {}
            if any_erased(connection, set(identifiers(profile)).difference(identifiers(own))):
                return
            email = own.get("email", profile["email"])
            merged = {**own, **profile, "email": email}
            row = (external_profile_id, merged.get("customer_user_id"), email, as_text(merged))
            connection.execute(_SAVE_PROFILE, row)

    def save_transaction_event(self, event: Mapping[str, Any]) -> None:
        """Keep an event, with or without a profile; an `event_id` that is known already changes nothing.

        Nothing is kept of an event of somebody erased; see `owner`. What only finds its profile is not kept either.

        Args:
            event: A body that the contract's `TransactionEventDTO` accepts.
        """
        moment = instant(event["event_datetime"])
        body = as_text({name: value for name, value in event.items() if name not in FINDERS})
        with self.database.writing() as connection:
            profile = owner(connection, event)
            if profile is not None:
                connection.execute(_SAVE_EVENT, (event["event_id"], profile, moment, event["event_type"], body))

    def delete_profile(self, named: Mapping[str, Any]) -> None:
        """Erase a profile and its events for good; which one, and what a repetition does, `erase` says.

        Args:
            named: A body that the contract's `ProfileDeleteDTO` accepts.

        Raises:
            NoSuchProfile: None of the identifiers leads to anybody.
        """
        with self.database.erasing() as connection:
            erase(connection, named)

    def overview(self) -> Overview:
        """Count what there is, and how many profiles are in each flow."""
        with self.database.reading() as connection:
            profiles, events, unlinked, erased = connection.execute(_COUNTS).fetchone()
            latest = connection.execute(_LATEST_EVENT_TYPES).fetchall()
        counted = dict.fromkeys([*Flow, None], 0)
        for event_type, count in latest:
            counted[_flow(event_type)] += count
        unknown = counted.pop(None)
        flows = cast("dict[Flow, int]", counted)
        return Overview(
            flows=flows,
            unknown_flow=unknown,
            profiles=profiles,
            events=events,
            unlinked_events=unlinked,
            erased=erased,
        )

    def history(self, external_profile_id: str) -> History:
        """Give the profile of that id, its flow, and the events that count for it or wait for it."""
        with self.database.reading() as connection:
            found = connection.execute(
                "SELECT body, latest_event_type FROM standing WHERE external_profile_id = ?",
                (external_profile_id,),
            ).fetchone()
            events = connection.execute(
                "SELECT body FROM events WHERE external_profile_id = ? ORDER BY received",
                (external_profile_id,),
            ).fetchall()
        return History(
            profile=json.loads(found[0]) if found else None,
            flow=_flow(found[1]) if found else None,
            events=[json.loads(body) for (body,) in events],
        )

    def has_erased(self, external_profile_id: str) -> bool:
        """Tell whether somebody with this `external_profile_id` was erased."""
        with self.database.reading() as connection:
            return any_erased(connection, [Identifier(EXTERNAL_PROFILE_ID, external_profile_id)])

    def profiles_after(self, number: int) -> list[tuple[int, dict[str, Any]]]:
        """Give some profiles as stored, each with its number, by which they are in the order of their first coming.

        Args:
            number: The last number that is known already; 0 for none.

        Returns:
            An empty list where there are no more.
        """
        return self._page(_PAGE_OF_PROFILES, number)

    def events_after(self, number: int) -> list[tuple[int, dict[str, Any]]]:
        """Give some events as stored, each with its number, in the order of receipt; as `profiles_after`."""
        return self._page(_PAGE_OF_EVENTS, number)

    def _page(self, statement: str, number: int) -> list[tuple[int, dict[str, Any]]]:
        with self.database.reading() as connection:
            rows = connection.execute(statement, (number, _PAGE)).fetchall()
        return [(row, json.loads(body)) for row, body in rows]

    def reset(self) -> None:
        """Forget all profiles, events and erasures."""
        with self.database.writing() as connection:
            connection.execute("DELETE FROM events")
            connection.execute("DELETE FROM profiles")
            connection.execute("DELETE FROM erased")

    def close(self) -> None:
        """Close the database. Closing again does nothing."""
        self.database.close()


def _flow(latest_event_type: str | None) -> Flow | None:
    if latest_event_type is None:
        return Flow.NEVER_PURCHASED
    return cast("Mapping[str, Flow]", FLOW_BY_EVENT_TYPE).get(latest_event_type)
