"""Compare what the SDK costs with what it is built on, and tell whether the bars are met.

    python -m scripts.bench [--short] [--only N] [--profile] [--json FILE]

Everything runs on this machine against a server that does no work, in its own process, as each side does. Rounds of the
two sides follow each other in turns; a ratio is taken of each pair, and the median of the ratios is what counts. The
processor time of the side's process is compared, not time on the clock, which would have the server's work and the
neighbours' in it; what the clock said stands in the last column.

Exit codes: 0 all bars are met (in the short form: none is missed grossly, twice as bad as it allows), 1 one is not, 2 a
figure could not be measured.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.bench.benchmarks import FIGURES
from scripts.bench.machine import machine
from scripts.bench.measure import measure
from scripts.bench.processes import BenchError, serving
from scripts.bench.report import as_json, as_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scripts.bench.benchmarks import Figure
    from scripts.bench.measure import Measurement

__all__ = ["main"]

MISSED = 1
NOT_MEASURED = 2

_PROFILED_AT_MOST = 60_000
"""Records in a profiled round, where everything takes several times as long."""


def main(arguments: list[str] | None = None, figures: Sequence[Figure] = FIGURES) -> int:
    """Measure and tell; see the module's docstring for what the numbers mean."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    numbers = sorted({figure.number for figure in figures})
    parser.add_argument("--short", action="store_true", help="a minute instead of many; only gross regressions count")
    parser.add_argument("--only", type=int, choices=numbers, metavar="N", help="this figure alone")
    parser.add_argument("--profile", action="store_true", help="profile all figures, not only those that are missed")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all rounds to a file")
    chosen = parser.parse_args(arguments)
    wanted = [figure for figure in figures if chosen.only in {None, figure.number}]
    print("\n".join(f"{name + ':':<10} {value}" for name, value in machine().items()))
    print(f"{'load:':<10} {os.getloadavg()[0]:.2f} before\n", flush=True)
    try:
        measurements = [_measured(figure, short=chosen.short) for figure in wanted]
        print(f"\n{as_table(measurements)}", flush=True)
        for measurement in measurements:
            if chosen.profile or measurement.is_missed:
                _show_profile(measurement)
    except BenchError as problem:
        print(f"bench: {problem}", file=sys.stderr)
        return NOT_MEASURED
    if chosen.json:
        chosen.json.write_text(json.dumps(as_json(measurements, machine()), indent=2) + "\n", "utf-8")
    return MISSED if any(measurement.is_missed for measurement in measurements) else 0


def _measured(figure: Figure, *, short: bool) -> Measurement:
    """Measure a figure, and say so when it is done."""
    with serving() as url:
        measurement = measure(figure, url, short=short)
    print(f"{figure.number}  {figure.title_of(measurement.size)}: {measurement.ratio.value:.2f}", flush=True)
    return measurement


def _show_profile(measurement: Measurement) -> None:
    """Print where the side that is judged spends its time or memory."""
    figure, size = measurement.figure, measurement.size
    records = min(size.measured, _PROFILED_AT_MOST)
    with serving() as url:
        told = figure.measured.profile(url, records, figure.quantity.profiled)
    print(f"\nProfile of {figure.number}, {figure.title_of(size)}, the side that is judged:\n\n{told}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
