"""Every command and every snippet of the README works."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from dateutil.relativedelta import relativedelta

from adapty import Adapty
from adapty._rate_limits import without_limits
from adapty.webhooks import BaseOutbox, Outbox, PostgresOutbox
from tests.cli.conftest import run
from tests.examples.independent_count import expected

if TYPE_CHECKING:
    from adapty.sandbox import Sandbox

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)
SNIPPETS = [text for language, text in BLOCKS if language == "python"]
TESTS = [text for text in SNIPPETS if "\ndef test_" in text]
PROGRAMS = [text for text in SNIPPETS if text not in TESTS]
DSN = "postgresql://app@db/shop"
COMMANDS = [line for language, text in BLOCKS if language == "sh" for line in text.splitlines()]
(SECTION,) = re.findall(r"```sh\n(.*?)```", README.split("\n## Command line\n")[1].split("\n## ")[0], re.DOTALL)
SOME_REFUSED = 1


@pytest.fixture
def variables(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Set the variables that point the commands and programs of the README to the sandbox."""
    values = {
        "ADAPTY_BASE_URL": sandbox.url,
        "ADAPTY_SECRET_KEY": sandbox.secret_key,
        "ADAPTY_ADMIN_BASE_URL": sandbox.url,
        "ADAPTY_PUBLIC_KEY": sandbox.public_key,
        "ADAPTY_MAIL_BASE_URL": sandbox.url,
        "ADAPTY_MAIL_SECRET_KEY": sandbox.mail_key,
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("adapty._sync.transport.LIMITS", without_limits())
    return values


@pytest.fixture
def _user(variables: dict[str, str]) -> None:
    """Create user_12345 with access in both APIs, as the first example does: later snippets and commands use it."""
    with Adapty() as client:
        client.profiles.create(customer_user_id="user_12345", custom_attributes={"plan": "trial"})
        client.access_levels.grant("premium", customer_user_id="user_12345", expires_at=relativedelta(months=1))
        client.mail.save_profile(
            external_profile_id="user_12345",
            external_created_at="2026-06-01T10:30:00Z",
            email="jane@example.com",
        )


def copy_examples(folder: Path, text: str, lines: int | None = None) -> None:
    """Copy the example files that a text names, completely or their first lines."""
    (folder / "examples").mkdir()
    for name in set(re.findall(r"examples/[a-z]+\.(?:csv|jsonl)", text)):
        with (ROOT / name).open(encoding="utf-8") as whole:
            (folder / name).write_text("".join(islice(whole, lines)), "utf-8")


def with_database(text: str, request: pytest.FixtureRequest) -> str:
    """Replace the address of PostgreSQL by a real one, where the tables exist."""
    if DSN not in text:
        return text
    dsn: str = request.getfixturevalue("postgres_dsn")
    PostgresOutbox(dsn, create=True).close()
    return text.replace(DSN, dsn)


def test_all_blocks_are_tested() -> None:
    """Every block of the README has a language that these tests know."""
    assert {language for language, _ in BLOCKS} == {"python", "sh"}
    assert len(PROGRAMS) >= 18
    assert TESTS


@pytest.mark.usefixtures("_user")
@pytest.mark.parametrize("snippet", PROGRAMS, ids=range(len(PROGRAMS)))
def test_programs_run(
    snippet: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    """Each Python program runs unchanged, with warnings as errors, and prints what its comments say.

    A program that reads the example base gets its beginning only, so its counts differ.
    """
    copy_examples(tmp_path, snippet, lines=300)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "__main__"}
    snippet = with_database(snippet, request)

    exec(compile(snippet.replace("/tmp", str(tmp_path)), "README.md", "exec"), names)  # noqa: S102, S108

    comparable = re.compile(r"\d+" if "examples/" in snippet else "$^")
    for line in capsys.readouterr().out.splitlines():
        assert comparable.sub("N", f"# {line}\n") in comparable.sub("N", snippet)
    for value in names.values():
        if isinstance(value, Adapty | BaseOutbox):
            value.close()


def test_counts_are_those_of_the_example_base() -> None:
    """The counts in the comments of the import equal an independent count."""
    counted = expected(ROOT / "examples" / "profiles.csv", ROOT / "examples" / "events.jsonl")
    assert f"# {counted.profiles_accepted} profiles accepted, {counted.profiles_rejected} rejected\n" in README
    assert f"# {counted.events_accepted} events accepted, {counted.events_rejected} rejected\n" in README


@pytest.mark.usefixtures("variables")
@pytest.mark.parametrize("snippet", TESTS, ids=range(len(TESTS)))
def test_tests_pass(snippet: str, pytester: pytest.Pytester) -> None:
    """The README's tests pass, with warnings as errors."""
    pytester.makepyfile(snippet)
    pytester.runpytest_subprocess("-W", "error").assert_outcomes(passed=snippet.count("\ndef test_"))


def test_sandbox_command_prints_its_address() -> None:
    """The installed command starts a sandbox; a signal stops it."""
    assert "adapty-py sandbox" in COMMANDS
    command = [str(Path(sys.executable).with_name("adapty-py")), "sandbox", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as serving:
        assert serving.stdout
        assert "The sandbox is running at http://127.0.0.1:" in serving.stdout.readline()
        assert serving.stdout.readline().startswith("  export ADAPTY_MAIL_BASE_URL=http://127.0.0.1:")
        serving.terminate()


def run_command(command: str) -> None:
    """Run a command line of the package, and check its exit code."""
    ended = run(*shlex.split(command)[1:])
    assert ended.code == (SOME_REFUSED if " import " in command else 0), (command, ended)


@pytest.mark.usefixtures("_user")
@pytest.mark.parametrize(
    "command",
    [
        line
        for line in COMMANDS
        if line.startswith("adapty-py ") and line != "adapty-py sandbox" and line not in SECTION.splitlines()
    ],
)
def test_commands_run(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Each command outside of the section about the command line works unchanged."""
    copy_examples(tmp_path, command, lines=300)
    monkeypatch.chdir(tmp_path)
    Outbox(tmp_path / "outbox.sqlite").close()
    run_command(with_database(command, request).replace("/tmp", str(tmp_path)))  # noqa: S108


@pytest.mark.usefixtures("variables")
def test_commands_of_the_section_run_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The section about the command line works on a new sandbox, after the first example."""
    copy_examples(tmp_path, SECTION, lines=300)
    monkeypatch.chdir(tmp_path)
    exec(compile(SNIPPETS[0], "README.md", "exec"), {})  # noqa: S102

    commands = SECTION.replace("/tmp", str(tmp_path)).splitlines()  # noqa: S108

    assert len(commands) == 10
    for command in commands:
        if command.startswith("adapty-py "):
            run_command(command)
        else:
            subprocess.run(command, shell=True, check=True)  # noqa: S602


@pytest.mark.parametrize("command", [line for line in COMMANDS if not line.startswith("adapty-py ")])
def test_other_commands_exist(command: str, sandbox: Sandbox, variables: dict[str, str]) -> None:
    """Make targets, extras and variables in the README exist."""
    words = shlex.split(command)
    if words[0] == "make":
        assert f"\n{words[1]}: " in (ROOT / "Makefile").read_text("utf-8")
    elif words[0] == "echo":
        assert words[2] == ">"
        assert any(line.startswith(f"adapty-py erase {words[3]} ") for line in COMMANDS)
    elif words[0] == "export":
        name, _, value = words[1].partition("=")
        assert name in variables
        assert value in {"http://127.0.0.1:8040", sandbox.mail_key, sandbox.secret_key, sandbox.public_key}
    else:
        assert words[:2] == ["pip", "install"]
        extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
        (named,) = re.findall(r"^adapty\[(.*)\]$", words[2])
        assert set(named.split(",")) <= set(extras)
