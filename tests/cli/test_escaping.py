"""Nothing that comes from files, arguments or the API reaches the terminal raw."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import subprocess
import sys
import unicodedata
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from adapty import TransactionEvent
from adapty._cli.output import log_to_stderr
from adapty._escaping import escape_control
from adapty.webhooks.outbox import Outbox
from tests.cli.conftest import _COMMAND, json_answer, point_at
from tests.conftest import EVENT
from tests.raw_server import RawServer, answer

if TYPE_CHECKING:
    from adapty.sandbox import Sandbox

ESCAPES = "\x1b[2J\x1b]0;owned\x07"
HOSTILE = f"x{ESCAPES}\rOK\u202e\u200b\ufeff\x9b31m\x7f"
"""Clears the screen, sets the title, overwrites the line, and turns the direction of what follows."""
ON_TWO_LINES = f"{HOSTILE}\nError: forged"
WITH_NUL = f"{ON_TWO_LINES}\x00"


def run(*arguments: str, stdin: bytes | None = None) -> str:
    """Run a command in this process, and return all that it prints, raw."""
    with (
        pytest.MonkeyPatch.context() as patch,
        CliRunner(charset="utf-8").isolation(input=stdin) as (out, err, _),
    ):
        patch.setattr(logging.getLogger(), "handlers", [])
        try:
            with pytest.raises(SystemExit):
                _COMMAND.main(arguments, prog_name="adapty-py")
        finally:
            logging.getLogger("adapty").setLevel(logging.NOTSET)
        return (out.getvalue() + err.getvalue()).decode()


def control_characters(printed: str) -> set[str]:
    """Return the control and format characters of an output, without line feeds."""
    return {c for c in printed if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and c != "\n"}


def assert_escaped(printed: str, *, quotes: bool = True) -> None:
    """Check that an output has no control characters and no forged line, and that it quotes the hostile text."""
    assert not control_characters(printed), ascii(printed)
    assert "\nError: forged" not in printed, printed
    assert printed.strip()
    if quotes:
        assert "x\\x1b[2J" in printed, printed


def csv_file(name: str, header: str, *rows: str) -> str:
    """Write a CSV file."""
    Path(name).write_text("\n".join([header, *rows, ""]), "utf-8", newline="")
    return name


def test_import_escapes_columns_and_file_names(served: Sandbox) -> None:
    """Unknown, repeated, mapped and ignored columns, names of files and folders."""
    columns = "external_profile_id,external_created_at,email"
    row = "user_1,2026-06-01T10:30:00Z,user_1@example.com"
    good = csv_file("good.csv", columns, row)
    named = csv_file(f"{ON_TWO_LINES}.csv", columns, row)
    unknown = csv_file("unknown.csv", f'{columns},"{ON_TWO_LINES}"', f"{row},1")
    twice = csv_file("twice.csv", f'{columns},"{ON_TWO_LINES}","{ON_TWO_LINES}"', f"{row},1,1")
    refused = csv_file("refused.csv", columns, f'user_1,"{ON_TWO_LINES}",user_1@example.com')
    for arguments in (
        ("--profiles", unknown),
        ("--profiles", twice),
        ("--profiles", unknown, "--map", f"custom.{ON_TWO_LINES}={ON_TWO_LINES}", "--dry-run"),
        ("--profiles", good, "--map", f"email={ON_TWO_LINES}"),
        ("--profiles", good, "--map", f"{ON_TWO_LINES}=email"),
        ("--profiles", good, "--ignore", ON_TWO_LINES),
        ("--profiles", named, "--profiles", ON_TWO_LINES),
        ("--profiles", f"{ON_TWO_LINES}/missing.csv"),
        ("--profiles", good, "--rejects-dir", f"{ON_TWO_LINES}/missing"),
        ("--profiles", good, "--checkpoint", f"{ON_TWO_LINES}/missing"),
        ("--profiles", refused, "--rejects-dir", "."),
        ("--profiles", named, "--no-checkpoint"),
        ("--profiles", named, "--json", "--no-checkpoint"),
    ):
        printed = run("-v", "mail", "import", *arguments)
        assert_escaped(printed, quotes=False)


def test_import_escapes_keys_of_json_lines(served: Sandbox) -> None:
    """Unknown, repeated and nested keys, with NUL."""
    record = {"external_profile_id": "user_1", "external_created_at": "2026-06-01T10:30:00Z", "email": "u@example.com"}
    extras: tuple[dict[str, Any], ...] = (
        {WITH_NUL: 1},
        {"custom_attributes": {WITH_NUL: None}},
        {"device_info": {WITH_NUL: "x"}},
        {f"custom.{WITH_NUL}": 1, "custom_attributes": 7},
        {"email": WITH_NUL},
        {"country": WITH_NUL},
    )
    for number, extra in enumerate(extras):
        name = f"profiles_{number}.jsonl"
        Path(name).write_text(json.dumps({**record, **extra}) + "\n")
        assert_escaped(run("mail", "import", "--profiles", name, "--no-checkpoint"), quotes=False)
    key = json.dumps(WITH_NUL)
    Path("twice.jsonl").write_text(json.dumps(record)[:-1] + f", {key}: 1, {key}: 2}}\n")
    assert_escaped(run("mail", "import", "--profiles", "twice.jsonl"), quotes=False)


def test_erase_escapes_ids_and_file_names(served: Sandbox) -> None:
    """IDs, headers, keys, and the names of the input and the report."""
    named = csv_file(f"{ON_TWO_LINES}.csv", "customer_user_id", f'"{ON_TWO_LINES}"')
    header = csv_file("header.csv", f'customer_user_id,"{ON_TWO_LINES}"', "user_1,1")
    Path("keys.jsonl").write_text(json.dumps({"customer_user_id": WITH_NUL}) + "\n" + json.dumps({WITH_NUL: 1}) + "\n")
    for arguments in (
        (named,),
        (named, "--json"),
        (header,),
        ("keys.jsonl",),
        (f"{ON_TWO_LINES}/missing",),
        ("header.csv", "--report", f"{ON_TWO_LINES}/missing"),
        ("header.csv", "--report", f"{HOSTILE}.csv"),
        ("header.csv", "--by", HOSTILE),
    ):
        assert_escaped(run("-v", "erase", *arguments), quotes=False)


def test_webhooks_escape_events(served: Sandbox) -> None:
    """In tables, in JSON, in the log, and in the name of the outbox."""
    name = f"{ON_TWO_LINES}.sqlite"
    with Outbox(name) as outbox:
        outbox.put(TransactionEvent(**EVENT))
    with closing(sqlite3.connect(name)) as connection, connection:  # such an ID is not taken by `put`
        connection.execute("UPDATE events SET event_id = ?", (f"evt{HOSTILE}",))
    for arguments in (
        ("list", "--outbox", name),
        ("list", "--outbox", name, "--json"),
        ("list", "--outbox", name, ON_TWO_LINES),
        ("list", "--outbox", f"{ON_TWO_LINES}/missing"),
        ("run", "--outbox", name, "--once"),
        ("list", "--outbox", name, "--dead-letters"),
        ("delete", "--outbox", name, ON_TWO_LINES),
        ("replay", "--outbox", name, "--all"),
    ):
        assert_escaped(run("-v", "webhooks", *arguments), quotes=False)


def test_responses_are_escaped(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages, codes, field names and headers of errors, and the fields of a profile, also with `-v`."""
    point_at(server.url, monkeypatch)
    error = {"errors": [{"source": WITH_NUL, "errors": [ON_TWO_LINES]}], "error_code": HOSTILE, "status_code": 400}
    profile = {
        "data": {
            "app_id": HOSTILE,
            "profile_id": WITH_NUL,
            "customer_user_id": ON_TWO_LINES,
            "custom_attributes": [{"key": WITH_NUL, "value": ON_TWO_LINES}],
            "access_levels": [{"access_level_id": ON_TWO_LINES, "store": HOSTILE, "expires_at": HOSTILE}],
        }
    }
    for reply in (
        json_answer(400, error),
        json_answer(403, {"message": ON_TWO_LINES, "detail": WITH_NUL}),
        answer(502, f"<html>{WITH_NUL}".encode(), "Content-Type: text/html"),
        answer(400, b"{}", "X-Request-Id: a\x9b31m\xad"),
        answer(200, WITH_NUL.encode(), "Content-Type: application/json"),
        json_answer(200, profile),
    ):
        server.replies = [reply]
        for arguments in (
            ("profile", "get", "--customer-user-id", "user_1"),
            ("profile", "get", "--customer-user-id", "user_1", "--json"),
            ("access", "check", ON_TWO_LINES, "--customer-user-id", "user_1"),
            ("-v", "access", "grant", ON_TWO_LINES, "--customer-user-id", "user_1", "--lifetime"),
        ):
            assert_escaped(run(*arguments), quotes=False)


def test_arguments_are_escaped() -> None:
    """As a shell's `*` passes them: unknown commands and options, values, host names and faults."""
    for arguments in (
        (ON_TWO_LINES,),
        (f"--{ON_TWO_LINES}",),
        ("flow", ON_TWO_LINES),
        ("flow", "trial_started", ON_TWO_LINES),
        ("flow", f"--{ON_TWO_LINES}"),
        ("mail", ON_TWO_LINES),
        ("mail", "import", f"--{ON_TWO_LINES}=1"),
        ("erase", "ids.txt", "--concurrency", ON_TWO_LINES),
        ("erase", "ids.txt", "--api", ON_TWO_LINES),
        ("profile", "get", "--customer-user-id", ON_TWO_LINES),
        ("access", "grant", "premium", "--customer-user-id", "u", "--expires-at", ON_TWO_LINES),
        ("sandbox", "--port", "0", "--fault", ON_TWO_LINES),
        ("sandbox", "--port", "0", "--host", ON_TWO_LINES),
        ("sandbox", "--port", "0", "--allow-host", ON_TWO_LINES),
        ("sandbox", "--port", "0", "--database", f"{ON_TWO_LINES}/missing"),
        ("sandbox", "--port", "0", "--webhook-url", ON_TWO_LINES),
    ):
        assert_escaped(run(*arguments), quotes=False)


def test_process_escapes_names_and_headers(served: Sandbox, tmp_path: Path) -> None:
    """Byte by byte."""
    name = csv_file(f"{ON_TWO_LINES}.csv", f'external_profile_id,"{ON_TWO_LINES}"', "user_1,1")
    Path(f"{HOSTILE}.jsonl").write_text(json.dumps({WITH_NUL: 1}) + "\n")
    for arguments in (
        ("-v", "mail", "import", "--profiles", name, "--events", f"{HOSTILE}.jsonl", "--no-checkpoint"),
        (ON_TWO_LINES,),
    ):
        command = [sys.executable, "-m", "adapty", *arguments]
        done = subprocess.run(
            command, capture_output=True, check=False, cwd=tmp_path, env={**os.environ, "PYTHONUTF8": "1"}
        )
        printed = (done.stdout + done.stderr).decode()
        assert done.returncode in {1, 2}, printed
        assert_escaped(printed)


def test_log_records_are_single_lines(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Of any logger, with and without `-v`; a traceback keeps its lines."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    log_to_stderr(logging.WARNING)
    logging.getLogger("another.package").warning("said: %s", WITH_NUL)
    try:
        int(HOSTILE)
    except ValueError as problem:
        problem.add_note(HOSTILE)
        logging.getLogger("another.package").exception("failed")
    printed = capsys.readouterr().err

    assert_escaped(printed)
    assert printed.startswith("said: x")
    assert "\nTraceback" in printed


@settings(max_examples=50)
@given(st.text(), st.sampled_from(["", "\n"]))
def test_escape_control_leaves_no_control_characters(text: str, keep: str) -> None:
    """Printable text does not change."""
    escaped = escape_control(text, keep=keep)

    assert control_characters(escaped) <= set(keep)
    escaped.encode()
    assert all(c.isprintable() or c in keep for c in escaped)
    assert escape_control(escaped, keep=keep) == escaped
    if text.isprintable():
        assert escaped == text


def test_escaped_json_is_valid_json(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """With each control character, and DEL, which JSON does not escape."""
    point_at(server.url, monkeypatch)
    text = "".join(map(chr, range(0x100))) + "\u202e\ud83d\ude00"
    profile: dict[str, Any] = {"profile_id": "p", "custom_attributes": [{"key": "k", "value": text}]}
    server.replies = [json_answer(200, {"data": profile})]

    printed = run("profile", "get", "--customer-user-id", "user_1", "--json")

    assert not control_characters(printed)
    assert json.loads(printed)["custom_attributes"][0]["value"] == json.loads(json.dumps(text))
