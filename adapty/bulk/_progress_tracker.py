"""The completed part of a stage's input, and how long the rest takes."""

from __future__ import annotations

from attrs import define

__all__ = ["ProgressTracker"]


@define
class ProgressTracker:
    """Row counts of one run of a stage, and the estimates that follow from them.

    Records that were read ahead and wait to be sent are not complete.

    Attributes:
        read: Rows that were read.
        skipped: Rows among them that an earlier run completed.
        started_at: When the first other row was read, by the event loop's clock, or None.
    """

    read: int = 0
    skipped: int = 0
    started_at: float | None = None
    _reported: float = 0.0

    def fraction(self, read_fraction: float | None, completed: int, *, is_read: bool) -> float | None:
        """Return the completed part of the input, from 0 to 1. It never decreases.

        Args:
            read_fraction: The part of the input that was read, from 0 to 1, or None if unknown.
            completed: Rows that this run completed.
            is_read: Whether the input was read to its end.
        """
        if read_fraction is None:
            return None
        if self.read or is_read:
            done = read_fraction * (self.skipped + completed) / self.read if self.read else read_fraction
            self._reported = max(self._reported, min(done, 1.0))
        return self._reported

    def eta(self, read_fraction: float | None, now: float) -> float | None:
        """Return the estimated seconds until the input is complete, or None if unknown.

        The estimate follows from the pace of this run: neither sorting the input nor skipping rows counts.

        Args:
            read_fraction: As for `fraction`, which is called first.
            now: The time by the event loop's clock.
        """
        if read_fraction is None or self.started_at is None:
            return None
        earlier = min(read_fraction * self.skipped / self.read, 1.0)
        if self._reported <= earlier:
            return None
        return (now - self.started_at) * (1 - self._reported) / (self._reported - earlier)
