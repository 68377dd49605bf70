"""Runs one stage of a bulk job: reads, sends over lanes, notes what came of each record, saves how far it is."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field

from adapty._core.giving_up import Patience
from adapty._core.pace import Pace
from adapty.bulk.handled import Handled
from adapty.bulk.journal import Checkpoint, Journal
from adapty.bulk.lanes import Item, Lanes
from adapty.bulk.progress import Progress
from adapty.bulk.reading import read_through
from adapty.bulk.stage import FAILED, REPEATED, UNREADABLE, Options, Stage, StageResult
from adapty.bulk.stop import Stop
from adapty.bulk.transports import open_senders
from adapty.errors import AdaptyAPIError, AdaptyError, AdaptyUsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapty._async.client import AsyncAdapty
    from adapty._sync.client import Adapty
    from adapty.bulk.rows import Row

__all__ = ["FAILED", "REPEATED", "UNREADABLE", "Options", "Stage", "StageResult", "StageRun", "Stop"]

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
        journal: Where it is saved how far it is.
        patience: Judges errors over all stages.
        handled: The numbers of the records that are accepted or refused.
        counts: How many records came to which end.
        reasons: How many records failed for which field.
        problem: What ended the stage early, unless somebody asked for it.
    """

    stage: Stage
    options: Options
    journal: Journal
    patience: Patience
    handled: Handled
    counts: Counter[str] = field(factory=Counter)
    reasons: Counter[str] = field(factory=Counter)
    problem: BaseException | None = None
    _lanes: Lanes[Any] | None = None
    _reading: asyncio.Task[None] | None = None
    _pace: Pace = field(factory=Pace)
    _total: int | None = None
    _began: float = 0.0
    _share_before: float = 0.0
    _is_ending: bool = False
    _is_torn: bool = False

    @classmethod
    def resumed(cls, stage: Stage, options: Options, journal: Journal, patience: Patience) -> StageRun:
        """Begin where the journal says that the stage was left."""
        saved = journal.stage(stage.name)
        if saved is None:
            return cls(stage, options, journal, patience, Handled())
        handled = Handled.from_bytes(saved.handled)
        return cls(stage, options, journal, patience, handled, Counter(saved.counts), Counter(saved.reasons))

    async def run(self, adapty: Adapty | AsyncAdapty, stop: Stop) -> None:
        """Do what is left of the stage; see `problem` for what ended it early."""
        self._pace = Pace(self.options.max_rate)
        self._began = asyncio.get_running_loop().time()
        telling = asyncio.create_task(self._keep_telling())
        try:
            with stop.telling(self._end_early):
                if self.options.dry_run:
                    await self._read(self._count_as_sent, stop)
                else:
                    await self._send_all(adapty, stop)
        except _RAISED as problem:
            self._end_early(problem)
        finally:
            telling.cancel()
            self._save()
            await asyncio.gather(telling, return_exceptions=True)
        self._tell()

    async def _send_all(self, adapty: Adapty | AsyncAdapty, stop: Stop) -> None:
        options, config = self.options, adapty._transport.config  # noqa: SLF001 - of the same package
        policy = evolve(config.retries, max_retries=options.max_retries)
        async with open_senders(adapty, self.stage.api, options.lanes, options.transport) as senders:
            lanes = self._lanes = Lanes(senders, self._pace, policy, tuple(config.keys.values()), self._settle)
            work = asyncio.create_task(lanes.work())
            try:
                await self._read(lanes.put, stop)
                lanes.end()
                await work
            finally:
                work.cancel()
                await asyncio.gather(work, return_exceptions=True)

    async def _read(self, take: Callable[[Item[Any]], bool], stop: Stop) -> None:
        """Read the input, in a task of its own: an early end does not wait for a next record that may never come."""
        if self._is_ending:
            return
        self._reading = asyncio.create_task(self._read_rows(take, stop))
        try:
            await asyncio.wait((self._reading,))
        finally:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    async def _read_rows(self, take: Callable[[Item[Any]], bool], stop: Stop) -> None:
        """Take or refuse each record that was not handled before."""

        def offer(number: int, row: Row) -> bool:
            return self._offer(number, row, take)

        try:
            self._total = await read_through(self.stage.rows(), offer, self._lanes, stop)
        except asyncio.CancelledError as cancelled:
            if not self._is_ending:  # so the input raised it, or all is given up anyway
                self._end_early(cancelled)
        except _RAISED as problem:
            self._end_early(None if stop.asked and isinstance(problem, KeyboardInterrupt) else problem)

    def _offer(self, number: int, row: Row, take: Callable[[Item[Any]], bool]) -> bool:
        """Make the request of a row and pass it on, or refuse it; tell whether there is room for another one.

        One that was handled in a run before this is passed over.
        """
        if number in self.handled:
            self._share_before = self.stage.share() or 0.0
            return True
        try:
            if row.problem:
                raise AdaptyUsageError.of(UNREADABLE, row.problem)
            item = self.stage.item(number, row)
        except AdaptyUsageError as error:
            self._note(number, row, None, error)
            return True
        if item is None:
            self._count(number, REPEATED)
            return True
        return take(item)

    def _count_as_sent(self, item: Item[Any]) -> bool:
        self._note(item.number, item.row, item.record, None)
        return True

    def _settle(self, item: Item[Any], error: BaseException | None) -> None:
        """Note what came of an item, unless it is none of its own fault."""
        if not (error is None or isinstance(error, AdaptyError)) or not self.patience.lasts(error):
            self._end_early(error)
            return
        try:
            self._note(item.number, item.row, item.record, error)
        except _RAISED as problem:
            self._end_early(problem)

    def _note(self, number: int, row: Row, record: Any, error: AdaptyError | None) -> None:
        try:
            word = self.stage.settle(row, record, error)
            if error is not None and word in FAILED:
                self.reasons[_blamed(error)] += 1
            self._count(number, word)
        except (KeyboardInterrupt, SystemExit):
            self._is_torn = True
            raise

    def _count(self, number: int, word: str) -> None:
        self.counts[word] += 1
        self.handled.add(number)

    def _end_early(self, problem: BaseException | None = None) -> None:
        """Have what is sent answered, and nothing more be read or sent."""
        self._is_ending = True
        self.problem = self.problem or problem
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
        refused = sum(self.counts[word] for word in FAILED)
        return Progress(
            stage=self.stage.name,
            accepted=self.counts.total() - refused,
            refused=refused,
            retried=self.retried,
            share=self.stage.share(),
            rate=self._pace.rate(now),
            limit=self._pace.limit,
            seconds=now - self._began,
            share_before=self._share_before,
        )

    def _save(self) -> None:
        """Save how far the stage is; if that cannot be, the stage ends, and what ended it before is told first."""
        if self._is_torn:
            return  # a record is noted half, and the last save knows nothing of it
        try:
            self.journal.save(self.stage.name, self.checkpoint(done=self.is_done))
        except Exception as unsaved:  # noqa: BLE001 - raised as `problem`
            if self.problem is None:
                self._end_early(unsaved)
            elif str(self.problem) != str(unsaved):
                self.problem.add_note(f"how far it came could not be saved: {unsaved}")

    def checkpoint(self, *, done: bool = False) -> Checkpoint:
        """Give how far the stage is.

        Raises:
            AdaptyUsageError: The file of what was noted cannot be written.
        """
        size = self.stage.sync()
        return Checkpoint(
            handled=self.handled.to_bytes(),
            counts=dict(self.counts),
            reasons=dict(self.reasons),
            failures_size=size,
            done=done,
        )

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
        return self.problem is None and self._total is not None and self.handled.watermark >= self._total

    @property
    def retried(self) -> int:
        """How many tries were made again."""
        return self._lanes.retried if self._lanes is not None else 0

    @property
    def result(self) -> StageResult:
        """What came of the stage, in all its runs."""
        return StageResult(name=self.stage.name, counts=self.counts, reasons=self.reasons, retried=self.retried)


def _blamed(problem: AdaptyError) -> str:
    """Name the field at fault, as far as the error knows it."""
    if isinstance(problem, AdaptyUsageError):
        return problem.field_name or UNREADABLE
    if isinstance(problem, AdaptyAPIError) and problem.field_names:
        return problem.field_names[0]
    return type(problem).__name__
