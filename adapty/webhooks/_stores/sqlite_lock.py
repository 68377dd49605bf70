"""The lock of the one worker that sends the events of an outbox in an SQLite file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapty._private_files import ensure_private_file
from adapty.errors import AdaptyConfigError, AdaptyUsageError

if TYPE_CHECKING:
    from pathlib import Path

    from filelock import BaseFileLock

__all__ = ["WorkerLock"]


class WorkerLock:
    """The lock of a file beside the outbox, which stays in its place.

    The operating system releases it when the process ends. Threads of one process exclude each other, too.

    Args:
        path: The file of the outbox.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(f"{path.name}-worker")
        self._lock: BaseFileLock | None = None

    def try_acquire(self) -> bool:
        """Acquire the lock unless another worker has it.

        Raises:
            AdaptyConfigError: filelock is not installed.
            AdaptyUsageError: The file cannot be locked.
        """
        if self.is_valid():
            return True
        try:
            from filelock import FileLock, Timeout  # noqa: PLC0415 - an extra
        except ImportError:
            raise AdaptyConfigError('the outbox worker requires filelock: pip install "adapty[webhooks]"') from None
        lock = self._lock or FileLock(self._path, timeout=0, thread_local=False)
        try:
            ensure_private_file(self._path)
            lock.acquire()
        except Timeout:
            return False
        except (OSError, NotImplementedError) as error:
            reason = getattr(error, "strerror", None) or error
            raise AdaptyUsageError(f"{self._path}: cannot be used as a lock: {reason}") from None
        self._lock = lock
        return True

    def is_valid(self) -> bool:
        """Return whether it is acquired."""
        return self._lock is not None and self._lock.is_locked

    def release(self) -> None:
        """Release the lock, if it is acquired."""
        if self._lock is not None:
            self._lock.release()
