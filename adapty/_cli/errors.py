"""How a command ends if it fails: one line on standard error, and an exit code that scripts can use."""

from __future__ import annotations

import re
from contextlib import contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING

import typer

from adapty._cli import internal_errors
from adapty._cli.output import stderr
from adapty.config import ALLOW_INSECURE_HTTP, ENV_VARS
from adapty.errors import (
    AdaptyAPIError,
    AdaptyConnectionError,
    AdaptyError,
    AdaptyUsageError,
    CheckpointInUseError,
    WebhookUnavailableError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["ExitCode", "handle_errors"]


class ExitCode(IntEnum):
    """The exit codes of all commands; README.md explains them."""

    DONE = 0
    SOME_FAILED = 1
    NO_ACCESS = 1
    USAGE = 2
    API_ERROR = 3
    NO_RESPONSE = 4
    UNAVAILABLE = 5
    INTERNAL_ERROR = internal_errors.INTERNAL_ERROR
    OUTPUT_ERROR = internal_errors.OUTPUT_ERROR
    INTERRUPTED = internal_errors.INTERRUPTED
    BROKEN_PIPE = internal_errors.BROKEN_PIPE


_EXIT_CODES: Mapping[type[BaseException], ExitCode] = {
    KeyboardInterrupt: ExitCode.INTERRUPTED,
    AdaptyAPIError: ExitCode.API_ERROR,
    AdaptyConnectionError: ExitCode.NO_RESPONSE,
    WebhookUnavailableError: ExitCode.UNAVAILABLE,
    CheckpointInUseError: ExitCode.UNAVAILABLE,
}
"""The first class that matches counts; any other AdaptyError is USAGE."""


_ENV_VARS = {**ENV_VARS, "allow_insecure_http": ALLOW_INSECURE_HTTP}


@contextmanager
def handle_errors(flags: Mapping[str, str]) -> Iterator[None]:
    """Print an AdaptyError or an interrupt, with its notes below, and exit with its code. Each problem is a line.

    Args:
        flags: The flags of the command, by argument; errors name the flag instead of the argument.
    """
    try:
        yield
    except (AdaptyError, KeyboardInterrupt) as error:
        interrupted = isinstance(error, KeyboardInterrupt)
        lines = ["Interrupted"] if interrupted else _format_message(error, {**_ENV_VARS, **flags})
        for line in lines:
            stderr.print(line)
        for note in _notes(error):
            stderr.print(note)
        code = next((code for kind, code in _EXIT_CODES.items() if isinstance(error, kind)), ExitCode.USAGE)
        raise typer.Exit(code) from None


_SIBLINGS = re.compile(r"(?:and so (?:is|are)|combined with) [^;]+|; \w+ needs it|, before \w+,|is only for \w+=")
"""Where a message names further arguments."""

_PYTHON_TERMS = re.compile(
    r"(?:an aware datetime|a datetime\.date|a Decimal) or "
    r"|\bpass it to the client, or "
    r"|, or None\b"
    r"| \(or \w+=\)"
    r"|\ballow_insecure_http=True \((?=ADAPTY_\w+=1\))"
    r"|(?<=ADAPTY_ALLOW_INSECURE_HTTP=1)\)"
)
"""What a message says to Python programs only."""


def _format_message(error: BaseException, flags: Mapping[str, str]) -> Sequence[str]:
    """Return the lines of the message with flags in place of arguments: `custom_attributes.plan` -> `--custom plan`."""
    if not isinstance(error, AdaptyUsageError):
        return [f"Error: {error}"]
    if len(error.problems) == 1:
        return [f"Error: {_format_problem(error.field_name, str(error), flags)}"]
    lines = [f"  {_format_problem(each.field_name, str(each), flags)}" for each in error.problems]
    return [f"Error: {len(lines)} problems:", *lines]


def _format_problem(field_name: str | None, text: str, flags: Mapping[str, str]) -> str:
    message = _PYTHON_TERMS.sub("", text)
    argument, _, key = (field_name or "").partition(".")
    if argument not in flags or not message.startswith(f"{field_name}: "):
        return message
    name = _format_name(flags[argument], key)
    problem = message.removeprefix(f"{field_name}").removesuffix(f" (from {name})")
    words = "|".join(map(re.escape, flags))
    return name + _SIBLINGS.sub(lambda m: re.sub(rf"\b({words})\b", lambda w: flags[w[0]], m[0]), problem)


def _format_name(flag: str, key: str | None) -> str:
    """Return a flag with the key of its value, unless that is the index of a value that is repeatable."""
    return f"{flag} {key}" if key and not key.isdecimal() else flag


def _notes(error: BaseException | None) -> Sequence[str]:
    """Return the notes; a second Ctrl-C hides the notes of the first one."""
    if isinstance(error, KeyboardInterrupt) and not hasattr(error, "__notes__"):
        return _notes(error.__context__)
    return getattr(error, "__notes__", ())
