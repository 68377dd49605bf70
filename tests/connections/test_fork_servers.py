"""Servers that fork their workers after the client has been used: gunicorn --preload and Celery's prefork pool."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from celery import Celery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.connections.echo_server import EchoServer

ROOT = Path(__file__).parents[2]
USERS = [f"user_{number}" for number in range(100)]


@contextmanager
def running(*command: str, log: Path, stop: signal.Signals, **environment: str) -> Iterator[None]:
    """Run a server until the block ends, and stop it by a signal; show its log if the block fails."""
    variables = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], stdout=output, stderr=subprocess.STDOUT, env=variables
        )
        try:
            yield
        except BaseException as failure:
            failure.add_note(log.read_text("utf-8", "replace")[-4000:])
            raise
        finally:
            process.send_signal(stop)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture
def _environment(echo: EchoServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADAPTY_SECRET_KEY", "secret_live_key")
    monkeypatch.setenv("ADAPTY_BASE_URL", echo.url)


@pytest.mark.parametrize("echo", ["https"], indirect=True)
@pytest.mark.usefixtures("_environment")
def test_gunicorn_preload_serves_each_user_their_own_profile(tmp_path: Path) -> None:
    """Two workers share a client that the parent has used; no answer is about another user."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = ("gunicorn", "--preload", "--workers", "2", "--bind", f"127.0.0.1:{port}")
    application = "tests.connections.apps.web:application"
    transport = httpx.HTTPTransport(retries=7)  # while the server starts
    with (
        running(*command, application, log=tmp_path / "log", stop=signal.SIGTERM),
        httpx.Client(transport=transport, timeout=30) as http,
        ThreadPoolExecutor(8) as threads,
    ):
        urls = [f"http://127.0.0.1:{port}/?user={user}" for user in USERS]
        answers = [answer.text.split() for answer in threads.map(http.get, urls)]

    assert [found for found, _, _ in answers] == USERS
    assert {parent for _, _, parent in answers}.isdisjoint(worker for _, worker, _ in answers)


@pytest.mark.parametrize("echo", ["http"], indirect=True)
@pytest.mark.usefixtures("_environment")
def test_celery_prefork_finds_each_user_their_own_profile(tmp_path: Path) -> None:
    """Two children of a worker whose parent has used the client; no result is about another user."""
    for folder in ("queue", "control", "results"):
        (tmp_path / folder).mkdir()
    sender = Celery(
        broker="filesystem://",
        backend=f"file://{tmp_path}/results",
        broker_transport_options={
            "data_folder_in": f"{tmp_path}/queue",
            "data_folder_out": f"{tmp_path}/queue",
            "control_folder": f"{tmp_path}/control",
        },
    )
    command = ("celery", "--app", "tests.connections.apps.tasks", "worker", "--pool", "prefork", "--concurrency", "2")
    options = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    users = USERS[:40]
    results = [sender.send_task("tests.connections.apps.tasks.find", [user]) for user in users]
    with running(*command, *options, log=tmp_path / "log", stop=signal.SIGQUIT, QUEUE_FOLDER=str(tmp_path)):
        end = time.monotonic() + 60
        found = [result.get(timeout=max(1, end - time.monotonic()), interval=0.05) for result in results]

    assert found == [[user, True] for user in users]
