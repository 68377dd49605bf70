"""The rejects file: rejected records in the format of the input, with the reason, to correct and import again."""

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
from adapty.bulk._inputs.files import file_format, os_reason, split_name
from adapty.bulk._inputs.to_json import source_to_json
from adapty.bulk._state.checkpoint import UnusableStateError
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import TracebackType

    from adapty.bulk._inputs.rows import Row

__all__ = ["RejectsFile", "finalize_rejects", "partial_rejects_path", "rejects_name"]


def rejects_name(source_name: str, *, dry_run: bool = False) -> str:
    """Return the name of the rejects file of an input: in its format, not gzipped; JSON Lines for an iterable.

    Args:
        source_name: The input's name.
        dry_run: Whether the records were only checked and not sent.

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
    """Collects the rejected rows of one input.

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
        path: The final path; after the end, where the rows are.
        partial_path: The path until then.
        count: How many rows this run has added.
    """

    def __init__(
        self,
        path: Path,
        source: Path | None = None,
        *,
        run_id: str | None = None,
        resume_at: int | None = None,
        on_rename: Callable[[Path], object] = lambda _: None,
        replace: bool = False,
        delimiter: str = ",",
    ) -> None:
        """Open the file, before anything is sent, so that an unusable folder is found now.

        Args:
            path: The final path, in the format of its suffix.
            source: The input of the rows, or None.
            run_id: The ID of the run in its checkpoint, or None for a run that cannot be resumed.
            resume_at: The length in bytes that the file had at the checkpoint; the rest is cut off. None starts over.
            on_rename: Called with the final path before the file is renamed; see `finalize_rejects`.
            replace: Whether an existing file is overwritten, or removed if nothing is rejected.
            delimiter: The character between the cells of CSV, the input's.

        Raises:
            AdaptyUsageError: It is the input itself or a folder, it cannot be opened, or it has changed since the
                checkpoint.
        """
        _check_path(path, source)
        self.path = path
        self.count = 0
        self.partial_path = partial_rejects_path(path, run_id or token_hex(4))
        self._format = file_format(path)
        self._can_resume = run_id is not None
        self._on_rename = on_rename
        self._replace = replace
        self._delimiter = delimiter
        self._columns: list[str] = []
        self._size = resume_at or 0
        if self._size:
            _verify_partial(self.partial_path, self._size)
        try:
            # Without a buffer, so that what is added has left this process, and a row is there whole or not at all.
            self._file = append_to_private_file(self.partial_path)
            self._file.truncate(self._size)
        except OSError as problem:
            raise _cannot_open(path, problem) from None
        if self._size and self._format == "csv":
            self._columns = _header(self.partial_path, delimiter)

    def add(self, row: Row, reason: str) -> None:
        """Write a rejected row with its reason. When this returns, a kill of the process does not lose it.

        Raises:
            AdaptyUsageError: The file cannot be written, or a row of a resumed run has other columns than earlier rows.
        """
        meta = {"_line": row.line, "_error": reason}
        if self._format == "jsonl":
            self._write(_json_line({**source_to_json(row), **meta}, has_invalid_utf8=row.has_invalid_utf8))
        else:
            self._write(self._csv_row({**row.source, **meta}))
        self.count += 1

    def sync(self) -> int:
        """Write all rows to the disk, so that they survive a crash of the machine, and return the length in bytes.

        Raises:
            AdaptyUsageError: The disk fails.
        """
        try:
            os.fsync(self._file.fileno())
        except OSError as problem:
            raise self._unwritable(problem) from None
        return self._size

    def _csv_row(self, cells: Mapping[str, Any]) -> bytes:
        """Return a row of CSV, below the header if it is the first one."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=self._delimiter)
        if not self._size:
            self._columns = [*dict.fromkeys((*cells, *META_COLUMNS))]
            writer.writerow(self._columns)
        if not cells.keys() <= {*self._columns}:
            expected = "restore the original input, or remove the checkpoint to start over"
            raise UnusableStateError(f"{self.partial_path}: has other columns than this input; {expected}")
        writer.writerow([cells.get(name, "") for name in self._columns])
        return _encoded(text.getvalue())

    def _write(self, data: bytes) -> None:
        """Write everything or nothing."""
        rest = data
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
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
        if exc is not None and self._can_resume:
            return
        if exc is None or self._size:
            move = _overwrite if self._replace else partial(_rename, on_rename=self._on_rename)
            with _translate_errors(self.partial_path, self.path, exc):
                self.path = move(self.partial_path, self.path) or self.path
        else:
            with suppress(OSError):
                self.partial_path.unlink(missing_ok=True)


def finalize_rejects(
    path: Path, run_id: str, renamed_to: Path | None, on_rename: Callable[[Path], object]
) -> Path | None:
    """Rename the rejects file of a completed input, if the run was killed before that.

    Args:
        path: The final path.
        run_id: The ID of the run in its checkpoint.
        renamed_to: The last argument of `on_rename`, in any process, or None.
        on_rename: Called with the final path before the file is renamed.

    Returns:
        The path of the file, or None if nothing was rejected.

    Raises:
        AdaptyUsageError: The file cannot be renamed.
    """
    partial_path = partial_rejects_path(path, run_id)
    if not partial_path.exists():
        return renamed_to
    with _translate_errors(partial_path, path, None):
        if renamed_to is not None and _is_reserved(renamed_to):
            return partial_path.replace(renamed_to)
        return _rename(partial_path, path, on_rename)


def _rename(partial_path: Path, wanted: Path, on_rename: Callable[[Path], object]) -> Path | None:
    """Rename the file to the first free name, and return that; None if the file is empty."""
    if not partial_path.stat().st_size:
        partial_path.unlink()
        return None
    path = _reserve_name(wanted)
    try:
        on_rename(path)
    except BaseException:
        path.unlink()
        raise
    return partial_path.replace(path)


def _overwrite(partial_path: Path, path: Path) -> Path | None:
    if partial_path.stat().st_size:
        return partial_path.replace(path)
    path.unlink(missing_ok=True)
    partial_path.unlink()
    return None


def _reserve_name(wanted: Path) -> Path:
    """Create an empty file with the first free name, so that no other run uses that name."""
    for number in count(1):
        path = wanted if number == 1 else wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
        with suppress(FileExistsError):
            create_private_file(path)
            return path
    raise AssertionError  # pragma: no cover - there is always another number


def _is_reserved(path: Path) -> bool:
    return path.is_file() and not path.stat().st_size


@contextmanager
def _translate_errors(partial_path: Path, path: Path, cause: BaseException | None) -> Iterator[None]:
    """Raise an error that says where the rows are if the file cannot be renamed."""
    try:
        yield
    except OSError as error:
        problem = f"cannot be created: {error.strerror}; the rejected records are in {partial_path}"
        raise AdaptyUsageError(f"{path}: {problem}") from cause


def partial_rejects_path(path: Path, run_id: str) -> Path:
    """Return the path of a run's file; no two runs share one."""
    return path.with_name(f"{path.name}.{run_id}.part")


def _check_path(path: Path, source: Path | None) -> None:
    """Raise if the file is the input, under any name, or a folder."""
    try:
        is_input = source is not None and path.resolve() == source.resolve()
        is_folder = path.is_dir()
    except (OSError, ValueError) as error:
        raise _cannot_open(path, error) from None
    if is_input:
        raise AdaptyUsageError(f"{path}: is the input itself; choose another folder for the rejects")
    if is_folder:
        raise AdaptyUsageError(f"{path}: is a folder; remove or rename it")


def _cannot_open(path: Path, error: OSError | ValueError) -> AdaptyUsageError:
    return AdaptyUsageError(f"{path}: cannot be opened: {os_reason(error)}")


def _verify_partial(partial_path: Path, size: int) -> None:
    """Raise if a file does not have its content at the checkpoint any more."""
    try:
        with partial_path.open("rb") as file:
            file.seek(size - 1)
            if file.read(1) == b"\n":
                return
        problem = "has changed since the run was interrupted"
    except OSError as error:
        problem = f"has the records rejected so far, and cannot be opened: {error.strerror}"
    raise AdaptyUsageError(f"{partial_path}: {problem}; restore it, or remove the checkpoint to start over")


def _header(partial_path: Path, delimiter: str) -> list[str]:
    """Return the columns of a file; none without a header, so that no row fits."""
    try:
        with partial_path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
            return next(csv.reader(file, delimiter=delimiter), [])
    except (OSError, csv.Error):
        return []


def _encoded(text: str) -> bytes:
    """Return text as UTF-8, with the bytes that were invalid in the input; what cannot be encoded is escaped."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace")


def _json_line(record: Mapping[str, Any], *, has_invalid_utf8: bool) -> bytes:
    """Return a readable line of JSON, with the bytes of the input; what cannot be encoded is escaped."""
    line = json.dumps(record, ensure_ascii=False)
    try:
        return f"{line}\n".encode(errors="surrogateescape" if has_invalid_utf8 else "strict")
    except UnicodeEncodeError:
        return f"{json.dumps(record)}\n".encode()
