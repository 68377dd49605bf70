"""Post events from an event loop in a thread of its own, so that a slow receiver blocks nothing else."""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import ExitStack
from functools import partial
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

import httpx
from anyio.from_thread import start_blocking_portal
from attrs import frozen

from adapty._clock import new_event_loop
from adapty._core.redaction import redact
from adapty._http import NO_AUTH, TRANSPORT_ERRORS
from adapty._proxies import Proxies
from adapty._version import __version__
from adapty.errors import AdaptyConfigError
from adapty.sandbox._webhooks import config
from adapty.sandbox._webhooks.config import RETRY_DELAYS
from adapty.sandbox._webhooks.deliveries import DeliveryState, WebhookVerification

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable

    from adapty.sandbox._webhooks.config import WebhookConfig
    from adapty.sandbox._webhooks.deliveries import Deliveries
    from adapty.sandbox._webhooks.payload import WebhookEvent

__all__ = ["Sender"]

logger = logging.getLogger("adapty.sandbox.webhooks")

_THREAD_NAME = "adapty-webhooks"
_MAX_CONCURRENT = 8
_MAX_RESPONSE_BYTES = 64 * 1024

# Shorter than the keep-alive of servers: a connection that a server closes just then would be a failed attempt.
_LIMITS = httpx.Limits(keepalive_expiry=1)

# A name lookup cannot be cancelled; closing does not wait for it any longer.
_CLOSE_SECONDS = 5

_TRANSPORT_ERRORS = (*TRANSPORT_ERRORS, OSError)


@frozen(kw_only=True)
class _Result:
    """The outcome of an attempt: a response, or the reason why there is none."""

    status: int | None = None
    body: bytes = b""
    problem: str | None = None

    @property
    def is_received(self) -> bool:
        return self.status is not None and config.is_received(self.status)


class Sender:
    """Posts each event until it is received or has failed. Events of one profile start in order.

    Args:
        webhooks: The address and the time scale.
        deliveries: Where outcomes are recorded.
    """

    def __init__(self, webhooks: WebhookConfig, deliveries: Deliveries) -> None:
        self._config = webhooks
        self._deliveries = deliveries
        self._lock = Lock()
        self._portal = ExitStack()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._queued: list[Callable[[], object]] = [self._start_verification]
        self._is_closed = False
        self._verification: WebhookVerification | None = None
        # Used by the loop's thread only.
        self._verifying: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._first_attempts: dict[str, asyncio.Event] = {}
        self._slots = asyncio.Semaphore(_MAX_CONCURRENT)

    @property
    def verification(self) -> WebhookVerification | None:
        """The outcome of the verification request; None before it is known."""
        return self._verification

    def start(self) -> None:
        """Start the thread, verify the address, and post queued events."""
        # Created here, so that invalid environment settings are the caller's error.
        self._client = _create_client(self._config)
        # Timers must run even if a test freezes the clock.
        options = {"loop_factory": new_event_loop}
        portal = self._portal.enter_context(start_blocking_portal(backend_options=options, name=_THREAD_NAME))
        self._portal.callback(portal.call, self._shut_down)
        loop = portal.call(asyncio.get_running_loop)
        with self._lock:
            self._loop = loop
            for call in self._queued:
                loop.call_soon_threadsafe(call)
            self._queued.clear()

    def post(self, events: Iterable[tuple[int, WebhookEvent]]) -> None:
        """Post numbered events; those of one profile start in this order."""
        for number, event in events:
            self.call_soon(partial(self._start_delivery, number, event))

    def cancel_all(self) -> None:
        """Cancel all deliveries."""
        self.call_soon(self._cancel_tasks)

    def close(self) -> None:
        """Cancel all work and stop the thread. Closing twice is allowed."""
        with self._lock:
            self._is_closed = True
            self._queued.clear()
        closing = Thread(target=self._portal.close, name=f"{_THREAD_NAME}-close", daemon=True)
        try:
            closing.start()
        except RuntimeError:  # no new threads while the interpreter exits
            self._portal.close()
        else:
            closing.join(_CLOSE_SECONDS)

    def call_soon(self, call: Callable[[], object]) -> None:
        """Call a function in the event loop: soon, or after `start`; never after `close`."""
        with self._lock:
            if self._is_closed:
                return
            if self._loop is None:
                self._queued.append(call)
            else:
                self._loop.call_soon_threadsafe(call)

    async def _shut_down(self) -> None:
        tasks = self._cancel_tasks()
        if self._verifying is not None:
            self._verifying.cancel()
            tasks.add(self._verifying)
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._client.aclose()

    def _start_verification(self) -> None:
        # Not among the tasks: a reset cancels deliveries, but not the verification.
        self._verifying = asyncio.get_running_loop().create_task(self._verify())

    def _start_task(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _cancel_tasks(self) -> set[asyncio.Task[None]]:
        # A task that has not started does not set its event when it is cancelled.
        self._first_attempts.clear()
        for task in self._tasks:
            task.cancel()
        return set(self._tasks)

    def _start_delivery(self, number: int, event: WebhookEvent) -> None:
        previous = self._first_attempts.get(event.profile_id)
        self._first_attempts[event.profile_id] = attempted = asyncio.Event()
        self._start_task(self._deliver(number, event, previous, attempted))

    async def _deliver(
        self, number: int, event: WebhookEvent, previous: asyncio.Event | None, attempted: asyncio.Event
    ) -> None:
        try:
            if previous is not None:
                await previous.wait()
            is_done = await self._attempt(number, event, attempt=1)
        finally:
            attempted.set()
            if self._first_attempts.get(event.profile_id) is attempted:
                del self._first_attempts[event.profile_id]
        for attempt, delay in enumerate(RETRY_DELAYS, start=2):
            if is_done:
                return
            await asyncio.sleep(delay / self._config.time_scale)
            is_done = await self._attempt(number, event, attempt=attempt)

    async def _attempt(self, number: int, event: WebhookEvent, *, attempt: int) -> bool:
        """Post an event once, and return whether its delivery is done."""
        result = await self._post(event.body)
        is_last = attempt > len(RETRY_DELAYS)
        state: DeliveryState = "delivered" if result.is_received else "failed" if is_last else "pending"
        problem = None if result.is_received else result.problem or f"responded with {result.status}"
        level = logging.WARNING if state == "failed" else logging.DEBUG
        name = redact(event.event_type, ())
        logger.log(
            level, "webhook %s %s: %s, attempt %d: %s", name, event.profile_id, state, attempt, problem or "received"
        )
        self._deliveries.record_attempt(number, state=state, status=result.status, problem=problem)
        return state != "pending"

    async def _verify(self) -> None:
        result = await self._post({})
        problem = result.problem or _verification_problem(result)
        url = self._config.public_url
        if problem is None:
            logger.info("The webhook at %s accepted the verification request", url)
        else:
            logger.warning(
                "The webhook at %s did not accept the verification request, an empty object: %s", url, problem
            )
        self._verification = WebhookVerification(accepted=problem is None, status=result.status, problem=problem)

    async def _post(self, body: Any) -> _Result:
        content = json.dumps(body).encode()
        async with self._slots:
            try:
                async with (
                    asyncio.timeout(config.TIMEOUT_SECONDS),
                    self._client.stream("POST", self._config.url, content=content) as response,
                ):
                    return _Result(status=response.status_code, body=await _read(response))
            except TimeoutError:
                return _Result(problem=f"no response within {config.TIMEOUT_SECONDS:g} s")
            except _TRANSPORT_ERRORS as error:
                secrets = [] if self._config.authorization is None else [self._config.authorization]
                return _Result(problem=redact(f"{type(error).__name__}: {error}", secrets))
            finally:
                # Adapty keeps no session.
                self._client.cookies.clear()


def _create_client(webhooks: WebhookConfig) -> httpx.AsyncClient:
    headers = {
        "Content-Type": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": f"adapty-sandbox/{__version__}",
    }
    if webhooks.authorization is not None:
        headers["Authorization"] = webhooks.authorization.value
    proxy = Proxies.from_environment().for_url(webhooks.url)
    try:
        # An attempt has a total timeout; its phases need none.
        transport = httpx.AsyncHTTPTransport(limits=_LIMITS, proxy=proxy)
        return httpx.AsyncClient(headers=headers, auth=NO_AUTH, timeout=None, transport=transport)  # noqa: S113
    except (OSError, ValueError) as error:
        message = f"the environment's certificate settings are invalid ({type(error).__name__})"
    del proxy, headers  # they may contain secrets
    raise AdaptyConfigError(message)


async def _read(response: httpx.Response) -> bytes:
    """Return the body of a response, truncated."""
    body = bytearray()
    async for part in response.aiter_raw():
        body += part
        if len(body) > _MAX_RESPONSE_BYTES:
            break
    return bytes(body)


def _verification_problem(result: _Result) -> str | None:
    if result.status is None or not httpx.codes.is_success(result.status):
        return f"responded with {result.status}; expected a 2xx"
    try:
        json.loads(result.body)
    except (ValueError, RecursionError):
        return f"responded with {result.status} without a JSON body"
    return None
