"""Measure a benchmark: alternate samples of both targets and take the median of the ratios."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from attrs import frozen

from scripts.bench.benchmarks import REGRESSION_FACTOR, Benchmark, Size, Threshold
from scripts.bench.samples import Sample

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Measurement", "Result", "measure"]


@frozen(kw_only=True)
class Result:
    """Measured values and their threshold.

    Attributes:
        values: One value per sample.
        threshold: The threshold of their median, or None.
        short: Whether only a gross regression counts as missed.
    """

    values: Sequence[float]
    threshold: Threshold | None
    short: bool

    @property
    def median(self) -> float:
        """The median of the values."""
        return statistics.median(self.values)

    @property
    def is_missed(self) -> bool:
        """Whether the threshold is missed."""
        factor = REGRESSION_FACTOR if self.short else 1.0
        return self.threshold is not None and not self.threshold.is_met_by(self.median, factor=factor)


@frozen(kw_only=True)
class Measurement:
    """The samples of a benchmark.

    Attributes:
        benchmark: The benchmark.
        short: Whether the benchmark ran with `--short`.
        subject: The samples of the subject.
        baseline: The samples of the baseline; each follows the subject's sample that it is compared with.
    """

    benchmark: Benchmark
    short: bool
    subject: Sequence[Sample]
    baseline: Sequence[Sample]

    @property
    def size(self) -> Size:
        """The amount of work."""
        return self.benchmark.short if self.short else self.benchmark.full

    @property
    def title(self) -> str:
        """The title with the number of records."""
        size = self.size
        return self.benchmark.title.format(records=size.records, baseline_records=size.baseline_records)

    @property
    def ratio(self) -> Result:
        """The ratios of the two targets."""
        return self._result(self._ratios(self.benchmark.metric.compute), self.benchmark.threshold)

    @property
    def wall_ratio(self) -> Result | None:
        """The ratios by time on the clock; None if time is not part of the metric."""
        compute = self.benchmark.metric.compute_wall
        return None if compute is None else self._result(self._ratios(compute), None)

    @property
    def subject_value(self) -> Result:
        """The metric of the subject."""
        return self._result(list(map(self.benchmark.metric.compute, self.subject)), self.benchmark.ceiling)

    @property
    def baseline_value(self) -> Result:
        """The metric of the baseline."""
        return self._result(list(map(self.benchmark.metric.compute, self.baseline)), None)

    @property
    def is_missed(self) -> bool:
        """Whether a threshold is missed."""
        return self.ratio.is_missed or self.subject_value.is_missed

    def _result(self, values: Sequence[float], threshold: Threshold | None) -> Result:
        return Result(values=values, threshold=threshold, short=self.short)

    def _ratios(self, compute: Callable[[Sample], float]) -> list[float]:
        return [compute(ours) / compute(theirs) for ours, theirs in zip(self.subject, self.baseline, strict=True)]


def measure(benchmark: Benchmark, url: str, *, short: bool) -> Measurement:
    """Measure a benchmark.

    Args:
        benchmark: The benchmark.
        url: The address of the server.
        short: Whether to do the smaller amount of work.

    Raises:
        BenchError: A target failed.
    """
    size = benchmark.short if short else benchmark.full
    subject: list[Sample] = []
    baseline: list[Sample] = []
    with ExitStack() as stack:
        sample_subject = stack.enter_context(benchmark.subject.open(url))
        sample_baseline = stack.enter_context(benchmark.baseline.open(url))
        for _ in range(size.samples):
            subject.append(sample_subject(size.records))
            baseline.append(sample_baseline(size.baseline_records))
    return Measurement(benchmark=benchmark, short=short, subject=subject, baseline=baseline)
