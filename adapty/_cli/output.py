"""The consoles of the command line: whatever is printed on them, nothing in it steers the terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.text import Text

from adapty._escaping import escape_control

__all__ = ["EscapingConsole"]


class EscapingConsole(Console):
    """A console for names and messages that come from files, arguments and the API.

    It prints text as it is: no markup, no highlighting, no emoji, no line breaks that are not in it.

    Args:
        options: Further options of `rich.console.Console`.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, soft_wrap=True, markup=False, emoji=False, **options)

    def escaped(self, text: str, *, keep: str = "") -> str:
        """Return a text as this console can print it: what is not printable, or not in its encoding, is escaped."""
        return escape_control(text, keep=keep).encode(self.encoding, "backslashreplace").decode(self.encoding)

    def print(self, *objects: Any, **options: Any) -> None:
        """Print text, each as part of one line, or something that renders itself, such as a table of escaped cells."""
        super().print(*(self.escaped(one) if isinstance(one, str) else one for one in objects), **options)

    def print_lines(self, text: str) -> None:
        """Print text of several lines, such as JSON."""
        super().print(Text(self.escaped(text, keep="\n")))
