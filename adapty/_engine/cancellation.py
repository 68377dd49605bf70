"""How a bulk job is asked to end early."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from attrs import define

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Stop"]


@define
class Stop:
    """Asks a job to end early, from any thread and from a signal handler too.

    Attributes:
        asked: Whether it is asked.
        given_up: Whether it is asked not to wait for anything.
        is_reading: Whether the next record is being read. That takes as long as it likes, and nothing else goes on
            meanwhile: who asks from within the same thread breaks it off with an exception.
    """

    asked: bool = False
    given_up: bool = False
    is_reading: bool = False
    _tell: Callable[[], object] | None = None
    _cancel: Callable[[], object] | None = None

    def ask(self) -> None:
        """Ask for an end when what is sent is answered; nothing more is sent."""
        self.asked = True
        if self._tell is not None:
            self._tell()

    def give_up(self) -> None:
        """Ask for an end at once: what is under way is given up."""
        self.asked = self.given_up = True
        if self._cancel is not None:
            self._cancel()

    @contextmanager
    def telling(self, listener: Callable[[], object]) -> Iterator[None]:
        """Have a function called in the running loop when it is asked; at once, if it is asked already."""
        self._tell = partial(asyncio.get_running_loop().call_soon_threadsafe, listener)
        if self.asked:
            listener()
        try:
            yield
        finally:
            self._tell = None

    @contextmanager
    def cancelling(self) -> Iterator[None]:
        """Have the task that is running cancelled when it is given up."""
        task = asyncio.current_task()
        if task is not None:
            self._cancel = partial(task.get_loop().call_soon_threadsafe, task.cancel)
        try:
            yield
        finally:
            self._cancel = None
