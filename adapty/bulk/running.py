"""Runs one stage of a bulk job: reads, sends over lanes, notes what came of each record, saves how far it is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field

from adapty._core.abort_policy import AbortPolicy
from adapty._core.pace import Pace
from adapty.bulk.headway import Headway
from adapty.bulk.lanes import Item, Lanes
from adapty.bulk.ledger import Ledger
from adapty.bulk.progress import Progress
from adapty.bulk.reading import read_through
from adapty.bulk.stage import REPEATED, UNREADABLE, Options, Stage, StageResult
from adapty.bulk.stop import Stop
from adapty.bulk.transports import open_senders
from adapty.errors import AdaptyError, AdaptyUsageError

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from adapty._async.client import AsyncAdapty
    from adapty._sync.client import Adapty
    from adapty.bulk.journal import Journal
    from adapty.bulk.rows import Row

__all__ = ["StageRun", "Stop"]

_TELL_SECONDS = 0.1
_SAVE_EVERY = 10
"""Saved is at every tenth telling: a second's work is what a crash may cost."""

_RAISED = (Exception, KeyboardInterrupt, SystemExit)
"""What the caller's own code may raise; it is raised again when what is under way is noted and saved."""


@define
class StageRun:
    """One stage under way.

    Attributes:
        stage: What to do.
        options: How to do it.
        patience: Judges errors over all stages.
        ledger: What came of the records.
        problem: What ended the stage early, unless somebody asked for it.
    """

    stage: Stage
    options: Options
    patience: AbortPolicy
    ledger: Ledger
    problem: BaseException | None = None
    _lanes: Lanes[Any] | None = None
    _reading: asyncio.Task[None] | None = None
    _stop: Stop = field(factory=Stop)
    _pace: Pace = field(factory=Pace)
    _total: int | None = None
    _began: float = 0.0
    _headway: Headway = field(factory=Headway)
    _counted_before: int = 0
    _raised: Exception | None = None
    _is_ending: bool = False

    @classmethod
    def resumed(cls, stage: Stage, options: Options, journal: Journal, patience: AbortPolicy) -> StageRun:
        """Begin where the journal says that the stage was left.

        Raises:
            AdaptyUsageError: The journal is damaged.
        """
        ledger = Ledger.resumed(stage, journal)
        return cls(stage, options, patience, ledger, counted_before=ledger.counts.total())

    async def run(self, adapty: Adapty | AsyncAdapty, stop: Stop) -> None:
        """Do what is left of the stage; see `problem` for what ended it early."""
        self._stop = stop
        self._pace = Pace(self.options.rate_limit)
        self._began = asyncio.get_running_loop().time()
        telling = asyncio.create_task(self._keep_telling())
        try:
            with stop.telling(self._end_early):
                if self.options.dry_run:
                    await self._read(self._count_as_sent)
                else:
                    await self._send_all(adapty)
            if self._raised is not None:
                self._end_early(self._raised)
        except _RAISED as problem:
            self._end_early(problem)
        finally:
            telling.cancel()
            self._save()
            await asyncio.gather(telling, return_exceptions=True)
        self._tell()

    async def _send_all(self, adapty: Adapty | AsyncAdapty) -> None:
        options, config = self.options, adapty._transport.config  # noqa: SLF001 - of the same package
        policy = evolve(config.retries, max_retries=options.max_retries, retry_invalid_body=True)
        async with open_senders(adapty, self.stage.api, options.lanes, options.transport) as (senders, endpoint):
            keys = tuple(config.keys.values())
            lanes = self._lanes = Lanes(senders, self._pace, policy, keys, self._settle, endpoint=endpoint)
            work = asyncio.create_task(lanes.work())
            try:
                await self._read(lanes.put)
                lanes.end()
                await work
            finally:
                work.cancel()
                await asyncio.gather(work, return_exceptions=True)

    async def _read(self, take: Callable[[Item[Any]], bool]) -> None:
        """Read the input, in a task of its own: an early end does not wait for a next record that may never come."""
        if self._is_ending:
            return
        self._reading = asyncio.create_task(self._read_rows(take))
        try:
            await asyncio.wait((self._reading,))
        finally:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    async def _read_rows(self, take: Callable[[Item[Any]], bool]) -> None:
        """Take or refuse each record that was not handled before."""

        def offer(number: int, row: Row) -> bool:
            try:
                return self._offer(number, row, take)
            except _RAISED as problem:
                self._end_early(problem)
                return True

        try:
            self._total = await read_through(self.stage.rows(), offer, self._lanes, self._stop)
        except Exception as problem:  # noqa: BLE001 - raised when all that was read before is sent
            self._raised = problem
        except asyncio.CancelledError as cancelled:
            if not self._is_ending:  # so the input raised it, or all is given up anyway
                self._end_early(cancelled)
        except (KeyboardInterrupt, SystemExit) as problem:
            self._end_early(None if self._stop.asked else problem)

    def _offer(self, number: int, row: Row, take: Callable[[Item[Any]], bool]) -> bool:
        """Make the request of a row and pass it on, or refuse it; tell whether there is room for another one.

        One that was handled in a run before this is passed over.
        """
        if self._is_ending:
            return True
        headway = self._headway
        headway.read = number + 1
        if number in self.ledger.handled:
            headway.passed_over += 1
            return True
        if headway.working_since is None:
            headway.working_since = asyncio.get_running_loop().time()
        try:
            if row.problem:
                raise AdaptyUsageError.for_field(row.field or UNREADABLE, row.problem)
            item = self.stage.item(number, row)
        except AdaptyUsageError as error:
            self.ledger.note(number, row, None, error)
            return True
        if item is None:
            self.ledger.count(number, REPEATED)
            return True
        return take(item)

    def _count_as_sent(self, item: Item[Any]) -> bool:
        self.ledger.note(item.number, item.row, item.record, None)
        return True

    def _settle(self, item: Item[Any], error: BaseException | None) -> None:
        """Note what came of an item, unless it is none of its own fault."""
        if not (error is None or isinstance(error, AdaptyError)) or not self.patience.should_continue(error):
            self._end_early(error)
            return
        try:
            self.ledger.note(item.number, item.row, item.record, error)
        except _RAISED as problem:
            self._end_early(problem)
        if self._stop.asked:  # told already, but quick answers may come before the event loop gets to it
            self._end_early()

    def _end_early(self, problem: BaseException | None = None) -> None:
        """Have what is sent answered, and nothing more be read or sent."""
        self._is_ending = True
        if self.problem is None:
            self.problem = problem
        if self._lanes is not None:
            self._lanes.stop()
        if self._reading is not None:
            self._reading.cancel()

    async def _keep_telling(self) -> None:
        """Tell the caller how far it is, and save it."""
        times = 0
        while True:
            await asyncio.sleep(_TELL_SECONDS)
            times += 1
            self._tell()
            if times % _SAVE_EVERY == 0:
                self._save()

    def _tell(self) -> None:
        if self.options.on_progress is None or self.problem is not None:
            return
        try:
            self.options.on_progress(self.progress())
        except _RAISED as problem:
            self._end_early(problem)

    def progress(self) -> Progress:
        """Tell how far the stage is."""
        now = asyncio.get_running_loop().time()
        headway, counted, of_input = self._headway, self.counts.total(), self.stage.share()
        return Progress(
            stage=self.stage.name,
            accepted=counted - self.ledger.failed,
            refused=self.ledger.failed,
            retried=self.retried,
            share=headway.share(of_input, counted - self._counted_before, is_read=self._total is not None),
            rate=self._pace.rate(now),
            limit=self._pace.limit,
            seconds=now - self._began,
            share_before=headway.share_before(of_input),
            seconds_before=headway.seconds_before(self._began),
        )

    def _save(self) -> None:
        """Save how far the stage is; if that cannot be, the stage ends, and what ended it before is told first."""
        try:
            self.ledger.save(done=self.is_done)
        except Exception as unsaved:  # noqa: BLE001 - raised as `problem`
            if self.problem is None:
                self._end_early(unsaved)
            elif str(self.problem) != str(unsaved):
                self.problem.add_note(f"how far it came could not be saved: {unsaved}")

    def raise_what_ended_it_early(self) -> None:
        """Raise `problem`, or KeyboardInterrupt where somebody asked for an end, unless the stage is done.

        Raises:
            BaseException: One of them.
        """
        if not self.is_done:
            raise self.problem or KeyboardInterrupt

    @property
    def is_done(self) -> bool:
        """Whether every record of the input is handled; then that is saved too."""
        return self.problem is None and self._total is not None and self.ledger.handled.watermark >= self._total

    @property
    def counts(self) -> Counter[str]:
        """How many records came to which end, in all runs."""
        return self.ledger.counts

    @property
    def retried(self) -> int:
        """How many tries were made again."""
        return self._lanes.retried if self._lanes is not None else 0

    @property
    def result(self) -> StageResult:
        """What came of the stage, in all its runs."""
        ledger = self.ledger
        return StageResult(
            name=self.stage.name,
            counts=ledger.counts,
            reasons=ledger.reasons,
            retried=self.retried,
            not_imported=self.stage.not_imported(),
        )
