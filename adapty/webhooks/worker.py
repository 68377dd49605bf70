"""Workers, which deliver the events of an outbox: once, until they are stopped, or in a thread."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from threading import Thread, current_thread, main_thread
from typing import TYPE_CHECKING, Any, Self, TypedDict

import httpx

from adapty._async.client import AsyncAdapty
from adapty._core.validation import type_name
from adapty._engine.options import check_client, parse_send_options, reject_unknown
from adapty._engine.runner import CancelToken, run_sync
from adapty._sync.client import Adapty
from adapty.errors import AdaptyUsageError
from adapty.webhooks._base_outbox import BaseOutbox
from adapty.webhooks._delivery import DrainReport, OutboxSender
from adapty.webhooks._stores.thread import DeadLetterLimits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Unpack

__all__ = ["Worker", "WorkerOptions", "async_drain", "async_run_worker", "drain", "run_worker"]

logger = logging.getLogger("adapty.webhooks")


class WorkerOptions(TypedDict, total=False):
    """Options of a worker.

    An event becomes a dead letter when it has failed `max_attempts` times **and** is older than `max_age`. An attempt
    is a request with its retries, and counts only if Mail accepts other events meanwhile or afterwards: failures during
    an outage do not count.

    Attributes:
        concurrency: Number of requests in flight, from 1 to 256. Default: 16. Events of one profile are never in flight
            together.
        rate_limit: Maximum number of requests per second, retries included. Default: no limit.
        max_retries: Retries of one request, from 0 to 1000. Default: 8.
        transport: Creates the httpx transport of one connection, for your own certificates or proxies. Default: the
            client's own transport, the one of the extra `fast` if it is installed, or httpx's.
        max_attempts: Failed attempts of an event before it is a dead letter. Default: 24.
        max_age: Age of an event, since it was put or replayed, before it is a dead letter. Default: 24 hours.
    """

    concurrency: int
    rate_limit: float | None
    max_retries: int
    transport: Callable[[], httpx.AsyncBaseTransport] | None
    max_attempts: int
    max_age: timedelta


def drain(client: Adapty, outbox: BaseOutbox, **options: Unpack[WorkerOptions]) -> DrainReport:
    """Deliver the events of an outbox until it is empty: operation `saveTransactionEvent`.

    Each event is sent at least once, and stays in the outbox until Mail has accepted it; sending one twice does no
    harm. The events of one profile are sent one after the other, in the order in which they were put. An event that
    Mail rejects becomes a dead letter: see `Outbox.dead_letters`.

    Args:
        client: The client.
        outbox: The outbox, an `Outbox` or `PostgresOutbox`. One worker at a time sends its events.
        options: See `WorkerOptions`.

    Raises:
        AdaptyConfigError: filelock, which a file needs, is not installed: `pip install "adapty[webhooks]"`.
        AdaptyUsageError: An option is invalid, or the outbox is damaged.
        AdaptyAPIError: Mail rejects the key, is not at this address, limits the rate, or fails.
        AdaptyConnectionError: Mail cannot be reached. A note on each error says how many events are pending.
        WebhookUnavailableError: The outbox cannot be read or written now, or another worker has it.
        KeyboardInterrupt: Ctrl-C was pressed before all was sent. Requests in flight were completed.

    Example:
        >>> from adapty.webhooks import Outbox
        >>> with Outbox("outbox.sqlite") as outbox:
        ...     drain(client, outbox)
        DrainReport(delivered=0, dead_letters=0, retried=0)
    """
    check_client(client, Adapty, "client")
    token = CancelToken()
    return run_sync(_create_sender(outbox, options, until_empty=True).run(client, token), token)


async def async_drain(client: AsyncAdapty, outbox: BaseOutbox, **options: Unpack[WorkerOptions]) -> DrainReport:
    """Do what `drain` does, with the async client. A cancellation cancels the requests in flight."""
    check_client(client, AsyncAdapty, "client")
    return await _create_sender(outbox, options, until_empty=True).run(client, CancelToken())


def run_worker(client: Adapty, outbox: BaseOutbox, **options: Unpack[WorkerOptions]) -> DrainReport:
    """Deliver the events of an outbox, and new ones within a second, until SIGTERM or Ctrl-C.

    It works like `drain`, and continues. After a connection error, a 429, a 5xx or a response that is not Mail's, it
    waits, first for seconds, later for minutes, and tries again without an end. If an event fails while Mail accepts
    others, it becomes a dead letter in the end: see `WorkerOptions`. While another worker has the outbox, this one
    stands by, and takes over when that one ends in any way.

    After SIGTERM or Ctrl-C it completes the requests in flight; a second signal ends it immediately. It does not
    replace signal handlers of other code.

    Args:
        client: The client.
        outbox: The outbox.
        options: See `WorkerOptions`.

    Raises:
        AdaptyConfigError: filelock, which a file needs, is not installed: `pip install "adapty[webhooks]"`.
        AdaptyUsageError: An option is invalid, or the outbox is damaged.
        AdaptyAPIError: Mail rejects the key, or is not at this address.
        KeyboardInterrupt: Ctrl-C was pressed twice.
    """
    check_client(client, Adapty, "client")
    token = CancelToken()
    sender = _create_sender(outbox, options, until_empty=False)
    with _stop_on_sigterm(token):
        return run_sync(sender.run(client, token), token)


async def async_run_worker(client: AsyncAdapty, outbox: BaseOutbox, **options: Unpack[WorkerOptions]) -> DrainReport:
    """Do what `run_worker` does, with the async client, until it is cancelled, with the requests in flight."""
    check_client(client, AsyncAdapty, "client")
    return await _create_sender(outbox, options, until_empty=False).run(client, CancelToken())


class Worker:
    """Runs `run_worker` in a thread, for example beside a web server.

    With several processes, start one in each: one sends, and the others stand by. Start it after the server has forked,
    because threads do not survive a fork. In an async application use `async with`, which does not block the event
    loop while the worker stops.

    Attributes:
        problem: The error that ended it, or None. It is logged, too.

    Args:
        client: The client, an `Adapty` or `AsyncAdapty`. The worker has an event loop and connections of its own. An
            `AsyncAdapty` with an `http_client` or `transport` needs the option `transport`, because its connections
            belong to another event loop.
        outbox: The outbox.
        options: See `WorkerOptions`.

    Raises:
        AdaptyUsageError: An argument is invalid.

    Example:
        >>> from adapty.webhooks import Outbox
        >>> outbox = Outbox("outbox.sqlite")
        >>> with Worker(client, outbox) as worker:
        ...     worker.is_alive
        True

        In the lifespan of an async application, with its client:

        >>> import asyncio
        >>> from adapty import AsyncAdapty
        >>> async def lifespan():
        ...     async with AsyncAdapty(mail_secret_key="secret_live_...") as client, Worker(client, outbox) as worker:
        ...         return worker.is_alive
        >>> asyncio.run(lifespan())
        True
    """

    problem: BaseException | None

    def __init__(self, client: Adapty | AsyncAdapty, outbox: BaseOutbox, **options: Unpack[WorkerOptions]) -> None:
        _check_worker_client(client, options)
        self.problem = None
        self._client = client
        self._outbox = outbox
        self._options = options
        self._token = CancelToken()
        self._thread: Thread | None = None
        _create_sender(outbox, options, until_empty=False)  # validates the arguments

    @property
    def is_alive(self) -> bool:
        """Whether it is running."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> Self:
        """Start it, unless it is running."""
        if not self.is_alive:
            self.problem = None
            self._token = CancelToken()
            # As a daemon: if the program ends, events whose delivery is not recorded are sent again.
            self._thread = Thread(target=self._run, args=(self._token,), name="adapty-webhooks-worker", daemon=True)
            self._thread.start()
        return self

    def stop(self, timeout: float | None = None) -> bool:
        """Complete the requests in flight, send nothing more, and wait for the end.

        Args:
            timeout: How long to wait, in seconds. Default: no limit.

        Returns:
            Whether it has ended.
        """
        self._token.request()
        if self._thread is not None:
            self._thread.join(timeout)
        return not self.is_alive

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        return self.start()

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await asyncio.to_thread(self.stop)

    def _run(self, token: CancelToken) -> None:
        try:
            sender = _create_sender(self._outbox, self._options, until_empty=False)
            run_sync(sender.run(self._client, token), token)
        except BaseException as problem:  # noqa: BLE001 - for the caller
            self.problem = problem
            logger.error("outbox %s: the worker has ended: %s", self._outbox.location, problem)  # noqa: TRY400 - frames contain events


def _check_worker_client(client: object, options: WorkerOptions) -> None:
    if isinstance(client, AsyncAdapty):
        if not client._transport.is_default and options.get("transport") is None:  # noqa: SLF001 - of the same package
            problem = (
                "is an AsyncAdapty with an http_client or transport, which belongs to another event loop; pass "
                "transport=, a function that creates an httpx.AsyncBaseTransport for the worker, or run "
                "async_run_worker(client, outbox) as a task"
            )
            raise AdaptyUsageError.for_field("client", problem)
    elif not isinstance(client, Adapty):
        raise AdaptyUsageError.for_field("client", f"is {type_name(client)}; expected an Adapty or AsyncAdapty")


def _create_sender(outbox: BaseOutbox, options: WorkerOptions, *, until_empty: bool) -> OutboxSender:
    if not isinstance(outbox, BaseOutbox):
        raise AdaptyUsageError.for_field("outbox", f"is {type_name(outbox)}; expected an Outbox or PostgresOutbox")
    reject_unknown(options, WorkerOptions)
    limits = DeadLetterLimits()
    max_attempts: Any = options.get("max_attempts", limits.max_attempts)
    if type(max_attempts) is not int or max_attempts < 1:
        raise AdaptyUsageError.for_field("max_attempts", "must be an integer of 1 or more")
    max_age: Any = options.get("max_age", limits.max_age)
    if not isinstance(max_age, timedelta) or max_age < timedelta(0):
        raise AdaptyUsageError.for_field("max_age", "must be a timedelta of 0 or more")
    return OutboxSender(outbox, parse_send_options(options), DeadLetterLimits(max_attempts, max_age), until_empty)


@contextmanager
def _stop_on_sigterm(token: CancelToken) -> Iterator[None]:
    """Let SIGTERM request the end, and a second one force it, unless other code handles the signal."""
    is_default = current_thread() is main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    if not is_default:
        yield
        return

    def terminate(*_: object) -> None:
        if token.requested:
            token.force()
        else:
            token.request()

    signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
