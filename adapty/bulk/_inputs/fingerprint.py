"""Detect changes of an input file."""

from __future__ import annotations

from hashlib import blake2b, file_digest
from pathlib import Path
from typing import Self

from attrs import frozen

from adapty.bulk._inputs.files import os_reason
from adapty.errors import AdaptyUsageError

__all__ = ["FileState", "fingerprint"]

_DIGEST_BYTES = 16


@frozen
class FileState:
    """The status of a file: enough to notice, at no cost, that it changes while it is read.

    Attributes:
        path: The file.
        inode: Its device and inode, which change if another file replaces it.
        size: Its size in bytes.
        mtime_ns: The time of the last change in nanoseconds.
    """

    path: Path
    inode: tuple[int, int]
    size: int
    mtime_ns: int

    @classmethod
    def from_path(cls, path: Path) -> Self:
        """Return the status of a file.

        Raises:
            AdaptyUsageError: The file is missing.
        """
        try:
            status = path.stat()
        except OSError as error:
            raise AdaptyUsageError(f"{path}: cannot be read: {error.strerror}") from None
        return cls(path, (status.st_dev, status.st_ino), status.st_size, status.st_mtime_ns)

    def is_same(self) -> bool:
        """Return whether the file still exists and is unchanged."""
        try:
            return type(self).from_path(self.path) == self
        except AdaptyUsageError:
            return False

    def check(self) -> None:
        """Raise if the file has changed.

        Raises:
            AdaptyUsageError: The file has changed, or is missing.
        """
        if type(self).from_path(self.path) != self:
            raise AdaptyUsageError(f"{self.path}: has changed during the run; expected the same file until it ends")


def fingerprint(path: Path) -> str:
    """Return a text that differs for any other content: the size in bytes and a hash.

    Args:
        path: The file. It is read once, in bounded memory.

    Raises:
        AdaptyUsageError: It is not a regular file, or cannot be read.

    Example:
        >>> from pathlib import Path
        >>> _ = Path("base.csv").write_bytes(b"email")
        >>> fingerprint(Path("base.csv"))
        '5-ec7e2f02f5db0f84cc54e2a7553b7a35'
    """
    try:
        if path.is_file() or not path.exists():
            with path.open("rb") as file:
                digest = file_digest(file, lambda: blake2b(digest_size=_DIGEST_BYTES))
                return f"{file.tell()}-{digest.hexdigest()}"
    except (OSError, ValueError) as error:
        raise AdaptyUsageError(f"{path}: cannot be read: {os_reason(error)}") from None
    # A pipe can be read only once: the run would miss what was read for the hash.
    raise AdaptyUsageError(f"{path}: is not a regular file; expected one that can be read again")
