"""`webhooks`: deliver the events of an outbox, and inspect it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from adapty.cli.outcome import ExitCode
from adapty.webhooks._delivery import _worker_lock
from adapty.webhooks.outbox import Outbox, OutboxCounts
from tests.cli.conftest import point_at, run, table
from tests.raw_server import RawServer, answer
from tests.webhooks.outbox_events import event, events, make_dead

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from adapty.sandbox import Sandbox

REFUSED = answer(400, b'{"errors": [{"message": "jane@example.com is wrong", "status_code": 400}]}')
FILE = "outbox.sqlite"


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    """Return an outbox with two pending events and two dead letters."""
    with Outbox(tmp_path / FILE) as opened:
        for each in events(4, 2):
            opened.put(each)
        make_dead(opened, "evt_0001", "evt_0002")
        yield opened


def test_once_sends_what_is_there(served: Sandbox, outbox: Outbox) -> None:
    """And says how many."""
    ended = run("webhooks", "run", "--outbox", FILE, "--once", "--concurrency", "2", "--rate-limit", "500")
    assert (ended.code, ended.out, ended.err) == (0, "2 delivered, 0 dead letters\n", "")
    assert len(list(served.all_events())) == 2
    assert outbox.counts().dead_letters == 2


def test_once_tells_of_refused_events(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit code says that there are some, the output which, without the address."""
    point_at(server.url, monkeypatch)
    server.replies = [REFUSED]
    with Outbox(FILE) as outbox:
        outbox.put(event(1))
    ended = run("webhooks", "run", "--outbox", FILE, "--once")
    assert ended.code == ExitCode.SOME_REFUSED
    assert ended.out == "0 delivered, 1 dead letters\n"
    assert "'evt_0001' is rejected" in ended.err
    assert "jane" not in ended.err


@pytest.mark.usefixtures("outbox")
def test_once_ends_where_nobody_answers(
    closed_port: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The exit code tells it from an API that refuses, and what is left is said."""
    point_at(closed_port, monkeypatch)
    monkeypatch.setattr("adapty._engine.options._MAX_RETRIES", 0)
    ended = run("webhooks", "run", "--outbox", FILE, "--once")
    assert ended.code == ExitCode.NO_ANSWER
    assert "0 delivered, 0 dead letters; 2 pending in" in ended.err
    assert not caplog.records


def test_once_beside_another_worker_says_so(served: Sandbox, outbox: Outbox) -> None:
    """And sends nothing."""
    with _worker_lock(outbox) as try_lock:
        assert try_lock()
        ended = run("webhooks", "run", "--outbox", FILE, "--once")
    assert ended.code == 5
    assert "another worker is sending its events" in ended.err
    assert not list(served.all_events())


@pytest.mark.parametrize("command", [("run", "--once"), ("replay", "--all"), ("delete", "evt_0001")])
def test_a_busy_outbox_is_no_wrong_use(
    served: Sandbox, outbox: Outbox, monkeypatch: pytest.MonkeyPatch, command: tuple[str, str]
) -> None:
    """A cron job can tell what passes by itself from what it has to be mended for."""
    monkeypatch.setattr("adapty._sqlite.BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(outbox.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        ended = run("webhooks", command[0], "--outbox", FILE, command[1])
    assert ended.code == ExitCode.BUSY
    assert "is locked by another thread or process" in ended.err
    assert served


@pytest.mark.parametrize("lasting", [(), ("--once",)])
@pytest.mark.usefixtures("outbox")
def test_a_wrong_key_ends_it(server: RawServer, monkeypatch: pytest.MonkeyPatch, lasting: tuple[str, ...]) -> None:
    """A worker that could never send anything does not go on."""
    point_at(server.url, monkeypatch)
    server.replies = [answer(401, b"{}")]
    ended = run("webhooks", "run", "--outbox", FILE, "--concurrency", "1", *lasting)
    assert ended.code == ExitCode.API_ERROR
    assert "secret_live_shown" not in ended.out + ended.err


def test_no_key_makes_no_outbox(tmp_path: Path) -> None:
    """What is missing is said first."""
    ended = run("webhooks", "run", "--outbox", FILE)
    assert ended.code == ExitCode.USAGE
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("outbox")
def test_what_waits_is_listed() -> None:
    """With what is known of it, and without whose it is."""
    ended = run("webhooks", "list", "--outbox", FILE)
    assert ended.code == 0
    assert ended.out.startswith("2 pending\n")
    head, first, second = table(ended.out)
    assert head == ["event", "type", "arrived", "attempts", "reason"]
    assert (first[0], first[1], first[3], first[4]) == ("evt_0000", "subscription_started", "0", "-")
    assert second[0] == "evt_0003"


@pytest.mark.usefixtures("outbox")
def test_what_is_refused_is_listed_with_the_reason() -> None:
    """In a table, or as JSON, an event a line."""
    ended = run("webhooks", "list", "--outbox", FILE, "--dead-letters")
    assert ended.out.startswith("2 dead letters\n")
    assert [row[3:] for row in table(ended.out)[1:]] == [["3", "rejected"]] * 2
    lines = run("webhooks", "list", "--outbox", FILE, "--dead-letters", "--json").out.splitlines()
    first = json.loads(lines[0])
    assert len(lines) == 2
    assert {name: first[name] for name in ("event_id", "event_type", "attempts", "reason")} == {
        "event_id": "evt_0001",
        "event_type": "subscription_started",
        "attempts": 3,
        "reason": "rejected",
    }
    assert first.keys() > {"arrived_at", "failed_at"}


def test_a_long_list_is_cut_for_people_and_whole_for_scripts(tmp_path: Path) -> None:
    """The title says that there are more."""
    with Outbox(tmp_path / FILE) as outbox:
        for each in events(103, 5):
            outbox.put(each)
    ended = run("webhooks", "list", "--outbox", FILE)
    assert ended.out.startswith("103 pending, the first 100\n")
    assert len(table(ended.out)) == 101
    assert len(run("webhooks", "list", "--outbox", FILE, "--json").out.splitlines()) == 103


def test_an_empty_list_says_so(tmp_path: Path) -> None:
    """For people; for scripts it has no line."""
    Outbox(tmp_path / FILE).close()
    assert run("webhooks", "list", "--outbox", FILE).out == "0 pending: none\n"
    assert run("webhooks", "list", "--outbox", FILE, "--json").out == ""


@pytest.mark.parametrize(("command", "done"), [("replay", "replayed"), ("delete", "deleted")])
def test_refused_events_are_replayed_or_deleted(outbox: Outbox, command: str, done: str) -> None:
    """One of them, or all."""
    assert run("webhooks", command, "--outbox", FILE, "evt_0002").out == f"1 {done}\n"
    assert [each.event_id for each in outbox.dead_letters()] == ["evt_0001"]
    assert run("webhooks", command, "--outbox", FILE, "--all").out == f"1 {done}\n"
    assert outbox.counts() == OutboxCounts(pending=4 if command == "replay" else 2, dead_letters=0, delivered=0)


def test_an_event_that_waits_is_looked_at_and_removed_by_its_id(outbox: Outbox) -> None:
    """As who finds that it holds up its profile wants to do; `--all` is for the refused ones alone."""
    shown = run("webhooks", "list", "--outbox", FILE, "evt_0003", "evt_0001").out
    assert shown.startswith("1 pending\n")
    assert [row[0] for row in table(shown)[1:]] == ["evt_0003"]
    assert run("webhooks", "replay", "--outbox", FILE, "evt_0003").out == "1 replayed\n"
    assert run("webhooks", "delete", "--outbox", FILE, "evt_0003").out == "1 deleted\n"
    assert run("webhooks", "delete", "--outbox", FILE, "--all").out == "2 deleted\n"
    assert [each.event_id for each in outbox.pending()] == ["evt_0000"]


@pytest.mark.parametrize("command", ["replay", "delete"])
def test_which_events_has_to_be_said_once(outbox: Outbox, command: str) -> None:
    """Neither none nor both; and an id that is of no such event is told of when the others are done."""
    expected = "expected IDs of events, or --all for all dead letters"
    for wrong in ((), ("--all", "evt_0001")):
        ended = run("webhooks", command, "--outbox", FILE, *wrong)
        assert (ended.code, ended.err) == (ExitCode.USAGE, f"Error: {expected}\n")
    ended = run("webhooks", command, "--outbox", FILE, "evt_0001", "jane@example.com", "evt_0001")
    assert ended.code == ExitCode.USAGE
    assert ended.out.startswith("1 ")
    assert ended.err == "Error: 1 ID not found in the outbox; see: webhooks list [--dead-letters]\n"
    assert outbox.counts().dead_letters == 1


@pytest.mark.parametrize("command", ["list", "replay", "delete"])
def test_only_a_worker_makes_an_outbox(tmp_path: Path, command: str) -> None:
    """A wrong name is told, rather than an empty outbox."""
    ended = run("webhooks", command, "--outbox", FILE)
    assert (ended.code, ended.err) == (ExitCode.USAGE, f"Error: --outbox: there is no file {FILE}\n")
    assert not list(tmp_path.iterdir())
