"""How results are printed: as tables for people, as JSON for scripts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.table import Table

from adapty._cli.errors import output

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console, ConsoleOptions, RenderResult

__all__ = ["clock", "duration", "print_json", "print_table", "rate", "shown"]

_NOTHING = "-"
_NATURAL_WIDTH = 100_000
_SEXAGESIMAL = 60
_FEW_A_SECOND = 10


class _Whole:
    """A table as wide as what it holds: in a file or a pipe, no value is broken into lines."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from console.render(self._table, options.update(width=_NATURAL_WIDTH))


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a title and a table below it, or that there is nothing to put into it."""
    table = Table()
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(shown, row))
    if table.row_count:
        output.print(title)
        output.print(table if output.is_terminal else _Whole(table))
    else:
        output.print(f"{title}: none")


def shown(value: object) -> str:
    """Return a value as people read it; what would steer a terminal, or cannot be printed on it, is escaped."""
    if value is None:
        return _NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return output.escaped(str(value))


def print_json(data: Any, *, indent: int | None = 2) -> None:
    """Print JSON in printable ASCII, which every output takes; without `indent` in one line."""
    output.print_lines(json.dumps(data, indent=indent).replace("\x7f", "\\u007f"))  # which json leaves as it is


def duration(seconds: float) -> str:
    """Give a duration as people read it.

    Example:
        >>> duration(0.4), duration(12), duration(125), duration(7500)
        ('1 s', '12 s', '2 min 5 s', '2 h 5 min')
    """
    minutes, rest = divmod(max(1, round(seconds)), _SEXAGESIMAL)
    hours, minutes_of_hour = divmod(minutes, _SEXAGESIMAL)
    if hours:
        return f"{hours} h {minutes_of_hour} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def clock(seconds: float) -> str:
    """Give a duration as a clock does.

    Example:
        >>> clock(12), clock(125), clock(7500)
        ('0:12', '2:05', '2:05:00')
    """
    minutes, rest = divmod(round(seconds), _SEXAGESIMAL)
    hours, minutes_of_hour = divmod(minutes, _SEXAGESIMAL)
    return f"{hours}:{minutes_of_hour:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def rate(per_second: float) -> str:
    """Give how often something happens.

    Example:
        >>> rate(4213.7), rate(0.52)
        ('4214/s', '0.5/s')
    """
    return f"{per_second:.{0 if per_second >= _FEW_A_SECOND else 1}f}/s"
