"""Input files: their format by name, and their text line by line, gzipped or not."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import stat
import weakref
import zlib
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any, Literal, Self, cast

from adapty._core.validation import type_name
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType

    from _typeshed import WriteableBuffer

__all__ = ["BrokenFileError", "Format", "InputFile", "TempCopy", "file_format", "os_reason", "parse_path", "split_name"]

Format = Literal["csv", "jsonl"]
"""The format of a file of records."""

_FORMATS: Mapping[str, Format] = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
_GZIP_SUFFIX = ".gz"
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_ERRORS = (EOFError, gzip.BadGzipFile, zlib.error)

_BUFFER = 65_536
_GZIP_BUFFER = 8192
"""Compressed bytes that are read at a time. They hold many rows, none of which is sent yet."""

_MAX_LINE = 2**24
_BOM = "\ufeff"
_UTF_16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_SAMPLE = 64


def parse_path(name: str, value: Any) -> Path:
    """Return an argument that is a path.

    Raises:
        AdaptyUsageError: It is not a path; `field_name` is `name`.
    """
    try:
        return Path(value)
    except TypeError:
        raise AdaptyUsageError.for_field(name, f"is {type_name(value)}; expected a path") from None


class BrokenFileError(AdaptyUsageError):
    """The content of a file is invalid, so that a retry fails, too; a corrected file is another file."""


def os_reason(error: OSError | ValueError) -> str:
    """Return why the operating system refused a path."""
    return str(error.strerror) if isinstance(error, OSError) else "invalid path"


def split_name(path: Path) -> tuple[str, str]:
    """Split a file's name into the stem and the suffix of its format, without `.gz`.

    Example:
        >>> split_name(Path("base.csv.gz")), split_name(Path("a.b.JSONL"))
        (('base', '.csv'), ('a.b', '.JSONL'))
    """
    is_gzip = path.suffix.lower() == _GZIP_SUFFIX
    name = Path(path.name[: -len(_GZIP_SUFFIX)] if is_gzip else path.name)
    return name.stem, name.suffix


def file_format(path: Path) -> Format:
    """Return a file's format by its suffix, before `.gz`: `csv` or `jsonl`.

    Raises:
        AdaptyUsageError: The suffix is another one.
    """
    _, suffix = split_name(path)
    if suffix.lower() not in _FORMATS:
        expected = "expected a name that ends in .csv, .jsonl or .ndjson, or in one of these and .gz"
        raise AdaptyUsageError(f"{path}: unknown format; {expected}")
    return _FORMATS[suffix.lower()]


class InputFile:
    """An open text file in UTF-8. Invalid bytes are decoded with `surrogateescape`; line ends stay as they are.

    Content that starts as gzip data does is decompressed, whatever the name.

    Attributes:
        source: The file, or the copy of a stream.
        name: Its name in messages.
        size: Its size on disk in bytes.
    """

    def __init__(self, source: Path | TempCopy) -> None:
        """Open the file, and look at its first bytes.

        Raises:
            AdaptyUsageError: It cannot be opened, is not a regular file, cannot be decompressed, or is not UTF-8 text
                but UTF-16, for example.
        """
        self.source = source
        self.name = str(source)
        try:
            self._disk = source.open_raw() if isinstance(source, TempCopy) else _CountingFile(_regular_file(source))
            self.size = os.fstat(self._disk.fileno()).st_size
        except (OSError, ValueError) as error:
            raise self._cannot_open(error) from None
        try:
            self._text = self._open_text()
        except BaseException:
            self._disk.close()
            raise

    @property
    def max_readahead(self) -> int:
        """The highest number of bytes that are read and not returned yet, apart from a line or two."""
        return _GZIP_BUFFER if self._is_gzip else _BUFFER

    @property
    def position(self) -> int:
        """How many bytes on disk were read, at most `size`. Of a gzipped file these are compressed bytes."""
        return min(self._disk.count, self.size)

    def lines(self) -> Iterator[str]:
        """Return the lines one by one, each with its end.

        A byte order mark at the start of a line is removed: concatenated files have one where each of them starts.

        Raises:
            BrokenFileError: The rest cannot be decompressed, or a line is too long.
            AdaptyUsageError: The rest cannot be read. Both messages name the line.
        """
        number = 0
        try:
            for line in iter(partial(self._text.readline, _MAX_LINE), ""):
                number += 1
                if len(line) == _MAX_LINE:
                    raise BrokenFileError(
                        f"{self.name}: line {number} has more than {_MAX_LINE} characters; expected one record a line"
                    )
                if line[0] != _BOM:
                    yield line
                elif rest := line.lstrip(_BOM):
                    yield rest
        except _GZIP_ERRORS as error:
            raise BrokenFileError(f"{self.name}: {_gzip_problem(error, number)}") from None
        except OSError as error:
            raise AdaptyUsageError(f"{self.name}: cannot be read after line {number}: {error.strerror}") from None

    def close(self) -> None:
        """Close the file; `position` stays."""
        self._text.close()

    def _open_text(self) -> io.TextIOWrapper:
        try:
            self._is_gzip = self._disk.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
            self._disk.rewind()
            if self.size and not self._is_gzip and self.name.lower().endswith(_GZIP_SUFFIX):
                raise BrokenFileError(f"{self.name}: is not gzip data; expected a name without .gz, or another file")
            packed = io.BufferedReader(self._disk, self.max_readahead)
            content = _Gunzip(packed) if self._is_gzip else packed
            sample = content.peek(_SAMPLE)[:_SAMPLE]
        except _GZIP_ERRORS as error:
            raise BrokenFileError(f"{self.name}: {_gzip_problem(error, 0)}") from None
        except OSError as error:
            raise self._cannot_open(error) from None
        if sample.startswith(_UTF_16_BOMS):
            raise BrokenFileError(f"{self.name}: is UTF-16; expected UTF-8")
        if b"\0" in sample:
            raise BrokenFileError(f"{self.name}: has zero bytes, as UTF-16 and binary files have; expected UTF-8 text")
        return io.TextIOWrapper(cast("IO[bytes]", content), "utf-8-sig", errors="surrogateescape", newline="")

    def _cannot_open(self, error: OSError | ValueError) -> AdaptyUsageError:
        if isinstance(error, AdaptyUsageError):
            return error
        return AdaptyUsageError(f"{self.name}: cannot be opened: {os_reason(error)}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _regular_file(path: Path) -> Path:
    """Return the path, or raise if what it leads to cannot be read twice."""
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # opening a directory raises the clearer error
        raise AdaptyUsageError(f"{path}: is not a regular file; expected one that can be read again")
    return path


class _CountingFile(io.FileIO):
    """A file that counts the bytes that were read; asking the system would cost a call each time."""

    count = 0

    def readinto(self, buffer: WriteableBuffer, /) -> int | None:
        """Read and count."""
        read = super().readinto(buffer)
        self.count += read or 0
        return read

    def rewind(self) -> None:
        """Return to the start."""
        self.seek(0)
        self.count = 0


class TempCopy:
    """A temporary copy of a stream or a pipe, which several readers can read from its start.

    The file has no name and disappears with the process.
    """

    def __init__(self, source: Path | IO[bytes]) -> None:
        """Copy the rest of the stream.

        Raises:
            AdaptyUsageError: It cannot be read, or there is no room for the copy.
        """
        self._name = str(source) if isinstance(source, Path) else "standard input"
        self._file = TemporaryFile()  # noqa: SIM115 - closed with the last reference
        weakref.finalize(self, self._file.close)
        try:
            with ExitStack() as files:
                stream = files.enter_context(source.open("rb")) if isinstance(source, Path) else source
                shutil.copyfileobj(stream, self._file)
            self._file.flush()
        except (OSError, ValueError) as error:
            doing = "opened" if isinstance(source, Path) else "read"
            raise AdaptyUsageError(f"{self._name}: cannot be {doing}: {os_reason(error)}") from None

    def __str__(self) -> str:
        return self._name

    def open_raw(self) -> _TempCopyReader:
        """Return a new reader at the start."""
        return _TempCopyReader(self)

    def read_at(self, offset: int, buffer: WriteableBuffer) -> int:
        """Read from an offset, whichever other readers there are."""
        self._file.seek(offset)
        return self._file.readinto(buffer)

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._file.fileno()


class _TempCopyReader(io.RawIOBase):
    """A reader of a `TempCopy`."""

    def __init__(self, copy: TempCopy) -> None:
        self._copy = copy
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        read = self._copy.read_at(self.count, buffer)
        self.count += read
        return read

    def fileno(self) -> int:
        return self._copy.fileno()

    def rewind(self) -> None:
        """Return to the start."""
        self.count = 0


class _SmallReads:
    """Caps the size of each read, so that `InputFile.position` stays accurate."""

    def __init__(self, packed: io.BufferedReader) -> None:
        self._packed = packed

    def read(self, size: int) -> bytes:
        return self._packed.read(min(size, _GZIP_BUFFER))


class _Gunzip(gzip.GzipFile):
    """The content of a gzipped file; closes that file, too."""

    def __init__(self, packed: io.BufferedReader[Any]) -> None:
        super().__init__(fileobj=cast("IO[bytes]", _SmallReads(packed)))
        self._packed = packed

    def close(self) -> None:
        super().close()
        self._packed.close()


def _gzip_problem(error: Exception, line: int) -> str:
    """Return what is wrong with a gzipped file, and after which line (0: before the first one)."""
    where = f" after line {line}" if line else ""
    # The file starts as gzip data: only what follows a complete stream can be something else.
    if isinstance(error, gzip.BadGzipFile) and str(error).startswith("Not a gzipped file"):
        return f"has other data after the end of its gzip data{where}; remove that data or compress it, too"
    return f"cannot be decompressed{where}: its gzip data is damaged or truncated"
