"""Splits CSV into records; one that is broken costs its first line, and no record after it."""

from __future__ import annotations

import csv
import re
from collections import deque
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

__all__ = ["CsvRecords", "long_cells", "named_separator"]

_MAX_CELL = 2**18
"""Characters of a cell, or of a record over several lines: no field takes so many, and a quote that nobody closed ends
after a few thousand lines, which are read anew."""

_LEAST = 2**12
"""So many characters may be read anew for each broken line, though there was one after the other: otherwise a file of
which every line opens a quote would be read thousands of times over."""


_NAMES_A_SEPARATOR = re.compile(r'"?sep=([^\w\s"]|\t)"?[\r\n]*', re.IGNORECASE)


def named_separator(line: str) -> str | None:
    r"""Give what a first line says to be the separator; None where it says nothing of it.

    Example:
        >>> named_separator("sep=;\r\n"), named_separator("customer_user_id;email")
        (';', None)
    """
    found = _NAMES_A_SEPARATOR.fullmatch(line)
    return found and found[1]


class CsvRecords:
    """The records of CSV text, read one after the other.

    A record is broken where its quotes are wrong, or one of them is not closed within reasonable bounds. Then its first
    line is given as what is broken, and the lines after that are read anew, each of them for what it is by itself.

    A first line such as `sep=;`, as Excel writes and reads it, names what separates the cells, and is no record.

    Attributes:
        separator: What separates the cells.
        line: The number of the last line of the record that was read last, from 1.
        fault: What is wrong with it, or None.
    """

    def __init__(self, lines: Iterator[str]) -> None:
        """Begin with the first line.

        Args:
            lines: The lines, each with its end.
        """
        self.line = 0
        self.fault: str | None = None
        self._lines = lines
        self._again: deque[str] = deque()
        self._held: list[str] = []
        self._limit = _MAX_CELL
        """How long a record over several lines may be; what is read anew is taken off, what is read is added again."""
        first = next(lines, "")
        named = named_separator(first)
        self.separator = named or ","
        if named:
            self.line = 1
        elif first:
            self._again.append(first)
        self._begin()

    @property
    def text(self) -> str:
        """The record as it stands in the file, of a broken one its first line."""
        return "".join(self._held).rstrip("\r\n")

    def __iter__(self) -> Generator[list[str] | None, None, None]:
        """Give the cells of each record, none of a blank line; None where it is broken."""
        held = self._held
        while True:
            held.clear()
            self.fault = None
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as problem:
                self.line += len(held)
                self.fault = str(problem) if len(held) == 1 else "a quote is opened and not closed"
                self.take_back()
                yield None
            else:
                self.line += len(held)
                yield cells

    def take_back(self) -> None:
        """Leave the record that was read last its first line, and read those after it anew."""
        self._again.extendleft(reversed(self._held[1:]))
        self._limit = max(self._limit - sum(map(len, self._held[1:])), min(_LEAST, _MAX_CELL))
        self.line -= len(self._held) - 1
        del self._held[1:]
        self._begin()

    def rest(self) -> Iterator[str]:
        """Give the lines below the record that was read last as they are, for whoever does not trust them any more."""
        yield from self._taken_back()
        yield from self._lines

    def _begin(self) -> None:
        self._reader = csv.reader(self._passed_on(), delimiter=self.separator, strict=True)

    def _passed_on(self) -> Iterator[str]:
        """Pass lines on and hold them; end a record that grows and grows."""
        held, size = self._held, 0
        for lines in (self._taken_back(), self._lines):
            for line in lines:
                held.append(line)
                size = len(line) if len(held) == 1 else size + len(line)
                if self._limit < _MAX_CELL and lines is self._lines:
                    self._limit = min(self._limit + len(line), _MAX_CELL)
                if size > self._limit and len(held) > 1:
                    raise csv.Error
                yield line

    def _taken_back(self) -> Iterator[str]:
        while self._again:
            yield self._again.popleft()


_lock = RLock()
_limits: list[int] = []


@contextmanager
def long_cells(limit: int | None = None) -> Iterator[None]:
    """Let cells be longer than Python lets them be by itself, for a while.

    The limit is the whole process's: while several readers are at work the highest one holds, and the last of them
    puts back what was there before the first.
    """
    limit = _MAX_CELL if limit is None else limit
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
