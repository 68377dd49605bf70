"""The report of an erasure: one row for each user and API, as evidence."""

from __future__ import annotations

import csv
import io
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from adapty._private_files import ensure_private_file
from adapty.bulk._inputs.files import os_reason
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from types import TracebackType

    from adapty.models import DeletionResult

__all__ = ["EraseLog"]

_COLUMNS = ("at", "api", "id", "outcome", "reason")
_MAX_HEADER = 1000


class EraseLog:
    """A CSV file with the columns `at` (UTC), `api`, `id`, `outcome` and `reason`.

    Rows are appended to an existing file. A row has left this process when `add` returns, so the report is complete
    however the run ends. A new file is removed again if the run fails before the first row.

    Attributes:
        path: The file.
        has_rows: Whether this run has added a row.
    """

    def __init__(self, path: Path, source: Path | IO[bytes] | None) -> None:
        """Open the file.

        Args:
            path: The file, which is created unless it exists.
            source: The file of the IDs, or None.

        Raises:
            AdaptyUsageError: It is the source itself, is not such a report, or cannot be written.
        """
        if source is not None and _is_same_file(path, source):
            raise AdaptyUsageError(f"{path}: is the input itself; expected another file for the report")
        self.path = path
        self.has_rows = False
        try:
            self._is_new = not path.exists()
            prefix = _header_or_newline(path)
            ensure_private_file(path.resolve())  # of a link, the file that it leads to
            self._file = path.open("ab", buffering=0)
        except AdaptyUsageError:
            raise
        except (OSError, ValueError) as error:
            raise _cannot_write(path, error) from None
        try:
            self._write(prefix)
        except BaseException as error:
            self._close(error)
            raise

    def verify_size(self, size: int) -> None:
        """Raise if rows were removed since the run was interrupted.

        Args:
            size: The length in bytes that the file had then.

        Raises:
            AdaptyUsageError: The file is shorter, or missing.
        """
        if os.fstat(self._file.fileno()).st_size < size:
            problem = "is missing" if self._is_new else "is shorter than before"
            raise AdaptyUsageError(f"{self.path}: {problem}; restore it, because it has the results of the run so far")

    def add(self, api: str, deletion: DeletionResult) -> None:
        """Add the result for one user and API.

        Raises:
            AdaptyUsageError: The file cannot be written.
        """
        at = datetime.now(UTC).isoformat(timespec="seconds")
        self._write(_encode_row(at, api, deletion.id, deletion.outcome, deletion.reason))
        self.has_rows = True

    def sync(self) -> int:
        """Write all rows to the disk, so that they survive a crash of the machine, and return the length in bytes.

        Raises:
            AdaptyUsageError: The disk fails.
        """
        try:
            os.fsync(self._file.fileno())
            return os.fstat(self._file.fileno()).st_size
        except OSError as error:
            raise _cannot_write(self.path, error) from None

    def _close(self, error: BaseException | None) -> None:
        # Another run can have added rows to the same file.
        has_header_only = os.fstat(self._file.fileno()).st_size <= len(_HEADER)
        self._file.close()
        if error is not None and self._is_new and has_header_only:
            with suppress(OSError):
                self.path.unlink()

    def _write(self, data: bytes) -> None:
        """Write everything or nothing."""
        size = os.fstat(self._file.fileno()).st_size
        try:
            while data:
                data = data[self._file.write(data) :]
        except OSError as error:
            self._file.truncate(size)
            raise _cannot_write(self.path, error) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._close(exc)


def _cannot_write(path: Path, error: OSError | ValueError) -> AdaptyUsageError:
    return AdaptyUsageError(f"{path}: cannot be written: {os_reason(error)}")


def _is_same_file(path: Path, source: Path | IO[bytes]) -> bool:
    """Return whether two names, which can be links, lead to one file."""
    try:
        status = source.stat() if isinstance(source, Path) else os.fstat(source.fileno())
        return os.path.samestat(status, path.stat())
    except (OSError, ValueError):  # one of them is not a file, or does not exist yet
        return False


def _header_or_newline(path: Path) -> bytes:
    """Return what to write before the next row: the header, or the end of an incomplete row.

    Raises:
        AdaptyUsageError: The file is not such a report.
    """
    if not path.exists():
        return _HEADER
    if not path.is_file():
        raise AdaptyUsageError(f"{path}: is not a regular file; choose another name for the report")
    with path.open("rb") as file:
        first = file.readline(_MAX_HEADER)
        if not first:
            return _HEADER
        file.seek(-1, os.SEEK_END)
        last = file.read()
    header = csv.reader(first.decode("utf-8-sig", "replace").splitlines()[:1])
    if next(header, []) != [*_COLUMNS]:
        expected = f"expected the header {','.join(_COLUMNS)}, or a new file"
        raise AdaptyUsageError(f"{path}: exists and is not a report of erased users; {expected}")
    return b"" if last == b"\n" else b"\r\n"


def _encode_row(*cells: str) -> bytes:
    """Return a row; what UTF-8 cannot encode is escaped."""
    row = io.StringIO(newline="")
    csv.writer(row).writerow(cells)
    return row.getvalue().encode("utf-8", "backslashreplace")


_HEADER = _encode_row(*_COLUMNS)
