"""Reads rows from CSV, faults and all."""

from __future__ import annotations

import csv
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING, Any, cast

from adapty.bulk.columns import RAW
from adapty.bulk.rows import NOT_MENDED, Row
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
    from pathlib import Path

    from adapty.bulk.columns import Columns, FieldPath
    from adapty.bulk.files import InputFile

__all__ = ["cells_up_to", "check_header", "csv_rows", "remembered"]

_MAX_CELL = 10_000_000


def check_header(file: InputFile, columns: Columns) -> None:
    """Refuse what would make every row fail.

    Raises:
        AdaptyUsageError: The header is wrong.
    """
    with cells_up_to(_MAX_CELL):
        _CsvReader(file, columns)


def csv_rows(file: InputFile, columns: Columns) -> Generator[Row, None, None]:
    """Read a file row by row; a row that cannot be read is given with its problem, and reading goes on.

    An empty cell counts as not given.

    Args:
        file: A file with a header.
        columns: What its columns stand for.

    Raises:
        AdaptyUsageError: The header is wrong, or the file cannot be read to its end.
    """
    with cells_up_to(_MAX_CELL):
        yield from _CsvReader(file, columns).rows()


class _CsvReader:
    """Reads a file of which the header is read and right."""

    def __init__(self, file: InputFile, columns: Columns) -> None:
        self._held: list[str] = []
        self._reader = csv.reader(remembered(file.lines(), self._held), strict=True)
        self._header, paths = self._read_header(file.path, columns)
        self._data_of = _data_maker(paths)

    def rows(self) -> Iterator[Row]:
        header, reader, data_of, forget = self._header, self._reader, self._data_of, self._held.clear
        width, empty = len(header), dict.fromkeys(header, "")
        raw = header.index(RAW) if RAW in header else None
        while True:
            forget()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as fault:
                yield Row(reader.line_num, {}, {**empty, RAW: self._text()}, f"is not CSV: {fault}")
                continue
            if len(cells) == width:
                source = dict(zip(header, cells, strict=True))
                if raw is None or not cells[raw]:
                    yield Row(reader.line_num, data_of(cells), source)
                else:
                    yield Row(reader.line_num, {}, source, NOT_MENDED)
            elif cells:
                problem = f"has {len(cells)} cells where the header has {width}"
                yield Row(reader.line_num, {}, {**empty, RAW: self._text()}, problem)

    def _text(self) -> str:
        """Give the lines of the row that is being read as they stand in the file."""
        return "".join(self._held).rstrip("\r\n")

    def _read_header(self, path: Path, columns: Columns) -> tuple[list[str], list[FieldPath | None]]:
        try:
            header, fault = [name.strip() for name in next(self._reader, [])], None
        except csv.Error as error:
            header, fault = [], error
        if separator := columns.other_separator(self._text()):
            raise AdaptyUsageError(f"{path}: is separated by {separator}; expected commas")
        if fault:
            raise AdaptyUsageError(f"{path}: its header is not CSV: {fault}")
        if not any(header):
            raise AdaptyUsageError(f"{path}: has no header; expected the names of the fields in the first line")
        return header, columns.of_header(header, path)


def remembered(lines: Iterable[str], held: list[str]) -> Iterator[str]:
    """Pass lines on and keep them, until somebody forgets them."""
    for line in lines:
        held.append(line)
        yield line


def _data_maker(paths: Sequence[FieldPath | None]) -> Callable[[list[str]], dict[str, Any]]:
    """Make what turns a row's cells into its fields: empty cells left out, dotted columns as objects.

    It is called for every row, so that all that is the same for all of them is worked out here.
    """
    plain: list[tuple[str, int]] = []
    groups: dict[str, list[tuple[str, int]]] = {}
    for place, path in enumerate(paths):
        if path is not None and path[1] is None:
            plain.append((path[0], place))
        elif path is not None:
            groups.setdefault(path[0], []).append((cast("str", path[1]), place))

    def data_of(cells: list[str]) -> dict[str, Any]:
        data: dict[str, Any] = {name: cells[place] for name, place in plain if cells[place]}
        for name, columns in groups.items():
            if held := {inner: cells[place] for inner, place in columns if cells[place]}:
                data[name] = held
        return data

    return data_of


_lock = RLock()
_limits: list[int] = []


@contextmanager
def cells_up_to(limit: int) -> Iterator[None]:
    """Let cells have so many characters for a while.

    The limit is the whole process's: while several readers are at work the highest one holds, and the last of them
    puts back what was there before the first.
    """
    with _lock:
        if not _limits:
            _limits.append(csv.field_size_limit())
        _limits.append(limit)
        csv.field_size_limit(max(_limits[1:]))
    try:
        yield
    finally:
        with _lock:
            _limits.remove(limit)
            csv.field_size_limit(max(_limits[1:], default=_limits[0]))
            if len(_limits) == 1:
                _limits.clear()
