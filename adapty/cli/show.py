"""How results are printed: as tables for people, as JSON for scripts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.table import Table

from adapty.cli.outcome import output

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console, ConsoleOptions, RenderResult

__all__ = ["print_json", "print_table", "shown"]

_NOTHING = "-"
_NATURAL_WIDTH = 100_000


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
    """Give a value as people read it; what would steer a terminal, or cannot be printed on it, is escaped."""
    if value is None:
        return _NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(value))
    return text.encode(output.encoding, "backslashreplace").decode(output.encoding)


def print_json(data: Any) -> None:
    """Print JSON as it is, in ASCII, which every output takes."""
    output.out(json.dumps(data, indent=2), highlight=False)
