"""`erase`: input formats, invalid rows, and files that it rejects."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from adapty._cli.errors import ExitCode
from tests.cli.conftest import fresh_case, run
from tests.cli.erasing import make_users, outcomes, report_rows

if TYPE_CHECKING:
    from adapty import Adapty
    from adapty.sandbox import Sandbox

# One API is enough for what a file is.
pytestmark = pytest.mark.usefixtures("server_side_alone")

UNKNOWN = "772204ce-ebf6-4ed9-82b0-d8688ab62b01"
DELETED = {"u1": "deleted", "u2": "deleted"}

FORMATS = {
    "plain": ("users.txt", "u1\nu2\n"),
    "CSV": ("users.csv", 'name,customer_user_id,plan\n"Doe, Jane",u1,x\n"a\nb",u2,\n'),
    "JSON Lines": ("users.jsonl", '{"customer_user_id": "u1", "plan": {"a": [1]}}\n\n{"customer_user_id": "u2"}\n'),
}


def test_formats_are_read_from_files_and_pipes(api: Adapty, served: Sandbox) -> None:
    """Gzipped as well; each format has the same two users."""
    for piped in [False, True]:
        for name, (file, text) in FORMATS.items():
            with fresh_case(served, piped, name):
                make_users(api, "u1", "u2", "u3")
                content = gzip.compress(text.encode())
                if not piped:
                    Path(f"{file}.gz").write_bytes(content)

                ended = run("erase", *(("-",) if piped else (f"{file}.gz",)), stdin=content if piped else None)

                report = "stdin.erased.csv" if piped else "users.erased.csv"
                assert (ended.code, ended.err) == (0, "")
                assert ended.summary == [
                    "2 deleted, 0 not found, 0 failed",
                    "erased from: server-side",
                    f"report: {report}",
                ]
                assert outcomes(report) == DELETED
                assert served.server_side_profile(customer_user_id="u1") is None
                assert served.server_side_profile(customer_user_id="u3") is not None


def test_delimiter_option_reads_semicolons(api: Adapty) -> None:
    """Without it the file is rejected."""
    make_users(api, "u1", "u2")
    Path("users.csv").write_text("name;customer_user_id\nx,y;u1\n;u2\n")

    refused = run("erase", "users.csv")
    ended = run("erase", "users.csv", "--delimiter", ";")

    assert refused.code == ExitCode.USAGE
    assert refused.err.endswith("""use --delimiter ';' (delimiter=";")\n""")
    assert (ended.code, outcomes()) == (0, DELETED)


PROFILE_FILES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "plain": ("users.txt", "{0}\n{1}\n", ("--by", "profile_id")),
    "capitals": ("users.txt", "{2}\n{1}\n", ("--by", "profile_id")),
    "header": ("users.txt", "profile_id\n{0}\n{1}\n", ()),
    "CSV": ("users.csv", "plan,profile_id\nx,{0}\ny,{1}\n", ()),
    "CSV with both": ("users.csv", "profile_id,customer_user_id\n{0},u1\n{1},\n", ("--by", "profile_id")),
    "JSON Lines": ("users.jsonl", '{{"profile_id": "{0}"}}\n{{"profile_id": "{1}", "customer_user_id": null}}', ()),
    "JSON Lines with both": (
        "users.jsonl",
        '{{"profile_id": "{0}", "customer_user_id": "u1"}}\n{{"profile_id": "{1}"}}',
        ("--by", "profile_id"),
    ),
    "strings": ("users.jsonl", '"{0}"\n"{1}"', ("--by", "profile_id")),
}


def test_profile_ids_come_from_header_keys_or_option(api: Adapty, served: Sandbox) -> None:
    """`--by` wins over the header."""
    for name, (file, text, options) in PROFILE_FILES.items():
        with fresh_case(served, name):
            first, second = make_users(api, "u1", "u2")
            Path(file).write_text(text.format(first, second, first.upper()))

            ended = run("erase", file, *options)

            assert (ended.code, ended.err) == (0, "")
            assert outcomes() == {first: "deleted", second: "deleted"}
            assert served.server_side_profile(customer_user_id="u2") is None


ROWS: dict[str, tuple[str, str, dict[str, str]]] = {
    "too few cells": ("users.csv", "a,customer_user_id\nu9\nx,u1\n", {"u9": "line 2: has 1 cells where the header"}),
    "too many cells": ("users.csv", "customer_user_id,a\nu9,x,y\nu1,x\n", {"u9,x,y": "line 2: has 3 cells where"}),
    "an empty cell": ("users.csv", "customer_user_id,a\n,x\nu1,x\n", {",x": "line 2: has no customer_user_id"}),
    "no JSON": ("users.jsonl", '{"customer_user_id": "u9"\n"u1"', {'{"customer_user_id": "u9"': "line 1: is not JSON"}),
    "JSON of other kinds": (
        "users.jsonl",
        'null\n"u1"\n7\n["u9"]\ntrue\n',
        dict.fromkeys(("null", "7", '["u9"]', "true"), "is neither a JSON object nor a string"),
    ),
    "other keys": (
        "users.jsonl",
        '{"id": "u9"}\n{"customer_user_id": "u1"}\n{"profile_id": "u8"}\n{}\n',
        dict.fromkeys(('{"id": "u9"}', '{"profile_id": "u8"}', "{}"), "has no customer_user_id"),
    ),
    "values of other kinds": (
        "users.jsonl",
        (
            '"u1"\n{"customer_user_id": 9}\n{"customer_user_id": ["u9"]}\n{"customer_user_id": null}\n'
            '{"customer_user_id": ""}\n""\n'
        ),
        {
            '{"customer_user_id": 9}': "customer_user_id: is of type int; expected a str",
            '{"customer_user_id": ["u9"]}': "customer_user_id: is of type list; expected a str",
            '{"customer_user_id": null}': "line 4: has no customer_user_id",
            '{"customer_user_id": ""}': "line 5: has no customer_user_id",
            '""': "line 6: has no customer_user_id",
        },
    ),
    "two ids under one key": (
        "users.jsonl",
        '{"customer_user_id": "u8", "customer_user_id": "u9"}\n"u1"\n',
        {
            '{"customer_user_id": "u8", "customer_user_id": "u9"}': (
                "line 1: is not JSON: it has what JSON cannot represent"
            )
        },
    ),
    "JSON without an end": ("users.jsonl", "[" * 100_000 + '\n"u1"', {"[" * 200 + "...": "line 1: is not JSON"}),
    "other letters": ("users.txt", "u1\njosé\n日本\n", dict.fromkeys(("josé", "日本"), "non-ASCII characters")),
    "bytes that are no UTF-8": ("users.txt", "u1\nu\udcff\n", {r"u\udcff": "non-ASCII characters"}),
    "control characters": (
        "users.txt",
        "u1\nu\x7f\nu\x1b[31m\n",
        {"u\x7f": "ends with U+007F DELETE", "u\x1b[31m": "has U+001B ESCAPE at character 2"},
    ),
    "white space around ids": (
        "users.txt",
        "u1\n u2\nu2\t\n\u00a0u2\n",
        {
            " u2": "starts with U+0020 SPACE",
            "u2\t": "ends with U+0009 TAB",
            "\u00a0u2": "starts with U+00A0 NO-BREAK SPACE",
        },
    ),
    "white space around cells": (
        "users.csv",
        "x,customer_user_id\nx,u1\ny, u2\nz,  \n",
        {" u2": "starts with U+0020 SPACE", "  ": "is empty"},
    ),
    "a line break": ("users.jsonl", '"u1"\n"u\\nX-Other: 1"\n', {"u\nX-Other: 1": "has U+000A LINE FEED"}),
    "half of a pair": ("users.jsonl", '"u1"\n"u\\ud800"\n', {r"u\ud800": "non-ASCII characters"}),
    "spaces around a string": ("users.jsonl", '"u1"\n" u2"\n', {" u2": "starts with U+0020 SPACE"}),
    "an id too long": (
        "users.txt",
        f"u1\n{'x' * 4097}\n",
        {"x" * 4097: "has 4097 characters; the maximum in a header is 4096"},
    ),
    "an id far too long": ("users.txt", f"u1\n{'x' * 100_000}\n", {"x" * 100_000: "has 100000 characters"}),
    "a formula": ("users.txt", "u1\n=é()\n", {"=é()": "non-ASCII characters"}),
}


def test_invalid_rows_are_reported_as_failed(api: Adapty, served: Sandbox) -> None:
    """The other rows are deleted."""
    for name, (file, text, refused) in ROWS.items():
        with fresh_case(served, name):
            make_users(api, "u1", "u2", "u7", "u8", "u9")
            Path(file).write_bytes(text.encode("utf-8", "surrogateescape"))

            ended = run("--verbose", "erase", file)

            assert ended.code == ExitCode.SOME_FAILED
            rows = {row["id"]: row for row in report_rows()}
            assert {id_: row["outcome"] for id_, row in rows.items()} == {
                "u1": "deleted",
                **dict.fromkeys(refused, "failed"),
            }
            for id_, reason in refused.items():
                assert reason in rows[id_]["reason"]
                assert rows[id_]["reason"].startswith("line ")
            assert ended.out.startswith(f"1 deleted, 0 not found, {len(refused)} failed\n")
            assert len([entry for entry in served.requests() if entry.method == "DELETE"]) == 1


def test_profile_id_must_be_a_uuid(served: Sandbox) -> None:
    """Other values are reported as failed."""
    for id_ in ["not-a-uuid", UNKNOWN[:-1], f"{{{UNKNOWN}}}", UNKNOWN.replace("-", "")]:
        with fresh_case(served, id_):
            Path("users.txt").write_text(f"{id_}\n{UNKNOWN}\n")

            ended = run("erase", "users.txt", "--by", "profile_id")

            assert ended.code == ExitCode.SOME_FAILED
            assert outcomes() == {id_: "failed", UNKNOWN: "not_found"}
            assert "line 1: profile_id: is not a UUID" in report_rows()[0]["reason"]


def test_ids_are_sent_and_reported_exactly(api: Adapty, served: Sandbox) -> None:
    """Whatever a spreadsheet or a shell would do with them."""
    for id_ in ["=1+1", "+1", "-1", "'x", '"', "a,b", "a;b", "a b", "{x}", "[x]", "#1", "x" * 4096]:
        with fresh_case(served, id_):
            make_users(api, id_)
            Path("users.txt").write_text(f"u1\n{id_}\n")

            assert run("erase", "users.txt").code == 0
            assert outcomes() == {"u1": "not_found", id_: "deleted"}


@pytest.mark.parametrize("text", ['[\n"u1",\n"u2",\n"u3"]', '{\n"users": [\n"u1",\n"u2"]}'])
def test_multi_line_json_is_not_read_as_ids(served: Sandbox, text: str) -> None:
    """No profile would be found by such lines."""
    Path("users.json").write_text(text)

    ended = run("erase", "users.json")

    assert ended.code == ExitCode.SOME_FAILED
    assert set(outcomes().values()) == {"failed"}
    assert served.requests() == []


def test_id_in_braces_is_not_json(api: Adapty) -> None:
    """The file has one ID a line."""
    make_users(api, "{u1}")
    Path("users.txt").write_text("{u1}\n")

    assert run("erase", "users.txt").code == 0
    assert outcomes() == {"{u1}": "deleted"}


NO_COLUMN = (
    "has no column customer_user_id or profile_id or external_profile_id or email; "
    "expected a header with such a column, or user_id for your own user IDs, or a file with one ID a line"
)
WRONG_FILES = {
    "empty": ("users.txt", b"", "is empty; expected at least one ID"),
    "blank": ("users.txt", b"\xef\xbb\xbf\r\n \n", "is empty; expected at least one ID"),
    "empty CSV": ("users.csv", b"", "is empty; expected at least one ID"),
    "empty JSON Lines": ("users.jsonl", b"\n", "is empty; expected at least one ID"),
    "header alone": ("users.csv", b"customer_user_id\n\n", "has no rows below its header; expected at least one ID"),
    "no column": (
        "users.csv",
        b"jane@example.com,Jane\nu1,x\n",
        NO_COLUMN,
    ),
    "no header": (
        "users.csv",
        b"u1\nu2\n",
        NO_COLUMN,
    ),
    "a table of another name": (
        "users.txt",
        b"jane@example.com;Jane\nu1;x\n",
        "separates the header with semicolons (got delimiter ',')",
    ),
    "nothing in the header": (
        "users.csv",
        b'""\nu1\n',
        NO_COLUMN,
    ),
    "two columns": ("users.csv", b"customer_user_id,customer_user_id\nu1,u2\n", "has two columns customer_user_id"),
    "a header that is no CSV": ("users.csv", b'"customer_user_id"x\nu1\n', "line 1 is not CSV: "),
    "gzip cut short": ("users.txt", gzip.compress(b"u1\nu2\n")[:-9], "cannot be decompressed after line 2: its gzip"),
    "gzip's first bytes": ("users.txt", b"\x1f\x8b", "cannot be decompressed: its gzip data is damaged or truncated"),
    "gzip damaged": (
        "users.txt",
        gzip.compress(b"u1\nu2\n")[:-6] + b"123456",
        "cannot be decompressed after line 2: its gzip data is damaged or truncated",
    ),
}


# A pipe has no name that says what comes out of it.
PIPED = [name for name, (file, *_) in WRONG_FILES.items() if file == "users.txt"]


def test_file_without_ids_is_a_usage_error(served: Sandbox) -> None:
    """The error does not quote the file, nothing is sent, and no report is created."""
    for name, piped in [(name, False) for name in WRONG_FILES] + [(name, True) for name in PIPED]:
        with fresh_case(served, name, piped):
            file, content, message = WRONG_FILES[name]
            Path(file).write_bytes(content)

            ended = run("erase", "-", stdin=content) if piped else run("erase", file)

            assert (ended.code, ended.out) == (ExitCode.USAGE, "")
            assert ended.err.startswith(f"Error: {'standard input' if piped else file}: {message}")
            assert ended.err.count("\n") == 1
            assert "jane" not in ended.err
            assert served.requests() == []
            assert list(Path().iterdir()) == [Path(file)]


def test_unreadable_file_is_a_usage_error(served: Sandbox) -> None:
    """The error has its name, escaped."""
    for file, message in [
        ("missing.csv", "cannot be opened: No such file or directory"),
        (".", "cannot be opened: Is a directory"),
        ("a\x00b", "cannot be opened: invalid path"),
    ]:
        with fresh_case(served, file, message):
            ended = run("erase", file)

            shown = file.replace("\x00", "\\x00")
            assert (ended.code, ended.out, ended.err) == (ExitCode.USAGE, "", f"Error: {shown}: {message}\n")


def test_closed_standard_input_is_a_usage_error(served: Sandbox) -> None:
    """Without a traceback."""
    ended = subprocess.run(
        ["sh", "-c", 'exec "$0" -m adapty erase - <&-', sys.executable], capture_output=True, text=True, check=False
    )

    assert (ended.returncode, ended.stdout) == (ExitCode.USAGE, "")
    assert ended.stderr == "Error: FILE: standard input is closed; expected IDs\n"


@pytest.mark.parametrize(
    ("by", "text", "message"),
    [
        ("profile_id", "customer_user_id\nu1\n", "has no column profile_id; expected a header with such a column"),
        (
            "customer_user_id",
            "profile_id\nu1\n",
            "has no column customer_user_id; expected a header with such a column",
        ),
    ],
)
def test_missing_column_is_not_replaced_by_another(served: Sandbox, by: str, text: str, message: str) -> None:
    """IDs of another kind are not sent."""
    Path("users.csv").write_text(text)

    ended = run("erase", "users.csv", "--by", by)

    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert ended.err.startswith(f"Error: users.csv: {message}")
    assert served.requests() == []


def test_invalid_options_are_usage_errors(served: Sandbox) -> None:
    """Unknown kinds and APIs, numbers out of range, surplus arguments."""
    for options in [
        ("--by", "phone"),
        ("--by", ""),
        ("--api", "both"),
        ("--api", ""),
        ("--concurrency", "0"),
        ("--concurrency", "257"),
        ("--concurrency", "many"),
        ("--report", ""),
        ("--rate-limit", "0"),
        ("--rate-limit", "-1"),
        ("--rate-limit", "nan"),
        ("--rate-limit", "inf"),
        ("--checkpoint", ""),
        ("--checkpoint", "missing/checkpoint"),
        ("--checkpoint", "users.txt"),
        ("--checkpoint", "noted", "--no-checkpoint"),
        ("extra",),
    ]:
        with fresh_case(served, options):
            Path("users.txt").write_text("u1\n")

            ended = run("erase", "users.txt", *options)

            assert (ended.code, ended.out) == (ExitCode.USAGE, "")
            assert "Error" in ended.err
            assert served.requests() == []
            assert list(Path().iterdir()) == [Path("users.txt")]


def test_standard_input_cannot_have_a_checkpoint(served: Sandbox) -> None:
    """A pipe cannot be read again."""
    ended = run("erase", "-", "--checkpoint", "noted", stdin=b"u1")

    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert ended.err == (
        "Error: --checkpoint: cannot be used with standard input, which cannot be read again; expected a file\n"
    )
    assert served.requests() == []


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such pipes")
def test_named_pipe_is_read_without_checkpoint(api: Adapty) -> None:
    """As `<(...)` creates one."""
    make_users(api, "u1")
    os.mkfifo("pipe")
    writer = threading.Thread(target=Path("pipe").write_text, args=("u1\nu2\n",))
    writer.start()

    ended = run("erase", "pipe")

    writer.join()
    assert ended.code == 0
    assert outcomes("pipe.erased.csv") == {"u1": "deleted", "u2": "not_found"}
    assert sorted(path.name for path in Path().iterdir()) == ["pipe", "pipe.erased.csv"]


def test_json_prints_only_the_summary(api: Adapty) -> None:
    """The counts and the path of the report."""
    make_users(api, "u1")
    Path("users.txt").write_text("u1\nu2\nu1\né\n")

    ended = run("erase", "users.txt", "--json")

    assert (ended.code, ended.err) == (ExitCode.SOME_FAILED, "")
    report = json.loads(ended.out)
    assert 0 < report.pop("elapsed") < 10
    assert report == {
        "apis": ["server-side"],
        "deleted": 1,
        "not_found": 1,
        "failed": 1,
        "repeated": 1,
        "report": "users.erased.csv",
        "retried": 0,
        "resumed": False,
        "nothing_found": {},
    }


def test_file_of_uuids_requires_the_kind(served: Sandbox) -> None:
    """No profile would be found by the wrong kind; nothing is sent."""
    uuids = [str(UUID(int=number, version=4)) for number in (1, 2)]
    Path("users.txt").write_text("\n".join(uuids), "utf-8")

    ended = run("erase", "users.txt")

    assert ended.code == ExitCode.USAGE
    assert "has UUIDs only" in ended.err
    assert served.requests() == []
    assert run("erase", "users.txt", "--by", "profile_id").out.startswith("0 deleted, 2 not found")
