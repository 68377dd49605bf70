"""Runs the engine, which is async, for who calls it without an event loop."""

from __future__ import annotations

import asyncio
import signal
import socket
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, TypeVar

from adapty._clock import monotonic, new_event_loop
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator
    from typing import Any

    from adapty._engine.cancellation import Stop

__all__ = ["run_blocking"]

T = TypeVar("T")

_TIDY_SECONDS = 1.0
"""So long it may take to save and to close everything; who goes on pressing Ctrl-C shall not prevent that."""


def run_blocking(work: Coroutine[Any, Any, T], stop: Stop) -> T:
    """Run a job to its end. Ctrl-C asks it to stop, and is raised when it has; pressed again, it gives up at once.

    Args:
        work: The job.
        stop: What asks it to stop.

    Raises:
        AdaptyUsageError: Another greenlet runs an event loop in this thread, and there is no other thread to run in.
        KeyboardInterrupt: Ctrl-C was pressed, once or more often.
    """
    if _is_in_a_loop() and not _has_other_threads():
        work.close()
        expected = "run one after the other, or in processes of their own"
        raise AdaptyUsageError(f"another greenlet of this thread runs an event loop, such as a bulk run; {expected}")
    outcome: Future[T] = Future()
    job = _into(outcome, work, stop)
    try:
        with _interrupts_ask(stop):
            _run(job, stop)
            return outcome.result()
    finally:
        del outcome  # what it raised holds this frame


def _run(job: Coroutine[Any, Any, None], stop: Stop) -> None:
    if _is_in_a_loop():
        _run_beside(job, stop)
    else:  # not where the question was answered by an exception, which would show with whatever the job raises
        _run_here(job)


def _run_here(job: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(job)


def _is_in_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _has_other_threads() -> bool:
    """Tell whether threads are threads: where gevent has patched them, they are greenlets of this one."""
    with ThreadPoolExecutor(1) as other:
        return not other.submit(_is_in_a_loop).result()


async def _into(outcome: Future[T], work: Coroutine[Any, Any, T], stop: Stop) -> None:
    """Keep what comes of a job. An event loop whose task raises an interrupt, ends in disorder."""
    with _signals_wake(asyncio.get_running_loop()), stop.cancelling():
        try:
            outcome.set_result(await work)
        except asyncio.CancelledError as cancelled:
            if not stop.given_up:
                raise
            outcome.set_exception(_interrupt(cancelled))
        except BaseException as problem:  # noqa: BLE001 - raised by the caller
            outcome.set_exception(problem)


@contextmanager
def _signals_wake(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Have a signal wake the event loop even where it interrupts no system call of this thread.

    That is so when it comes just before the loop begins to wait, or reaches another thread: its handler would run no
    sooner than something else wakes the loop.
    """
    if current_thread() is not main_thread() or not isinstance(loop, asyncio.SelectorEventLoop):  # others see to it
        yield
        return
    heard, told = socket.socketpair()
    with heard, told:
        heard.settimeout(0)
        told.settimeout(0)
        loop.add_reader(heard, heard.recv, 4096)
        before = signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            loop.remove_reader(heard)


def _interrupt(cancelled: asyncio.CancelledError) -> KeyboardInterrupt:
    """Give what Ctrl-C raises, with the notes on how to go on."""
    interrupt = KeyboardInterrupt()
    for note in getattr(cancelled, "__notes__", ()):
        interrupt.add_note(note)
    return interrupt


def _run_beside(job: Coroutine[Any, Any, None], stop: Stop) -> None:
    """Run a job in another thread: in a notebook, say, there is an event loop in this one already."""
    with ThreadPoolExecutor(1, thread_name_prefix="adapty-bulk") as other:
        running = other.submit(copy_context().run, _run_here, job)
        for end in (stop.ask, stop.give_up):
            try:
                running.result()
            except KeyboardInterrupt:
                end()
            else:
                return
        running.result()


@contextmanager
def _interrupts_ask(stop: Stop) -> Iterator[None]:
    """Let the first Ctrl-C ask for an end, and the second one give up; one that comes later interrupts anything."""
    is_python_s_own = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not is_python_s_own or current_thread() is not main_thread():
        yield
        return

    given_up_at = 0.0

    def interrupt(*_: object) -> None:
        nonlocal given_up_at
        if not stop.asked:
            stop.ask()
        elif not stop.given_up:
            given_up_at = monotonic()
            stop.give_up()
        elif monotonic() - given_up_at > _TIDY_SECONDS:
            raise KeyboardInterrupt
        if stop.is_reading:
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
