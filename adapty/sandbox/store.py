"""What the sandbox has been sent, in SQLite."""

from __future__ import annotations

import json
import sqlite3
from os import PathLike, fspath
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

from attrs import frozen

from adapty._core.validate import kind_of
from adapty.errors import AdaptyConfigError
from adapty.flows import FLOW_BY_EVENT_TYPE, Flow
from adapty.sandbox.formats import instant

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["UNKNOWN_FLOW", "History", "Overview", "Store"]

UNKNOWN_FLOW = "unknown"
"""The flow of a profile whose latest event is of a type that the contract has and `adapty.flows` has not."""

# "AdSb", so that a file of somebody else is not taken for ours; the version rises with the tables.
_APPLICATION_ID = 0x41645362
_TABLES_VERSION = 1

# A crash of the machine may lose what came last, or the file: fair for a stand-in, and many times as fast.
_SET_UP = f"""
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
PRAGMA application_id = {_APPLICATION_ID};
PRAGMA user_version = {_TABLES_VERSION};
CREATE TABLE IF NOT EXISTS profiles (external_profile_id TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS events (
    received INTEGER PRIMARY KEY,
    event_id TEXT NOT NULL UNIQUE,
    external_profile_id TEXT NOT NULL,
    moment INTEGER NOT NULL,
    event_type TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS history ON events (external_profile_id, moment, received);
CREATE VIEW IF NOT EXISTS standing AS
    SELECT external_profile_id, body, (
        SELECT event_type FROM events WHERE events.external_profile_id = profiles.external_profile_id
        ORDER BY moment DESC, received DESC LIMIT 1
    ) AS latest_event_type
    FROM profiles;
"""  # noqa: S608 - two integers of this file, where a pragma takes no parameter
_SAVE_PROFILE = """
INSERT INTO profiles (external_profile_id, body) VALUES (?, ?)
ON CONFLICT (external_profile_id) DO UPDATE SET body = excluded.body
"""
_SAVE_EVENT = """
INSERT INTO events (event_id, external_profile_id, moment, event_type, body) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (event_id) DO NOTHING
"""
_COUNTS = """
SELECT (SELECT count(*) FROM profiles), (SELECT count(*) FROM events), (
    SELECT count(*) FROM events WHERE external_profile_id NOT IN (SELECT external_profile_id FROM profiles)
)
"""
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
    """

    flows: dict[Flow, int]
    unknown_flow: int
    profiles: int
    events: int
    unlinked_events: int


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

    Raises:
        AdaptyConfigError: The file cannot be opened, or is not one of the sandbox's.

    Example:
        >>> store = Store()
        >>> store.overview().profiles
        0
        >>> store.close()
    """

    def __init__(self, database: str | PathLike[str] = ":memory:") -> None:
        self._lock = Lock()
        if not isinstance(database, str | PathLike):
            raise AdaptyConfigError.of("database", f"is {kind_of(database)}; expected a path, or :memory:")
        try:
            self._connection = sqlite3.connect(
                fspath(database),
                isolation_level=None,
                check_same_thread=False,
            )
        except (sqlite3.Error, ValueError) as error:
            raise _unusable(database, str(error)) from error
        try:
            self._set_up(database)
        except BaseException:
            self._connection.close()
            raise

    def _set_up(self, database: str | PathLike[str]) -> None:
        try:
            found = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            (application,) = self._connection.execute("PRAGMA application_id").fetchone()
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
            if found and (application, version) != (_APPLICATION_ID, _TABLES_VERSION):
                raise _unusable(database, "it holds something else, or is of another version of the sandbox")
            self._connection.executescript(_SET_UP)
        except sqlite3.Error as error:
            raise _unusable(database, str(error)) from error

    def save_profile(self, profile: Mapping[str, Any]) -> None:
        """Keep a profile, or change the one of that id: given fields replace the kept ones, the email never.

        Args:
            profile: A body that the contract's `ProfileDTO` accepts.
        """
        external_profile_id = profile["external_profile_id"]
        with self._lock, self._connection as connection:
            connection.execute("BEGIN IMMEDIATE")
            found = connection.execute(
                "SELECT body FROM profiles WHERE external_profile_id = ?", (external_profile_id,)
            ).fetchone()
            kept = json.loads(found[0]) if found else profile
            merged = {**kept, **profile, "email": kept["email"]}
            connection.execute(_SAVE_PROFILE, (external_profile_id, _text(merged)))

    def save_transaction_event(self, event: Mapping[str, Any]) -> None:
        """Keep an event, with or without a profile; an `event_id` that is known already changes nothing.

        Args:
            event: A body that the contract's `TransactionEventDTO` accepts.
        """
        row = (
            event["event_id"],
            event["external_profile_id"],
            instant(event["event_datetime"]),
            event["event_type"],
            _text(event),
        )
        with self._lock:
            self._connection.execute(_SAVE_EVENT, row)

    def overview(self) -> Overview:
        """Count what there is, and how many profiles are in each flow."""
        with self._lock, self._connection as connection:
            connection.execute("BEGIN")
            profiles, events, unlinked = connection.execute(_COUNTS).fetchone()
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
        )

    def history(self, external_profile_id: str) -> History:
        """Give the profile of that id, its flow, and its events."""
        with self._lock, self._connection as connection:
            connection.execute("BEGIN")
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

    def reset(self) -> None:
        """Forget everything."""
        with self._lock, self._connection as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("DELETE FROM events")
            connection.execute("DELETE FROM profiles")

    def close(self) -> None:
        """Close the database. Closing again does nothing."""
        with self._lock:
            self._connection.close()


def _flow(latest_event_type: str | None) -> Flow | None:
    if latest_event_type is None:
        return Flow.NEVER_PURCHASED
    return cast("Mapping[str, Flow]", FLOW_BY_EVENT_TYPE).get(latest_event_type)


def _text(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _unusable(database: str | PathLike[str], problem: str) -> AdaptyConfigError:
    return AdaptyConfigError.of("database", f"{fspath(database)} cannot be used: {problem}")
