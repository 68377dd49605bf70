"""A run is killed at each of its steps and resumed: no record is skipped, counted twice or rejected twice.

This file is also the run that gets killed: a small one, with the checkpoints, the workers out of order and the end of a
real one. It is started as a script, which forks a process for each run, so that hundreds of kills take seconds.
"""

from __future__ import annotations

import gc
import json
import os
import random
import signal
import sqlite3
import sys
import traceback
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adapty import MailProfile, TransactionEvent
from adapty.bulk._inputs.rows import Row
from adapty.bulk._state.checkpoint import Checkpoint, StageState
from adapty.bulk._state.completed import CompletedSet
from adapty.bulk._state.rejects import RejectsFile, finalize_rejects
from tests.conftest import EVENT, PROFILE
from tests.python_processes import run_python

if TYPE_CHECKING:
    from collections.abc import Callable

    Step = Callable[[], None]

ROOT = Path(__file__).resolve().parents[3]
STAGES = {"profiles": "base.rejects.csv", "sound": "sound.rejects.csv", "events": "log.rejects.jsonl"}
OWNERS = 5
KINDS = ["subscription_started", "subscription_expired", "subscription_refunded", "billing_issue_detected"]


def is_refused(stage: str, number: int) -> bool:
    """Return whether the API rejects a record."""
    return stage != "sound" and number % 4 == 1


def record(stage: str, number: int) -> MailProfile | TransactionEvent:
    """Create a record; events repeat, come late, and share an instant with others of their profile."""
    owner = f"user_{number % OWNERS}"
    if stage != "events":
        return MailProfile.from_dict({**PROFILE, "external_profile_id": owner})
    return TransactionEvent.from_dict(
        {
            **EVENT,
            "external_profile_id": owner,
            "event_id": f"evt_{number * 7 % 11}",
            "event_type": KINDS[number % len(KINDS)],
            "event_datetime": datetime(2026, 6, 1, tzinfo=UTC) + timedelta(hours=number * 3 % 4),
        }
    )


def completion_order(count: int, chance: random.Random) -> list[int]:
    """Return the numbers in the order of completion: in order within a profile, with offsets between workers.

    They are less apart than events of one id, so that it is always the same one that comes first.
    """
    leads = [chance.randrange(8) for _ in range(OWNERS)]
    return sorted(range(count), key=lambda number: (number - leads[number % OWNERS], number))


def run(folder: Path, count: int, chance: random.Random, step: Step) -> None:
    """Run or resume the job; `step` is called between any two actions."""
    with Checkpoint.open(folder / "checkpoint", {"count": str(count)}) as checkpoint:
        rejects = {
            stage: run_stage(checkpoint, stage, folder / name, count=count, chance=chance, step=step)
            for stage, name in STAGES.items()
        }
        report = {
            "rejects": {stage: path and path.name for stage, path in rejects.items()},
            "counts": {stage: dict(saved.counts) for stage in STAGES if (saved := checkpoint.load(stage))},
            "flows": checkpoint.flow_counter.count(saved_profiles=True),
            "all flows": checkpoint.flow_counter.count(saved_profiles=False),
            "events without profile": checkpoint.flow_counter.count_events_without_profile(),
        }
        (folder / "report.json").write_text(json.dumps(report))
        step()
        checkpoint.finish()


def run_stage(
    checkpoint: Checkpoint, stage: str, target: Path, *, count: int, chance: random.Random, step: Step
) -> Path | None:
    """Run one stage like the engine, and return the path of its rejects."""

    def note(path: Path) -> None:
        checkpoint.set_rejects_path(stage, path)
        step()

    saved = checkpoint.load(stage)
    if saved is not None and saved.done:
        assert checkpoint.run_id
        return finalize_rejects(target, checkpoint.run_id, checkpoint.rejects_path(stage), note)
    handled = CompletedSet.from_bytes(saved.completed) if saved else CompletedSet()
    counts = Counter(saved.counts if saved else {})
    size = saved.results_size if saved else None
    with RejectsFile(target, run_id=checkpoint.run_id, resume_at=size, on_rename=note) as rejects:

        def save(*, done: bool = False) -> None:
            results_size = rejects.sync()
            step()
            checkpoint.save(
                stage, StageState(completed=handled.to_bytes(), counts=counts, results_size=results_size, done=done)
            )
            step()

        for number in completion_order(count, chance):
            if number in handled:
                continue
            if is_refused(stage, number):
                rejects.add(Row(number, source={"email": str(number)}), "no")
                step()
            else:
                with (target.parent / f"{stage}.accepted").open("ab", buffering=0) as accepted:
                    accepted.write(f"{number}\n".encode())
                step()
                checkpoint.flow_counter.add(record(stage, number))
            counts["refused" if is_refused(stage, number) else "accepted"] += 1
            handled.add(number)
            step()
            if chance.random() < 0.25:
                save()
        save(done=True)
    return rejects.path if counts["refused"] else None


class Unsynced(sqlite3.Connection):
    """A connection without fsync; a kill of the process loses nothing."""

    def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
        """Execute a statement with synchronous off."""
        return super().execute("PRAGMA synchronous = OFF" if "synchronous" in sql else sql, *arguments)


def unsynced(fd: Any) -> None:
    """Replace fsync, for the same reason."""


def step_around_everything(step: Step) -> None:
    """Call `step` around each statement of SQLite, each unlink and each rename."""
    connect = sqlite3.connect

    def stepping_connect(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **options, factory=Unsynced)
        connection.execute("PRAGMA synchronous = OFF")
        connection.set_trace_callback(lambda _: step())
        return connection

    def stepping(change: Callable[..., Any]) -> Callable[..., Any]:
        def stepping_change(*arguments: Any, **options: Any) -> Any:
            step()
            result = change(*arguments, **options)
            step()
            return result

        return stepping_change

    os.fsync = unsynced
    sqlite3.connect = stepping_connect  # type: ignore[assignment]
    Path.unlink, Path.replace = stepping(Path.unlink), stepping(Path.replace)  # type: ignore[method-assign]


def killed_at(step: int | None) -> Step:
    """Return a function that kills this process at a step, counted from 1."""
    taken = 0

    def count() -> None:
        nonlocal taken
        taken += 1
        if taken == step:
            os.kill(os.getpid(), signal.SIGKILL)

    return count


def is_killed(folder: Path, count: int, seed: int, step: int | None) -> bool:
    """Run the job in a forked process, and return whether it was killed."""
    process = os.fork()
    if process == 0:
        code = 1
        try:
            steps = killed_at(step)
            step_around_everything(steps)
            run(folder, count, random.Random(seed), steps)  # noqa: S311 - nothing secret
            code = 0
        finally:
            if code:
                traceback.print_exc()
            os._exit(code)
    _, status = os.waitpid(process, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in {0, -signal.SIGKILL}, code
    return code != 0


def refused(path: Path) -> list[str]:
    """Return the line numbers of a rejects file."""
    lines = path.read_text().splitlines()
    if path.suffix == ".jsonl":
        return sorted(str(json.loads(line)["_line"]) for line in lines)
    assert lines[0] == "email,_line,_error,_raw"
    return sorted(line.split(",")[1] for line in lines[1:])


def outcome(folder: Path, count: int) -> dict[str, Any]:
    """Check all files of a completed run, and return its report."""
    report: dict[str, Any] = json.loads((folder / "report.json").read_text())
    files = {stage: name for stage, name in report.pop("rejects").items() if name}
    everything = {f"{stage}.accepted" for stage in STAGES} | {"report.json", *STAGES.values(), *files.values()}
    left = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert everything <= left.keys()
    # A name that was taken, and not noted yet, when the process was killed, stays taken by an empty file; and a run
    # that was killed when its checkpoint was gone already is followed by a new one, whose rejects get the next names.
    assert {left[name] for name in left.keys() - everything} <= {b"", *(left[name] for name in files.values())}
    assert {(folder / name).read_text() for name in STAGES.values()} == {"of an earlier run"}
    for stage in STAGES:
        accepted = {int(line) for line in (folder / f"{stage}.accepted").read_text().splitlines()}
        assert accepted == {number for number in range(count) if not is_refused(stage, number)}
        expected = sorted(str(number) for number in range(count) if is_refused(stage, number))
        assert (refused(folder / files[stage]) if stage in files else []) == expected
    assert all(sum(counts.values()) == count for counts in report["counts"].values())
    with_events = {number % OWNERS for number in range(count) if not is_refused("events", number)}
    assert sum(report["flows"].values()) == OWNERS
    assert sum(report["all flows"].values()) == len(with_events)
    assert report["events without profile"] == 0
    return report


def kill_at_every_step(folder: Path) -> None:
    """Kill a run once, at each of its steps in turn, and complete it."""
    count, seed = 5, 1
    assert not is_killed(made(folder / "whole"), count, seed, None)
    expected = outcome(folder / "whole", count)
    kills = 0
    while is_killed(made(folder / str(kills)), count, seed, kills + 1):
        assert not is_killed(folder / str(kills), count, seed + 1, None)
        assert outcome(folder / str(kills), count) == expected, kills
        kills += 1
    print(kills)  # noqa: T201 - the test reads it


def kill_again_and_again(folder: Path) -> None:
    """Kill runs at random steps until each is complete."""
    count, kills = 40, 0
    assert not is_killed(made(folder / "whole"), count, 1, None)
    expected = outcome(folder / "whole", count)
    for seed in range(3):
        chance = random.Random(seed)  # noqa: S311 - nothing secret
        made(folder / str(seed))
        while is_killed(folder / str(seed), count, chance.randrange(1000), chance.randrange(1, 80)):
            kills += 1
        assert outcome(folder / str(seed), count) == expected
    print(kills)  # noqa: T201 - the test reads it


def made(folder: Path) -> Path:
    """Create a folder with rejects files of an earlier run."""
    folder.mkdir()
    for name in STAGES.values():
        (folder / name).write_text("of an earlier run")
    return folder


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes made by forking here")
@pytest.mark.parametrize(("how", "least"), [("kill_at_every_step", 50), ("kill_again_and_again", 12)])
def test_killed_run_is_resumed(tmp_path: Path, how: str, least: int) -> None:
    """However often a run is killed, the final result is that of an uninterrupted run."""
    done = run_python("-m", "tests.bulk._state.test_checkpoint_kill", how, str(tmp_path), cwd=ROOT, timeout=100)

    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) >= least


if __name__ == "__main__":
    # Compiles patterns that each forked process would compile otherwise.
    for each in STAGES:
        record(each, 0)
    gc.freeze()
    globals()[sys.argv[1]](Path(sys.argv[2]))
