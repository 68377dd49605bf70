"""What one round of one side gave, and the quantities that are read off it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from attrs import frozen

__all__ = ["COST", "IMPORT", "MEMORY", "THROUGHPUT", "Profiled", "Quantity", "Round"]

Profiled = Literal["time", "memory"]
"""What a profile is of."""


@frozen(kw_only=True)
class Round:
    """One round of one side.

    Attributes:
        records: How many records, calls or imports it was.
        cpu_seconds: Processor time of the process, user and system, of all its threads.
        wall_seconds: Time on the clock.
        peak_bytes: The most memory that the process ever had; 0 where it is not looked at.
    """

    records: int
    cpu_seconds: float
    wall_seconds: float
    peak_bytes: int = 0


@frozen(kw_only=True)
class Quantity:
    """What two sides are compared by.

    Attributes:
        name: What it is called in the table.
        unit: The unit of the values.
        of: Reads it off a round.
        by_wall: The same by time on the clock instead of processor time; None where no time is in it.
        profiled: What a profile is of, where the bar is missed.
    """

    name: str
    unit: str
    of: Callable[[Round], float]
    by_wall: Callable[[Round], float] | None = None
    profiled: Profiled = "time"


COST = Quantity(
    name="CPU per record",
    unit="µs",
    of=lambda round_: round_.cpu_seconds / round_.records * 1e6,
    by_wall=lambda round_: round_.wall_seconds / round_.records * 1e6,
)
THROUGHPUT = Quantity(
    name="records per s per core",
    unit="/s",
    of=lambda round_: round_.records / round_.cpu_seconds,
    by_wall=lambda round_: round_.records / round_.wall_seconds,
)
IMPORT = Quantity(
    name="CPU per import",
    unit="ms",
    of=lambda round_: round_.cpu_seconds / round_.records * 1e3,
    by_wall=lambda round_: round_.wall_seconds / round_.records * 1e3,
)
MEMORY = Quantity(
    name="peak memory",
    unit="MB",
    of=lambda round_: round_.peak_bytes / 1e6,
    profiled="memory",
)
