"""Run what blocks in threads of our own: waiting webhooks must not fill the event loop's default executor."""

from __future__ import annotations

import asyncio
import os
import weakref
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define

from adapty.errors import WebhookUnavailableError

if TYPE_CHECKING:
    T = TypeVar("T")

__all__ = ["MAX_THREADS", "MAX_WAITING", "WAIT_SECONDS", "RequestThreads"]

MAX_THREADS = 32
"""How many threads a receiver uses at a time."""

MAX_WAITING = 64
"""How many requests wait for a thread at a time; the next one is refused at once, and Adapty posts it again."""

WAIT_SECONDS = 4.0
"""How long a request waits for a thread. Adapty waits 10 seconds for an answer."""

_BUSY_TEXT = "too many webhooks are being handled; Adapty will post this one again"


@define(eq=False)
class _Job:
    """A call to run in a thread.

    Attributes:
        work: The call, with the context of the task that waits for it.
        future: Takes the result, on the event loop of that task.
        discard: Takes the result where the task was cancelled meanwhile.
        result: The result, once there is one.
        is_done: Whether the call has returned a result.
        is_abandoned: Whether the task was cancelled.
    """

    work: Callable[[], Any]
    future: asyncio.Future[Any]
    discard: Callable[[Any], object]
    result: Any = None
    is_done: bool = False
    is_abandoned: bool = False


class RequestThreads:
    """Runs calls in a bounded number of daemon threads, each of which ends when nothing waits for it.

    Nothing has to be shut down: no thread outlives its work, none holds up the end of the program, and a forked child
    starts threads of its own.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._running = 0
        self._waiting: deque[_Job] = deque()
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
            is_admitted: Run the call before those that wait, however many: it ends a request that was taken already.

        Raises:
            WebhookUnavailableError: Too many calls wait, or this one has waited for too long.
        """
        loop = asyncio.get_running_loop()
        job = _Job(partial(copy_context().run, work), loop.create_future(), discard)
        self._submit(job, is_admitted=is_admitted)
        timer = None if is_admitted else loop.call_later(WAIT_SECONDS, self._expire, job)
        try:
            result: T = await job.future
        except asyncio.CancelledError:
            self._abandon(job)
            raise
        finally:
            if timer:
                timer.cancel()
        return result

    def _submit(self, job: _Job, *, is_admitted: bool) -> None:
        with self._lock:
            if self._running >= MAX_THREADS:
                if is_admitted:
                    self._waiting.appendleft(job)
                elif len(self._waiting) < MAX_WAITING:
                    self._waiting.append(job)
                else:
                    raise WebhookUnavailableError(_BUSY_TEXT)
                return
            self._running += 1
        try:
            Thread(target=self._work, args=(job,), name="adapty-webhooks", daemon=True).start()
        except RuntimeError as problem:
            with self._lock:
                self._running -= 1
            raise WebhookUnavailableError(f"no thread for this webhook: {problem}") from None

    def _work(self, first: _Job) -> None:
        job: _Job | None = first
        while job is not None:
            self._carry_out(job)
            with self._lock:
                job = self._waiting.popleft() if self._waiting else None
                self._running -= job is None

    def _carry_out(self, job: _Job) -> None:
        problem: BaseException | None = None
        try:
            result = job.work()
        except BaseException as raised:  # noqa: BLE001 - the task's to handle
            result, problem = None, raised
        with self._lock:
            job.result, job.is_done = result, problem is None
            is_abandoned = job.is_abandoned
        if not is_abandoned:
            with suppress(RuntimeError):  # the loop is closed
                job.future.get_loop().call_soon_threadsafe(_deliver, job.future, result, problem)
        elif problem is None:
            job.discard(result)

    def _expire(self, job: _Job) -> None:
        if self._withdraw(job) and not job.future.done():
            job.future.set_exception(WebhookUnavailableError(_BUSY_TEXT))

    def _withdraw(self, job: _Job) -> bool:
        """Remove a job that has not started; return whether it was there."""
        with self._lock:
            try:
                self._waiting.remove(job)
            except ValueError:
                return False
            return True

    def _abandon(self, job: _Job) -> None:
        """Have the result of a job discarded, since its task was cancelled."""
        if self._withdraw(job):
            return
        with self._lock:
            job.is_abandoned = True
            is_done = job.is_done
        if is_done:
            discarding = _Job(partial(job.discard, job.result), asyncio.get_running_loop().create_future(), id)
            with suppress(WebhookUnavailableError):
                self._submit(discarding, is_admitted=True)

    def _reset(self) -> None:
        """Forget the threads and requests of the parent, in a forked child."""
        self._lock = Lock()
        self._running = 0
        self._waiting.clear()


def _deliver(future: asyncio.Future[Any], result: Any, problem: BaseException | None) -> None:
    if future.done():
        return
    if problem is None:
        future.set_result(result)
    else:
        future.set_exception(problem)


_pools: weakref.WeakSet[RequestThreads] = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for pool in list(_pools):
        pool._reset()  # noqa: SLF001 - of this module


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
