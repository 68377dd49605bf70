"""Limit how long a webhook request waits for files, so that Adapty gets an answer in time."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from adapty._clock import monotonic

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ANSWER_SECONDS", "answer_deadline", "limit_wait"]

ANSWER_SECONDS = 8.0
"""How long a request may wait for threads and files in total. Adapty waits 10 seconds for an answer."""

_LEAST_SECONDS = 0.5
"""How long a file is waited for after the deadline: an event that was handled late is still marked as seen."""

_deadline: ContextVar[float | None] = ContextVar("adapty_webhook_deadline", default=None)


@contextmanager
def answer_deadline() -> Iterator[None]:
    """Set the deadline of a request for the block, unless it has one already.

    Threads that run with a copy of the block's context have the same deadline.
    """
    if _deadline.get() is not None:
        yield
        return
    token = _deadline.set(monotonic() + ANSWER_SECONDS)
    try:
        yield
    finally:
        _deadline.reset(token)


def limit_wait(seconds: float) -> float:
    """Return how long to wait for a file: `seconds`, or less where the deadline of the request is nearer."""
    deadline = _deadline.get()
    if deadline is None:
        return seconds
    return min(seconds, max(_LEAST_SECONDS, deadline - monotonic()))
