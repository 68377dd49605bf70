"""Concurrent work: limited concurrency, and nothing is running at the end."""

from __future__ import annotations

import asyncio
import concurrent.futures
import gc
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import aclosing, closing
from typing import Any

import pytest

from adapty._concurrency import map_async, map_threads

Work = Callable[[Any], Any]


def in_tasks_at_once(work: Work, things: Iterable[Any], concurrency: int) -> list[Any]:
    """Process all items in tasks, in an event loop of its own."""

    async def work_on(thing: Any) -> Any:
        await asyncio.sleep(0)
        return work(thing)

    async def all_of_it() -> list[Any]:
        return [result async for result in map_async(work_on, things, concurrency)]

    return asyncio.run(all_of_it())


def in_threads_at_once(work: Work, things: Iterable[Any], concurrency: int) -> list[Any]:
    """Process all items in threads."""
    return list(map_threads(work, things, concurrency))


BOTH = pytest.mark.parametrize("do", [in_tasks_at_once, in_threads_at_once], ids=["tasks", "threads"])


class FaultError(Exception):
    """A failure of one item."""


def threads(work: Work, things: Iterable[Any], concurrency: int) -> Any:
    """Return the iterator, which can be closed."""
    return map_threads(work, things, concurrency)


def tasks(work: Work, things: Iterable[Any], concurrency: int) -> Any:
    """Return the iterator, which can be closed."""
    return map_async(work, things, concurrency)


async def drained(results: Any) -> list[Any]:
    """Consume all results."""
    return [result async for result in results]


def threads_left() -> list[str]:
    """Return the names of the pool's running threads."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("adapty-worker")]


@BOTH
@pytest.mark.parametrize("count", [0, 1, 2, 7, 100])
@pytest.mark.parametrize("concurrency", [1, 2, 8, 100])
def test_each_item_is_processed_once(do: Callable[..., list[Any]], count: int, concurrency: int) -> None:
    """Each item has one result, for any number of items and any concurrency."""
    begun: list[int] = []

    def work(thing: int) -> int:
        begun.append(thing)
        return -thing

    assert sorted(do(work, range(count), concurrency)) == sorted(-thing for thing in range(count))
    assert sorted(begun) == list(range(count))


@BOTH
def test_no_items_give_no_results(do: Callable[..., list[Any]]) -> None:
    """Without items there are no results, and nothing runs."""
    assert do(pytest.fail, iter(()), 8) == []


@BOTH
def test_concurrency_1_is_in_order(do: Callable[..., list[Any]]) -> None:
    """With a concurrency of 1, items are processed one after the other."""
    assert do(str, iter("abcdef"), 1) == list("abcdef")


@BOTH
def test_results_can_be_any_value(do: Callable[..., list[Any]]) -> None:
    """None, False and returned exceptions are results; items may be None, too."""
    results = [None, False, 0, "", FaultError, ()]
    assert do(lambda thing: thing, results, 1) == results


@BOTH
def test_exception_of_function_is_raised(do: Callable[..., list[Any]]) -> None:
    """The exception of one item is raised unchanged."""
    fault = FaultError("c")

    def work(thing: str) -> str:
        if thing == "c":
            raise fault
        return thing

    with pytest.raises(FaultError) as caught:
        do(work, "abcdef", 1)
    assert caught.value is fault
    assert threads_left() == []


@BOTH
@pytest.mark.parametrize("at", [0, 1, 5])
def test_exception_of_iterable_is_raised(do: Callable[..., list[Any]], at: int) -> None:
    """The exception of the iterable is raised after the running work has ended."""
    begun: list[int] = []
    ended: list[int] = []

    def things() -> Iterator[int]:
        yield from range(at)
        raise FaultError

    def work(thing: int) -> None:
        begun.append(thing)
        ended.append(thing)

    with pytest.raises(FaultError):
        do(work, things(), 3)
    assert ended == begun
    assert threads_left() == []


@pytest.mark.anyio
@pytest.mark.parametrize("concurrency", [1, 2, 5])
async def test_tasks_are_limited(concurrency: int) -> None:
    """The limit is reached and not exceeded; an item is taken only when a slot is free."""
    under_way: set[int] = set()
    most = 0
    taken: list[int] = []
    ended: list[int] = []

    def things() -> Iterator[int]:
        for thing in range(12):
            assert len(under_way) <= concurrency
            taken.append(thing)
            yield thing

    async def work(thing: int) -> int:
        nonlocal most
        under_way.add(thing)
        most = max(most, len(under_way))
        for _ in range(thing % 3 + 1):
            await asyncio.sleep(0)
        under_way.remove(thing)
        ended.append(thing)
        return thing

    results = []
    async for result in map_async(work, things(), concurrency):
        results.append(result)
        assert len(taken) <= len(ended) + concurrency
    assert sorted(results) == list(range(12))
    assert most == concurrency


@pytest.mark.parametrize("concurrency", [1, 2, 5])
def test_threads_are_limited(concurrency: int) -> None:
    """As many threads as allowed run at the same time; items are taken as slots get free."""
    lock = threading.Lock()
    all_here = threading.Barrier(concurrency)
    under_way = most = 0
    taken: list[int] = []

    def things() -> Iterator[int]:
        for thing in range(3 * concurrency):
            taken.append(thing)
            yield thing

    def work(thing: int) -> int:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        # Each round waits until all are there, so that fewer than allowed would block.
        all_here.wait(timeout=10)
        with lock:
            under_way -= 1
        return thing

    results = []
    for result in map_threads(work, things(), concurrency):
        results.append(result)
        assert len(taken) <= len(results) + 2 * concurrency
    assert sorted(results) == list(range(3 * concurrency))
    assert most == concurrency
    assert threads_left() == []


def test_items_are_taken_as_results_are() -> None:
    """An endless iterator is consumed only as far as there are free slots, and stopping ends everything."""
    taken: list[int] = []

    def things() -> Iterator[int]:
        thing = 0
        while True:
            taken.append(thing)
            yield thing
            thing += 1

    with closing(threads(str, things(), 3)) as results:
        assert taken == []
        assert [next(results) for _ in range(10)]
        assert len(taken) <= 10 + 2 * 3
    assert threads_left() == []


@pytest.mark.anyio
async def test_async_items_are_taken_as_results_are() -> None:
    """The same applies to tasks."""
    taken: list[int] = []

    def things() -> Iterator[int]:
        thing = 0
        while True:
            taken.append(thing)
            yield thing
            thing += 1

    async def work(thing: int) -> int:
        return thing

    before = asyncio.all_tasks()
    async with aclosing(tasks(work, things(), 3)) as results:
        assert taken == []
        assert [await anext(results) for _ in range(10)]
        assert len(taken) <= 10 + 2 * 3
    assert asyncio.all_tasks() == before


@pytest.mark.anyio
async def test_running_tasks_are_cancelled_when_one_fails() -> None:
    """The exception is raised when the others have ended: cancelled, including their cleanup."""
    cleaned: list[str] = []

    async def work(thing: str) -> None:
        if thing == "bad":
            raise FaultError
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            cleaned.append(thing)

    before = asyncio.all_tasks()
    with pytest.raises(FaultError):
        await drained(map_async(work, ["a", "b", "bad", "c"], 3))
    assert sorted(cleaned) == ["a", "b"]
    assert asyncio.all_tasks() == before


@pytest.mark.anyio
async def test_running_tasks_are_cancelled_with_the_caller() -> None:
    """Cancelling the consumer cancels the running tasks and waits for them."""
    begun = asyncio.Event()
    cleaned: list[str] = []

    async def work(thing: str) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cleaned.append(thing)

    async def caller() -> None:
        async with aclosing(tasks(work, "abc", 2)) as results:
            await drained(results)

    before = asyncio.all_tasks()
    waiting = asyncio.create_task(caller())
    await begun.wait()
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert sorted(cleaned) == ["a", "b"]
    assert asyncio.all_tasks() == before


@pytest.mark.anyio
@pytest.mark.parametrize("failing", [1, 2, 3])
async def test_simultaneous_failures_log_nothing(failing: int) -> None:
    """If several fail at the same time, one exception is raised and the loop logs nothing about the others."""
    complaints: list[Any] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: complaints.append(context["message"]))

    async def work(thing: int) -> int:
        await asyncio.sleep(0)
        if thing < failing:
            raise FaultError
        return thing

    with pytest.raises(FaultError):
        await drained(map_async(work, range(3), 3))
    gc.collect()
    await asyncio.sleep(0)
    loop.set_exception_handler(None)
    assert complaints == []


@pytest.mark.anyio
async def test_stopping_early_logs_nothing() -> None:
    """Stopping after the first result logs nothing about simultaneous failures."""
    complaints: list[Any] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: complaints.append(context["message"]))

    async def work(thing: int) -> int:
        await asyncio.sleep(0)
        if thing:
            raise FaultError
        return thing

    stopped = False
    try:
        async with aclosing(tasks(work, range(3), 3)) as results:
            async for _ in results:
                stopped = True
                break
    except FaultError:
        assert not stopped
    gc.collect()
    await asyncio.sleep(0)
    loop.set_exception_handler(None)
    assert complaints == []


def test_running_threads_complete_when_one_fails() -> None:
    """The exception is raised when the others have ended."""
    others = threading.Barrier(3)
    ended: list[str] = []

    def work(thing: str) -> str:
        others.wait(timeout=10)
        if thing == "bad":
            raise FaultError
        ended.append(thing)
        return thing

    with pytest.raises(FaultError):
        list(map_threads(work, ["a", "bad", "b"], 3))
    assert sorted(ended) == ["a", "b"]
    assert threads_left() == []


def test_running_threads_complete_when_the_caller_stops() -> None:
    """Closing the iterator waits for the running work, and starts no more."""
    begun: list[int] = []
    ended: list[int] = []

    def work(thing: int) -> int:
        begun.append(thing)
        ended.append(thing)
        return thing

    results = threads(work, range(1000), 4)
    next(results)
    results.close()
    assert sorted(begun) == sorted(ended)
    assert len(begun) <= 8
    assert threads_left() == []


class Interrupted:
    """Replaces the wait for threads: raises KeyboardInterrupt a number of times, then waits."""

    def __init__(self, times: int) -> None:
        """Raise the interrupt this number of times, after a first result."""
        self.times = times
        self.waits = 0

    def __call__(self, futures: Any, **options: Any) -> Any:
        """Wait, or be interrupted."""
        self.waits += 1
        if self.waits > 1 and self.times:
            self.times -= 1
            raise KeyboardInterrupt
        return concurrent.futures.wait(futures, **options)


def test_ctrl_c_completes_running_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """On Ctrl-C no further item is taken; the results of running calls are yielded, then the interrupt is raised."""
    monkeypatch.setattr("adapty._concurrency.wait", Interrupted(1))
    taken: list[int] = []
    given: list[int] = []

    def things() -> Iterator[int]:
        for thing in range(1000):
            taken.append(thing)
            yield thing

    with pytest.raises(KeyboardInterrupt):
        given.extend(map_threads(lambda thing: thing, things(), 3))
    assert sorted(given) == taken
    assert len(taken) <= 6
    assert threads_left() == []


def test_second_ctrl_c_raises_immediately(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second Ctrl-C does not wait for a call that hangs."""
    monkeypatch.setattr("adapty._concurrency.wait", Interrupted(2))
    release = threading.Event()
    ended: list[int] = []

    def work(thing: int) -> int:
        if thing:
            release.wait(timeout=2)
            ended.append(thing)
        return thing

    try:
        with pytest.raises(KeyboardInterrupt):
            list(map_threads(work, range(3), 2))
        assert ended == []
    finally:
        release.set()
        for thread in threading.enumerate():
            if thread.name.startswith("adapty-worker"):
                thread.join(timeout=10)


def never() -> Iterator[Any]:
    """Fail when the first item is taken."""
    pytest.fail("a thing was taken")
    yield


def test_iteration_is_lazy() -> None:
    """An iterator that is not consumed starts no thread and takes no item."""
    results = threads(pytest.fail, never(), 4)
    assert threads_left() == []
    results.close()


@pytest.mark.anyio
async def test_async_iteration_is_lazy() -> None:
    """The same applies to tasks."""
    before = asyncio.all_tasks()
    results = tasks(pytest.fail, never(), 4)
    assert asyncio.all_tasks() == before
    await results.aclose()


@pytest.mark.anyio
async def test_any_awaitable_is_accepted() -> None:
    """The function may return any awaitable."""
    loop = asyncio.get_running_loop()

    def work(thing: int) -> asyncio.Future[int]:
        future: asyncio.Future[int] = loop.create_future()
        future.set_result(thing)
        return future

    assert sorted([result async for result in map_async(work, range(5), 2)]) == list(range(5))
