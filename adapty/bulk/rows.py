"""Reads records from CSV and JSON Lines files, one row at a time, faults and all."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NoReturn, Self

from attrs import field, frozen

from adapty._core.nesting import MAX_DEPTH, is_too_deep
from adapty._core.validate import printable
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["NOTES", "Row", "count_lines", "file_format", "open_text", "read_rows"]

_RAW = "_raw"
NOTES = ("_line", "_error", _RAW)
"""The columns that a failures file adds to its input's; a reader passes over them, so that it can be fed back."""

_PREFIXES = {"custom": "custom_attributes"}
_MAX_CELL = 10_000_000


@frozen
class Row:
    """One record as a file has it.

    Attributes:
        line: The number of the row's last line in the file, from 1.
        data: The fields, nested where the file has them nested; empty where the row cannot be read.
        source: The row as the file has it: the cells by column, or the JSON object.
        problem: Why the row cannot be read, or None.
    """

    line: int
    data: Mapping[str, Any] = field(factory=dict, repr=False)
    source: Mapping[str, Any] = field(factory=dict, repr=False)
    problem: str | None = None


def file_format(path: Path) -> str:
    """Tell a file's format by its ending: `csv` or `jsonl`.

    Raises:
        AdaptyUsageError: The ending is another one.
    """
    formats = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
    if path.suffix.lower() not in formats:
        raise AdaptyUsageError(f"{path}: its format is not known; expected a name that ends in .csv, .jsonl or .ndjson")
    return formats[path.suffix.lower()]


def read_rows(path: Path, fields: Callable[[str], bool]) -> Generator[Row, None, None]:
    """Read a file row by row; a row that cannot be read is given with its problem, and reading goes on.

    In CSV an empty cell counts as not given, and so does null in JSON Lines. `custom.plan` is the column of the
    custom attribute `plan`, `device_info.os` and `offer.category` are those of nested fields.

    Args:
        path: A CSV file with a header, or one JSON object a line; UTF-8.
        fields: Tells whether a CSV column's name is one that the record takes.

    Raises:
        AdaptyUsageError: The file cannot be opened, is of another format, or its header is wrong.
    """
    return (_read_csv if file_format(path) == "csv" else _read_json_lines)(path, fields)


def count_lines(path: Path) -> int:
    """Count a file's lines as `Row.line` numbers them."""
    with open_text(path) as file:
        return sum(1 for _ in file)


def open_text(path: Path, mode: str = "r") -> Any:
    """Open a text file as these files are read and written: UTF-8, bytes that are none kept as they are."""
    encoding = "utf-8-sig" if mode == "r" else "utf-8"
    buffering = -1 if mode == "r" else 1  # what was written stays written when the process is killed
    try:
        return path.open(mode, encoding=encoding, errors="surrogateescape", newline="", buffering=buffering)
    except (OSError, ValueError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "its name is none"
        raise AdaptyUsageError(f"{path}: cannot be opened: {reason}") from None


class _Remembering:
    """Passes lines on and keeps those of the row that is being read."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.held: list[str] = []

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.held.append(line)
        return line

    def text(self) -> str:
        """Give the row's lines as they stand in the file."""
        return "".join(self.held).rstrip("\r\n")


def _read_csv(path: Path, fields: Callable[[str], bool]) -> Generator[Row, None, None]:
    before = csv.field_size_limit(_MAX_CELL)
    try:
        yield from _csv_rows(path, fields)
    finally:
        csv.field_size_limit(before)  # the limit is the whole process's


def _csv_rows(path: Path, fields: Callable[[str], bool]) -> Iterator[Row]:
    with open_text(path) as file:
        lines = _Remembering(file)
        reader = csv.reader(lines, strict=True)
        header = _header(path, reader, fields)
        empty = dict.fromkeys(header, "")
        while True:
            lines.held.clear()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as fault:
                yield Row(reader.line_num, source={**empty, _RAW: lines.text()}, problem=f"is not CSV: {fault}")
                continue
            if len(cells) != len(header) and cells:
                yield Row(
                    reader.line_num,
                    source={**empty, _RAW: lines.text()},
                    problem=f"has {len(cells)} cells where the header has {len(header)}",
                )
            elif cells:
                source = dict(zip(header, cells, strict=True))
                yield _row(reader.line_num, _nested(source), source)


def _header(path: Path, reader: Any, fields: Callable[[str], bool]) -> list[str]:
    """Read the header and refuse what would make every row fail."""
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error as fault:
        raise AdaptyUsageError(f"{path}: its header is not CSV: {fault}") from None
    if not any(header):
        raise AdaptyUsageError(f"{path}: has no header; expected the names of the fields in the first line")
    for number, name in enumerate(header, start=1):
        if problem := _column_problem(number, header, fields):
            raise AdaptyUsageError.of(printable(name) or f"column {number}", problem.format(path))
    return header


def _column_problem(number: int, header: list[str], fields: Callable[[str], bool]) -> str | None:
    """Say what is wrong with a column's name, given those before it."""
    name, others = header[number - 1], header[: number - 1]
    outer, inner = field_path(name)
    if not name:
        return "has no name in {}; name or remove it"
    if name in others:
        return "is the name of two columns of {}; expected one"
    if name not in NOTES and not fields(outer):
        return "is a column of {} that is no field of the records; rename or remove it"
    for other_outer, other_inner in map(field_path, others):
        if outer == other_outer and (inner == other_inner or None in {inner, other_inner}):
            return "is not the only column of {} for its field; expected one"
    return None


def _nested(cells: Mapping[str, str]) -> dict[str, Any]:
    """Give a row's fields: empty cells left out, dotted columns as objects."""
    data: dict[str, Any] = {}
    for name, cell in cells.items():
        outer, inner = field_path(name)
        if cell == "":
            continue
        if inner is None:
            data[outer] = cell
        else:
            data.setdefault(outer, {})[inner] = cell
    return data


def _row(line: int, data: Mapping[str, Any], source: Mapping[str, Any]) -> Row:
    """Make a readable row: what a failures file added is passed over, unless it waits to be mended."""
    if data.get(_RAW):
        return Row(line, source=source, problem=f"could not be read before; write its fields in the place of {_RAW}")
    return Row(line, {name: value for name, value in data.items() if name not in NOTES}, source)


def field_path(column: str) -> tuple[str, str | None]:
    """Split a column's name into the field and the name inside it, if there is one.

    Example:
        >>> field_path("custom.plan"), field_path("email")
        (('custom_attributes', 'plan'), ('email', None))
    """
    outer, dot, inner = column.partition(".")
    return (_PREFIXES.get(outer, outer), inner) if dot else (column, None)


def _read_json_lines(path: Path, _: Callable[[str], bool]) -> Generator[Row, None, None]:
    with open_text(path) as file:
        for line, text in enumerate(file, start=1):
            if text.strip():
                yield _json_row(line, text)


def _json_row(line: int, text: str) -> Row:
    raw = {_RAW: text.rstrip("\r\n")}
    try:
        decoded = json.loads(text, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError) as problem:
        reason = problem.msg if isinstance(problem, json.JSONDecodeError) else "it holds what JSON cannot"
        return Row(line, source=raw, problem=f"is not JSON: {reason}")
    if not isinstance(decoded, dict):
        return Row(line, source=raw, problem="is not a JSON object")
    if is_too_deep(decoded):
        return Row(line, source=raw, problem=f"is nested deeper than {MAX_DEPTH} levels")
    return _row(line, _without_nulls(decoded), decoded)


def _without_nulls(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is null, in nested fields too; no field of the records is nested deeper than that."""
    return {
        name: {inner: held for inner, held in value.items() if held is not None} if isinstance(value, dict) else value
        for name, value in fields.items()
        if value is not None
    }


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(text: str) -> float:
    """Refuse a number that JSON can spell and a double cannot hold: written again, it would be no JSON."""
    number = float(text)
    return number if math.isfinite(number) else _no_number(text)
