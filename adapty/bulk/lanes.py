"""Lanes: requests side by side, those of one profile one after the other."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Generator
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from zlib import crc32

from attrs import define, field

from adapty._core.call import Call, Failure, Request, Send, Wait, execute
from adapty._core.error_mapping import Response
from adapty._core.retry import TOO_MANY_REQUESTS, parse_retry_after
from adapty.bulk import waits
from adapty.bulk.rows import Row
from adapty.bulk.turns import Turns

if TYPE_CHECKING:
    from adapty._core.addresses import Endpoint
    from adapty._core.pace import Pace
    from adapty._core.redaction import Secret
    from adapty._core.retry import RetryPolicy

__all__ = ["Item", "Lanes", "Sender"]

R = TypeVar("R")

Sender = Callable[[Request], Awaitable[Response | Failure]]
"""Sends a request once; what goes wrong on the way becomes a `Failure`."""

_Steps = Generator[Send | Wait, Response | Failure | None, Any]

_ROOM = 1024
_ROOM_PER_LANE = 16

_ROOM_BYTES = 16 * 2**20
"""Records of more than this, all together, are not held, however few they are."""

_WORRYING = 8
"""So many tries that fail in a row, and one more for each lane, are not the one or other request's fault."""


@define(eq=False)
class Item(Generic[R]):
    """One record on its way.

    Attributes:
        number: Its place in the input, from 0.
        key: The id whose records must stay in order.
        call: What to send.
        row: The row that it was made of.
        record: What the row says.
        size: How many bytes it takes in memory, roughly; known from when it is put.
    """

    number: int
    key: str
    call: Call[Any]
    row: Row = field(repr=False)
    record: R = field(repr=False)
    size: int = field(default=0, init=False)

    def measured(self) -> int:
        """Set and give the size: that of the body, and of the texts in the row that may not be in there."""
        size = len(self.call.request.body or b"")
        for value in self.row.source.values():
            if isinstance(value, str):
                size += len(value)
        self.size = size
        return size


class Lanes(Generic[R]):
    """Some lanes that send one request at a time each.

    An item's lane is the hash of its key, so that items of one key are sent in the order in which they were put, each
    after the one before it is settled. While one waits for its next try, its lane sends items of other keys, unless
    tries fail on all lanes: then nothing new is sent until one succeeds. `put` is called as long as there is room, and
    not from two places at once.

    Attributes:
        retried: Tries that were made again.
    """

    def __init__(
        self,
        senders: list[Sender],
        pace: Pace,
        policy: RetryPolicy,
        secrets: tuple[Secret, ...],
        settle: Callable[[Item[R], BaseException | None], object],
        *,
        endpoint: Endpoint | None = None,
    ) -> None:
        """Prepare the lanes; nothing is sent before `work`.

        Args:
            senders: One for each lane.
            pace: How fast requests may follow one another, over all lanes.
            policy: How often and how patiently a failed try is repeated.
            secrets: What must not show in an error.
            settle: Called with each item when it is done, and what was raised, if anything was. Must not raise.
            endpoint: Where the requests go, for the messages of errors.
        """
        loop = asyncio.get_running_loop()
        self.retried = 0
        self._lanes = [_Lane[R](sender) for sender in senders]
        self._pace = pace
        self._turns = Turns(pace)
        self._policy = policy
        self._secrets = secrets
        self._endpoint = endpoint
        self._settle = settle
        self._most = _ROOM + _ROOM_PER_LANE * len(senders)
        self._waiting = 0
        self._waiting_bytes = 0
        self._feeder: asyncio.Future[None] | None = None
        self._feeder_level = 0
        self._ended = False
        self._failed_in_a_row = 0
        self._worrying = _WORRYING + len(senders)
        self._stopped: asyncio.Future[None] = loop.create_future()
        self._now = loop.time

    def put(self, item: Item[R]) -> bool:
        """Add an item, and tell whether there is room for another one."""
        lane = self._lanes[crc32(item.key.encode("utf-8", "surrogatepass")) % len(self._lanes)]
        lane.items.append(item)
        lane.wake()
        self._waiting += 1
        self._waiting_bytes += item.measured()
        return self._waiting < self._most and self._waiting_bytes < _ROOM_BYTES

    async def room(self) -> None:
        """Wait until there is room again, a good deal of it, or the lanes are stopped."""
        await self._until_waiting(self._most // 2)

    async def catch_up(self, seconds: float) -> None:
        """Wait until all that was put is settled, or the lanes are stopped, but no longer than so many seconds."""
        await self._until_waiting(0, seconds)

    def end(self) -> None:
        """Say that nothing more comes: `work` returns when all is sent."""
        self._ended = True
        for lane in self._lanes:
            lane.wake()

    def stop(self) -> None:
        """Take nothing more from the lanes, and try nothing again: `work` returns when what is sent is answered.

        What was put and not settled by then is not done.
        """
        if not self._stopped.done():
            self._stopped.set_result(None)
        self._free_the_feeder()
        self._turns.stop()
        for lane in self._lanes:
            lane.stop()

    async def work(self) -> None:
        """Send what was put and is being put, until the end or a stop."""
        try:
            async with asyncio.TaskGroup() as group:
                for lane in self._lanes:
                    group.create_task(self._drive(lane))
        finally:
            self.stop()  # nobody waits for room that does not come

    async def _drive(self, lane: _Lane[R]) -> None:
        stopped = self._stopped
        while not stopped.done():
            if lane.again:
                self.retried += 1
                await self._try(lane, *lane.again.popleft())
            elif lane.items and not (lane.held and self._failed_in_a_row >= self._worrying):
                item = lane.items.popleft()
                if item.key in lane.held:
                    lane.held[item.key].append(item)
                else:
                    steps = execute(item.call, self._policy, self._secrets, endpoint=self._endpoint)
                    await self._try(lane, item, steps)
            elif self._ended and not lane.items and not lane.held:
                return
            else:
                await lane.more()

    async def _try(self, lane: _Lane[R], item: Item[R], steps: _Steps) -> None:
        """Send once; then the item is done, or waits for its next try, or stays as it is when the lanes are stopped."""
        try:
            step = next(steps)
            while isinstance(step, Send):
                outcome = await self._send(step.request, lane.send)
                if outcome is None:
                    return
                step = steps.send(outcome)
        except StopIteration:
            self._done(lane, item, None)
        except (Exception, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and _is_being_cancelled():
                raise
            self._done(lane, item, error)
        else:
            self._failed_in_a_row += 1
            if not self._stopped.done():
                lane.try_later(item, steps, step.seconds)

    async def _send(self, request: Request, send: Sender) -> Response | Failure | None:
        """Send when the pace allows it, unless the lanes are stopped before."""
        pace = self._pace
        if not await self._turns.turn():
            return None
        outcome = await send(request)
        if isinstance(outcome, Failure) or outcome.status_code != TOO_MANY_REQUESTS:
            pace.answered(self._now())
        else:
            asked = parse_retry_after(outcome.headers.get("retry-after")) or 0
            pace.refused(self._now(), waits.hold_seconds(asked))
        return outcome

    def _done(self, lane: _Lane[R], item: Item[R], error: BaseException | None) -> None:
        if lane.held:
            lane.release(item.key)
        if error is None and self._failed_in_a_row:
            self._take_heart()
        self._settle(item, error)
        self._waiting -= 1
        self._waiting_bytes -= item.size
        if self._feeder is not None and self._is_down_to(self._feeder_level):
            self._free_the_feeder()

    def _take_heart(self) -> None:
        """Let the lanes go on that waited for a try to succeed."""
        if self._failed_in_a_row >= self._worrying:
            for lane in self._lanes:
                lane.wake()
        self._failed_in_a_row = 0

    async def _until_waiting(self, level: int, seconds: float | None = None) -> None:
        """Wait until no more items than these are not settled, and no more than half of the bytes that there may be."""
        if self._is_down_to(level) or self._stopped.done():
            return
        self._feeder_level = level
        self._feeder = asyncio.get_running_loop().create_future()
        await asyncio.wait((self._feeder,), timeout=seconds)
        self._feeder = None

    def _is_down_to(self, level: int) -> bool:
        return self._waiting <= level and self._waiting_bytes <= _ROOM_BYTES // 2

    def _free_the_feeder(self) -> None:
        if self._feeder is not None and not self._feeder.done():
            self._feeder.set_result(None)


@define(eq=False)
class _Lane(Generic[R]):
    """What one lane sends, and in which order.

    Attributes:
        send: Sends a request.
        items: What was put, and not begun yet.
        again: What is to be tried again now.
        held: By the key of each item that waits for its next try, what waits behind it.
    """

    send: Sender
    items: deque[Item[R]] = field(factory=deque)
    again: deque[tuple[Item[R], _Steps]] = field(factory=deque)
    held: dict[str, deque[Item[R]]] = field(factory=dict)
    _timers: dict[str, asyncio.TimerHandle] = field(factory=dict)
    _idle: asyncio.Future[None] | None = None

    def try_later(self, item: Item[R], steps: _Steps, seconds: float) -> None:
        """Keep an item, and all of its key, until so many seconds have passed."""

        def try_now() -> None:
            del self._timers[item.key]
            self.again.append((item, steps))
            self.wake()

        self.held.setdefault(item.key, deque())
        self._timers[item.key] = waits.later(seconds, try_now)

    def release(self, key: str) -> None:
        """Let go of what waits behind an item that is done: it is next."""
        if key in self.held:
            self.items.extendleft(reversed(self.held.pop(key)))

    def stop(self) -> None:
        """Try nothing again."""
        for timer in self._timers.values():
            timer.cancel()
        self.wake()

    def wake(self) -> None:
        if self._idle is not None and not self._idle.done():
            self._idle.set_result(None)

    async def more(self) -> None:
        """Wait until somebody wakes the lane."""
        self._idle = asyncio.get_running_loop().create_future()
        await self._idle
        self._idle = None


def _is_being_cancelled() -> bool:
    """Tell whether somebody cancelled this task, rather than that a transport raised what is raised then."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
