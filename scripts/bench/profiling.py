"""Where time or memory goes, as a table for people, the most expensive first."""

from __future__ import annotations

import sys
import tracemalloc
from cProfile import Profile
from pathlib import Path
from pstats import Stats
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from scripts.bench.samples import Profiled

__all__ = ["TOP", "of_imports", "profiled"]

TOP = 25

_LOOK_SECONDS = 0.5
_BUILT_IN = "~"
_IMPORT_TIME = "import time:"


def profiled(kind: Profiled, work: Callable[[], object], records: int) -> str:
    """Do some work, and tell what was the most expensive of it."""
    return _memory(work) if kind == "memory" else _time(work, records)


def of_imports(log: str) -> str:
    """Tell which modules took the longest, of what `-X importtime` writes."""
    rows = [line.removeprefix(_IMPORT_TIME).split("|") for line in log.splitlines() if line.startswith(_IMPORT_TIME)]
    known = [(int(own), int(whole), name.strip()) for own, whole, name in rows if own.strip().isdigit()]
    dearest = sorted(known, key=lambda row: -row[0])[:TOP]
    return "\n".join(
        [f"{'own µs':>9}{'with theirs':>13}  module", *(f"{o:>9}{w:>13}  {name}" for o, w, name in dearest)]
    )


def _time(work: Callable[[], object], records: int) -> str:
    """Tell in which functions the time is spent; being watched makes each call dearer than it is."""
    profile = Profile()
    profile.runcall(work)
    functions = cast("Any", Stats(profile)).stats.items()
    lines = [f"{'own µs':>9}{'with called':>13}{'calls':>8}  function, per record"]
    for (file, line, name), (_, calls, own, whole, _) in sorted(functions, key=lambda each: -each[1][2])[:TOP]:
        where = name if file == _BUILT_IN else f"{_short(file)}:{line} {name}"
        lines.append(f"{own / records * 1e6:>9.2f}{whole / records * 1e6:>13.2f}{calls / records:>8.1f}  {where}")
    return "\n".join(lines)


def _memory(work: Callable[[], object]) -> str:
    """Tell which lines had asked for the memory that was in use when most was, of the moments looked at."""
    most, held = 0, tracemalloc.Snapshot((), 1)
    ended = Event()

    def look() -> None:
        nonlocal most, held
        if (now := tracemalloc.get_traced_memory()[0]) > most:
            most, held = now, tracemalloc.take_snapshot()

    def watch() -> None:
        while not ended.wait(_LOOK_SECONDS):
            look()

    watcher = Thread(target=watch)
    tracemalloc.start()
    watcher.start()
    try:
        work()
    finally:
        ended.set()
        watcher.join()
        look()
        tracemalloc.stop()
    lines = [f"{most / 1e6:.1f} MB were in use by Python's own objects", f"{'MB':>9}{'objects':>10}  line"]
    for each in held.statistics("lineno")[:TOP]:
        frame = each.traceback[0]
        lines.append(f"{each.size / 1e6:>9.2f}{each.count:>10}  {_short(frame.filename)}:{frame.lineno}")
    return "\n".join(lines)


def _short(file: str) -> str:
    """Give a file's name as an import would find it."""
    path = Path(file)
    homes = sorted((Path(home) for home in sys.path if home), key=lambda home: -len(home.parts))
    return next((str(path.relative_to(home)) for home in homes if path.is_relative_to(home)), path.name)
