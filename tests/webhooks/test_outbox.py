"""The outbox: events are stored once and in order, with any number of writers."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from adapty import AdaptyUsageError, TransactionEvent
from adapty.errors import WebhookUnavailableError
from adapty.webhooks.outbox import DeadLetter, Outbox, OutboxCounts, PendingEvent
from tests.python_processes import PythonProcess, run_python
from tests.webhooks.outbox_events import BOTH_STORES, event, events, make_dead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adapty.webhooks import BaseOutbox

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of an outbox that is not there yet."""
    return tmp_path / "outbox.sqlite"


def ids(found: Iterator[PendingEvent]) -> list[str]:
    """Return the ids of what is listed."""
    return [each.event_id for each in found]


def run_script(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run Python code in a process of its own."""
    return run_python("-c", code, *map(str, arguments), cwd=ROOT)


@BOTH_STORES
def test_put_event_is_stored(open_outbox: Callable[[], BaseOutbox]) -> None:
    """A second outbox lists it."""
    begun = datetime.now(UTC)
    full = event(
        1,
        price_usd="9.90",
        expires_at="2026-07-10T14:20:00Z",
        offer={"category": "introductory", "offer_type": "free_trial"},
        email="jane@example.com",
    )
    with open_outbox() as outbox:
        assert outbox.put(full)
        assert outbox.put(event(0))
    with open_outbox() as outbox:
        first, second = outbox.pending()
    assert TransactionEvent.from_dict(first.data) == full
    assert (first.event_id, second.event_id) == ("evt_0001", "evt_0000")
    assert (first.event_type, first.external_profile_id) == ("subscription_started", "user_12345")
    assert (first.attempts, first.reason) == (0, None)
    assert begun - timedelta(seconds=1) < first.arrived_at < datetime.now(UTC) + timedelta(seconds=1)


@BOTH_STORES
def test_repr_hides_personal_data(outbox: BaseOutbox) -> None:
    """Of events and of the outbox."""
    outbox.put(event(1, email="jane@example.com", profile="joe@example.com"))
    outbox.put(event(2))
    make_dead(outbox, "evt_0002")
    assert "example.com" not in repr([*outbox.pending(), *outbox.dead_letters()])


@BOTH_STORES
def test_known_event_id_changes_nothing(outbox: BaseOutbox) -> None:
    """Whatever its state."""
    assert outbox.put(event(1))
    assert not outbox.put(event(1, profile="other_user"))
    assert [each.external_profile_id for each in outbox.pending()] == ["user_12345"]


@BOTH_STORES
@pytest.mark.parametrize("given", [None, {"event_id": "1"}, "evt", object()])
def test_put_requires_a_transaction_event(outbox: BaseOutbox, given: object) -> None:
    """The error names the argument."""
    with pytest.raises(AdaptyUsageError, match=r"event: is .*; expected a TransactionEvent") as refused:
        outbox.put(given)  # type: ignore[arg-type]
    assert refused.value.field_name == "event"


@BOTH_STORES
def test_unknown_fields_are_stored(outbox: BaseOutbox) -> None:
    """A newer version may have put them."""
    newer = TransactionEvent.from_dict({**event(1).to_dict(), "newer": {"a": [1]}}, allow_unknown=True)
    outbox.put(newer)
    (pending,) = outbox.pending()
    assert pending.data["newer"] == {"a": [1]}


@BOTH_STORES
def test_pending_event_is_replayed_and_deleted(outbox: BaseOutbox) -> None:
    """By its ID."""
    for number in range(3):
        outbox.put(event(number))
    assert outbox.replay("evt_0001")
    assert outbox.delete_all() == outbox.replay_all() == 0
    assert outbox.delete("evt_0000")
    assert ids(outbox.pending()) == ["evt_0001", "evt_0002"]
    assert outbox.put(event(0)), "it is a new one"


@BOTH_STORES
def test_dead_letter_is_listed_replayed_and_deleted(outbox: BaseOutbox) -> None:
    """It stays a dead letter when it is put again."""
    for number in range(4):
        outbox.put(event(number))
    make_dead(outbox, "evt_0001", "evt_0002")
    assert outbox.counts() == OutboxCounts(pending=2, dead_letters=2, delivered=0)
    assert not outbox.put(event(1))
    dead = list(outbox.dead_letters())
    assert all(isinstance(each, DeadLetter) and each.reason == "rejected" and each.attempts == 3 for each in dead)
    assert dead[0].arrived_at <= dead[0].failed_at

    assert outbox.replay("evt_0001")
    assert not outbox.replay("evt_0009")
    pending = list(outbox.pending())
    assert [each.event_id for each in pending] == ["evt_0000", "evt_0001", "evt_0003"], "it has its old place"
    assert (pending[1].attempts, pending[1].reason) == (0, None)

    assert outbox.delete("evt_0002")
    assert not outbox.delete("evt_0002")
    assert outbox.counts() == OutboxCounts(pending=3, dead_letters=0, delivered=0)
    assert outbox.put(event(2)), "it is a new one"


@BOTH_STORES
def test_all_dead_letters_are_replayed_or_deleted(outbox: BaseOutbox) -> None:
    """Pending events stay."""
    for number in range(3):
        outbox.put(event(number))
    make_dead(outbox, "evt_0000", "evt_0001")
    assert outbox.replay_all() == 2
    assert outbox.replay_all() == 0
    make_dead(outbox, "evt_0000", "evt_0001")
    assert outbox.delete_all() == 2
    assert ids(outbox.pending()) == ["evt_0002"]


@BOTH_STORES
@pytest.mark.parametrize("event_id", ["", "\ud800", "evt' OR 1=1 --"])
def test_unknown_ids_are_not_found(outbox: BaseOutbox, event_id: str) -> None:
    """Whatever text they are."""
    outbox.put(event(1))
    make_dead(outbox, "evt_0001")
    assert not outbox.replay(event_id)
    assert not outbox.delete(event_id)
    assert outbox.counts().dead_letters == 1


def test_event_id_must_be_text(outbox: Outbox) -> None:
    """The error names the argument."""
    with pytest.raises(AdaptyUsageError, match="event_id: must be a str"):
        outbox.replay(7)  # type: ignore[arg-type]


@BOTH_STORES
def test_listing_has_several_pages(outbox: BaseOutbox) -> None:
    """Events that arrive meanwhile are included."""
    for each in events(600, 7):
        outbox.put(each)
    listing = outbox.pending()
    first = next(listing)
    outbox.put(event(9999))
    found = [first.event_id, *ids(listing)]
    assert found == [*(f"evt_{number:04}" for number in range(600)), "evt_9999"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"id,email\n1,jane@example.com\n" * 100, "is not an outbox"),
        (None, "is not an outbox"),
    ],
)
def test_foreign_file_is_rejected_unchanged(path: Path, content: bytes | None, said: str) -> None:
    """A text file, or another database."""
    if content is None:
        with closing(sqlite3.connect(path)) as other:
            other.execute("CREATE TABLE events (a)")
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    with pytest.raises(AdaptyUsageError, match=said):
        Outbox(path)
    assert path.read_bytes() == before


def test_newer_version_is_rejected(path: Path) -> None:
    """The error says what to do."""
    Outbox(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(AdaptyUsageError, match="written by a newer version of adapty; use that version"):
        Outbox(path)


def test_damaged_file_is_rejected(path: Path) -> None:
    """The structure is checked when it is opened."""
    with Outbox(path) as outbox:
        for each in events(200, 3):
            outbox.put(each)
    content = bytearray(path.read_bytes())
    content[8192:12288] = b"\xff" * 4096
    path.write_bytes(content)
    with pytest.raises(AdaptyUsageError, match="is damaged; move it away"):
        Outbox(path)


def test_missing_table_is_damage(path: Path) -> None:
    """The first use raises an error of ours."""
    Outbox(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE events")
    with Outbox(path) as outbox, pytest.raises(AdaptyUsageError, match="is damaged"):
        outbox.put(event())


def test_damaged_event_is_listed_without_fields(path: Path) -> None:
    """Its JSON cannot be parsed."""
    with Outbox(path) as outbox:
        outbox.put(event(1))
        outbox.put(event(2))
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE events SET event = 'no JSON' WHERE seq = 1")
            connection.execute("UPDATE events SET event = '[]' WHERE seq = 2")
        assert [(each.event_type, each.data) for each in outbox.pending()] == [("", {}), ("", {})]


@pytest.mark.parametrize("given", [None, 7, object()])
def test_path_must_be_a_path(given: object) -> None:
    """The error names the argument."""
    with pytest.raises(AdaptyUsageError, match=r"path: is .*; expected a path"):
        Outbox(given)  # type: ignore[arg-type]


def test_unusable_path_is_rejected(tmp_path: Path) -> None:
    """The error says why."""
    for path in (tmp_path, tmp_path / "missing" / "outbox.sqlite"):
        with pytest.raises(AdaptyUsageError, match="cannot be opened"):
            Outbox(path)


@pytest.mark.parametrize("given", [7, None, timedelta(days=-1)])
def test_retention_must_be_a_timedelta(path: Path, given: object) -> None:
    """Zero is allowed."""
    with pytest.raises(AdaptyUsageError, match="retention: must be a timedelta"):
        Outbox(path, retention=given)  # type: ignore[arg-type]


def test_empty_file_becomes_an_outbox(path: Path) -> None:
    """As from mktemp."""
    path.touch()
    with Outbox(path) as outbox:
        assert outbox.put(event())


def test_special_sqlite_names_are_file_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For example `:memory:`."""
    monkeypatch.chdir(tmp_path)
    for name in (":memory:", "file:x?mode=memory"):
        with Outbox(name) as outbox:
            outbox.put(event())
        assert (tmp_path / name).stat().st_size > 0


@BOTH_STORES
def test_closed_outbox_reopens(outbox: BaseOutbox) -> None:
    """On the next use."""
    outbox.close()
    outbox.close()
    assert outbox.put(event())


def test_removed_file_is_recreated(outbox: Outbox) -> None:
    """With the events that are put later."""
    outbox.put(event(1))
    for name in (outbox.path, *outbox.path.parent.glob("outbox.sqlite-*")):
        name.unlink()
    assert outbox.put(event(2))
    with Outbox(outbox.path) as other:
        assert ids(other.pending()) == ["evt_0002"]


def test_locked_file_raises_webhook_unavailable(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Adapty posts the event again."""
    outbox.close()
    monkeypatch.setattr("adapty._sqlite.BUSY_SECONDS", 0.1)
    with closing(sqlite3.connect(outbox.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with ThreadPoolExecutor(4) as threads:
            problems = [each.exception() for each in [threads.submit(outbox.put, event(n)) for n in range(4)]]
        assert all(isinstance(each, WebhookUnavailableError) for each in problems)
        assert "is locked by another thread or process" in str(problems[0])
        assert getattr(problems[0], "status", None) == 503
        assert outbox.counts().pending == 0, "reading does not wait"
        other.execute("ROLLBACK")
    assert outbox.put(event(1))


FILL_THE_DISK = """
import resource, sys
from adapty.errors import WebhookUnavailableError
from adapty.webhooks.outbox import Outbox
from tests.webhooks.outbox_events import BOTH_STORES, event
with Outbox(sys.argv[1]) as outbox:
    outbox.put(event(0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
    taken = 1
    try:
        for number in range(1, 5000):
            outbox.put(event(number))
            taken += 1
    except WebhookUnavailableError as full:
        print(taken, full)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no such limit")
def test_full_disk_loses_no_stored_event(path: Path) -> None:
    """Later events raise an error."""
    ended = run_script(FILL_THE_DISK, path)
    count, said = ended.stdout.split(maxsplit=1)
    assert "cannot be written" in said, ended.stderr
    with Outbox(path) as outbox:
        assert ids(outbox.pending()) == [f"evt_{number:04}" for number in range(int(count))]
        assert outbox.put(event(6000)), "there is room again"


PUT_MANY = """
import sys
from adapty.webhooks.outbox import Outbox
from tests.webhooks.outbox_events import BOTH_STORES, events
path, order, count = sys.argv[1:]
import random
numbers = events(int(count), 9)
random.Random(int(order)).shuffle(numbers)
with Outbox(path) as outbox:
    for each in numbers:
        if outbox.put(each):
            print(each.event_id)
"""


def test_processes_put_into_one_file(path: Path) -> None:
    """Each event is new for exactly one of them."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    running = [PythonProcess("-c", PUT_MANY, str(path), str(order), "60", cwd=ROOT, **pipes) for order in range(5)]
    ends = [each.communicate(timeout=60) for each in running]
    assert [err for _, err in ends if err] == []
    new_ids = [line for out, _ in ends for line in out.split()]
    assert sorted(new_ids) == [f"evt_{number:04}" for number in range(60)]
    with Outbox(path) as outbox:
        assert sorted(ids(outbox.pending())) == sorted(new_ids)


@BOTH_STORES
def test_threads_share_an_outbox(outbox: BaseOutbox) -> None:
    """Each event is new once."""
    with ThreadPoolExecutor(8) as threads:
        new = list(threads.map(outbox.put, events(100, 5) * 2))
    assert sum(new) == 100
    assert outbox.counts().pending == 100


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_forked_process_has_a_connection_of_its_own(path: Path) -> None:
    """Also after a fork during a put."""
    ended = run_script(FORK, path)
    assert ended.stdout.split() == ["child", "child", "parent"], ended.stderr
    assert not ended.stderr
    with Outbox(path) as outbox:
        assert sorted(ids(outbox.pending())) == ["evt_0000", "evt_0001", "evt_0002", "evt_0003"]


FORK = """
import os, sys, threading
from adapty.webhooks.outbox import Outbox
from tests.webhooks.outbox_events import BOTH_STORES, event
outbox = Outbox(sys.argv[1])
outbox.put(event(0))
has_it, done = threading.Event(), threading.Event()

def write():
    with outbox._store._database.writing():
        has_it.set()
        done.wait(0.2)

thread = threading.Thread(target=write)
thread.start()
has_it.wait()
children = []
for number in (1, 2):
    if child := os.fork():
        children.append(child)
    else:
        outbox.put(event(number))
        os.write(1, b"child\\n")  # in one write, unlike an unbuffered print
        os._exit(0)
thread.join()
for child in children:
    os.waitpid(child, 0)
outbox.put(event(3))
print("parent")
outbox.close()
"""


def test_put_is_fast(outbox: Outbox) -> None:
    """A few milliseconds, even with many events."""
    statements: list[str] = []
    with outbox._store._database.reading() as connection:
        connection.set_trace_callback(statements.append)
    outbox.put(event())
    assert [each for each in statements if each in {"BEGIN IMMEDIATE", "COMMIT"}] == ["BEGIN IMMEDIATE", "COMMIT"]
    assert len(statements) <= 8, statements


def test_put_is_synced_to_disk(outbox: Outbox) -> None:
    """The commit is durable."""
    with outbox._store._database.reading() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_reader_does_not_block_a_writer(outbox: Outbox) -> None:
    """Because of the write-ahead log."""
    outbox.put(event(1))
    listing = outbox.pending()
    next(listing)
    put = threading.Thread(target=outbox.put, args=(event(2),))
    put.start()
    put.join(10)
    assert ids(listing) == ["evt_0002"]


def test_stored_json_is_ascii(outbox: Outbox) -> None:
    """Any tool can read it."""
    outbox.put(event(1, profile="usér"))
    with closing(sqlite3.connect(outbox.path)) as connection:
        ((text,),) = connection.execute("SELECT event FROM events").fetchall()
    assert json.loads(text) == event(1, profile="usér").to_dict()
