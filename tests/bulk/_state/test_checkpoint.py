"""The checkpoint of a run: its content, changed plans, locking and damage."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import PIPE
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapty import AdaptyUsageError, Flow, MailProfile
from adapty.bulk._state.checkpoint import FINGERPRINT_OF, Checkpoint, StageState
from adapty.bulk._state.completed import CompletedSet
from tests.conftest import PROFILE
from tests.python_processes import PythonProcess

if TYPE_CHECKING:
    from collections.abc import Iterator


PLAN = {
    "profiles": "base.csv",
    f"{FINGERPRINT_OF}base.csv": "5-abc",
    "address": "https://mail.adapty.example",
    "mapping": "",
    "sort": "no",
}


def state(handled: int = 1, **more: Any) -> StageState:
    """Create a checkpoint with so many records handled."""
    return StageState(completed=CompletedSet(handled).to_bytes(), **more)


def begun(path: Path, plan: dict[str, str] | None = None) -> None:
    """Create the checkpoint of an interrupted run."""
    with Checkpoint.open(path, PLAN if plan is None else plan) as checkpoint:
        checkpoint.save("profiles", state())


def files(folder: Path) -> set[str]:
    """Return the names of the files in a folder."""
    return {path.name for path in folder.iterdir()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a checkpoint."""
    return tmp_path / "base.csv.checkpoint"


def test_new_checkpoint_has_nothing_to_resume(path: Path) -> None:
    """It has a start time and a run ID, and no saved stage."""
    before = datetime.now(UTC)
    with Checkpoint.open(path, PLAN) as checkpoint:
        assert (checkpoint.path, checkpoint.resumed, checkpoint.load("profiles")) == (path, False, None)
        assert before <= checkpoint.started_at <= datetime.now(UTC)
        assert checkpoint.started_at.utcoffset() == timedelta(0)
        assert checkpoint.run_id


CHECKPOINTS = st.builds(
    StageState,
    completed=st.integers(0, 10**9).map(lambda number: CompletedSet(number).to_bytes()),
    counts=st.dictionaries(st.text(max_size=5), st.integers(0, 2**70), max_size=3),
    reasons=st.dictionaries(st.text(max_size=5), st.integers(0, 10**9), max_size=3),
    results_size=st.integers(0, 2**62),
    done=st.booleans(),
)


@settings(derandomize=True, deadline=None, max_examples=20)
@given(saves=st.lists(st.tuples(st.sampled_from(["profiles", "events", "erase"]), CHECKPOINTS), max_size=6))
def test_last_save_of_each_stage_is_loaded(scratch: Path, saves: list[tuple[str, StageState]]) -> None:
    """The next run loads the last save of each stage."""
    path = scratch / "checkpoint"
    path.unlink(missing_ok=True)
    with Checkpoint.open(path, {}) as checkpoint:
        for stage, each in saves:
            checkpoint.save(stage, each)
            assert checkpoint.load(stage) == each

    saved = dict(saves)
    if not any(each.done or CompletedSet.from_bytes(each.completed).watermark for each in saved.values()):
        saved = {}
    with Checkpoint.open(path, {}) as checkpoint:
        assert {stage: checkpoint.load(stage) for stage in saved} == saved
        assert checkpoint.resumed == bool(saved)


def test_resumed_run_keeps_its_id_and_start_time(path: Path) -> None:
    """A resumed checkpoint is the one of the interrupted run."""
    with Checkpoint.open(path, PLAN) as checkpoint:
        begun_as = (checkpoint.run_id, checkpoint.started_at)
        checkpoint.save("profiles", state())
    with Checkpoint.open(path, dict(reversed(PLAN.items()))) as checkpoint:
        assert (checkpoint.run_id, checkpoint.started_at) == begun_as
        assert checkpoint.resumed


def test_runs_have_unique_ids(tmp_path: Path) -> None:
    """The files of a run are never mixed with those of another run."""
    with Checkpoint.open(tmp_path / "a", {}) as one, Checkpoint.open(tmp_path / "b", {}) as other:
        assert one.run_id != other.run_id


def test_finish_removes_all_files(path: Path) -> None:
    """A completed run leaves no file, however often it was resumed."""
    begun(path)
    begun(path)
    with Checkpoint.open(path, PLAN) as checkpoint:
        checkpoint.save("profiles", state(done=True))
        checkpoint.finish()

    assert files(path.parent) == set()


def test_close_leaves_one_file(path: Path) -> None:
    """An interrupted run leaves only the checkpoint."""
    begun(path)

    assert files(path.parent) == {path.name}


def test_finished_run_is_not_resumed(path: Path) -> None:
    """After a completed run, the same command starts over."""
    with Checkpoint.open(path, PLAN) as checkpoint:
        checkpoint.save("profiles", state())
        checkpoint.finish()

    with Checkpoint.open(path, PLAN) as checkpoint:
        assert not checkpoint.resumed


@pytest.mark.parametrize("saved", [False, True])
def test_run_without_results_can_be_started_with_another_plan(path: Path, *, saved: bool) -> None:
    """If the first run failed before its first record, a corrected command is valid."""
    with Checkpoint.open(path, PLAN) as checkpoint:
        if saved:
            checkpoint.save("profiles", state(0, counts={"accepted": 0}))
    other = {**PLAN, "address": "https://other.example"}

    with Checkpoint.open(path, other) as checkpoint:
        assert (checkpoint.resumed, checkpoint.load("profiles")) == (False, None)
        checkpoint.save("profiles", state())
    with Checkpoint.open(path, other) as checkpoint:
        assert checkpoint.resumed


def test_empty_input_can_be_done(path: Path) -> None:
    """A stage without records can be done."""
    with Checkpoint.open(path, PLAN) as checkpoint:
        checkpoint.save("profiles", state(0, done=True))

    with Checkpoint.open(path, PLAN) as checkpoint:
        assert checkpoint.resumed


CONTENTS = f"{FINGERPRINT_OF}base.csv"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({CONTENTS: "5-def"}, "base.csv has changed since the run started; restore the original file, "),
        (
            {"sort": "yes"},
            "sort has changed from 'no' to 'yes' since the run started; run it with the original settings, ",
        ),
        ({"mapping": "email=mail"}, "mapping has changed from nothing to 'email=mail' since the run started; "),
        (
            {CONTENTS: "5-def", "sort": "yes"},
            "base.csv has changed and sort has changed from 'no' to 'yes' since the run started; run it with the",
        ),
        (
            {"events": "log.jsonl", f"{FINGERPRINT_OF}log.jsonl": "7-abc"},
            "events has changed from nothing to 'log.jsonl' since the run started; run it with the original settings",
        ),
        ({"profiles": None, CONTENTS: None}, "profiles has changed from 'base.csv' to nothing since the run started; "),
        ({"address": "https://jane@mail.example"}, "address has changed since the run started; "),
        ({CONTENTS: None}, "base.csv has changed since the run started; restore the original file, "),
    ],
)
def test_changed_plan_is_rejected_with_the_changes(path: Path, changes: dict[str, Any], message: str) -> None:
    """The error names each change and how to start over."""
    begun(path)
    plan = {name: value for name, value in {**PLAN, **changes}.items() if value is not None}

    with pytest.raises(AdaptyUsageError) as caught:
        Checkpoint.open(path, plan)

    assert str(caught.value).startswith(message)
    assert str(caught.value).endswith(f", or remove {path} to start over")
    with Checkpoint.open(path, PLAN) as checkpoint:
        assert checkpoint.resumed


def test_checkpoint_of_another_kind_of_job_is_rejected(path: Path) -> None:
    """The error does not advise to remove the checkpoint of an import for an erasure."""
    begun(path)

    with pytest.raises(
        AdaptyUsageError, match=r"^checkpoint: .* belongs to an import that is not complete; "
    ) as caught:
        Checkpoint.open(path, {"users": "base.csv", "by": "email"})

    assert "remove" not in str(caught.value)


def test_two_changed_files_are_both_named(path: Path) -> None:
    """The error names both inputs."""
    plan = {f"{FINGERPRINT_OF}a.csv": "1", f"{FINGERPRINT_OF}b.csv": "1"}
    begun(path, plan)

    with pytest.raises(
        AdaptyUsageError, match=r"^a.csv has changed and b.csv has changed since .* restore the original files"
    ):
        Checkpoint.open(path, dict.fromkeys(plan, "2"))


def test_long_values_with_equal_starts_are_not_shown(path: Path) -> None:
    """The error has only the name of the setting."""
    begun(path, {"mapping": "x" * 100 + "a"})

    with pytest.raises(AdaptyUsageError, match=r"^mapping has changed since the run started"):
        Checkpoint.open(path, {"mapping": "x" * 100 + "b"})


def test_checkpoint_in_use_is_rejected(path: Path) -> None:
    """The second of two simultaneous runs is rejected and does not affect the first one."""
    with Checkpoint.open(path, PLAN) as checkpoint:
        for number in range(2):
            with pytest.raises(AdaptyUsageError, match="is in use by another run"):
                Checkpoint.open(path, PLAN)
            checkpoint.save("profiles", state(number))
    with Checkpoint.open(path, PLAN) as checkpoint:
        assert checkpoint.load("profiles") == state(1)


def test_checkpoint_removed_while_it_is_opened_is_rejected(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If one run ends and another starts meanwhile, the third is rejected."""
    ending = Checkpoint.open(path, PLAN)
    connect, others = sqlite3.connect, list[Checkpoint]()

    def connect_meanwhile(*arguments: Any, **options: Any) -> sqlite3.Connection:
        monkeypatch.setattr(sqlite3, "connect", connect)
        connection: sqlite3.Connection = connect(*arguments, **options)
        ending.finish()
        others.append(Checkpoint.open(path, PLAN))
        return connection

    monkeypatch.setattr(sqlite3, "connect", connect_meanwhile)
    with pytest.raises(AdaptyUsageError, match="is in use by another run"):
        Checkpoint.open(path, PLAN)

    (other,) = others
    other.save("profiles", state(3))
    other.close()
    with Checkpoint.open(path, PLAN) as checkpoint:
        assert checkpoint.load("profiles") == state(3)


HOLD = """
import sys
from pathlib import Path
from adapty.bulk._state.completed import CompletedSet
from adapty.bulk._state.checkpoint import StageState, Checkpoint
checkpoint = Checkpoint.open(Path(sys.argv[1]), {})
checkpoint.save("profiles", StageState(completed=CompletedSet(7).to_bytes()))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def held(path: Path) -> Iterator[PythonProcess]:
    """Start a process that uses the checkpoint."""
    with PythonProcess("-c", HOLD, str(path), stdin=PIPE, stdout=PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_lock_of_a_killed_process_is_released(path: Path, held: PythonProcess) -> None:
    """A killed run can be resumed immediately."""
    with pytest.raises(AdaptyUsageError, match="is in use by another run"):
        Checkpoint.open(path, {})
    held.kill()
    held.wait()

    with Checkpoint.open(path, {}) as checkpoint:
        assert checkpoint.load("profiles") == state(7)
        checkpoint.finish()
    assert files(path.parent) == set()


def test_killed_run_can_be_started_over(path: Path, held: PythonProcess) -> None:
    """It is enough to remove the file that the error names."""
    held.kill()
    held.wait()
    with pytest.raises(AdaptyUsageError, match=f"remove {path} to start over"):
        Checkpoint.open(path, {"sort": "yes"})
    path.unlink()

    with Checkpoint.open(path, {"sort": "yes"}) as checkpoint:
        assert (checkpoint.resumed, checkpoint.load("profiles")) == (False, None)
        checkpoint.finish()
    assert files(path.parent) == set()


def test_checkpoint_without_its_wal_is_an_older_one(path: Path, held: PythonProcess) -> None:
    """A checkpoint that was copied alone after a kill has fewer results, but no wrong ones."""
    copy = path.with_name("copy")
    copy.write_bytes(path.read_bytes())

    with Checkpoint.open(copy, {}) as checkpoint:
        assert checkpoint.load("profiles") in (None, state(7))


def foreign_text(path: Path) -> None:
    """Write a file that is not a database."""
    path.write_text("email\njane@example.com\n" * 100)


def two_bytes(path: Path) -> None:
    """Write the shortest file that is not empty for SQLite."""
    path.write_bytes(b"x\n")


def foreign_database(path: Path) -> None:
    """Create a database of another program."""
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE plan (name TEXT, value TEXT)")
    connection.close()


def newer_version(path: Path) -> None:
    """Create a checkpoint as a later release may make it."""
    begun(path)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


def cut_short(path: Path) -> None:
    """Truncate a checkpoint."""
    begun(path)
    path.write_bytes(path.read_bytes()[:-5000])


def overwritten(path: Path) -> None:
    """Write zeros over a page of a checkpoint."""
    begun(path)
    content = bytearray(path.read_bytes())
    content[4096 : 2 * 4096] = bytes(4096)
    path.write_bytes(content)


def missing_table(path: Path) -> None:
    """Drop a table of a checkpoint."""
    begun(path)
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE stages")
    connection.close()


def changed(column: str, value: object) -> Any:
    """Return a function that changes a value in a checkpoint."""

    def change(path: Path) -> None:
        begun(path)
        table = "run" if column == "started_at" else "stages"
        with sqlite3.connect(path) as connection:
            connection.execute(f"UPDATE {table} SET {column} = ?", (value,))  # noqa: S608 - names of this test
        connection.close()

    return change


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (foreign_text, "is not a checkpoint; move it away"),
        (two_bytes, "is not a checkpoint; move it away"),
        (foreign_database, "is not a checkpoint; move it away"),
        (newer_version, "was written by another version of adapty"),
        (cut_short, "is damaged; remove it to start over"),
        (overwritten, "is damaged; remove it to start over"),
        (missing_table, "is damaged; remove it to start over"),
        (changed("completed", b"abc"), "is damaged; remove it to start over"),
        (changed("completed", 5), "is damaged; remove it to start over"),
        (changed("started_at", "yesterday"), "is damaged; remove it to start over"),
        (changed("counts", "[1]"), "is damaged; remove it to start over"),
        (changed("reasons", '{"email": "many"}'), "is damaged; remove it to start over"),
        (changed("counts", "{"), "is damaged; remove it to start over"),
        (changed("results_size", "long"), "is damaged; remove it to start over"),
    ],
)
def test_invalid_checkpoint_is_rejected_and_unchanged(path: Path, make: Any, problem: str) -> None:
    """Each kind of invalid file has its own error with its name."""
    make(path)
    before = path.read_bytes()

    with pytest.raises(AdaptyUsageError) as caught, Checkpoint.open(path, PLAN) as checkpoint:
        checkpoint.load("profiles")

    assert str(caught.value).startswith(f"{path}: {problem}")
    assert path.read_bytes() == before
    assert files(path.parent) == {path.name}


def test_empty_file_becomes_a_checkpoint(path: Path) -> None:
    """A kill at the very start leaves an empty file."""
    path.touch()

    with Checkpoint.open(path, PLAN) as checkpoint:
        assert not checkpoint.resumed


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("folder", "is not a regular file; choose another path for the checkpoint"),
        (
            "missing/checkpoint",
            "cannot be opened: No such file or directory; choose another path for the checkpoint, or disable it",
        ),
        ("file/checkpoint", "cannot be opened: Not a directory"),
        ("no\0name", "cannot be opened: invalid path"),
        ("n" * 300, "cannot be opened: "),
    ],
)
def test_invalid_path_is_rejected(tmp_path: Path, name: str, problem: str) -> None:
    """The error is raised before anything is sent, and no file is left."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    before = files(tmp_path)

    with pytest.raises(AdaptyUsageError, match=problem):
        Checkpoint.open(tmp_path / name, PLAN)

    assert files(tmp_path) == before


def test_special_names_of_sqlite_are_files(tmp_path: Path) -> None:
    """A name such as ":memory:" is a file in the current folder."""
    begun(Path(":memory:"))

    assert files(tmp_path) == {":memory:"}


def test_link_is_resolved(tmp_path: Path, path: Path) -> None:
    """Two names of one checkpoint are one checkpoint; at the end the file is removed."""
    (tmp_path / "elsewhere").mkdir()
    path.symlink_to(tmp_path / "elsewhere" / "checkpoint")
    begun(path)

    with Checkpoint.open(tmp_path / "elsewhere" / "checkpoint", PLAN) as checkpoint:
        assert checkpoint.resumed
        with pytest.raises(AdaptyUsageError, match="is in use by another run"):
            Checkpoint.open(path, PLAN)
    with Checkpoint.open(path, PLAN) as checkpoint:
        checkpoint.finish()
    assert files(tmp_path / "elsewhere") == set()


def test_relative_path_is_resolved_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A later change of the current folder has no effect."""
    (tmp_path / "elsewhere").mkdir()
    with Checkpoint.open(Path("checkpoint"), PLAN) as checkpoint:
        monkeypatch.chdir(tmp_path / "elsewhere")
        checkpoint.save("profiles", state())
        checkpoint.finish()

    assert files(tmp_path) == {"elsewhere"}


def test_full_disk_keeps_the_last_save(path: Path) -> None:
    """A failed save changes nothing on disk or in memory."""
    with Checkpoint.open(path, PLAN) as checkpoint:
        checkpoint.save("profiles", state(1))
        for number in range(10_000):
            checkpoint.flow_counter.add(MailProfile.from_dict({**PROFILE, "external_profile_id": str(number)}))
        (pages,) = checkpoint._connection.execute("PRAGMA page_count").fetchone()
        checkpoint._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(AdaptyUsageError, match=f"{path.name}: cannot be written: "):
            checkpoint.save("profiles", state(10_001))
        assert checkpoint.load("profiles") == state(1)

        checkpoint._connection.execute("PRAGMA max_page_count = 1000000")
        checkpoint.save("profiles", state(10_001))

    with Checkpoint.open(path, PLAN) as checkpoint:
        assert checkpoint.load("profiles") == state(10_001)
        assert checkpoint.flow_counter.count(saved_profiles=True)[Flow.NEVER_PURCHASED] == 10_000


def test_save_after_close_is_an_error(path: Path) -> None:
    """The error is an AdaptyUsageError."""
    with Checkpoint.open(path, PLAN) as checkpoint:
        pass

    with pytest.raises(AdaptyUsageError, match="cannot be written: "):
        checkpoint.save("profiles", state())


def test_checkpoint_that_cannot_be_removed_is_an_error(path: Path) -> None:
    """Otherwise the next run of the same command would do nothing."""
    with Checkpoint.open(path, PLAN) as checkpoint:
        path.unlink()
        path.mkdir()
        with pytest.raises(AdaptyUsageError, match=r"cannot be removed: .* remove it by hand"):
            checkpoint.finish()


def test_temporary_checkpoint_has_no_path(tmp_path: Path) -> None:
    """It saves stages and flows as any other, and is never resumed."""
    with Checkpoint.temporary() as checkpoint:
        checkpoint.flow_counter.add(MailProfile.from_dict(PROFILE))
        checkpoint.save("profiles", state())
        assert (checkpoint.path, checkpoint.run_id, checkpoint.resumed) == (None, None, False)
        assert checkpoint.load("profiles") == state()
        assert checkpoint.flow_counter.count(saved_profiles=True)[Flow.NEVER_PURCHASED] == 1
        assert files(tmp_path) == set()
        checkpoint.finish()


def test_temporary_checkpoints_are_independent() -> None:
    """Runs without a checkpoint can run side by side."""
    with Checkpoint.temporary() as one, Checkpoint.temporary() as other:
        one.save("profiles", state())
        assert other.load("profiles") is None
