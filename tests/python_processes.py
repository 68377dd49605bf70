"""Python processes of tests, forked from one that has imported the SDK: they start in 0.02 s instead of 0.4 s.

Each is a process with its own memory, files and signals, and ends as an interpreter does. Tests of imports, of the time
that they take, and of commands of a shell start an interpreter instead.
"""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any

__all__ = ["PythonProcess", "run_python", "stop_fork_server"]

_ROOT = Path(__file__).resolve().parents[1]

_starting = threading.Lock()
_servers: list[tuple[subprocess.Popen[bytes], socket.socket]] = []


def _requests() -> socket.socket:
    """Return the socket of the running server; start it first if necessary."""
    if not _servers:
        ours, theirs = socket.socketpair()
        with theirs:
            server = subprocess.Popen(
                [sys.executable, "-m", "tests.fork_server", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                cwd=_ROOT,
            )
        _servers.append((server, ours))
    return _servers[0][1]


def stop_fork_server() -> None:
    """Stop the server, if it runs."""
    while _servers:
        server, requests = _servers.pop()
        requests.close()
        server.wait()


class PythonProcess(subprocess.Popen[str]):
    """A `subprocess.Popen` of an interpreter: `PythonProcess("-m", "adapty", "--help", stdout=PIPE)`."""

    def __init__(self, *arguments: str, **options: Any) -> None:
        """Start a process with the interpreter's arguments and the options of `Popen`."""
        self._status: IO[bytes] | None = None
        super().__init__([sys.executable, *arguments], text=True, **options)

    if sys.platform == "linux":

        def _execute_child(self, args: list[str], *others: Any) -> None:
            _, _, _, pass_fds, cwd, env, _, _, shell, *pipes = others
            assert not pass_fds
            assert not shell
            reading, _, _, writing, _, errors, _, _, _, _, umask, *_ = pipes
            request = {
                "arguments": args[1:],
                "cwd": str(cwd or Path.cwd()),
                "env": dict(os.environ if env is None else env),
                "umask": umask,
            }
            data = json.dumps(request).encode()
            status, status_writing = os.pipe()
            files = [default if file == -1 else file for default, file in enumerate((reading, writing, errors))]
            with _starting:
                requests = _requests()
                socket.send_fds(requests, [len(data).to_bytes(8)], [*files, status_writing])
                requests.sendall(data)
            os.close(status_writing)
            self._close_pipe_fds(*pipes[:6])  # type: ignore[attr-defined]
            self._status = os.fdopen(status, "rb", buffering=0)
            self.pid = int(self._status.readline())
            self._child_created = True

        def _internal_poll(self, *_: Any, **__: Any) -> int | None:
            lock = self._waitpid_lock  # type: ignore[attr-defined]
            if self.returncode is None and lock.acquire(blocking=False):
                try:
                    self._try_wait(os.WNOHANG)
                finally:
                    lock.release()
            return self.returncode

        def _try_wait(self, flags: int) -> tuple[int, int]:
            """Return the process and its status as `os.waitpid` does, which is for children of this process only."""
            if self._status is None or (flags and not select.select([self._status], [], [], 0)[0]):
                return 0, 0
            status = int(self._status.readline())
            self._status.close()
            self.returncode = os.waitstatus_to_exitcode(status)
            return self.pid, status


def run_python(*arguments: str, timeout: float = 60, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a process like `subprocess.run`, and return its output."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with PythonProcess(*arguments, **{**pipes, **options}) as process:
        try:
            out, err = process.communicate(timeout=timeout)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)
