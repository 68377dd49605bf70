"""Run a job in this process, one sample per request.

    python -m scripts.bench.worker JOB URL

JOB is the name of a function of `scripts.bench.jobs`, such as `bulk:fast`. Each line of the standard input requests a
sample, `{"records": 1000, "profile": null}`; each line of the standard output is a result.
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
    from scripts.bench.samples import ProfileKind

__all__ = ["main"]


def main(job: str, url: str) -> None:
    """Run samples of a job until the standard input ends."""
    module, _, name = job.partition(":")
    with getattr(import_module(f"scripts.bench.jobs.{module}"), name)(url) as prepare:
        for line in sys.stdin:
            print(json.dumps(run_sample(prepare, **json.loads(line))), flush=True)


def run_sample(prepare: Prepare, records: int, profile: ProfileKind | None) -> dict[str, Any]:
    """Run a sample, measured or profiled."""
    work = prepare(records)
    if profile is not None:
        from scripts.bench.profiling import run_profiled  # noqa: PLC0415 - keep it out of the measured memory

        return {"profile": run_profiled(profile, work, records)}
    return {"records": records, **run_measured(work), "peak_bytes": peak_bytes()}


def run_measured(work: Callable[[], object]) -> dict[str, float]:
    """Return the cost of some work."""
    gc.collect()
    cpu, wall = cpu_seconds(), perf_counter()
    work()
    return {"cpu_seconds": cpu_seconds() - cpu, "wall_seconds": perf_counter() - wall}


def cpu_seconds() -> float:
    """Return the processor time of this process so far, all threads included."""
    usage = getrusage(RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def peak_bytes() -> int:
    """Return the highest memory use of this process so far."""
    try:
        with open("/proc/self/status", encoding="utf-8") as status:  # noqa: PTH123 - keep pathlib out of the memory
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
    except OSError:  # not Linux; there the value below can be the parent's, if that is larger
        return getrusage(RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main(*sys.argv[1:])
