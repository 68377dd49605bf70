"""Start the measured processes and the server, without the caller's settings, and end them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer
from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ROOT", "BenchError", "WorkerProcess", "clean_environment", "start_process", "start_server"]

ROOT = Path(__file__).parents[2]

# Proxies, keys and settings of Python and of the SDK would change the results.
_PASSED_VARIABLES = ("HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "TMPDIR")

_TIMEOUT_SECONDS = 1800.0


class BenchError(Exception):
    """A benchmark could not run."""


@frozen
class WorkerProcess:
    """A process that answers each line of its standard input with a line."""

    _name: str
    _process: subprocess.Popen[str]

    def request(self, **message: Any) -> dict[str, Any]:
        """Send a message and return the response.

        Raises:
            BenchError: The process ended or did not respond in time.
        """
        assert self._process.stdin is not None  # noqa: S101 - it is a pipe
        try:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # read_line reports the exit code; the process printed its error
        return dict(json.loads(self.read_line()))

    def read_line(self) -> str:
        """Wait for a line of output.

        Raises:
            BenchError: The process ended or did not respond in time.
        """
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        timeout = Timer(_TIMEOUT_SECONDS, self._process.kill)
        timeout.start()
        try:
            line = self._process.stdout.readline()
        finally:
            timeout.cancel()
        if not line:
            code = self._process.wait()
            raise BenchError(f"{self._name} ended with {code}")
        return line


@contextmanager
def start_process(module: str, *arguments: str) -> Iterator[WorkerProcess]:
    """Run a module of this project in a temporary folder.

    The process has its own process group, so that Ctrl-C reaches the benchmark only. It ends when its standard input
    ends, so also when the benchmark is killed.
    """
    with TemporaryDirectory() as folder:
        process = subprocess.Popen(
            # -P: without the working directory in sys.path. httpx searches sys.path at each request for a package
            # that may be missing.
            [sys.executable, "-P", "-m", module, *arguments],
            cwd=folder,
            env={**clean_environment(), "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            process_group=0,
        )
        try:
            yield WorkerProcess(" ".join([module, *arguments]), process)
        finally:
            process.kill()
            process.communicate()


@contextmanager
def start_server() -> Iterator[str]:
    """Run the server and yield its address."""
    with start_process("scripts.bench.server") as server:
        yield f"http://127.0.0.1:{int(server.read_line())}"


def clean_environment() -> dict[str, str]:
    """Return the environment variables for measured processes."""
    return {name: os.environ[name] for name in _PASSED_VARIABLES if name in os.environ}
