"""Sends what is in an outbox through the lanes of the bulk engine, and goes on when trouble has passed."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from functools import partial
from random import SystemRandom
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from adapty._core.abort_policy import AbortPolicy
from adapty._core.redaction import SafeRepr, repr_masked
from adapty._core.retry import RetryPolicy
from adapty._engine.dispatcher import Job
from adapty._generated import build_mail_call, ignore_body
from adapty.bulk._inputs.rows import Row
from adapty.bulk._row_reader import rows_from_items
from adapty.bulk._stage import Options, PendingRecord, Stage
from adapty.bulk._stage_runner import StageRunner
from adapty.bulk._state.checkpoint import Checkpoint
from adapty.errors import AdaptyAPIError, AdaptyConnectionError, AdaptyError, WebhookUnavailableError
from adapty.webhooks._failure_policy import passes, verdict_on
from adapty.webhooks._retry_schedule import PutOffs
from adapty.webhooks._stores.sqlite_outbox import Books, Due, Note
from adapty.webhooks._threads import RequestThreads
from adapty.webhooks.outbox import Outbox
from adapty.webhooks.outbox_lock import OutboxLock
from adapty.webhooks.told_events import ToldEvent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from adapty._async.client import AsyncAdapty
    from adapty._engine.runner import CancelToken
    from adapty._sync.client import Adapty

__all__ = ["DrainReport", "Sending"]

logger = logging.getLogger("adapty")

_POLL_SECONDS = 0.25
"""So often it is looked for new events: asking SQLite whether anything has changed reads no file."""

_LINGER_SECONDS = 10.0
"""So long connections are kept open for a next event."""

_STANDBY_SECONDS = 0.5
_TIDY_SECONDS = 3600.0

_IN_HAND_PER_LANE = 4
_IN_HAND = 32

_WAITS = RetryPolicy(max_retries=2**31, base=1.0, cap=300.0, max_retry_after=3600.0)
"""How long it is waited after trouble that is nobody's fault, before it is tried again, forever."""

_random = SystemRandom().random


@frozen(kw_only=True)
class DrainReport(SafeRepr):
    """What a worker did.

    Attributes:
        delivered: Events that Mail has taken.
        refused: Events that it refuses for good; they are in `Outbox.dead_letters`.
        retried: Tries that were made again.
    """

    delivered: int = 0
    refused: int = 0
    retried: int = 0


@frozen
class _InHand:
    """An event that is being sent.

    Attributes:
        due: The event.
        delivered_before: How many events Mail had taken when this one was handed over.
    """

    due: Due
    delivered_before: int


class _OwnJudgement(AbortPolicy):
    """Leaves it to `Sending` which failure ends a round."""

    def should_continue(self, problem: AdaptyError | None) -> bool:  # noqa: ARG002 - the engine's
        """Go on."""
        return True


@define(eq=False)
class Sending:
    """One worker at work.

    Of each profile one event at a time is in hand, so that they are sent in the order of their arrival whatever happens
    to one of them.

    Attributes:
        outbox: What is sent.
        options: How it is sent.
        until_empty: Whether to end when nothing is left, or at the first trouble that does not pass by itself soon;
            otherwise it goes on until it is stopped.
        delivered: Events that Mail has taken.
        refused: Events that it refuses for good.
        retried: Tries that were made again.
    """

    outbox: Outbox
    options: Options
    until_empty: bool
    delivered: int = 0
    refused: int = 0
    retried: int = 0
    _in_hand: dict[int, _InHand] = field(factory=dict)
    _put_offs: PutOffs = field(factory=PutOffs)
    _troubles: int = 0
    _trouble: AdaptyError | None = None
    _news: asyncio.Event = field(factory=asyncio.Event)
    _version: tuple[int, int] | None = None
    _tidied: float | None = None

    async def run(self, adapty: Adapty | AsyncAdapty, stop: CancelToken) -> DrainReport:
        """Send until nothing is left, or until it is stopped.

        Raises:
            AdaptyUsageError: The outbox is damaged.
            WebhookUnavailableError: Where it is to be emptied, another worker has it.
            AdaptyError: The key or the address is wrong, or, where it is to be emptied, it cannot be now.
            KeyboardInterrupt: It was stopped before it was empty.
        """
        adapty._transport.config.key("mail")  # noqa: SLF001 - of the same package
        with OutboxLock(self.outbox.path) as lock:
            if await self._have(lock, stop):
                # To open and check a large file takes long, and the loop may be the application's.
                with await RequestThreads().run(partial(Books, self.outbox.path), discard=Books.close) as books:
                    await self._send(adapty, books, stop)
        if stop.requested and self.until_empty:
            raise KeyboardInterrupt
        return DrainReport(delivered=self.delivered, refused=self.refused, retried=self.retried)

    async def _have(self, lock: OutboxLock, stop: CancelToken) -> bool:
        """Wait until this is the one worker of the outbox, unless it is stopped before."""
        if lock.acquire():
            return True
        path = self.outbox.path
        if self.until_empty:
            raise WebhookUnavailableError(f"{path}: another worker sends what is in it; nothing was done here")
        logger.info("outbox %s: another worker has it; waiting to take over", path)
        while not await _pause(_STANDBY_SECONDS, stop):
            if lock.acquire():
                logger.info("outbox %s: taken over", path)
                return True
        return False

    async def _send(self, adapty: Adapty | AsyncAdapty, books: Books, stop: CancelToken) -> None:
        while not stop.requested:
            problem = await self._round(adapty, books, stop)
            if self.until_empty:
                self._end(problem or (self._trouble if self._put_offs else None), stop)
                return
            try:
                if problem is None:
                    await self._wait_for_news(books, stop)
            except WebhookUnavailableError as unreadable:
                problem = unreadable
            if problem is not None:
                await self._wait_out(problem, stop)

    def _end(self, problem: BaseException | None, stop: CancelToken) -> None:
        if problem is None or stop.requested:
            return
        left = self.outbox.counts().pending
        problem.add_note(f"{self.delivered} delivered, {self.refused} refused; {left} left in {self.outbox.path}")
        raise problem

    async def _round(self, adapty: Adapty | AsyncAdapty, books: Books, stop: CancelToken) -> BaseException | None:
        """Send until nothing has been left for a while; give what ended it earlier."""

        def settle(row: Row, _: Any, error: AdaptyError | None) -> str:
            return self._settle(books, row, error)

        stage = Stage(
            name="events",
            api="mail",
            label=str(self.outbox.path),
            rows=lambda: rows_from_items(self._rows(books), lambda _, row: row, "outbox, after event"),
            read_fraction=lambda: None,
            build=_build_job,
            record_result=settle,
            sync=lambda: 0,
        )
        with Checkpoint.temporary() as checkpoint:
            run = StageRunner.resume(stage, self.options, checkpoint, _OwnJudgement())
            await run.run(adapty, stop)
        self.retried += run.retried
        try:
            await self._write(books)
        except AdaptyError as unwritten:
            return run.problem or unwritten
        finally:
            self._in_hand.clear()  # what has not been sent by now is read again
        return run.problem

    async def _rows(self, books: Books) -> AsyncIterator[Row]:
        """Give what can be sent, as it comes, never much at a time."""
        now = asyncio.get_running_loop().time
        last = now()
        while True:
            self._news.clear()
            await self._write(books)
            await self._tidy(books, now())
            moment = now()
            due = await self._due(books, moment)
            for each in due:
                self._in_hand[each.place] = _InHand(each, self.delivered)
                yield Row(each.place, each.data)
            if due:
                last = now()
                continue
            if not self._in_hand and (self.until_empty or now() - last > _LINGER_SECONDS):
                return
            await self._until_news(books, self._put_offs.next_try(moment))

    async def _due(self, books: Books, now: float) -> list[Due]:
        room = _IN_HAND + _IN_HAND_PER_LANE * self.options.concurrency - len(self._in_hand)
        put_off = self._put_offs.waiting(now)
        self._put_offs.release(await books.released([each.place for each in put_off]))
        waiting = {each.due.profile for each in self._in_hand.values()}
        waiting.update(each.profile for each in self._put_offs.waiting(now))
        due = await books.due(waiting, room) if room > 0 else []
        # In a file that was replaced, an event may have the place of one that is being sent.
        return [each for each in due if each.place not in self._in_hand]

    async def _until_news(self, books: Books, next_try: float) -> None:
        """Wait until something can be written or read: an answer has come, an event has, or the time of one."""
        now = asyncio.get_running_loop().time
        while now() < next_try:
            version = await books.version()
            if version != self._version:
                self._version = version
                return
            if await _set_within(_POLL_SECONDS, self._news):
                return

    async def _write(self, books: Books) -> None:
        for note in await books.settle():
            if note.state != "blamed":  # which is of a time before
                self._in_hand.pop(note.place, None)
        for given_up in books.given_up():
            self.refused += 1
            self._put_offs.release({given_up.place})
            self._tell("is set aside", given_up.event_id, given_up.reason)

    async def _tidy(self, books: Books, now: float) -> None:
        if self._tidied is None or now - self._tidied > _TIDY_SECONDS:
            self._tidied = now
            await books.tidy(self.outbox.retention.total_seconds())

    def _settle(self, books: Books, row: Row, error: AdaptyError | None) -> str:
        """Note what came of an event, and give the word for it.

        Raises:
            AdaptyError: It is the trouble of all events.
        """
        in_hand = self._in_hand[row.line]
        due = in_hand.due
        self._news.set()
        verdict = verdict_on(error)
        if error is None:
            self._put_offs.answered(due)
            self._succeed(books)
            books.note(Note(due.place, "delivered", event_id=due.event_id))
            return "accepted"
        attempts = error.attempts if isinstance(error, AdaptyAPIError | AdaptyConnectionError) else 0
        if verdict == "dead":
            self._put_offs.answered(due)
            self.refused += 1
            books.note(Note(due.place, "dead", attempts, str(error), due.event_id))
            self._tell("is refused", due.event_id, error)
            return "refused"
        if verdict == "put off" and self._put_off(books, in_hand, error, max(attempts, 1)):
            return "put off"
        raise error

    def _succeed(self, books: Books) -> None:
        """Note that Mail takes events: the trouble of all is over, and what fails beside it is to blame for that."""
        self.delivered += 1
        self._troubles = 0
        for blamed in self._put_offs.succeeded(asyncio.get_running_loop().time()):
            books.note(Note(blamed.place, "blamed", event_id=blamed.event_id))

    def _put_off(self, books: Books, in_hand: _InHand, error: AdaptyError, attempts: int) -> bool:
        """Have the events of a profile wait; tell whether it can be the trouble of this one alone."""
        due = in_hand.due
        others_went = self.delivered > in_hand.delivered_before
        failures = self._put_offs.failures(due) + 1
        seconds = _wait(failures, error)
        until = asyncio.get_running_loop().time() + seconds
        is_its_own = self._put_offs.put_off(due, until, is_blamed=others_went)
        self._trouble = error
        books.note(Note(due.place, "pending", attempts, str(error), due.event_id))
        if others_went:
            books.note(Note(due.place, "blamed", event_id=due.event_id))
        if failures == 1 and not self.until_empty:  # who empties it is told in the end
            self._tell(f"holds up its profile, retrying in {seconds:.0f} s", due.event_id, error)
        return is_its_own

    def _tell(self, what: str, event_id: str, reason: object) -> None:
        logger.warning("outbox %s: event %s %s: %s", self.outbox.path, repr_masked(event_id), what, reason)

    async def _wait_out(self, problem: BaseException, stop: CancelToken) -> None:
        """Wait until it makes sense to try again.

        Raises:
            BaseException: The problem, if it does not pass by itself.
        """
        if not passes(problem):
            raise problem
        if not isinstance(problem, WebhookUnavailableError):  # which is of the file, and says nothing of Mail
            self._put_offs.excuse()
        self._troubles += 1
        seconds = _wait(self._troubles, problem)
        logger.warning("outbox %s: trying again in %.0f s: %s", self.outbox.path, seconds, problem)
        await _pause(seconds, stop)

    async def _wait_for_news(self, books: Books, stop: CancelToken) -> None:
        """Wait, without connections, until there is something to send."""
        now = asyncio.get_running_loop().time
        while not stop.requested:
            version, moment = await books.version(), now()
            if await self._due(books, moment):
                return
            next_try = self._put_offs.next_try(moment)
            while now() < next_try and await books.version() == version:
                if await _pause(_POLL_SECONDS, stop):
                    return


def _build_job(number: int, row: Row) -> Job[PendingRecord]:
    """Make the request of an event; a field that this version does not know is sent as it is."""
    record = ToldEvent.from_dict(row.data, allow_unknown=True)
    call = build_mail_call("saveTransactionEvent", ignore_body, record)
    return Job(record.external_profile_id, call, PendingRecord(number, row, record))


def _wait(times: int, problem: BaseException) -> float:
    """Give how long to wait after so many times of trouble, in seconds."""
    asked_for = problem.retry_after if isinstance(problem, AdaptyAPIError) else None
    if asked_for is not None:
        asked_for = min(asked_for, _WAITS.max_retry_after)
    return _WAITS.next_delay(times, asked_for, lambda: (1 + _random()) / 2) or 0.0


async def _pause(seconds: float, stop: CancelToken) -> bool:
    """Wait, unless it is stopped before; tell whether it is."""
    asked = asyncio.Event()
    with stop.on_request(asked.set):
        await _set_within(seconds, asked)
    return stop.requested


async def _set_within(seconds: float, event: asyncio.Event) -> bool:
    """Wait for an event, and tell whether it has come.

    Not by `asyncio.wait_for`, which in Python 3.11 overlooks a cancellation that comes together with the event.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
