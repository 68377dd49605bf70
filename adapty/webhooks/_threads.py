"""Threads for blocking work: waiting webhooks must not fill the event loop's default executor."""

from __future__ import annotations

import asyncio
import os
import weakref
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from threading import Condition, Thread
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define

from adapty.errors import WebhookUnavailableError

if TYPE_CHECKING:
    T = TypeVar("T")

__all__ = ["MAX_THREADS", "MAX_WAITING", "WAIT_SECONDS", "RequestThreads"]

MAX_THREADS = 32
"""Maximum number of threads of a receiver."""

MAX_WAITING = 64
"""Maximum number of requests that wait for a thread. The next one is rejected, and Adapty posts it again."""

WAIT_SECONDS = 4.0
"""Maximum time that a request waits for a thread. Adapty waits 10 seconds for a response."""

IDLE_SECONDS = 2.0
"""How long a thread waits for further work before it ends."""

_BUSY = "too many webhooks are in progress; Adapty will post this one again"


@define(eq=False)
class _Job:
    """A call to run in a thread.

    Attributes:
        work: The call, with the context of the task that waits for it.
        future: Receives the result, in the event loop of that task.
        discard: Called with the result if the task was cancelled meanwhile.
        result: The result, if there is one.
        is_done: Whether the call has returned.
        is_abandoned: Whether the task was cancelled.
    """

    work: Callable[[], Any]
    future: asyncio.Future[Any]
    discard: Callable[[Any], object]
    result: Any = None
    is_done: bool = False
    is_abandoned: bool = False


class RequestThreads:
    """A bounded pool of daemon threads, which end when they are idle.

    It needs no shutdown: no thread delays the end of the program, and a forked child starts threads of its own.
    """

    def __init__(self) -> None:
        self._reset()
        _pools.add(self)

    async def run(
        self,
        work: Callable[[], T],
        *,
        discard: Callable[[T], object] = lambda _: None,
        is_admitted: bool = False,
    ) -> T:
        """Run a call in a thread, with the context of this task, and return its result.

        Args:
            work: The call.
            discard: Called in a thread with the result if this task is cancelled before it gets the result.
            is_admitted: Run the call before all waiting ones, however many: it completes a request in progress.

        Raises:
            WebhookUnavailableError: Too many calls wait, or this one has waited for too long.
        """
        loop = asyncio.get_running_loop()
        job = _Job(partial(copy_context().run, work), loop.create_future(), discard)
        if self._submit(job, is_admitted=is_admitted) or is_admitted:
            timer = None
        else:
            timer = loop.call_later(WAIT_SECONDS, self._expire, job)
        try:
            result: T = await job.future
        except asyncio.CancelledError:
            self._abandon(job)
            raise
        finally:
            if timer:
                timer.cancel()
        return result

    def _submit(self, job: _Job, *, is_admitted: bool) -> bool:
        """Pass a call to an idle or new thread, or queue it; return whether it starts immediately."""
        with self._condition:
            has_idle = self._idle > len(self._waiting)
            if not has_idle and self._running < MAX_THREADS:
                self._running += 1
            else:
                if not has_idle and not is_admitted and len(self._waiting) - self._idle >= MAX_WAITING:
                    raise WebhookUnavailableError(_BUSY)
                if is_admitted:
                    self._waiting.appendleft(job)
                else:
                    self._waiting.append(job)
                self._condition.notify()
                return has_idle
        try:
            Thread(target=self._work, args=(job,), name="adapty-webhooks", daemon=True).start()
        except RuntimeError as exc:
            with self._condition:
                self._running -= 1
            raise WebhookUnavailableError(f"no thread for this webhook: {exc}") from None
        return True

    def _work(self, job: _Job) -> None:
        condition = self._condition
        while True:
            self._run(job)
            with condition:
                if not self._waiting:
                    self._idle += 1
                    condition.wait(IDLE_SECONDS)
                    self._idle -= 1
                if not self._waiting:
                    self._running -= 1
                    return
                job = self._waiting.popleft()

    def _run(self, job: _Job) -> None:
        error: BaseException | None = None
        try:
            result = job.work()
        except BaseException as exc:  # noqa: BLE001 - raised again in the task
            result, error = None, exc
        with self._condition:
            job.result, job.is_done = result, error is None
            is_abandoned = job.is_abandoned
        if not is_abandoned:
            with suppress(RuntimeError):  # the loop is closed
                job.future.get_loop().call_soon_threadsafe(_deliver, job.future, result, error)
        elif error is None:
            job.discard(result)

    def _expire(self, job: _Job) -> None:
        if self._withdraw(job) and not job.future.done():
            job.future.set_exception(WebhookUnavailableError(_BUSY))

    def _withdraw(self, job: _Job) -> bool:
        """Remove a job that has not started; return whether it was there."""
        with self._condition:
            try:
                self._waiting.remove(job)
            except ValueError:
                return False
            return True

    def _abandon(self, job: _Job) -> None:
        """Discard the result of a job whose task was cancelled."""
        if self._withdraw(job):
            return
        with self._condition:
            job.is_abandoned = True
            is_done = job.is_done
        if is_done:
            discarding = _Job(partial(job.discard, job.result), asyncio.get_running_loop().create_future(), id)
            with suppress(WebhookUnavailableError):
                self._submit(discarding, is_admitted=True)

    def _reset(self) -> None:
        """Start without threads and requests, as also in a forked child."""
        self._condition = Condition()
        self._running = 0
        self._idle = 0
        self._waiting: deque[_Job] = deque()


def _deliver(future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)


_pools: weakref.WeakSet[RequestThreads] = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for pool in list(_pools):
        pool._reset()  # noqa: SLF001 - of this module


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
