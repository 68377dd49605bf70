"""The progress of long work on a standard error that is not a terminal: a line every few seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

__all__ = ["ProgressLines"]

_FIRST_LINE_AFTER = 5.0
_LINE_INTERVAL = 10.0


class ProgressLines:
    """Prints a line for a stage of the work when it is due.

    Args:
        console: Where to print.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._pending: Callable[[], str] | None = None
        self._stage: str | None = None
        self._due = _FIRST_LINE_AFTER

    def show(self, line: Callable[[], str], *, elapsed: float, stage: str) -> None:
        """Print the line if it is due, after the last line of an earlier stage.

        Args:
            line: Returns the line.
            elapsed: Seconds since the stage began.
            stage: The name of the stage.
        """
        if stage != self._stage:
            self.flush()
            self._stage = stage
            self._due = _FIRST_LINE_AFTER
        self._pending = line
        if elapsed >= self._due:
            self._due = elapsed + _LINE_INTERVAL
            self.flush()

    def flush(self) -> None:
        """Print the pending line."""
        if self._pending is not None:
            self._console.print(self._pending())
            self._pending = None
