"""Exit codes of the command line for unexpected errors: never 1, which has a meaning.

This module imports nothing but the standard library, because errors of its imports would not be handled.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TextIO, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["BROKEN_PIPE", "INTERNAL_ERROR", "INTERRUPTED", "OUTPUT_ERROR", "exit_codes_for_unexpected_errors"]

INTERNAL_ERROR = 70
"""EX_SOFTWARE of sysexits.h."""

OUTPUT_ERROR = 74
"""EX_IOERR of sysexits.h."""

INTERRUPTED = 130
"""128 plus the number of SIGINT, as in shells."""

BROKEN_PIPE = 141
"""128 plus the number of SIGPIPE, as in shells."""


class _OutputError(OSError):
    """An OSError of standard output, not of another file."""


class _StandardOutput:
    """Standard output that raises errors of its own type.

    A closed pipe stays a BrokenPipeError, which typer and rich handle.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write a text."""
        with _output_errors():
            return self._stream.write(text)

    def flush(self) -> None:
        """Write what is buffered."""
        with _output_errors():
            self._stream.flush()


@contextmanager
def _output_errors() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _OutputError(*error.args) from None


@contextmanager
def exit_codes_for_unexpected_errors() -> Iterator[None]:
    """Print one line for an unhandled exception, and exit with its code.

    The traceback is printed if the package logs, which `-v` turns on.
    """
    stdout = cast("TextIO | None", sys.stdout) or _open_unwritable()
    output = _StandardOutput(stdout)
    sys.stdout = cast("TextIO", output)
    try:
        with _exit_codes():
            try:
                yield
            finally:
                output.flush()
    finally:
        sys.stdout = stdout
        _discard_unwritable(stdout)


def _open_unwritable() -> TextIO:
    """Return a stream that fails like a closed standard output, which is None in Python (`>&-`)."""
    return os.fdopen(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")


@contextmanager
def _exit_codes() -> Iterator[None]:
    try:
        yield
    except BaseException as error:  # noqa: BLE001 - expected errors were handled before
        raise SystemExit(_exit_code(error)) from None


def _exit_code(error: BaseException) -> int:
    """Return the exit code for an exception, and print a line for one that needs it."""
    if isinstance(error, SystemExit):
        # typer and rich exit with 1 if the reader closes the output (`| head`).
        if isinstance(error.__context__, BrokenPipeError):
            return BROKEN_PIPE
        if error.code is None or isinstance(error.code, int):
            return error.code or 0
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    if isinstance(error, BrokenPipeError):
        return BROKEN_PIPE
    if isinstance(error, _OutputError):
        _print(f"cannot write to standard output: {error.strerror}")
        return OUTPUT_ERROR
    try:
        from adapty._cli.error_report import describe_internal_error  # noqa: PLC0415 - its imports may be what fails

        description = describe_internal_error(error)
    except BaseException:  # noqa: BLE001 - a broken module, or Ctrl-C
        description = f"internal error: {type(error).__name__} (please report)"
    _print(description)
    return INTERNAL_ERROR


def _print(text: str) -> None:
    """Print to standard error, which may be closed."""
    with suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def _discard_unwritable(stdout: TextIO) -> None:
    """Discard buffered output that cannot be written; otherwise Python tries again at exit, and exits with 120."""
    try:
        stdout.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stdout.fileno())
