"""One record of an input, as it was read: its fields, or why it cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from adapty.bulk.columns import NOTES, RAW, Columns, field_path
from adapty.bulk.files import InputFile, count_lines, file_format, open_text
from adapty.models import MailProfile, TransactionEvent

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["NOTES", "NOT_MENDED", "Row", "count_lines", "field_path", "file_format", "open_text", "read_rows"]

NOT_MENDED = f"could not be read before; write its fields in the place of {RAW}"
"""What is wrong with a row of a failures file that still has its text where its fields should be."""


@frozen
class Row:
    """One record as an input has it.

    Attributes:
        line: The number of the row's last line in the file, from 1; of what is no file, the number of the record.
        data: The fields, nested where the input has them nested; empty where the row cannot be read.
        source: The row as the input has it: the cells by column, the JSON object, or the mapping. What came from a
            program is not always something that JSON can carry, see `adapty.bulk.json_ready`.
        problem: Why the row cannot be read, or None.
        record: The record itself, where the input gave it ready; then there is no `data`.
        has_kept_bytes: Whether the file has bytes here that are not UTF-8, which text keeps as `surrogateescape` does.
    """

    line: int
    data: Mapping[str, Any] = field(factory=dict, repr=False)
    source: Mapping[str, Any] = field(factory=dict, repr=False)
    problem: str | None = None
    record: MailProfile | TransactionEvent | None = field(default=None, repr=False)
    has_kept_bytes: bool = False


def read_rows(path: Path, fields: Callable[[str], bool]) -> Generator[Row, None, None]:
    """Read a file row by row; a row that cannot be read is given with its problem, and reading goes on.

    Args:
        path: A CSV file with a header, or one JSON object a line; UTF-8.
        fields: Tells whether a field is one that the records take.

    Raises:
        AdaptyUsageError: The file cannot be opened, is of another format, or its header is wrong.
    """
    both = [Columns.of(record) for record in (MailProfile, TransactionEvent)]
    names = tuple(name for columns in both for name in columns.names if fields(name))
    groups = {name: inner for columns in both for name, inner in columns.groups.items()}
    return _rows_of_file(path, file_format(path), Columns(names, groups))


def _rows_of_file(path: Path, spelled: str, columns: Columns) -> Generator[Row, None, None]:
    from adapty.bulk.csv_rows import csv_rows  # noqa: PLC0415 - they make rows
    from adapty.bulk.object_rows import json_rows  # noqa: PLC0415

    with InputFile(path) as file:
        yield from (csv_rows if spelled == "csv" else json_rows)(file, columns)
