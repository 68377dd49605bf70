"""Keep the side files of an SQLite file apart from those of another file that had its path before.

SQLite finds `-wal`, `-shm` and `-journal` by name alone. Beside a new file, those of a removed one break it or
overwrite what is in it, so they are deleted before the new file is used. A lock on the folder keeps processes from
deleting what another one has just created.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from time import sleep
from typing import TYPE_CHECKING

from adapty._clock import monotonic
from adapty._private_files import ensure_private_file
from adapty.errors import WebhookUnavailableError

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["create_missing_file", "remove_stale_side_files", "stat_side_files"]

_SUFFIXES = ("-wal", "-shm", "-journal")
_POLL_SECONDS = 0.01


def create_missing_file(path: Path, until: float) -> None:
    """Create an empty file with mode 0600 unless it exists, and delete side files of an earlier file first.

    Args:
        path: The file.
        until: The time by `monotonic` until which to wait for other processes.

    Raises:
        OSError: The file cannot be created, or a side file cannot be deleted.
        WebhookUnavailableError: Another process has locked the folder for too long.
    """
    if path.exists():
        return
    with _locked_folder(path, until):
        if not path.exists():
            for side_file in _side_files(path):
                side_file.unlink(missing_ok=True)
            ensure_private_file(path)


def stat_side_files(path: Path) -> dict[Path, os.stat_result]:
    """Return the status of each side file that exists."""
    found = {}
    for side_file in _side_files(path):
        with suppress(OSError):
            found[side_file] = side_file.stat()
    return found


def remove_stale_side_files(path: Path, stale: Mapping[Path, os.stat_result], until: float) -> None:
    """Delete the side files of a file that was removed or replaced; files that have taken their place stay.

    Call it while the connection to the old file is open, so that the system cannot give its inodes to new files.

    Args:
        path: The file.
        stale: What `stat_side_files` returned when the old file was opened.
        until: The time by `monotonic` until which to wait for other processes.

    Raises:
        OSError: A side file cannot be deleted.
        WebhookUnavailableError: Another process has locked the folder for too long.
    """
    with _locked_folder(path, until):
        for side_file, status in stat_side_files(path).items():
            if side_file in stale and os.path.samestat(status, stale[side_file]):
                side_file.unlink(missing_ok=True)


def _side_files(path: Path) -> list[Path]:
    return [path.with_name(path.name + suffix) for suffix in _SUFFIXES]


if sys.platform == "win32":

    @contextmanager
    def _locked_folder(path: Path, until: float) -> Iterator[None]:  # noqa: ARG001 - as below
        """Do nothing: Windows does not remove or replace a file that is open."""
        yield

else:

    @contextmanager
    def _locked_folder(path: Path, until: float) -> Iterator[None]:
        """Lock the folder of a file. Continue without a lock where the file system or the permissions refuse it."""
        try:
            folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            yield
            return
        try:
            _lock(folder, path, until)
            yield
        finally:
            os.close(folder)

    def _lock(folder: int, path: Path, until: float) -> None:
        while True:
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if monotonic() > until:
                    message = f"{path.parent}: is locked by another process; try again later"
                    raise WebhookUnavailableError(message) from None
                sleep(_POLL_SECONDS)
            except OSError:
                return
            else:
                return
