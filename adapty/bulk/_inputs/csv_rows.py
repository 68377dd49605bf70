"""Rows of records from CSV files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapty._core.validation import validate
from adapty.bulk._inputs.columns import RAW
from adapty.bulk._inputs.csv import DELIMITER, CsvReader
from adapty.bulk._inputs.rows import STILL_RAW, Row
from adapty.errors import AdaptyUsageError, FieldProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from adapty.bulk._inputs.columns import Columns, HeaderColumn
    from adapty.bulk._inputs.files import InputFile

__all__ = ["csv_rows", "validate_csv", "validate_header"]


def validate_header(file: InputFile, columns: Columns, delimiter: str = DELIMITER) -> None:
    """Raise if the header is invalid, so that no row could be read.

    Raises:
        AdaptyUsageError: The header is invalid.
    """
    columns.parse_header(CsvReader(file, delimiter).header, file.name)


def validate_csv(file: InputFile, delimiter: str = DELIMITER) -> None:
    """Read a file to its end, and raise if a quote in it is in the wrong place.

    Raises:
        BrokenFileError: The file is not CSV.
    """
    for _ in CsvReader(file, delimiter).records():
        pass


def csv_rows(
    file: InputFile,
    columns: Columns,
    delimiter: str = DELIMITER,
    *,
    not_imported: dict[str, int] | None = None,
) -> Iterator[Row]:
    """Return the rows of a file; a row that is invalid has a problem, and reading continues.

    An empty cell counts as not given. A row of empty cells, as spreadsheets leave it, is skipped.

    Args:
        file: A file with a header.
        columns: The meaning of its columns.
        delimiter: The character between the cells.
        not_imported: Counts the values in each column that Adapty Mail has no field for.

    Raises:
        AdaptyUsageError: The header is invalid, or the file cannot be read to its end.
        BrokenFileError: A quote is in the wrong place.
    """
    reader = CsvReader(file, delimiter)
    header = reader.header
    parsed = columns.parse_header(header, file.name)
    data_from = _row_mapper(parsed)
    counts = {} if not_imported is None else not_imported
    counted = [(name, place) for place, name in enumerate(header) if parsed[place].is_not_imported]
    counts.update((name, 0) for name, _ in counted)
    raw = header.index(RAW) if RAW in header else None
    for cells in reader.records():
        if not any(cells):
            continue
        if len(cells) != len(header):
            source = {**dict.fromkeys(header, ""), RAW: reader.text.rstrip("\r\n")}
            yield Row(reader.line, {}, source, f"has {len(cells)} cells where the header has {len(header)}")
            continue
        source = dict(zip(header, cells, strict=True))
        for name, place in counted:
            if cells[place]:
                counts[name] += 1
        if raw is not None and cells[raw]:
            yield Row(reader.line, {}, source, STILL_RAW)
            continue
        faults: list[FieldProblem] = []
        data = data_from(cells, faults)
        yield Row(reader.line, data, source, faults=tuple(faults))


def _row_mapper(columns: Sequence[HeaderColumn]) -> Callable[[list[str], list[FieldProblem]], dict[str, Any]]:
    """Return a function from a row's cells to its fields, without empty cells, with dotted columns as objects.

    It adds what is wrong with a cell to its second argument. It is called for every row, so everything that is the same
    for all rows is prepared here.
    """
    plain: list[tuple[str, int]] = []
    parsed: list[tuple[str, int, Callable[[str], Any]]] = []
    nested: dict[str, list[tuple[str, int]]] = {}
    for place, column in enumerate(columns):
        for outer, inner in column.paths:
            if inner is not None:
                nested.setdefault(outer, []).append((inner, place))
            elif column.parse is not None:
                parsed.append((outer, place, column.parse))
            else:
                plain.append((outer, place))

    def data_from(cells: list[str], faults: list[FieldProblem]) -> dict[str, Any]:
        data: dict[str, Any] = {name: cells[place] for name, place in plain if cells[place]}
        for name, place, parse in parsed:
            if cells[place]:
                _parse_cell(data, name, parse, cells[place], faults)
        for name, inside in nested.items():
            if values := {inner: cells[place] for inner, place in inside if cells[place]}:
                data[name] = {**data[name], **values} if name in data else values
        return data

    return data_from


def _parse_cell(
    data: dict[str, Any], name: str, parse: Callable[[str], Any], cell: str, faults: list[FieldProblem]
) -> None:
    try:
        data[name] = validate(name, parse, cell)
    except AdaptyUsageError as error:
        faults += error.problems
