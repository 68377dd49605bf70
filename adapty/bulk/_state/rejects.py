"""The file of refused records: the input's own format, with the reason, to be mended and fed back."""

from __future__ import annotations

import csv
import io
import json
import os
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Self

from adapty._private_files import append_to_private_file, create_private_file
from adapty.bulk._inputs.columns import META_COLUMNS
from adapty.bulk._inputs.files import file_format, split_name
from adapty.bulk._inputs.to_json import source_as_json
from adapty.bulk._state.resume_advice import UnusableStateError
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import TracebackType

    from adapty.bulk._inputs.rows import Row

__all__ = ["RejectsFile", "finalize_rejects", "rejects_name"]


def rejects_name(source_name: str, *, dry_run: bool = False) -> str:
    """Name the rejects file of an input: in its format, unpacked; JSON Lines for what does not come from a file.

    Args:
        source_name: The input's name.
        dry_run: Whether the records are refused by a check only, and are all to be sent yet.

    Example:
        >>> rejects_name("base.csv"), rejects_name("base.csv.gz"), rejects_name("profiles")
        ('base.rejects.csv', 'base.rejects.csv', 'profiles.rejects.jsonl')
        >>> rejects_name("base.csv", dry_run=True)
        'base.dry-run.rejects.csv'
    """
    word = ".dry-run.rejects" if dry_run else ".rejects"
    try:
        file_format(Path(source_name))
    except AdaptyUsageError:
        return f"{source_name}{word}.jsonl"
    stem, ending = split_name(Path(source_name))
    return f"{stem}{word}{ending}"


class RejectsFile:
    """Collects the refused rows of one input.

    Rows are written to `partial_path`, beside `path`, and the file is renamed when the input is complete. Without
    rejected rows there is no file. An existing file is never overwritten, as it can be the only copy of earlier
    rejects: the new file gets the first free name, such as `base.rejects-2.csv`. With `replace`, as for a dry run, it
    is overwritten.

    If the run is interrupted, the file depends on whether the run can be resumed. With a `run_id` the rows stay at
    `partial_path`, and the resumed run appends to them; do not edit that file. Without a `run_id` the file is renamed,
    unless it is empty. After a kill the rows are at `partial_path` in both cases, except the one that was being
    written.

    A row has the fields of the input, `_line`, its line in the input, and `_error`, the reason. The text of a row that
    could not be parsed is in `_raw`.

    Attributes:
        path: The file that the rows are for; once they are there, where they are.
        partial_path: Where the rows are until then.
        count: How many rows were added here.
    """

    def __init__(
        self,
        path: Path,
        source: Path | None = None,
        *,
        run_id: str | None = None,
        resume_at: int | None = None,
        note: Callable[[Path], object] = lambda _: None,
        replaces: bool = False,
        delimiter: str = ",",
    ) -> None:
        """Open the file, before anything is sent: a folder that cannot take it is found now.

        Args:
            path: The file to write, in the format that its name says.
            source: The input that the rows come from, if that is a file.
            run_id: What the checkpoint names the run with, where it can go on after it broke off.
            resume_at: The length in bytes that the file had at the checkpoint to go on from; what came after it is
                dropped. None begins anew.
            note: Called with the name that the rows get, before they get it; see `finalize_rejects`.
            replaces: Whether an existing file is overwritten, or removed if nothing is rejected.
            delimiter: The character between the cells of CSV, the input's.

        Raises:
            AdaptyUsageError: It is the input itself or a folder, it cannot be opened, or it is not there any more as
                the checkpoint knew it.
        """
        _check_place(path, source)
        self.path = path
        self.count = 0
        self.partial_path = _partial_path(path, run_id or token_hex(4))
        self._format = file_format(path)
        self._goes_on = run_id is not None
        self._note = note
        self._replaces = replaces
        self._delimiter = delimiter
        self._columns: list[str] = []
        self._size = resume_at or 0
        if self._size:
            _check_as_left(self.partial_path, self._size)
        try:
            # Without a buffer, so that what is added has left this process, and a row is there whole or not at all.
            self._file = append_to_private_file(self.partial_path)
            self._file.truncate(self._size)
        except OSError as problem:
            raise _unopened(path, problem) from None
        if self._size and self._format == "csv":
            self._columns = _header(self.partial_path, delimiter)

    def add(self, row: Row, reason: str) -> None:
        """Write one refused row with the reason. When this returns, a kill of the process does not lose it.

        Raises:
            AdaptyUsageError: The file takes no more, or a row of a resumed run has other columns than those before.
        """
        notes = {"_line": row.line, "_error": reason}
        if self._format == "jsonl":
            self._write(_json_line({**source_as_json(row), **notes}, has_invalid_utf8=row.has_invalid_utf8))
        else:
            self._write(self._csv_rows({**row.source, **notes}))
        self.count += 1

    def sync(self) -> int:
        """See that what was added is there after a crash of the machine too, and give the length of the file in bytes.

        Raises:
            AdaptyUsageError: The disk does not take it.
        """
        try:
            os.fsync(self._file.fileno())
        except OSError as problem:
            raise self._unwritable(problem) from None
        return self._size

    def _csv_rows(self, noted: Mapping[str, Any]) -> bytes:
        """Give a row of CSV, after the header where it is the first one."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=self._delimiter)
        if not self._size:
            self._columns = [*dict.fromkeys((*noted, *META_COLUMNS))]
            writer.writerow(self._columns)
        if not noted.keys() <= {*self._columns}:
            expected = "put back the one that the run began with, or remove the checkpoint to begin anew"
            raise UnusableStateError(f"{self.partial_path}: has not the columns of this input; {expected}")
        writer.writerow([noted.get(name, "") for name in self._columns])
        return _encoded(text.getvalue())

    def _write(self, data: bytes) -> None:
        """Write all of it, or nothing."""
        left = data
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError as problem:
            with suppress(OSError):
                self._file.truncate(self._size)
            raise self._unwritable(problem) from None
        self._size += len(data)

    def _unwritable(self, problem: OSError) -> AdaptyUsageError:
        return AdaptyUsageError(f"{self.path}: cannot be written: {problem.strerror}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()
        if exc is not None and self._goes_on:
            return
        if exc is None or self._size:
            place = _replace if self._replaces else partial(_put_in_place, note=self._note)
            with _telling(self.partial_path, self.path, exc):
                self.path = place(self.partial_path, self.path) or self.path
        else:
            with suppress(OSError):
                self.partial_path.unlink(missing_ok=True)


def finalize_rejects(path: Path, run_id: str, noted: Path | None, note: Callable[[Path], object]) -> Path | None:
    """Put the rejects file of an input that is through in its place, where the run was killed before it could.

    Args:
        path: The file that the rows are for.
        run_id: What the checkpoint names the run with.
        noted: The name that `note` was called with last, by whichever process; None where it was not.
        note: Called with the name that the rows get, before they get it.

    Returns:
        Where the rows are; None where nothing was refused.

    Raises:
        AdaptyUsageError: They cannot be put in place.
    """
    partial_path = _partial_path(path, run_id)
    if not partial_path.exists():
        return noted
    with _telling(partial_path, path, None):
        if noted is not None and _is_reserved(noted):
            return partial_path.replace(noted)
        return _put_in_place(partial_path, path, note)


def _put_in_place(partial_path: Path, wanted: Path, note: Callable[[Path], object]) -> Path | None:
    """Give the rows the first name that is free, and tell it; None where there are none."""
    if not partial_path.stat().st_size:
        partial_path.unlink()
        return None
    path = _reserved(wanted)
    try:
        note(path)
    except BaseException:
        path.unlink()
        raise
    return partial_path.replace(path)


def _replace(partial_path: Path, path: Path) -> Path | None:
    if partial_path.stat().st_size:
        return partial_path.replace(path)
    path.unlink(missing_ok=True)
    partial_path.unlink()
    return None


def _reserved(wanted: Path) -> Path:
    """Take the first name that is free: an empty file stands there now, so that no other run takes it too."""
    for number in count(1):
        path = wanted if number == 1 else wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
        with suppress(FileExistsError):
            create_private_file(path)
            return path
    raise AssertionError  # pragma: no cover - numbers do not end


def _is_reserved(path: Path) -> bool:
    return path.is_file() and not path.stat().st_size


@contextmanager
def _telling(partial_path: Path, path: Path, stop: BaseException | None) -> Iterator[None]:
    """Say where the rows are if they cannot be put in place."""
    try:
        yield
    except OSError as problem:
        reason = f"cannot be put in place: {problem.strerror}; what was refused is in {partial_path}"
        raise AdaptyUsageError(f"{path}: {reason}") from stop


def _partial_path(path: Path, run_id: str) -> Path:
    """Name the file of a run: two that are under way never share one."""
    return path.with_name(f"{path.name}.{run_id}.part")


def _check_place(path: Path, source: Path | None) -> None:
    """See that the file is not the input, by whichever name, and is no folder."""
    try:
        if source is not None and path.resolve() == source.resolve():
            raise AdaptyUsageError(f"{path}: is the input itself; expected another file for the rejects")
        if path.is_dir():
            raise AdaptyUsageError(f"{path}: is a folder; expected room for a file of this name")
    except (OSError, ValueError) as problem:
        raise problem if isinstance(problem, AdaptyUsageError) else _unopened(path, problem) from None


def _unopened(path: Path, problem: OSError | ValueError) -> AdaptyUsageError:
    reason = problem.strerror if isinstance(problem, OSError) else "its name is none"
    return AdaptyUsageError(f"{path}: cannot be opened: {reason}")


def _check_as_left(partial_path: Path, size: int) -> None:
    """See that a file still has what was in it at a checkpoint."""
    try:
        with partial_path.open("rb") as file:
            file.seek(size - 1)
            if file.read(1) == b"\n":
                return
        problem = "has changed since the run broke off"
    except OSError as fault:
        problem = f"has the records that were refused so far, and cannot be opened: {fault.strerror}"
    raise AdaptyUsageError(f"{partial_path}: {problem}; put it back, or remove the checkpoint to begin anew")


def _header(partial_path: Path, delimiter: str) -> list[str]:
    """Read the columns back; none where there is no header, so that no row fits."""
    try:
        with partial_path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
            return next(csv.reader(file, delimiter=delimiter), [])
    except (OSError, csv.Error):
        return []


def _encoded(text: str) -> bytes:
    """Give text as UTF-8, bytes that were none as they were; what neither can carry is escaped."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace")


def _json_line(noted: Mapping[str, Any], *, has_invalid_utf8: bool) -> bytes:
    """Spell a record to be read and mended by hand, its bytes as they were; what UTF-8 cannot carry is escaped."""
    line = json.dumps(noted, ensure_ascii=False)
    try:
        return f"{line}\n".encode(errors="surrogateescape" if has_invalid_utf8 else "strict")
    except UnicodeEncodeError:
        return f"{json.dumps(noted)}\n".encode()
