"""The dedup stores: claims, completion and expiry, with threads, processes and forks."""

from __future__ import annotations

import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from subprocess import PIPE
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty import AdaptyConfigError, AdaptyUsageError
from adapty.webhooks import MemoryDedupStore, PostgresDedupStore, Receiver, SQLiteDedupStore
from tests.cases import case
from tests.core.support import repeatable
from tests.python_processes import PythonProcess, run_python

from .posts import HEADERS, PURCHASE, VALUE, never, post

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adapty.webhooks import DedupStore
    from tests.postgres_server import PostgresServer

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


class Clock:
    """A time that passes when a test says so.

    Attributes:
        on_change: Called with the number of seconds, to let them pass in PostgreSQL, too.
    """

    def __init__(self) -> None:
        self._now = 1_781_101_200.0
        self.on_change: Callable[[float], object] = lambda _: None

    @property
    def now(self) -> float:
        """Seconds since 1970."""
        return self._now

    @now.setter
    def now(self, now: float) -> None:
        self.on_change(now - self._now)
        self._now = now

    def time(self) -> float:
        """Return seconds since 1970."""
        return self.now

    monotonic = time


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let the stores go by a clock of the test's."""
    clock = Clock()
    monkeypatch.setattr("adapty.webhooks.dedup.time", clock)
    monkeypatch.setattr("adapty.webhooks._stores.sqlite_dedup.time", clock)
    return clock


@pytest.fixture(params=[MemoryDedupStore, SQLiteDedupStore, PostgresDedupStore])
def make(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Callable[..., DedupStore]]:
    """Return a function that makes a store of each kind; those in databases always over the same data."""
    opened: list[SQLiteDedupStore | PostgresDedupStore] = []
    dsn = ""
    if request.param is PostgresDedupStore:
        dsn = request.getfixturevalue("postgres_dsn")
        postgres = request.getfixturevalue("postgres")
        PostgresDedupStore(dsn, create=True)
        clock.on_change = lambda seconds: postgres.execute(
            f"UPDATE adapty_dedup_events SET since = since - {seconds} * interval '1 second'",  # noqa: S608 - a number
            dsn,
        )

    def made(**settings: Any) -> DedupStore:
        if request.param is MemoryDedupStore:
            return MemoryDedupStore(**settings)
        if request.param is PostgresDedupStore:
            opened.append(PostgresDedupStore(dsn, **settings))
        else:
            opened.append(SQLiteDedupStore(tmp_path / "dedup.sqlite", **settings))
        return opened[-1]

    yield made
    for store in opened:
        store.close()


def test_acquire_returns_the_status(make: Callable[..., DedupStore]) -> None:
    """New for the first owner, in progress for others, and completed afterwards for all."""
    dedup = make()
    assert [dedup.acquire("e1", "a"), dedup.acquire("e1", "b"), dedup.acquire("e2", "b")] == [
        "new",
        "in_progress",
        "new",
    ]
    dedup.complete("e1", "a")
    assert [dedup.acquire("e1", "a"), dedup.acquire("e1", "b"), dedup.acquire("e2", "a")] == [
        "completed",
        "completed",
        "in_progress",
    ]


def test_released_event_is_new(make: Callable[..., DedupStore]) -> None:
    """Another owner can acquire it."""
    dedup = make()
    dedup.acquire("e1", "a")
    dedup.release("e1", "a")
    assert dedup.acquire("e1", "b") == "new"


def test_release_keeps_the_claim_of_another_owner(make: Callable[..., DedupStore], clock: Clock) -> None:
    """An expired claim may have another owner."""
    dedup = make(claim_ttl=MINUTE)
    dedup.acquire("e1", "slow")
    clock.now += 61
    assert dedup.acquire("e1", "other") == "new"
    dedup.release("e1", "slow")
    assert dedup.acquire("e1", "third") == "in_progress"
    dedup.complete("e1", "other")
    for owner in ("slow", "other", "unknown"):
        dedup.release("e1", owner)
    dedup.release("never claimed", "a")
    assert dedup.acquire("e1", "third") == "completed"


def test_complete_counts_after_the_claim_expired(make: Callable[..., DedupStore], clock: Clock) -> None:
    """The event is handled, whichever owner has it now."""
    dedup = make(claim_ttl=MINUTE)
    dedup.acquire("e1", "slow")
    clock.now += 61
    dedup.acquire("e1", "other")
    dedup.complete("e1", "slow")
    assert dedup.acquire("e1", "third") == "completed"


def test_claim_expires(make: Callable[..., DedupStore], clock: Clock) -> None:
    """After `claim_ttl`."""
    dedup = make()
    dedup.acquire("e1", "crashed")
    clock.now += 11
    assert dedup.acquire("e1", "other") == "in_progress"
    clock.now += 45
    assert dedup.acquire("e1", "other") == "new"


def test_completed_event_expires(make: Callable[..., DedupStore], clock: Clock) -> None:
    """After `retention`."""
    dedup = make()
    dedup.acquire("e1", "a")
    dedup.complete("e1", "a")
    clock.now += timedelta(days=6).total_seconds()
    assert dedup.acquire("e1", "b") == "completed"
    clock.now += timedelta(days=2).total_seconds()
    assert dedup.acquire("e1", "b") == "new"


def _ids() -> st.SearchStrategy[str]:
    return st.text(st.characters(codec="utf-8"), min_size=1)


@given(event_ids=st.lists(_ids(), unique=True, max_size=20))
@repeatable(25)
def test_event_ids_are_distinguished_exactly(event_ids: list[str]) -> None:
    """Whatever text they are."""
    with TemporaryDirectory() as folder, SQLiteDedupStore(Path(folder) / "dedup.sqlite") as file:
        for dedup in (MemoryDedupStore(), file):
            assert_distinguished(dedup, event_ids)


def assert_distinguished(dedup: DedupStore, event_ids: list[str]) -> None:
    """See that the IDs are of different events."""
    assert [dedup.acquire(event_id, "a") for event_id in event_ids] == ["new"] * len(event_ids)
    assert [dedup.acquire(event_id, "b") for event_id in event_ids] == ["in_progress"] * len(event_ids)


def test_unusual_event_ids_are_distinguished_in_postgres(postgres_dsn: str) -> None:
    """PostgreSQL stores neither null characters nor lone surrogates."""
    with PostgresDedupStore(postgres_dsn, create=True) as dedup:
        assert_distinguished(dedup, ["a", "A", "\0", "\\0", "\\\\0", "\ud800", "\\ud800", "e\u0301", "\u00e9", "%s"])


def test_postgres_store_deletes_expired_events(postgres: PostgresServer, postgres_dsn: str) -> None:
    """Once a minute."""
    with PostgresDedupStore(postgres_dsn, retention=HOUR, create=True) as dedup:
        postgres.execute(
            "INSERT INTO adapty_dedup_events SELECT n::text, NULL, now() - interval '2 hours'"
            " FROM generate_series(1, 50) AS n",
            postgres_dsn,
        )
        dedup.acquire("new", "a")
    assert postgres.execute("SELECT event_id FROM adapty_dedup_events", postgres_dsn) == [("new",)]


def test_durations_must_be_positive_timedeltas(make: Callable[..., DedupStore]) -> None:
    """The error names the argument."""
    durations: list[Any] = [0, 60, "60", None, timedelta(0), timedelta(seconds=-1)]
    for name in ("retention", "claim_ttl"):
        for duration in durations:
            with case(name, duration), pytest.raises(AdaptyConfigError, match=f"^{name}: "):
                make(**{name: duration})


def test_max_events_must_be_a_positive_int() -> None:
    """The error names the argument."""
    cases: list[Any] = [0, -1, 1.5, "7", None, True]
    for number in cases:
        with case(number), pytest.raises(AdaptyConfigError, match=r"^max_events: "):
            MemoryDedupStore(max_events=number)


def test_memory_store_forgets_the_oldest_events() -> None:
    """Beyond `max_events`."""
    dedup = MemoryDedupStore(max_events=3)
    for event_id in ("e1", "e2", "e1", "e3", "e4"):
        dedup.acquire(event_id, "a")
        dedup.complete(event_id, "a")
    assert {event_id: dedup.acquire(event_id, "b") for event_id in ("e4", "e3")} == {
        "e4": "completed",
        "e3": "completed",
    }
    assert len(dedup._entries) == 3


def test_sqlite_store_deletes_expired_events(tmp_path: Path, clock: Clock) -> None:
    """The file does not grow without limit."""
    with SQLiteDedupStore(tmp_path / "dedup.sqlite", retention=HOUR) as dedup:
        for number in range(250):
            dedup.acquire(f"old {number}", "a")
            dedup.complete(f"old {number}", "a")
        clock.now += 3700
        counts = []
        for number in range(4):
            dedup.acquire(f"new {number}", "a")
            counts.append(rows(tmp_path / "dedup.sqlite"))
    assert counts == [151, 52, 3, 4]


def rows(path: Path) -> int:
    """Count the events in a file."""
    connection = sqlite3.connect(path)
    try:
        (count,) = connection.execute("SELECT count(*) FROM dedup_events").fetchone()
        return int(count)
    finally:
        connection.close()


def test_claim_expires_after_the_clock_was_set_back(tmp_path: Path, clock: Clock) -> None:
    """A claim of the future is invalid."""
    with SQLiteDedupStore(tmp_path / "dedup.sqlite") as dedup:
        dedup.acquire("e1", "a")
        dedup.acquire("e2", "a")
        dedup.complete("e2", "a")
        clock.now -= 0.5
        assert [dedup.acquire("e1", "b"), dedup.acquire("e2", "b")] == ["in_progress", "completed"]
        clock.now -= 86_400
        assert [dedup.acquire("e1", "b"), dedup.acquire("e2", "b")] == ["new", "completed"]


def test_damaged_row_blocks_no_event(tmp_path: Path) -> None:
    """Whatever the columns contain."""
    for value in ("'long ago'", "x'ff'", "9e999", "CAST(x'ff00' AS TEXT)"):
        for column in ("since", "owner"):
            path = tmp_path / f"seen-{column}-{ascii(value).encode().hex()}"
            with SQLiteDedupStore(path) as dedup:
                dedup.acquire("e1", "a")
                with closing(sqlite3.connect(path)) as connection, connection:
                    connection.execute(f"UPDATE dedup_events SET {column} = {value}")  # noqa: S608 - of this test
                assert dedup.acquire("e1", "b") in {"new", "in_progress"}
                assert dedup.acquire("e2", "a") == "new"
                dedup.complete("e1", "b")
                assert dedup.acquire("e1", "c") == "completed"


def test_sqlite_store_persists(tmp_path: Path) -> None:
    """A second store finds the events."""
    path = tmp_path / "dedup.sqlite"
    with SQLiteDedupStore(path) as dedup:
        dedup.acquire("handled", "a")
        dedup.complete("handled", "a")
    with SQLiteDedupStore(str(path)) as dedup:
        assert dedup.acquire("handled", "b") == "completed"
        assert repr(dedup) == f"SQLiteDedupStore({str(path)!r})"


def test_closed_store_reopens(tmp_path: Path) -> None:
    """On the next use."""
    dedup = SQLiteDedupStore(tmp_path / "dedup.sqlite")
    dedup.close()
    dedup.close()
    assert dedup.acquire("e1", "a") == "new"
    dedup.close()


def test_relative_path_is_resolved_at_creation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A later change of the working directory has no effect."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    with SQLiteDedupStore("dedup.sqlite") as dedup:
        monkeypatch.chdir(tmp_path / "elsewhere")
        assert dedup.acquire("e1", "a") == "new"
    assert rows(tmp_path / "dedup.sqlite") == 1


def foreign_database(path: Path) -> None:
    """Create a database of another program."""
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE orders (id INTEGER)")
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("prepare", "problem"),
    [
        (foreign_database, "is not a dedup store; move it away"),
        (lambda path: path.write_bytes(b"no database" * 1000), "is not a dedup store; move it away"),
        (lambda path: path.mkdir(), "cannot be opened: unable to open database file"),
    ],
)
def test_foreign_file_is_rejected_unchanged(tmp_path: Path, prepare: Callable[[Path], object], problem: str) -> None:
    """Text files, other databases and damaged ones."""
    path = tmp_path / "dedup.sqlite"
    prepare(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(AdaptyUsageError, match=rf"dedup\.sqlite: {problem}"):
        SQLiteDedupStore(path)
    assert before == (path.read_bytes() if path.is_file() else b"")


def test_path_must_be_a_path() -> None:
    """The error names the argument."""
    cases: list[Any] = [None, 7, b"dedup.sqlite", [], sqlite3]
    for path in cases:
        with case(path), pytest.raises(AdaptyUsageError, match=r"^path: is .*expected a path$"):
            SQLiteDedupStore(path)


def test_missing_folder_is_rejected(tmp_path: Path) -> None:
    """The error names the path."""
    with pytest.raises(AdaptyUsageError, match=r"cannot be opened: No such file or directory$"):
        SQLiteDedupStore(tmp_path / "nowhere" / "dedup.sqlite")


@pytest.mark.parametrize("path", ["\x00", "a\x00b"])
def test_invalid_file_name_is_rejected(path: str) -> None:
    """For example with a null byte."""
    with pytest.raises(AdaptyUsageError, match=r"^path: "):
        SQLiteDedupStore(path)


def test_locked_or_damaged_store_responds_503(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Adapty posts the event again."""
    monkeypatch.setattr("adapty._sqlite.BUSY_SECONDS", 0.01)
    path = tmp_path / "dedup.sqlite"
    with SQLiteDedupStore(path) as dedup:
        receiver = Receiver(VALUE, dedup=dedup)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert receiver.handle(HEADERS, post(PURCHASE), never).status == 503
        other.execute("ROLLBACK")
        other.close()
        assert receiver.handle(HEADERS, post(PURCHASE), print).status == 200
        assert receiver.accept(HEADERS, post(PURCHASE)).duplicate


def test_store_is_thread_safe(make: Callable[..., DedupStore]) -> None:
    """Each event is new once."""
    dedup = make()

    def acquire(number: int) -> str | None:
        status = dedup.acquire(f"e{number % 50}", str(number))
        if status == "new":
            dedup.complete(f"e{number % 50}", str(number))
        return status

    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(acquire, range(400)))
    assert statuses.count("new") == 50
    assert set(statuses) <= {"new", "in_progress", "completed"}


WORK = """
import sys
from adapty.webhooks import SQLiteDedupStore

with SQLiteDedupStore(sys.argv[1]) as dedup:
    claimed = [number for number in range(100) if dedup.acquire(f"e{number}", sys.argv[2]) == "new"]
    for number in claimed:
        dedup.complete(f"e{number}", sys.argv[2])
print(*claimed)
"""


def test_store_is_process_safe(tmp_path: Path) -> None:
    """Each event is new once."""
    arguments = ("-W", "error", "-c", WORK, str(tmp_path / "dedup.sqlite"))
    workers = [PythonProcess(*arguments, str(number), stdout=PIPE, stderr=PIPE) for number in range(4)]
    said = [worker.communicate(timeout=60) for worker in workers]
    assert [errors for _, errors in said] == [""] * 4
    assert sorted(int(number) for out, _ in said for number in out.split()) == list(range(100))


FORKING = """
import os
import sys
from adapty.webhooks import SQLiteDedupStore

dedup = SQLiteDedupStore(sys.argv[1])
dedup.acquire("before", "parent")
children = []
for number in range(3):
    child = os.fork()
    if not child:
        statuses = [dedup.acquire("before", "x"), *(dedup.acquire(f"e{n}", str(number)) for n in range(50))]
        os._exit(statuses.count("new") if statuses[0] == "in_progress" else 99)
    children.append(child)
claimed = sum(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children)
dedup.complete("before", "parent")
print(claimed, dedup.acquire("before", "x"))
dedup.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_store_survives_a_fork(tmp_path: Path) -> None:
    """Parent and children share the file."""
    done = run_python("-c", FORKING, str(tmp_path / "dedup.sqlite"))
    assert (done.stdout, done.stderr) == ("50 completed\n", "")


KILLED = """
import os
import signal
import sys
from adapty.webhooks import SQLiteDedupStore

dedup = SQLiteDedupStore(sys.argv[1])
for number in range(10):
    dedup.acquire(f"e{number}", "a")
    if number < 5:
        dedup.complete(f"e{number}", "a")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_completed_event_survives_sigkill(tmp_path: Path) -> None:
    """It is in the file when `complete` returns."""
    path = tmp_path / "dedup.sqlite"
    run_python("-c", KILLED, str(path))
    with SQLiteDedupStore(path, claim_ttl=timedelta(microseconds=1)) as dedup:
        statuses = [dedup.acquire(f"e{number}", "b") for number in range(10)]
    assert statuses == ["completed"] * 5 + ["new"] * 5
