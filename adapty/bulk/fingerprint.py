"""Tells whether a file is still the one that a run began with."""

from __future__ import annotations

from hashlib import blake2b, file_digest
from typing import TYPE_CHECKING

from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["fingerprint"]

_DIGEST_BYTES = 16


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
