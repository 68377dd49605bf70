"""Reads any input in a thread and hands its rows over to the event loop in batches.

An input is an iterator of rows that may block: a file that is parsed, records that are sorted on disk, or an iterable
of the caller. It never blocks the event loop. Async iterables run on the event loop, and the thread waits for their
items.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Generator, Iterable, Iterator
from contextlib import closing, suppress
from contextvars import ContextVar, copy_context
from queue import SimpleQueue
from threading import Condition, Thread
from typing import TYPE_CHECKING, TypeVar

from attrs import frozen

if TYPE_CHECKING:
    from adapty._engine.runner import CancelToken
    from adapty.bulk._inputs.rows import Row

__all__ = ["RowReader", "read_all", "rows_from_items", "text_size"]

T = TypeVar("T")

_MAX_BUFFERED = 200
_MAX_BUFFERED_BYTES = 4 * 2**20
_BATCH = 100
"""Rows after which the event loop does other work."""

_CLOSE_SECONDS = 0.5
"""How long the end of a stage waits for an iterable that is blocked; then its thread is abandoned."""

_current: ContextVar[RowReader] = ContextVar("current")


def text_size(row: Row) -> int:
    """Return the length of all text in a row, as it was read: about the memory that it takes."""
    size = 0
    for value in row.source.values():
        if isinstance(value, str):
            size += len(value)
    return size


def rows_from_items(
    items: Iterable[T] | AsyncIterable[T], create_row: Callable[[int, T], Row], description: str
) -> Iterator[Row]:
    """Create the rows of what a program passes, in the thread of a reader. A generator is closed at the end.

    A row is created before the next item is requested, because a program may use the same dict for each item. An async
    iterable runs on the event loop, up to 200 items ahead.

    Args:
        items: An iterable or async iterable.
        create_row: Creates the row of an item and its number, from 1. It must copy what the program can change.
        description: What to call the place of an exception, such as "profiles, after record".
    """
    if isinstance(items, Iterable):
        rows = _rows_from_iterable(items, create_row)
    else:
        rows = _current.get().rows_from_async_iterable(items, create_row)
    number = 0
    try:
        with closing(rows):
            for row in rows:
                yield row
                number += 1
    except (Exception, KeyboardInterrupt) as error:
        error.add_note(f"raised by the iterable of {description} {number}")
        raise


def _rows_from_iterable(items: Iterable[T], create_row: Callable[[int, T], Row]) -> Generator[Row, None, None]:
    try:
        for number, item in enumerate(items, start=1):
            yield create_row(number, item)
    finally:
        if isinstance(items, Generator):
            items.close()


class RowReader(Thread):
    """A thread that reads the rows of one input. It does not keep the interpreter from exiting.

    Attributes:
        count: Number of rows that were read, those in the buffer included.
        total: Number of rows of the input, or None unless it was read to its end.
    """

    def __init__(self, open_rows: Callable[[], Iterator[Row]]) -> None:
        """Create a reader in the running event loop.

        Args:
            open_rows: Opens the input. Called in the thread.
        """
        super().__init__(name="adapty-bulk-reader", daemon=True)
        self.count = 0
        self.total: int | None = None
        self._open_rows = open_rows
        self._loop = asyncio.get_running_loop()
        self._buffer: deque[Row] = deque()
        self._buffer_bytes = 0
        self._changed = Condition()
        self._is_closed = False
        self._has_ended = False
        self._error: BaseException | None = None
        self._news = asyncio.Event()
        self._is_news_set = False
        self._async_inputs: list[asyncio.Task[None]] = []
        self._queue: SimpleQueue[Row | _End] = SimpleQueue()
        self._waits_for_item = False
        self._caller_context = copy_context()

    @property
    def is_idle(self) -> bool:
        """Whether the thread waits for the event loop, or has ended."""
        return self._has_ended or self._is_full() or (self._waits_for_item and self._queue.empty())

    def run(self) -> None:
        """Read all rows, in the context of the caller."""
        self._caller_context.run(self._read)

    async def read_batch(self) -> list[Row]:
        """Return the next rows, or an empty list at the end of the input.

        Raises:
            BaseException: What the input raised, after all rows before it were returned.
        """
        while True:
            with self._changed:
                batch = [self._buffer.popleft() for _ in range(min(len(self._buffer), _BATCH))]
                if not self._buffer:
                    self._buffer_bytes = 0
                self._changed.notify()
                if batch:
                    return batch
                if self._has_ended:
                    if self._error is not None:
                        raise self._error
                    return []
                self._is_news_set = False
                self._news.clear()
            await self._news.wait()

    async def close(self) -> None:
        """Stop reading and close the input. A blocked iterable is closed when it returns its next item."""
        with self._changed:
            self._is_closed = True
            self._buffer.clear()
            self._is_news_set = self._has_ended
            self._news.clear()
            self._changed.notify()
        for task in self._async_inputs:
            task.cancel()
        self._queue.put(_End(asyncio.CancelledError()))  # a task that has not started yet does not put its end
        await asyncio.gather(*self._async_inputs, return_exceptions=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                while not self._has_ended:
                    await self._news.wait()
                    self._news.clear()

    def _read(self) -> None:
        _current.set(self)
        error: BaseException | None = None
        is_read = False
        try:
            rows = self._open_rows()
            try:
                is_read = all(map(self._put, rows))
            finally:
                if isinstance(rows, Generator):
                    rows.close()
        except BaseException as problem:  # noqa: BLE001 - raised by read_batch
            error = problem
        with self._changed:
            self._has_ended = True
            self._error = error
            if is_read and error is None:
                self.total = self.count
            self._notify()

    def _put(self, row: Row) -> bool:
        """Hand a row over when there is capacity, and return whether more rows are wanted."""
        size = text_size(row)
        with self._changed:
            while self._is_full() and not self._is_closed:
                self._changed.wait()
            if self._is_closed:
                return False
            self.count += 1
            self._buffer.append(row)
            self._buffer_bytes += size
            self._notify()
        return True

    def _is_full(self) -> bool:
        return len(self._buffer) >= _MAX_BUFFERED or self._buffer_bytes >= _MAX_BUFFERED_BYTES

    def _notify(self) -> None:
        """Wake the event loop, unless that was done already."""
        if not self._is_news_set:
            self._is_news_set = True
            with suppress(RuntimeError):  # the event loop is closed: the reader was abandoned
                self._loop.call_soon_threadsafe(self._news.set)

    def rows_from_async_iterable(
        self, items: AsyncIterable[T], create_row: Callable[[int, T], Row]
    ) -> Generator[Row, None, None]:
        """Create the rows of an async iterable, on the event loop, and return them in the thread."""
        queue = self._queue = SimpleQueue()
        capacity = asyncio.Semaphore(_MAX_BUFFERED)

        def start() -> None:
            if self._is_closed:
                queue.put(_End(asyncio.CancelledError()))
            else:
                self._async_inputs.append(asyncio.create_task(_forward(items, create_row, queue, capacity)))

        def release(count: int) -> None:
            for _ in range(count):
                capacity.release()

        self._loop.call_soon_threadsafe(start)
        while True:
            self._waits_for_item = True
            batch = [queue.get()]
            self._waits_for_item = False
            while not queue.empty():
                batch.append(queue.get())
            for row in batch:
                if isinstance(row, _End):
                    if row.error is not None:
                        raise row.error
                    return
                yield row
            self._loop.call_soon_threadsafe(release, len(batch))


@frozen
class _End:
    """The end of an async iterable, and what it raised."""

    error: BaseException | None


async def _forward(
    items: AsyncIterable[T],
    create_row: Callable[[int, T], Row],
    queue: SimpleQueue[Row | _End],
    capacity: asyncio.Semaphore,
) -> None:
    """Put the rows of an async iterable into a queue, as long as there is capacity."""
    error: BaseException | None = None
    number = 0
    try:
        async for item in items:
            number += 1
            row = create_row(number, item)
            await capacity.acquire()
            queue.put(row)
    except BaseException as problem:  # noqa: BLE001 - raised in the thread that reads the queue
        error = problem
    finally:
        if isinstance(items, AsyncGenerator):
            with suppress(Exception):
                await items.aclose()
        queue.put(_End(error))


async def read_all(open_rows: Callable[[], Iterator[Row]], token: CancelToken) -> list[Row]:
    """Read an input that can be read only once.

    Raises:
        KeyboardInterrupt: The token requested the end.
        BaseException: What the input raised.
    """
    rows: list[Row] = []
    reader = RowReader(open_rows)
    reader.start()

    async def collect() -> BaseException | None:
        try:
            while batch := await reader.read_batch():
                rows.extend(batch)
        except BaseException as error:  # noqa: BLE001 - a task must not raise KeyboardInterrupt
            return error
        return None

    collecting = asyncio.create_task(collect())
    try:
        with token.on_request(collecting.cancel):
            await asyncio.wait((collecting,))
    finally:
        collecting.cancel()
        await reader.close()
    if token.requested:
        raise KeyboardInterrupt
    if (error := collecting.result()) is not None:
        raise error
    return rows
