"""The targets of a benchmark: a job in a long-lived or a new process, or code in a new interpreter."""

from __future__ import annotations

import json
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from attrs import frozen

from scripts.bench.bare_environment import bare_python
from scripts.bench.processes import BenchError, clean_environment, start_process
from scripts.bench.profiling import format_import_times
from scripts.bench.records import KEY
from scripts.bench.samples import ProfileKind, Sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

__all__ = ["ColdJob", "FreshInterpreter", "Target", "WarmJob"]

_WARM_UP_RECORDS = 200

_TIMER = """
import json, time
cpu, wall = time.process_time(), time.perf_counter()
{code}
wall = time.perf_counter() - wall
cpu = time.process_time() - {started}
print(json.dumps({{"cpu_seconds": cpu, "wall_seconds": wall}}))
"""


class Target(Protocol):
    """One of the two targets of a benchmark."""

    def open(self, url: str, /) -> AbstractContextManager[Callable[[int], Sample]]:
        """Get ready and return a function that takes a sample of a number of records.

        Args:
            url: The address of the server.
        """

    def profile(self, url: str, /, records: int, kind: ProfileKind) -> str:
        """Return a profile of a separate sample."""


@frozen
class WarmJob:
    """A job with one process for all samples, after a warm-up.

    Attributes:
        job: The function of `scripts.bench.jobs`, as `module:name`.
    """

    job: str

    @contextmanager
    def open(self, url: str) -> Iterator[Callable[[int], Sample]]:
        """Start the process."""
        with start_process("scripts.bench.worker", self.job, url) as worker:
            worker.request(records=_WARM_UP_RECORDS, profile=None)
            yield lambda records: Sample(**worker.request(records=records, profile=None))

    def profile(self, url: str, records: int, kind: ProfileKind) -> str:
        """Profile the job in a new process."""
        with start_process("scripts.bench.worker", self.job, url) as worker:
            worker.request(records=_WARM_UP_RECORDS, profile=None)
            return str(worker.request(records=records, profile=kind)["profile"])


@frozen
class ColdJob(WarmJob):
    """A job with a new process for each sample, without a warm-up."""

    @contextmanager
    def open(self, url: str) -> Iterator[Callable[[int], Sample]]:
        """Return a function that starts a process for each sample."""

        def sample(records: int) -> Sample:
            with start_process("scripts.bench.worker", self.job, url) as worker:
                return Sample(**worker.request(records=records, profile=None))

        yield sample


@frozen
class FreshInterpreter:
    """Code in a new interpreter, in the environment without extras.

    Attributes:
        code: The code; `{url!r}` and `{key!r}` are replaced.
        includes_interpreter: Whether the processor time includes the start of the interpreter.
    """

    code: str
    includes_interpreter: bool = False

    @contextmanager
    def open(self, url: str) -> Iterator[Callable[[int], Sample]]:
        """Run the code once, so that all modules are compiled."""
        self._run_timed(url)

        def sample(starts: int) -> Sample:
            runs = [self._run_timed(url) for _ in range(starts)]
            return Sample(
                records=starts,
                cpu_seconds=sum(run["cpu_seconds"] for run in runs),
                wall_seconds=sum(run["wall_seconds"] for run in runs),
            )

        yield sample

    def profile(self, url: str, records: int, kind: ProfileKind) -> str:  # noqa: ARG002 - one start is enough
        """Return the modules that take longest to import."""
        return format_import_times(self._run(self._format(url), "-X", "importtime").stderr)

    def _format(self, url: str) -> str:
        return self.code.format(url=url, key=KEY)

    def _run_timed(self, url: str) -> dict[str, float]:
        code = _TIMER.format(code=self._format(url), started="0" if self.includes_interpreter else "cpu")
        return dict(json.loads(self._run(code).stdout))

    def _run(self, code: str, *options: str) -> subprocess.CompletedProcess[str]:
        # -P: the package comes from the environment, not from the working directory.
        command = [str(bare_python()), "-P", *options, "-c", code]
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=clean_environment())
        if done.returncode:
            raise BenchError(f"{self.code.strip()!r} failed:\n{done.stderr}")
        return done
