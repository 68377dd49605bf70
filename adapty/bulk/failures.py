"""The file of refused records: the input's own format, with the reason, to be mended and fed back."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any, Self

from adapty.bulk.rows import NOTES, file_format, open_text
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from adapty.bulk.rows import Row

__all__ = ["FailuresFile"]


class FailuresFile:
    """Collects the refused rows of one input file; made anew by each import, and absent where nothing was refused.

    A row is written as it was read, with `_line`, its line in the input, and `_error`, the reason. What was not
    readable at all is kept as text in `_raw`.
    """

    def __init__(self, path: Path, source: Path) -> None:
        """Take the file to write and the input that the rows come from."""
        if path.resolve() == source.resolve():
            raise AdaptyUsageError(f"{path}: is the input itself; expected another file for the failures")
        self.path = path
        self.count = 0
        self._format = file_format(source)
        # Opened before anything is sent: a folder that cannot take it is found now, not at the first failure.
        self._file = open_text(path, "w")
        self._writer: Any = None

    def add(self, row: Row, reason: str) -> None:
        """Write one refused row with the reason."""
        noted = {**row.source, "_line": row.line, "_error": reason}
        if self._format == "jsonl":
            self._file.write(json.dumps(noted) + "\n")
        else:
            self._add_csv(noted)
        self.count += 1

    def _add_csv(self, noted: dict[str, Any]) -> None:
        if self._writer is None:
            columns = [*dict.fromkeys((*noted, *NOTES))]
            self._writer = csv.DictWriter(self._file, columns, restval="")
            self._writer.writeheader()
        self._writer.writerow(noted)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()
        if not self.count:
            self.path.unlink()
