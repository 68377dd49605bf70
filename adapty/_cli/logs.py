"""The log on standard error, a line for each record."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from adapty._escaping import escape_control

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["log_to_stderr"]


class _EscapingFormatter(logging.Formatter):
    """Formats a message as one line, and escapes whatever in it or in a traceback would steer a terminal."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        return escape_control(super().formatMessage(record))

    def formatException(  # noqa: N802 - logging's name
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None] | Any
    ) -> str:
        return escape_control(super().formatException(ei), keep="\n")


def log_to_stderr(level: int = logging.WARNING) -> None:
    """Print log records: those of the package from a level on, all others from warnings on."""
    handler = logging.StreamHandler()
    handler.setFormatter(_EscapingFormatter("%(message)s"))
    logging.basicConfig(handlers=[handler])
    logger = logging.getLogger("adapty")
    if not logger.isEnabledFor(level):
        logger.setLevel(level)
