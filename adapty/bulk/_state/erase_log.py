"""The report of erased users: what came of each of them, and when, kept row by row as evidence."""

from __future__ import annotations

import csv
import io
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from adapty._private_files import ensure_private_file
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from types import TracebackType

    from adapty.models import DeletionResult

__all__ = ["EraseLog"]

_COLUMNS = ("at", "api", "id", "outcome", "reason")
_MAX_HEADER = 1000


class EraseLog:
    """A CSV file with the columns `at` (UTC), `api`, `id`, `outcome` and `reason`.

    A file that is there is appended to. A row has left this process when `add` returns, so whatever ends a run, the
    report says what it did. One that was made for a run that came to nothing is removed again.

    Attributes:
        path: The file.
        has_rows: Whether a row was added here.
    """

    def __init__(self, path: Path, source: Path | IO[bytes] | None) -> None:
        """Open the file.

        Args:
            path: The file to make or to append to.
            source: The file that the ids come from, or None.

        Raises:
            AdaptyUsageError: It is the source itself or no such report, or it cannot be written.
        """
        if source is not None and _is_same(path, source):
            raise AdaptyUsageError(f"{path}: is the input itself; expected another file for the report")
        self.path = path
        self.has_rows = False
        try:
            self._is_new = not path.exists()
            before = _before_the_next_row(path)
            ensure_private_file(path.resolve())  # of a link, the file that it leads to
            self._file = path.open("ab", buffering=0)
        except AdaptyUsageError:
            raise
        except (OSError, ValueError) as problem:
            raise _unwritable(path, problem) from None
        try:
            self._write(before)
        except BaseException as stop:
            self._close(stop)
            raise

    def verify_size(self, size: int) -> None:
        """See that nothing was taken out since a run broke off.

        Args:
            size: The length in bytes that the file had then.

        Raises:
            AdaptyUsageError: It is shorter now, or is not there any more.
        """
        if os.fstat(self._file.fileno()).st_size < size:
            problem = "is not there any more" if self._is_new else "is shorter"
            raise AdaptyUsageError(f"{self.path}: {problem}, which says what came of the users before; put it back")

    def add(self, api: str, deletion: DeletionResult) -> None:
        """Write down what came of one user with one API.

        Raises:
            AdaptyUsageError: The file takes no more.
        """
        at = datetime.now(UTC).isoformat(timespec="seconds")
        self._write(_spelled(at, api, deletion.id, deletion.outcome, deletion.reason))
        self.has_rows = True

    def sync(self) -> int:
        """See that what was added is there after a crash of the machine too, and give the file's length in bytes.

        Raises:
            AdaptyUsageError: The disk does not take it.
        """
        try:
            os.fsync(self._file.fileno())
            return os.fstat(self._file.fileno()).st_size
        except OSError as problem:
            raise _unwritable(self.path, problem) from None

    def _close(self, stop: BaseException | None) -> None:
        # Another run may have added rows to the same file.
        has_header_only = os.fstat(self._file.fileno()).st_size <= len(_HEADER)
        self._file.close()
        if stop is not None and self._is_new and has_header_only:
            with suppress(OSError):
                self.path.unlink()

    def _write(self, data: bytes) -> None:
        """Write all of it, or nothing."""
        size = os.fstat(self._file.fileno()).st_size
        try:
            while data:
                data = data[self._file.write(data) :]
        except OSError as problem:
            self._file.truncate(size)
            raise _unwritable(self.path, problem) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._close(exc)


def _unwritable(path: Path, problem: OSError | ValueError) -> AdaptyUsageError:
    reason = problem.strerror if isinstance(problem, OSError) else "its name is none"
    return AdaptyUsageError(f"{path}: cannot be written: {reason}")


def _is_same(path: Path, source: Path | IO[bytes]) -> bool:
    """Tell whether two names, links among them, lead to one file."""
    try:
        held = source.stat() if isinstance(source, Path) else os.fstat(source.fileno())
        return os.path.samestat(held, path.stat())
    except (OSError, ValueError):  # one of them is no file, or not there yet
        return False


def _before_the_next_row(path: Path) -> bytes:
    """Give what is missing: the header, or the end of a row that broke off.

    Raises:
        AdaptyUsageError: The file is no such report.
    """
    if not path.exists():
        return _HEADER
    if not path.is_file():
        raise AdaptyUsageError(f"{path}: is no file; expected room for a file of this name")
    with path.open("rb") as file:
        first = file.readline(_MAX_HEADER)
        if not first:
            return _HEADER
        file.seek(-1, os.SEEK_END)
        last = file.read()
    header = csv.reader(first.decode("utf-8-sig", "replace").splitlines()[:1])
    if next(header, []) != [*_COLUMNS]:
        expected = f"expected the header {','.join(_COLUMNS)}, or a name that is free"
        raise AdaptyUsageError(f"{path}: is there, and is no report of erased users; {expected}")
    return b"" if last == b"\n" else b"\r\n"


def _spelled(*cells: str) -> bytes:
    """Give a row; what UTF-8 cannot carry is escaped."""
    row = io.StringIO(newline="")
    csv.writer(row).writerow(cells)
    return row.getvalue().encode("utf-8", "backslashreplace")


_HEADER = _spelled(*_COLUMNS)
