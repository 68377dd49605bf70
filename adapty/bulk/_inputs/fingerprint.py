"""Tells whether a file is still the one that a run began with."""

from __future__ import annotations

from hashlib import blake2b, file_digest
from pathlib import Path
from typing import Self

from attrs import frozen

from adapty.errors import AdaptyUsageError

__all__ = ["FileState", "fingerprint"]

_DIGEST_BYTES = 16


@frozen
class FileState:
    """What the system says of a file: enough to notice, at no cost, that it changes while it is being read.

    Attributes:
        path: The file.
        place: The device and the number of the file on it, which are others where another file was put in its place.
        size: How many bytes it has.
        changed: When it was written last, in nanoseconds.
    """

    path: Path
    place: tuple[int, int]
    size: int
    changed: int

    @classmethod
    def from_path(cls, path: Path) -> Self:
        """Look at a file.

        Raises:
            AdaptyUsageError: It is not there any more.
        """
        try:
            status = path.stat()
        except OSError as problem:
            raise AdaptyUsageError(f"{path}: cannot be read: {problem.strerror}") from None
        return cls(path, (status.st_dev, status.st_ino), status.st_size, status.st_mtime_ns)

    def is_same(self) -> bool:
        """Tell whether the file is still there and the same."""
        try:
            return type(self).from_path(self.path) == self
        except AdaptyUsageError:
            return False

    def check(self) -> None:
        """See that it is still the same.

        Raises:
            AdaptyUsageError: It is not.
        """
        if type(self).from_path(self.path) != self:
            raise AdaptyUsageError(
                f"{self.path}: has changed meanwhile; expected the same file until the run is through"
            )


def fingerprint(path: Path) -> str:
    """Give a text that is another one for any other content: the size in bytes, and a hash of all of them.

    Args:
        path: The file. It is read through once, at the pace of the disk and in bounded memory.

    Raises:
        AdaptyUsageError: It is no file, or cannot be read.

    Example:
        >>> from pathlib import Path
        >>> _ = Path("base.csv").write_bytes(b"email")
        >>> fingerprint(Path("base.csv"))
        '5-ec7e2f02f5db0f84cc54e2a7553b7a35'
    """
    try:
        # A pipe can be read once only: what it gave to the hash would be missing in the run.
        if path.exists() and not path.is_file():
            raise AdaptyUsageError(f"{path}: is no file on a disk; expected one that can be read again")
        with path.open("rb") as file:
            digest = file_digest(file, lambda: blake2b(digest_size=_DIGEST_BYTES))
            return f"{file.tell()}-{digest.hexdigest()}"
    except (OSError, ValueError) as problem:
        if isinstance(problem, AdaptyUsageError):
            raise
        reason = problem.strerror if isinstance(problem, OSError) else "its name is none"
        raise AdaptyUsageError(f"{path}: cannot be read: {reason}") from None
