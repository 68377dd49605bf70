"""Rows of analytics as a table for people, and as CSV and JSON for programs."""

from __future__ import annotations

import csv
import json
from io import StringIO
from typing import TYPE_CHECKING, Any

from adapty._cli.format import print_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Row = Mapping[str, Any]

__all__ = ["columns_of", "count_formulas", "print_rows", "rows_to_csv", "rows_to_json"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_DECIMALS = 2
_SMALLEST = 0.01


def columns_of(rows: Iterable[Row]) -> list[str]:
    """Return the names of all columns, in the order in which they occur first."""
    return list(dict.fromkeys(name for row in rows for name in row))


def print_rows(title: str, rows: Sequence[Row], columns: Iterable[str] | None = None) -> None:
    """Print rows as a table; numbers are aligned, and columns without a value are dropped."""
    cells: dict[str, list[object]] = {
        name: [row.get(name) for row in rows] for name in (columns_of(rows) if columns is None else columns)
    }
    filled = {name: column for name, column in cells.items() if any(value is not None for value in column)}
    numeric = [name for name, column in filled.items() if all(value is None or _is_number(value) for value in column)]
    for name in numeric:
        filled[name] = _format_numbers(filled[name])
    print_table(title, list(filled), zip(*filled.values(), strict=True), numeric=numeric)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _format_numbers(numbers: Sequence[Any]) -> list[object]:
    """Return numbers as text, with decimals in all of a column or in none."""
    is_whole = all(number is None or float(number).is_integer() for number in numbers)
    return [None if number is None else _format_number(number, 0 if is_whole else _DECIMALS) for number in numbers]


def _format_number(number: float, decimals: int) -> str:
    if decimals and 0 < abs(number) < _SMALLEST:
        return f"{number:.1g}"
    return f"{number:,.{decimals}f}"


def rows_to_csv(rows: Sequence[Row]) -> bytes:
    """Return rows as CSV in UTF-8, with a header. Text is as the API sent it."""
    text = StringIO()
    writer = csv.DictWriter(text, columns_of(rows))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8", "backslashreplace")


def count_formulas(rows: Iterable[Row]) -> int:
    """Return the number of texts that a spreadsheet would run as formulas."""
    return sum(isinstance(value, str) and value.startswith(_FORMULA) for row in rows for value in row.values())


def rows_to_json(rows: Sequence[Row]) -> bytes:
    """Return rows as a JSON array in ASCII."""
    return f"{json.dumps(rows, indent=2, default=str)}\n".encode("ascii")
