"""Strict CSV: the records of a file, or an error that names the line. Nothing is guessed."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

from adapty.bulk._inputs.files import BrokenFileError
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapty.bulk._inputs.files import InputFile

__all__ = ["DELIMITER", "CsvReader", "parse_delimiter"]

DELIMITER = ","

_MAX_RECORD = 2**18
"""The highest number of characters of a record over several lines. A quote that is not closed ends there."""

_SEP_DIRECTIVE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
_OTHERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def parse_delimiter(value: object) -> str:
    r"""Return a delimiter of CSV.

    Raises:
        AdaptyUsageError: It is not one character that can separate cells.

    Example:
        >>> parse_delimiter(";"), parse_delimiter("\t")
        (';', '\t')
    """
    is_valid = isinstance(value, str) and len(value) == 1 and (value == "\t" or value.isprintable())
    if not is_valid or str(value).isalnum() or str(value) in "\"' _.@":
        expected = 'expected one character, such as ";" or a tab'
        raise AdaptyUsageError.for_field("delimiter", f"cannot separate the cells of CSV (got {value!r}); {expected}")
    return str(value)


class CsvReader:
    """The records of a CSV file with a header.

    Attributes:
        header: The names of the columns, without white space around them.
        line: The number of the last line that was read, from 1.
        text: That line. It is the whole record if the record has another number of cells than the header.
    """

    header: list[str]

    def __init__(self, file: InputFile, delimiter: str = DELIMITER) -> None:
        """Read the header, the first line that is not blank.

        Raises:
            AdaptyUsageError: The header is missing, or has another delimiter.
            BrokenFileError: It is not CSV.
        """
        self._name = file.name
        self._lines = file.lines()
        self._reader = csv.reader(self._bounded(), delimiter=delimiter, strict=True)
        self._start = 0
        self._size = 0
        self.line = 0
        self.text = ""
        self.header = []
        try:
            self._read_header()
        except BrokenFileError:
            self._check_delimiter(delimiter)
            raise
        self._check_delimiter(delimiter)
        if not self.header:
            raise AdaptyUsageError(f"{self._name}: has no header; expected the names of the columns in the first line")

    def records(self) -> Iterator[list[str]]:
        """Return the cells of each record below the header; a blank line has none.

        A record on one line can have another number of cells than the header. One over several lines cannot: a quote
        in the wrong place has probably joined records.

        Raises:
            BrokenFileError: A quote is in the wrong place, or is not closed within reasonable bounds.
        """
        width = len(self.header)
        for cells in self._records():
            if len(cells) != width and self.line > self._start:
                raise self._broken(f"has {len(cells)} cells where the header has {width}")
            yield cells

    def _read_header(self) -> None:
        for cells in self._records():
            if any(map(str.strip, cells)):
                self.header = [cell.strip() for cell in cells]
                return

    def _records(self) -> Iterator[list[str]]:
        while True:
            self._start, self._size = self.line + 1, 0
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                is_open = self.line > self._start or str(error) == "unexpected end of data"
                problem = f"has a quote that is not closed, or a cell of more than {csv.field_size_limit()} characters"
                raise self._broken(problem if is_open else f"is not CSV: {error}") from None
            yield cells

    def _bounded(self) -> Iterator[str]:
        for line in self._lines:
            self.line += 1
            self.text = line
            self._size += len(line)
            if self._size > _MAX_RECORD and self.line > self._start:
                raise csv.Error
            yield line

    def _broken(self, problem: str) -> BrokenFileError:
        where = (
            f"line {self._start}" if self.line == self._start else f"the record of lines {self._start} to {self.line}"
        )
        return BrokenFileError(f"{self._name}: {where} {problem}; check the quotes there")

    def _check_delimiter(self, delimiter: str) -> None:
        """Raise if the header has no delimiter, and another one instead."""
        if directive := _SEP_DIRECTIVE.fullmatch(self.text.rstrip("\r\n")):
            problem = f"starts with {self.text.strip()}, which is not CSV"
            raise AdaptyUsageError(f"{self._name}: {problem}; remove that line, and {_advice(directive[1])}")
        if len(self.header) <= 1:
            for other, name in _OTHERS.items():
                if other != delimiter and other in self.text:
                    problem = f"separates the header with {name} (got delimiter {delimiter!r})"
                    raise AdaptyUsageError(f"{self._name}: {problem}; {_advice(other)}")


def _advice(delimiter: str) -> str:
    shell = "$'\\t'" if delimiter == "\t" else f"'{delimiter}'"
    python = "\\t" if delimiter == "\t" else delimiter
    return f'use --delimiter {shell} (delimiter="{python}")'
