"""Files of records: which format a name stands for, and reading them line by line, gzipped or not."""

from __future__ import annotations

import gzip
import io
import stat
import zlib
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, Protocol, Self, TextIO, cast

from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType

    from _typeshed import WriteableBuffer

__all__ = [
    "DAMAGED",
    "GZIP",
    "BrokenFileError",
    "Format",
    "InputFile",
    "bounded_lines",
    "file_format",
    "gzip_problem",
    "refuse_utf_16",
    "split_name",
]


class _Peekable(Protocol):
    """Bytes that can be looked at before they are read."""

    def peek(self, size: int, /) -> bytes: ...


Format = Literal["csv", "jsonl"]
"""How a file's records are spelled."""

GZIP = b"\x1f\x8b"
"""What gzip data begins with."""

DAMAGED = (EOFError, gzip.BadGzipFile, zlib.error)
"""What unpacking damaged gzip data raises."""

_FORMATS: Mapping[str, Format] = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
_PACKED = ".gz"

_BUFFER = 65_536
_PACKED_BUFFER = 8192
"""Of packed data that is read at a time: it holds many rows, of which none is done yet."""

_MAX_LINE = 2**24
_BOM = "\ufeff"
_LOOKED_AT = 64
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_LEAST_UTF_16 = 4


class BrokenFileError(AdaptyUsageError):
    """A file cannot be read to its end, however often it is tried; one that can be is another file."""


def split_name(path: Path) -> tuple[str, str]:
    """Split a file's name into the part before its format's ending, and that ending without `.gz`.

    Example:
        >>> split_name(Path("base.csv.gz")), split_name(Path("a.b.JSONL"))
        (('base', '.csv'), ('a.b', '.JSONL'))
    """
    unpacked = Path(path.name[: -len(_PACKED)] if _is_packed(path) else path.name)
    return unpacked.stem, unpacked.suffix


def file_format(path: Path) -> Format:
    """Tell a file's format by its ending, `.gz` after it or not: `csv` or `jsonl`.

    Raises:
        AdaptyUsageError: The ending is another one.
    """
    _, ending = split_name(path)
    if ending.lower() not in _FORMATS:
        expected = "expected a name that ends in .csv, .jsonl or .ndjson, or in one of these and .gz"
        raise AdaptyUsageError(f"{path}: its format is not known; {expected}")
    return _FORMATS[ending.lower()]


def bounded_lines(text: TextIO, name: object, expected: str) -> Iterator[str]:
    """Return lines one by one, each with its end, and never one that would fill the memory.

    A byte order mark at the start of a line is removed: files that were put together have one where each began.

    Args:
        text: What they are read from.
        name: What it is called in the message.
        expected: What a line should be.

    Raises:
        BrokenFileError: A line is so long that it must be something else.
    """
    for number, line in enumerate(iter(partial(text.readline, _MAX_LINE), ""), start=1):
        if len(line) == _MAX_LINE:
            reason = f"has a line, {number}, of more than {_MAX_LINE} characters; expected {expected}"
            raise BrokenFileError(f"{name}: {reason}")
        if line[0] != _BOM:
            yield line
        elif rest := line.lstrip(_BOM):
            yield rest


def gzip_problem(damage: Exception, line: int) -> str:
    """Return what is wrong with a gzipped file, and where.

    Args:
        damage: What unpacking it raised, one of `DAMAGED`.
        line: The number of the last line that could be read, 0 for none.
    """
    where = f" after line {line}" if line else ""
    # The file begins as gzip data: only what follows a complete stream can be no gzip data at all.
    if isinstance(damage, gzip.BadGzipFile) and str(damage).startswith("Not a gzipped file"):
        place = f",{where}" if where else ""
        return f"has other data after the end of its gzip data{place}; expected nothing there: remove it or pack it too"
    return f"cannot be unpacked{where}; its gzip data is damaged or cut short"


def refuse_utf_16(content: _Peekable, name: object) -> None:
    """See that text is not UTF-16, by its mark, or by its zeros where it has none.

    Args:
        content: What is about to be read; it is only looked at.
        name: What it is called in the message.

    Raises:
        AdaptyUsageError: It is.
    """
    if _is_utf_16(content.peek(_LOOKED_AT)[:_LOOKED_AT]):
        raise AdaptyUsageError(f"{name}: is UTF-16; expected UTF-8")


class InputFile:
    """A text file that is being read: UTF-8, bytes that are none kept as they are, line ends too.

    Attributes:
        path: The file.
        size: How many bytes it has on disk.
        text: What is in it.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, and look at its first bytes.

        Raises:
            AdaptyUsageError: It cannot be opened, can be read only once, as a pipe, or is UTF-16, or is gzip data where
                its name does not say so, or the other way round.
        """
        self.path = path
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
                raise AdaptyUsageError(f"{path}: is no file on a disk; expected one that can be read again")
            self._disk = _CountingFile(path)
        except (OSError, ValueError) as problem:
            raise problem if isinstance(problem, AdaptyUsageError) else _unopened(path, problem) from None
        self.size = status.st_size
        try:
            self.text = io.TextIOWrapper(self._content(), "utf-8-sig", errors="surrogateescape", newline="")
        except BaseException:
            self._disk.close()
            raise

    @property
    def most_ahead(self) -> int:
        """How many bytes of the file, at most, were read ahead and not given yet, those of a line or two left aside."""
        return _PACKED_BUFFER if _is_packed(self.path) else _BUFFER

    @property
    def position(self) -> int:
        """How many bytes of the file were read so far, of a gzipped one packed bytes; the size at most."""
        return min(self._disk.count, self.size)

    def lines(self) -> Iterator[str]:
        """Give the lines one by one, each with its end.

        Raises:
            BrokenFileError: The rest cannot be unpacked, or a line is so long that it must be something else.
            AdaptyUsageError: The rest cannot be read. Both messages say where.
        """
        number = 0
        try:
            for line in bounded_lines(self.text, self.path, "one record a line"):
                number += 1
                yield line
        except DAMAGED as damage:
            raise BrokenFileError(f"{self.path}: {gzip_problem(damage, number)}") from None
        except OSError as problem:
            raise AdaptyUsageError(f"{self.path}: cannot be read after line {number}: {problem.strerror}") from None

    def close(self) -> None:
        """Close the file; `position` stays."""
        self.text.close()

    def _content(self) -> IO[bytes]:
        """Give the unpacked bytes, after a look at the first of them."""
        buffered = io.BufferedReader(self._disk, self.most_ahead)
        content: io.BufferedReader[Any] | _Unpacked = buffered
        try:
            is_gzip = buffered.peek(len(GZIP)).startswith(GZIP)
            if _is_packed(self.path):
                if self.size and not is_gzip:
                    raise AdaptyUsageError(f"{self.path}: is no gzip data; expected a name without .gz")
                content = _Unpacked(buffered)
            elif is_gzip:
                raise AdaptyUsageError(f"{self.path}: is gzip data; expected a name that ends in .gz")
            refuse_utf_16(content, self.path)
        except DAMAGED as damage:
            raise AdaptyUsageError(f"{self.path}: {gzip_problem(damage, 0)}") from None
        except OSError as problem:
            raise _unopened(self.path, problem) from None
        return cast("IO[bytes]", content)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class _CountingFile(io.FileIO):
    """A file that knows how many of its bytes were read; asking the system would cost a call each time."""

    count = 0

    def readinto(self, buffer: WriteableBuffer, /) -> int | None:
        """Read as ever, and count."""
        read = super().readinto(buffer)
        self.count += read or 0
        return read


class _InSips:
    """A packed file that gives little at a time, however much is asked for: what it gave counts as read."""

    def __init__(self, packed: io.BufferedReader) -> None:
        self._packed = packed

    def read(self, size: int) -> bytes:
        return self._packed.read(min(size, _PACKED_BUFFER))


class _Unpacked(gzip.GzipFile):
    """What is in a gzipped file; closes that file too."""

    def __init__(self, packed: io.BufferedReader[Any]) -> None:
        super().__init__(fileobj=cast("IO[bytes]", _InSips(packed)))
        self._packed = packed

    def close(self) -> None:
        super().close()
        self._packed.close()


def _is_packed(path: Path) -> bool:
    return path.suffix.lower() == _PACKED


def _is_utf_16(start: bytes) -> bool:
    """Tell by the mark, or by every second byte being zero, as in text of which all is ASCII."""
    if start.startswith(_UTF_16_MARKS):
        return True
    pairs = start[: len(start) // 2 * 2]
    halves = (pairs[::2], pairs[1::2])
    return len(pairs) >= _LEAST_UTF_16 and any(
        not any(zeros) and all(others) for zeros, others in (halves, halves[::-1])
    )


def _unopened(path: Path, problem: OSError | ValueError) -> AdaptyUsageError:
    reason = problem.strerror if isinstance(problem, OSError) else "its name is none"
    return AdaptyUsageError(f"{path}: cannot be opened: {reason}")
