"""`erase` with one API: a whole file end to end, what it prints, and each way that it can end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from adapty import Adapty, Deletion
from adapty.cli.outcome import ExitCode
from tests.cli.conftest import DELETED, GONE, json_answer, point_server_side_at, run
from tests.cli.erasing import ONE_AT_A_TIME, make_users, outcomes, report_rows, users_file
from tests.raw_server import RawServer, answer

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable

    from adapty.sandbox import Sandbox

# What differs with the API, and with two of them, is in test_erase_apis.py.
pytestmark = pytest.mark.usefixtures("server_side_alone")


def test_everybody_in_a_file(api: Adapty, served: Sandbox) -> None:
    """Three hundred users are deleted, nobody else is, each has a row, and a second run finds nobody."""
    ids = [f"user_{number}" for number in range(300)]
    make_users(api, *ids, "other")

    first = run("erase", users_file(*ids))

    assert (first.code, first.err) == (0, "")
    assert first.out == "300 deleted, 0 already gone, 0 failed\nerased from: server-side\nreport: users.erased.csv\n"
    assert outcomes() == dict.fromkeys(ids, "deleted")
    assert served.server_side_profile(customer_user_id="user_299") is None
    assert served.server_side_profile(customer_user_id="other") is not None

    second = run("erase", "users.txt")

    assert (second.code, second.err) == (0, "")
    assert second.out == "0 deleted, 300 already gone, 0 failed\nerased from: server-side\nreport: users.erased.csv\n"
    rows = report_rows()
    assert [row["outcome"] for row in rows] == ["deleted"] * 300 + ["already_gone"] * 300
    assert {row["id"] for row in rows[300:]} == set(ids)
    assert {row["reason"] for row in rows} == {""}


def test_who_stands_there_twice_is_sent_once(api: Adapty, served: Sandbox) -> None:
    """Repeats are counted, and make no row and no request of their own."""
    (profile_id,) = make_users(api, "u1")

    ended = run("erase", users_file("u1", "u2", " u1 ", "u1"))

    assert ended.code == 0
    assert ended.out.splitlines() == [
        "1 deleted, 1 already gone, 0 failed",
        "erased from: server-side",
        "repeats of an id, sent once: 2",
        "report: users.erased.csv",
    ]
    assert outcomes() == {"u1": "deleted", "u2": "already_gone"}

    ended = run("erase", users_file(profile_id, profile_id.upper()), "--by", "profile_id", "--report", "again.csv")

    assert ended.out.startswith(
        "0 deleted, 1 already gone, 0 failed\nerased from: server-side\nrepeats of an id, sent once: 1\n"
    )
    assert outcomes("again.csv") == {profile_id: "already_gone"}


def test_so_many_requests_at_a_time(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--concurrency` requests are under way together."""
    point_server_side_at(server.url, monkeypatch)
    together = threading.Barrier(5)

    def wait_for_the_others(connection: socket.socket) -> None:
        together.wait(10)
        connection.sendall(DELETED)

    server.replies = [wait_for_the_others]

    ended = run("erase", users_file(*(f"u{number}" for number in range(10))), "--concurrency", "5")

    assert ended.out.startswith("10 deleted, ")


def test_one_that_the_api_fails_on(server: RawServer, monkeypatch: pytest.MonkeyPatch, slept: list[float]) -> None:
    """A user that still fails after the tries is reported with the reason, and the others are deleted."""
    point_server_side_at(server.url, monkeypatch)
    refused = json_answer(400, {"errors": ["jane@example.com is wrong"], "error_code": "odd"})
    server.replies = [DELETED, answer(500), answer(500), answer(500), refused, answer(409), GONE, DELETED]

    ended = run("erase", users_file("u1", "u2", "u3", "u4", "u5", "u6"), *ONE_AT_A_TIME)

    assert (ended.code, ended.err) == (ExitCode.SOME_REFUSED, "")
    assert ended.out.startswith("2 deleted, 1 already gone, 3 failed\n")
    rows = [(row["id"], row["outcome"], row["reason"].split(" (")[0]) for row in report_rows()]
    assert rows == [
        ("u1", "deleted", ""),
        ("u2", "failed", "deleteProfile: 500: no readable reason"),
        ("u3", "failed", "deleteProfile: 400 odd: [redacted] is wrong"),
        ("u4", "failed", "deleteProfile: 409: no readable reason"),
        ("u5", "already_gone", ""),
        ("u6", "deleted", ""),
    ]
    assert len(slept) == 2


STOPS = {
    "a key that is not known": (json_answer(401, {"error_code": "unauthorized"}), ExitCode.API_ERROR, "401 unauth"),
    "a key that may not": (answer(403), ExitCode.API_ERROR, "403"),
    "an API that wants to be left alone": (answer(429, b"", "Retry-After: 1000"), ExitCode.API_ERROR, "429"),
    "a connection that breaks": (b"", ExitCode.NO_ANSWER, "RemoteProtocolError"),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.6\r\n", ExitCode.NO_ANSWER, "RemoteProtocolError"),
}


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["text", "JSON"])
@pytest.mark.parametrize("name", STOPS)
def test_a_run_that_is_stopped(
    server: RawServer, monkeypatch: pytest.MonkeyPatch, name: str, options: tuple[str, ...]
) -> None:
    """What would fail for all the others ends the run, with its code; the report says who was not tried any more."""
    point_server_side_at(server.url, monkeypatch)
    reply, code, told = STOPS[name]
    server.replies = [DELETED, reply]

    ended = run("erase", users_file("u1", "u2", "u3", "u4"), *ONE_AT_A_TIME, *options)

    assert ended.code == code
    assert ended.err.startswith("Error: deleteProfile: ")
    assert told in ended.err
    assert ended.err.count("\n") == 1
    if options:
        summary = json.loads(ended.out)
        assert (summary["deleted"], summary["failed"]) == (1, 3)
        assert ended.err == f"Error: {summary['stopped_by']['server-side']}\n"
    else:
        assert (
            ended.out
            == "1 deleted, 0 already gone, 3 failed\nerased from: server-side (stopped)\nreport: users.erased.csv\n"
        )
    rows = report_rows()
    assert [row["outcome"] for row in rows] == ["deleted", "failed", "failed", "failed"]
    assert [row["reason"].startswith("not tried, because: deleteProfile: ") for row in rows] == [
        False,
        False,
        True,
        True,
    ]


def test_an_api_that_is_not_there(closed_port: str, monkeypatch: pytest.MonkeyPatch, slept: list[float]) -> None:
    """Where nobody listens, the tries of the first user end it."""
    point_server_side_at(closed_port, monkeypatch)

    ended = run("erase", users_file("u1", "é", "u2"), *ONE_AT_A_TIME)

    assert ended.code == ExitCode.NO_ANSWER
    assert "ConnectError" in ended.err
    assert [row["id"] for row in report_rows()] == ["é", "u1", "u2"]
    assert len(slept) == 2


@pytest.mark.parametrize(
    ("variable", "value"),
    [("ADAPTY_SECRET_KEY", None), ("ADAPTY_SECRET_KEY", "secret live"), ("ADAPTY_BASE_URL", "nowhere")],
)
def test_a_setting_that_is_wrong(
    served: Sandbox, monkeypatch: pytest.MonkeyPatch, variable: str, value: str | None
) -> None:
    """A key that is missing or none, or an address that is none, is told; no report is made."""
    if value is None:
        monkeypatch.delenv(variable)
    else:
        monkeypatch.setenv(variable, value)

    ended = run("erase", users_file("u1"))

    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert variable in ended.err
    assert ended.err.count("\n") == 1
    assert "secret live" not in ended.err
    assert not Path("users.erased.csv").exists()


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["text", "JSON"])
def test_no_address_is_shown(api: Adapty, options: tuple[str, ...]) -> None:
    """Addresses that serve as ids stand in the report, and on no output, `--verbose` or not."""
    make_users(api, "jane@example.com")
    ids = ["jane@example.com", "jane2@example.com", "jané@example.com", "jane@example.com" * 300]

    ended = run("--verbose", "erase", users_file(*ids), *options)

    assert ended.code == ExitCode.SOME_REFUSED
    assert "deleteProfile: DELETE" in ended.err
    assert "jan" not in ended.out + ended.err
    assert outcomes() == dict(zip(ids, ["deleted", "already_gone", "failed", "failed"], strict=True))
    assert not [row for row in report_rows() if "jan" in row["reason"]]


def test_rows_are_written_as_they_come(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a request goes out, what came of those before it is in the report."""
    point_server_side_at(server.url, monkeypatch)
    seen: list[int] = []

    def look(connection: socket.socket) -> None:
        seen.append(len(report_rows()))
        connection.sendall(DELETED)

    server.replies = [look]

    run("erase", users_file("u1", "é", "u2", "u3"), *ONE_AT_A_TIME)

    assert seen == [1, 2, 3]


def started(server: RawServer, monkeypatch: pytest.MonkeyPatch, reply: Callable[[socket.socket], None]) -> Any:
    """Start an `erase` of four users in a process of its own; the reply is that to the second one."""
    point_server_side_at(server.url, monkeypatch)
    server.replies = [DELETED, reply, DELETED]
    command = [sys.executable, "-m", "adapty", "erase", users_file("é", "u1", "u2", "u3", "u4"), *ONE_AT_A_TIME]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_interrupting_it(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C lets the request that is under way end, and its user is in the report; nobody else is sent."""
    arrived, interrupted = threading.Event(), threading.Event()

    def answer_after_the_signal(connection: socket.socket) -> None:
        arrived.set()
        assert interrupted.wait(10)
        connection.sendall(DELETED)

    with started(server, monkeypatch, answer_after_the_signal) as process:
        assert arrived.wait(10)
        process.send_signal(signal.SIGINT)
        interrupted.set()
        out, err = process.communicate(timeout=10)

    assert (process.returncode, out) == (ExitCode.INTERRUPTED, "")
    assert err.splitlines() == [
        "Interrupted",
        "2 deleted, 0 already gone, 1 failed so far",
        "report: users.erased.csv",
    ]
    assert outcomes() == {"é": "failed", "u1": "deleted", "u2": "deleted"}
    assert len(server.requests) == 2


@pytest.mark.skipif(os.name != "posix", reason="it is killed by a signal of POSIX")
def test_killing_it(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever ends the process, the report holds whole rows of all that was done."""
    arrived = threading.Event()

    def stall(connection: socket.socket) -> None:
        arrived.set()
        server.stall(connection)

    with started(server, monkeypatch, stall) as process:
        assert arrived.wait(10)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=10)

    assert outcomes() == {"é": "failed", "u1": "deleted"}


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["text", "JSON"])
def test_interrupting_it_while_several_are_under_way(
    api: Adapty, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    """All those whose request went out before Ctrl-C are in the report, and only those were sent."""
    ids = [f"u{number}" for number in range(50)]
    make_users(api, *ids)
    delete = type(api.profiles).delete
    sent: list[str] = []

    def delete_and_interrupt(self: Any, *, customer_user_id: str) -> None:
        sent.append(customer_user_id)
        if customer_user_id == "u20":
            os.kill(os.getpid(), signal.SIGINT)
        delete(self, customer_user_id=customer_user_id)

    monkeypatch.setattr(type(api.profiles), "delete", delete_and_interrupt)

    ended = run("erase", users_file(*ids), *options)

    assert (ended.code, ended.out) == (ExitCode.INTERRUPTED, "")
    assert ended.err.splitlines()[0] == "Interrupted"
    assert outcomes() == dict.fromkeys(sent, "deleted")
    assert 20 < len(sent) < 50
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_interrupting_it_twice(api: Adapty, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second Ctrl-C does not wait for what is under way; the report holds what was told."""

    def delete_many(_: object, ids: Iterable[str], *, on_outcome: Callable[[Deletion], None], **__: object) -> None:
        on_outcome(Deletion(next(iter(ids)), "deleted"))
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        pytest.fail("it goes on")

    monkeypatch.setattr(type(api.profiles), "delete_many", delete_many)

    ended = run("erase", users_file("u1", "u2"))

    assert (ended.code, ended.out) == (ExitCode.INTERRUPTED, "")
    assert ended.err.splitlines()[1:] == ["1 deleted, 0 already gone, 0 failed so far", "report: users.erased.csv"]
    assert outcomes() == {"u1": "deleted"}


def test_signals_that_are_somebody_elses_are_left_alone(api: Adapty) -> None:
    """In a thread, or where Ctrl-C does something else already, it runs all the same and changes no handler."""

    def handle(*_: object) -> None:
        pytest.fail("nobody pressed Ctrl-C")

    before = signal.signal(signal.SIGINT, handle)
    try:
        assert run("erase", users_file("u1")).code == 0
        assert signal.getsignal(signal.SIGINT) is handle
    finally:
        signal.signal(signal.SIGINT, before)
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(run("erase", "users.txt").code))
    thread.start()
    thread.join()
    assert codes == [0]


def test_progress_is_shown_on_a_terminal(api: Adapty, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal a bar on standard error counts the rows and those that failed; the summary has none."""
    terminal = Console(stderr=True, force_terminal=True, force_interactive=False, width=120)
    monkeypatch.setattr("adapty.cli.erase.errors", terminal)

    ended = run("erase", users_file("u1", "u2", "é", "u1"))

    (bar,) = [line.split() for line in ended.err.splitlines() if line.strip()]
    assert (bar[0], bar[2], bar[3:5]) == ("erase", "3/3", ["1", "failed"])
    assert ended.out.startswith("0 deleted, 2 already gone, 1 failed\n")
