"""Runs one stage of a bulk job: feeds, sends, counts, saves and reports progress."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from attrs import define, field

from adapty._core.abort_policy import AbortPolicy
from adapty._engine.dispatcher import Dispatcher, open_dispatcher
from adapty._engine.rate_limiter import RateLimiter
from adapty._engine.runner import CancelToken
from adapty.bulk._counters import StageCounters
from adapty.bulk._inputs.row_reader import RowReader, text_size
from adapty.bulk._observation import StageObservation
from adapty.bulk._progress_tracker import ProgressTracker
from adapty.bulk._stage import DUPLICATE, UNREADABLE, Options, PendingRecord, Stage, StageResult
from adapty.bulk.reports import Progress
from adapty.errors import AdaptyError, AdaptyUsageError

if TYPE_CHECKING:
    from collections import Counter

    from adapty._async.client import AsyncAdapty
    from adapty._engine.dispatcher import Job
    from adapty._sync.client import Adapty
    from adapty.bulk._inputs.rows import Row
    from adapty.bulk._state.checkpoint import Checkpoint

__all__ = ["StageRunner"]

_REPORT_SECONDS = 0.1
_SAVE_EVERY = 10
"""Reports per save: a crash costs the work of one second."""

_USER_ERRORS = (Exception, KeyboardInterrupt, SystemExit)
"""What code of the caller may raise. It is raised again when the requests in flight are completed and saved."""


@define
class StageRunner:
    """One run of a stage.

    Attributes:
        stage: What to do.
        options: How to do it.
        abort_policy: Decides which errors abort the job, over all stages.
        counters: The results.
        problem: What aborted the stage, unless the caller requested the end.
    """

    stage: Stage
    options: Options
    abort_policy: AbortPolicy
    counters: StageCounters
    problem: BaseException | None = None
    _dispatcher: Dispatcher[PendingRecord] | None = None
    _feeding: asyncio.Task[None] | None = None
    _reader: RowReader | None = None
    _token: CancelToken = field(factory=CancelToken)
    _limiter: RateLimiter = field(factory=RateLimiter)
    _total: int | None = None
    _began: float = 0.0
    _tracker: ProgressTracker = field(factory=ProgressTracker)
    _resumed_count: int = 0
    _input_error: Exception | None = None
    _is_aborting: bool = False
    _observation: StageObservation | None = None

    @classmethod
    def resume(cls, stage: Stage, options: Options, checkpoint: Checkpoint, abort_policy: AbortPolicy) -> StageRunner:
        """Create a runner that continues where the checkpoint says.

        Raises:
            AdaptyUsageError: The checkpoint is damaged.
        """
        counters = StageCounters.resume(stage, checkpoint)
        return cls(stage, options, abort_policy, counters, resumed_count=counters.counts.total())

    async def run(self, client: Adapty | AsyncAdapty | None, token: CancelToken) -> None:
        """Complete the stage, or set `problem` if it is aborted."""
        self._token = token
        self._limiter = RateLimiter(self.options.rate_limit)
        self._began = asyncio.get_running_loop().time()
        if client is not None and not self.options.dry_run:
            observers = client._transport.config.observers  # noqa: SLF001 - of the same package
            self._observation = StageObservation(self.stage, observers, self.counters.counts.copy())
            self._observation.start()
        reporting = asyncio.create_task(self._report_loop())
        try:
            with token.on_request(self._abort):
                if client is None or self.options.dry_run:
                    await self._feed_until_abort()
                else:
                    await self._send_all(client)
            if self._input_error is not None:
                self._abort(self._input_error)
        except _USER_ERRORS as problem:
            self._abort(problem)
        finally:
            reporting.cancel()
            self._save()
            await asyncio.gather(reporting, return_exceptions=True)
            self._observe_end()
        self._report()

    async def _send_all(self, client: Adapty | AsyncAdapty) -> None:
        options = self.options
        async with open_dispatcher(
            client,
            self.stage.api,
            self._on_done,
            concurrency=options.concurrency,
            max_retries=options.max_retries,
            limiter=self._limiter,
            transport=options.transport,
        ) as dispatcher:
            self._dispatcher = dispatcher
            await self._feed_until_abort()
            await dispatcher.drain()

    async def _feed_until_abort(self) -> None:
        """Feed in a task of its own: an abort does not wait for the next row."""
        if self._is_aborting:
            return
        self._feeding = asyncio.create_task(self._feed())
        try:
            await asyncio.wait((self._feeding,))
        finally:
            self._feeding.cancel()
            await asyncio.gather(self._feeding, return_exceptions=True)
            if self._reader is not None:
                self._total = self._reader.total

    async def _feed(self) -> None:
        """Submit all rows of the input."""
        number = 0
        reader = self._reader = RowReader(self.stage.rows)
        reader.start()
        try:
            while batch := await reader.read_batch():
                for row in batch:
                    if not self._submit(number, row) and self._dispatcher is not None:
                        await self._dispatcher.wait_for_capacity()
                    number += 1
                await asyncio.sleep(0)
        except Exception as problem:  # noqa: BLE001 - raised when all rows before it are sent
            self._input_error = problem
        except asyncio.CancelledError as cancelled:
            if not self._is_aborting:  # then the input raised it, or the whole job is cancelled
                self._abort(cancelled)
        except (KeyboardInterrupt, SystemExit) as problem:
            self._abort(None if self._token.requested else problem)
        finally:
            await reader.close()

    def _submit(self, number: int, row: Row) -> bool:
        """Submit a row, or skip it if an earlier run completed it. Return whether there is capacity for another one."""
        if self._is_aborting:
            return True
        try:
            return self._build_and_submit(number, row)
        except _USER_ERRORS as problem:
            self._abort(problem)
            return True

    def _build_and_submit(self, number: int, row: Row) -> bool:
        tracker = self._tracker
        if number in self.counters.completed:
            tracker.skipped += 1
            if self.stage.skip is not None:
                self.stage.skip(row)
            return True
        if tracker.started_at is None:
            tracker.started_at = asyncio.get_running_loop().time()
        try:
            if row.problem:
                raise AdaptyUsageError.for_field(row.field or UNREADABLE, row.problem)
            job = self.stage.build(number, row)
        except AdaptyUsageError as error:
            self.counters.record(number, row, None, error)
            return True
        if job is None:
            self.counters.count(number, DUPLICATE)
            return True
        if self._dispatcher is None:  # a dry run
            self.counters.record(number, row, job.payload.record, None)
            return True
        job.size = text_size(row)
        return self._dispatcher.submit(job)

    def _on_done(self, job: Job[PendingRecord], error: BaseException | None) -> None:
        """Record the result of a record, unless the error concerns all records."""
        if not (error is None or isinstance(error, AdaptyError)) or not self.abort_policy.should_continue(error):
            self._abort(error)
            return
        pending = job.payload
        try:
            self.counters.record(pending.number, pending.row, pending.record, error)
        except _USER_ERRORS as problem:
            self._abort(problem)
        if self._token.requested:  # the callback of the token may come later than this response
            self._abort()

    def _abort(self, problem: BaseException | None = None) -> None:
        """Complete the requests in flight; read and send nothing more."""
        if self.problem is None:
            self.problem = problem
        if self._dispatcher is not None:
            self._dispatcher.stop()
        # Once: a second cancellation would interrupt closing the input, which finds out whether the input has ended.
        if self._feeding is not None and not self._is_aborting:
            self._feeding.cancel()
        self._is_aborting = True

    async def _report_loop(self) -> None:
        times = 0
        while True:
            await asyncio.sleep(_REPORT_SECONDS)
            times += 1
            self._report()
            if times % _SAVE_EVERY == 0:
                self._save()
                self._observe_progress()

    def _report(self) -> None:
        if self.options.on_progress is None or self.problem is not None:
            return
        try:
            self.options.on_progress(self.progress())
        except _USER_ERRORS as problem:
            self._abort(problem)

    def _observe_progress(self) -> None:
        if self._observation is not None:
            rate = self._limiter.throughput(asyncio.get_running_loop().time())
            self._observation.report(self.counts, rate=rate, rate_limit=self._limiter.limit)

    def _observe_end(self) -> None:
        if self._observation is not None:
            self._observe_progress()
            problem = None if self.is_done else self.problem or sys.exception() or KeyboardInterrupt()
            self._observation.finish(self.counts, retried=self.retried, problem=problem)

    def progress(self) -> Progress:
        """Return the progress of the stage."""
        now = asyncio.get_running_loop().time()
        counters, tracker = self.counters, self._tracker
        done, read_fraction = counters.counts.total(), self.stage.read_fraction()
        tracker.read = self.rows_read
        return Progress(
            stage=self.stage.name,
            accepted=done - counters.failed,
            rejected=counters.failed,
            retried=self.retried,
            fraction=tracker.fraction(read_fraction, done - self._resumed_count, is_read=self._total is not None),
            rate=self._limiter.throughput(now),
            limit=self._limiter.limit,
            elapsed=now - self._began,
            eta=tracker.eta(read_fraction, now),
        )

    def _save(self) -> None:
        """Save the results. If that fails, abort; the first problem is the one that is raised."""
        try:
            self.counters.save(done=self.is_done)
        except Exception as error:  # noqa: BLE001 - raised as `problem`
            if self.problem is None:
                self._abort(error)
            elif str(self.problem) != str(error):
                self.problem.add_note(f"progress could not be saved: {error}")

    def raise_for_abort(self) -> None:
        """Raise `problem`, or KeyboardInterrupt if the caller requested the end, unless the stage is done.

        Raises:
            BaseException: One of them.
        """
        if not self.is_done:
            raise self.problem or KeyboardInterrupt

    @property
    def is_done(self) -> bool:
        """Whether every record of the input is completed."""
        return self.problem is None and self._total is not None and self.counters.completed.watermark >= self._total

    @property
    def counts(self) -> Counter[str]:
        """Number of records by outcome, over all runs."""
        return self.counters.counts

    @property
    def rows_read(self) -> int:
        """Number of rows that were read, in this run."""
        return self._reader.count if self._reader is not None else 0

    @property
    def retried(self) -> int:
        """Requests that were sent again, in this run."""
        return self._dispatcher.retries if self._dispatcher is not None else 0

    @property
    def result(self) -> StageResult:
        """The result of the stage, over all its runs."""
        return StageResult(
            name=self.stage.name,
            counts=self.counters.counts,
            reasons=self.counters.reasons,
            retried=self.retried,
            not_imported=self.stage.not_imported(),
        )
