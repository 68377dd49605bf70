"""Delivers the events of an outbox to Adapty Mail, through the dispatcher, and continues after failures."""

from __future__ import annotations

import asyncio
import logging
import math
from contextlib import suppress
from random import SystemRandom
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from adapty._core.redaction import SafeRepr, repr_masked
from adapty._core.retry import RetryPolicy
from adapty._engine.dispatcher import Dispatcher, Job, open_dispatcher
from adapty._engine.options import SendOptions
from adapty._engine.rate_limiter import RateLimiter
from adapty._generated import build_mail_call, ignore_body
from adapty.errors import (
    AdaptyAPIError,
    AdaptyConnectionError,
    AdaptyError,
    AdaptyUsageError,
    WebhookUnavailableError,
)
from adapty.webhooks._base_outbox import BaseOutbox
from adapty.webhooks._failure_policy import RetrySchedule, classify, is_transient
from adapty.webhooks._outbox_observation import observe_outbox
from adapty.webhooks._stores.protocol import DeadLettered, DueEvent, EventUpdate
from adapty.webhooks._stores.thread import DeadLetterLimits, StoreThread
from adapty.webhooks.mail_events import WebhookTransactionEvent

if TYPE_CHECKING:
    from typing import TypeVar

    from adapty._async.client import AsyncAdapty
    from adapty._engine.runner import CancelToken
    from adapty._sync.client import Adapty

    T = TypeVar("T")

__all__ = ["DrainReport", "OutboxSender"]

logger = logging.getLogger("adapty.webhooks")

_POLL_SECONDS = 0.25
"""How often to look for new events; neither SQLite nor PostgreSQL reads events for the answer."""

_LINGER_SECONDS = 10.0
"""How long connections stay open for the next event."""

_STANDBY_SECONDS = 0.5
_STORE_RETRY_SECONDS = 5.0
_KEEP_LOCK_SECONDS = 2.0
_PURGE_SECONDS = 3600.0

_IN_FLIGHT = 32
_IN_FLIGHT_PER_WORKER = 4

_BACKOFF = RetryPolicy(max_retries=2**31, base=1.0, cap=300.0, max_retry_after=3600.0)
"""The delays of deferred events and of pauses, without an end."""

_random = SystemRandom().random


@frozen(kw_only=True)
class DrainReport(SafeRepr):
    """What a worker did.

    Attributes:
        delivered: Number of events that Mail accepted.
        dead_letters: Number of events that became dead letters; see `Outbox.dead_letters`.
        retried: Number of attempts that were repeated.
    """

    delivered: int = 0
    dead_letters: int = 0
    retried: int = 0


@frozen(eq=False)
class _InFlight:
    """An event that is being sent.

    Attributes:
        event: The event.
        delivered_before: Number of events that Mail had accepted when this one was submitted.
    """

    event: DueEvent
    delivered_before: int


@define(eq=False)
class OutboxSender:
    """A worker of an outbox.

    It sends one event of each profile at a time, so that the events of a profile arrive in their order, whatever
    happens to one of them.

    Attributes:
        outbox: The outbox.
        options: How to send.
        limits: When an event becomes a dead letter.
        until_empty: Whether to end when the outbox is empty, or after a failure that does not end soon. Otherwise it
            continues until it is stopped.
        delivered: Number of events that Mail accepted.
        dead_letters: Number of events that became dead letters.
        retried: Number of attempts that were repeated.
    """

    outbox: BaseOutbox
    options: SendOptions
    limits: DeadLetterLimits
    until_empty: bool
    delivered: int = 0
    dead_letters: int = 0
    retried: int = 0
    _in_flight: dict[int, _InFlight] = field(factory=dict)
    _schedule: RetrySchedule = field(factory=RetrySchedule)
    _limiter: RateLimiter = field(factory=RateLimiter)
    _pauses: int = 0
    _last_failure: AdaptyError | None = None
    _problem: BaseException | None = None
    _wakeup: asyncio.Event = field(factory=asyncio.Event)
    _is_stopped: bool = False
    _is_active: bool = False
    _version: object = None
    _checked_at: float = -math.inf
    _purged_at: float = -math.inf

    async def run(self, client: Adapty | AsyncAdapty, token: CancelToken) -> DrainReport:
        """Deliver until the outbox is empty, or until the token requests the end.

        Raises:
            AdaptyUsageError: The outbox is damaged.
            WebhookUnavailableError: `until_empty`, and another worker has the outbox.
            AdaptyError: The key or the address is wrong; or `until_empty`, and Mail is not available.
            KeyboardInterrupt: `until_empty`, and the end was requested before the outbox was empty.
        """
        config = client._transport.config  # noqa: SLF001 - of the same package
        config.key("mail")
        self._limiter = RateLimiter(self.options.rate_limit)
        store = StoreThread(self.outbox._open_store, self.limits)  # noqa: SLF001 - of the same package
        try:
            async with observe_outbox(config.observers, store, self._count_if_active):
                await self._deliver(client, store, token)
        finally:
            store.close()
        if token.requested and self.until_empty and self.outbox.counts().pending:
            raise KeyboardInterrupt
        return DrainReport(delivered=self.delivered, dead_letters=self.dead_letters, retried=self.retried)

    async def _deliver(self, client: Adapty | AsyncAdapty, store: StoreThread, token: CancelToken) -> None:
        while not token.requested:
            problem: BaseException | None = None
            try:
                if not await self._wait_for_lock(store, token):
                    return
                problem = await self._run_dispatcher(client, store, token)
                if not self.until_empty and problem is None:
                    await self._wait_for_events(store, token)
            except WebhookUnavailableError as error:
                problem = error
            if self.until_empty:
                self._raise_problem(problem or (self._last_failure if len(self._schedule) else None), token)
                return
            if problem is not None:
                await self._wait_for_recovery(problem, store, token)

    async def _wait_for_lock(self, store: StoreThread, token: CancelToken) -> bool:
        """Wait until this is the only worker of the outbox; return False if the end is requested before."""
        self._is_active = await store.run(lambda opened: opened.try_lock())
        if self._is_active:
            return True
        location = self.outbox.location
        if self.until_empty:
            raise WebhookUnavailableError(f"{location}: another worker is sending its events")
        logger.info("outbox %s: another worker is active; standing by", location)
        while not await _pause(_STANDBY_SECONDS, token):
            self._is_active = await store.run(lambda opened: opened.try_lock())
            if self._is_active:
                logger.info("outbox %s: taking over", location)
                return True
        return False

    def _count_if_active(self) -> tuple[int, int] | None:
        """Return how many events were delivered and became dead letters, or None while another worker is active."""
        return (self.delivered, self.dead_letters) if self._is_active else None

    def _raise_problem(self, problem: BaseException | None, token: CancelToken) -> None:
        if problem is None or token.requested:
            return
        with suppress(WebhookUnavailableError):
            pending = self.outbox.counts().pending
            problem.add_note(
                f"{self.delivered} delivered, {self.dead_letters} dead letters; "
                f"{pending} pending in {self.outbox.location}"
            )
        raise problem

    async def _run_dispatcher(
        self, client: Adapty | AsyncAdapty, store: StoreThread, token: CancelToken
    ) -> BaseException | None:
        """Send until there was nothing to send for a while; return what ended it earlier."""
        self._problem, self._is_stopped = None, False

        def on_done(job: Job[_InFlight], error: BaseException | None) -> None:
            self._record(store, dispatcher, job.payload, error)

        async with open_dispatcher(
            client,
            "mail",
            on_done,
            concurrency=self.options.concurrency,
            max_retries=self.options.max_retries,
            limiter=self._limiter,
            transport=self.options.transport,
            source="outbox",
        ) as dispatcher:
            with token.on_request(lambda: self._stop(dispatcher, None)):
                try:
                    await self._feed(store, dispatcher)
                except AdaptyError as error:
                    self._stop(dispatcher, error)
                await dispatcher.drain()
        self.retried += dispatcher.retries
        try:
            await self._flush(store)
        except AdaptyError as error:
            return self._problem or error
        finally:
            self._in_flight.clear()  # events that were not sent are read again
        return self._problem

    def _stop(self, dispatcher: Dispatcher[_InFlight], problem: BaseException | None) -> None:
        """Complete the requests in flight, and send nothing more."""
        self._is_stopped = True
        if self._problem is None:
            self._problem = problem
        dispatcher.stop()
        self._wakeup.set()

    async def _feed(self, store: StoreThread, dispatcher: Dispatcher[_InFlight]) -> None:
        """Submit events as they become due, a few at a time."""
        clock = asyncio.get_running_loop().time
        last = clock()
        while not self._is_stopped:
            self._wakeup.clear()
            await self._flush(store)
            await self._purge(store, clock())
            now = clock()
            due = await self._read_due(store, now)
            for event in due:
                if not self._is_stopped and store.has_lock():
                    self._submit(store, dispatcher, _InFlight(event, self.delivered))
            if due:
                last = clock()
            elif not self._in_flight and (self.until_empty or clock() - last > _LINGER_SECONDS):
                return
            elif not self._is_stopped:
                await self._wait_for_change(store, self._schedule.next_retry(now))

    def _submit(self, store: StoreThread, dispatcher: Dispatcher[_InFlight], in_flight: _InFlight) -> None:
        event = in_flight.event
        self._in_flight[event.seq] = in_flight
        try:
            record = WebhookTransactionEvent.from_dict(event.data, allow_unknown=True)
        except AdaptyUsageError as error:
            self._record(store, dispatcher, in_flight, error)
        else:
            call = build_mail_call("saveTransactionEvent", ignore_body, record)
            dispatcher.submit(Job(key=event.profile, call=call, payload=in_flight))

    async def _read_due(self, store: StoreThread, now: float) -> list[DueEvent]:
        """Return events to send, in the order of arrival, at most one of each profile."""
        capacity = _IN_FLIGHT + _IN_FLIGHT_PER_WORKER * self.options.concurrency - len(self._in_flight)
        deferred = [event.seq for event in self._schedule.get_waiting(now)]
        if deferred:
            self._schedule.drop(await store.run(lambda opened: opened.find_changed(deferred)))
        waiting = {each.event.profile for each in self._in_flight.values()}
        waiting.update(event.profile for event in self._schedule.get_waiting(now))
        if capacity <= 0:
            return []
        due, dead = await store.run(lambda opened: opened.read_due(waiting, capacity))
        self._report_dead(dead)
        # In a file that was replaced, an event may have the number of one in flight.
        return [event for event in due if event.seq not in self._in_flight]

    async def _wait_for_change(self, store: StoreThread, next_retry: float) -> None:
        """Wait for a response, a new event, a retry, or a stop."""
        clock = asyncio.get_running_loop().time
        while clock() < next_retry:
            until_check = self._checked_at + _POLL_SECONDS - clock()
            if until_check > 0 and await _wait_within(until_check, self._wakeup):
                return
            self._checked_at = clock()
            version = await store.run(lambda opened: opened.get_version())
            if version != self._version:
                self._version = version
                return

    async def _flush(self, store: StoreThread) -> None:
        updates, dead = await store.flush()
        for update in updates:
            if update.state != "pending" or update.attempts:  # otherwise it counts an earlier failure
                self._in_flight.pop(update.seq, None)
        self._report_dead(dead)

    def _report_dead(self, dead: list[DeadLettered]) -> None:
        for event in dead:
            self.dead_letters += 1
            self._schedule.drop({event.seq})
            self._log("is a dead letter", event.event_id, event.reason)

    async def _purge(self, store: StoreThread, now: float) -> None:
        if now - self._purged_at > _PURGE_SECONDS:
            self._purged_at = now
            retention = self.outbox.retention.total_seconds()
            await store.run(lambda opened: opened.purge(retention))

    def _record(
        self,
        store: StoreThread,
        dispatcher: Dispatcher[_InFlight],
        in_flight: _InFlight,
        error: BaseException | None,
    ) -> None:
        """Record the result of an event; stop if the error concerns all events."""
        event = in_flight.event
        self._wakeup.set()
        if error is None:
            self._schedule.resolve(event)
            self._record_success(store)
            store.queue_update(EventUpdate(event.seq, event.event_id, "delivered"))
            return
        disposition = classify(error)
        attempts = error.attempts if isinstance(error, AdaptyAPIError | AdaptyConnectionError) else 0
        if disposition == "dead":
            self._schedule.resolve(event)
            self.dead_letters += 1
            store.queue_update(EventUpdate(event.seq, event.event_id, "dead", attempts, str(error)))
            self._log("is rejected", event.event_id, error)
        elif disposition != "retry" or not self._defer(store, in_flight, error, max(attempts, 1)):
            self._stop(dispatcher, error)

    def _record_success(self, store: StoreThread) -> None:
        """Record that Mail accepts events: a pause is over, and the failures beside it count."""
        self.delivered += 1
        self._pauses = 0
        for failed in self._schedule.on_success(asyncio.get_running_loop().time()):
            store.queue_update(EventUpdate(failed.seq, failed.event_id, "pending", attempts=0, failures=1))

    def _defer(self, store: StoreThread, in_flight: _InFlight, error: BaseException, attempts: int) -> bool:
        """Let the events of a profile wait; return whether Mail may still accept others."""
        event = in_flight.event
        is_counted = self.delivered > in_flight.delivered_before  # Mail accepted others meanwhile
        attempt = self._schedule.count_attempts(event) + 1
        delay = _get_delay(attempt, error)
        until = asyncio.get_running_loop().time() + delay
        may_be_up = self._schedule.defer(event, until, is_counted=is_counted)
        self._last_failure = error if isinstance(error, AdaptyError) else None
        store.queue_update(
            EventUpdate(event.seq, event.event_id, "pending", attempts, str(error), failures=int(is_counted))
        )
        if attempt == 1 and not self.until_empty:  # `drain` raises the error at its end
            self._log(f"delays its profile; next attempt in {delay:.0f} s", event.event_id, error)
        return may_be_up

    def _log(self, what: str, event_id: str, reason: object) -> None:
        logger.warning("outbox %s: event %s %s: %s", self.outbox.location, repr_masked(event_id), what, reason)

    async def _wait_for_recovery(self, problem: BaseException, store: StoreThread, token: CancelToken) -> None:
        """Pause until another attempt makes sense.

        Raises:
            BaseException: The problem, if it does not end by itself.
        """
        if not is_transient(problem):
            raise problem
        self._pauses += 1
        delay = _get_delay(self._pauses, problem)
        if isinstance(problem, WebhookUnavailableError):  # which is about the file or database, not about Mail
            delay = min(delay, _STORE_RETRY_SECONDS)
        else:
            self._schedule.on_outage()
        logger.warning("outbox %s: next attempt in %.0f s: %s", self.outbox.location, delay, problem)
        clock = asyncio.get_running_loop().time
        until = clock() + delay
        while (remaining := until - clock()) > 0 and not await _pause(min(remaining, _KEEP_LOCK_SECONDS), token):
            try:
                await store.run(lambda opened: opened.keep_lock())
            except WebhookUnavailableError:
                if not isinstance(problem, WebhookUnavailableError):
                    return  # stands by, or reports it

    async def _wait_for_events(self, store: StoreThread, token: CancelToken) -> None:
        """Wait, without connections, until there is something to send."""
        clock = asyncio.get_running_loop().time
        while not token.requested:
            version, now = await store.run(lambda opened: opened.get_version()), clock()
            if await self._read_due(store, now):
                return
            next_retry = self._schedule.next_retry(now)
            while clock() < next_retry:
                if await _pause(_POLL_SECONDS, token):
                    return
                if await store.run(lambda opened: opened.get_version()) != version:
                    break


def _get_delay(attempt: int, error: BaseException) -> float:
    """Return the seconds to wait after this many failures in a row."""
    retry_after = error.retry_after if isinstance(error, AdaptyAPIError) else None
    if retry_after is not None:
        retry_after = min(retry_after, _BACKOFF.max_retry_after)
    return _BACKOFF.next_delay(attempt, retry_after, lambda: (1 + _random()) / 2) or 0.0


async def _pause(seconds: float, token: CancelToken) -> bool:
    """Wait, or end earlier if the end is requested; return whether it is."""
    requested = asyncio.Event()
    with token.on_request(requested.set):
        await _wait_within(seconds, requested)
    return token.requested


async def _wait_within(seconds: float, event: asyncio.Event) -> bool:
    """Wait for an event, and return whether it is set.

    `asyncio.wait_for` of Python 3.11 loses a cancellation that arrives together with the event.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
