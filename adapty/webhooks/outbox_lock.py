"""One worker at a time has an outbox: a lock of the operating system's, which ends with the process that has it."""

from __future__ import annotations

import os
import sys
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING

from adapty._private_files import ensure_private_file
from adapty.errors import AdaptyUsageError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

__all__ = ["OutboxLock"]


class OutboxLock:
    """Locks an outbox for one worker, by a file of its name with `-worker` added, which stays empty and in its place.

    Of two workers of one process it keeps one out too, and a process that is forked has no part in it.

    Args:
        outbox: The outbox's file.
    """

    def __init__(self, outbox: Path) -> None:
        self._path = outbox.with_name(f"{outbox.name}-worker")
        self._file: int | None = None
        _locks.add(self)

    def acquire(self) -> bool:
        """Take the lock, and tell whether it is had; False where another worker has it.

        Raises:
            AdaptyUsageError: There can be no such file.
        """
        try:
            ensure_private_file(self._path)
            file = os.open(self._path, os.O_RDWR)
        except OSError as problem:
            raise AdaptyUsageError(f"{self._path}: cannot be used as a lock: {problem.strerror}") from None
        try:
            _lock(file)
        except (BlockingIOError, PermissionError):
            os.close(file)
            return False
        except OSError as problem:
            os.close(file)
            raise AdaptyUsageError(f"{self._path}: cannot be used as a lock: {problem.strerror}") from None
        self._file = file
        return True

    def release(self) -> None:
        """Give the lock back, if it is had."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()


if sys.platform == "win32":

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


_locks: weakref.WeakSet[OutboxLock] = weakref.WeakSet()


def _after_fork_in_child() -> None:
    """Let go of what was inherited: a lock is held until the last process that has the file open closes it."""
    for lock in list(_locks):
        with suppress(OSError):
            lock.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
