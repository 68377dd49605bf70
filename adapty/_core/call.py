"""One call from its first try to its result, as a generator that does no I/O.

A driver sends what `Send` holds, waits as long as `Wait` says, and hands back what came of it. The same generator
serves the blocking client, the async client and whatever sends in bulk: one retry rule, one error mapping.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from random import SystemRandom
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from attrs import define, field, frozen

from adapty import errors
from adapty._core.error_mapping import RequestInfo, Response, error_from_response, is_not_found, parse_error_code
from adapty._core.operations import Operation
from adapty._core.redaction import redact
from adapty._core.retry import (
    CONFLICT,
    TOO_MANY_REQUESTS,
    RetryPolicy,
    is_in_flight,
    is_retryable_status,
    parse_retry_after,
)

if TYPE_CHECKING:
    from collections.abc import Generator

    from adapty._core.addresses import Endpoint
    from adapty._core.redaction import Secret

__all__ = ["IDEMPOTENCY_KEY", "Call", "Failure", "InvalidBody", "Request", "Send", "Wait", "execute"]

T = TypeVar("T")

logger = logging.getLogger("adapty")

IDEMPOTENCY_KEY = "Idempotency-Key"
"""The header whose value makes a request be carried out once, however often it is sent."""

_SUCCESS = 2

# Jitter must differ between processes that were forked from one another, which a seeded generator's would not.
_random = SystemRandom().random


@frozen
class Request:
    """What goes over the wire, without host and credentials."""

    method: str
    path: str
    headers: Mapping[str, str] = field(factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    query: str = field(default="", repr=False)

    @property
    def target(self) -> str:
        """Path and query."""
        return f"{self.path}?{self.query}" if self.query else self.path


@frozen
class Send:
    """Asks the driver to send the request and hand back an answer or a `Failure`."""

    request: Request


@frozen
class Wait:
    """Asks the driver to let this many seconds pass."""

    seconds: float


@frozen
class Failure:
    """What the driver hands back when no complete answer came.

    Attributes:
        error: The class to raise in the end.
        detail: What happened, in words.
        repeat: Whether another try may fare better.
        cause: The transport's own exception.
        maybe_sent: Whether the request may have arrived all the same.
    """

    error: type[errors.AdaptyConnectionError | errors.AdaptyConfigError]
    detail: str = field(repr=False)
    repeat: bool
    cause: BaseException = field(repr=False)
    maybe_sent: bool = True


class InvalidBody(Exception):  # noqa: N818 - never leaves the library: it turns into an UnexpectedResponseError
    """A documented success whose body cannot be read; the text says why."""


@frozen
class Call(Generic[T]):
    """One operation with its request and the reader of its documented success.

    `read` gives the result, or raises `InvalidBody`. `not_found_is_success` says whether a 404 after a try that may have
    gone through means that it did. `if_not_found` is made in its place where the API finds no such profile.
    """

    operation: Operation
    request: Request
    read: Callable[[Response], T]
    not_found_is_success: bool = False
    if_not_found: Call[T] | None = None


def execute(
    call: Call[T],
    policy: RetryPolicy,
    secrets: tuple[Secret, ...] = (),
    random: Callable[[], float] = _random,
    endpoint: Endpoint | None = None,
) -> Generator[Send | Wait, Response | Failure | None, T]:
    """Carry out a call: yield what the driver must do, return the result, or raise an AdaptyError.

    Args:
        call: What to do.
        policy: How often to try again, and after how long.
        secrets: What must not show in an exception.
        random: Gives a number from 0 up to 1, for the jitter.
        endpoint: Where the requests go, for the messages of errors.
    """
    try:
        return (yield from _run_one(call, policy, secrets, random, endpoint))
    except errors.ProfileNotFoundError:
        if call.if_not_found is None:
            raise
    # Outside of the handler, so that an error of this call has no context.
    return (yield from execute(call.if_not_found, policy, secrets, random, endpoint))


def _run_one(
    call: Call[T],
    policy: RetryPolicy,
    secrets: tuple[Secret, ...],
    random: Callable[[], float],
    endpoint: Endpoint | None,
) -> Generator[Send | Wait, Response | Failure | None, T]:
    send = Send(call.request)
    patience = _Patience(policy, random)
    attempts = 0
    maybe_done = False
    while True:
        outcome = yield send
        attempts += 1
        if outcome is None:  # pragma: no cover - a driver that breaks the protocol
            message = "a driver answered Send with nothing"
            raise RuntimeError(message)
        wait = patience.wait_before_next(outcome)
        if wait is None:
            done = maybe_done and call.not_found_is_success
            try:
                return _finish(
                    outcome, call, _asked(call, attempts, endpoint), endpoint, secrets, not_found_is_success=done
                )
            except errors.UnexpectedResponseError as unexpected:
                wait = patience.wait_before_reading_again() if unexpected.status_code in call.operation.ok else None
                if wait is None:
                    raise
        maybe_done = maybe_done or _maybe_done(outcome)
        tries = _asked(call, attempts).tries()
        logger.info("%s: %s, trying again in %.2f s (%s)", call.operation.name, _short(outcome), wait, tries)
        yield Wait(wait)


@define
class _Patience:
    """Decides after each try of a call whether there is another one, and after how long."""

    policy: RetryPolicy
    random: Callable[[], float]
    failures: int = 0
    in_flight: int = 0
    waited_in_flight: float = 0.0

    def wait_before_next(self, outcome: Response | Failure) -> float | None:
        """Give the seconds to wait before the next try, or None where this outcome is the last one."""
        if isinstance(outcome, Failure):
            self.failures += 1
            return self.policy.wait(self.failures, None, self.random) if outcome.repeat else None
        if outcome.status_code // 100 == _SUCCESS:
            return None
        retry_after = parse_retry_after(outcome.headers.get("retry-after"))
        if outcome.status_code == CONFLICT and is_in_flight(CONFLICT, parse_error_code(outcome)):
            self.in_flight += 1
            wait = self.policy.next_in_flight_delay(self.waited_in_flight, self.in_flight, retry_after)
            self.waited_in_flight += wait or 0
            return wait
        if not is_retryable_status(outcome.status_code):
            return None
        self.failures += 1
        return self.policy.wait(self.failures, retry_after, self.random)

    def wait_before_reading_again(self) -> float | None:
        """Give the seconds to wait before the next try, after a success that could not be read."""
        if not self.policy.retry_invalid_body:
            return None
        self.failures += 1
        return self.policy.wait(self.failures, None, self.random)


def _maybe_done(outcome: Response | Failure) -> bool:
    """Whether a failed try may have been carried out: its answer was lost, or made up by something in between."""
    if isinstance(outcome, Failure):
        return outcome.maybe_sent
    return outcome.status_code != TOO_MANY_REQUESTS


def _finish(
    outcome: Response | Failure,
    call: Call[T],
    asked: RequestInfo,
    endpoint: Endpoint | None,
    secrets: tuple[Secret, ...],
    *,
    not_found_is_success: bool,
) -> T:
    request = call.request
    logger.debug("%s: %s %s: %s", call.operation.name, request.method, request.path, _short(outcome))
    if isinstance(outcome, Failure):
        error = _failure_error(outcome, asked, endpoint, secrets)
        raise error from _harmless(outcome.cause, secrets)
    if outcome.status_code not in call.operation.ok and not (not_found_is_success and is_not_found(outcome)):
        documented = " or ".join(map(str, sorted(call.operation.ok)))
        odd = f"success is documented as {documented}" if outcome.status_code // 100 == _SUCCESS else None
        raise error_from_response(outcome, asked, secrets, odd)
    try:
        return call.read(outcome)
    except InvalidBody as unreadable:
        problem = str(unreadable)
    # Raised out here, so that the reader's frames, which hold the body, are not within reach of the exception.
    raise error_from_response(outcome, asked, secrets, problem)


def _asked(call: Call[Any], attempts: int, endpoint: Endpoint | None = None) -> RequestInfo:
    request = call.request
    key = request.headers.get(IDEMPOTENCY_KEY)
    source, proxy = (None, None) if endpoint is None else (endpoint.key_source, endpoint.proxy)
    return RequestInfo(call.operation.name, request.method, request.path, attempts, key, source, proxy)


def _failure_error(
    failure: Failure, asked: RequestInfo, endpoint: Endpoint | None, secrets: tuple[Secret, ...]
) -> errors.AdaptyError:
    detail = redact(failure.detail, secrets)
    if issubclass(failure.error, errors.AdaptyConfigError):
        return failure.error(f"{asked.operation}: {detail}")
    if endpoint is not None:
        detail = f"{'' if failure.maybe_sent else 'cannot connect to '}{endpoint}: {detail}"
    message = f"{asked.operation}: {detail} ({asked.tries()})"
    return failure.error(message, is_retryable=failure.repeat, **asked.details())


def _short(outcome: Response | Failure) -> str:
    return type(outcome.cause).__name__ if isinstance(outcome, Failure) else str(outcome.status_code)


def _harmless(exc: BaseException, secrets: tuple[Secret, ...]) -> BaseException | None:
    """Make a transport's exception fit to be kept as a cause, or give None where its own words hold a secret.

    It loses its frames, and so do all that it is linked to: their locals hold the request's headers, key included.
    """
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [exc]
    while waiting:
        link = waiting.pop()
        if link is None or any(link is other for other in seen):
            continue
        seen.append(link)
        link.__traceback__ = None
        waiting += [link.__cause__, link.__context__]
        if isinstance(link, BaseExceptionGroup):
            waiting += link.exceptions
    try:
        words = "".join(f"{link} {link!r} {link.args} {getattr(link, '__notes__', '')}" for link in seen)
    except Exception:  # noqa: BLE001 - a transport's exception that cannot be printed cannot be shown either
        return None
    return exc if redact(words, secrets) == words else None
