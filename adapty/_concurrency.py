"""The same work for many things, several at a time: in tasks for the async client, in threads for the blocking one."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterable

__all__ = ["map_async", "map_threads"]

T = TypeVar("T")
R = TypeVar("R")


async def map_async(
    work: Callable[[T], Awaitable[R]],
    things: Iterable[T],
    concurrency: int,
) -> AsyncGenerator[R, None]:
    """Work on `things`, at most `concurrency` at a time, and give the results as they come.

    A thing is taken only when there is room for it. When the caller stops, what is under way is cancelled.
    """
    import asyncio  # noqa: PLC0415 - the blocking client does without asyncio

    waiting = iter(things)
    # Those whose result has not been given yet, done or not.
    started: set[asyncio.Task[R]] = set()

    async def on(thing: T) -> R:
        return await work(thing)

    try:
        while True:
            while len(started) < concurrency and (taken := next(waiting, _END)) is not _END:
                started.add(asyncio.create_task(on(taken)))  # type: ignore[arg-type] # _END does not get here
            if not started:
                return
            done, _ = await asyncio.wait(started, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                started.remove(task)
                yield task.result()
    finally:
        for task in started:
            task.cancel()
        await asyncio.gather(*started, return_exceptions=True)


def map_threads(work: Callable[[T], R], things: Iterable[T], concurrency: int) -> Generator[R, None, None]:
    """Do the same in threads.

    When the caller stops, what is under way is waited for. On Ctrl-C nothing more is taken, and the results of what is
    under way are given before the interruption is passed on; a second Ctrl-C does not wait for them.
    """
    waiting = iter(things)
    under_way: set[Future[R]] = set()
    interrupted: KeyboardInterrupt | None = None
    patient = True
    threads = ThreadPoolExecutor(concurrency, thread_name_prefix="adapty-worker")
    try:
        while True:
            while len(under_way) < concurrency and (taken := next(waiting, _END)) is not _END:
                under_way.add(threads.submit(work, taken))  # type: ignore[arg-type] # as above
            if not under_way:
                break
            try:
                done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            except KeyboardInterrupt as pressed:
                patient = interrupted is None
                if not patient:
                    raise
                waiting, interrupted = iter(()), pressed
                continue
            for future in done:
                yield future.result()
    finally:
        threads.shutdown(wait=patient, cancel_futures=True)
    if interrupted is not None:
        raise interrupted


_END = object()
