"""What no command foresees: an exit code of its own, one line without secrets, and never code 1."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from asyncio import CancelledError, IncompleteReadError
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer

from adapty import Adapty, __main__
from adapty._cli.errors import EXIT_CODES, ExitCode
from tests.cli.conftest import PROFILE_OPTIONS, point_at, point_server_side_at, run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.raw_server import RawServer

KEY = "secret_live_shown"
ACCESS_CHECK = ("access", "check", "premium", "--customer-user-id", "u1")


class Unprintable(Exception):  # noqa: N818 - what cannot be printed is its point
    """An exception that cannot be printed."""

    def __str__(self) -> str:
        """Fail."""
        raise ValueError


class Custom(BaseException):
    """An exception that is no Exception."""


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what makes every client raise an exception when it is created."""
    point_at("http://127.0.0.1:1", monkeypatch, key=KEY)

    def fail_with(error: BaseException) -> None:
        def fail(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr(Adapty, "__init__", fail)

    return fail_with


def test_an_unforeseen_exception_ends_with_70_and_one_line(failing: Any) -> None:
    """The line names the exception; keys and addresses are redacted, control characters escaped."""
    for error, message in {
        RuntimeError("a bug"): "RuntimeError: a bug",
        KeyError("x"): "KeyError: 'x'",
        ValueError(f"Bearer {KEY}\n\x1b[31m jane@example.com"): r"ValueError: Bearer [redacted]\n\x1b[31m [redacted]",
        OSError(28, "No space left on device"): "OSError: [Errno 28] No space left on device",
        CancelledError("x"): "CancelledError: x",
        Unprintable(): "Unprintable: ",
        RecursionError("y" * 9999): f"RecursionError: {'y' * 500}",
        EOFError("no prompt of ours"): "EOFError: no prompt of ours",
        IncompleteReadError(b"", 5): "IncompleteReadError: 0 bytes read on a total of 5 expected bytes",
        BaseExceptionGroup("x", [KeyboardInterrupt()]): "BaseExceptionGroup: x (1 sub-exception)",
        GeneratorExit("x"): "GeneratorExit: x",
        StopIteration("x"): "StopIteration: x",
        Custom("x"): "Custom: x",
        SystemExit("x"): "SystemExit: x",
    }.items():
        failing(error)
        ended = run(*ACCESS_CHECK)
        assert (ended.code, ended.out) == (ExitCode.INTERNAL_ERROR, "")
        assert ended.err == f"internal error: {message} (please report)\n"
    assert "70 internal error" in EXIT_CODES


def test_the_traceback_is_printed_with_verbose_only(failing: Any) -> None:
    """It is redacted, too."""
    failing(RuntimeError(f"{KEY} of jane@example.com"))

    ended = run("-v", *ACCESS_CHECK)

    assert ended.code == ExitCode.INTERNAL_ERROR
    assert ended.err.startswith("Traceback (most recent call last):\n")
    assert ended.err.endswith("internal error: RuntimeError: [redacted] of [redacted] (please report)\n")
    assert KEY not in ended.err
    assert "jane" not in ended.err


def test_a_proxy_s_password_is_redacted(failing: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables of proxies are secrets of the environment as well."""
    monkeypatch.setenv("https_proxy", "http://jane:opensesame#@proxy:1")
    failing(RuntimeError("bad port in http://jane:opensesame#@proxy:1"))

    assert run(*ACCESS_CHECK).err == "internal error: RuntimeError: bad port in [redacted] (please report)\n"


def test_usage_errors_and_foreseen_exits_keep_their_codes(failing: Any) -> None:
    """Only what is unforeseen ends with 70."""
    assert run("nonsense").code == ExitCode.USAGE
    assert run("access", "check").code == ExitCode.USAGE
    assert run("--version").code == ExitCode.DONE
    for error, code in (
        (SystemExit(7), 7),
        (SystemExit(), ExitCode.DONE),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED),
        (typer.Abort(), ExitCode.INTERRUPTED),
    ):
        failing(error)
        assert run(*ACCESS_CHECK).code == code
    failing(BrokenPipeError(32, "Broken pipe"))
    assert run(*ACCESS_CHECK).code == ExitCode.BROKEN_PIPE


def test_what_fails_before_the_commands_ends_alike(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A broken installation and Ctrl-C while modules load are no code 1, either."""
    for error, code in ((RuntimeError("a bug"), 70), (KeyboardInterrupt(), 130), (SystemExit(3), 3)):

        def fail(error: BaseException = error) -> None:
            raise error

        monkeypatch.setattr("adapty._cli.app.app", fail)
        with pytest.raises(SystemExit) as ended:
            __main__.main()
        assert ended.value.code == code
    assert capsys.readouterr().err == "internal error: RuntimeError: a bug (please report)\n"


def run_process(
    *arguments: str, stdout: int | None = subprocess.PIPE, variables: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Run a command as a process; return its exit code and what it prints on standard error."""
    command = [sys.executable, "-m", "adapty", *arguments]
    environment = {**os.environ, **(variables or {})}
    ended = subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False, env=environment)
    return ended.returncode, ended.stderr


def test_broken_modules_end_with_70_and_one_line(tmp_path: Path) -> None:
    """Of others, on the path; where a module breaks the report itself, the line has only the type."""
    for name, message in {
        "typer": ": a bug",
        "rich": ": a bug",
        "ssl": ": a bug",
        "httpx": ": a bug",
        "logging": "",
        "html": ": a bug",
    }.items():
        folder = tmp_path / name
        folder.mkdir()
        (folder / f"{name}.py").write_text("raise RuntimeError('a bug')\n")
        code, err = run_process(*ACCESS_CHECK, variables={"PYTHONPATH": str(folder)})
        assert (code, err) == (ExitCode.INTERNAL_ERROR, f"internal error: RuntimeError{message} (please report)\n"), (
            name
        )


def test_ctrl_c_while_typer_loads_ends_with_130(tmp_path: Path) -> None:
    """Without a traceback."""
    (tmp_path / "typer.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")

    assert run_process("--version", variables={"PYTHONPATH": str(tmp_path)}) == (ExitCode.INTERRUPTED, "")


def test_truncated_bytecode_ends_with_70(tmp_path: Path) -> None:
    """Python raises EOFError for it, which is no end of a prompt's input."""
    cache = {"PYTHONPYCACHEPREFIX": str(tmp_path), "PYTHONDONTWRITEBYTECODE": ""}
    assert run_process("--version", variables=cache) == (ExitCode.DONE, "")
    for module in ("_cli/app", "_cli/errors", "_core/redaction"):
        (compiled,) = tmp_path.rglob(f"adapty/{module}.*.pyc")
        whole = compiled.read_bytes()
        compiled.write_bytes(whole[:100])
        code, err = run_process("--version", variables=cache)
        assert code == ExitCode.INTERNAL_ERROR, module
        assert err.startswith("internal error: EOFError"), module
        assert len(err.splitlines()) == 1, module
        compiled.write_bytes(whole)


def test_output_that_cannot_be_written_ends_with_74() -> None:
    """A full disk, or a descriptor that is not open for writing, is no internal error."""
    reasons = {os.devnull: (os.O_RDONLY, "Bad file descriptor")}
    if Path("/dev/full").exists():
        reasons["/dev/full"] = (os.O_WRONLY, "No space left on device")
    for arguments in (["--help"], ["--version"], ["flow", "subscription_expired"], ["mail", "import", "--help"]):
        for path, (flags, reason) in reasons.items():
            descriptor = os.open(path, flags)
            try:
                code, err = run_process(*arguments, stdout=descriptor)
            finally:
                os.close(descriptor)
            assert (code, err) == (ExitCode.OUTPUT_ERROR, f"cannot write to standard output: {reason}\n")
    assert "74 standard output cannot be written" in EXIT_CODES


def test_a_closed_output_ends_with_141() -> None:
    """`adapty-py --help | head -0` and whatever else is closed early do not mean "no access"."""
    for arguments in (["--help"], ["--version"], ["flow", "subscription_expired"]):
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "wb") as closed:
            command = [sys.executable, "-m", "adapty", *arguments]
            ended = subprocess.run(command, stdout=closed, stderr=subprocess.PIPE, text=True, check=False)
        assert (ended.returncode, ended.stderr) == (ExitCode.BROKEN_PIPE, "")


def test_ctrl_c_outside_of_commands_ends_with_130() -> None:
    """While modules load, as a process."""
    script = (
        "import os, signal, sys; from adapty.__main__ import main\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'adapty._cli.app': os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Finder()); main()"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (ExitCode.INTERRUPTED, "", "")
    assert signal.SIGINT + 128 == ExitCode.INTERRUPTED


BAD_PROXIES = ("http://jane:opensesame#@proxy:1", "http://jane:opensesame@proxy:99999", "ftp://jane:opensesame@proxy:1")


def test_a_bad_proxy_is_wrong_use_and_not_no_access(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the variable and shows no password."""
    point_server_side_at("https://api.example.invalid", monkeypatch)
    for value in (*BAD_PROXIES, "http://jane:opensesame@proxy:1\n"):
        monkeypatch.setenv("HTTPS_PROXY", value)
        for arguments in (ACCESS_CHECK, ("-v", *ACCESS_CHECK)):
            ended = run(*arguments)
            assert (ended.code, ended.out) == (ExitCode.USAGE, "")
            assert ended.err.startswith("Error: HTTPS_PROXY: is ")
            assert "opensesame" not in ended.err


def test_no_proxy_never_breaks_a_command(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries that cannot be used are ignored; the command does what it does without them."""
    point_at(server.url, monkeypatch)
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
        monkeypatch.setenv("NO_PROXY", no_proxy)
        monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
        ended = run("mail", "save-profile", *PROFILE_OPTIONS)
        assert (ended.code, ended.out) == (0, "saved\n")
        assert "\x1b" not in ended.err
