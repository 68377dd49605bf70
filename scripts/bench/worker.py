"""Does a job in a process of its own, a round at a time, as often as it is asked.

    python -m scripts.bench.worker JOB URL

JOB is the name of a function of `scripts.bench.jobs`, such as `bulk:fast`. Each line of the standard input asks for a
round, `{"records": 1000, "profile": null}`; each line of the standard output says what it cost.
"""

from __future__ import annotations

import gc
import json
import sys
from importlib import import_module
from resource import RUSAGE_SELF, getrusage
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from scripts.bench.jobs import Prepare
    from scripts.bench.samples import Profiled

__all__ = ["main"]


def main(job: str, url: str) -> None:
    """Serve rounds of a job until the standard input ends."""
    module, _, name = job.partition(":")
    with getattr(import_module(f"scripts.bench.jobs.{module}"), name)(url) as prepare:
        for line in sys.stdin:
            print(json.dumps(carried_out(prepare, **json.loads(line))), flush=True)


def carried_out(prepare: Prepare, records: int, profile: Profiled | None) -> dict[str, Any]:
    """Do a round, measured or profiled."""
    work = prepare(records)
    if profile is not None:
        from scripts.bench.profiling import profiled  # noqa: PLC0415 - its memory is not to count otherwise

        return {"profile": profiled(profile, work, records)}
    return {"records": records, **measured(work), "peak_bytes": peak_bytes()}


def measured(work: Callable[[], object]) -> dict[str, float]:
    """Tell what some work costs."""
    gc.collect()
    cpu, wall = cpu_seconds(), perf_counter()
    work()
    return {"cpu_seconds": cpu_seconds() - cpu, "wall_seconds": perf_counter() - wall}


def cpu_seconds() -> float:
    """Tell the processor time of this process so far, that of all its threads."""
    used = getrusage(RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak_bytes() -> int:
    """Tell the most memory that this process ever had."""
    try:
        with open("/proc/self/status", encoding="utf-8") as status:  # noqa: PTH123 - pathlib is not to count here
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
    except OSError:  # not Linux; there the figure below would be the parent's, if that is larger
        return getrusage(RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main(*sys.argv[1:])
