"""The rejects file over several runs: it is resumed, complete, and never replaces another file."""

from __future__ import annotations

import csv
import json
import sys
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapty import AdaptyUsageError, MailProfile
from adapty.bulk._inputs.rows import Row
from adapty.bulk._state.rejects import RejectsFile, finalize_rejects, rejects_name
from tests.cases import case
from tests.conftest import PROFILE

if TYPE_CHECKING:
    from collections.abc import Iterator

if sys.platform != "win32":
    import resource


class Interrupted(Exception):  # noqa: N818 - what breaks a run off here is no error
    """An interruption of a run."""


def row(number: int, /, **cells: Any) -> Row:
    """Create a row of an input with one column."""
    return Row(number, source=cells or {"email": f"row {number}"})


def refused(path: Path) -> list[int]:
    """Return the line numbers of a rejects file in order, and check its rows."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file, strict=True)] if ".csv" in path.name else [*map(json.loads, file)]
    for each in rows:
        assert each["email"] == f"row {each['_line']}"
        assert each["_error"] == "no"
    return [int(each["_line"]) for each in rows]


def write_and_interrupt(path: Path, *numbers: int, resume_at: int | None = None) -> tuple[int, Path]:
    """Reject some rows, save, and interrupt; return the saved size and the path of the rows."""
    with suppress(Interrupted), RejectsFile(path, run_id="run", resume_at=resume_at) as rejects:
        for number in numbers:
            rejects.add(row(number), "no")
        size = rejects.sync()
        raise Interrupted
    return size, rejects.partial_path


@pytest.fixture(params=["out.csv", "out.jsonl"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return the path of a rejects file of each format."""
    return tmp_path / str(request.param)


def test_rejects_file_is_named_after_its_input() -> None:
    """It has the name and format of the input, uncompressed; iterables have JSON Lines."""
    cases: list[tuple[str, str]] = [
        ("base.csv", "base.rejects.csv"),
        ("base.csv.gz", "base.rejects.csv"),
        ("Base.2026.JSONL.GZ", "Base.2026.rejects.JSONL"),
        ("base.ndjson", "base.rejects.ndjson"),
        ("base.rejects.csv", "base.rejects.rejects.csv"),
        ("profiles", "profiles.rejects.jsonl"),
        ("orders.v2", "orders.v2.rejects.jsonl"),
    ]
    for source, name in cases:
        with case(source, name):
            assert rejects_name(source) == name


def test_resumed_run_continues_its_file(path: Path) -> None:
    """Rows before and after an interruption are in one file, in order, with one header."""
    size, partial_path = write_and_interrupt(path, 1, 2)
    assert refused(partial_path) == [1, 2]
    assert not path.exists()

    with RejectsFile(path, run_id="run", resume_at=size) as rejects:
        rejects.add(row(3), "no")
        assert rejects.count == 1

    assert refused(path) == [1, 2, 3]
    assert [*path.parent.iterdir()] == [path]


def test_rows_after_the_checkpoint_are_removed(path: Path) -> None:
    """The run rejects the same rows again, so they must not be duplicated."""
    size, partial_path = write_and_interrupt(path, 1)
    write_and_interrupt(path, 2, 3, resume_at=size)
    with partial_path.open("ab") as file:
        file.write(b"half a ro")

    with RejectsFile(path, run_id="run", resume_at=size) as rejects:
        rejects.add(row(3), "no")

    assert refused(path) == [1, 3]


@pytest.mark.parametrize("resume_at", [None, 0])
def test_without_checkpoint_the_run_starts_over(path: Path, resume_at: int | None) -> None:
    """Nothing is resumed, and no checkpoint is left."""
    write_and_interrupt(path, 1, 2)

    with RejectsFile(path, run_id="run", resume_at=resume_at) as rejects:
        rejects.add(row(1), "no")

    assert refused(path) == [1]


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    name=st.sampled_from(["out.csv", "out.jsonl"]),
    runs=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=6),
)
def test_each_row_is_written_once_over_any_runs(scratch: Path, name: str, runs: list[tuple[int, int]]) -> None:
    """Rows after the last save are not duplicated, however often a run is interrupted."""
    path = scratch / name
    done, size = 0, None
    for kept, lost in runs:
        with suppress(Interrupted), RejectsFile(path, run_id="run", resume_at=size) as rejects:
            for number in range(done, done + kept):
                rejects.add(row(number), "no")
            done, size = done + kept, rejects.sync()
            for number in range(done, done + lost):
                rejects.add(row(number), "no")
            raise Interrupted

    with RejectsFile(path, run_id="run", resume_at=size) as rejects:
        rejects.add(row(done), "no")

    assert refused(rejects.path) == [*range(done + 1)]
    rejects.path.unlink()


def second(path: Path) -> Path:
    """Return the second name of a rejects file."""
    return path.with_name(f"{path.stem}-2{path.suffix}")


def test_earlier_file_is_not_changed(path: Path) -> None:
    """The rejects of an earlier run are unchanged after every interruption and at the end."""
    path.write_text("being corrected")

    size, _ = write_and_interrupt(path, 1)
    assert path.read_text() == "being corrected"
    size, _ = write_and_interrupt(path, 2, resume_at=size)
    assert path.read_text() == "being corrected"

    with RejectsFile(path, run_id="run", resume_at=size) as rejects:
        pass
    assert path.read_text() == "being corrected"
    assert rejects.path == second(path)
    assert refused(rejects.path) == [1, 2]


def test_resumed_run_without_rejects_creates_no_file(path: Path) -> None:
    """Only the earlier file is left."""
    path.write_text("of an earlier run")
    size, _ = write_and_interrupt(path)

    with RejectsFile(path, run_id="run", resume_at=size):
        pass

    assert [*path.parent.iterdir()] == [path]
    assert path.read_text() == "of an earlier run"


def test_run_without_checkpoint_writes_its_rejects_on_interruption(path: Path) -> None:
    """It cannot be resumed, so the rows so far are written."""
    with suppress(Interrupted), RejectsFile(path) as rejects:
        rejects.add(row(1), "no")
        raise Interrupted

    assert refused(path) == [1]
    assert [*path.parent.iterdir()] == [path]


def test_run_without_checkpoint_and_rejects_keeps_an_earlier_file(path: Path) -> None:
    """An interruption before the first rejected record changes nothing."""
    path.write_text("being corrected")

    with suppress(Interrupted), RejectsFile(path):
        raise Interrupted

    assert path.read_text() == "being corrected"
    assert [*path.parent.iterdir()] == [path]


def test_runs_do_not_share_a_file(path: Path) -> None:
    """Two inputs of one name can be imported at the same time."""
    with RejectsFile(path, run_id="one") as one, RejectsFile(path, run_id="other") as other:
        for number in (1, 2):
            one.add(row(number), "no")
            other.add(row(number + 10), "no")
        assert refused(one.partial_path) == [1, 2]

    assert {one.path, other.path} == {path, second(path)}
    assert (refused(one.path), refused(other.path)) == ([1, 2], [11, 12])


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda path: path.unlink(), "cannot be opened: No such file"),
        (
            lambda path: path.write_bytes(path.read_bytes()[:-1]),
            "has changed since the run was interrupted",
        ),
        (lambda path: path.write_bytes(b""), "has changed since the run was interrupted"),
        (lambda path: path.write_bytes(b"x" * 10_000), "has changed since the run was interrupted"),
    ],
)
def test_changed_partial_file_is_rejected(path: Path, change: Any, problem: str) -> None:
    """The run does not resume if rejected rows would be missing, and names the file to restore."""
    size, partial_path = write_and_interrupt(path, 1, 2)
    change(partial_path)

    with pytest.raises(AdaptyUsageError, match=problem) as caught:
        RejectsFile(path, run_id="run", resume_at=size)

    assert str(partial_path) in str(caught.value)
    assert "remove the checkpoint to start over" in str(caught.value)


def test_rows_with_other_columns_are_rejected(tmp_path: Path) -> None:
    """A row that does not fit the header of the earlier run is an error."""
    path = tmp_path / "out.csv"
    size, _ = write_and_interrupt(path, 1)

    with (
        pytest.raises(AdaptyUsageError, match="has other columns than this input"),
        RejectsFile(path, run_id="run", resume_at=size) as rejects,
    ):
        rejects.add(row(2, name="Jane"), "no")

    with RejectsFile(path, run_id="run", resume_at=size) as rejects:
        rejects.add(row(2), "no")
    assert refused(path) == [1, 2]


def test_any_header_is_read_back(tmp_path: Path) -> None:
    """Line breaks, quotes and invalid UTF-8 in a column name do not prevent resuming."""
    path = tmp_path / "out.csv"
    columns = {'a"b': "1", "c\nd": "2", "e,f": "3", "Zo\udceb": "4", "": "5"}
    with suppress(Interrupted), RejectsFile(path, run_id="run") as rejects:
        rejects.add(row(1, **columns), "no")
        size = rejects.sync()
        raise Interrupted

    with RejectsFile(path, run_id="run", resume_at=size) as rejects:
        rejects.add(row(2, **columns), "no")

    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        header, *rows = csv.reader(file, strict=True)
    assert header == [*columns, "_line", "_error", "_raw"]
    assert [each[:6] for each in rows] == [[*columns.values(), "1"], [*columns.values(), "2"]]


def test_file_is_renamed_after_a_kill_before_the_rename(path: Path) -> None:
    """The next run renames the file once."""
    path.write_text("of an earlier run")
    write_and_interrupt(path, 1)
    noted: list[Path] = []

    assert finalize_rejects(path, "run", None, noted.append) == second(path)
    assert (noted, refused(second(path))) == ([second(path)], [1])

    second(path).write_text("corrected since")
    assert finalize_rejects(path, "run", noted[-1], noted.append) == second(path)
    assert (noted, second(path).read_text()) == ([second(path)], "corrected since")


def test_file_is_renamed_after_a_kill_after_the_name_was_saved(path: Path) -> None:
    """The saved name is used unless another file has it now."""
    for content, place in (("", path), ("of another program", second(path))):
        path.write_text(content)
        write_and_interrupt(path, 1)

        assert finalize_rejects(path, "run", path, lambda _: None) == place

        assert refused(place) == [1]


def test_kill_without_rejects_needs_no_rename(path: Path) -> None:
    """Existing files stay unchanged."""
    path.write_text("of an earlier run")
    write_and_interrupt(path)

    for _ in range(2):
        assert finalize_rejects(path, "run", None, lambda _: pytest.fail("there is nothing to note")) is None
        assert [*path.parent.iterdir()] == [path]


def test_name_that_cannot_be_saved_is_released(path: Path) -> None:
    """If the checkpoint cannot be written, the next run renames the file."""

    def on_rename(_: Path) -> None:
        raise AdaptyUsageError("the checkpoint cannot be written")

    rejects = RejectsFile(path, run_id="run", on_rename=on_rename)
    rejects.add(row(1), "no")
    with pytest.raises(AdaptyUsageError, match="the checkpoint"), rejects:
        pass

    assert [*path.parent.iterdir()] == [rejects.partial_path]
    assert finalize_rejects(path, "run", None, lambda _: None) == path


def test_folder_with_the_name_is_skipped(path: Path) -> None:
    """The rows get the next free name."""
    rejects = RejectsFile(path)
    rejects.add(row(1), "no")
    path.mkdir()

    with rejects:
        pass

    assert refused(second(path)) == [1]


def test_failed_rename_keeps_the_rows(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the file with the rows."""

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    rejects = RejectsFile(path)
    rejects.add(row(1), "no")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refuse)
        with pytest.raises(AdaptyUsageError, match="cannot be created: Permission denied") as caught, rejects:
            pass

    assert refused(rejects.partial_path) == [1]
    assert str(rejects.partial_path) in str(caught.value)


def test_invalid_name_is_rejected(tmp_path: Path) -> None:
    """The error is raised when the file is opened."""
    cases: list[str] = ["no\0name.csv", "missing/out.csv", "n" * 300 + ".csv", "n" * 250 + ".csv"]
    for name in cases:
        with case(name):
            with pytest.raises(AdaptyUsageError, match="cannot be opened: "):
                RejectsFile(tmp_path / name, tmp_path / "in.csv")

            assert [*tmp_path.iterdir()] == []


def test_python_values_are_written_as_json(tmp_path: Path) -> None:
    """Rows with Python objects, and records, are written as JSON."""
    with RejectsFile(tmp_path / rejects_name("profiles")) as rejects:
        rejects.add(
            row(1, at=datetime(2026, 6, 1, tzinfo=UTC), day=date(1990, 5, 21), price=Decimal("9.90"), odd=object()),
            "no",
        )
        rejects.add(Row(2, record=MailProfile.from_dict(PROFILE)), "no")
        rejects.add(row(3, half="\ud83d", number=float("nan")), "no \ud83d")

    first, second, third = map(json.loads, (tmp_path / "profiles.rejects.jsonl").read_bytes().splitlines())
    assert (first["at"], first["day"], first["price"]) == ("2026-06-01T00:00:00+00:00", "1990-05-21", "9.90")
    assert "object" in first["odd"]
    assert second["email"] == PROFILE["email"]
    assert (third["half"], third["number"], third["_error"]) == ("\ud83d", "nan", "no \ud83d")


def test_lone_surrogate_in_a_reason_is_escaped(tmp_path: Path) -> None:
    """A lone surrogate in a response does not stop an import of CSV."""
    with RejectsFile(tmp_path / "out.csv") as rejects:
        rejects.add(row(1), "no \ud83d")

    assert b"no \\ud83d" in (tmp_path / "out.csv").read_bytes()


def test_failed_fsync_is_an_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No checkpoint is saved for rows that may not be on disk."""

    def fail(_: int) -> None:
        raise OSError(5, "Input/output error")

    with RejectsFile(path, run_id="run") as rejects:
        monkeypatch.setattr("os.fsync", fail)
        with pytest.raises(AdaptyUsageError, match=f"{path.name}: cannot be written: Input/output error"):
            rejects.sync()


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """Limit the size of files to simulate a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of the kind there")
@pytest.mark.parametrize("before", [0, 1])
def test_full_disk_leaves_no_partial_row(path: Path, before: int) -> None:
    """A row that does not fit is an error and not written; it can be added later."""
    with RejectsFile(path, run_id="run") as rejects:
        for number in range(before):
            rejects.add(row(number), "no")
        size = rejects.sync()
        with (
            no_file_longer_than(size + 10),
            pytest.raises(AdaptyUsageError, match=f"{path.name}: cannot be written: "),
        ):
            rejects.add(row(before), "no")
        assert rejects.sync() == size == rejects.partial_path.stat().st_size
        rejects.add(row(before), "no")

    assert refused(path) == [*range(before + 1)]
