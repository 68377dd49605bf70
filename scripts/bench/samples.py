"""One sample of a target, and the metrics computed from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from attrs import frozen

__all__ = ["CPU_TIME", "MEMORY", "STARTUP", "THROUGHPUT", "Metric", "ProfileKind", "Sample"]

ProfileKind = Literal["time", "memory"]


@frozen(kw_only=True)
class Sample:
    """The cost of some records.

    Attributes:
        records: The number of records, calls or process starts.
        cpu_seconds: Processor time of the process, user and system, all threads.
        wall_seconds: Time on the clock.
        peak_bytes: The highest memory use of the process so far; 0 if not measured.
    """

    records: int
    cpu_seconds: float
    wall_seconds: float
    peak_bytes: int = 0


@frozen(kw_only=True)
class Metric:
    """A value computed from a sample.

    Attributes:
        name: The name in the table.
        unit: The unit of the values.
        compute: Computes the value.
        compute_wall: Computes the same value from time on the clock; None if time is not part of it.
        profile: The kind of profile that explains a missed threshold.
    """

    name: str
    unit: str
    compute: Callable[[Sample], float]
    compute_wall: Callable[[Sample], float] | None = None
    profile: ProfileKind = "time"


CPU_TIME = Metric(
    name="CPU per record",
    unit="µs",
    compute=lambda sample: sample.cpu_seconds / sample.records * 1e6,
    compute_wall=lambda sample: sample.wall_seconds / sample.records * 1e6,
)
THROUGHPUT = Metric(
    name="records per s per core",
    unit="/s",
    compute=lambda sample: sample.records / sample.cpu_seconds,
    compute_wall=lambda sample: sample.records / sample.wall_seconds,
)
STARTUP = Metric(
    name="CPU per start",
    unit="ms",
    compute=lambda sample: sample.cpu_seconds / sample.records * 1e3,
    compute_wall=lambda sample: sample.wall_seconds / sample.records * 1e3,
)
MEMORY = Metric(
    name="peak memory",
    unit="MB",
    compute=lambda sample: sample.peak_bytes / 1e6,
    profile="memory",
)
