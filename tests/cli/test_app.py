"""The command tree: help, version, exit codes, `flow`, `--verbose`, and the two ways to start it."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer.main

from adapty import FLOW_BY_EVENT_TYPE, MailProfile, ProfileDeletion, TransactionEvent, __main__, __version__
from adapty._cli.app import app
from adapty._cli.errors import ExitCode
from adapty.models._request import field_names
from tests.cases import case
from tests.cli.conftest import PROFILE_OPTIONS, fresh_case, point_at, run
from tests.raw_server import RawServer, answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapty.sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[2]
KEY = "secret_live_shown"


def walk(command: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield each command below this one with the words that call it."""
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from walk(inner, *path, name)


COMMANDS = dict(walk(typer.main.get_command(app)))


def test_commands_are_complete() -> None:
    """The command line has these commands and groups, and no others."""
    assert set(COMMANDS) == {
        (),
        ("flow",),
        ("sandbox",),
        ("profile",),
        ("profile", "get"),
        ("profile", "delete"),
        ("access",),
        ("access", "grant"),
        ("access", "revoke"),
        ("access", "check"),
        ("erase",),
        ("mail",),
        ("mail", "save-profile"),
        ("mail", "save-event"),
        ("mail", "delete-profile"),
        ("mail", "import"),
        ("analytics",),
        ("analytics", "chart"),
        ("analytics", "cohorts"),
        ("analytics", "conversion"),
        ("analytics", "funnel"),
        ("analytics", "ltv"),
        ("analytics", "retention"),
        ("analytics", "placements"),
        ("webhooks",),
        ("webhooks", "run"),
        ("webhooks", "init"),
        ("webhooks", "list"),
        ("webhooks", "replay"),
        ("webhooks", "delete"),
    }


def _argument_name(parameter: Any) -> str:
    """Return the name of an argument as in the help."""
    return str(parameter.metavar or parameter.name).strip("[]{}.")


def test_help_describes_all_parameters_and_commands() -> None:
    """Each option, argument and command has a help text."""
    for path, command in COMMANDS.items():
        with case(path):
            ended = run(*path, "--help")

            assert (ended.code, ended.err) == (0, "")
            assert str(command.help).split("\n", maxsplit=1)[0].split(".")[0].split()[-1] in ended.out
            words = re.findall(r"[\w-]+", ended.out)
            for parameter in command.params:
                shown = parameter.opts if parameter.param_type_name == "option" else [_argument_name(parameter)]
                assert set(shown) <= set(words), parameter.name
                assert parameter.help, parameter.name
            assert set(getattr(command, "commands", ())) <= set(words)


def test_every_field_has_an_option() -> None:
    """Required fields are required options."""
    for command, record in [
        (("mail", "save-profile"), MailProfile),
        (("mail", "save-event"), TransactionEvent),
        (("mail", "delete-profile"), ProfileDeletion),
    ]:
        with case(command, record):
            options = {parameter.name: parameter.required for parameter in COMMANDS[command].params}
            options.pop("help", None)
            required = {name for name, needed in options.items() if needed}

            assert set(options) == set(field_names(record))
            assert required == {
                name for name in field_names(record) if "NotGiven" not in str(record.__annotations__[name])
            }


def test_group_without_a_command_prints_help() -> None:
    """The exit code says that nothing was done."""
    for path in [(), ("mail",), ("profile",), ("access",)]:
        with case(path):
            ended = run(*path)

            assert ended.code == ExitCode.USAGE
            assert "Usage:" in ended.out + ended.err


def test_usage_errors_end_with_2() -> None:
    """Unknown commands and options, missing and surplus arguments are reported on standard error."""
    for arguments in [("nope",), ("mail", "nope"), ("--nope",), ("flow",), ("flow", "a", "b")]:
        with case(arguments):
            ended = run(*arguments)

            assert (ended.code, ended.out) == (ExitCode.USAGE, "")
            assert "Usage:" in ended.err


def test_version_prints_name_and_version() -> None:
    """It requires no command and no key."""
    ended = run("--version")

    assert (ended.code, ended.out, ended.err) == (0, f"adapty {__version__}\n", "")


def test_exit_codes_are_documented() -> None:
    """The README has a table of all codes, the help of the command line a line with the common ones."""
    assert {code.name: code.value for code in ExitCode} == {
        "DONE": 0,
        "SOME_FAILED": 1,
        "USAGE": 2,
        "API_ERROR": 3,
        "NO_RESPONSE": 4,
        "UNAVAILABLE": 5,
        "INTERNAL_ERROR": 70,
        "OUTPUT_ERROR": 74,
        "INTERRUPTED": 130,
        "BROKEN_PIPE": 141,
    }
    assert ExitCode(1) == ExitCode.NO_ACCESS
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| (\d+) \|", readme.partition("| exit code |")[2].partition("\n\n")[0], re.MULTILINE)
    assert list(map(int, documented)) == sorted(ExitCode)
    summary = "Exit codes: 0 success, 1 partial failure or no access, 2 usage error, 3 API error, 4 no response, 5"
    assert summary in " ".join(run("--help").out.split())


def test_flow_prints_the_flow() -> None:
    """It requires no key."""
    for event_type, flow in FLOW_BY_EVENT_TYPE.items():
        with case(event_type, flow):
            ended = run("flow", event_type)

            assert (ended.code, ended.out, ended.err) == (0, f"{flow}\n", "")


def test_flow_rejects_unknown_event_types() -> None:
    """The error quotes the value and lists the known ones."""
    for event_type in ["subscription_paused", "", "SUBSCRIPTION_STARTED", "[bold]x[/bold]", ":bug:"]:
        with case(event_type):
            ended = run("flow", event_type)

            assert (ended.code, ended.out) == (ExitCode.USAGE, "")
            assert ended.err.startswith(f"Error: EVENT_TYPE: {event_type!r} is not known")
            assert all(known in ended.err for known in FLOW_BY_EVENT_TYPE)
            assert ended.err.count("\n") == 1


@pytest.mark.parametrize("option", ["--verbose", "-v"])
def test_verbose_logs_requests_and_retries(
    server: RawServer, monkeypatch: pytest.MonkeyPatch, option: str, slept: list[float]
) -> None:
    """On standard error; standard output does not change."""
    point_at(server.url, monkeypatch)
    server.replies = [answer(503), answer(200, b"{}", "Content-Type: application/json")]

    ended = run(option, "mail", "save-profile", *PROFILE_OPTIONS)

    assert (ended.code, ended.out) == (0, "saved\n")
    assert len(slept) == 1
    assert "saveProfile: 503, retrying" in ended.err
    assert "saveProfile: POST /api/v1/profile/save/: 200" in ended.err


def test_success_logs_nothing_without_verbose(served: Sandbox) -> None:
    """Standard error is empty."""
    assert run("mail", "save-profile", *PROFILE_OPTIONS).err == ""


def test_responses_do_not_expose_keys_or_addresses(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even with `--verbose`."""
    for reply in [
        answer(
            400,
            f'{{"errors": [{{"message": "{KEY} and jane@example.com are wrong", "field_name": "email"}}]}}'.encode(),
        ),
        answer(403, f"<html>{KEY} jane@example.com</html>".encode()),
        answer(500, f"{KEY} jane@example.com".encode()),
        answer(200, f"{KEY} jane@example.com".encode()),
        answer(429, b"", f"Retry-After: 1000, {KEY} jane@example.com"),
        f"HTTP/1.1 {KEY} jane@example.com\r\n\r\n".encode(),
    ]:
        with fresh_case(server, reply):
            point_at(server.url, monkeypatch)
            server.replies = [reply]

            ended = run("--verbose", "mail", "save-profile", *PROFILE_OPTIONS)

            assert ended.code in {ExitCode.API_ERROR, ExitCode.NO_RESPONSE}
            assert "saveProfile" in ended.err
            assert KEY not in ended.out + ended.err
            assert "jane" not in ended.out + ended.err


def test_invalid_key_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the variable."""
    for key in [f"Bearer {KEY}", f"{KEY}\n", f"{KEY} {KEY}", f"{KEY}é"]:
        with case(key):
            point_at("http://127.0.0.1:9", monkeypatch, key=key)

            ended = run("--verbose", "mail", "save-profile", *PROFILE_OPTIONS)

            assert (ended.code, ended.out) == (ExitCode.USAGE, "")
            assert ended.err.startswith("Error: ADAPTY_MAIL_SECRET_KEY: ")
            assert KEY not in ended.err


def test_missing_extra_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """The message has the pip command; there is no traceback."""
    for missing in ("typer", "rich"):
        with case(missing), pytest.MonkeyPatch.context() as monkeypatch:
            monkeypatch.setitem(sys.modules, missing, None)
            with pytest.raises(SystemExit) as ended:
                __main__.main()
            assert ended.value.code == ExitCode.USAGE
            message = 'The command line needs an extra; install it with: pip install "adapty[cli]"\n'
            assert capsys.readouterr().err == message


def test_module_runs_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m adapty` uses the arguments of the process."""
    monkeypatch.setattr(sys, "argv", ["adapty", "flow", "subscription_expired"])

    with pytest.raises(SystemExit) as ended:
        # By its path: pytest loads the package of a plugin in a way that run_module cannot.
        runpy.run_path(__main__.__file__, run_name="__main__")

    assert (ended.value.code, capsys.readouterr().out) == (0, "expired\n")


def test_module_runs_as_a_process(served: Sandbox) -> None:
    """Output, exit code, and a log without the key and the address."""
    command = [sys.executable, "-m", "adapty", "--verbose", "mail", "save-profile", *PROFILE_OPTIONS]

    ended = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stdout) == (0, "saved\n")
    assert "saveProfile" in ended.stderr
    assert "jane" not in ended.stderr
    assert served.mail_key not in ended.stderr
    assert served.profile("user_12345") is not None


def test_console_script_is_adapty_py() -> None:
    """The vendor's npm tool owns the name `adapty`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["scripts"] == {"adapty-py": "adapty.__main__:main"}
    assert "adapty-py" in run("--help").out


def test_package_does_not_import_the_command_line() -> None:
    """Users of the library do not pay for it."""
    script = "import sys, adapty; print(sorted({'rich', 'typer', 'adapty._cli'} & set(sys.modules)))"

    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert ended.stdout == "[]\n"
