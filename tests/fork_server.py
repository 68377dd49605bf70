"""A process that has imported the SDK and forks: the server of `tests.python_processes`."""

from __future__ import annotations

import gc
import json
import os
import runpy
import select
import signal
import socket
import sys
import warnings
from contextlib import suppress
from importlib import import_module
from types import ModuleType
from typing import Any

__all__: list[str] = []

PRELOADED = (
    *("adapty._async.client", "adapty._sync.client", "adapty._cli.app", "adapty._cli.mail", "adapty._generated"),
    *("adapty.bulk.erasing", "adapty.bulk.importing", "adapty.fast._transport", "adapty.sandbox._app"),
    *("adapty.sandbox._server", "adapty.testing._fixtures", "adapty.webhooks.dedup", "adapty.webhooks.outbox"),
    *("adapty.webhooks.worker", "freezegun", "httpx", "tests.conftest", "time_machine"),
    "uvicorn.protocols.http.h11_impl",
)


def serve(requests: socket.socket) -> dict[str, Any]:
    """Fork a process for each request; return the request in each process, and exit when the client has closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    running: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([requests.fileno(), woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            report_ended(running)
        if requests.fileno() not in ready:
            continue
        size, files, _, _ = socket.recv_fds(requests, 8, 4)
        if not size:
            os._exit(0)
        request: dict[str, Any] = json.loads(requests.recv(int.from_bytes(size), socket.MSG_WAITALL))
        process = os.fork()
        if not process:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            for target, file in enumerate(files[:3]):
                os.dup2(file, target)
            requests.detach()
            os.closerange(3, 1024)
            return request
        running[process] = files[3]
        os.write(files[3], f"{process}\n".encode())
        for file in files[:3]:
            os.close(file)


def report_ended(running: dict[int, int]) -> None:
    """Write the exit status of each process that has ended to its client."""
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            file = running.pop(ended[0])
            with suppress(BrokenPipeError):
                os.write(file, f"{ended[1]}\n".encode())
            os.close(file)


def run(request: dict[str, Any]) -> None:
    """Run what the arguments of an interpreter say: `-W ACTION`, which may be missing, and `-c CODE` or `-m MODULE`."""
    os.chdir(request["cwd"])
    if request["umask"] >= 0:
        os.umask(request["umask"])
    os.environ.clear()
    os.environ.update(request["env"])
    arguments = request["arguments"]
    if arguments[0] == "-W":
        warnings.simplefilter(arguments[1])
        arguments = arguments[2:]
    option, what, *sys.argv[1:] = arguments
    paths = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path and path not in sys.path]
    sys.path[0:1] = ["" if option == "-c" else request["cwd"], *paths]
    if option == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
        return
    assert option == "-c", option
    sys.argv[0] = "-c"
    sys.modules["__main__"] = main = ModuleType("__main__")
    exec(compile(what, "<string>", "exec"), vars(main))  # noqa: S102 - the program of a test


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in PRELOADED:
            import_module(name)
    gc.collect()
    gc.freeze()
    run(serve(socket.socket(fileno=int(sys.argv[1]))))
