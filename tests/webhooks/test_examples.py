"""The example programs, each under its framework's own server."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from .posts import HEADERS, PURCHASE, VALUE, post

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = Path(__file__).parents[2] / "examples"
HANDLED = "subscription_renewed 3f0c7a0e-6c2e-4f0e-9b63-5f6a0c1d2e3f active"


@pytest.fixture(params=["starlette", "fastapi", "flask", "django"])
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run an example in a folder of its own; return its process and the address of its webhook."""
    pytest.importorskip(request.param)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, str(EXAMPLES / f"webhooks_{request.param}.py"), port],
        cwd=tmp_path,
        env={**os.environ, "ADAPTY_WEBHOOK_AUTHORIZATION": f"{VALUE}\nthe value of the sandbox"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        try:
            yield process, f"http://127.0.0.1:{port}/webhooks/adapty"
        finally:
            process.kill()


def test_examples_accept_posts(running: tuple[subprocess.Popen[str], str]) -> None:
    """Each example program runs under its server."""
    process, url = running
    # The transport waits for the server to come up.
    with httpx.Client(transport=httpx.HTTPTransport(retries=8), timeout=10) as client:
        verification = client.post(url, content=b"{}", headers=HEADERS)
        assert (verification.status_code, verification.json()) == (200, {})
        for _ in range(2):
            assert client.post(url, content=post(PURCHASE), headers=HEADERS).status_code == 200
        assert client.post(url, content=b"{}", headers={"Authorization": "the value of the sandbox"}).status_code == 200
        assert client.post(url, content=post(PURCHASE)).status_code == 401
        assert client.get(url).status_code == 404
    process.terminate()
    assert process.stdout
    assert [line for line in process.stdout.read().splitlines() if "subscription" in line] == [HANDLED]
