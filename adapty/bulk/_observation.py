"""Reports a stage of a bulk job to observers, and logs its end."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING

from attrs import define, field

from adapty._clock import monotonic
from adapty._core.observers import Observers
from adapty.bulk._stage import Stage
from adapty.observer import BulkFinished, BulkProgress, BulkStarted

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["StageObservation"]

logger = logging.getLogger("adapty.bulk")


@define(eq=False)
class StageObservation:
    """One run of a stage.

    Attributes:
        stage: The stage.
        observers: The observers, or None.
        before: Number of records by outcome of the earlier runs.
    """

    stage: Stage
    observers: Observers | None
    before: Counter[str]
    _run: BulkStarted = field(init=False)
    _reported: Counter[str] = field(init=False)
    _began: float = field(factory=monotonic)

    def __attrs_post_init__(self) -> None:
        self._run = BulkStarted(stage=self.stage.name, api=self.stage.api)
        self._reported = Counter(self.before)

    def start(self) -> None:
        """Report the start."""
        self._notify("on_bulk_started", self._run)

    def report(self, counts: Mapping[str, int], *, rate: float, rate_limit: float | None) -> None:
        """Report the progress since the last report.

        Args:
            counts: Number of records by outcome, over all runs.
            rate: Responses per second.
            rate_limit: The rate limit in effect.
        """
        if self.observers is None:
            return
        records = dict(Counter(counts) - self._reported)
        self._reported = Counter(counts)
        self._notify("on_bulk_progress", BulkProgress(run=self._run, records=records, rate=rate, rate_limit=rate_limit))

    def finish(self, counts: Mapping[str, int], *, retried: int, problem: BaseException | None) -> None:
        """Log and report the end.

        Args:
            counts: Number of records by outcome, over all runs.
            retried: Number of attempts that were repeated.
            problem: What aborted the stage, or None.
        """
        records = dict(Counter(counts) - self.before)
        error_type = None if problem is None else type(problem).__name__
        duration = monotonic() - self._began
        if logger.isEnabledFor(logging.INFO):
            self._log(records, retried, error_type, duration)
        event = BulkFinished(run=self._run, records=records, retried=retried, error_type=error_type, duration=duration)
        self._notify("on_bulk_finished", event)

    def _log(self, records: Mapping[str, int], retried: int, error_type: str | None, duration: float) -> None:
        fields = {
            "stage": self.stage.name,
            "api": self.stage.api,
            "records": dict(records),
            "retried": retried,
            "error_type": error_type,
            "duration": duration,
        }
        counts = (
            ", ".join(f"{count} {outcome.replace('_', ' ')}" for outcome, count in sorted(records.items()))
            or "no records"
        )
        end = "completed" if error_type is None else f"aborted by {error_type}"
        extra = {f"adapty_{name}": value for name, value in fields.items() if value is not None}
        logger.info("%s: %s after %.1f s: %s", self.stage.name, end, duration, counts, extra=extra)

    def _notify(self, method: str, event: object) -> None:
        if self.observers is not None:
            self.observers.notify(method, event)
