"""Create files that hold personal data, readable and writable by their owner only."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["create_private_file", "ensure_private_file"]

_OWNER_ONLY = 0o600


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
