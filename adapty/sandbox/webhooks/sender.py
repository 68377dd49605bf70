"""The thread that posts: an event loop of its own, so that a receiver that hangs holds up nobody."""

from __future__ import annotations

import asyncio
import json
import logging
from functools import partial
from threading import Event as Flag
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

import httpx
from attrs import frozen

from adapty._clock import new_event_loop
from adapty._core.redaction import redact
from adapty._http import NO_AUTH, TRANSPORT_ERRORS
from adapty._proxies import Proxies
from adapty._version import __version__
from adapty.errors import AdaptyConfigError
from adapty.sandbox.webhooks import retry_rule
from adapty.sandbox.webhooks.deliveries import DeliveryState, WebhookVerification
from adapty.sandbox.webhooks.retry_rule import WAITS, is_received
from adapty.sandbox.webhooks.turn_timer import TurnTimer

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable

    from adapty.sandbox.webhooks.deliveries import Deliveries
    from adapty.sandbox.webhooks.news import Event, Turn
    from adapty.sandbox.webhooks.settings import WebhookSettings

__all__ = ["Sender"]

logger = logging.getLogger("adapty.sandbox.webhooks")

_THREAD = "adapty-webhooks"
_AT_A_TIME = 8
_READ_BYTES = 64 * 1024

# Less than servers keep an idle connection: one that they close just then would be a failed try.
_LIMITS = httpx.Limits(keepalive_expiry=1)

# Only a name lookup that hangs cannot be broken off.
_JOIN_SECONDS = 5

_FAILS = (*TRANSPORT_ERRORS, OSError)


@frozen(kw_only=True)
class _Answer:
    """How a post ended: with a status, or with the reason why there is none."""

    status: int | None = None
    body: bytes = b""
    problem: str | None = None

    @property
    def is_received(self) -> bool:
        return self.status is not None and is_received(self.status)


class Sender:
    """Posts events, each until it is received or given up; those of one profile begin in order.

    Args:
        settings: Where to, and how fast time goes.
        deliveries: Where it is noted what becomes of them.
    """

    def __init__(self, settings: WebhookSettings, deliveries: Deliveries) -> None:
        self._settings = settings
        self._deliveries = deliveries
        self._lock = Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._early: list[Callable[[], object]] = []
        self._thread: Thread | None = None
        self._is_closed = False
        self._verification: WebhookVerification | None = None
        self._on_turn: Callable[[Turn], object] = lambda _: None
        # Only the loop's own thread touches these.
        self._stop = asyncio.Event()
        self._check: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._turns = TurnTimer(self._notify_of_turn)
        self._first_tries: dict[str, asyncio.Event] = {}
        self._side_by_side = asyncio.Semaphore(_AT_A_TIME)

    @property
    def verification(self) -> WebhookVerification | None:
        """How the receiver answered the check of the address; None as long as it has not."""
        return self._verification

    def start(self, on_turn: Callable[[Turn], object]) -> None:
        """Begin to post, first of all the request that checks the address.

        Args:
            on_turn: Called in the sender's thread when a moment has come that it watches for.
        """
        self._on_turn = on_turn
        # Made here, so that what is wrong with the environment is the caller's error.
        self._client = client = _client(self._settings)
        self._early.insert(0, self._begin_to_verify)
        ready = Flag()
        self._thread = Thread(target=self._work, args=(client, ready), name=_THREAD, daemon=True)
        self._thread.start()
        ready.wait()

    def post(self, numbered: Iterable[tuple[int, Event]]) -> None:
        """Post events, in this order as far as they are of one profile."""
        for number, event in numbered:
            self._soon(partial(self._begin, number, event))

    def watch(self, turns: Iterable[Turn]) -> None:
        """Watch for moments to come."""
        for turn in turns:
            self._soon(partial(self._turns.add, turn))

    def drop(self) -> None:
        """Post nothing any more of what was given so far, and watch for nothing."""
        self._soon(self._cancel_all)

    def close(self) -> None:
        """Break off whatever is under way, and end the thread. Closing again does nothing."""
        self._soon(self._stop.set)
        with self._lock:
            self._is_closed = True
            self._early.clear()
        if self._thread is not None:
            self._thread.join(_JOIN_SECONDS)

    def _soon(self, call: Callable[[], object]) -> None:
        """Have something called in the loop: at once, or when there is one."""
        with self._lock:
            if self._is_closed:
                return
            if self._loop is None:
                self._early.append(call)
            else:
                self._loop.call_soon_threadsafe(call)

    def _work(self, client: httpx.AsyncClient, ready: Flag) -> None:
        """Run the loop until it is stopped; its timers must run even where a test froze the clock."""
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(self._run(client, ready))

    def _notify_of_turn(self, turn: Turn) -> None:
        self._on_turn(turn)

    async def _run(self, client: httpx.AsyncClient, ready: Flag) -> None:
        async with client:
            with self._lock:
                self._loop = asyncio.get_running_loop()
                for call in self._early:
                    self._loop.call_soon(call)
                self._early.clear()
            ready.set()
            await self._stop.wait()
            under_way = self._cancel_all()
            if self._check is not None:
                self._check.cancel()
                under_way.add(self._check)
            await asyncio.gather(*under_way, return_exceptions=True)

    def _begin_to_verify(self) -> None:
        # Not among the tasks, for a reset takes back what was posted, and no answer to the check.
        self._check = asyncio.get_running_loop().create_task(self._verify())

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _cancel_all(self) -> set[asyncio.Task[None]]:
        self._turns.clear()
        # A task that has not begun yet ends without a word to those that wait for it.
        self._first_tries.clear()
        for task in self._tasks:
            task.cancel()
        return set(self._tasks)

    def _begin(self, number: int, event: Event) -> None:
        before = self._first_tries.get(event.profile_id)
        self._first_tries[event.profile_id] = tried = asyncio.Event()
        self._keep(self._deliver(number, event, before, tried))

    async def _deliver(self, number: int, event: Event, before: asyncio.Event | None, tried: asyncio.Event) -> None:
        try:
            if before is not None:
                await before.wait()
            is_over = await self._try(number, event, tries=1)
        finally:
            tried.set()
            if self._first_tries.get(event.profile_id) is tried:
                del self._first_tries[event.profile_id]
        for tries, wait in enumerate(WAITS, start=2):
            if is_over:
                return
            await asyncio.sleep(wait / self._settings.time_scale)
            is_over = await self._try(number, event, tries=tries)

    async def _try(self, number: int, event: Event, *, tries: int) -> bool:
        """Post an event once, and tell whether that was the end of it."""
        answer = await self._post(event.body)
        is_last = tries > len(WAITS)
        state: DeliveryState = "delivered" if answer.is_received else "given up" if is_last else "waiting"
        problem = None if answer.is_received else answer.problem or f"answered {answer.status}"
        level = logging.WARNING if state == "given up" else logging.DEBUG
        name = redact(event.event_type, ())
        logger.log(level, "webhook %s %s: %s, try %d: %s", name, event.profile_id, state, tries, problem or "received")
        self._deliveries.tried(number, state=state, status=answer.status, problem=problem)
        return state != "waiting"

    async def _verify(self) -> None:
        answer = await self._post({})
        problem = answer.problem or _verification_problem(answer)
        url = self._settings.shown_url
        if problem is None:
            logger.info("The webhook at %s has accepted the check of the address", url)
        else:
            words = "The webhook at %s did not accept the check of the address, an empty object: %s"
            logger.warning(words, url, problem)
        self._verification = WebhookVerification(accepted=problem is None, status=answer.status, problem=problem)

    async def _post(self, body: Any) -> _Answer:
        content = json.dumps(body).encode()
        async with self._side_by_side:
            try:
                async with (
                    asyncio.timeout(retry_rule.TIMEOUT_SECONDS),
                    self._client.stream("POST", self._settings.url, content=content) as response,
                ):
                    return _Answer(status=response.status_code, body=await _read(response))
            except TimeoutError:
                return _Answer(problem=f"no response within {retry_rule.TIMEOUT_SECONDS:g} s")
            except _FAILS as problem:
                secrets = [] if self._settings.authorization is None else [self._settings.authorization]
                return _Answer(problem=redact(f"{type(problem).__name__}: {problem}", secrets))
            finally:
                # No session: Adapty keeps none.
                self._client.cookies.clear()


def _client(settings: WebhookSettings) -> httpx.AsyncClient:
    headers = {
        "Content-Type": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": f"adapty-sandbox/{__version__}",
    }
    if settings.authorization is not None:
        headers["Authorization"] = settings.authorization.value
    proxy = None if settings.url is None else Proxies.from_environment().for_url(settings.url)
    try:
        # A try as a whole has a time limit; its phases need none.
        transport = httpx.AsyncHTTPTransport(limits=_LIMITS, proxy=proxy)
        return httpx.AsyncClient(headers=headers, auth=NO_AUTH, timeout=None, transport=transport)  # noqa: S113
    except (OSError, ValueError) as problem:
        message = f"the environment's certificate settings cannot be used ({type(problem).__name__})"
    del proxy, headers  # they may contain secrets
    raise AdaptyConfigError(message)


async def _read(response: httpx.Response) -> bytes:
    """Read an answer's body, as far as anybody could want it."""
    body = bytearray()
    async for part in response.aiter_raw():
        body += part
        if len(body) > _READ_BYTES:
            break
    return bytes(body)


def _verification_problem(answer: _Answer) -> str | None:
    if answer.status is None or not httpx.codes.is_success(answer.status):
        return f"answered {answer.status}; expected a 2xx"
    try:
        json.loads(answer.body)
    except (ValueError, RecursionError):
        return f"answered {answer.status} without a JSON body"
    return None
