"""Map a function over many items, several at a time: in tasks for the async client, in threads for the sync one."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterable

__all__ = ["map_async", "map_threads"]

T = TypeVar("T")
R = TypeVar("R")


async def map_async(
    function: Callable[[T], Awaitable[R]],
    items: Iterable[T],
    concurrency: int,
) -> AsyncGenerator[R, None]:
    """Yield the result for each item in the order of completion.

    An item is taken when one of the `concurrency` slots is free. When the caller stops, running tasks are cancelled.
    """
    import asyncio  # noqa: PLC0415 - the sync client works without asyncio

    iterator = iter(items)
    # Tasks whose result has not been yielded yet, done or not.
    running: set[asyncio.Task[R]] = set()

    async def call(item: T) -> R:
        return await function(item)

    try:
        while True:
            while len(running) < concurrency and (item := next(iterator, _END)) is not _END:
                running.add(asyncio.create_task(call(item)))  # type: ignore[arg-type] # _END does not get here
            if not running:
                return
            done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                running.remove(task)
                yield task.result()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def map_threads(function: Callable[[T], R], items: Iterable[T], concurrency: int) -> Generator[R, None, None]:
    """Yield the result for each item in the order of completion; see `map_async`.

    When the caller stops, running calls are completed. On Ctrl-C no further item is taken, and the results of the
    running calls are yielded before KeyboardInterrupt is raised; a second Ctrl-C raises it immediately.
    """
    iterator = iter(items)
    running: set[Future[R]] = set()
    interrupt: KeyboardInterrupt | None = None
    wait_for_running = True
    threads = ThreadPoolExecutor(concurrency, thread_name_prefix="adapty-worker")
    try:
        while True:
            while len(running) < concurrency and (item := next(iterator, _END)) is not _END:
                # With the caller's context, as tasks have it: an observer may have its span there.
                running.add(threads.submit(copy_context().run, function, item))  # type: ignore[arg-type] # as above
            if not running:
                break
            try:
                done, running = wait(running, return_when=FIRST_COMPLETED)
            except KeyboardInterrupt as exc:
                wait_for_running = interrupt is None
                if not wait_for_running:
                    raise
                iterator, interrupt = iter(()), exc
                continue
            for future in done:
                yield future.result()
    finally:
        threads.shutdown(wait=wait_for_running, cancel_futures=True)
    if interrupt is not None:
        raise interrupt


_END = object()
