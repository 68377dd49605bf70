"""The results of a stage: which records are completed, how many by outcome, and why records failed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from attrs import define, field

from adapty.bulk._stage import FAILED, OTHERS, UNREADABLE, Stage
from adapty.bulk._state.checkpoint import Checkpoint, StageState
from adapty.bulk._state.completed import CompletedSet
from adapty.errors import AdaptyAPIError, AdaptyError, AdaptyUsageError

if TYPE_CHECKING:
    from collections.abc import Collection

    from adapty.bulk._inputs.rows import Row

__all__ = ["StageCounters"]

_MAX_REASONS = 50
_MAX_REASON_LENGTH = 100

_CUSTOM_FIELDS = "custom_attributes"
"""Users choose the names in this field."""


@define
class StageCounters:
    """The results of a stage, over all its runs. A crash at any moment leaves the saved results consistent.

    Attributes:
        stage: The stage.
        checkpoint: The file where the results are saved.
        completed: The numbers of the records that are accepted or rejected.
        counts: Number of records by outcome.
        reasons: Number of failed records by field; a record counts once for each wrong field. Fields beyond the first
            50 are counted together, and so are all custom attributes, because the reasons are saved every second.
    """

    stage: Stage
    checkpoint: Checkpoint
    completed: CompletedSet
    counts: Counter[str] = field(factory=Counter)
    reasons: Counter[str] = field(factory=Counter)
    _is_inconsistent: bool = False

    @classmethod
    def resume(cls, stage: Stage, checkpoint: Checkpoint) -> StageCounters:
        """Return the results that the checkpoint has.

        Raises:
            AdaptyUsageError: The checkpoint is damaged.
        """
        saved = checkpoint.load(stage.name)
        if saved is None:
            return cls(stage, checkpoint, CompletedSet())
        completed = CompletedSet.from_bytes(saved.completed)
        return cls(stage, checkpoint, completed, Counter(saved.counts), Counter(saved.reasons))

    @property
    def failed(self) -> int:
        """Number of records that failed."""
        return sum(self.counts[outcome] for outcome in FAILED)

    def record(self, number: int, row: Row, item: Any, error: AdaptyError | None) -> None:
        """Record the result of a record; the error is None for a success.

        Raises:
            AdaptyUsageError: The result cannot be written. It is not recorded then.
        """
        try:
            outcome = self.stage.record_result(row, item, error)
            if error is not None and outcome in FAILED:
                for reason in _fields_at_fault(error):
                    self._count_reason(reason)
            self.count(number, outcome)
        except (KeyboardInterrupt, SystemExit):
            self._is_inconsistent = True
            raise

    def _count_reason(self, reason: str) -> None:
        is_known = reason in self.reasons or len(self.reasons) < _MAX_REASONS
        self.reasons[reason if is_known else OTHERS] += 1

    def count(self, number: int, outcome: str) -> None:
        """Count a record without a written result."""
        self.counts[outcome] += 1
        self.completed.add(number)

    def save(self, *, done: bool) -> None:
        """Save the results, unless one was recorded in part: then those that were saved last are consistent.

        Raises:
            AdaptyUsageError: The checkpoint, or the file of results, cannot be written.
        """
        if not self._is_inconsistent:
            self.checkpoint.save(self.stage.name, self.state(done=done))

    def state(self, *, done: bool = False) -> StageState:
        """Return the results in the form in which they are saved.

        Raises:
            AdaptyUsageError: The file of results cannot be written.
        """
        size = self.stage.sync()
        return StageState(
            completed=self.completed.to_bytes(),
            counts=dict(self.counts),
            reasons=dict(self.reasons),
            results_size=size,
            done=done,
            not_imported=dict(self.stage.not_imported()),
        )


def _fields_at_fault(error: AdaptyError) -> Collection[str]:
    """Return the fields that the error names, each once, or the class of the error."""
    if isinstance(error, AdaptyUsageError):
        return {_shorten(each.field_name or UNREADABLE): None for each in error.problems}
    if isinstance(error, AdaptyAPIError) and error.field_names:
        return {_shorten(name): None for name in error.field_names}
    return (type(error).__name__,)


def _shorten(name: str) -> str:
    if name.startswith(f"{_CUSTOM_FIELDS}."):
        return _CUSTOM_FIELDS
    return name if len(name) <= _MAX_REASON_LENGTH else f"{name[:_MAX_REASON_LENGTH]}..."
