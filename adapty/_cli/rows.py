"""Rows of analytics as a table for people, and as CSV for programs."""

from __future__ import annotations

import csv
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING, Any

from adapty._cli.format import print_table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    Row = Mapping[str, Any]

__all__ = ["count_formulas", "pivot", "print_rows", "rows_to_csv"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_DECIMALS = 2
_SMALLEST = 0.01


def print_rows(title: str, rows: Sequence[Row], *, hidden: Collection[str] = ()) -> None:
    """Print rows as a table.

    Numbers are aligned. Columns without a value are dropped.

    Args:
        title: The title.
        rows: The rows, which may have different columns.
        hidden: Columns that are not printed.
    """
    names = dict.fromkeys(name for row in rows for name in row if name not in hidden)
    columns: dict[str, list[Any]] = {name: [row.get(name) for row in rows] for name in names}
    filled = {name: column for name, column in columns.items() if any(value is not None for value in column)}
    numeric = [name for name, column in filled.items() if all(value is None or _is_number(value) for value in column)]
    for name in numeric:
        filled[name] = _format_numbers(filled[name])
    print_table(title, list(filled), zip(*filled.values(), strict=True), numeric=numeric)


def pivot(rows: Iterable[Row], *, column: str, value: str, values: Collection[str] = ()) -> list[dict[str, Any]]:
    """Return rows in which each value of a column is a column of its own.

    Args:
        rows: The rows.
        column: The column whose values become columns.
        value: The column with the values for them.
        values: Further columns to drop; all others stay, and identify a row. Equal ones stay several rows.

    Example:
        >>> pivot(
        ...     [{"day": 1, "metric": "mrr", "value": 7}, {"day": 1, "metric": "arr", "value": 84}],
        ...     column="metric",
        ...     value="value",
        ... )
        [{'day': 1, 'mrr': 7, 'arr': 84}]
    """
    pivoted: list[dict[str, Any]] = []
    latest: dict[tuple[Any, ...], dict[str, Any]] = {}
    dropped = {column, value, *values}
    for row in rows:
        kept = {name: cell for name, cell in row.items() if name not in dropped}
        key, name = tuple(kept.values()), str(row[column])
        if key not in latest or name in latest[key]:
            latest[key] = kept
            pivoted.append(kept)
        latest[key][name] = row[value]
    return pivoted


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _format_numbers(numbers: Sequence[Any]) -> list[object]:
    """Return numbers as text, with decimals in all of a column or in none."""
    is_whole = all(number is None or float(number).is_integer() for number in numbers)
    return [None if number is None else _format_number(number, 0 if is_whole else _DECIMALS) for number in numbers]


def _format_number(number: float | Decimal, decimals: int) -> str:
    if decimals and 0 < abs(float(number)) < _SMALLEST:
        return f"{number:.1g}"
    return f"{number:,.{decimals}f}"


def rows_to_csv(rows: Iterable[Row], columns: Sequence[str]) -> bytes:
    """Return rows as CSV in UTF-8, with a header. Text is as the API sent it."""
    text = StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8", "backslashreplace")


def count_formulas(rows: Iterable[Row]) -> int:
    """Return the number of texts that a spreadsheet would run as formulas."""
    return sum(isinstance(value, str) and value.startswith(_FORMULA) for row in rows for value in row.values())
