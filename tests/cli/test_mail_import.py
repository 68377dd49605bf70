"""`mail import`: a whole base end to end, what it prints, and each way that it can end."""

from __future__ import annotations

import csv
import json
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adapty import Flow
from adapty._cli.errors import ExitCode
from adapty.bulk._state.checkpoint import Checkpoint
from tests.cli.conftest import FORBIDDEN, fresh_case, point_at, reply_by_user, run
from tests.conftest import EVENT, PROFILE
from tests.raw_server import OK, RawServer, answer

if TYPE_CHECKING:
    import socket

    from adapty.sandbox import Sandbox
    from tests.cli.conftest import CtrlC

GO_ON = "run it again to resume; its progress is in profiles.csv.checkpoint"

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
def base() -> tuple[str, ...]:
    """Write a small base with wrong rows of several kinds, and give the options that import it."""
    Path("profiles.csv").write_text(PROFILES, encoding="utf-8", newline="\r\n")
    lines = [event if isinstance(event, str) else json.dumps({**EVENT, **event}) for event in EVENTS]
    Path("events.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return ("--profiles", "profiles.csv", "--events", "events.jsonl")


def profiles_file(*emails: str) -> tuple[str, str]:
    """Write a CSV file of profiles with these addresses, and give the option that imports it."""
    rows = [f"user_{number},{WHEN},{email}" for number, email in enumerate(emails, 1)]
    Path("profiles.csv").write_text("\n".join(("external_profile_id,external_created_at,email", *rows)))
    return ("--profiles", "profiles.csv")


def table(out: str) -> dict[str, int]:
    """Read the lines that hold a name and a number, whatever is drawn around them."""
    words = [line.translate(dict.fromkeys(map(ord, "│|"))).rsplit(maxsplit=1) for line in out.splitlines()]
    return {pair[0].strip(): int(pair[1]) for pair in words if len(pair) == 2 and pair[1].isdecimal()}


def test_a_base_end_to_end(served: Sandbox, base: tuple[str, ...]) -> None:
    """What is right arrives, what is wrong is counted and kept, and the printed flows are those of the API."""
    ended = run("mail", "import", *base)

    assert (ended.code, ended.err) == (ExitCode.SOME_FAILED, "")
    lines = ended.summary
    assert lines[:3] == [
        "profiles: 3 accepted, 2 rejected",
        "events:   5 accepted, 2 rejected",
        "1 events have a profile that this import did not save",
    ]
    assert lines[-2:] == ["rejected records: profiles.rejects.csv", "rejected records: events.rejects.jsonl"]
    counts = table(ended.out)
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


def test_refused_records_mended_and_fed_back(served: Sandbox, base: tuple[str, ...]) -> None:
    """The rejects file, mended by hand, is imported as it is, and the command ends with 0."""
    run("mail", "import", *base)
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


def test_events_alone(served: Sandbox, base: tuple[str, ...]) -> None:
    """An import of events alone says that they wait for profiles, each event counted once."""
    ended = run("mail", "import", *base[2:])

    assert ended.summary[:2] == ["profiles: 0 accepted, 0 rejected", "events:   5 accepted, 2 rejected"]
    assert ended.summary[2].startswith("4 events have a profile")
    assert sum(table(ended.out)[name] for name in Flow) == 3
    assert served.flows() == dict.fromkeys(Flow, 0)


def test_failures_go_to_the_folder_that_was_asked_for(served: Sandbox) -> None:
    """`--rejects-dir` is the folder; brackets and colons in its name are printed as they are."""
    Path("[bold] :bug:").mkdir()

    ended = run("mail", "import", *profiles_file("jane"), "--rejects-dir", "[bold] :bug:")

    assert ended.code == ExitCode.SOME_FAILED
    path = Path("[bold] :bug:") / "profiles.rejects.csv"
    assert f"rejected records: {path}\n" in ended.out
    assert path.is_file()


def test_names_in_the_table_are_whole_and_as_they_are(served: Sandbox) -> None:
    """A field's name is printed whole, brackets and colons too, in a terminal of the usual width."""
    name = "[red]:bug:" + "x" * 25
    Path("profiles.jsonl").write_text(json.dumps({**PROFILE, name: True}))

    ended = run("mail", "import", "--profiles", "profiles.jsonl")

    assert table(ended.out)[name] == 1


def test_an_address_in_the_place_of_a_name_is_not_shown(served: Sandbox) -> None:
    """A base without its header, or with addresses for names, does not bring them into the outputs."""
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


def test_nothing_personal_is_shown(served: Sandbox, base: tuple[str, ...]) -> None:
    """Neither output shows the key or an address of the base, `--verbose` or not."""
    ended = run("--verbose", "mail", "import", *base)

    assert "saveProfile" in ended.err
    shown = ended.out + ended.err
    assert not [word for word in ("jane", "joe", "jim", "jill", served.mail_key) if word in shown]


def test_nothing_to_import() -> None:
    """Without a file the options are named, and no key is asked for."""
    ended = run("mail", "import")

    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert ended.err == "Error: --profiles: is missing, and so is --events; expected at least one\n"


def test_a_file_that_cannot_be_read(served: Sandbox) -> None:
    """A file that is missing, a directory, of another format or empty is told in one line, with code 2."""
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


def test_a_wrong_header(served: Sandbox) -> None:
    """A column that is no field is told with its file, and nothing is sent."""
    Path("profiles.csv").write_text(f"{HEADER},plan\n")

    ended = run("mail", "import", "--profiles", "profiles.csv")

    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert ended.err == (
        "Error: plan: is a column of profiles.csv and not a field of MailProfile; "
        'rename or remove it, or ignore it with --ignore plan (ignore=["plan"])\n'
    )


@pytest.mark.parametrize("folder", ["missing", "profiles.csv"])
def test_a_folder_for_failures_that_is_none(served: Sandbox, folder: str) -> None:
    """A folder that is not there, or is a file, is wrong use, told before anything is sent."""
    ended = run("mail", "import", *profiles_file("jane@example.com", "joe"), "--rejects-dir", folder)

    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert ended.err.startswith("Error: ")
    assert folder in ended.err
    assert served.profile("user_1") is None


def test_a_key_that_the_api_does_not_know(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The import stops at its first record, says where, and ends with the code for the API's errors."""
    point_at(served.url, monkeypatch, key="secret_live_wrong")

    ended = run("mail", "import", *profiles_file("jane@example.com", "joe@example.com"))

    assert (ended.code, ended.out) == (ExitCode.API_ERROR, "")
    error, *notes = ended.err.splitlines()
    assert error.startswith("Error: saveProfile: 403 secret_key_does_not_exist_error")
    assert notes == ["stopped in profiles.csv: 0 accepted, 0 rejected so far"]
    assert "secret_live_wrong" not in ended.err
    assert list(Path().iterdir()) == [Path("profiles.csv")]


def test_a_missing_key() -> None:
    """Without a key in the environment the variables are named, and nothing is read."""
    ended = run("mail", "import", "--profiles", "missing.csv")

    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert "ADAPTY_MAIL_SECRET_KEY" in ended.err


def test_an_api_that_is_not_there(
    closed_port: str, monkeypatch: pytest.MonkeyPatch, slept: list[float], served: Sandbox
) -> None:
    """A refused connection ends the import after its tries, says how far it came, and has a code of its own."""
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
        GO_ON,
    ]
    assert len(slept) == 8


def test_a_run_that_broke_off_is_gone_on_with(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same command sends what is left, says that it went on, and puts all that was refused in one file."""
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


def test_a_checkpoint_of_another_name_or_none(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--checkpoint` names the checkpoint file; with `--no-checkpoint` none is written."""
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


def test_a_base_that_has_changed_is_not_gone_on_with(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """What to do is told, with code 2, and nothing is sent."""
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
def test_a_second_file_is_refused(option: str) -> None:
    """It is not the last one alone that is imported: each file is a run."""
    ended = run("mail", "import", option, "one.csv", option, "two.csv")

    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert ended.err == f"Error: {option}: is given 2 times; expected one file\n"


def test_a_record_that_the_api_fails_on(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record that still fails after its tries is refused, the rest is sent, and the code says so."""
    point_at(server.url, monkeypatch)
    reply_by_user(server, {"user_1": answer(500), "user_2": OK})
    command = ("mail", "import", *profiles_file("jane@example.com", "joe@example.com"), "--concurrency", "1")

    ended = run(*command, "--max-retries", "2")

    assert ended.code == ExitCode.SOME_FAILED
    assert ended.out.startswith("profiles: 1 accepted, 1 rejected\n")
    assert ", 2 retried\n" in ended.out
    assert table(ended.out)["ServerError"] == 1
    with Path("profiles.rejects.csv").open(newline="") as file:
        assert "(after 3 attempts)" in next(csv.DictReader(file))["_error"]


def test_columns_of_other_names(served: Sandbox) -> None:
    """`--map` says which column, or key, holds a field; columns of Adapty's historical import need none."""
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


def test_a_mapping_that_is_wrong(served: Sandbox) -> None:
    """It is told by the name of the option, what is wrong and what would be right, and nothing is sent."""
    for pairs, told in [
        (("email",), "must have the form FIELD=COLUMN, such as email=user_email"),
        (("=Mail",), "must have the form FIELD=COLUMN, such as email=user_email"),
        (("email=",), "must have the form FIELD=COLUMN, such as email=user_email"),
        (("email=Mail", "email=mail"), "has two columns for one field; expected one"),
        (("email=mail",), "maps email to mail, which is not a column of profiles.csv; did you mean Mail?"),
        (("e-mail=Mail",), "e-mail is not a field of MailProfile; did you mean email?"),
    ]:
        with fresh_case(served, pairs, told):
            Path("profiles.csv").write_text(f"user_id,created_at,Mail\nuser_1,{WHEN},jane@example.com\n")

            ended = run(
                "mail", "import", "--profiles", "profiles.csv", *(word for pair in pairs for word in ("--map", pair))
            )

            assert (ended.code, ended.out) == (ExitCode.USAGE, "")
            assert ended.err.startswith(f"Error: --map: {told}")
            assert served.requests() == []


def test_columns_to_ignore(served: Sandbox) -> None:
    """`--ignore` passes over columns, each given by an option of its own; one that is not there is told."""
    Path("profiles.csv").write_text(f"user_id,created_at,email,city,notes\nuser_1,{WHEN},jane@example.com,Bern,x\n")
    command = ("mail", "import", "--profiles", "profiles.csv", "--ignore", "city")

    assert run(*command, "--ignore", "notes", "--ignore", "plan").err == (
        "Error: --ignore: contains plan, which is not a column of profiles.csv\n"
    )
    ended = run(*command, "--ignore", "notes")

    assert (ended.code, ended.err) == (0, "")
    assert served.profile("user_1") is not None


def test_events_in_the_order_of_their_time(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """With `--sort` they leave by `event_datetime`, whatever the order of the file."""
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


def test_a_dry_run(served: Sandbox, base: tuple[str, ...]) -> None:
    """`--dry-run` finds what is wrong and foretells the flows, says that nothing was sent, and sends nothing."""
    ended = run("mail", "import", *base, "--dry-run")

    assert (ended.code, ended.err) == (ExitCode.SOME_FAILED, "")
    assert ended.summary[:3] == [
        "dry run: nothing was sent; accepted records are valid",
        "profiles: 3 accepted, 2 rejected",
        "events:   5 accepted, 2 rejected",
    ]
    assert table(ended.out)[Flow.REFUNDED] == 1
    assert Path("profiles.dry-run.rejects.csv").is_file()
    assert served.requests() == []
    assert not list(Path().glob("*.checkpoint"))
    assert run("mail", "import", *base).out.startswith("profiles: 3 accepted, 2 rejected\n")


def test_json_of_the_report_can_be_read(served: Sandbox, base: tuple[str, ...]) -> None:
    """`--json` prints the report, to be parsed, and nothing else."""
    ended = run("mail", "import", *base, "--json")

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


def test_so_many_requests_at_a_time_and_a_second(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--concurrency` requests are under way together, and `--rate-limit` is kept from the first one on."""
    point_at(server.url, monkeypatch)
    together = threading.Barrier(3)

    def wait_for_the_others(connection: socket.socket) -> None:
        together.wait(10)
        connection.sendall(OK)

    server.replies = [*[wait_for_the_others] * 3, OK]
    base = profiles_file(*(f"jane{number}@example.com" for number in range(30)))

    ended = run("mail", "import", *base, "--concurrency", "3", "--rate-limit", "200", "--json")

    report = json.loads(ended.out)
    assert report["profiles_accepted"] == 30
    assert report["elapsed"] >= 0.09  # the first ten or so may go out together


def test_options_that_are_wrong(served: Sandbox) -> None:
    """Numbers beyond the limits and files that cannot be are wrong use; nothing is sent and nothing is left."""
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


def test_an_output_that_knows_no_boxes(served: Sandbox, base: tuple[str, ...]) -> None:
    """On a terminal or pipe of ASCII the tables are drawn with what there is."""
    ended = run("mail", "import", *base, charset="ascii")

    assert (ended.code, ended.err) == (ExitCode.SOME_FAILED, "")
    assert table(ended.out)[Flow.REFUNDED] == 1


def test_interrupting_an_import(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C lets the request that is under way end, then ends with 130 and says how far it came and how to go on."""
    arrived, interrupted = threading.Event(), threading.Event()

    def answer_after_the_signal(connection: socket.socket) -> None:
        arrived.set()
        assert interrupted.wait(10)
        connection.sendall(OK)

    point_at(server.url, monkeypatch)
    server.replies = [answer_after_the_signal, OK]
    base = profiles_file("joe", "jane@example.com", "j@x.org")
    command = [sys.executable, "-m", "adapty", "mail", "import", *base, "--concurrency", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
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
        GO_ON,
    ]
    with part.open(newline="") as file:
        assert [row["external_profile_id"] for row in csv.DictReader(file)] == ["user_1"]
    assert len(server.requests) == 1

    assert run("mail", "import", "--profiles", "profiles.csv").out.startswith("profiles: 2 accepted, 1 rejected\n")
    assert len(server.requests) == 2


def test_interrupting_an_import_twice(server: RawServer, monkeypatch: pytest.MonkeyPatch, ctrl_c: CtrlC) -> None:
    """A second Ctrl-C does not wait for the answer, and says the same."""
    point_at(server.url, monkeypatch)

    def press_twice(connection: socket.socket) -> None:
        ctrl_c.press()
        ctrl_c.press()
        server.stall(connection)

    server.replies = [press_twice]

    ended = run("mail", "import", *profiles_file("joe", "jane@example.com"))

    assert (ended.code, ended.out) == (130, "")
    told = ended.err.splitlines()
    assert told[:2] == ["Interrupted", "stopped in profiles.csv: 0 accepted, 1 rejected so far"]
    assert told[-1] == GO_ON


def test_ignore_and_map_cover_repeated_unnamed_and_shared_columns(served: Sandbox) -> None:
    """`--ignore` takes an empty name too, and one column may be given to `--map` twice."""
    Path("profiles.csv").write_text(f"notes,,id,created_at,email,notes,\nx,y,user_1,{WHEN},jane@example.com,z,\n")
    command = ("mail", "import", "--profiles", "profiles.csv", "--ignore", "notes")
    mapped = ("--map", "external_profile_id=id", "--map", "customer_user_id=id")

    refused = run(*command, *mapped)
    ended = run(*command, *mapped, "--ignore", "")

    assert refused.code == ExitCode.USAGE
    assert refused.err.startswith("Error: column 2: has no name in profiles.csv; name or remove it, or ignore all ")
    assert (ended.code, ended.err) == (ExitCode.DONE, "")
    profile = served.profile("user_1") or {}
    assert profile["customer_user_id"] == "user_1"


def test_checkpoint_in_use_ends_with_a_code_of_its_own(served: Sandbox) -> None:
    """A script can wait and try again: importing and erasing end with 5 while another run has the checkpoint."""
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
