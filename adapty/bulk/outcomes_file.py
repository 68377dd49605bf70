"""The report of erased users: what came of each of them, and when, kept row by row as evidence."""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from types import TracebackType

    from adapty.models import Deletion, DeletionOutcome

__all__ = ["EraseReport"]

_COLUMNS = ("at", "api", "id", "outcome", "reason")
_MAX_HEADER = 1000


class EraseReport:
    """A CSV file with the columns `at` (UTC), `api`, `id`, `outcome` and `reason`.

    A file that is there is appended to. A row has left this process when `add` returns, so whatever ends a run, the
    report says what it did.

    Attributes:
        path: The file.
        counts: The rows that were added, by outcome.
    """

    def __init__(self, path: Path, source: Path | IO[bytes]) -> None:
        """Open the file.

        Args:
            path: The file to make or to append to.
            source: Where the ids come from.

        Raises:
            AdaptyUsageError: It is the source itself or no such report, or it cannot be written.
        """
        if _is_same(path, source):
            raise AdaptyUsageError(f"{path}: is the input itself; expected another file for the report")
        self.path = path
        self.counts: Counter[DeletionOutcome] = Counter()
        try:
            before = _before_the_next_row(path)
            self._file = path.open("ab", buffering=0)
        except OSError as problem:
            raise _unwritable(path, problem) from None
        try:
            self._write(before)
        except BaseException:
            self.close()
            raise

    def add(self, api: str, deletion: Deletion) -> None:
        """Write down what came of one user with one API.

        Raises:
            AdaptyUsageError: The file takes no more.
        """
        at = datetime.now(UTC).isoformat(timespec="seconds")
        self._write(_spelled(at, api, deletion.id, deletion.outcome, deletion.reason))
        self.counts[deletion.outcome] += 1

    def close(self) -> None:
        """Close the file."""
        self._file.close()

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
        self.close()


def _unwritable(path: Path, problem: OSError) -> AdaptyUsageError:
    return AdaptyUsageError(f"{path}: cannot be written: {problem.strerror}")


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
        return _spelled(*_COLUMNS)
    if not path.is_file():
        raise AdaptyUsageError(f"{path}: is no file; expected room for a file of this name")
    with path.open("rb") as file:
        first = file.readline(_MAX_HEADER)
        if not first:
            return _spelled(*_COLUMNS)
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
