"""What a bulk job does with the records of one input, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import httpx
from attrs import Factory, frozen

from adapty._core.operations import Api
from adapty._engine.dispatcher import Item
from adapty.bulk._inputs.rows import Row
from adapty.bulk.progress import Progress, StageName
from adapty.errors import AdaptyError

if TYPE_CHECKING:
    from adapty.bulk._state.checkpoint import StageState

__all__ = ["FAILED", "OTHERS", "REPEATED", "UNREADABLE", "Options", "Stage", "StageResult"]

FAILED = ("rejected", "failed")
"""The words under which what failed is counted."""

REPEATED = "repeated"
"""The word under which what did not need to be sent is counted."""

UNREADABLE = "(row)"
"""What stands for the field's name where a row could not be read at all."""

OTHERS = "(others)"
"""What stands for the fields that are too many to be counted one by one."""


@frozen(kw_only=True)
class Options:
    """How a job is carried out.

    Attributes:
        concurrency: Number of requests in flight.
        rate_limit: Requests per second, at most, repeated tries included; None for no limit.
        max_retries: Tries of a request after the first one.
        transport: Creates the transport of one connection; None for the default one.
        on_progress: Called about ten times a second, and at the end of each stage.
        dry_run: Check everything, send nothing.
    """

    concurrency: int
    rate_limit: float | None
    max_retries: int
    transport: Callable[[], httpx.AsyncBaseTransport] | None
    on_progress: Callable[[Progress], object] | None
    dry_run: bool


@frozen(kw_only=True)
class Stage:
    """What is done with the records of one input.

    Attributes:
        name: What is sent.
        api: Where it is sent.
        label: The input's name.
        rows: Reads the input from its beginning.
        share: Tells how much of it is read, 0 to 1, or None.
        item: Makes the request of the row of a number, or raises an AdaptyUsageError that says what is wrong with it;
            None where nothing needs to be sent.
        settle: Notes what came of a row and gives the word to count it under; the error is None for a success.
        sync: Sees that what was noted stays, and gives the length of the file of it, in bytes.
        not_imported: Returns the columns that Adapty Mail has no field for, with the number of values in each.
    """

    name: StageName
    api: Api
    label: str
    rows: Callable[[], Iterator[Row] | AsyncIterator[Row]]
    share: Callable[[], float | None]
    item: Callable[[int, Row], Item[Any] | None]
    settle: Callable[[Row, Any, AdaptyError | None], str]
    sync: Callable[[], int]
    not_imported: Callable[[], Mapping[str, int]] = dict


@frozen(kw_only=True)
class StageResult:
    """What came of a stage, in all its runs.

    Attributes:
        name: What was sent.
        counts: How many records came to which end.
        reasons: How many records failed for which field, see `Ledger`.
        retried: Tries that were made again, in the last run.
        not_imported: The columns that Adapty Mail has no field for, with the number of values in each.
    """

    name: StageName
    counts: Counter[str]
    reasons: Counter[str]
    retried: int = 0
    not_imported: Mapping[str, int] = Factory(dict)

    @classmethod
    def of(cls, name: StageName, state: StageState) -> StageResult:
        """Read it from the last state."""
        return cls(
            name=name,
            counts=Counter(state.counts),
            reasons=Counter(state.reasons),
            not_imported=state.not_imported,
        )
