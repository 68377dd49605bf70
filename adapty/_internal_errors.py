"""How the command line ends when something goes wrong that no command foresees: never with 1, which has a meaning."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from asyncio import CancelledError
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from adapty._core.redact import Secret, redact
from adapty._escaping import escape_control

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["BROKEN_PIPE", "INTERNAL_ERROR", "INTERRUPTED", "exit_codes_for_unforeseen_errors"]

INTERNAL_ERROR = 70
"""EX_SOFTWARE of sysexits.h."""

INTERRUPTED = 130
"""128 and the number of SIGINT, as shells have it."""

BROKEN_PIPE = 141
"""128 and the number of SIGPIPE, as shells have it."""

_MAX_CHARACTERS = 500


@contextmanager
def exit_codes_for_unforeseen_errors() -> Iterator[None]:
    """Print one line for an exception that nothing has handled, and exit with a code of its own.

    The traceback is printed if the package logs, which `-v` turns on.
    """
    try:
        yield
    except SystemExit as ended:
        # typer and rich end with 1 when whoever reads the output closes it (`| head`).
        if isinstance(ended.__context__, BrokenPipeError):
            raise SystemExit(BROKEN_PIPE) from None
        raise
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
    except BrokenPipeError:
        raise SystemExit(BROKEN_PIPE) from None
    except (Exception, CancelledError) as error:  # noqa: BLE001 - what is foreseen was handled before
        with suppress(OSError, ValueError):  # standard error may be closed
            _print(error)
        raise SystemExit(INTERNAL_ERROR) from None


def _print(error: BaseException) -> None:
    secrets = _find_secrets()
    if logging.getLogger("adapty").isEnabledFor(logging.DEBUG):
        lines = redact("".join(traceback.format_exception(error)), secrets).splitlines()
        print(*map(escape_control, lines), sep="\n", file=sys.stderr)  # noqa: T201 - rich may be what fails
    try:
        message = redact(str(error), secrets)[:_MAX_CHARACTERS]
    except Exception:  # noqa: BLE001 - an exception that cannot be printed is one as well
        message = ""
    words = f"internal error: {type(error).__name__}: {escape_control(message)} (please report)"
    print(words, file=sys.stderr)  # noqa: T201 - as above


def _find_secrets() -> tuple[Secret, ...]:
    """Return the values of the environment that a message must not contain."""
    values = [
        line.strip()
        for name, value in os.environ.items()
        if name.startswith("ADAPTY_") or name.lower().endswith("_proxy")
        if not name.endswith("_URL")
        for line in value.splitlines()
    ]
    return tuple(Secret(value) for value in values if value)
