"""Runs an async job for a caller without an event loop, and cancels it on Ctrl-C."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, TypeVar

from attrs import define

from adapty._clock import monotonic, new_event_loop
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator
    from typing import Any

__all__ = ["CancelToken", "run_sync"]

T = TypeVar("T")

_GRACE_SECONDS = 1.0
"""How long Ctrl-C cannot interrupt saving and closing, after the second one."""


@define
class CancelToken:
    """Asks a job to end early. Any thread and any signal handler may call its methods.

    Attributes:
        requested: Whether the job is asked to complete the requests in flight, save, and end.
        forced: Whether the job is asked to cancel the requests in flight, too.
    """

    requested: bool = False
    forced: bool = False
    _on_request: Callable[[], object] | None = None
    _on_force: Callable[[], object] | None = None

    def request(self) -> None:
        """Ask for an end after the requests in flight."""
        self.requested = True
        if self._on_request is not None:
            self._on_request()

    def force(self) -> None:
        """Ask for an end without the requests in flight."""
        self.requested = self.forced = True
        if self._on_force is not None:
            self._on_force()

    @contextmanager
    def on_request(self, callback: Callable[[], object]) -> Iterator[None]:
        """Call a function in the running event loop on a request, immediately if there was one already."""
        self._on_request = partial(asyncio.get_running_loop().call_soon_threadsafe, callback)
        if self.requested:
            callback()
        try:
            yield
        finally:
            self._on_request = None

    @contextmanager
    def cancel_task_on_force(self) -> Iterator[None]:
        """Cancel the running task when the end is forced."""
        task = asyncio.current_task()
        if task is not None:
            self._on_force = partial(task.get_loop().call_soon_threadsafe, task.cancel)
        try:
            yield
        finally:
            self._on_force = None


def run_sync(work: Coroutine[Any, Any, T], token: CancelToken) -> T:
    """Run a job to its end.

    The first Ctrl-C requests an end, the second one forces it. KeyboardInterrupt is raised when the job has ended.

    Args:
        work: The job.
        token: The token that the job observes.

    Raises:
        AdaptyUsageError: Another greenlet runs an event loop in this thread, and there are no real threads.
        KeyboardInterrupt: Ctrl-C was pressed.
    """
    if _is_in_event_loop() and not _has_real_threads():
        work.close()
        expected = "run one after the other, or in processes of their own"
        raise AdaptyUsageError(f"another greenlet of this thread runs an event loop, such as a bulk run; {expected}")
    outcome: Future[T] = Future()
    job = _capture(outcome, work, token)
    try:
        with _graceful_sigint(token):
            _run(job, token)
            return outcome.result()
    finally:
        del outcome  # its exception refers to this frame


def _run(job: Coroutine[Any, Any, None], token: CancelToken) -> None:
    if _is_in_event_loop():
        _run_in_thread(job, token)
    else:  # outside of an `except` block, which would become the context of the job's exceptions
        _run_inline(job)


def _run_inline(job: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(job)


def _run_in_thread(job: Coroutine[Any, Any, None], token: CancelToken) -> None:
    """Run a job in another thread, because this one runs an event loop, as in a notebook."""
    with ThreadPoolExecutor(1, thread_name_prefix="adapty-bulk") as executor:
        running = executor.submit(copy_context().run, _run_inline, job)
        for end in (token.request, token.force):
            try:
                running.result()
            except KeyboardInterrupt:
                end()
            else:
                return
        running.result()


def _is_in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _has_real_threads() -> bool:
    """Return whether threads are real: gevent replaces them by greenlets of this thread."""
    with ThreadPoolExecutor(1) as executor:
        return not executor.submit(_is_in_event_loop).result()


async def _capture(outcome: Future[T], work: Coroutine[Any, Any, T], token: CancelToken) -> None:
    """Store the result or the exception of a job. An interrupt that a task raises would break the event loop."""
    with _wake_on_signal(asyncio.get_running_loop()), token.cancel_task_on_force():
        try:
            outcome.set_result(await work)
        except asyncio.CancelledError as cancelled:
            if not token.forced:
                raise
            outcome.set_exception(_interrupt_from(cancelled))
        except BaseException as error:  # noqa: BLE001 - raised by run_sync
            outcome.set_exception(error)


def _interrupt_from(cancelled: asyncio.CancelledError) -> KeyboardInterrupt:
    """Return a KeyboardInterrupt with the notes of the job."""
    interrupt = KeyboardInterrupt()
    for note in getattr(cancelled, "__notes__", ()):
        interrupt.add_note(note)
    return interrupt


@contextmanager
def _wake_on_signal(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Let any signal wake the event loop, so that Python runs its handler without delay.

    Without this, a signal that arrives just before the loop waits, or in another thread, is not handled until something
    else wakes the loop. `loop.add_signal_handler` is not enough: it replaces the caller's wake-up, and its handlers do
    not run while a callback blocks the loop.
    """
    if current_thread() is not main_thread() or not isinstance(loop, asyncio.SelectorEventLoop):  # others do it
        yield
        return
    receiver, sender = socket.socketpair()
    with receiver, sender:
        receiver.settimeout(0)
        sender.settimeout(0)
        loop.add_reader(receiver, receiver.recv, 4096)
        before = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            loop.remove_reader(receiver)


@contextmanager
def _graceful_sigint(token: CancelToken) -> Iterator[None]:
    """Let the first Ctrl-C request the end and the second one force it; a later one interrupts anything."""
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler or current_thread() is not main_thread():
        yield
        return

    forced_at = 0.0

    def interrupt(*_: object) -> None:
        nonlocal forced_at
        if not token.requested:
            token.request()
        elif not token.forced:
            forced_at = monotonic()
            token.force()
        elif monotonic() - forced_at > _GRACE_SECONDS:
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
