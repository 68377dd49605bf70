"""Write a response to a file: completely or not at all, readable by its owner only."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import IO, TYPE_CHECKING, Self

from adapty._core.call import is_csv
from adapty._core.validation import type_name
from adapty._private_files import create_private_file
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

__all__ = ["Download"]

_OK = 200


class Download:
    r"""The CSV of a response, written to a file beside the target, which replaces the target when it is complete.

    Example:
        >>> with Download("installs.csv") as download:
        ...     download.write(b"date,value\n")
        ...     path = download.commit()
        >>> path.read_text()
        'date,value\n'
    """

    def __init__(self, output: str | os.PathLike[str]) -> None:
        """Validate the path of the target.

        Raises:
            AdaptyUsageError: `output` is not the path of a file.
        """
        if not isinstance(output, str | os.PathLike) or not isinstance(os.fspath(output), str):
            raise AdaptyUsageError.for_field("output", f"is {type_name(output)}; expected the path of a file")
        if "\0" in os.fspath(output):
            raise AdaptyUsageError.for_field("output", "contains a NUL, which no path can have")
        self._target = Path(output)
        self._part = self._target.parent / f".adapty-{token_hex(8)}.part"
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        """Create the file beside the target.

        Raises:
            AdaptyUsageError: The file cannot be created.
        """
        if self._target.exists() and not self._target.is_file():
            # Root could replace /dev/null.
            raise AdaptyUsageError.for_field("output", "is a folder or a device; expected the path of a file")
        try:
            create_private_file(self._part)
            self._file = self._part.open("r+b")
        except OSError as exc:
            raise _write_error(exc) from None
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Delete the file beside the target, if it has not replaced the target."""
        self._close()
        with suppress(OSError):
            self._part.unlink()

    def accepts(self, status_code: int, headers: Mapping[str, str]) -> bool:
        """Return whether a response is a success with CSV; errors and pages of gateways are not written."""
        return status_code == _OK and is_csv(headers)

    def restart(self) -> None:
        """Delete what an earlier attempt wrote."""
        if self._file is not None:
            self._file.seek(0)
            self._file.truncate()

    def write(self, data: bytes) -> None:
        """Write a part of the response.

        Raises:
            AdaptyUsageError: The file cannot be written, for example because the disk is full.
        """
        try:
            if self._file is not None:
                self._file.write(data)
        except OSError as exc:
            raise _write_error(exc) from None

    def commit(self) -> Path:
        """Let the file replace the target, and return the target's path.

        Raises:
            AdaptyUsageError: The file cannot be written.
        """
        try:
            if self._file is not None:
                self._file.close()
            self._part.replace(self._target)
        except OSError as exc:
            raise _write_error(exc) from None
        return self._target

    def _close(self) -> None:
        if self._file is not None:
            with suppress(OSError):  # the disk is full; an error says so already
                self._file.close()


def _write_error(exc: OSError) -> AdaptyUsageError:
    return AdaptyUsageError.for_field("output", f"cannot be written: {exc.strerror or exc}")
