"""Create files that hold personal data, readable and writable by their owner only."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["append_to_private_file", "create_private_file", "ensure_private_file"]

_OWNER_ONLY = 0o600
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)  # Windows has no such flag


def create_private_file(path: Path) -> None:
    """Create an empty file with mode 0600, whatever the umask.

    Args:
        path: The file. An existing file is never touched.

    Raises:
        FileExistsError: Something of this name exists.
        OSError: The file cannot be created.
    """
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNER_ONLY)
    try:
        # The umask may have removed the owner's own bits. Windows has neither the bits nor the function.
        if hasattr(os, "fchmod"):
            os.fchmod(descriptor, _OWNER_ONLY)
    finally:
        os.close(descriptor)


def ensure_private_file(path: Path) -> None:
    """Create a file with mode 0600 unless it exists; an existing file keeps its mode and contents.

    Args:
        path: The file.

    Raises:
        OSError: The file cannot be created.
    """
    with suppress(FileExistsError):
        create_private_file(path)


def append_to_private_file(path: Path) -> IO[bytes]:
    """Open a file for appending, unbuffered; create it with mode 0600 unless it exists.

    Args:
        path: The file. A symbolic link is rejected: only an attacker would create one with a name that we choose.

    Raises:
        OSError: The file cannot be opened, or is a symbolic link.
    """
    ensure_private_file(path)
    return open(path, "ab", buffering=0, opener=lambda name, flags: os.open(name, flags | _NO_FOLLOW))
