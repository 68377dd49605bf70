"""The dispatcher: sends many calls at once, with order per key, retries and backpressure.

It has two clients. A bulk job submits the records of a file and saves the results. The outbox worker submits events
until it is stopped. Both use it in the same way:

    async with open_dispatcher(client, "mail", on_done, concurrency=16) as dispatcher:
        for record in records:
            if not dispatcher.submit(Job(key=record.user_id, call=build_call(record), payload=record)):
                await dispatcher.wait_for_capacity()
        await dispatcher.drain()

- `payload` is the client's own data. The dispatcher returns it to `on_done` and does not look at it.
- `on_done(job, error)` receives each job once, when its call succeeded (None) or failed after all retries.
- The dispatcher never aborts by itself: an error of one job says nothing about the others. A client that wants to abort
  calls `stop`, usually in `on_done`. Bulk decides by its abort policy; the outbox worker by its own rules.
- A job that is not done when the dispatcher stops was not reported. The client may submit it again later.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from zlib import crc32

from attrs import define, evolve, field

from adapty._clock import monotonic
from adapty._core.attempts import logs_calls
from adapty._core.call import Call, Failure, Request, Send, Steps, execute
from adapty._core.observation import CallObservation
from adapty._core.retry import TOO_MANY_REQUESTS, parse_retry_after
from adapty._engine.rate_limiter import RateGate, RateLimiter
from adapty._engine.senders import Sender, open_senders

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    import httpx

    from adapty._async.client import AsyncAdapty
    from adapty._core.addresses import Endpoint
    from adapty._core.error_mapping import Response
    from adapty._core.observers import Observers
    from adapty._core.operations import Api
    from adapty._core.redaction import Secret
    from adapty._core.retry import RetryPolicy
    from adapty._sync.client import Adapty
    from adapty.observer import CallSource

__all__ = ["Dispatcher", "Job", "block_seconds", "open_dispatcher", "schedule"]

T = TypeVar("T")

_MAX_PENDING = 1024
_MAX_PENDING_PER_WORKER = 16
_MAX_PENDING_BYTES = 16 * 2**20

_FAILURE_THRESHOLD = 8
"""After this many failed attempts in a row, and one more per worker, no new job is sent until an attempt succeeds."""


def schedule(seconds: float, callback: Callable[[], object]) -> asyncio.TimerHandle:
    """Call a function after some seconds: retry a request. `adapty.testing` replaces it."""
    return asyncio.get_running_loop().call_later(seconds, callback)


def block_seconds(retry_after: float) -> float:
    """Return for how long no request is sent after a 429 with this Retry-After. `adapty.testing` replaces it."""
    return retry_after


@define(eq=False)
class Job(Generic[T]):
    """One call to send.

    Attributes:
        key: Jobs with the same key are sent one after the other, in the order in which they were submitted.
        call: What to send.
        payload: The client's data, for `on_done`.
        size: Memory that the payload takes, in bytes. The body of the request is counted anyway.
    """

    key: str
    call: Call[Any]
    payload: T = field(repr=False)
    size: int = 0


@asynccontextmanager
async def open_dispatcher(
    client: Adapty | AsyncAdapty,
    api: Api,
    on_done: Callable[[Job[T], BaseException | None], object],
    *,
    concurrency: int,
    max_retries: int,
    rate_limit: float | None = None,
    limiter: RateLimiter | None = None,
    transport: Callable[[], httpx.AsyncBaseTransport] | None = None,
    source: CallSource = "bulk",
) -> AsyncIterator[Dispatcher[T]]:
    """Open connections and start a dispatcher. At the end, cancel what is in flight and close the connections.

    Args:
        client: The client whose settings, keys and connections are used.
        api: The API to send to.
        on_done: See `Dispatcher`.
        concurrency: Number of requests in flight.
        max_retries: Retries of one request.
        rate_limit: Requests per second, or None for no limit.
        limiter: The rate limiter, in place of a new one for `rate_limit`.
        transport: Creates the transport of one connection. Default: the client's connections, or the fastest transport.
        source: What sends, for observers.

    Raises:
        AdaptyConfigError: A transport cannot be created, or the key of the API is missing.
    """
    config = client._transport.config  # noqa: SLF001 - of the same package
    policy = evolve(config.retries, max_retries=max_retries, retry_invalid_body=True)
    async with open_senders(client, api, concurrency, transport) as (senders, endpoint):
        dispatcher = Dispatcher(
            senders,
            limiter or RateLimiter(rate_limit),
            policy,
            on_done,
            secrets=config.secrets,
            endpoint=endpoint,
            observers=config.observers,
            base_url=config.base_urls[api],
            source=source,
        )
        dispatcher.start()
        try:
            yield dispatcher
        finally:
            await dispatcher.cancel()


class Dispatcher(Generic[T]):
    """Workers that send one request at a time each.

    The worker of a job is the hash of its key. While a job waits for its retry, its worker sends jobs of other keys,
    unless attempts fail on all workers: then nothing new is sent until one succeeds. Submit jobs from one task only, as
    long as there is capacity.

    Attributes:
        retries: Number of attempts that were repeated.
    """

    def __init__(
        self,
        senders: list[Sender],
        limiter: RateLimiter,
        policy: RetryPolicy,
        on_done: Callable[[Job[T], BaseException | None], object],
        *,
        secrets: tuple[Secret, ...] = (),
        endpoint: Endpoint | None = None,
        observers: Observers | None = None,
        base_url: str = "",
        source: CallSource = "bulk",
    ) -> None:
        """Create a dispatcher in the running event loop.

        Args:
            senders: One for each worker.
            limiter: The rate limiter of all workers.
            policy: When a failed attempt is repeated.
            on_done: Receives each job that is done, and the error or None. It must not raise.
            secrets: Values that no error may show.
            endpoint: Where the requests go, for the messages of errors.
            observers: The observers of the calls, or None.
            base_url: The base URL, for observers.
            source: What sends, for observers.
        """
        self.retries = 0
        self._workers = [_Worker[T](sender) for sender in senders]
        self._limiter = limiter
        self._gate = RateGate(limiter)
        self._policy = policy
        self._on_done = on_done
        self._secrets = secrets
        self._endpoint = endpoint
        self._observers = observers
        self._base_url = base_url
        self._source = source
        self._max_pending = _MAX_PENDING + _MAX_PENDING_PER_WORKER * len(senders)
        self._pending = 0
        self._pending_bytes = 0
        self._producer: asyncio.Future[None] | None = None
        self._producer_level = 0
        self._is_ending = False
        self._is_stopped = False
        self._failures_in_a_row = 0
        self._failure_threshold = _FAILURE_THRESHOLD + len(senders)
        self._now = asyncio.get_running_loop().time
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start the workers."""
        self._running = asyncio.create_task(self._run())

    def submit(self, job: Job[T]) -> bool:
        """Add a job, and return whether there is capacity for another one."""
        worker = self._workers[crc32(job.key.encode("utf-8", "surrogatepass")) % len(self._workers)]
        worker.jobs.append(job)
        worker.wake()
        self._pending += 1
        self._pending_bytes += _size_bytes(job)
        return self._pending < self._max_pending and self._pending_bytes < _MAX_PENDING_BYTES

    async def wait_for_capacity(self) -> None:
        """Wait until half of the capacity is free, or the dispatcher is stopped."""
        await self._wait_until_below(self._max_pending // 2)

    async def drain(self) -> None:
        """Wait until all jobs are done, or the dispatcher is stopped. Nothing more can be submitted.

        Raises:
            BaseException: An error of the dispatcher itself.
        """
        self._is_ending = True
        for worker in self._workers:
            worker.wake()
        if self._running is not None:
            await self._running

    def stop(self) -> None:
        """Send nothing more and retry nothing. Requests in flight are completed and reported."""
        self._is_stopped = True
        self._notify_producer()
        self._gate.close()
        for worker in self._workers:
            worker.stop()

    async def cancel(self) -> None:
        """Cancel requests in flight. Their jobs are not reported."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def _run(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for worker in self._workers:
                    group.create_task(self._work(worker))
        finally:
            self.stop()  # also resumes a producer that waits for capacity

    async def _work(self, worker: _Worker[T]) -> None:
        while not self._is_stopped:
            if worker.due_retries:
                self.retries += 1
                await self._attempt(worker, worker.due_retries.popleft())
            elif worker.jobs and not (worker.blocked and self._failures_in_a_row >= self._failure_threshold):
                job = worker.jobs.popleft()
                if job.key in worker.blocked:
                    worker.blocked[job.key].append(job)
                else:
                    await self._attempt(worker, self._start(job))
            elif self._is_ending and not worker.jobs and not worker.blocked:
                return
            else:
                await worker.wait_for_work()

    def _start(self, job: Job[T]) -> _Execution[T]:
        observation = None
        if self._observers is not None or logs_calls():
            observation = CallObservation(
                job.call.operation, self._observers, monotonic, self._base_url, source=self._source
            )
        steps = execute(job.call, self._policy, self._secrets, endpoint=self._endpoint, observation=observation)
        return _Execution(job, steps, observation)

    async def _attempt(self, worker: _Worker[T], execution: _Execution[T]) -> None:
        """Send once. Then the job is done, waits for its retry, or stays undone if the dispatcher is stopped."""
        job, steps = execution.job, execution.steps
        try:
            step = next(steps)
            while isinstance(step, Send):
                outcome = await self._send(step.request, worker.send, execution.observation)
                if outcome is None:
                    execution.abandon()
                    return
                step = steps.send(outcome)
        except StopIteration:
            self._finish(worker, job, None)
        except BaseException as error:
            execution.abandon(error)
            is_interrupted = not isinstance(error, Exception | asyncio.CancelledError)
            if is_interrupted or (isinstance(error, asyncio.CancelledError) and _is_being_cancelled()):
                raise
            self._finish(worker, job, error)
        else:
            self._failures_in_a_row += 1
            if self._is_stopped:
                execution.abandon()
            else:
                worker.schedule_retry(execution, step.seconds)

    async def _send(
        self, request: Request, send: Sender, observation: CallObservation | None
    ) -> Response | Failure | None:
        """Send when the rate limit allows it. Return None if the dispatcher is stopped before that."""
        if not await self._gate.acquire():
            return None
        if observation is not None:
            observation.begin_attempt(request)
        outcome = await send(request)
        if isinstance(outcome, Failure) or outcome.status_code != TOO_MANY_REQUESTS:
            self._limiter.on_success(self._now())
        else:
            retry_after = parse_retry_after(outcome.headers.get("retry-after")) or 0
            self._limiter.on_throttled(self._now(), block_seconds(retry_after))
        return outcome

    def _finish(self, worker: _Worker[T], job: Job[T], error: BaseException | None) -> None:
        if worker.blocked:
            worker.unblock(job.key)
        if error is None and self._failures_in_a_row:
            self._resume_all()
        self._on_done(job, error)
        self._pending -= 1
        self._pending_bytes -= _size_bytes(job)
        if self._producer is not None and self._is_below(self._producer_level):
            self._notify_producer()

    def _resume_all(self) -> None:
        """Resume the workers that consecutive failures paused."""
        if self._failures_in_a_row >= self._failure_threshold:
            for worker in self._workers:
                worker.wake()
        self._failures_in_a_row = 0

    async def _wait_until_below(self, level: int) -> None:
        """Wait until at most this many jobs are pending, with at most half of the bytes that may be."""
        if self._is_below(level) or self._is_stopped:
            return
        self._producer_level = level
        self._producer = asyncio.get_running_loop().create_future()
        await self._producer
        self._producer = None

    def _is_below(self, level: int) -> bool:
        return self._pending <= level and self._pending_bytes <= _MAX_PENDING_BYTES // 2

    def _notify_producer(self) -> None:
        if self._producer is not None and not self._producer.done():
            self._producer.set_result(None)


@define(eq=False)
class _Execution(Generic[T]):
    """The call of a job that was sent at least once.

    Attributes:
        job: The job.
        steps: The rest of its call.
        observation: Reports the call, if it is observed.
    """

    job: Job[T]
    steps: Steps[Any]
    observation: CallObservation | None

    def abandon(self, error: BaseException | None = None) -> None:
        """Report the end of a call that is not continued."""
        if self.observation is not None:
            self.observation.finish(error or asyncio.CancelledError())


@define(eq=False)
class _Worker(Generic[T]):
    """The queue of one worker.

    Attributes:
        send: Sends a request.
        jobs: Jobs that were submitted and not sent yet.
        due_retries: Jobs to retry now.
        blocked: For the key of each job that waits for its retry, the jobs behind it.
    """

    send: Sender
    jobs: deque[Job[T]] = field(factory=deque)
    due_retries: deque[_Execution[T]] = field(factory=deque)
    blocked: dict[str, deque[Job[T]]] = field(factory=dict)
    _waiting: dict[str, tuple[asyncio.TimerHandle, _Execution[T]]] = field(factory=dict)
    _idle: asyncio.Future[None] | None = None

    def schedule_retry(self, execution: _Execution[T], seconds: float) -> None:
        """Retry a job after some seconds, and block its key until it is done."""
        key = execution.job.key

        def retry() -> None:
            del self._waiting[key]
            self.due_retries.append(execution)
            self.wake()

        self.blocked.setdefault(key, deque())
        self._waiting[key] = schedule(seconds, retry), execution

    def unblock(self, key: str) -> None:
        """Put the jobs behind a job that is done first in the queue."""
        if key in self.blocked:
            self.jobs.extendleft(reversed(self.blocked.pop(key)))

    def stop(self) -> None:
        """Cancel all retries."""
        for timer, execution in self._waiting.values():
            timer.cancel()
            execution.abandon()
        for execution in self.due_retries:
            execution.abandon()
        self.wake()

    def wake(self) -> None:
        if self._idle is not None and not self._idle.done():
            self._idle.set_result(None)

    async def wait_for_work(self) -> None:
        """Wait for `wake`."""
        self._idle = asyncio.get_running_loop().create_future()
        await self._idle
        self._idle = None


def _size_bytes(job: Job[Any]) -> int:
    return job.size + len(job.call.request.body or b"")


def _is_being_cancelled() -> bool:
    """Return whether this task is cancelled, rather than that a transport raised CancelledError by itself."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
