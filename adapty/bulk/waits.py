"""The waits of a bulk run that the API's answers ask for, in one place, so that tests can do without them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["hold_seconds", "later"]


def later(seconds: float, then: Callable[[], object]) -> asyncio.TimerHandle:
    """Do something when so many seconds have passed: try a request again."""
    return asyncio.get_running_loop().call_later(seconds, then)


def hold_seconds(asked: float) -> float:
    """Give how long nobody sends, where the API asks to be left alone for so many seconds."""
    return asked
