"""A file that is removed or replaced while processes use it: each of them continues with the new one."""

from __future__ import annotations

import os
import sqlite3
import sys
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from subprocess import PIPE
from typing import TYPE_CHECKING

import pytest

from adapty.errors import WebhookUnavailableError
from adapty.webhooks import Outbox
from adapty.webhooks.worker import Worker
from tests.python_processes import PythonProcess
from tests.webhooks.outbox_events import event
from tests.webhooks.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapty import Adapty
    from adapty.sandbox import Sandbox

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps files that are open")


class Process:
    """Another process that has an outbox open."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        arguments = ("-m", "tests.webhooks.test_replaced_files", str(path))
        self._process = stack.enter_context(PythonProcess(*arguments, stdin=PIPE, stdout=PIPE, cwd=ROOT))
        assert self._process.stdin
        stack.callback(self._process.stdin.close)  # before it is waited for

    def put(self, number: int) -> str:
        """Put an event; return the result and the number of pending events."""
        self.start(f"{number}")
        return self.result()

    def start(self, command: str) -> None:
        """Have it put in the events of these numbers."""
        assert self._process.stdin
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()

    def result(self) -> str:
        """Return the result."""
        assert self._process.stdout
        return self._process.stdout.readline().rstrip("\n")


def serve(path: str) -> None:
    """Put events in as the lines of the input say."""
    outbox = Outbox(path)
    for line in sys.stdin:
        try:
            put = [outbox.put(event(int(number))) for number in line.split()]
            print(all(put), outbox.counts().pending, flush=True)  # noqa: T201 - the test reads it
        except Exception as problem:  # noqa: BLE001 - printed for the test
            print(type(problem).__name__, problem, flush=True)  # noqa: T201


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Return what ends the processes of a test."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of an outbox that does not exist yet."""
    return tmp_path / "outbox.sqlite"


def replacement(path: Path, count: int) -> Path:
    """Create another outbox with so many events, closed."""
    new = path.with_name("new.sqlite")
    with Outbox(new) as outbox, outbox._store._database.writing() as connection:
        connection.executemany(
            """
            INSERT INTO events (event_id, profile, event, state, created_at, updated_at)
            VALUES (?, 'user_1', '{}', 'pending', 1, 1)
            """,
            [(f"new_{number}",) for number in range(count)],
        )
    return new


def assert_undamaged(path: Path) -> None:
    """Check the whole file."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_processes_continue_after_the_file_was_removed(path: Path, stack: ExitStack) -> None:
    """Whichever process notices first."""
    first, second = Process(path, stack), Process(path, stack)
    assert [first.put(1), second.put(2)] == ["True 1", "True 2"]
    path.unlink()
    assert [first.put(3), second.put(4), first.put(5)] == ["True 1", "True 2", "True 3"]
    path.unlink()
    third = Process(path, stack)
    assert [third.put(6), first.put(7), second.put(8)] == ["True 1", "True 2", "True 3"]
    assert_undamaged(path)


def test_replacement_keeps_its_events(path: Path, stack: ExitStack) -> None:
    """The log of the old file is not applied to it."""
    first, second = Process(path, stack), Process(path, stack)
    for number in range(30):
        first.put(number)
    second.put(30)
    replacement(path, 400).replace(path)
    assert [first.put(31), second.put(32)] == ["True 401", "True 402"]
    assert Process(path, stack).put(33) == "True 403"
    assert_undamaged(path)


def test_close_leaves_nothing_beside_a_replacement(path: Path) -> None:
    """The side files of the old file are deleted."""
    outbox = Outbox(path)
    outbox.put(event(1))
    replacement(path, 400).replace(path)
    outbox.close()
    assert {each.name for each in path.parent.iterdir()} == {path.name}
    with Outbox(path) as opened:
        assert opened.counts().pending == 400


def test_repeatedly_removed_file_stays_usable(path: Path, stack: ExitStack) -> None:
    """Whatever the timing is."""
    processes = [Process(path, stack) for _ in range(3)]
    for number, process in enumerate(processes):
        assert process.put(number) == f"True {number + 1}"
    for turn in range(1, 9):
        for index, process in enumerate(processes):
            start = 1000 * turn + 100 * index
            process.start(" ".join(str(number) for number in range(start, start + 20)))
        with suppress(FileNotFoundError):
            path.unlink()
        for process in processes:
            assert process.result().startswith("True "), turn
    assert_undamaged(path)


def test_worker_sends_the_events_of_a_replacement(
    mail: Adapty, sandbox: Sandbox, outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    """Although their numbers are those of events that were sent."""
    new = outbox.path.with_name("new.sqlite")
    with Worker(mail, outbox) as worker:
        for number in range(3):
            outbox.put(event(number))
        until(lambda: outbox.counts().pending == 0)
        with Outbox(new) as other:
            for number in range(10, 14):
                other.put(event(number))
        new.replace(outbox.path)
        until(lambda: {each["event_id"] for each in sandbox.all_events()} >= {f"evt_00{n}" for n in range(10, 14)})
        outbox.path.unlink()
        outbox.put(event(20))
        until(lambda: "evt_0020" in {each["event_id"] for each in sandbox.all_events()})
        assert worker.is_alive
    assert not [each for each in caplog.records if each.levelname in {"WARNING", "ERROR"}]


def test_side_files_that_cannot_be_deleted_are_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is usable again when they are gone."""
    with Outbox(path) as outbox:
        outbox.put(event(1))
        replacement(path, 5).replace(path)
        with monkeypatch.context() as patched:
            patched.setattr(Path, "unlink", refuse)
            with pytest.raises(
                WebhookUnavailableError, match=r"replaced, and outbox\.sqlite-wal and outbox\.sqlite-shm"
            ):
                outbox.put(event(2))
        outbox.put(event(2))
        assert outbox.counts().pending == 6


def refuse(*_: object, **__: object) -> None:
    """Refuse to delete a file, as a folder does that cannot be written."""
    raise PermissionError(13, os.strerror(13))


if __name__ == "__main__":
    serve(sys.argv[1])
