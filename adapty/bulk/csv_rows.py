"""Reads rows from CSV, faults and all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapty._core.validation import validate
from adapty.bulk.columns import RAW
from adapty.bulk.csv_records import CsvRecords, long_cells
from adapty.bulk.rows import NOT_MENDED, Row
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from pathlib import Path

    from adapty.bulk.columns import Columns, HeaderColumn
    from adapty.bulk.files import InputFile

__all__ = ["check_header", "column_names", "csv_rows"]


def check_header(file: InputFile, columns: Columns) -> None:
    """Refuse what would make every row fail.

    Raises:
        AdaptyUsageError: The header is wrong.
    """
    with long_cells():
        _CsvReader(file, columns)


def column_names(file: InputFile) -> tuple[str, ...]:
    """Give the names of the columns, whatever they are; none where the header is no CSV."""
    with long_cells():
        return tuple(_names(CsvRecords(file.lines())) or ())


def csv_rows(
    file: InputFile, columns: Columns, not_imported: dict[str, int] | None = None
) -> Generator[Row, None, None]:
    """Read a file row by row; a row that cannot be read is given with its problem, and reading goes on.

    An empty cell counts as not given, and a row of empty cells is no row. Where a quote is out of place, nobody knows
    where the row ends: its first line is given as the row, and each line after that for what it is by itself, so that
    it takes no other row along.

    Args:
        file: A file with a header.
        columns: What its columns stand for.
        not_imported: Counts the values in each column that Adapty Mail has no field for, as far as the file was read.

    Raises:
        AdaptyUsageError: The header is wrong, or the file cannot be read to its end.
    """
    with long_cells():
        yield from _CsvReader(file, columns).rows({} if not_imported is None else not_imported)


class _CsvReader:
    """Reads a file of which the header is read and right."""

    def __init__(self, file: InputFile, columns: Columns) -> None:
        self._records = CsvRecords(file.lines())
        self._header, self._columns = self._read_header(file.path, columns)
        self._data_of = _data_maker(self._columns)

    def rows(self, not_imported: dict[str, int]) -> Iterator[Row]:
        header, records, data_of = self._header, self._records, self._data_of
        counted = [(name, place) for place, name in enumerate(header) if self._columns[place].is_not_imported]
        not_imported.update((name, 0) for name, _ in counted)
        width = len(header)
        raw = header.index(RAW) if RAW in header else None
        for cells in records:
            if cells is None:
                yield self._broken(f"is not CSV: {records.fault}")
            elif not any(cells):
                continue  # blank, or as spreadsheets leave a blank row: commas and nothing between them
            elif len(cells) == width:
                source = dict(zip(header, cells, strict=True))
                for name, place in counted:
                    if cells[place]:
                        not_imported[name] += 1
                if raw is not None and cells[raw]:
                    yield Row(records.line, {}, source, NOT_MENDED)
                    continue
                try:
                    row = Row(records.line, data_of(cells), source)
                except AdaptyUsageError as error:
                    problem = str(error).removeprefix(f"{error.field_name}: ")
                    row = Row(records.line, {}, source, problem, field=error.field_name)
                yield row
            else:
                last = records.line
                records.take_back()
                upto = f", up to line {last}," if last > records.line else ""
                yield self._broken(f"has {len(cells)} cells{upto} where the header has {width}")

    def _broken(self, problem: str) -> Row:
        source = {**dict.fromkeys(self._header, ""), RAW: self._records.text}
        return Row(self._records.line, {}, source, problem)

    def _read_header(self, path: Path, columns: Columns) -> tuple[list[str], list[HeaderColumn]]:
        names = _names(self._records)
        if other := columns.other_separator(self._records.text, self._records.separator):
            expected = "commas" if self._records.separator == "," else "what its first line says"
            raise AdaptyUsageError(f"{path}: is separated by {other}; expected {expected}")
        if names is None:
            raise AdaptyUsageError(f"{path}: its header is not CSV: {self._records.fault}")
        if not any(names):
            raise AdaptyUsageError(f"{path}: has no header; expected the names of the fields in the first line")
        return names, columns.of_header(names, path)


def _names(records: CsvRecords) -> list[str] | None:
    """Read the header; None where it is no CSV."""
    cells = next(iter(records), [])
    return cells and [name.strip() for name in cells]


def _data_maker(columns: Sequence[HeaderColumn]) -> Callable[[list[str]], dict[str, Any]]:
    """Make what turns a row's cells into its fields: empty cells left out, dotted columns as objects.

    It is called for every row, so that all that is the same for all of them is worked out here.
    """
    plain: list[tuple[str, int]] = []
    read: list[tuple[str, int, Callable[[str], Any]]] = []
    groups: dict[str, list[tuple[str, int]]] = {}
    for place, column in enumerate(columns):
        for outer, inner in column.paths:
            if inner is not None:
                groups.setdefault(outer, []).append((inner, place))
            elif column.reader is not None:
                read.append((outer, place, column.reader))
            else:
                plain.append((outer, place))

    def data_of(cells: list[str]) -> dict[str, Any]:
        data: dict[str, Any] = {name: cells[place] for name, place in plain if cells[place]}
        for name, place, reader in read:
            if cells[place]:
                data[name] = validate(name, reader, cells[place])
        for name, inside in groups.items():
            if held := {inner: cells[place] for inner, place in inside if cells[place]}:
                data[name] = {**data[name], **held} if name in data else held
        return data

    return data_of
