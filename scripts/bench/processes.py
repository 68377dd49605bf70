"""The processes that are measured, and the server: started with nothing of the caller's settings, ended in any case."""

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

__all__ = ["BenchError", "Child", "child", "environment", "serving"]

ROOT = Path(__file__).parents[2]

# Proxies, keys and settings of Python and of the SDK would take part in what is measured.
_KEPT = ("HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "TMPDIR")

_PATIENCE_SECONDS = 1800.0


class BenchError(Exception):
    """Something could not be measured."""


@frozen
class Child:
    """A process that answers each line with a line."""

    _name: str
    _process: subprocess.Popen[str]

    def ask(self, **question: Any) -> dict[str, Any]:
        """Ask, and wait for the answer.

        Raises:
            BenchError: The process has ended, or answers not at all.
        """
        assert self._process.stdin is not None  # noqa: S101 - it is a pipe
        try:
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # it has ended; what it said about that is on the screen
        return dict(json.loads(self.line()))

    def line(self) -> str:
        """Wait for a line.

        Raises:
            BenchError: The process has ended, or says nothing.
        """
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        patience = Timer(_PATIENCE_SECONDS, self._process.kill)
        patience.start()
        try:
            said = self._process.stdout.readline()
        finally:
            patience.cancel()
        if not said:
            code = self._process.wait()
            raise BenchError(f"{self._name} ended with {code}")
        return said


@contextmanager
def child(module: str, *arguments: str) -> Iterator[Child]:
    """Run a module of this project in a folder of its own, which is gone afterwards.

    It is started in a process group of its own, so that Ctrl-C is this process's to handle; it ends by itself when its
    standard input does, which is when this process ends, whatever the reason.
    """
    with TemporaryDirectory() as folder:
        process = subprocess.Popen(
            # -P: no more places to import from than a user's program has. httpx looks through them for a package that
            # may be missing, at each request.
            [sys.executable, "-P", "-m", module, *arguments],
            cwd=folder,
            env={**environment(), "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            process_group=0,
        )
        try:
            yield Child(" ".join([module, *arguments]), process)
        finally:
            process.kill()
            process.communicate()


@contextmanager
def serving() -> Iterator[str]:
    """Run the server, and give its address."""
    with child("scripts.bench.server") as server:
        yield f"http://127.0.0.1:{int(server.line())}"


def environment() -> dict[str, str]:
    """Give what of this process's environment the children get."""
    return {name: os.environ[name] for name in _KEPT if name in os.environ}
