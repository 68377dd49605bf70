"""How a side of a comparison is run: a job in a process that is kept or is new, or a statement in a new interpreter."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from attrs import frozen

from scripts.bench.processes import BenchError, child, environment
from scripts.bench.profiling import of_imports
from scripts.bench.samples import Profiled, Round

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

__all__ = ["Import", "Job", "NewJob", "Side"]

_WARM_UP_RECORDS = 200

_TIMED = """
import json, time
cpu, wall = time.process_time(), time.perf_counter()
{statement}
cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
print(json.dumps({{"cpu_seconds": cpu, "wall_seconds": wall}}))
"""


class Side(Protocol):
    """One side of a comparison."""

    def opened(self, url: str, /) -> AbstractContextManager[Callable[[int], Round]]:
        """Get ready, and give what does a round of so many records.

        Args:
            url: The server's address.
        """

    def profile(self, url: str, /, records: int, kind: Profiled) -> str:
        """Tell where it spends time or memory, in a round that counts for nothing else."""


@frozen
class Job:
    """A job in one process for all rounds, warmed up: what it costs to go on, not to begin.

    Attributes:
        job: The function of `scripts.bench.jobs`, as `module:name`.
    """

    job: str

    @contextmanager
    def opened(self, url: str) -> Iterator[Callable[[int], Round]]:
        """Start the process."""
        with child("scripts.bench.worker", self.job, url) as worker:
            worker.ask(records=_WARM_UP_RECORDS, profile=None)
            yield lambda records: Round(**worker.ask(records=records, profile=None))

    def profile(self, url: str, records: int, kind: Profiled) -> str:
        """Profile it in a process of its own."""
        with child("scripts.bench.worker", self.job, url) as worker:
            worker.ask(records=_WARM_UP_RECORDS, profile=None)
            return str(worker.ask(records=records, profile=kind)["profile"])


@frozen
class NewJob(Job):
    """A job in a new process for each round: what the process takes from its beginning to its end."""

    @contextmanager
    def opened(self, url: str) -> Iterator[Callable[[int], Round]]:
        """Start a process when a round is asked for."""

        def round_of(records: int) -> Round:
            with child("scripts.bench.worker", self.job, url) as worker:
                return Round(**worker.ask(records=records, profile=None))

        yield round_of


@frozen
class Import:
    """An import statement in a new interpreter for each round; the interpreter's own start is not counted.

    Attributes:
        statement: The statement.
    """

    statement: str

    @contextmanager
    def opened(self, _: str) -> Iterator[Callable[[int], Round]]:
        """Do it once for nothing, so that the modules are compiled."""
        self._timed()

        def round_of(imports: int) -> Round:
            each = [self._timed() for _ in range(imports)]
            return Round(
                records=imports,
                cpu_seconds=sum(timed["cpu_seconds"] for timed in each),
                wall_seconds=sum(timed["wall_seconds"] for timed in each),
            )

        yield round_of

    def profile(self, _: str, records: int, kind: Profiled) -> str:  # noqa: ARG002 - an import is an import
        """Tell which modules take long."""
        return of_imports(self._run(self.statement, "-X", "importtime").stderr)

    def _timed(self) -> dict[str, float]:
        return dict(json.loads(self._run(_TIMED.format(statement=self.statement)).stdout))

    def _run(self, code: str, *options: str) -> subprocess.CompletedProcess[str]:
        # -P: the package is found where it is installed, not in the folder where this happens to run.
        command = [sys.executable, "-P", *options, "-c", code]
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment())
        if done.returncode:
            raise BenchError(f"{self.statement!r} failed:\n{done.stderr}")
        return done
