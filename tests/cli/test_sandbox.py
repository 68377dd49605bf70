"""`sandbox`: serve until Ctrl-C, say how to be reached, and end well when that cannot be."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import sys
from subprocess import PIPE
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import adapty
from adapty._cli.errors import ExitCode
from adapty.sandbox import DEFAULT_MAIL_KEY, DEFAULT_PUBLIC_KEY, DEFAULT_SECRET_KEY, Fault, Sandbox
from tests.cases import case
from tests.cli.conftest import PROFILE_OPTIONS, run
from tests.python_processes import PythonProcess
from tests.raw_server import answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.raw_server import RawServer


VARIABLES = (
    "ADAPTY_MAIL_BASE_URL",
    "ADAPTY_MAIL_SECRET_KEY",
    "ADAPTY_BASE_URL",
    "ADAPTY_SECRET_KEY",
    "ADAPTY_PUBLIC_KEY",
    "ADAPTY_ADMIN_BASE_URL",
)


def read_exports(lines: str) -> dict[str, str]:
    """Let a shell run lines, and return its environment variables."""
    script = f"""{lines}\nprintf "%s\\0" {" ".join(f'"${name}"' for name in VARIABLES)}"""
    ended = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=False)
    *values, _ = ended.stdout.split("\0")
    return dict(zip(VARIABLES, values, strict=True))


@pytest.fixture
def stopped_when_ready(monkeypatch: pytest.MonkeyPatch) -> list[Sandbox]:
    """Make `serve` return when it is ready, and collect the sandboxes."""
    serve = Sandbox.serve
    seen: list[Sandbox] = []

    def serve_once(self: Sandbox, on_ready: Callable[[Sandbox], object]) -> None:
        def tell_and_stop(running: Sandbox) -> None:
            on_ready(running)
            seen.append(running)
            running.close()

        serve(self, tell_and_stop)

    monkeypatch.setattr(Sandbox, "serve", serve_once)
    return seen


@pytest.fixture
def ready_without_serving(monkeypatch: pytest.MonkeyPatch) -> list[Sandbox]:
    """Make `serve` only call back, and collect the sandboxes."""
    seen: list[Sandbox] = []

    def call_back(self: Sandbox, on_ready: Callable[[Sandbox], object]) -> None:
        seen.append(self)
        on_ready(self)

    monkeypatch.setattr(Sandbox, "serve", call_back)
    monkeypatch.setattr(Sandbox, "url", "http://127.0.0.1:8040")
    return seen


def test_sandbox_serves_the_printed_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start it on a free port, run the lines it prints, save a profile, stop it with Ctrl-C."""
    with PythonProcess("-m", "adapty", "sandbox", "--port", "0", stdout=PIPE, stderr=PIPE) as process:
        assert process.stdout is not None
        message, *lines = (process.stdout.readline() for _ in range(4))
        found = read_exports("".join(lines))
        for name, value in found.items():
            monkeypatch.setenv(name, value)
        url = found["ADAPTY_MAIL_BASE_URL"]
        ended = run("mail", "save-profile", *PROFILE_OPTIONS)
        stored = httpx.get(f"{url}/_sandbox/profiles/user_12345", trust_env=False).json()
        paywalls = httpx.get(
            f"{found['ADAPTY_BASE_URL']}/api/v2/server-side-api/paywalls/",
            headers={"authorization": f"Api-Key {found['ADAPTY_SECRET_KEY']}"},
            trust_env=False,
        )
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)

    assert url in message
    assert (ended.code, ended.out) == (0, "saved\n")
    assert stored["profile"]["email"] == "jane@example.com"
    assert paywalls.status_code == 200
    assert process.returncode in {0, 130}
    assert (out, err) == ("", "")


@pytest.mark.parametrize("signum", [signal.SIGTERM])
def test_sigterm_ends_the_command(signum: signal.Signals) -> None:
    """Like Ctrl-C, with 0 and without a message."""
    with PythonProcess("-m", "adapty", "sandbox", "--port", "0", stdout=PIPE, stderr=PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signum)
        _, err = process.communicate(timeout=10)

    assert (process.returncode, err) == (0, "")


def test_output_lists_the_environment_variables(stopped_when_ready: list[Sandbox]) -> None:
    """The address, the inspector, how to stop it, and how to use it."""
    ended = run("sandbox", "--port", "0")

    assert (ended.code, ended.err) == (0, "")
    message, *lines = ended.out.splitlines()
    found = read_exports("\n".join(lines))
    keys = [found[name] for name in ("ADAPTY_MAIL_SECRET_KEY", "ADAPTY_SECRET_KEY", "ADAPTY_PUBLIC_KEY")]
    assert keys == [DEFAULT_MAIL_KEY, DEFAULT_SECRET_KEY, DEFAULT_PUBLIC_KEY]
    assert found["ADAPTY_MAIL_BASE_URL"] == found["ADAPTY_BASE_URL"] == found["ADAPTY_ADMIN_BASE_URL"]
    assert found["ADAPTY_MAIL_BASE_URL"].startswith("http://127.0.0.1:")
    assert f"{found['ADAPTY_MAIL_BASE_URL']}/_sandbox/" in message
    assert "Ctrl-C" in message
    assert [shlex.split(line)[0] for line in lines] == ["export"] * 3


def test_keys_are_quoted_for_the_shell(ready_without_serving: list[Sandbox]) -> None:
    """The printed lines set any key."""
    for key in ["my_own", "[bold]x[/bold]", "a:bug:b", "a$HOME", "a'b", 'a"b', "a;b", "a&b", "x`id`x", "#a"]:
        for option, variable, attribute in [
            ("--mail-key", "ADAPTY_MAIL_SECRET_KEY", "mail_key"),
            ("--secret-key", "ADAPTY_SECRET_KEY", "secret_key"),
            ("--public-key", "ADAPTY_PUBLIC_KEY", "public_key"),
        ]:
            with case(key, option, variable, attribute):
                ended = run("sandbox", "--port", "0", option, key)

                assert ended.code == 0
                assert read_exports(ended.out.partition("\n")[2])[variable] == key
                assert getattr(ready_without_serving[-1], attribute) == key


def has_ipv6() -> bool:
    """Return whether this machine has an IPv6 loopback address."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
def test_ipv6_address_is_bracketed(stopped_when_ready: list[Sandbox]) -> None:
    """In the printed URLs."""
    ended = run("sandbox", "--port", "0", "--host", "::1")

    assert read_exports(ended.out.partition("\n")[2])["ADAPTY_BASE_URL"].startswith("http://[::1]:")


def test_allow_host_adds_names(stopped_when_ready: list[Sandbox], monkeypatch: pytest.MonkeyPatch) -> None:
    """A request under another name is rejected, and the message names the option."""
    seen: dict[str, int] = {}
    close = Sandbox.close

    def request_and_close(self: Sandbox) -> None:
        if not seen:
            for host in ("sandbox:8040", "adapty.internal", "other"):
                seen[host] = httpx.get(f"{self.url}/_sandbox/", headers={"host": host}).status_code
        close(self)

    monkeypatch.setattr(Sandbox, "close", request_and_close)

    ended = run("sandbox", "--port", "0", "--allow-host", "sandbox", "--allow-host", "adapty.internal")

    assert ended.code == 0
    assert seen == {"sandbox:8040": 200, "adapty.internal": 200, "other": 421}


def test_allow_host_rejects_invalid_names() -> None:
    """Before the server listens."""
    ended = run("sandbox", "--port", "0", "--allow-host", "http://sandbox")

    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert ended.err.startswith("Error: --allow-host: 'http://sandbox' is not a host name; expected ")


def test_database_keeps_the_state(
    stopped_when_ready: list[Sandbox], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was saved is still there when a sandbox is started over the same file."""
    database = tmp_path / "sandbox.sqlite"
    with Sandbox(database=database) as sandbox:
        monkeypatch.setenv("ADAPTY_MAIL_BASE_URL", sandbox.url)
        monkeypatch.setenv("ADAPTY_MAIL_SECRET_KEY", sandbox.mail_key)
        run("mail", "save-profile", *PROFILE_OPTIONS)
    stored: list[Any] = []
    close = Sandbox.close

    def look_and_close(self: Sandbox) -> None:
        if not stored:
            stored.append(self.profile("user_12345"))
        close(self)

    monkeypatch.setattr(Sandbox, "close", look_and_close)

    ended = run("sandbox", "--port", "0", "--database", str(database))

    assert ended.code == 0
    assert stored[0]["email"] == "jane@example.com"


def test_taken_port_is_an_error() -> None:
    """The error names the port, the host and the remedy."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        ended = run("sandbox", "--port", str(port))

    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert ended.err == f"Error: --port: {port} on 127.0.0.1 is taken; choose another one, or 0 for any free port\n"


def test_invalid_port_is_an_error() -> None:
    """The error names the flag."""
    for port in ["-1", "65536", "http"]:
        with case(port):
            ended = run("sandbox", f"--port={port}")

            assert (ended.code, ended.out) == (ExitCode.USAGE, "")
            assert "--port" in ended.err


@pytest.mark.parametrize("database", ["missing/sandbox.sqlite", "."])
def test_unusable_database_is_an_error(database: str) -> None:
    """The error names the file."""
    ended = run("sandbox", "--port", "0", "--database", database)

    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert ended.err.startswith(f"Error: --database: {database} cannot be used: ")


@pytest.mark.parametrize("flag", ["--mail-key", "--secret-key"])
def test_invalid_key_is_an_error(flag: str) -> None:
    """A key with white space is rejected by flag, and not shown."""
    ended = run("sandbox", "--port", "0", flag, "secret live")

    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert ended.err.startswith(f"Error: {flag}: ")
    assert "secret live" not in ended.err


def test_missing_extra_is_an_error() -> None:
    """The message has the pip command."""
    for package in ["starlette", "uvicorn", "jsonschema"]:
        with case(package), pytest.MonkeyPatch.context() as monkeypatch:
            for name in [name for name in sys.modules if name.startswith(("adapty.sandbox", package))]:
                monkeypatch.delitem(sys.modules, name)
            monkeypatch.delattr(adapty, "sandbox")
            monkeypatch.setitem(sys.modules, package, None)

            # The port is taken, so the command ends even if it finds the package.
            with socket.create_server(("127.0.0.1", 0)) as listener:
                ended = run("sandbox", "--port", str(listener.getsockname()[1]))

            message = f'Error: adapty.sandbox needs {package}; install it with: pip install "adapty[sandbox]"\n'
            assert (ended.code, ended.out, ended.err) == (ExitCode.USAGE, "", message)


def test_fault_options_are_added(stopped_when_ready: list[Sandbox]) -> None:
    """In their order."""
    ended = run(
        "sandbox", "--port", "0", "--fault", "rate_limited;retry_after=2;count=3", "--fault=drop_after;probability=.5"
    )

    assert (ended.code, ended.err) == (0, "")
    (sandbox,) = stopped_when_ready
    assert list(sandbox.faults) == [Fault("rate_limited", retry_after=2, count=3), Fault("drop_after", probability=0.5)]


def test_strict_rate_limits_are_off_without_the_option(ready_without_serving: list[Sandbox]) -> None:
    """The option turns them on."""
    for options, is_strict in {(): False, ("--strict-rate-limits",): True}.items():
        with case(options):
            assert run("sandbox", *options).code == 0
            assert ready_without_serving[-1]._settings.strict_rate_limits is is_strict


def test_access_level_options_are_added(stopped_when_ready: list[Sandbox]) -> None:
    """Each product unlocks its level."""
    ended = run("sandbox", "--port", "0", "--access-level", "gold_yearly=gold", "--access-level=coins=silver")

    assert (ended.code, ended.err) == (0, "")
    (sandbox,) = stopped_when_ready
    assert sandbox._settings.access_levels == {"gold_yearly": "gold", "coins": "silver"}


def test_invalid_access_level_is_an_error() -> None:
    """The error names the flag."""
    for text in ("gold", "=gold", "gold_yearly="):
        with case(text):
            ended = run("sandbox", "--port", "0", "--access-level", text)
            assert (ended.code, ended.out) == (ExitCode.USAGE, "")
            assert ended.err.startswith("Error: --access-level: must ")


def test_invalid_fault_is_an_error() -> None:
    """The error names the fault and the problem, and nothing is served."""
    for fault, message in [
        ("", "--fault: kind: '' is not known; expected one of rate_limited, "),
        ("slow", "--fault: seconds: is missing; slow needs a duration"),
        ("rate_limit", "--fault: kind: 'rate_limit' is not known; did you mean rate_limited? expected"),
        ("rate_limited;after=2", "--fault: 'after' is not known"),
    ]:
        with case(fault, message):
            ended = run("sandbox", "--port", "0", "--fault", "drop_after", "--fault", fault)

            assert (ended.code, ended.out) == (ExitCode.USAGE, "")
            assert ended.err.startswith(f"Error: {message}")
            assert ended.err.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "value"),
    [
        ((), "from the variable"),
        (("--webhook-authorization", "from the option", "--webhook-time-scale", "1000"), "from the option"),
    ],
)
def test_webhooks_are_posted(server: RawServer, options: tuple[str, ...], value: str) -> None:
    """Events are posted with the option's value or the variable's first line; a rejection is logged."""
    server.replies = [answer(401)]
    environment = {**os.environ, "ADAPTY_WEBHOOK_AUTHORIZATION": "\n from the variable \nan older one\n"}
    url = ("--webhook-url", f"{server.url}/adapty?token=abc")
    arguments = ("sandbox", "--port", "0", *url, *options)
    with PythonProcess("-m", "adapty", *arguments, stdout=PIPE, stderr=PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        message = [process.stdout.readline() for _ in range(5)][-1]
        warned = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)

    assert (process.returncode, out, err) == (0, "", "")
    assert f"posted to {server.url}/adapty, and" in message
    assert f"{server.url}/adapty did not accept the verification request" in warned
    assert "responded with 401" in warned
    assert f"Authorization: {value}\r\n".encode() in server.requests[0]
    for hidden in ("token", value):
        assert hidden not in message + warned


def test_invalid_webhook_options_are_errors() -> None:
    """The error names the source and does not quote the value."""
    for options, name in [
        (("--webhook-url", "nowhere"), "--webhook-url"),
        (("--webhook-authorization", "key-abc"), "--webhook-authorization"),
        (("--webhook-url", "http://127.0.0.1:9/", "--webhook-authorization", " key-abc"), "--webhook-authorization"),
        (("--webhook-time-scale", "0"), "--webhook-time-scale"),
    ]:
        with case(options, name):
            ended = run("sandbox", "--port", "0", *options)

            assert (ended.code, ended.out) == (ExitCode.USAGE, "")
            assert ended.err.startswith(f"Error: {name}: ")
            assert "key-abc" not in ended.err


def test_quotes_in_the_variable_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """An env file may add them; the receiver would reject every post."""
    monkeypatch.setenv("ADAPTY_WEBHOOK_AUTHORIZATION", '"key-abc"')
    ended = run("sandbox", "--port", "0", "--webhook-url", "http://127.0.0.1:9/")
    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert ended.err.startswith("Error: ADAPTY_WEBHOOK_AUTHORIZATION: has a quotation mark")
    assert "key-abc" not in ended.err


def test_variable_without_webhook_is_ignored(
    stopped_when_ready: list[Sandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Receivers read the same variable."""
    monkeypatch.setenv("ADAPTY_WEBHOOK_AUTHORIZATION", "value")
    ended = run("sandbox", "--port", "0")

    assert (ended.code, ended.err) == (0, "")
    assert [sandbox.webhooks.url for sandbox in stopped_when_ready] == [None]
