"""What came of each record of a stage, noted so that a crash at any moment leaves it right."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from attrs import define, field

from adapty.bulk._stage import FAILED, OTHERS, UNREADABLE, Stage
from adapty.bulk._state.checkpoint import Checkpoint, StageState
from adapty.bulk._state.completed import CompletedSet
from adapty.errors import AdaptyAPIError, AdaptyError, AdaptyUsageError

if TYPE_CHECKING:
    from adapty.bulk._inputs.rows import Row

__all__ = ["Ledger"]

_MOST_REASONS = 50
_LONGEST_REASON = 100

_NAMED_BY_USERS = "custom_attributes"
"""What is in this field has names without number."""


@define
class Ledger:
    """What came of the records of a stage, over all its runs.

    Attributes:
        stage: The stage.
        checkpoint: Where it is saved.
        handled: The numbers of the records that are accepted or refused.
        counts: How many records came to which end.
        reasons: How many records failed for which field. They are saved every second and shown in the end, so there are
            never many: those beyond 50 are counted together, and so are all attributes that users name.
    """

    stage: Stage
    checkpoint: Checkpoint
    handled: CompletedSet
    counts: Counter[str] = field(factory=Counter)
    reasons: Counter[str] = field(factory=Counter)
    _is_torn: bool = False

    @classmethod
    def resumed(cls, stage: Stage, checkpoint: Checkpoint) -> Ledger:
        """Begin with what the checkpoint says.

        Raises:
            AdaptyUsageError: The checkpoint is damaged.
        """
        saved = checkpoint.load(stage.name)
        if saved is None:
            return cls(stage, checkpoint, CompletedSet())
        handled = CompletedSet.from_bytes(saved.handled)
        return cls(stage, checkpoint, handled, Counter(saved.counts), Counter(saved.reasons))

    @property
    def failed(self) -> int:
        """How many records failed."""
        return sum(self.counts[word] for word in FAILED)

    def note(self, number: int, row: Row, record: Any, error: AdaptyError | None) -> None:
        """Note what came of a record; the error is None for a success.

        Raises:
            AdaptyUsageError: It cannot be written down; then it is not noted.
        """
        try:
            word = self.stage.settle(row, record, error)
            if error is not None and word in FAILED:
                self._blame(_blamed(error))
            self.count(number, word)
        except (KeyboardInterrupt, SystemExit):
            self._is_torn = True
            raise

    def _blame(self, reason: str) -> None:
        is_known = reason in self.reasons or len(self.reasons) < _MOST_REASONS
        self.reasons[reason if is_known else OTHERS] += 1

    def count(self, number: int, word: str) -> None:
        """Note a record that nothing is to be written down of."""
        self.counts[word] += 1
        self.handled.add(number)

    def save(self, *, done: bool) -> None:
        """Save it all, unless a record is noted half: then what was saved last is right.

        Raises:
            AdaptyUsageError: The checkpoint, or the file of what was noted, cannot be written.
        """
        if not self._is_torn:
            self.checkpoint.save(self.stage.name, self.state(done=done))

    def state(self, *, done: bool = False) -> StageState:
        """Give it as it is saved.

        Raises:
            AdaptyUsageError: The file of what was noted cannot be written.
        """
        size = self.stage.sync()
        return StageState(
            handled=self.handled.to_bytes(),
            counts=dict(self.counts),
            reasons=dict(self.reasons),
            results_size=size,
            done=done,
            not_imported=dict(self.stage.not_imported()),
        )


def _blamed(problem: AdaptyError) -> str:
    """Name the field at fault, as far as the error knows it."""
    if isinstance(problem, AdaptyUsageError):
        return _short(problem.field_name or UNREADABLE)
    if isinstance(problem, AdaptyAPIError) and problem.field_names:
        return _short(problem.field_names[0])
    return type(problem).__name__


def _short(name: str) -> str:
    if name.startswith(f"{_NAMED_BY_USERS}."):
        return _NAMED_BY_USERS
    return name if len(name) <= _LONGEST_REASON else f"{name[:_LONGEST_REASON]}..."
