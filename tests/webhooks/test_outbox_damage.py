"""A damaged row of an outbox becomes a dead letter, and blocks neither the worker nor a listing."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty.webhooks._stores.rows import COLUMNS, parse_row
from adapty.webhooks.outbox import Outbox
from adapty.webhooks.worker import Worker, drain
from tests.core.support import repeatable
from tests.webhooks.outbox_events import event, events
from tests.webhooks.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from adapty import Adapty
    from adapty.sandbox import Sandbox

NOT_UTF_8 = "CAST(x'ff00fe' AS TEXT)"
DEEP = json.dumps("[" * 100_000)[1:-1]

FATAL = {
    "event_id": ["x'ff00'", NOT_UTF_8, "'evt' || char(0) || '2'"],
    "profile": ["x'ff00'", "x'757365725f30'", NOT_UTF_8, "'user' || char(0) || '0'"],
    "event": [
        "''",
        "'no JSON'",
        "'[]'",
        "'7'",
        "'{}'",
        '\'{"event_type": "subscription_started"}\'',
        "json_set(event, '$.external_profile_id', 7)",
        "json_set(event, '$.event_type', 'unknown')",
        "json_set(event, '$.price_usd', json('[[[]]]'))",
        f"'{DEEP}'",
        f"'{{\"price_usd\": {'1' * 5000}}}'",
        "x'7b7d'",
        "x'ff'",
        "7",
        NOT_UTF_8,
    ],
    "state": ["''", "'PENDING'", "'unknown'", "x'70656e64696e67'", "7", NOT_UTF_8],
}
"""SQL of values that keep an event from being sent."""

HARMLESS = {
    "created_at": ["'long ago'", "x'00'", "1e300", "-1e300", "9e999", NOT_UTF_8],
    "updated_at": ["'long ago'", "x'00'", "1e300", "-1e300", "9e999", NOT_UTF_8],
    "attempts": ["'many'", "x'00'", "1.5", "-1", "1e300", NOT_UTF_8],
    "reason": ["7", "x'ff'", NOT_UTF_8],
}
"""SQL of values that an event can be sent without."""


@contextmanager
def damaged(path: Path, column: str, value: str) -> Iterator[Outbox]:
    """Return an outbox of six events of one profile, with one column of the third event damaged."""
    with Outbox(path) as outbox:
        for each in events(6, 1):
            outbox.put(each)
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(f"UPDATE events SET {column} = {value} WHERE seq = 3")  # noqa: S608 - of this module
        assert_readable(outbox)
        yield outbox


def received(sandbox: Sandbox) -> list[str]:
    """Return the ids of the events that Mail got."""
    return [each["event_id"] for each in sandbox.all_events()]


def assert_readable(outbox: Outbox) -> None:
    """Check that everything about the outbox can be read."""
    counts = outbox.counts()
    listed = [*outbox.pending(), *outbox.dead_letters()]
    assert len(listed) == counts.pending + counts.dead_letters
    for each in listed:
        assert isinstance(each.arrived_at, datetime)
        assert each.arrived_at.tzinfo is UTC
        assert isinstance(each.attempts, int)
        for text in (each.event_id, each.external_profile_id, each.reason or "", each.event_type):
            text.encode()


@pytest.mark.parametrize("column", FATAL)
def test_damaged_row_becomes_a_dead_letter(mail: Adapty, sandbox: Sandbox, tmp_path: Path, column: str) -> None:
    """The other rows of its profile are sent in order, and all can be listed, replayed and deleted."""
    for number, value in enumerate(FATAL[column]):
        sandbox.reset()
        with damaged(tmp_path / f"{number}.sqlite", column, value) as outbox:
            report = drain(mail, outbox)
            assert report.delivered == 5, value
            assert received(sandbox) == ["evt_0000", "evt_0001", "evt_0003", "evt_0004", "evt_0005"]
            assert_readable(outbox)
            (dead,) = outbox.dead_letters()
            assert dead.reason, value
            assert outbox.replay_all() == 1
            drain(mail, outbox)
            assert outbox.counts().pending == 0
            assert outbox.counts().dead_letters == (column != "state")  # which is right again once it is replayed
            assert outbox.delete_all() == outbox.counts().dead_letters or column != "state"
            assert outbox.counts().dead_letters == 0


@pytest.mark.parametrize("column", HARMLESS)
def test_row_with_damaged_metadata_is_sent(mail: Adapty, sandbox: Sandbox, tmp_path: Path, column: str) -> None:
    """Mail does not get times and attempts."""
    for number, value in enumerate(HARMLESS[column]):
        sandbox.reset()
        with damaged(tmp_path / f"{number}.sqlite", column, value) as outbox:
            assert drain(mail, outbox).delivered == 6
            assert_readable(outbox)


def test_damaged_rows_do_not_end_a_worker(mail: Adapty, sandbox: Sandbox, outbox: Outbox) -> None:
    """It sends later events, and logs the dead letters."""
    for each in events(60, 3):
        outbox.put(each)
    with closing(sqlite3.connect(outbox.path)) as connection, connection:
        connection.execute("UPDATE events SET profile = x'00' WHERE seq % 3 = 0")
        connection.execute("UPDATE events SET event = x'00' WHERE seq % 3 = 1")
    with Worker(mail, outbox) as worker:
        until(lambda: outbox.counts().pending == 0)
        outbox.put(event(100))
        until(lambda: "evt_0100" in received(sandbox))
        assert worker.is_alive
    assert outbox.counts().dead_letters == 40
    assert {each.reason for each in outbox.dead_letters()} == {
        "damaged in the outbox: cannot read profile",
        "damaged in the outbox: cannot read event",
    }


def test_file_without_constraints_is_usable(mail: Adapty, sandbox: Sandbox, outbox: Outbox) -> None:
    """Nulls in any column block nothing."""
    columns = ("event_id", "profile", "event", "state", "created_at", "updated_at", "attempts")
    for each in events(8, 1):
        outbox.put(each)
    with closing(sqlite3.connect(outbox.path)) as connection, connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET sql = replace(sql, 'NOT NULL', '') WHERE name = 'events'")
    with closing(sqlite3.connect(outbox.path)) as connection, connection:
        for seq, column in enumerate(columns, 1):
            connection.execute(f"UPDATE events SET {column} = NULL WHERE seq = ?", (seq,))  # noqa: S608 - of this test
    with Outbox(outbox.path) as opened:
        assert_readable(opened)
        drain(mail, opened)
        assert received(sandbox) == ["evt_0004", "evt_0005", "evt_0006", "evt_0007"]
        assert_readable(opened)
        assert opened.counts().dead_letters == 4


ANYTHING = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.binary(max_size=20),
    st.text(max_size=20),
    st.sampled_from(["pending", "dead", "{}", '{"event_type": 7}', "\udcff"]),
)


@given(values=st.tuples(st.integers(1, 2**62), *[ANYTHING] * (COLUMNS.count(","))))
@repeatable(100)
def test_any_row_is_parsed(values: tuple[Any, ...]) -> None:
    """Whatever SQLite returns."""
    stored = parse_row(values)
    assert stored.seq == values[0]
    for text in (stored.event_id, stored.profile, stored.reason or "", stored.damage or ""):
        text.encode()
    assert stored.created_at.tzinfo is stored.updated_at.tzinfo is UTC
