"""Unexpected errors: an exit code of their own, one line without secrets, and never exit code 1."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from asyncio import CancelledError, IncompleteReadError
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer

from adapty import Adapty, __main__
from adapty._cli.errors import ExitCode
from tests.cases import case
from tests.cli.conftest import PROFILE_OPTIONS, point_at, point_server_side_at, run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.raw_server import RawServer

KEY = "secret_live_shown"
ACCESS_CHECK = ("access", "check", "premium", "--customer-user-id", "u1")


class Unprintable(Exception):  # noqa: N818 - that it cannot be printed is its point
    """An exception that cannot be printed."""

    def __str__(self) -> str:
        """Fail."""
        raise ValueError


class Custom(BaseException):
    """An exception that is not an Exception."""


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that makes every client raise an exception when it is created."""
    point_at("http://127.0.0.1:1", monkeypatch, key=KEY)

    def fail_with(error: BaseException) -> None:
        def fail(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr(Adapty, "__init__", fail)

    return fail_with


def test_unexpected_exception_ends_with_70_and_one_line(failing: Any) -> None:
    """The line names the exception; keys and addresses are redacted, control characters escaped."""
    for error, message in {
        RuntimeError("a bug"): "RuntimeError: a bug",
        KeyError("x"): "KeyError: 'x'",
        ValueError(f"Bearer {KEY}\n\x1b[31m jane@example.com"): r"ValueError: Bearer [redacted]\n\x1b[31m [redacted]",
        OSError(28, "No space left on device"): "OSError: [Errno 28] No space left on device",
        CancelledError("x"): "CancelledError: x",
        Unprintable(): "Unprintable: ",
        RecursionError("y" * 9999): f"RecursionError: {'y' * 500}",
        EOFError("not from a prompt"): "EOFError: not from a prompt",
        IncompleteReadError(b"", 5): "IncompleteReadError: 0 bytes read on a total of 5 expected bytes",
        BaseExceptionGroup("x", [KeyboardInterrupt()]): "BaseExceptionGroup: x (1 sub-exception)",
        GeneratorExit("x"): "GeneratorExit: x",
        StopIteration("x"): "StopIteration: x",
        Custom("x"): "Custom: x",
        SystemExit("x"): "SystemExit: x",
    }.items():
        with case(type(error)):
            failing(error)
            ended = run(*ACCESS_CHECK)
            assert (ended.code, ended.out) == (ExitCode.INTERNAL_ERROR, "")
            assert ended.err == f"internal error: {message} (please report)\n"


def test_traceback_is_printed_only_with_verbose(failing: Any) -> None:
    """It is redacted, too."""
    failing(RuntimeError(f"{KEY} of jane@example.com"))

    ended = run("-v", *ACCESS_CHECK)

    assert ended.code == ExitCode.INTERNAL_ERROR
    assert ended.err.startswith("Traceback (most recent call last):\n")
    assert ended.err.endswith("internal error: RuntimeError: [redacted] of [redacted] (please report)\n")
    assert KEY not in ended.err
    assert "jane" not in ended.err


def test_password_of_a_proxy_is_redacted(failing: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The values of the proxy variables are secrets, too."""
    monkeypatch.setenv("https_proxy", "http://jane:opensesame#@proxy:1")
    failing(RuntimeError("bad port in http://jane:opensesame#@proxy:1"))

    assert run(*ACCESS_CHECK).err == "internal error: RuntimeError: bad port in [redacted] (please report)\n"


def test_expected_exits_keep_their_codes(failing: Any) -> None:
    """Only an unexpected error ends with 70."""
    assert run("nonsense").code == ExitCode.USAGE
    assert run("access", "check").code == ExitCode.USAGE
    assert run("--version").code == ExitCode.DONE
    for error, code in (
        (SystemExit(7), 7),
        (SystemExit(), ExitCode.DONE),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED),
        (typer.Abort(), ExitCode.INTERRUPTED),
        (BrokenPipeError(32, "Broken pipe"), ExitCode.BROKEN_PIPE),
    ):
        with case(error):
            failing(error)
            assert run(*ACCESS_CHECK).code == code


def test_error_before_the_commands_has_the_same_codes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A broken installation and Ctrl-C while modules load do not end with 1. Truncated bytecode raises EOFError."""
    for error, code, message in (
        (RuntimeError("a bug"), ExitCode.INTERNAL_ERROR, "internal error: RuntimeError: a bug (please report)\n"),
        (EOFError("marshal"), ExitCode.INTERNAL_ERROR, "internal error: EOFError: marshal (please report)\n"),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED, ""),
        (SystemExit(3), 3, ""),
    ):

        def fail(error: BaseException = error) -> None:
            raise error

        with case(error):
            monkeypatch.setattr("adapty._cli.app.app", fail)
            with pytest.raises(SystemExit) as ended:
                __main__.main()
            assert ended.value.code == code
            assert capsys.readouterr().err == message


def run_process(
    *arguments: str, stdout: int | None = subprocess.PIPE, variables: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Run a command as a process; return its exit code and standard error."""
    command = [sys.executable, "-m", "adapty", *arguments]
    environment = {**os.environ, **(variables or {})}
    ended = subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False, env=environment)
    return ended.returncode, ended.stderr


def test_broken_module_ends_with_70_and_one_line(tmp_path: Path) -> None:
    """If the module breaks the report itself, the line has only the type of the exception."""
    for name, message in {"typer": ": a bug", "httpx": ": a bug", "logging": "", "html": ": a bug"}.items():
        with case(name):
            folder = tmp_path / name
            folder.mkdir()
            (folder / f"{name}.py").write_text("raise RuntimeError('a bug')\n")
            expected = (ExitCode.INTERNAL_ERROR, f"internal error: RuntimeError{message} (please report)\n")
            assert run_process(*ACCESS_CHECK, variables={"PYTHONPATH": str(folder)}) == expected


def test_ctrl_c_while_modules_load_ends_with_130(tmp_path: Path) -> None:
    """Without a traceback."""
    (tmp_path / "typer.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    script = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # tests may run with it ignored
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from adapty.__main__ import main; main()"
    )

    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stdout, ended.stderr) == (ExitCode.INTERRUPTED, "", "")
    assert signal.SIGINT + 128 == ExitCode.INTERRUPTED


def test_output_that_cannot_be_written_ends_with_74() -> None:
    """A full disk and a closed standard output are not internal errors; typer prints the help, rich the rest."""
    command = f"exec {shlex.quote(sys.executable)} -m adapty"
    commands = {
        f"{command} flow subscription_expired >&-": "Bad file descriptor",
        f"{command} --help </dev/null 1<&0": "Bad file descriptor",
    }
    if Path("/dev/full").exists():
        commands[f"{command} --help >/dev/full"] = "No space left on device"
    for line, reason in commands.items():
        with case(line):
            ended = subprocess.run(["sh", "-c", line], stderr=subprocess.PIPE, text=True, check=False)
            expected = f"cannot write to standard output: {reason}\n"
            assert (ended.returncode, ended.stderr) == (ExitCode.OUTPUT_ERROR, expected)


def test_output_closed_by_its_reader_ends_with_141() -> None:
    """`adapty-py --help | head -0` does not mean "no access"; typer prints the help, rich the rest."""
    for arguments in (["--help"], ["flow", "subscription_expired"]):
        reading, writing = os.pipe()
        os.close(reading)
        with case(arguments), os.fdopen(writing, "wb") as closed:
            assert run_process(*arguments, stdout=closed.fileno()) == (ExitCode.BROKEN_PIPE, "")


def test_invalid_proxy_is_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the variable and shows no password; the code does not mean "no access"."""
    point_server_side_at("https://api.example.invalid", monkeypatch)
    for value in (
        "http://jane:opensesame#@proxy:1",
        "http://jane:opensesame@proxy:99999",
        "ftp://jane:opensesame@proxy:1",
        "http://jane:opensesame@proxy:1\n",
    ):
        monkeypatch.setenv("HTTPS_PROXY", value)
        for arguments in (ACCESS_CHECK, ("-v", *ACCESS_CHECK)):
            with case(value, arguments):
                ended = run(*arguments)
                assert (ended.code, ended.out) == (ExitCode.USAGE, "")
                assert ended.err.startswith("Error: HTTPS_PROXY: is ")
                assert "opensesame" not in ended.err


def test_invalid_entries_of_no_proxy_are_ignored(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command does what it does without them."""
    point_at(server.url, monkeypatch)
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    for no_proxy in (
        "::1/128",
        "[::1]",
        "[fe80::]/10",
        "fe80::/10,10.0.0.0/8",
        "example.com:8443",
        "[",
        "a:b:c",
        "\x1b",
        "*",
    ):
        with case(no_proxy):
            monkeypatch.setenv("NO_PROXY", no_proxy)
            ended = run("mail", "save-profile", *PROFILE_OPTIONS)
            assert (ended.code, ended.out) == (0, "saved\n")
            assert "\x1b" not in ended.err
