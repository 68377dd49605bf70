"""How a command ends: what it prints when it fails, and the exit codes that scripts can use."""

from __future__ import annotations

from contextlib import contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING

import typer

from adapty import AdaptyAPIError, AdaptyConnectionError, AdaptyError, AdaptyUsageError
from adapty._cli import internal_errors
from adapty._cli.output import EscapingConsole
from adapty.errors import CheckpointInUseError, WebhookUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["EXIT_CODES", "ExitCode", "errors", "output", "typed_errors"]


class ExitCode(IntEnum):
    """What a script can tell from the end of a command."""

    DONE = 0
    SOME_REFUSED = 1
    NO_ACCESS = 1
    USAGE = 2
    API_ERROR = 3
    NO_ANSWER = 4
    BUSY = 5
    INTERNAL_ERROR = internal_errors.INTERNAL_ERROR
    OUTPUT_ERROR = internal_errors.OUTPUT_ERROR
    INTERRUPTED = internal_errors.INTERRUPTED
    BROKEN_PIPE = internal_errors.BROKEN_PIPE


EXIT_CODES = (
    "Exit codes: 0 done, 1 some records were refused, an API found none of the ids, or no access, 2 wrong use or "
    "bad input, 3 the API answered with an error, 4 the API could not be reached, 5 in use by another process or out "
    "of reach for now, 70 internal error, 74 standard output cannot be written, 130 interrupted, 141 output closed by "
    "its reader."
)

output = EscapingConsole()
errors = EscapingConsole(stderr=True)


@contextmanager
def typed_errors(**options: str) -> Iterator[None]:
    """Print an AdaptyError as one line, notes below it, and end with the code for its kind.

    Args:
        options: What stands on the command line for which argument, where it is not called the same.
    """
    try:
        yield
    except (AdaptyError, KeyboardInterrupt) as problem:
        errors.print("Interrupted" if isinstance(problem, KeyboardInterrupt) else f"Error: {_told(problem, options)}")
        for note in _notes(problem):
            errors.print(note)
        raise typer.Exit(_exit_code(problem)) from None


def _told(problem: AdaptyError, options: Mapping[str, str]) -> str:
    """Give an error's words, with the option's name in the place of the argument's."""
    name = problem.field_name if isinstance(problem, AdaptyUsageError) else None
    if name is not None and name in options:
        return f"{options[name]}{str(problem).removeprefix(name)}"
    return str(problem)


def _notes(problem: BaseException | None) -> Sequence[str]:
    """Give the notes; Ctrl-C may be pressed again while the one before it, which has them, is on its way here."""
    if isinstance(problem, KeyboardInterrupt) and not hasattr(problem, "__notes__"):
        return _notes(problem.__context__)
    return getattr(problem, "__notes__", ())


_CODES: tuple[tuple[type[BaseException], ExitCode], ...] = (
    (KeyboardInterrupt, ExitCode.INTERRUPTED),
    (AdaptyAPIError, ExitCode.API_ERROR),
    (AdaptyConnectionError, ExitCode.NO_ANSWER),
    (WebhookUnavailableError, ExitCode.BUSY),
    (CheckpointInUseError, ExitCode.BUSY),
)


def _exit_code(problem: AdaptyError | KeyboardInterrupt) -> ExitCode:
    return next((code for kind, code in _CODES if isinstance(problem, kind)), ExitCode.USAGE)
