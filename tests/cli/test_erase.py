"""`erase`: deletions, pace, failures, aborted and interrupted runs."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE
from typing import TYPE_CHECKING, Any

import pytest

from adapty._cli.errors import ExitCode
from tests.cli.conftest import (
    DELETED,
    FORBIDDEN,
    GONE,
    fresh_case,
    json_answer,
    point_server_side_at,
    reply_by_user,
    run,
)
from tests.cli.erasing import ONE_AT_A_TIME, RESUME_HINT, make_users, outcomes, report_rows, users_file
from tests.python_processes import PythonProcess
from tests.raw_server import RawServer, answer

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from adapty import Adapty
    from adapty.bulk import Progress
    from adapty.sandbox import Sandbox
    from tests.cli.conftest import CtrlC

# What differs with the API, and with two of them, is in test_erase_apis.py.
pytestmark = pytest.mark.usefixtures("server_side_alone")


def test_all_users_of_a_file_are_deleted(api: Adapty, served: Sandbox) -> None:
    """Three hundred users are deleted and no others, each has a row, and a second run finds none."""
    ids = [f"user_{number}" for number in range(300)]
    make_users(api, *ids, "other")

    first = run("erase", users_file(*ids))

    assert (first.code, first.err) == (0, "")
    assert first.summary == [
        "300 deleted, 0 not found, 0 failed",
        "erased from: server-side",
        "report: users.erased.csv",
    ]
    assert outcomes() == dict.fromkeys(ids, "deleted")
    assert served.server_side_profile(customer_user_id="user_299") is None
    assert served.server_side_profile(customer_user_id="other") is not None

    second = run("erase", "users.txt")

    assert second.code == ExitCode.SOME_FAILED
    assert second.err == (
        "Warning: server-side: no profile was found by customer_user_id; the IDs are probably of another kind, "
        "app or project. Try --by profile_id; a file with a header needs a column of that name\n"
    )
    assert second.summary == [
        "0 deleted, 300 not found, 0 failed",
        "erased from: server-side",
        "report: users.erased.csv",
    ]
    assert not Path("users.txt.checkpoint").exists()
    rows = report_rows()
    assert [row["outcome"] for row in rows] == ["deleted"] * 300 + ["not_found"] * 300
    assert {row["id"] for row in rows[300:]} == set(ids)
    assert {row["reason"] for row in rows} == {"", "no profile by customer_user_id"}


def test_repeated_ids_are_sent_once(api: Adapty, served: Sandbox) -> None:
    """They are counted, without a row and a request of their own."""
    (profile_id,) = make_users(api, "u1")

    ended = run("erase", users_file("u1", "u2", "u1", "u1"))

    assert ended.code == 0
    assert ended.summary == [
        "1 deleted, 1 not found, 0 failed",
        "erased from: server-side",
        "repeated IDs, sent once: 2",
        "report: users.erased.csv",
    ]
    assert outcomes() == {"u1": "deleted", "u2": "not_found"}

    ended = run("erase", users_file(profile_id, profile_id.upper()), "--by", "profile_id", "--report", "again.csv")

    assert ended.out.startswith(
        "0 deleted, 1 not found, 0 failed\nerased from: server-side\nrepeated IDs, sent once: 1\n"
    )
    assert outcomes("again.csv") == {profile_id: "not_found"}


def test_concurrency_is_the_number_of_requests_in_flight(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--concurrency` requests are sent before the first response."""
    point_server_side_at(server.url, monkeypatch)
    together = threading.Barrier(5)

    def wait_for_the_others(connection: socket.socket) -> None:
        together.wait(10)
        connection.sendall(DELETED)

    server.replies = [*[wait_for_the_others] * 5, DELETED]

    ended = run("erase", users_file(*(f"u{number}" for number in range(50))), "--concurrency", "5")

    assert ended.out.startswith("50 deleted, ")


def test_rate_limit_applies_from_the_first_request(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--rate-limit` requests per second."""
    point_server_side_at(server.url, monkeypatch)
    server.replies = [DELETED]

    ended = run("erase", users_file(*(f"u{number}" for number in range(11))), "--rate-limit", "50", "--json")

    assert json.loads(ended.out)["deleted"] == 11
    assert json.loads(ended.out)["elapsed"] >= 0.14  # the first three requests may go out together


def test_user_that_fails_after_retries_is_reported(
    server: RawServer, monkeypatch: pytest.MonkeyPatch, slept: list[float]
) -> None:
    """The others are deleted."""
    point_server_side_at(server.url, monkeypatch)
    refused = json_answer(400, {"errors": ["jane@example.com is wrong"], "error_code": "odd"})
    reply_by_user(server, {"u2": answer(500), "u3": refused, "u4": answer(409), "u5": GONE})

    ended = run("erase", users_file("u1", "u2", "u3", "u4", "u5", "u6"), *ONE_AT_A_TIME)

    assert (ended.code, ended.err) == (ExitCode.SOME_FAILED, "")
    assert ended.out.startswith("2 deleted, 1 not found, 3 failed\n")
    rows = {row["id"]: (row["outcome"], row["reason"].split(" (")[0]) for row in report_rows()}
    assert rows == {
        "u1": ("deleted", ""),
        "u2": ("failed", "deleteProfile: 500: no error message"),
        "u3": ("failed", "deleteProfile: 400 odd: [redacted] is wrong"),
        "u4": ("failed", "deleteProfile: 409: no error message"),
        "u5": ("not_found", "no profile by customer_user_id"),
        "u6": ("deleted", ""),
    }
    assert len(slept) == 8
    assert ", 8 retried\n" in ended.out


STOPS = {
    "a key that is not known": (json_answer(401, {"error_code": "unauthorized"}), ExitCode.API_ERROR, "401 unauth"),
    "a key that may not": (FORBIDDEN, ExitCode.API_ERROR, "403"),
    "an API that wants to be left alone": (answer(429, b"", "Retry-After: 1000"), ExitCode.API_ERROR, "429"),
    "a connection that breaks": (b"", ExitCode.NO_RESPONSE, "RemoteProtocolError"),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.6\r\n", ExitCode.NO_RESPONSE, "RemoteProtocolError"),
}


def test_fatal_error_aborts_the_run_and_can_be_resumed(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that affects all users ends the run with its exit code; the next run resumes it."""
    for options in [(), ("--json",)]:
        for name, (reply, code, message) in STOPS.items():
            with fresh_case(server, options, name):
                point_server_side_at(server.url, monkeypatch)
                server.replies = [DELETED, reply]
                command = ("erase", users_file("u1", "u2", "u3", "u4"), *ONE_AT_A_TIME, *options)

                ended = run(*command)

                assert (ended.code, ended.out) == (code, "")
                error, *notes = ended.err.splitlines()
                assert error.startswith("Error: deleteProfile: ")
                assert message in error
                assert notes == [
                    "server-side: 1 deleted, 0 not found, 0 failed so far",
                    "report: users.erased.csv",
                    RESUME_HINT,
                ]
                assert outcomes() == {"u1": "deleted"}

                server.replies = [DELETED]
                ended = run(*command)

                assert (ended.code, ended.err) == (0, "")
                if options:
                    report = json.loads(ended.out)
                    assert (report["deleted"], report["resumed"]) == (4, True)
                else:
                    assert ended.summary == [
                        "4 deleted, 0 not found, 0 failed",
                        "erased from: server-side",
                        "resumed: counts include the earlier run, time does not",
                        "report: users.erased.csv",
                    ]
                assert outcomes() == dict.fromkeys(("u1", "u2", "u3", "u4"), "deleted")
                assert not Path("users.txt.checkpoint").exists()


def test_run_without_checkpoint_starts_over(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no advice to resume, and only the report remains."""
    point_server_side_at(server.url, monkeypatch)
    server.replies = [DELETED, FORBIDDEN]
    command = ("erase", users_file("u1", "u2"), *ONE_AT_A_TIME, "--no-checkpoint")

    ended = run(*command)

    assert ended.code == ExitCode.API_ERROR
    assert ended.err.splitlines()[1:] == [
        "server-side: 1 deleted, 0 not found, 0 failed so far",
        "report: users.erased.csv",
    ]
    assert sorted(path.name for path in Path().iterdir()) == ["users.erased.csv", "users.txt"]
    server.replies = [DELETED]
    assert run(*command).out.startswith("2 deleted, ")
    assert [row["id"] for row in report_rows()] == ["u1", "u1", "u2"]


def test_checkpoint_option_names_the_file(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run without the option uses a checkpoint of its own."""
    point_server_side_at(server.url, monkeypatch)
    server.replies = [DELETED, FORBIDDEN]
    command = ("erase", users_file("u1", "u2"), *ONE_AT_A_TIME, "--checkpoint", "noted")

    ended = run(*command)

    assert ended.err.splitlines()[-1] == "run it again to resume; its progress is in noted"
    server.replies = [DELETED]
    assert run(*command).out.startswith("2 deleted, ")
    assert [row["id"] for row in report_rows()] == ["u1", "u2"]


def test_changed_file_is_not_resumed(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error has the remedy, and no user is deleted."""
    point_server_side_at(server.url, monkeypatch)
    server.replies = [DELETED, FORBIDDEN]
    run("erase", users_file("u1", "u2"), *ONE_AT_A_TIME)
    sent = len(server.requests)

    ended = run("erase", users_file("u3", "u2"), *ONE_AT_A_TIME)

    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert ended.err == (
        "Error: users.txt has changed since the run started; restore the original file, "
        "or remove users.txt.checkpoint to start over\n"
    )
    assert len(server.requests) == sent


def test_refused_connection_aborts_the_run(
    closed_port: str, monkeypatch: pytest.MonkeyPatch, slept: list[float]
) -> None:
    """After the attempts of the first user."""
    point_server_side_at(closed_port, monkeypatch)

    ended = run("erase", users_file("é", "u1", "u2"), *ONE_AT_A_TIME)

    assert ended.code == ExitCode.NO_RESPONSE
    assert "ConnectError" in ended.err
    assert [row["id"] for row in report_rows()] == ["é"]
    assert len(slept) >= 8


def test_run_without_attempts_leaves_no_files(closed_port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a report nor a checkpoint."""
    point_server_side_at(closed_port, monkeypatch)

    ended = run("erase", users_file("u1"))

    assert ended.code == ExitCode.NO_RESPONSE
    assert ended.err.splitlines()[1:] == ["server-side: 0 deleted, 0 not found, 0 failed so far"]
    assert list(Path().iterdir()) == [Path("users.txt")]


def test_invalid_settings_are_usage_errors(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing or invalid key and an invalid URL; no report is created."""
    for variable, value in [
        ("ADAPTY_SECRET_KEY", None),
        ("ADAPTY_SECRET_KEY", "secret live"),
        ("ADAPTY_BASE_URL", "nowhere"),
    ]:
        with fresh_case(served, variable, value):
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
def test_addresses_are_printed_only_in_the_report(api: Adapty, options: tuple[str, ...]) -> None:
    """Addresses in place of IDs are rejected, and not printed even with `--verbose`."""
    make_users(api, "jane@example.com", "u1")
    ids = ["jane@example.com", "jane2@example.com", "jané@example.com", "jane@example.com" * 300]

    ended = run("--verbose", "erase", users_file(*ids, "u1"), *options)

    assert ended.code == ExitCode.SOME_FAILED
    assert "deleteProfile: DELETE" in ended.err
    assert "jan" not in ended.out + ended.err
    assert outcomes() == {"u1": "deleted", **dict.fromkeys(ids, "failed")}
    assert "on the command line --by email" in report_rows()[0]["reason"]
    assert not [row for row in report_rows() if "jan" in row["reason"]]


def test_report_grows_during_the_run(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a request is sent, the results before it are in the report."""
    point_server_side_at(server.url, monkeypatch)
    seen: list[int] = []

    def look(connection: socket.socket) -> None:
        seen.append(len(report_rows()))
        connection.sendall(DELETED)

    server.replies = [look]

    run("erase", users_file("é", "u1", "u2", "u3"), *ONE_AT_A_TIME)

    assert seen == [1, 2, 3]


def start_process(server: RawServer, monkeypatch: pytest.MonkeyPatch, reply: Callable[[socket.socket], None]) -> Any:
    """Start `erase` with four users as a process; the reply is to the second one."""
    point_server_side_at(server.url, monkeypatch)
    server.replies = [DELETED, reply, DELETED]
    arguments = ("erase", users_file("é", "u1", "u2", "u3", "u4"), *ONE_AT_A_TIME)
    return PythonProcess("-m", "adapty", *arguments, stdout=PIPE, stderr=PIPE)


def test_interrupt_waits_for_the_request_in_flight(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its user is in the report, and no other user is sent."""
    arrived, interrupted = threading.Event(), threading.Event()

    def answer_after_the_signal(connection: socket.socket) -> None:
        arrived.set()
        assert interrupted.wait(10)
        connection.sendall(DELETED)

    with start_process(server, monkeypatch, answer_after_the_signal) as process:
        assert arrived.wait(10)
        process.send_signal(signal.SIGINT)
        interrupted.set()
        out, err = process.communicate(timeout=10)

    assert (process.returncode, out) == (ExitCode.INTERRUPTED, "")
    assert err.splitlines() == [
        "Interrupted",
        "server-side: 2 deleted, 0 not found, 1 failed so far",
        "report: users.erased.csv",
        RESUME_HINT,
    ]
    assert outcomes() == {"é": "failed", "u1": "deleted", "u2": "deleted"}
    assert len(server.requests) == 2

    assert run("erase", "users.txt").out.startswith("4 deleted, 0 not found, 1 failed\n")
    assert outcomes() == {"é": "failed", **dict.fromkeys(("u1", "u2", "u3", "u4"), "deleted")}


@pytest.mark.skipif(os.name != "posix", reason="it is killed by a signal of POSIX")
def test_killed_run_leaves_whole_rows(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The report has all finished users."""
    arrived = threading.Event()

    def stall(connection: socket.socket) -> None:
        arrived.set()
        server.stall(connection)

    with start_process(server, monkeypatch, stall) as process:
        assert arrived.wait(10)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=10)

    assert outcomes() == {"é": "failed", "u1": "deleted"}
    server.replies = [DELETED]
    assert run("erase", "users.txt").code == ExitCode.SOME_FAILED
    assert {row["id"] for row in report_rows() if row["outcome"] == "deleted"} == {"u1", "u2", "u3", "u4"}


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["text", "JSON"])
def test_interrupt_waits_for_all_requests_in_flight(
    server: RawServer, monkeypatch: pytest.MonkeyPatch, ctrl_c: CtrlC, options: tuple[str, ...]
) -> None:
    """Their users are in the report, and no others are sent."""
    point_server_side_at(server.url, monkeypatch)
    ids = [f"user_{number}" for number in range(500)]

    pressing = threading.Lock()

    def answer_late(connection: socket.socket) -> None:
        if len(server.requests) >= 20 and pressing.acquire(blocking=False):
            ctrl_c.press()
        connection.sendall(DELETED)

    server.replies = [answer_late]

    ended = run("erase", users_file(*ids), *options)

    assert (ended.code, ended.out) == (ExitCode.INTERRUPTED, "")
    assert ended.err.splitlines()[0] == "Interrupted"
    sent = {re.search(rb"user_[0-9]+", request).group().decode() for request in server.requests}  # type: ignore[union-attr]
    assert outcomes() == dict.fromkeys(sent, "deleted")
    assert 20 <= len(sent) < 500
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_second_interrupt_does_not_wait(server: RawServer, monkeypatch: pytest.MonkeyPatch, ctrl_c: CtrlC) -> None:
    """The report and the checkpoint have the results so far."""
    point_server_side_at(server.url, monkeypatch)

    def press_twice(connection: socket.socket) -> None:
        ctrl_c.press()
        ctrl_c.press()
        server.stall(connection)

    server.replies = [DELETED, press_twice]

    ended = run("erase", users_file("u1", "u2", "u3"), *ONE_AT_A_TIME)

    assert (ended.code, ended.out) == (ExitCode.INTERRUPTED, "")
    assert ended.err.splitlines() == [
        "Interrupted",
        "server-side: 1 deleted, 0 not found, 0 failed so far",
        "report: users.erased.csv",
        RESUME_HINT,
    ]
    assert outcomes() == {"u1": "deleted"}
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_interrupt_at_the_end_keeps_the_notes(
    server: RawServer, monkeypatch: pytest.MonkeyPatch, ctrl_c: CtrlC
) -> None:
    """Ctrl-C while the bar is removed does not hide the messages of the run."""
    point_server_side_at(server.url, monkeypatch)
    server.replies = [ctrl_c.and_then(DELETED), DELETED]

    @contextmanager
    def pressed_again() -> Iterator[Callable[[Progress], None]]:
        try:
            yield lambda _: None
        finally:
            raise KeyboardInterrupt

    monkeypatch.setattr("adapty._cli.erase.display_progress", pressed_again)

    ended = run("erase", users_file("u1", "u2"), *ONE_AT_A_TIME)

    assert ended.code == ExitCode.INTERRUPTED
    assert ended.err.splitlines() == [
        "Interrupted",
        "server-side: 1 deleted, 0 not found, 0 failed so far",
        "report: users.erased.csv",
        RESUME_HINT,
    ]


def test_foreign_signal_handlers_do_not_change(api: Adapty) -> None:
    """In a thread, or if Ctrl-C has a handler, the run works and changes no handler."""
    make_users(api, "u1", "u2")

    def handle(*_: object) -> None:
        pytest.fail("Ctrl-C was not pressed")

    before = signal.signal(signal.SIGINT, handle)
    try:
        assert run("erase", users_file("u1")).code == 0
        users_file("u2")
        assert signal.getsignal(signal.SIGINT) is handle
    finally:
        signal.signal(signal.SIGINT, before)
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(run("erase", "users.txt").code))
    thread.start()
    thread.join()
    assert codes == [0]
