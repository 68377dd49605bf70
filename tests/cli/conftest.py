"""Fixtures of the command line's tests: commands run in this process, against the sandbox on a real socket."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import signal
import socket
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
import typer.main
from typer.testing import CliRunner

from adapty import Adapty
from adapty._cli.app import app
from adapty._engine.dispatcher import _Worker
from adapty._engine.runner import CancelToken
from adapty._rate_limits import RateLimits
from tests.cases import case
from tests.raw_server import answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adapty.sandbox import Sandbox
    from tests.raw_server import RawServer, Reply

PROFILE_OPTIONS = (
    *("--external-profile-id", "user_12345"),
    *("--external-created-at", "2026-06-01T10:30:00Z"),
    *("--email", "jane@example.com"),
)

EVENT_OPTIONS = (
    *("--event-type", "subscription_started"),
    *("--event-id", "evt_abc123"),
    *("--event-datetime", "2026-06-10T14:20:05Z"),
    *("--external-profile-id", "user_12345"),
    *("--store", "app_store"),
    *("--store-product-id", "premium_monthly"),
    *("--store-transaction-id", "1000000123456789"),
    *("--store-original-transaction-id", "1000000123456789"),
    *("--purchased-at", "2026-06-10T14:20:00Z"),
    *("--originally-purchased-at", "2026-06-10T14:20:00Z"),
)

_STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")

# Variables that let rich and typer color, widen or shorten their output.
_TERMINAL_VARIABLES = ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "TERM")


# A line of progress on a standard error that is not a terminal.
_PROGRESS = re.compile(r"(profiles|events|server-side|mail): \d+ (accepted|done), .*\n")


@dataclass(frozen=True)
class Ended:
    """The result of a command.

    Attributes:
        code: The exit code.
        out: Standard output.
        all_err: Standard error.
    """

    code: int
    out: str
    all_err: str

    @property
    def err(self) -> str:
        """Standard error without the progress."""
        return _PROGRESS.sub("", self.all_err)

    @property
    def progress(self) -> list[str]:
        """The lines of progress on standard error."""
        return [line.group().rstrip("\n") for line in _PROGRESS.finditer(self.all_err)]

    @property
    def summary(self) -> list[str]:
        """The lines on standard output without the duration."""
        return [line for line in self.out.splitlines() if not line.startswith("took ")]


_COMMAND = typer.main.get_command(app)  # once, because building it takes most of the time of a test


def run(*arguments: str, stdin: bytes | None = None, charset: str = "utf-8") -> Ended:
    """Run a command in this process, with fresh logging."""
    with (
        pytest.MonkeyPatch.context() as monkeypatch,
        CliRunner(charset=charset).isolation(input=stdin) as (out, err, _),
    ):
        monkeypatch.setattr(logging.getLogger(), "handlers", [])
        try:
            with pytest.raises(SystemExit) as ended:
                _COMMAND.main(arguments, prog_name="adapty-py")
        finally:
            logging.getLogger("adapty").setLevel(logging.NOTSET)
            sys.stdout.flush()
            sys.stderr.flush()
        return Ended(int(ended.value.code or 0), *(plain(stream.getvalue().decode(charset)) for stream in (out, err)))


def plain(text: str) -> str:
    """Remove colors, which typer adds on some build servers."""
    return _STYLE.sub("", text)


@pytest.fixture(autouse=True)
def _plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the tests independent of the terminal they run in."""
    for name in _TERMINAL_VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record the delays between attempts, in seconds, of single calls and bulk jobs, instead of waiting."""
    delays: list[float] = []
    schedule_retry = _Worker.schedule_retry

    def retry_immediately(worker: Any, execution: Any, seconds: float) -> None:
        delays.append(seconds)
        schedule_retry(worker, execution, 0)

    monkeypatch.setattr("adapty._sync.transport.sleep", delays.append)
    # The time that a rate limit sees is the time slept.
    monkeypatch.setattr("adapty._sync.transport.LIMITS", RateLimits(lambda: sum(delays)))
    monkeypatch.setattr(_Worker, "schedule_retry", retry_immediately)
    return delays


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the rejects files, which go to the current folder, out of the project."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def _no_certificates(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use an empty folder of certificates: no test needs any, and each client would spend time on reading them."""
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path_factory.getbasetemp()))


@contextmanager
def fresh_case(source: Sandbox | RawServer, *values: object) -> Iterator[None]:
    """Run a case of a loop with an empty sandbox or server, an empty folder and the environment of the test.

    A failure names the values.
    """
    if hasattr(source, "reset"):
        source.reset()
    else:
        source.requests.clear()
    for path in Path().iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    with patch.dict(os.environ), case(*values):
        yield


@pytest.fixture
def served(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """Point the command line at an empty sandbox."""
    point_at(sandbox.url, monkeypatch, key=sandbox.mail_key, secret_key=sandbox.secret_key)
    return sandbox


def point_at(
    url: str,
    monkeypatch: pytest.MonkeyPatch,
    *,
    key: str = "secret_live_shown",
    secret_key: str | None = None,
) -> None:
    """Point the command line at a base URL. Default of the server-side API's key: the key of the Mail API."""
    monkeypatch.setenv("ADAPTY_MAIL_BASE_URL", url)
    monkeypatch.setenv("ADAPTY_MAIL_SECRET_KEY", key)
    monkeypatch.setenv("ADAPTY_BASE_URL", url)
    monkeypatch.setenv("ADAPTY_SECRET_KEY", secret_key or key)


def point_server_side_at(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point the command line at a base URL of the server-side API, with only its key."""
    monkeypatch.setenv("ADAPTY_BASE_URL", url)
    monkeypatch.setenv("ADAPTY_SECRET_KEY", "secret_live_shown")
    monkeypatch.delenv("ADAPTY_MAIL_SECRET_KEY", raising=False)


@pytest.fixture
def admin_api(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> RawServer:
    """Point the commands at a server of the Export Analytics API."""
    monkeypatch.setenv("ADAPTY_ADMIN_BASE_URL", server.url)
    monkeypatch.setenv("ADAPTY_SECRET_KEY", "secret_live_shown")
    return server


@pytest.fixture
def server_side_alone(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the key of the Mail API, so that each user has one row in a report."""
    monkeypatch.delenv("ADAPTY_MAIL_SECRET_KEY")


@pytest.fixture
def api(served: Sandbox) -> Iterator[Adapty]:
    """Yield a client of the sandbox that the command line uses."""
    with Adapty() as adapty:
        yield adapty


@pytest.fixture
def closed_port() -> str:
    """Return the URL of a port without a server."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def json_answer(status: int, body: Any) -> bytes:
    """Return the bytes of a JSON response."""
    return answer(status, json.dumps(body).encode(), "Content-Type: application/json")


GONE = json_answer(404, {"errors": ["Not found"], "error_code": "profile_does_not_exist", "status_code": 404})
FORBIDDEN = json_answer(403, {"errors": ["Not allowed"], "error_code": "forbidden", "status_code": 403})
DELETED = answer(204)


def table(out: str) -> list[list[str]]:
    """Return the rows of the printed tables, with their headers."""
    lines = [line for line in out.splitlines() if line.startswith(("│", "┃", "|"))]
    return [[cell.strip() for cell in re.split("[│┃|]", line)[1:-1]] for line in lines]


def reply_by_user(server: RawServer, replies: Mapping[str, Reply]) -> None:
    """Reply to each deletion, and to its retries, by the ID in it; other IDs are deleted.

    Requests must come one at a time.
    """

    def reply(connection: socket.socket) -> None:
        request = server.requests[-1].decode()
        found = next((reply for id_, reply in replies.items() if id_ in request), DELETED)
        if isinstance(found, bytes):
            connection.sendall(found)
        else:
            found(connection)

    server.replies = [reply]


class CtrlC:
    """Presses Ctrl-C in this process, where `run` runs a command."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Watch for the bulk job's reaction."""
        self._noticed = threading.Event()
        ask = CancelToken.request

        def ask_and_note(stop: CancelToken) -> None:
            ask(stop)
            self._noticed.set()

        monkeypatch.setattr(CancelToken, "request", ask_and_note)

    def press(self) -> None:
        """Press it, and return when the job has reacted."""
        os.kill(os.getpid(), signal.SIGINT)
        assert self._noticed.wait(10)

    def and_then(self, answered: bytes) -> Reply:
        """Return a reply that presses it before it sends a response."""

        def reply(connection: socket.socket) -> None:
            self.press()
            connection.sendall(answered)

        return reply


@pytest.fixture
def ctrl_c(monkeypatch: pytest.MonkeyPatch) -> CtrlC:
    """Return an object that presses Ctrl-C."""
    return CtrlC(monkeypatch)
