"""How far a run of a stage is: by what is settled, not by what is read ahead and waits."""

from __future__ import annotations

from attrs import define

__all__ = ["Headway"]


@define
class Headway:
    """Counts the rows of one run, and tells how much of the input is done.

    Attributes:
        read: How many rows were read.
        passed_over: How many of them were handled in a run before this.
        working_since: When the first of the others was come to, by the event loop's clock, or None.
    """

    read: int = 0
    passed_over: int = 0
    working_since: float | None = None
    _told: float = 0.0

    def share(self, of_input: float | None, settled: int, *, is_read: bool) -> float | None:
        """Tell how much of the input is done, from 0 to 1; never less than before.

        Args:
            of_input: How much of it is read, from 0 to 1, or None where nobody knows.
            settled: How many rows were handled in this run.
            is_read: Whether there is nothing more to read.
        """
        if of_input is None:
            return None
        if self.read or is_read:
            done = of_input * (self.passed_over + settled) / self.read if self.read else of_input
            self._told = max(self._told, min(done, 1.0))
        return self._told

    def share_before(self, of_input: float | None) -> float:
        """Tell how much of the input is what was passed over, from 0 to 1."""
        return min((of_input or 0.0) * self.passed_over / self.read, 1.0) if self.read else 0.0

    def seconds_before(self, began: float) -> float:
        """Tell how long this run took to come to work of its own: it may have sorted the input, or passed rows over."""
        return self.working_since - began if self.working_since is not None else 0.0
