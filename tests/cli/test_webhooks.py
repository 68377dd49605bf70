"""`webhooks`: deliver the events of an outbox, and inspect it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from adapty._cli.errors import ExitCode
from adapty.webhooks.outbox import Outbox, OutboxCounts
from tests.cases import case
from tests.cli.conftest import fresh_case, point_at, run, table
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


def test_run_once_delivers_pending_events(served: Sandbox, outbox: Outbox) -> None:
    """And prints their number."""
    ended = run("webhooks", "run", "--outbox", FILE, "--once", "--concurrency", "2", "--rate-limit", "500")
    assert (ended.code, ended.out, ended.err) == (0, "2 delivered, 0 dead letters\n", "")
    assert len(list(served.all_events())) == 2
    assert outbox.counts().dead_letters == 2


def test_run_once_reports_dead_letters(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the exit code, and on stderr without the address."""
    point_at(server.url, monkeypatch)
    server.replies = [REFUSED]
    with Outbox(FILE) as outbox:
        outbox.put(event(1))
    ended = run("webhooks", "run", "--outbox", FILE, "--once")
    assert ended.code == ExitCode.SOME_FAILED
    assert ended.out == "0 delivered, 1 dead letters\n"
    assert "'evt_0001' is rejected" in ended.err
    assert "jane" not in ended.err


@pytest.mark.usefixtures("outbox")
def test_run_once_fails_without_a_response(
    closed_port: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With its own exit code and the number of pending events."""
    point_at(closed_port, monkeypatch)
    monkeypatch.setattr("adapty._engine.options._MAX_RETRIES", 0)
    ended = run("webhooks", "run", "--outbox", FILE, "--once")
    assert ended.code == ExitCode.NO_RESPONSE
    assert "0 delivered, 0 dead letters; 2 pending in" in ended.err
    assert not caplog.records


def test_run_once_beside_another_worker_fails(served: Sandbox, outbox: Outbox) -> None:
    """It sends nothing."""
    with closing(outbox._open_store()) as other:
        assert other.try_lock()
        ended = run("webhooks", "run", "--outbox", FILE, "--once")
    assert ended.code == 5
    assert "another worker is sending its events" in ended.err
    assert not list(served.all_events())


def test_locked_outbox_has_its_own_exit_code(served: Sandbox, outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cron job can distinguish it from wrong usage."""
    for command in [("run", "--once"), ("replay", "--all"), ("delete", "evt_0001")]:
        with fresh_case(served, command):
            monkeypatch.setattr("adapty._sqlite.BUSY_SECONDS", 0.05)
            with closing(sqlite3.connect(outbox.path, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                ended = run("webhooks", command[0], "--outbox", FILE, command[1])
            assert ended.code == ExitCode.UNAVAILABLE
            assert "is locked by another thread or process" in ended.err
            assert served


@pytest.mark.parametrize("lasting", [(), ("--once",)])
@pytest.mark.usefixtures("outbox")
def test_run_ends_with_a_wrong_key(
    server: RawServer, monkeypatch: pytest.MonkeyPatch, lasting: tuple[str, ...]
) -> None:
    """With and without --once."""
    point_at(server.url, monkeypatch)
    server.replies = [answer(401, b"{}")]
    ended = run("webhooks", "run", "--outbox", FILE, "--concurrency", "1", *lasting)
    assert ended.code == ExitCode.API_ERROR
    assert "secret_live_shown" not in ended.out + ended.err


def test_run_without_a_key_creates_no_file(tmp_path: Path) -> None:
    """The key is checked first."""
    ended = run("webhooks", "run", "--outbox", FILE)
    assert ended.code == ExitCode.USAGE
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("outbox")
def test_list_shows_pending_events() -> None:
    """Without personal data."""
    ended = run("webhooks", "list", "--outbox", FILE)
    assert ended.code == 0
    assert ended.out.startswith("2 pending\n")
    head, first, second = table(ended.out)
    assert head == ["event", "type", "arrived", "attempts", "reason"]
    assert (first[0], first[1], first[3], first[4]) == ("evt_0000", "subscription_started", "0", "-")
    assert second[0] == "evt_0003"


@pytest.mark.usefixtures("outbox")
def test_list_shows_dead_letters_with_the_reason() -> None:
    """As a table, and as JSON lines."""
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


def test_list_limits_the_table_and_not_json(tmp_path: Path) -> None:
    """The title says that there are more."""
    with Outbox(tmp_path / FILE) as outbox:
        for each in events(103, 5):
            outbox.put(each)
    ended = run("webhooks", "list", "--outbox", FILE)
    assert ended.out.startswith("103 pending, the first 100\n")
    assert len(table(ended.out)) == 101
    assert len(run("webhooks", "list", "--outbox", FILE, "--json").out.splitlines()) == 103


def test_empty_list_says_so(tmp_path: Path) -> None:
    """JSON has no line."""
    Outbox(tmp_path / FILE).close()
    assert run("webhooks", "list", "--outbox", FILE).out == "0 pending: none\n"
    assert run("webhooks", "list", "--outbox", FILE, "--json").out == ""


@pytest.mark.parametrize(("command", "done"), [("replay", "replayed"), ("delete", "deleted")])
def test_dead_letters_are_replayed_or_deleted(outbox: Outbox, command: str, done: str) -> None:
    """By ID, or all."""
    assert run("webhooks", command, "--outbox", FILE, "evt_0002").out == f"1 {done}\n"
    assert [each.event_id for each in outbox.dead_letters()] == ["evt_0001"]
    assert run("webhooks", command, "--outbox", FILE, "--all").out == f"1 {done}\n"
    assert outbox.counts() == OutboxCounts(pending=4 if command == "replay" else 2, dead_letters=0, delivered=0)


def test_pending_event_is_shown_and_deleted_by_id(outbox: Outbox) -> None:
    """--all concerns only dead letters."""
    shown = run("webhooks", "list", "--outbox", FILE, "evt_0003", "evt_0001").out
    assert shown.startswith("1 pending\n")
    assert [row[0] for row in table(shown)[1:]] == ["evt_0003"]
    assert run("webhooks", "replay", "--outbox", FILE, "evt_0003").out == "1 replayed\n"
    assert run("webhooks", "delete", "--outbox", FILE, "evt_0003").out == "1 deleted\n"
    assert run("webhooks", "delete", "--outbox", FILE, "--all").out == "2 deleted\n"
    assert [each.event_id for each in outbox.pending()] == ["evt_0000"]


@pytest.mark.parametrize("command", ["replay", "delete"])
def test_replay_and_delete_require_ids_or_all(outbox: Outbox, command: str) -> None:
    """Unknown IDs are reported after the others are done."""
    for wrong, problem in (
        ((), "is missing, and so is --all"),
        (("--all", "evt_0001"), "cannot be combined with --all"),
    ):
        ended = run("webhooks", command, "--outbox", FILE, *wrong)
        assert (ended.code, ended.err) == (ExitCode.USAGE, f"Error: EVENT_ID: {problem}; expected one of the two\n")
    ended = run("webhooks", command, "--outbox", FILE, "evt_0001", "jane@example.com", "evt_0001")
    assert ended.code == ExitCode.USAGE
    assert ended.out.startswith("1 ")
    assert (
        ended.err == "Error: EVENT_ID: 1 ID not found in the outbox; to list the IDs: webhooks list [--dead-letters]\n"
    )
    assert outbox.counts().dead_letters == 1


def test_only_run_creates_an_outbox(tmp_path: Path) -> None:
    """A misspelled path is an error."""
    for command in ["list", "replay", "delete"]:
        with case(command):
            ended = run("webhooks", command, "--outbox", FILE)
            assert (ended.code, ended.err) == (
                ExitCode.USAGE,
                f"Error: --outbox: no such file (got {FILE}); expected an existing outbox\n",
            )
            assert not list(tmp_path.iterdir())
