"""Who sends what is in an outbox: until it is empty, until it is stopped, or in a thread beside other work."""

from __future__ import annotations

import logging
import signal
from contextlib import contextmanager
from threading import Thread, current_thread, main_thread
from typing import TYPE_CHECKING, Self

from adapty._async.client import AsyncAdapty
from adapty._core.validation import type_name
from adapty._engine.runner import run_blocking
from adapty._sync.client import Adapty
from adapty.bulk._stage_runner import Stop
from adapty.bulk.options import BulkOptions, check_client, parse_options, reject_unknown
from adapty.errors import AdaptyUsageError
from adapty.webhooks._delivery import DrainReport, Sending
from adapty.webhooks.outbox import Outbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Unpack

__all__ = ["Worker", "async_drain", "async_run_worker", "drain", "run_worker"]

logger = logging.getLogger("adapty")


def drain(adapty: Adapty, outbox: Outbox, **options: Unpack[BulkOptions]) -> DrainReport:
    """Send what is in an outbox, until nothing is left: operation `saveTransactionEvent`.

    Each event is sent at least once, and leaves the outbox only when Mail has taken it; sending one twice does no harm.
    Those of one profile go out one after the other, in the order in which they were put in, while those of other
    profiles go out beside them. One that Mail refuses for what it says is set aside: see `Outbox.dead_letters`.

    Args:
        adapty: The client.
        outbox: The outbox. One worker at a time sends from it.
        options: See `adapty.bulk.BulkOptions`: `concurrency`, `rate_limit`, `max_retries`, `transport` and
            `on_progress`.

    Raises:
        AdaptyUsageError: An option is wrong, or the outbox is damaged.
        AdaptyAPIError: The API does not take the key, is not at this address, wants to be left alone, or fails.
        AdaptyConnectionError: The API cannot be reached. A note on each says what is left, which stays in the outbox.
        WebhookUnavailableError: The outbox cannot be read or written now, or another worker has it.
        KeyboardInterrupt: Ctrl-C was pressed; what was sent by then has been waited for.

    Example:
        >>> with Outbox("outbox.sqlite") as outbox:
        ...     drain(client, outbox)
        DrainReport(delivered=0, refused=0, retried=0)
    """
    check_client(adapty, Adapty)
    stop = Stop()
    sending = _sending(outbox, options, until_empty=True)
    return run_blocking(sending.run(adapty, stop), stop)


async def async_drain(adapty: AsyncAdapty, outbox: Outbox, **options: Unpack[BulkOptions]) -> DrainReport:
    """Do what `drain` does, with the async client. When it is cancelled, what is under way is given up."""
    check_client(adapty, AsyncAdapty)
    return await _sending(outbox, options, until_empty=True).run(adapty, Stop())


def run_worker(adapty: Adapty, outbox: Outbox, **options: Unpack[BulkOptions]) -> DrainReport:
    """Send what is in an outbox and what comes into it, until SIGTERM or Ctrl-C.

    Does what `drain` does, and goes on: new events go out within a second. Trouble that is nobody's fault, such as a
    connection that fails, a 429, a 5xx or an answer that is not Mail's, is waited out, at first for seconds, then for
    minutes, and tried again forever; an event that Mail fails on for a day while it takes others is set aside.
    While another worker has the outbox, this one waits, and takes over when that one ends, however it ends.

    SIGTERM and Ctrl-C have what is sent answered and noted before this returns; a second one ends it at once. Where
    other code handles these signals, it has them.

    Args:
        adapty: The client.
        outbox: The outbox.
        options: See `adapty.bulk.BulkOptions`: `concurrency`, `rate_limit`, `max_retries`, `transport` and
            `on_progress`.

    Raises:
        AdaptyUsageError: An option is wrong, or the outbox is damaged.
        AdaptyAPIError: The API does not take the key, or is not at this address.
        KeyboardInterrupt: Ctrl-C was pressed twice.
    """
    check_client(adapty, Adapty)
    stop = Stop()
    sending = _sending(outbox, options, until_empty=False)
    with _termination_asks(stop):
        return run_blocking(sending.run(adapty, stop), stop)


async def async_run_worker(adapty: AsyncAdapty, outbox: Outbox, **options: Unpack[BulkOptions]) -> DrainReport:
    """Do what `run_worker` does, with the async client, until it is cancelled. What is under way then is given up."""
    check_client(adapty, AsyncAdapty)
    return await _sending(outbox, options, until_empty=False).run(adapty, Stop())


class Worker:
    """What `run_worker` does, in a thread beside a web server, say.

    Where there are several processes, start one in each: one of them sends, and the others wait to take over. Start it
    after the server has forked, for threads do not cross a fork.

    Attributes:
        problem: What ended it, if it was not stopped; it is logged too.

    Args:
        adapty: The client.
        outbox: The outbox.
        options: See `adapty.bulk.BulkOptions`: `concurrency`, `rate_limit`, `max_retries`, `transport` and
            `on_progress`.

    Raises:
        AdaptyUsageError: An argument is wrong.

    Example:
        >>> outbox = Outbox("outbox.sqlite")
        >>> with Worker(client, outbox) as worker:
        ...     worker.is_alive
        True
    """

    problem: BaseException | None

    def __init__(self, adapty: Adapty, outbox: Outbox, **options: Unpack[BulkOptions]) -> None:
        check_client(adapty, Adapty)
        self.problem = None
        self._adapty = adapty
        self._outbox = outbox
        self._options = options
        self._stop = Stop()
        self._thread: Thread | None = None
        _sending(outbox, options, until_empty=False)

    @property
    def is_alive(self) -> bool:
        """Whether it sends, or waits to."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> Self:
        """Begin; does nothing where it has begun already."""
        if not self.is_alive:
            self.problem = None
            self._stop = Stop()
            # A thread that outlives the program's end does no harm: what is not noted is sent again.
            self._thread = Thread(target=self._work, args=(self._stop,), name="adapty-webhooks-worker", daemon=True)
            self._thread.start()
        return self

    def stop(self, timeout: float | None = None) -> bool:
        """Have what is sent answered and noted, send nothing more, and wait for that.

        Args:
            timeout: How long to wait, in seconds; None waits as long as it takes.

        Returns:
            Whether it has ended.
        """
        self._stop.ask()
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

    def _work(self, stop: Stop) -> None:
        try:
            sending = _sending(self._outbox, self._options, until_empty=False)
            run_blocking(sending.run(self._adapty, stop), stop)
        except BaseException as problem:  # noqa: BLE001 - the caller's to look at
            self.problem = problem
            logger.error("outbox %s: the worker has ended: %s", self._outbox.path, problem)  # noqa: TRY400 - frames hold events


def _sending(outbox: Outbox, options: BulkOptions, *, until_empty: bool) -> Sending:
    if not isinstance(outbox, Outbox):
        raise AdaptyUsageError.for_field("outbox", f"is {type_name(outbox)}; expected an Outbox")
    reject_unknown(options, BulkOptions)
    return Sending(outbox, parse_options(options), until_empty=until_empty)


@contextmanager
def _termination_asks(stop: Stop) -> Iterator[None]:
    """Let SIGTERM ask for an end, and a second one give up."""
    is_ours = current_thread() is main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    if not is_ours:
        yield
        return

    def terminate(*_: object) -> None:
        if stop.asked:
            stop.give_up()
        else:
            stop.ask()

    signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
