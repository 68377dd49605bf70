"""`mail import`: options, reports, rejects, aborted and interrupted runs."""

from __future__ import annotations

import csv
import json
import re
import signal
import threading
from pathlib import Path
from subprocess import PIPE
from typing import TYPE_CHECKING, Any

import pytest

from adapty import Flow
from adapty._cli.errors import ExitCode
from adapty.bulk._state.checkpoint import Checkpoint
from tests.cli.conftest import FORBIDDEN, fresh_case, point_at, reply_by_user, run
from tests.conftest import EVENT, PROFILE
from tests.python_processes import PythonProcess
from tests.raw_server import OK, RawServer, answer

if TYPE_CHECKING:
    import socket

    from adapty.sandbox import Sandbox
    from tests.cli.conftest import CtrlC

RESUME_HINT = "run it again to resume; its progress is in profiles.csv.checkpoint"

HEADER = "external_profile_id,external_created_at,email,first_name,custom.plan,device_info.platform"
WHEN = "2026-06-01T10:30:00Z"

PROFILES = f"""\ufeff{HEADER}
user_1,{WHEN},jane@example.com,Jane,trial,iOS
user_2,{WHEN},joe,Joe,,

user_3,{WHEN},jim@example.com,"Jim ""J"" Doe",,
user_4,{WHEN}
user_5,{WHEN},jill@example.com,,,
"""

EVENTS: tuple[dict[str, Any] | str, ...] = (
    {"event_id": "1", "external_profile_id": "user_1", "event_datetime": "2026-06-12T00:00:00Z"},
    {"event_id": "2", "external_profile_id": "user_1", "event_type": "subscription_expired"},
    {"event_id": "3", "external_profile_id": "user_2"},
    {"event_id": "4", "external_profile_id": "user_3", "event_type": "subscription_refunded"},
    {"event_id": "4", "external_profile_id": "user_3", "event_type": "subscription_refunded"},
    {"event_id": "5", "external_profile_id": "user_3", "price_usd": 9.99},
    "{not json",
)


@pytest.fixture
def base_files() -> tuple[str, ...]:
    """Write profiles and events with invalid rows of several kinds, and return the options that import them."""
    Path("profiles.csv").write_text(PROFILES, encoding="utf-8", newline="\r\n")
    lines = [event if isinstance(event, str) else json.dumps({**EVENT, **event}) for event in EVENTS]
    Path("events.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return ("--profiles", "profiles.csv", "--events", "events.jsonl")


def profiles_file(*emails: str) -> tuple[str, str]:
    """Write a CSV file of profiles with these addresses, and return the option that imports it."""
    rows = [f"user_{number},{WHEN},{email}" for number, email in enumerate(emails, 1)]
    Path("profiles.csv").write_text("\n".join(("external_profile_id,external_created_at,email", *rows)))
    return ("--profiles", "profiles.csv")


def read_counts(out: str) -> dict[str, int]:
    """Return the lines with a name and a number, without the borders."""
    words = [line.translate(dict.fromkeys(map(ord, "│|"))).rsplit(maxsplit=1) for line in out.splitlines()]
    return {pair[0].strip(): int(pair[1]) for pair in words if len(pair) == 2 and pair[1].isdecimal()}


def test_import_from_end_to_end(served: Sandbox, base_files: tuple[str, ...]) -> None:
    """Valid rows arrive, invalid ones are counted and rejected, and the printed flows match the API."""
    ended = run("mail", "import", *base_files)

    assert (ended.code, ended.err) == (ExitCode.SOME_FAILED, "")
    lines = ended.summary
    assert lines[:3] == [
        "profiles: 3 accepted, 2 rejected",
        "events:   5 accepted, 2 rejected",
        "1 events have a profile that this import did not save",
    ]
    assert lines[-2:] == ["rejected records: profiles.rejects.csv", "rejected records: events.rejects.jsonl"]
    counts = read_counts(ended.out)
    assert {name: counts.pop(name) for name in Flow} == served.flows()
    assert counts == {"(row)": 2, "email": 1, "price_usd": 1}
    assert served.flows() == {**dict.fromkeys(Flow, 0), Flow.ACTIVE: 1, Flow.REFUNDED: 1, Flow.NEVER_PURCHASED: 1}
    assert served.profile("user_1") == {
        "external_profile_id": "user_1",
        "external_created_at": "2026-06-01T10:30:00+00:00",
        "email": "jane@example.com",
        "first_name": "Jane",
        "custom_attributes": {"plan": "trial"},
        "device_info": {"platform": "iOS"},
    }
    assert served.profile("user_2") is None


def test_corrected_rejects_are_imported(served: Sandbox, base_files: tuple[str, ...]) -> None:
    """The corrected rejects file is imported unchanged, with exit code 0."""
    run("mail", "import", *base_files)
    with Path("profiles.rejects.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0]["email"] = "joe@example.com"
    rows[1].update(external_profile_id="user_4", external_created_at=WHEN, email="jo@example.com", _raw="")
    with Path("profiles.rejects.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)

    ended = run("mail", "import", "--profiles", "profiles.rejects.csv")

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("profiles: 2 accepted, 0 rejected\nevents:   0 accepted, 0 rejected\n")
    assert "rejected records" not in ended.out
    assert "Rejected for" not in ended.out
    assert sum(served.flows().values()) == 5
    assert served.flows()[Flow.ACTIVE] == 2


def test_events_alone_wait_for_profiles(served: Sandbox, base_files: tuple[str, ...]) -> None:
    """The output says so, and counts each event once."""
    ended = run("mail", "import", *base_files[2:])

    assert ended.summary[:2] == ["profiles: 0 accepted, 0 rejected", "events:   5 accepted, 2 rejected"]
    assert ended.summary[2].startswith("4 events have a profile")
    assert sum(read_counts(ended.out)[name] for name in Flow) == 3
    assert served.flows() == dict.fromkeys(Flow, 0)


def test_rejects_dir_is_used(served: Sandbox) -> None:
    """Brackets and colons in its name are printed unchanged."""
    Path("[bold] :bug:").mkdir()

    ended = run("mail", "import", *profiles_file("jane"), "--rejects-dir", "[bold] :bug:")

    assert ended.code == ExitCode.SOME_FAILED
    path = Path("[bold] :bug:") / "profiles.rejects.csv"
    assert f"rejected records: {path}\n" in ended.out
    assert path.is_file()


def test_names_in_tables_are_complete(served: Sandbox) -> None:
    """With brackets and colons, on a terminal of the usual width."""
    name = "[red]:bug:" + "x" * 25
    Path("profiles.jsonl").write_text(json.dumps({**PROFILE, name: True}))

    ended = run("mail", "import", "--profiles", "profiles.jsonl")

    assert read_counts(ended.out)[name] == 1


def test_addresses_in_place_of_names_are_not_printed(served: Sandbox) -> None:
    """For example if the header is missing."""
    for name, content, code in [
        ("base.csv", f"jane@example.com,user_1,{WHEN}\n", ExitCode.USAGE),
        ("base.jsonl", json.dumps({**PROFILE, "jane@example.com": 1}), ExitCode.SOME_FAILED),
        (
            "base.jsonl",
            json.dumps({**PROFILE, "custom_attributes": {"jane@example.com": True}}),
            ExitCode.SOME_FAILED,
        ),
    ]:
        with fresh_case(served, name, content, code):
            Path(name).write_text(content)

            ended = run("--verbose", "mail", "import", "--profiles", name)

            assert ended.code == code
            assert "jane" not in ended.out + ended.err


def test_personal_data_is_not_printed(served: Sandbox, base_files: tuple[str, ...]) -> None:
    """Neither the key nor an address, even with `--verbose`."""
    ended = run("--verbose", "mail", "import", *base_files)

    assert "saveProfile" in ended.err
    shown = ended.out + ended.err
    assert not [word for word in ("jane", "joe", "jim", "jill", served.mail_key) if word in shown]


def test_import_requires_a_file() -> None:
    """It needs no key to say so."""
    ended = run("mail", "import")

    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert ended.err == "Error: --profiles: is missing, and so is --events; expected at least one\n"


def test_unreadable_files_are_usage_errors(served: Sandbox) -> None:
    """Missing files, directories, unknown formats and empty files."""
    for option in ["--profiles", "--events"]:
        for name, problem in [
            ("missing.csv", "cannot be opened: No such file or directory"),
            ("folder.csv", "cannot be opened: Is a directory"),
            (
                "base.txt",
                "unknown format; expected a name that ends in .csv, .jsonl or .ndjson, or in one of these and .gz",
            ),
            ("empty.csv", "has no header; expected the names of the columns in the first line"),
        ]:
            with fresh_case(served, option, name, problem):
                Path("folder.csv").mkdir()
                Path("base.txt").write_text("x")
                Path("empty.csv").write_text("")

                ended = run("mail", "import", option, name)

                assert (ended.code, ended.out, ended.err) == (ExitCode.USAGE, "", f"Error: {name}: {problem}\n")


def test_unknown_column_is_a_usage_error(served: Sandbox) -> None:
    """The error names the file, and nothing is sent."""
    Path("profiles.csv").write_text(f"{HEADER},plan\n")

    ended = run("mail", "import", "--profiles", "profiles.csv")

    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert ended.err == (
        "Error: plan: is a column of profiles.csv and not a field of MailProfile; "
        'rename or remove it, or ignore it with --ignore plan (ignore=["plan"])\n'
    )


@pytest.mark.parametrize("folder", ["missing", "profiles.csv"])
def test_invalid_rejects_dir_is_a_usage_error(served: Sandbox, folder: str) -> None:
    """Nothing is sent."""
    ended = run("mail", "import", *profiles_file("jane@example.com", "joe"), "--rejects-dir", folder)

    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert ended.err.startswith("Error: ")
    assert folder in ended.err
    assert served.profile("user_1") is None


def test_unknown_key_aborts_the_import(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the first record, with the counts so far and the exit code of API errors."""
    point_at(served.url, monkeypatch, key="secret_live_wrong")

    ended = run("mail", "import", *profiles_file("jane@example.com", "joe@example.com"))

    assert (ended.code, ended.out) == (ExitCode.API_ERROR, "")
    error, *notes = ended.err.splitlines()
    assert error.startswith("Error: saveProfile: 403 secret_key_does_not_exist_error")
    assert notes == ["stopped in profiles.csv: 0 accepted, 0 rejected so far"]
    assert "secret_live_wrong" not in ended.err
    assert list(Path().iterdir()) == [Path("profiles.csv")]


def test_missing_key_is_named() -> None:
    """Nothing is read."""
    ended = run("mail", "import", "--profiles", "missing.csv")

    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert "ADAPTY_MAIL_SECRET_KEY" in ended.err


def test_refused_connection_aborts_the_import(
    closed_port: str, monkeypatch: pytest.MonkeyPatch, slept: list[float], served: Sandbox
) -> None:
    """After its attempts, with the counts so far and an exit code of its own."""
    monkeypatch.setenv("ADAPTY_MAIL_BASE_URL", closed_port)
    command = ("mail", "import", *profiles_file("joe", "jane@example.com"))

    ended = run(*command)

    assert (ended.code, ended.out) == (ExitCode.NO_RESPONSE, "")
    error, *notes = ended.err.splitlines()
    address = closed_port.removeprefix("http://")
    assert error.startswith(f"Error: saveProfile: cannot connect to {address} (ADAPTY_MAIL_BASE_URL): ConnectError")
    (part,) = Path().glob("*.part")
    assert notes == [
        "stopped in profiles.csv: 0 accepted, 1 rejected so far",
        f"rejected records: {part}",
        RESUME_HINT,
    ]
    assert len(slept) == 8


def test_same_command_resumes_an_aborted_run(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says so, and all rejected records are in one file."""
    point_at(server.url, monkeypatch)
    server.replies = [OK, FORBIDDEN]
    command = (
        "mail",
        "import",
        *profiles_file("joe", *(f"{name}@example.com" for name in "abc")),
        "--concurrency",
        "1",
    )
    assert run(*command).code == ExitCode.API_ERROR
    server.replies = [OK]
    sent = len(server.requests)

    ended = run(*command)

    assert ended.code == ExitCode.SOME_FAILED
    assert ended.summary[:3] == [
        "profiles: 3 accepted, 1 rejected",
        "events:   0 accepted, 0 rejected",
        "resumed: counts include the earlier run, time does not",
    ]
    assert re.search(r"^took [0-9.]+ s, 0 retried$", ended.out, re.MULTILINE)
    assert len(server.requests) - sent == 2
    assert sorted(path.name for path in Path().iterdir()) == ["profiles.csv", "profiles.rejects.csv"]


def test_checkpoint_options_name_or_disable_it(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--checkpoint` and `--no-checkpoint`."""
    point_at(server.url, monkeypatch)
    server.replies = [OK, FORBIDDEN]
    command = ("mail", "import", *profiles_file("jane@example.com", "jim@example.com"), "--concurrency", "1")

    ended = run(*command, "--no-checkpoint")

    assert ended.err.splitlines()[1:] == ["stopped in profiles.csv: 1 accepted, 0 rejected so far"]
    assert list(Path().iterdir()) == [Path("profiles.csv")]
    server.replies = [OK, FORBIDDEN]
    ended = run(*command, "--checkpoint", "noted")
    assert ended.err.splitlines()[-1] == "run it again to resume; its progress is in noted"
    server.replies, sent = [OK], len(server.requests)
    assert run(*command, "--checkpoint", "noted").out.startswith("profiles: 2 accepted, 0 rejected\n")
    assert len(server.requests) - sent == 1


def test_changed_file_is_not_resumed(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error has the remedy, with code 2, and nothing is sent."""
    point_at(server.url, monkeypatch)
    server.replies = [OK, FORBIDDEN]
    run("mail", "import", *profiles_file("jane@example.com", "jim@example.com"), "--concurrency", "1")
    sent = len(server.requests)

    ended = run("mail", "import", *profiles_file("jane@example.com", "jill@example.com"))

    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert ended.err == (
        "Error: profiles.csv has changed since the run started; restore the original file, "
        "or remove profiles.csv.checkpoint to start over\n"
    )
    assert len(server.requests) == sent


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("option", ["--profiles", "--events"])
def test_second_file_is_a_usage_error(option: str) -> None:
    """Each run imports one file of a kind."""
    ended = run("mail", "import", option, "one.csv", option, "two.csv")

    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert ended.err == f"Error: {option}: is given 2 times; expected one file\n"


def test_record_that_fails_after_retries_is_rejected(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are sent, and the exit code is 1."""
    point_at(server.url, monkeypatch)
    reply_by_user(server, {"user_1": answer(500), "user_2": OK})
    command = ("mail", "import", *profiles_file("jane@example.com", "joe@example.com"), "--concurrency", "1")

    ended = run(*command, "--max-retries", "2")

    assert ended.code == ExitCode.SOME_FAILED
    assert ended.out.startswith("profiles: 1 accepted, 1 rejected\n")
    assert ", 2 retried\n" in ended.out
    assert read_counts(ended.out)["ServerError"] == 1
    with Path("profiles.rejects.csv").open(newline="") as file:
        assert "(after 3 attempts)" in next(csv.DictReader(file))["_error"]


def test_map_assigns_columns_and_keys(served: Sandbox) -> None:
    """Columns of Adapty's historical import need no option."""
    Path("profiles.csv").write_text(f"user_id,created_at,Mail,Plan\nuser_1,{WHEN},jane@example.com,trial\n")
    event = {**EVENT, "external_profile_id": "user_1"}
    event["kind"] = event.pop("event_type")
    Path("events.jsonl").write_text(json.dumps(event))

    ended = run(
        *("mail", "import", "--profiles", "profiles.csv", "--events", "events.jsonl"),
        *("--map", "email=Mail", "--map", "custom.plan=Plan", "--map", "event_type=kind"),
    )

    assert (ended.code, ended.err) == (0, "")
    profile = served.profile("user_1")
    assert profile is not None
    assert (profile["email"], profile["custom_attributes"]) == ("jane@example.com", {"plan": "trial"})
    assert served.flows()[Flow.ACTIVE] == 1


def test_invalid_map_is_a_usage_error(served: Sandbox) -> None:
    """The error names the flag, the problem and the expected form, and nothing is sent."""
    for pairs, message in [
        (("email",), "must have the form FIELD=COLUMN, such as email=user_email"),
        (("=Mail",), "must have the form FIELD=COLUMN, such as email=user_email"),
        (("email=",), "must have the form FIELD=COLUMN, such as email=user_email"),
        (("email=Mail", "email=mail"), "has two columns for one field; expected one"),
        (("email=mail",), "maps email to mail, which is not a column of profiles.csv; did you mean Mail?"),
        (("e-mail=Mail",), "e-mail is not a field of MailProfile; did you mean email?"),
    ]:
        with fresh_case(served, pairs, message):
            Path("profiles.csv").write_text(f"user_id,created_at,Mail\nuser_1,{WHEN},jane@example.com\n")

            ended = run(
                "mail", "import", "--profiles", "profiles.csv", *(word for pair in pairs for word in ("--map", pair))
            )

            assert (ended.code, ended.out) == (ExitCode.USAGE, "")
            assert f"--map: {message}" in ended.err
            assert served.requests() == []


def test_ignore_skips_columns(served: Sandbox) -> None:
    """The option can be repeated; an unknown column is an error."""
    Path("profiles.csv").write_text(f"user_id,created_at,email,city,notes\nuser_1,{WHEN},jane@example.com,Bern,x\n")
    command = ("mail", "import", "--profiles", "profiles.csv", "--ignore", "city")

    assert run(*command, "--ignore", "notes", "--ignore", "plan").err == (
        "Error: --ignore: contains plan, which is not a column of profiles.csv\n"
    )
    ended = run(*command, "--ignore", "notes")

    assert (ended.code, ended.err) == (0, "")
    assert served.profile("user_1") is not None


def test_sort_orders_events_by_time(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the order in the file."""
    point_at(server.url, monkeypatch)
    server.replies = [OK]
    days = ("12", "10", "11")
    events = [{**EVENT, "event_id": day, "event_datetime": f"2026-06-{day}T00:00:00Z"} for day in days]
    Path("events.jsonl").write_text("\n".join(map(json.dumps, events)))

    for options, order in (((), days), (("--sort",), tuple(sorted(days)))):
        server.requests.clear()
        assert run("mail", "import", "--events", "events.jsonl", *options).code == 0
        sent = [json.loads(request.partition(b"\r\n\r\n")[2])["event_id"] for request in server.requests]
        assert tuple(sent) == order


def test_dry_run_reports_and_sends_nothing(served: Sandbox, base_files: tuple[str, ...]) -> None:
    """It finds invalid records and predicts the flows."""
    ended = run("mail", "import", *base_files, "--dry-run")

    assert (ended.code, ended.err) == (ExitCode.SOME_FAILED, "")
    assert ended.summary[:3] == [
        "dry run: nothing was sent; accepted records are valid",
        "profiles: 3 accepted, 2 rejected",
        "events:   5 accepted, 2 rejected",
    ]
    assert read_counts(ended.out)[Flow.REFUNDED] == 1
    assert Path("profiles.dry-run.rejects.csv").is_file()
    assert served.requests() == []
    assert not list(Path().glob("*.checkpoint"))
    assert run("mail", "import", *base_files).out.startswith("profiles: 3 accepted, 2 rejected\n")


def test_json_prints_only_the_report(served: Sandbox, base_files: tuple[str, ...]) -> None:
    """As valid JSON."""
    ended = run("mail", "import", *base_files, "--json")

    assert (ended.code, ended.err) == (ExitCode.SOME_FAILED, "")
    report = json.loads(ended.out)
    assert 0 < report.pop("elapsed") < 10
    assert report == {
        "profiles_accepted": 3,
        "profiles_rejected": 2,
        "events_accepted": 5,
        "events_rejected": 2,
        "reasons": {"(row)": 2, "email": 1, "price_usd": 1},
        "flows": served.flows(),
        "not_imported": {},
        "events_without_profile": 1,
        "rejects_files": ["profiles.rejects.csv", "events.rejects.jsonl"],
        "retried": 0,
        "resumed": False,
        "dry_run": False,
    }
    assert run("mail", "import", *profiles_file("jane@example.com"), "--json").code == 0


def test_concurrency_and_rate_limit_are_used(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the first request on."""
    point_at(server.url, monkeypatch)
    together = threading.Barrier(3)

    def wait_for_the_others(connection: socket.socket) -> None:
        together.wait(10)
        connection.sendall(OK)

    server.replies = [*[wait_for_the_others] * 3, OK]
    base_files = profiles_file(*(f"jane{number}@example.com" for number in range(30)))

    ended = run("mail", "import", *base_files, "--concurrency", "3", "--rate-limit", "200", "--json")

    report = json.loads(ended.out)
    assert report["profiles_accepted"] == 30
    assert report["elapsed"] >= 0.09  # the first ten or so may go out together


def test_invalid_options_are_usage_errors(served: Sandbox) -> None:
    """Nothing is sent, and no file is created."""
    for options in [
        ("--concurrency", "0"),
        ("--concurrency", "257"),
        ("--rate-limit", "0"),
        ("--rate-limit", "nan"),
        ("--max-retries", "-1"),
        ("--max-retries", "1001"),
        ("--checkpoint", "noted", "--no-checkpoint"),
        ("--checkpoint", "profiles.csv"),
        ("--checkpoint", "missing/noted"),
        ("extra",),
    ]:
        with fresh_case(served, options):
            ended = run("mail", "import", *profiles_file("jane@example.com"), *options)

            assert (ended.code, ended.out) == (ExitCode.USAGE, "")
            assert "Error" in ended.err
            assert served.requests() == []
            assert list(Path().iterdir()) == [Path("profiles.csv")]


def test_tables_fit_an_ascii_output(served: Sandbox, base_files: tuple[str, ...]) -> None:
    """On a terminal and in a pipe."""
    ended = run("mail", "import", *base_files, charset="ascii")

    assert (ended.code, ended.err) == (ExitCode.SOME_FAILED, "")
    assert read_counts(ended.out)[Flow.REFUNDED] == 1


def test_interrupt_waits_and_ends_with_130(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The request in flight ends; the output has the counts and how to resume."""
    arrived, interrupted = threading.Event(), threading.Event()

    def answer_after_the_signal(connection: socket.socket) -> None:
        arrived.set()
        assert interrupted.wait(10)
        connection.sendall(OK)

    point_at(server.url, monkeypatch)
    server.replies = [answer_after_the_signal, OK]
    base_files = profiles_file("joe", "jane@example.com", "j@x.org")
    arguments = ("mail", "import", *base_files, "--concurrency", "1")
    with PythonProcess("-m", "adapty", *arguments, stdout=PIPE, stderr=PIPE) as process:
        assert arrived.wait(10)
        process.send_signal(signal.SIGINT)
        interrupted.set()
        out, err = process.communicate(timeout=10)

    assert (process.returncode, out) == (130, "")
    (part,) = Path().glob("*.part")
    assert err.splitlines() == [
        "Interrupted",
        "stopped in profiles.csv: 1 accepted, 1 rejected so far",
        f"rejected records: {part}",
        RESUME_HINT,
    ]
    with part.open(newline="") as file:
        assert [row["external_profile_id"] for row in csv.DictReader(file)] == ["user_1"]
    assert len(server.requests) == 1

    assert run("mail", "import", "--profiles", "profiles.csv").out.startswith("profiles: 2 accepted, 1 rejected\n")
    assert len(server.requests) == 2


def test_second_interrupt_does_not_wait(server: RawServer, monkeypatch: pytest.MonkeyPatch, ctrl_c: CtrlC) -> None:
    """The output is the same."""
    point_at(server.url, monkeypatch)

    def press_twice(connection: socket.socket) -> None:
        ctrl_c.press()
        ctrl_c.press()
        server.stall(connection)

    server.replies = [press_twice]

    ended = run("mail", "import", *profiles_file("joe", "jane@example.com"))

    assert (ended.code, ended.out) == (130, "")
    message = ended.err.splitlines()
    assert message[:2] == ["Interrupted", "stopped in profiles.csv: 0 accepted, 1 rejected so far"]
    assert message[-1] == RESUME_HINT


def test_ignore_and_map_accept_special_columns(served: Sandbox) -> None:
    """`--ignore` accepts an empty name, and `--map` can use one column twice."""
    Path("profiles.csv").write_text(f"notes,,id,created_at,email,notes,\nx,y,user_1,{WHEN},jane@example.com,z,\n")
    command = ("mail", "import", "--profiles", "profiles.csv", "--ignore", "notes")
    mapped = ("--map", "external_profile_id=id", "--map", "customer_user_id=id")

    refused = run(*command, *mapped)
    ended = run(*command, *mapped, "--ignore", "")

    assert refused.code == ExitCode.USAGE
    assert refused.err.startswith("Error: 2 problems:\n  column 2: has no name in profiles.csv; name or remove it, ")
    assert (ended.code, ended.err) == (ExitCode.DONE, "")
    profile = served.profile("user_1") or {}
    assert profile["customer_user_id"] == "user_1"


def test_checkpoint_in_use_ends_with_5(served: Sandbox) -> None:
    """A script can wait and try again."""
    Path("users.txt").write_text("user_1\n")
    for name, command in {
        "profiles.csv": ("mail", "import", *profiles_file("jane@example.com")),
        "users.txt": ("erase", "users.txt"),
    }.items():
        with Checkpoint.open(Path(f"{name}.checkpoint"), {}):
            ended = run(*command)

        assert (ended.code, ended.out) == (ExitCode.UNAVAILABLE, "")
        assert ended.err == f"Error: {name}.checkpoint: is in use by another run; wait until that run ends\n"
        assert run(*command).code in {ExitCode.DONE, ExitCode.SOME_FAILED}
