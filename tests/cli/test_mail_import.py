"""`mail import`: a whole base end to end, what it prints, and each way that it can end."""

from __future__ import annotations

import csv
import json
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from adapty import Flow
from adapty.cli.outcome import ExitCode
from tests.cli.conftest import point_at, run
from tests.conftest import EVENT, PROFILE
from tests.raw_server import OK, RawServer, answer

if TYPE_CHECKING:
    from adapty.sandbox import Sandbox

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

    assert (ended.code, ended.err) == (ExitCode.SOME_REFUSED, "")
    lines = ended.out.splitlines()
    assert lines[:3] == [
        "profiles: 3 accepted, 2 refused",
        "events:   5 accepted, 2 refused",
        "1 events wait for a profile that this import did not save",
    ]
    assert lines[-2:] == ["refused records: profiles.failures.csv", "refused records: events.failures.jsonl"]
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
    """The failures file, mended by hand, is imported as it is, and the command ends with 0."""
    run("mail", "import", *base)
    with Path("profiles.failures.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0]["email"] = "joe@example.com"
    rows[1].update(external_profile_id="user_4", external_created_at=WHEN, email="jo@example.com", _raw="")
    with Path("profiles.failures.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)

    ended = run("mail", "import", "--profiles", "profiles.failures.csv")

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("profiles: 2 accepted, 0 refused\nevents:   0 accepted, 0 refused\n")
    assert "refused records" not in ended.out
    assert "Refused for" not in ended.out
    assert sum(served.flows().values()) == 5
    assert served.flows()[Flow.ACTIVE] == 2


def test_events_alone(served: Sandbox, base: tuple[str, ...]) -> None:
    """An import of events alone says that they wait for profiles, each event counted once."""
    ended = run("mail", "import", *base[2:])

    assert ended.out.startswith("profiles: 0 accepted, 0 refused\nevents:   5 accepted, 2 refused\n4 events wait")
    assert sum(table(ended.out)[name] for name in Flow) == 3
    assert served.flows() == dict.fromkeys(Flow, 0)


def test_failures_go_to_the_folder_that_was_asked_for(served: Sandbox) -> None:
    """`--failures` is the folder; brackets and colons in its name are printed as they are."""
    Path("[bold] :bug:").mkdir()

    ended = run("mail", "import", *profiles_file("jane"), "--failures", "[bold] :bug:")

    assert ended.code == ExitCode.SOME_REFUSED
    path = Path("[bold] :bug:") / "profiles.failures.csv"
    assert f"refused records: {path}\n" in ended.out
    assert path.is_file()


def test_names_in_the_table_are_whole_and_as_they_are(served: Sandbox) -> None:
    """A field's name is printed whole, brackets and colons too, in a terminal of the usual width."""
    name = "[red]:bug:" + "x" * 25
    Path("profiles.jsonl").write_text(json.dumps({**PROFILE, "custom_attributes": {name: True}}))

    ended = run("mail", "import", "--profiles", "profiles.jsonl")

    assert table(ended.out)[f"custom_attributes.{name}"] == 1


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("base.csv", f"jane@example.com,user_1,{WHEN}\n", ExitCode.USAGE),
        ("base.jsonl", json.dumps({**PROFILE, "jane@example.com": 1}), ExitCode.SOME_REFUSED),
        (
            "base.jsonl",
            json.dumps({**PROFILE, "custom_attributes": {"jane@example.com": True}}),
            ExitCode.SOME_REFUSED,
        ),
    ],
    ids=["no header", "a field", "an attribute"],
)
def test_an_address_in_the_place_of_a_name_is_not_shown(
    served: Sandbox, name: str, content: str, code: ExitCode
) -> None:
    """A base without its header, or with addresses for names, does not bring them into the outputs."""
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
    assert ended.err == "Error: nothing to import; expected --profiles FILE, --events FILE or both\n"


@pytest.mark.parametrize("option", ["--profiles", "--events"])
@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("missing.csv", "cannot be opened: No such file or directory"),
        ("folder.csv", "cannot be opened: Is a directory"),
        ("base.txt", "its format is not known; expected a name that ends in .csv, .jsonl or .ndjson"),
        ("empty.csv", "has no header; expected the names of the fields in the first line"),
    ],
)
def test_a_file_that_cannot_be_read(served: Sandbox, option: str, name: str, problem: str) -> None:
    """A file that is missing, a directory, of another format or empty is told in one line, with code 2."""
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
        "Error: plan: is a column of profiles.csv that is no field of the records; rename or remove it\n"
    )


@pytest.mark.parametrize("folder", ["missing", "profiles.csv"])
def test_a_folder_for_failures_that_is_none(served: Sandbox, folder: str) -> None:
    """A folder that is not there, or is a file, is wrong use, told before anything is sent."""
    ended = run("mail", "import", *profiles_file("jane@example.com", "joe"), "--failures", folder)

    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert ended.err.startswith("Error: ")
    assert folder in ended.err
    assert served.profile("user_1") is None


def test_a_key_that_the_api_does_not_know(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The import stops at its first record, says where, and ends with the code for the API's errors."""
    point_at(served.url, monkeypatch, key="secret_live_wrong")

    ended = run("mail", "import", *profiles_file("jane@example.com", "joe@example.com"))

    assert (ended.code, ended.out) == (ExitCode.API_ERROR, "")
    error, note = ended.err.splitlines()
    assert error.startswith("Error: saveProfile: 403 secret_key_does_not_exist_error")
    assert note == "stopped at line 2 of profiles.csv; what came before it was sent"
    assert "secret_live_wrong" not in ended.err


def test_a_missing_key() -> None:
    """Without a key in the environment the variables are named, and nothing is read."""
    ended = run("mail", "import", "--profiles", "missing.csv")

    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert "ADAPTY_MAIL_SECRET_KEY" in ended.err


def test_an_api_that_is_not_there(monkeypatch: pytest.MonkeyPatch, slept: list[float]) -> None:
    """A refused connection ends the import after its tries, says where, and has a code of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    point_at(url, monkeypatch)

    ended = run("mail", "import", *profiles_file("joe", "jane@example.com", "jim@example.com"))

    assert (ended.code, ended.out) == (ExitCode.NO_ANSWER, "")
    error, *notes = ended.err.splitlines()
    assert error.startswith("Error: saveProfile: ConnectError")
    assert notes == [
        "stopped at line 3 of profiles.csv; what came before it was sent",
        "refused records of it, 1 so far: profiles.failures.csv",
    ]
    assert len(slept) == 2
    assert Path("profiles.failures.csv").is_file()


def test_a_record_that_the_api_fails_on(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record that still fails after its tries is refused, the rest is sent, and the code says so."""
    point_at(server.url, monkeypatch)
    server.replies = [answer(500), answer(500), answer(500), OK]

    ended = run("mail", "import", *profiles_file("jane@example.com", "joe@example.com"))

    assert ended.code == ExitCode.SOME_REFUSED
    assert ended.out.startswith("profiles: 1 accepted, 1 refused\n")
    assert table(ended.out)["ServerError"] == 1


def test_progress_is_shown_on_a_terminal(
    served: Sandbox, base: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal each file has a bar on standard error with its lines and what was refused; the summary has none."""
    terminal = Console(stderr=True, force_terminal=True, force_interactive=False, width=120)
    monkeypatch.setattr("adapty.cli.import_output.errors", terminal)

    ended = run("mail", "import", *base)

    bars = [line.split() for line in ended.err.splitlines() if line.strip()]
    assert [(bar[0], bar[2], bar[3:5]) for bar in bars] == [
        ("profiles", "7/7", ["2", "refused"]),
        ("events", "7/7", ["2", "refused"]),
    ]
    assert ended.out.startswith("profiles: 3 accepted, 2 refused\n")


def test_an_output_that_knows_no_boxes(served: Sandbox, base: tuple[str, ...]) -> None:
    """On a terminal or pipe of ASCII the tables are drawn with what there is."""
    ended = run("mail", "import", *base, charset="ascii")

    assert (ended.code, ended.err) == (ExitCode.SOME_REFUSED, "")
    assert table(ended.out)[Flow.REFUNDED] == 1


def test_interrupting_an_import(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends it with 130, without a traceback; it says how far it came and keeps the failures so far."""
    point_at(server.url, monkeypatch)
    arrived = threading.Event()

    def stall(connection: socket.socket) -> None:
        arrived.set()
        server.stall(connection)

    server.replies = [stall]
    command = [sys.executable, "-m", "adapty", "mail", "import", *profiles_file("joe", "jane@example.com")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert arrived.wait(10)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)

    assert (process.returncode, out) == (130, "")
    assert err.splitlines() == [
        "Interrupted",
        "stopped at line 3 of profiles.csv; what came before it was sent",
        "refused records of it, 1 so far: profiles.failures.csv",
    ]
    with Path("profiles.failures.csv").open(newline="") as file:
        assert [row["external_profile_id"] for row in csv.DictReader(file)] == ["user_1"]
