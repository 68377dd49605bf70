"""The file of refused records: the input's own format, with the reason, to be mended and fed back."""

from __future__ import annotations

import csv
import json
from contextlib import suppress
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Self

from adapty.bulk.rows import NOTES, file_format, open_text
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from adapty.bulk.rows import Row

__all__ = ["FailuresFile"]


class FailuresFile:
    """Collects the refused rows of one input file.

    An import replaces the file of the one before, or removes it where nothing was refused. One that broke off before
    it refused anything leaves it as it was.

    A row is written as it was read, with `_line`, its line in the input, and `_error`, the reason. What was not
    readable at all is kept as text in `_raw`.
    """

    def __init__(self, path: Path, source: Path) -> None:
        """Take the file to write and the input that the rows come from."""
        if path.resolve() == source.resolve():
            raise AdaptyUsageError(f"{path}: is the input itself; expected another file for the failures")
        if path.is_dir():
            raise AdaptyUsageError(f"{path}: is a folder; expected room for a file of this name")
        self.path = path
        self.count = 0
        self._format = file_format(source)
        # Opened before anything is sent: a folder that cannot take it is found now, not at the first failure. Under
        # a name of its own, so that an import that does not come far leaves what is being mended alone.
        self._part = path.with_name(f"{path.name}.{token_hex(4)}.part")
        self._file = open_text(self._part, "w")
        self._writer: Any = None

    def add(self, row: Row, reason: str) -> None:
        """Write one refused row with the reason.

        Raises:
            AdaptyUsageError: The file takes no more.
        """
        noted = {**row.source, "_line": row.line, "_error": reason}
        try:
            if self._format == "jsonl":
                self._file.write(_json_line(noted))
            else:
                self._add_csv(noted)
        except OSError as problem:
            raise AdaptyUsageError(f"{self.path}: cannot be written: {problem.strerror}") from None
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
        with suppress(OSError):  # what could not be written has been told
            self._file.close()
        try:
            if self.count:
                self._part.replace(self.path)
                return
            self._part.unlink(missing_ok=True)
            if exc is None:
                self.path.unlink(missing_ok=True)
        except OSError as problem:
            reason = f"cannot be put in place: {problem.strerror}; what was refused is in {self._part}"
            raise AdaptyUsageError(f"{self.path}: {reason}") from exc


def _json_line(noted: dict[str, Any]) -> str:
    """Spell a record to be read and mended by hand; what UTF-8 cannot carry is escaped."""
    line = json.dumps(noted, ensure_ascii=False)
    try:
        line.encode()
    except UnicodeEncodeError:
        line = json.dumps(noted)
    return f"{line}\n"
