"""Standard output, standard error and the log, with everything escaped that could control the terminal."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from rich.console import Console

from adapty._escaping import escape_control

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["EscapingConsole", "log_to_stderr", "stderr", "stdout"]


class EscapingConsole(Console):
    """A console for text from files, arguments and the API.

    It prints text as it is: no markup, no highlighting, no emoji, no added line breaks.

    Args:
        options: Further options of `rich.console.Console`.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, soft_wrap=True, markup=False, emoji=False, **options)

    def escape(self, text: str, *, keep: str = "") -> str:
        """Return a text with each character escaped that is not printable, or not in the console's encoding."""
        return escape_control(text, keep=keep).encode(self.encoding, "backslashreplace").decode(self.encoding)

    def print(self, *objects: Any, **options: Any) -> None:
        """Print texts as one line, and renderables such as tables, whose cells must be escaped already."""
        super().print(*(self.escape(one) if isinstance(one, str) else one for one in objects), **options)

    def write(self, text: str) -> None:
        """Write a text unchanged, which must be printable ASCII, such as JSON; rich takes seconds for long ones."""
        self.file.write(text)
        self.file.flush()


stdout = EscapingConsole()
stderr = EscapingConsole(stderr=True)


class _EscapingFormatter(logging.Formatter):
    """Formats a message as one line, and escapes control characters in it and in tracebacks."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        return escape_control(super().formatMessage(record))

    def formatException(  # noqa: N802 - logging's name
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None] | Any
    ) -> str:
        return escape_control(super().formatException(ei), keep="\n")


def log_to_stderr(level: int) -> None:
    """Print log records on standard error: those of the package from a level on, all others from WARNING on."""
    handler = logging.StreamHandler()
    handler.setFormatter(_EscapingFormatter("%(message)s"))
    logging.basicConfig(handlers=[handler])
    logger = logging.getLogger("adapty")
    if not logger.isEnabledFor(level):
        logger.setLevel(level)
