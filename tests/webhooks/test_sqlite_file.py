"""The files of webhooks, created by several processes at the same time, and used across forks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from adapty.webhooks import Outbox, SQLiteDedupStore
from tests.python_processes import run_python

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
KINDS: dict[str, type[Outbox | SQLiteDedupStore]] = {"outbox": Outbox, "dedup": SQLiteDedupStore}

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


def run(*arguments: str) -> str:
    """Run a function of this module in a process of its own, for it forks and return what it prints."""
    done = run_python("-m", "tests.webhooks.test_sqlite_file", *arguments, cwd=ROOT, timeout=100)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def in_children(count: int, work: Callable[[], object]) -> list[int]:
    """Do something in forked processes at the same moment and return their exit codes."""
    ready, go = os.pipe(), os.pipe()
    children = []
    for _ in range(count):
        if not (child := os.fork()):
            os.close(go[1])
            os.write(ready[1], b".")
            os.read(go[0], 1)  # until the parent lets go of the other end
            try:
                work()
            except BaseException as problem:  # noqa: BLE001 - printed
                print(type(problem).__name__, problem, flush=True)  # noqa: T201
                os._exit(1)
            os._exit(0)
        children.append(child)
    for _ in children:
        os.read(ready[0], 1)
    os.close(go[1])
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    for end in (*ready, go[0]):
        os.close(end)
    return codes


def make_at_once(kind: str, folder: str) -> None:
    """Have four processes make a file, several times."""
    for number in range(15):
        in_children(4, lambda: KINDS[kind](f"{folder}/{number}").close())  # noqa: B023 - called immediately


@pytest.mark.parametrize("kind", KINDS)
def test_simultaneous_processes_create_one_file(tmp_path: Path, kind: str) -> None:
    """None takes it for foreign or locked."""
    assert run("make_at_once", kind, str(tmp_path)) == ""


def put(file: Outbox | SQLiteDedupStore, name: str) -> None:
    """Put something in that is new."""
    from tests.webhooks.outbox_events import event  # noqa: PLC0415 - only where it is forked

    assert file.put(event(int(name))) if isinstance(file, Outbox) else file.acquire(name, "a") == "new"


def count(path: str, kind: str) -> int:
    """Count what another process finds, and have it be the last one to close the file."""
    table = "events" if kind == "outbox" else "dedup_events"
    code = f"""if True:
        import sqlite3, sys
        connection = sqlite3.connect(sys.argv[1])
        print(connection.execute("SELECT count(*) FROM {table}").fetchone()[0])
        connection.close()
    """  # noqa: S608 - a constant
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True, cwd=ROOT)
    return int(done.stdout)


def lose_the_parent(kind: str, path: str, how: str) -> None:
    """Use a file, fork, and have the parent let go of it while the child goes on."""
    file = KINDS[kind](path)
    put(file, "0")
    gone = os.pipe()
    if child := os.fork():
        os.close(gone[0])
        if how == "closes":
            file.close()
            os.close(gone[1])
            os.waitpid(child, 0)
        os._exit(0)
    os.close(gone[1])
    os.read(gone[0], 1)  # until the parent is gone, or has let go of the file
    for number in (1, 2):
        put(file, str(number))
    dedup = [count(path, kind)]
    for number in (3, 4):
        put(file, str(number))
    print(*dedup, count(path, kind), flush=True)  # noqa: T201 - the test reads it
    os._exit(0)


@pytest.mark.parametrize("how", ["closes", "ends"])
@pytest.mark.parametrize("kind", KINDS)
def test_events_of_a_forked_process_are_stored(tmp_path: Path, kind: str, how: str) -> None:
    """Whatever the parent does, and whichever process opens the file meanwhile."""
    assert run("lose_the_parent", kind, str(tmp_path / "file"), how) == "3 5\n"


def take_over(path: str) -> None:
    """Acquire the lock, fork, and release it after the child has failed to acquire it."""
    tried, released = os.pipe(), os.pipe()
    outbox = Outbox(path)
    worker = outbox._open_store()
    assert worker.try_lock()
    if child := os.fork():
        os.read(tried[0], 1)
        worker.close()
        os.write(released[1], b".")
        os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    own = outbox._open_store()
    is_first = own.try_lock()
    os.write(tried[1], b".")
    os.read(released[0], 1)
    print(is_first, own.try_lock(), flush=True)  # noqa: T201 - the test reads it
    os._exit(0)


def outlive(path: str) -> None:
    """Acquire the lock, fork, and end while the child lives on; the child then acquires it as another worker does."""
    outbox, ended = Outbox(path), os.pipe()
    assert outbox._open_store().try_lock()
    if os.fork():
        os.kill(os.getpid(), signal.SIGKILL)
    os.close(ended[1])
    os.read(ended[0], 1)  # until the parent is gone
    print(outbox._open_store().try_lock(), flush=True)  # noqa: T201 - the test reads it
    os._exit(0)


def test_child_does_not_hold_the_lock_of_a_killed_parent(tmp_path: Path) -> None:
    """The descriptor that it inherits is closed."""
    arguments = ("outlive", str(tmp_path / "outbox"))
    done = run_python("-m", "tests.webhooks.test_sqlite_file", *arguments, cwd=ROOT, timeout=100)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGKILL, "True\n", "")


def test_forked_process_does_not_share_the_lock(tmp_path: Path) -> None:
    """It can acquire it after the parent has released it."""
    assert run("take_over", str(tmp_path / "outbox")) == "False True\n"


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
