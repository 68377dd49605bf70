"""Processes that end right after they used the transport, each with its own exit code: nothing aborts them."""

from __future__ import annotations

import socket
import struct
import textwrap
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.python_processes import run_python
from tests.raw_server import OK

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.raw_server import RawServer

PROCESSES = 3
"""Of each kind."""

UNAVAILABLE = 4
"""The exit code of the command line where the API cannot be reached."""

ONE_REQUEST = """
    import asyncio, sys
    import httpx
    from adapty.fast import AsyncFastTransport

    async def send():
        async with httpx.AsyncClient(transport=AsyncFastTransport()) as client:
            try:
                return (await client.post(sys.argv[1], content=b"{}")).status_code
            except httpx.ReadError:
                return 0

    sys.exit(0 if asyncio.run(send()) == int(sys.argv[2]) else 1)
"""


BASE = "external_profile_id,external_created_at,email\nuser_1,2024-01-01T00:00:00Z,user_1@example.com\n"


def run_side_by_side(arguments: list[str], folder: Path) -> Counter[int]:
    """Run Python a few times side by side, each in a folder of its own; count the exit codes."""

    def run(number: int) -> int:
        own = folder / str(number)
        own.mkdir()
        (own / "base.csv").write_text(BASE)
        return run_python(*arguments, cwd=own, timeout=120).returncode

    with ThreadPoolExecutor(PROCESSES) as threads:
        return Counter(threads.map(run, range(PROCESSES)))


def reset(connection: socket.socket) -> None:
    """Tear the connection down instead of ending it."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def request_arguments(url: str, status: int) -> list[str]:
    """Return the arguments of Python that send one request and expect a status, or 0 for a connection that breaks."""
    return ["-c", textwrap.dedent(ONE_REQUEST), url, str(status)]


def import_arguments() -> list[str]:
    """Return the arguments of Python that import one record."""
    return ["-m", "adapty", "mail", "import", "--profiles", "base.csv", "--max-retries", "0"]


def test_process_ends_normally_after_a_response(server: RawServer, tmp_path: Path) -> None:
    """The exit code is the program's."""
    server.replies = [OK]

    assert run_side_by_side(request_arguments(server.url, 200), tmp_path) == {0: PROCESSES}


def test_process_ends_normally_after_a_connection_reset(server: RawServer, tmp_path: Path) -> None:
    """Also where an exception is the last thing that happened."""
    server.replies = [reset]

    assert run_side_by_side(request_arguments(server.url, 0), tmp_path) == {0: PROCESSES}


def test_failed_import_ends_with_its_exit_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line says that the API cannot be reached, whatever else the process still does."""
    monkeypatch.setenv("ADAPTY_MAIL_SECRET_KEY", "k")
    monkeypatch.setenv("ADAPTY_MAIL_BASE_URL", "http://127.0.0.1:1")

    assert run_side_by_side(import_arguments(), tmp_path) == {UNAVAILABLE: PROCESSES}
