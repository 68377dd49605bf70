"""What a bulk job does with the records of one input, as data; `_stage_runner` runs it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import httpx
from attrs import Factory, define, field, frozen

from adapty._core.operations import Api
from adapty._engine.dispatcher import Job
from adapty.bulk._inputs.rows import Row
from adapty.bulk.reports import Progress, StageName
from adapty.errors import AdaptyError

if TYPE_CHECKING:
    from adapty.bulk._state.checkpoint import StageState

__all__ = ["DUPLICATE", "FAILED", "OTHERS", "UNREADABLE", "Options", "PendingRecord", "Stage", "StageResult"]

FAILED = ("rejected", "failed")
"""The outcomes of records that failed."""

DUPLICATE = "repeated"
"""The outcome of a record that does not need to be sent."""

UNREADABLE = "(row)"
"""Stands for the name of the field if a row cannot be read."""

OTHERS = "(others)"
"""Stands for the fields beyond the first fifty."""


@frozen(kw_only=True)
class Options:
    """The options of a job, validated.

    Attributes:
        concurrency: Number of requests in flight.
        rate_limit: Requests per second, retries included; None for no limit.
        max_retries: Retries of one request.
        transport: Creates the transport of one connection; None for the default one.
        on_progress: Called about ten times a second, and at the end of each stage.
        dry_run: Check everything and send nothing.
    """

    concurrency: int
    rate_limit: float | None
    max_retries: int
    transport: Callable[[], httpx.AsyncBaseTransport] | None
    on_progress: Callable[[Progress], object] | None
    dry_run: bool


@define(eq=False)
class PendingRecord:
    """One record of an input on its way.

    Attributes:
        number: Its place in the input, from 0.
        row: The row that was read.
        record: The record that the row describes.
    """

    number: int
    row: Row = field(repr=False)
    record: Any = field(repr=False)


@frozen(kw_only=True)
class Stage:
    """What to do with the records of one input.

    Attributes:
        name: What is sent.
        api: The API to send to.
        label: The name of the input.
        rows: Opens the input at its beginning. Called and iterated in a thread, see `_inputs/row_reader.py`.
        read_fraction: Returns which part of the input was read, from 0 to 1, or None.
        build: Builds the request of the row with this number. Returns None if nothing needs to be sent, or raises
            AdaptyUsageError if the row is wrong.
        record_result: Saves the result of a row, and returns the outcome to count. The error is None for a success.
        sync: Writes all results to the disk, and returns the length of their file in bytes.
        skip: Called with each row that an earlier run completed.
        not_imported: Returns the columns without a field in Adapty Mail, with the number of values in each.
    """

    name: StageName
    api: Api
    label: str
    rows: Callable[[], Iterator[Row]]
    read_fraction: Callable[[], float | None]
    build: Callable[[int, Row], Job[PendingRecord] | None]
    record_result: Callable[[Row, Any, AdaptyError | None], str]
    sync: Callable[[], int]
    skip: Callable[[Row], object] | None = None
    not_imported: Callable[[], Mapping[str, int]] = dict


@frozen(kw_only=True)
class StageResult:
    """The result of a stage, over all its runs.

    Attributes:
        name: What was sent.
        counts: Number of records by outcome.
        reasons: Number of failed records by field, see `StageCounters`.
        retried: Requests that were sent again, in the last run.
        not_imported: The columns without a field in Adapty Mail, with the number of values in each.
    """

    name: StageName
    counts: Counter[str]
    reasons: Counter[str]
    retried: int = 0
    not_imported: Mapping[str, int] = Factory(dict)

    @classmethod
    def from_state(cls, name: StageName, state: StageState) -> StageResult:
        """Return the result that was saved last."""
        return cls(
            name=name,
            counts=Counter(state.counts),
            reasons=Counter(state.reasons),
            not_imported=state.not_imported,
        )
