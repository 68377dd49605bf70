"""Format results: tables and values for people, JSON for scripts."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len, set_cell_size
from rich.table import Table

from adapty._cli.output import stdout

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from rich.console import Console, ConsoleOptions, RenderResult

__all__ = [
    "format_clock",
    "format_duration",
    "format_rate",
    "format_value",
    "print_json",
    "print_table",
    "shorten",
    "to_json",
]

_UNLIMITED_WIDTH = 100_000
_MIN_WHOLE_RATE = 10
_ELLIPSIS = "..."
_CELL_BORDER = 3
_MIN_TEXT = 10


class _UnwrappedTable:
    """A table as wide as its content, so that no value is wrapped in a file or a pipe."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from console.render(self._table, options.update(width=_UNLIMITED_WIDTH))


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, numeric: Collection[str] = ()
) -> None:
    """Print a title and a table below it, or "none" if there are no rows.

    Args:
        title: The title.
        columns: The names of the columns.
        rows: The cells of each row.
        numeric: The columns of numbers, which are aligned to the right. No number is split into two lines.
    """
    cells = [[format_value(value) for value in row] for row in rows]
    table = Table()
    width = 1
    for number, name in enumerate(columns):
        is_numeric = name in numeric
        table.add_column(name, overflow="fold", justify="right" if is_numeric else "left", no_wrap=is_numeric)
        longest = max(cell_len(text) for text in (name, *(row[number] for row in cells)))
        width += _CELL_BORDER + (longest if is_numeric else min(longest, _MIN_TEXT))
    for row in cells:
        table.add_row(*row)
    if cells:
        stdout.print(title)
        can_wrap = stdout.is_terminal and not (numeric and width > stdout.width)
        stdout.print(table if can_wrap else _UnwrappedTable(table))
    else:
        stdout.print(f"{title}: none")


def print_json(data: Any, *, indent: int | None = 2) -> None:
    """Print JSON in printable ASCII; without `indent` in one line."""
    stdout.write(f"{to_json(data, indent=indent)}\n")


def to_json(data: Any, *, indent: int | None = 2) -> str:
    """Return JSON in printable ASCII, with dates in ISO 8601."""
    return json.dumps(data, indent=indent, default=date.isoformat).replace("\x7f", "\\u007f")  # not escaped by json


def format_value(value: object) -> str:
    """Return a value for people, escaped for the terminal."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return stdout.escape(str(value))


def shorten(text: str, width: int) -> str:
    """Return a text that fits into a number of terminal cells.

    Example:
        >>> shorten("United States of America", 16)
        'United States...'
    """
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - len(_ELLIPSIS)).rstrip() + _ELLIPSIS


def format_duration(seconds: float) -> str:
    """Return a duration in words.

    Example:
        >>> format_duration(0.4), format_duration(12), format_duration(125), format_duration(7500)
        ('1 s', '12 s', '2 min 5 s', '2 h 5 min')
    """
    hours, minutes, rest = _split(max(1, seconds))
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def format_clock(seconds: float) -> str:
    """Return a duration as a clock shows it.

    Example:
        >>> format_clock(12), format_clock(125), format_clock(7500)
        ('0:12', '2:05', '2:05:00')
    """
    hours, minutes, rest = _split(seconds)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _split(seconds: float) -> tuple[int, int, int]:
    """Return hours, minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return (*divmod(minutes, 60), rest)


def format_rate(per_second: float) -> str:
    """Return a number per second.

    Example:
        >>> format_rate(4213.7), format_rate(0.52)
        ('4214/s', '0.5/s')
    """
    return f"{per_second:.{0 if per_second >= _MIN_WHOLE_RATE else 1}f}/s"
