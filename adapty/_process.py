"""The identity of this process, for objects that must not be used in a forked child."""

from __future__ import annotations

import os

__all__ = ["current_process"]

_forks = 0


def _count_fork() -> None:
    global _forks  # noqa: PLW0603 - one number per process
    _forks += 1


if hasattr(os, "register_at_fork"):  # not on Windows, which has no forks
    os.register_at_fork(after_in_child=_count_fork)


def current_process() -> tuple[int, int]:
    """Return a value that differs between a process and its forked children.

    The process ID alone is not enough: parent and child can have the same one in different PID namespaces, and IDs are
    reused. The number of forks alone is not enough either: code in C can fork without Python noticing.
    """
    return os.getpid(), _forks
