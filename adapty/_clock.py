"""A monotonic clock for waits, which tools that freeze time in tests do not change.

freezegun replaces `time.monotonic`, and with it the clock of asyncio. A thread of ours whose event loop reads a frozen
clock never wakes up again: its timers are due in decades. The event loops that we run ourselves read this clock.
"""

from __future__ import annotations

import importlib.util
from importlib.machinery import BuiltinImporter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from types import ModuleType

__all__ = ["monotonic", "new_event_loop", "use_monotonic"]


def _load_time() -> ModuleType:
    """Load a second copy of the built-in module `time`: the shared one may be patched already, or be patched later."""
    spec = BuiltinImporter.find_spec("time")
    assert spec is not None  # noqa: S101 - `time` is part of every interpreter
    module = importlib.util.module_from_spec(spec)
    assert spec.loader is not None  # noqa: S101 - as above
    spec.loader.exec_module(module)
    return module


monotonic: Callable[[], float] = _load_time().monotonic
"""Return the seconds of the monotonic clock, as `time.monotonic` does while nothing has patched it."""


def new_event_loop() -> asyncio.AbstractEventLoop:
    """Return a new event loop of the current policy whose timers follow `monotonic`."""
    import asyncio  # noqa: PLC0415 - the blocking client reads the clock without asyncio

    return use_monotonic(asyncio.new_event_loop())


def use_monotonic(loop: asyncio.AbstractEventLoop) -> asyncio.AbstractEventLoop:
    """Make the timers of an event loop follow `monotonic`, and return the loop.

    Loops that are not asyncio's own, such as uvloop's, measure time without Python and are left as they are.
    """
    import asyncio  # noqa: PLC0415 - as above

    if isinstance(loop, asyncio.BaseEventLoop):
        loop.time = monotonic  # type: ignore[method-assign]
    return loop
