"""The limit of the time that databases may wait for locks while a webhook is processed."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from adapty._clock import monotonic

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["get_wait_seconds", "lock_deadline"]

_MIN_SECONDS = 0.5
"""Time to wait for a lock even after the deadline: the completion of a handled event must still be recorded."""

_deadline: ContextVar[float | None] = ContextVar("adapty_lock_deadline", default=None)


@contextmanager
def lock_deadline(seconds: float) -> Iterator[None]:
    """Limit the total time that databases wait for locks in the block, unless an outer block limits it already.

    The limit holds in other threads if they run with a copy of the context.
    """
    if _deadline.get() is not None:
        yield
        return
    token = _deadline.set(monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


def get_wait_seconds(limit: float) -> float:
    """Return how long one transaction may wait: the limit, or less before a deadline."""
    deadline = _deadline.get()
    return limit if deadline is None else min(limit, max(_MIN_SECONDS, deadline - monotonic()))
