"""Profiles of time and memory as tables, most expensive first."""

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

    from scripts.bench.samples import ProfileKind

__all__ = ["MAX_ROWS", "format_import_times", "run_profiled"]

MAX_ROWS = 25

_MEMORY_INTERVAL_SECONDS = 0.5
_BUILT_IN = "~"
_IMPORT_TIME = "import time:"


def run_profiled(kind: ProfileKind, work: Callable[[], object], records: int) -> str:
    """Run some work and return its profile."""
    return _profile_memory(work) if kind == "memory" else _profile_time(work, records)


def format_import_times(log: str) -> str:
    """Return the slowest modules from the output of `-X importtime`."""
    rows = [line.removeprefix(_IMPORT_TIME).split("|") for line in log.splitlines() if line.startswith(_IMPORT_TIME)]
    times = [(int(own), int(total), name.strip()) for own, total, name in rows if own.strip().isdigit()]
    slowest = sorted(times, key=lambda row: -row[0])[:MAX_ROWS]
    lines = [f"{own:>9}{total:>9}  {name}" for own, total, name in slowest]
    return "\n".join([f"{'own µs':>9}{'total µs':>9}  module", *lines])


def _profile_time(work: Callable[[], object], records: int) -> str:
    """Return the functions that take longest; the profiler makes calls slower than they are."""
    profile = Profile()
    profile.runcall(work)
    functions = cast("Any", Stats(profile)).stats.items()
    lines = [f"{'own µs':>9}{'total µs':>10}{'calls':>8}  function, per record"]
    for (file, line, name), (_, calls, own, total, _) in sorted(functions, key=lambda row: -row[1][2])[:MAX_ROWS]:
        where = name if file == _BUILT_IN else f"{_import_path(file)}:{line} {name}"
        lines.append(f"{own / records * 1e6:>9.2f}{total / records * 1e6:>10.2f}{calls / records:>8.1f}  {where}")
    return "\n".join(lines)


def _profile_memory(work: Callable[[], object]) -> str:
    """Return the lines that allocated the memory in use at the peak; the peak is found by sampling."""
    peak, snapshot = 0, tracemalloc.Snapshot((), 1)
    stop = Event()

    def check() -> None:
        nonlocal peak, snapshot
        if (current := tracemalloc.get_traced_memory()[0]) > peak:
            peak, snapshot = current, tracemalloc.take_snapshot()

    def watch() -> None:
        while not stop.wait(_MEMORY_INTERVAL_SECONDS):
            check()

    watcher = Thread(target=watch)
    tracemalloc.start()
    watcher.start()
    try:
        work()
    finally:
        stop.set()
        watcher.join()
        check()
        tracemalloc.stop()
    lines = [f"{peak / 1e6:.1f} MB were in use by Python objects", f"{'MB':>9}{'objects':>10}  line"]
    for entry in snapshot.statistics("lineno")[:MAX_ROWS]:
        frame = entry.traceback[0]
        lines.append(f"{entry.size / 1e6:>9.2f}{entry.count:>10}  {_import_path(frame.filename)}:{frame.lineno}")
    return "\n".join(lines)


def _import_path(file: str) -> str:
    """Return the path of a file relative to the entry of sys.path that it is imported from."""
    path = Path(file)
    homes = sorted((Path(home) for home in sys.path if home), key=lambda home: -len(home.parts))
    return next((str(path.relative_to(home)) for home in homes if path.is_relative_to(home)), path.name)
