"""The report of `erase`: name, rows, existing files, and errors while writing."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from adapty._cli.errors import ExitCode
from tests.cli.conftest import fresh_case, run
from tests.cli.erasing import COLUMNS, make_users, outcomes, report_rows, users_file
from tests.python_processes import run_python

if TYPE_CHECKING:
    from adapty import Adapty
    from adapty.sandbox import Sandbox

HEADER = ",".join(COLUMNS)
QUOTED = ",".join(f'"{column}"' for column in COLUMNS)
ROW = "2026-07-01T00:00:00+00:00,server-side,u0,deleted,"

# One API is enough for what a report is.
pytestmark = pytest.mark.usefixtures("server_side_alone")


def test_at_is_the_time_of_the_result(api: Adapty) -> None:
    """In UTC."""
    before = datetime.now(UTC) - timedelta(seconds=1)

    run("erase", users_file("u1", "u2"))

    moments = [datetime.fromisoformat(row["at"]) for row in report_rows()]
    assert all(before < moment <= datetime.now(UTC) and moment.utcoffset() == timedelta() for moment in moments)
    assert moments == sorted(moments)


def test_default_name_comes_from_the_input(served: Sandbox) -> None:
    """It is created in the current folder."""
    for file, report in [
        ("users.txt", "users.erased.csv"),
        ("users", "users.erased.csv"),
        ("users.csv.gz", "users.erased.csv"),
        ("folder/users.jsonl", "users.erased.csv"),
        ("a.b.csv", "a.b.erased.csv"),
        ("users.erased.csv", "users.erased.erased.csv"),
        ("[bold] :bug:.csv", "[bold] :bug:.erased.csv"),
        ("Žofia.csv", "Žofia.erased.csv"),
    ]:
        with fresh_case(served, file, report):
            Path("folder").mkdir()
            content = b'"u1"' if "json" in file else b"customer_user_id\nu1\n"
            Path(file).write_bytes(gzip.compress(content) if file.endswith(".gz") else content)

            ended = run("erase", file)

            assert ended.code == ExitCode.SOME_FAILED  # no such user
            assert ended.summary == [
                "0 deleted, 1 not found, 0 failed",
                "erased from: server-side",
                f"report: {report}",
            ]
            assert outcomes(report) == {"u1": "not_found"}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_undecodable_name_is_escaped(served: Sandbox) -> None:
    """When it is printed."""
    Path("\udcff.txt").write_text("u1")

    ended = run("erase", "\udcff.txt")

    assert (ended.code, ended.summary[2]) == (ExitCode.SOME_FAILED, r"report: \udcff.erased.csv")
    assert Path("\udcff.erased.csv").is_file()


def test_existing_report_is_appended_to(served: Sandbox) -> None:
    """Its bytes stay, the header is not repeated, and a broken row is terminated."""
    for before, after in [
        ("", f"{HEADER}\r\n"),
        (f"{HEADER}\r\n", f"{HEADER}\r\n"),
        (f"{HEADER}", f"{HEADER}\r\n"),
        (f"{HEADER}\n{ROW}\n", f"{HEADER}\n{ROW}\n"),
        (f"{HEADER}\r\n{ROW}\r\n", f"{HEADER}\r\n{ROW}\r\n"),
        (f"{HEADER}\r\n{ROW}\r\n2026-07-01T", f"{HEADER}\r\n{ROW}\r\n2026-07-01T\r\n"),
        (f"\ufeff{HEADER}\r\n{ROW}\r\n", f"\ufeff{HEADER}\r\n{ROW}\r\n"),
        (f"{QUOTED}\n", f"{QUOTED}\n"),
    ]:
        with fresh_case(served, before, after):
            Path("users.erased.csv").write_bytes(before.encode())

            ended = run("erase", users_file("u1", "u2"))

            written = Path("users.erased.csv").read_bytes().decode()
            assert ended.code == ExitCode.SOME_FAILED  # no such user
            assert written.startswith(after)
            added = written.removeprefix(after).split("\r\n")
            assert sorted(row.partition(",")[2] for row in added) == [
                "",
                "server-side,u1,not_found,no profile by customer_user_id",
                "server-side,u2,not_found,no profile by customer_user_id",
            ]


def test_other_files_are_not_overwritten(served: Sandbox) -> None:
    """A file with another header is rejected before anything is sent."""
    for content in [
        "at,api,id,outcome\n",
        "at,id,outcome,reason\n",
        f"{HEADER},more\n",
        "api,at,id,outcome,reason\n",
        "u1\n",
        "\n",
        "\r",
        "a\rb\rc",
        '"',
        "\x00\x01",
        "x" * 2000,
        "\udcff\udcfe",
    ]:
        with fresh_case(served, content):
            original = content.encode("utf-8", "surrogateescape")
            Path("report.csv").write_bytes(original)

            ended = run("erase", users_file("u1", "u2"), "--report", "report.csv")

            assert (ended.code, ended.out) == (ExitCode.USAGE, "")
            assert ended.err == (
                "Error: report.csv: exists and is not a report of erased users; "
                "expected the header at,api,id,outcome,reason, or a new file\n"
            )
            assert Path("report.csv").read_bytes() == original
            assert served.requests() == []


INPUT = f"customer_user_id,{HEADER}\nu1,,,,,\n"
"""An input that looks like a report."""


def test_report_must_not_be_the_input(served: Sandbox) -> None:
    """Under no name, even if the input looks like a report."""
    for report, link in [
        ("users.csv", None),
        ("./users.csv", None),
        ("other.csv", Path.symlink_to),
        ("other.csv", Path.hardlink_to),
    ]:
        with fresh_case(served, report, link):
            Path("users.csv").write_text(INPUT)
            if link:
                link(Path(report), Path("users.csv"))

            ended = run("erase", "users.csv", "--report", report)

            message = f"Error: {Path(report)}: is the input itself; expected another file for the report\n"
            assert (ended.code, ended.out, ended.err) == (ExitCode.USAGE, "", message)
            assert Path("users.csv").read_text() == INPUT
            assert served.requests() == []


def test_report_must_not_be_standard_input(served: Sandbox) -> None:
    """A redirected file has no name."""
    Path("users.csv").write_text(INPUT)

    with Path("users.csv").open("rb") as standard_input:
        ended = run_python("-m", "adapty", "erase", "-", "--report", "users.csv", stdin=standard_input)

    assert (ended.returncode, ended.stdout) == (ExitCode.USAGE, "")
    assert ended.stderr == "Error: users.csv: is the input itself; expected another file for the report\n"
    assert Path("users.csv").read_text() == INPUT
    assert served.requests() == []


def test_unwritable_report_is_a_usage_error(served: Sandbox) -> None:
    """Before anything is sent."""
    for report, message in [
        ("missing/report.csv", "cannot be written: No such file or directory"),
        ("users.txt/report.csv", "cannot be written: Not a directory"),
        (".", "is not a regular file; choose another name for the report"),
        (os.devnull, "is not a regular file; choose another name for the report"),
        ("x" * 300, "cannot be written: File name too long"),
    ]:
        with fresh_case(served, report, message):
            ended = run("erase", users_file("u1", "u2"), "--report", report)

            assert (ended.code, ended.out, ended.err) == (ExitCode.USAGE, "", f"Error: {report}: {message}\n")
            assert served.requests() == []


@pytest.mark.skipif(os.name != "posix", reason="the limit is one of POSIX")
def test_full_disk_aborts_the_run(api: Adapty, served: Sandbox) -> None:
    """The report has whole rows."""
    ids = [f"user_{number}" for number in range(40)]
    make_users(api, *ids)
    Path("users.txt").write_text("\n".join(ids))
    command = 'ulimit -f 1 && exec "$0" -m adapty erase users.txt --concurrency 1 --no-checkpoint'

    ended = subprocess.run(["sh", "-c", command, sys.executable], capture_output=True, text=True, check=False)

    rows = outcomes()
    assert (ended.returncode, ended.stdout) == (ExitCode.USAGE, "")
    assert ended.stderr.splitlines() == [
        "Error: users.erased.csv: cannot be written: File too large",
        f"server-side: {len(rows)} deleted, 0 not found, 0 failed so far",
        "report: users.erased.csv",
    ]
    assert rows == dict.fromkeys(ids[: len(rows)], "deleted")
    assert len([entry for entry in served.requests() if entry.method == "DELETE"]) == len(rows) + 1


def test_full_disk_at_the_header_sends_nothing(served: Sandbox) -> None:
    """The error names the report."""
    users_file("u1", "u2")
    command = 'ulimit -f 0 && exec "$0" -m adapty erase users.txt'

    ended = subprocess.run(["sh", "-c", command, sys.executable], capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stdout) == (ExitCode.USAGE, "")
    assert ended.stderr == "Error: users.erased.csv: cannot be written: File too large\n"
    assert served.requests() == []
