"""Every command and every snippet of the README runs."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from dateutil.relativedelta import relativedelta

from adapty import Adapty
from adapty.webhooks import Outbox

if TYPE_CHECKING:
    from adapty.sandbox import Sandbox

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)
SNIPPETS = [text for language, text in BLOCKS if language == "python"]
COMMANDS = [line for language, text in BLOCKS if language == "sh" for line in text.splitlines()]
SOME_REFUSED = 1


def environment(sandbox: Sandbox) -> dict[str, str]:
    """Lead a command to the sandbox, as the README's reader does."""
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "ADAPTY_BASE_URL": sandbox.url,
        "ADAPTY_SECRET_KEY": sandbox.secret_key,
        "ADAPTY_MAIL_BASE_URL": sandbox.url,
        "ADAPTY_MAIL_SECRET_KEY": sandbox.mail_key,
    }


def where_the_reader_is(folder: Path, text: str, lines: int | None = None) -> Path:
    """Make a folder with what a text names of the example base, whole or the first lines of it."""
    place = folder / "project"
    (place / "examples").mkdir(parents=True)
    for name in set(re.findall(r"examples/[a-z]+\.(?:csv|jsonl)", text)):
        with (ROOT / name).open(encoding="utf-8") as whole:
            (place / name).write_text("".join(islice(whole, lines)), "utf-8")
    return place


@pytest.fixture
def as_the_first_example_leaves_it(sandbox: Sandbox) -> Sandbox:
    """Return a sandbox where both APIs know user_12345, with access: later snippets and commands speak of that user."""
    with Adapty(sandbox.secret_key, base_url=sandbox.url) as adapty:
        adapty.profiles.create(customer_user_id="user_12345", custom_attributes={"plan": "trial"})
        adapty.access_levels.grant("premium", customer_user_id="user_12345", expires_at=relativedelta(months=1))
    with Adapty(mail_secret_key=sandbox.mail_key, mail_base_url=sandbox.url) as adapty:
        adapty.mail.save_profile(
            external_profile_id="user_12345",
            external_created_at="2026-06-01T10:30:00Z",
            email="jane@example.com",
        )
    return sandbox


def test_all_blocks_are_looked_at() -> None:
    """No snippet escapes this test by naming another language."""
    assert {language for language, _ in BLOCKS} == {"python", "sh"}
    assert len(SNIPPETS) >= 18


@pytest.mark.parametrize("snippet", SNIPPETS, ids=range(len(SNIPPETS)))
def test_snippets_run(snippet: str, as_the_first_example_leaves_it: Sandbox, pytester: pytest.Pytester) -> None:
    """Each Python snippet runs as it stands, warnings being errors, and prints what its comments say."""
    if "\ndef test_" in snippet:
        pytester.makepyfile(snippet)
        pytester.runpytest_subprocess("-W", "error").assert_outcomes(passed=snippet.count("\ndef test_"))
        return

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", snippet.replace("/tmp", str(pytester.path))],  # noqa: S108 - as below
        check=False,
        capture_output=True,
        text=True,
        cwd=where_the_reader_is(pytester.path, snippet),
        env=environment(as_the_first_example_leaves_it),
    )

    assert done.returncode == 0, done.stderr
    for line in done.stdout.splitlines():
        assert f"# {line}\n" in snippet


@pytest.mark.parametrize("command", [line for line in COMMANDS if line.startswith("adapty-py ")])
def test_commands_run(command: str, as_the_first_example_leaves_it: Sandbox, tmp_path: Path) -> None:
    """Each command of ours runs as it stands; the sandbox is started and interrupted."""
    sandbox = as_the_first_example_leaves_it
    (tmp_path / "ids.txt").write_text("user_12345\nuser_2\n", "utf-8")
    Outbox(tmp_path / "outbox.sqlite").close()
    arguments = shlex.split(command.replace("/tmp", str(tmp_path)))  # noqa: S108 - the README's own word
    if arguments == ["adapty-py", "sandbox"]:
        arguments += ["--port", "0"]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env=environment(sandbox)) as serving:
            assert serving.stdout
            assert "The sandbox is at http://127.0.0.1:" in serving.stdout.readline()
            assert serving.stdout.readline().startswith("  export ADAPTY_MAIL_BASE_URL=http://127.0.0.1:")
            serving.terminate()
        return

    done = subprocess.run(
        arguments,
        check=False,
        capture_output=True,
        text=True,
        cwd=where_the_reader_is(tmp_path, command, lines=300),
        env=environment(sandbox),
    )

    assert done.returncode == (SOME_REFUSED if " import " in command else 0), done.stderr


def test_commands_of_the_command_line_section_run_one_after_the_other(sandbox: Sandbox, tmp_path: Path) -> None:
    """On a new sandbox, after the first example."""
    section = README.split("\n## Command line\n")[1].split("\n## ")[0]
    (block,) = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    commands = block.replace("/tmp", str(tmp_path)).splitlines()  # noqa: S108 - as above
    place = where_the_reader_is(tmp_path, block, lines=300)
    subprocess.run([sys.executable, "-c", SNIPPETS[0]], check=True, env=environment(sandbox))

    codes = {
        command: subprocess.run(command, shell=True, check=False, cwd=place, env=environment(sandbox)).returncode  # noqa: S602 - as readers do
        for command in commands
    }

    assert codes == {command: SOME_REFUSED if " import " in command else 0 for command in commands}
    assert len(commands) == 10


@pytest.mark.parametrize("command", [line for line in COMMANDS if not line.startswith("adapty-py ")])
def test_other_commands_are_what_the_project_has(command: str, sandbox: Sandbox) -> None:
    """Targets of make exist, extras are those of the package, variables are those that the sandbox prints."""
    words = shlex.split(command)
    if words[0] == "make":
        assert f"\n{words[1]}: " in (ROOT / "Makefile").read_text("utf-8")
    elif words[0] == "echo":
        assert words[2] == ">"
        assert any(line.startswith(f"adapty-py erase {words[3]} ") for line in COMMANDS)
    elif words[0] == "export":
        name, _, value = words[1].partition("=")
        assert name in environment(sandbox)
        assert value in {"http://127.0.0.1:8040", sandbox.mail_key, sandbox.secret_key}
    else:
        assert words[:2] == ["pip", "install"]
        extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
        (named,) = re.findall(r"^adapty\[(.*)\]$", words[2])
        assert set(named.split(",")) <= set(extras)
