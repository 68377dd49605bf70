"""Compare the cost of the SDK with the libraries it is built on, and check the thresholds.

    python -m scripts.bench [--short] [--only N] [--profile] [--json FILE]

Everything runs on this machine, against a server that does no work; the server and each target have their own process.
Samples of the two targets alternate. Each pair of samples gives a ratio, and the median of the ratios counts. Ratios
compare the processor time of the target's process: time on the clock would include the server and other processes
(the last column shows it for information).

Exit codes: 0 all thresholds are met (with --short: none is missed by more than a factor of two), 1 a threshold is
missed, 2 a benchmark could not run.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.bench.benchmarks import BENCHMARKS
from scripts.bench.machine import describe_machine
from scripts.bench.measure import measure
from scripts.bench.processes import BenchError, start_server
from scripts.bench.report import format_table, to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scripts.bench.benchmarks import Benchmark
    from scripts.bench.measure import Measurement

__all__ = ["main"]

EXIT_MISSED = 1
EXIT_FAILED = 2

_MAX_PROFILED_RECORDS = 60_000
"""The profiler slows everything down several times."""


def main(arguments: list[str] | None = None, benchmarks: Sequence[Benchmark] = BENCHMARKS) -> int:
    """Measure the benchmarks, print the table and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    numbers = sorted({benchmark.number for benchmark in benchmarks})
    parser.add_argument("--short", action="store_true", help="run in a minute; fail on gross regressions only")
    parser.add_argument("--only", type=int, choices=numbers, metavar="N", help="run benchmark N only")
    parser.add_argument("--profile", action="store_true", help="profile every benchmark, not only missed ones")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all samples to FILE")
    options = parser.parse_args(arguments)
    selected = [benchmark for benchmark in benchmarks if options.only in {None, benchmark.number}]
    machine = describe_machine()
    print("\n".join(f"{name + ':':<10} {value}" for name, value in machine.items()))
    print(f"{'load:':<10} {os.getloadavg()[0]:.2f} before\n", flush=True)
    try:
        measurements = [_measure(benchmark, short=options.short) for benchmark in selected]
        print(f"\n{format_table(measurements)}", flush=True)
        for measurement in measurements:
            if options.profile or measurement.is_missed:
                _print_profile(measurement)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return EXIT_FAILED
    if options.json:
        options.json.write_text(json.dumps(to_json(measurements, machine), indent=2) + "\n", "utf-8")
    return EXIT_MISSED if any(measurement.is_missed for measurement in measurements) else 0


def _measure(benchmark: Benchmark, *, short: bool) -> Measurement:
    """Measure a benchmark and print its ratio."""
    with start_server() as url:
        measurement = measure(benchmark, url, short=short)
    print(f"{benchmark.number}  {measurement.title}: {measurement.ratio.median:.2f}", flush=True)
    return measurement


def _print_profile(measurement: Measurement) -> None:
    """Print where the subject spends its time or memory."""
    benchmark = measurement.benchmark
    records = min(measurement.size.records, _MAX_PROFILED_RECORDS)
    with start_server() as url:
        profile = benchmark.subject.profile(url, records, benchmark.metric.profile)
    print(f"\nProfile of {benchmark.number}, {measurement.title}, first target:\n\n{profile}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
